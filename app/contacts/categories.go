package contacts

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/storage"
)

const (
	longestCategory = 24
	mostCategories  = 50
)

var (
	errCategory   = fault.New(fault.NotFound, "this category is not there any more")
	errCategories = fault.New(fault.Conflict, "there are too many categories")
	errSameName   = fault.New(fault.Conflict, "there is a category of this name already").With("name", "there is a category of this name already")
	errReorder    = fault.New(fault.Conflict, "the list has changed meanwhile: load it again")
)

// Category is what a group may be about. NameZH is its name in Chinese, where that is another one.
type Category struct {
	ID       int64  `json:"id" bun:"id,pk"`
	Name     string `json:"name" bun:"name"`
	NameZH   string `json:"name_zh" bun:"name_zh"`
	Position int64  `json:"-" bun:"position"`
	Groups   int    `json:"groups" bun:"-"` // that are found in it
}

type categoryRow struct {
	bun.BaseModel `bun:"table:group_categories,alias:gc"`
	Category
}

// CategoryNames is what somebody calls a category.
type CategoryNames struct {
	Name   string `json:"name" maxLength:"256"`
	NameZH string `json:"name_zh,omitempty" maxLength:"256"`
}

// checked is the names in order, or a refusal by field.
func (n CategoryNames) checked() (CategoryNames, error) {
	var err error
	if n.Name, err = line("name", n.Name, longestCategory); err != nil {
		return n, err
	}
	if n.NameZH, err = line("name_zh", n.NameZH, longestCategory); err != nil {
		return n, err
	}
	if n.Name == "" {
		return n, fault.New(fault.Invalid, "the category needs a name").With("name", "the category needs a name")
	}
	return n, nil
}

// Categories are what groups may be about, in order, with how many are found in each.
func (s *Service) Categories(ctx context.Context) ([]Category, error) {
	list, err := categories(ctx, s.db.R)
	if err != nil || len(list) == 0 {
		return list, err
	}
	counts, err := s.chat.CountByCategory(ctx, s.db.R)
	for i := range list {
		list[i].Groups = counts[list[i].ID]
	}
	return list, err
}

// CategoryTx refuses a category that is not there.
func (s *Service) CategoryTx(ctx context.Context, tx *storage.Tx, category int64) error {
	there, err := tx.NewSelect().Model((*categoryRow)(nil)).Where("id = ?", category).Exists(ctx)
	if err != nil || there {
		return err
	}
	return errCategory.With("category", errCategory.Message)
}

// categoryThere tells whether a category that was chosen before is still there.
func (s *Service) categoryThere(ctx context.Context, category int64) bool {
	list, err := categories(ctx, s.db.R)
	if err != nil {
		return true // whoever asks for it next says so
	}
	_, err = among(list, category)
	return err == nil
}

// AddCategory adds one at the end. Faults of this and of what follows: NotFound (no owner of the server, no such
// category), Invalid by field, Conflict (too many, the same name, another list).
func (s *Service) AddCategory(ctx context.Context, by int64, n CategoryNames) ([]Category, error) {
	return s.inCategories(ctx, by, func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error) {
		n, err := n.unlike(have, 0)
		if err != nil {
			return audit.Entry{}, err
		}
		if len(have) >= mostCategories {
			return audit.Entry{}, errCategories
		}
		c := Category{ID: s.ids.Next(), Name: n.Name, NameZH: n.NameZH, Position: 1}
		if len(have) > 0 {
			c.Position = have[len(have)-1].Position + 1
		}
		_, err = tx.NewInsert().Model(&categoryRow{Category: c}).Exec(ctx)
		return audit.Entry{Action: "group.category_add", TargetID: c.ID, Target: c.Name}, err
	})
}

// RenameCategory calls one something else.
func (s *Service) RenameCategory(ctx context.Context, by, category int64, n CategoryNames) ([]Category, error) {
	return s.inCategories(ctx, by, func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error) {
		before, err := among(have, category)
		if err != nil {
			return audit.Entry{}, err
		}
		n, err := n.unlike(have, category)
		if err != nil {
			return audit.Entry{}, err
		}
		after := before
		after.Name, after.NameZH = n.Name, n.NameZH
		err = tx.Do(ctx, `UPDATE group_categories SET name = ?, name_zh = ? WHERE id = ?`, after.Name, after.NameZH, category)
		return audit.Entry{Action: "group.category_rename", TargetID: category, Target: after.Name, Changes: audit.Compare(before, after)}, err
	})
}

// DropCategory takes one away. The groups in it are in none then: their rows keep an id that means nothing any more,
// and that no other category ever gets.
func (s *Service) DropCategory(ctx context.Context, by, category int64) ([]Category, error) {
	return s.inCategories(ctx, by, func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error) {
		c, err := among(have, category)
		if err != nil {
			return audit.Entry{}, err
		}
		err = tx.Do(ctx, `DELETE FROM group_categories WHERE id = ?`, category)
		return audit.Entry{Action: "group.category_drop", TargetID: category, Target: c.Name}, err
	})
}

// SortCategories puts all of them in another order.
func (s *Service) SortCategories(ctx context.Context, by int64, order []int64) ([]Category, error) {
	return s.inCategories(ctx, by, func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error) {
		var was, ids []int64
		for _, c := range have {
			was = append(was, c.ID)
		}
		ids = slices.Sorted(slices.Values(order))
		if slices.Sort(was); !slices.Equal(ids, was) {
			return audit.Entry{}, errReorder
		}
		var before, after []string
		for i, id := range order {
			c, _ := among(have, id)
			before, after = append(before, have[i].Name), append(after, c.Name)
			if err := tx.Do(ctx, `UPDATE group_categories SET position = ? WHERE id = ?`, i+1, id); err != nil {
				return audit.Entry{}, err
			}
		}
		changes := []audit.Change{{Field: "order", Old: strings.Join(before, ", "), New: strings.Join(after, ", ")}}
		return audit.Entry{Action: "group.category_sort", Target: strings.Join(after, ", "), Changes: changes}, nil
	})
}

// inCategories is one change of the list by an owner of the server, one after the other.
func (s *Service) inCategories(ctx context.Context, by int64, do func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error)) ([]Category, error) {
	if err := s.office(ctx, by); err != nil {
		return nil, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := tx.Do(ctx, `UPDATE group_categories SET position = position`); err != nil { // who changes the list next waits
			return err
		}
		have, err := categories(ctx, tx)
		if err != nil {
			return err
		}
		e, err := do(ctx, tx, have)
		if err != nil {
			return err
		}
		e.By = by
		return s.audit.WriteTx(ctx, tx, e)
	})
	if err != nil {
		return nil, err
	}
	return s.Categories(ctx)
}

// unlike is the names in order, when no other category is called so.
func (n CategoryNames) unlike(have []Category, but int64) (CategoryNames, error) {
	n, err := n.checked()
	for _, c := range have {
		if err == nil && c.ID != but && strings.EqualFold(c.Name, n.Name) {
			return n, errSameName
		}
	}
	return n, err
}

func among(have []Category, id int64) (Category, error) {
	i := slices.IndexFunc(have, func(c Category) bool { return c.ID == id })
	if i < 0 {
		return Category{}, errCategory
	}
	return have[i], nil
}

func categories(ctx context.Context, r bun.IDB) ([]Category, error) {
	var rows []categoryRow
	err := r.NewSelect().Model(&rows).Order("position", "id").Scan(ctx)
	list := []Category{}
	for _, row := range rows {
		list = append(list, row.Category)
	}
	return list, err
}
