package contacts

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/storage"
)

const longestCategory = 24

// groupCategories are what groups may be about.
var groupCategories = catalogue[Category]{"group_categories", "group.category_", categories}

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
	if err != nil {
		return nil, err
	}
	return s.counted(ctx, list)
}

func (s *Service) counted(ctx context.Context, list []Category) ([]Category, error) {
	if len(list) == 0 {
		return list, nil
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
	_, err = find(list, category)
	return err == nil
}

// AddCategory adds one at the end. Faults of this and of what follows: NotFound (no owner of the server, no such
// category), Invalid by field, Conflict (too many, the same name, another list).
func (s *Service) AddCategory(ctx context.Context, by int64, n CategoryNames) ([]Category, error) {
	return s.inCategories(ctx, by, func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error) {
		n, err := n.checked()
		if err != nil || called(have, n.Name, 0) {
			return audit.Entry{}, orElse(err, errSameName)
		}
		if len(have) >= mostCategories {
			return audit.Entry{}, errCategories
		}
		c := Category{ID: s.ids.Next(), Name: n.Name, NameZH: n.NameZH, Position: 1}
		if len(have) > 0 {
			c.Position = have[len(have)-1].Position + 1
		}
		_, err = tx.NewInsert().Model(&categoryRow{Category: c}).Exec(ctx)
		return audit.Entry{Action: "add", TargetID: c.ID, Target: c.Name}, err
	})
}

// RenameCategory calls one something else.
func (s *Service) RenameCategory(ctx context.Context, by, category int64, n CategoryNames) ([]Category, error) {
	return s.inCategories(ctx, by, func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error) {
		before, err := find(have, category)
		if err != nil {
			return audit.Entry{}, err
		}
		n, err := n.checked()
		if err != nil || called(have, n.Name, category) {
			return audit.Entry{}, orElse(err, errSameName)
		}
		after := before
		after.Name, after.NameZH = n.Name, n.NameZH
		err = tx.Do(ctx, `UPDATE group_categories SET name = ?, name_zh = ? WHERE id = ?`, after.Name, after.NameZH, category)
		return audit.Entry{Action: "rename", TargetID: category, Target: after.Name, Changes: audit.Compare(before, after)}, err
	})
}

// DropCategory takes one away. The groups in it are in none then: their rows keep an id that means nothing any more,
// and that no other category ever gets.
func (s *Service) DropCategory(ctx context.Context, by, category int64) ([]Category, error) {
	return s.inCategories(ctx, by, func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error) {
		c, err := find(have, category)
		if err != nil {
			return audit.Entry{}, err
		}
		err = tx.Do(ctx, `DELETE FROM group_categories WHERE id = ?`, category)
		return audit.Entry{Action: "drop", TargetID: category, Target: c.Name}, err
	})
}

// SortCategories puts all of them in another order.
func (s *Service) SortCategories(ctx context.Context, by int64, order []int64) ([]Category, error) {
	list, err := groupCategories.sort(ctx, s, by, order)
	if err != nil {
		return nil, err
	}
	return s.counted(ctx, list)
}

func (s *Service) inCategories(ctx context.Context, by int64, do func(ctx context.Context, tx *storage.Tx, have []Category) (audit.Entry, error)) ([]Category, error) {
	list, err := groupCategories.change(ctx, s, by, do)
	if err != nil {
		return nil, err
	}
	return s.counted(ctx, list)
}

func (c Category) key() int64    { return c.ID }
func (c Category) named() string { return c.Name }
func (c Category) shown() string { return c.Name }

func categories(ctx context.Context, r bun.IDB) ([]Category, error) {
	var rows []categoryRow
	err := r.NewSelect().Model(&rows).Order("position", "id").Scan(ctx)
	list := []Category{}
	for _, row := range rows {
		list = append(list, row.Category)
	}
	return list, err
}
