package contacts

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/storage"
)

// ReportCategory is what a report may be about. Those there were from the start have a code that clients word, as long as
// nobody calls them something else.
type ReportCategory struct {
	ID       int64  `json:"id" bun:"id,pk"`
	Code     string `json:"code" bun:"code"` // stands in the reports
	Name     string `json:"name" bun:"name"`
	NameZH   string `json:"name_zh" bun:"name_zh"`
	Hidden   bool   `json:"hidden" bun:"-"` // nobody can choose it any more
	Position int64  `json:"-" bun:"position"`
	Veiled   int64  `json:"-" bun:"hidden"`
}

type reportCategoryRow struct {
	bun.BaseModel `bun:"table:report_categories,alias:rc"`
	ReportCategory
}

// ReportCategoryChange is what is to be other about one.
type ReportCategoryChange struct {
	Name   *string `json:"name,omitempty" maxLength:"256"`
	NameZH *string `json:"name_zh,omitempty" maxLength:"256"`
	Hidden *bool   `json:"hidden,omitempty"`
}

// allReportCategories are what reports may be about, those that are hidden too.
var allReportCategories = catalogue[ReportCategory]{"report_categories", "report.category_", reportCategories}

// ReportCategories are what a report may be about, in order; those that are hidden too for who runs the server.
func (s *Service) ReportCategories(ctx context.Context, all bool) ([]ReportCategory, error) {
	list, err := reportCategories(ctx, s.db.R)
	if !all {
		list = slices.DeleteFunc(list, func(c ReportCategory) bool { return c.Hidden })
	}
	return list, err
}

// OfficeReportCategories are all of them, for an owner of the server.
func (s *Service) OfficeReportCategories(ctx context.Context, by int64) ([]ReportCategory, error) {
	if err := s.office(ctx, by); err != nil {
		return nil, err
	}
	return s.ReportCategories(ctx, true)
}

// AddReportCategory adds one at the end. Faults of this and of what follows: NotFound (no owner of the server, no such
// category), Invalid by field, Conflict (too many, the same name, the last one that can be chosen, another list).
func (s *Service) AddReportCategory(ctx context.Context, by int64, n CategoryNames) ([]ReportCategory, error) {
	return allReportCategories.change(ctx, s, by, func(ctx context.Context, tx *storage.Tx, have []ReportCategory) (audit.Entry, error) {
		n, err := n.checked()
		if err != nil || called(have, n.Name, 0) {
			return audit.Entry{}, orElse(err, errSameName)
		}
		if len(have) >= mostCategories {
			return audit.Entry{}, errCategories
		}
		c := ReportCategory{ID: s.ids.Next(), Name: n.Name, NameZH: n.NameZH, Position: have[len(have)-1].Position + 1}
		c.Code = strconv.FormatInt(c.ID, 10)
		_, err = tx.NewInsert().Model(&reportCategoryRow{ReportCategory: c}).Exec(ctx)
		return audit.Entry{Action: "add", TargetID: c.ID, Target: c.Name}, err
	})
}

// ChangeReportCategory calls one something else, or lets nobody choose it any more. One there was from the start gets its
// own words again when it is called nothing.
func (s *Service) ChangeReportCategory(ctx context.Context, by, category int64, c ReportCategoryChange) ([]ReportCategory, error) {
	return allReportCategories.change(ctx, s, by, func(ctx context.Context, tx *storage.Tx, have []ReportCategory) (audit.Entry, error) {
		before, err := find(have, category)
		if err != nil {
			return audit.Entry{}, err
		}
		after, err := before.changed(c)
		switch {
		case err != nil:
			return audit.Entry{}, err
		case after.Name != "" && called(have, after.Name, category):
			return audit.Entry{}, errSameName
		case after.Hidden && !slices.ContainsFunc(have, func(one ReportCategory) bool { return one.ID != category && !one.Hidden }):
			return audit.Entry{}, fault.New(fault.Conflict, "one category has to stay to choose from")
		}
		err = tx.Do(ctx, `UPDATE report_categories SET name = ?, name_zh = ?, hidden = ? WHERE id = ?`, after.Name, after.NameZH, after.Veiled, category)
		return audit.Entry{Action: "edit", TargetID: category, Target: after.shown(), Changes: audit.Compare(before, after)}, err
	})
}

// changed is a category after a change, or a refusal by field.
func (c ReportCategory) changed(to ReportCategoryChange) (ReportCategory, error) {
	n := CategoryNames{Name: c.Name, NameZH: c.NameZH}
	if to.Name != nil {
		n.Name = *to.Name
	}
	if to.NameZH != nil {
		n.NameZH = *to.NameZH
	}
	n, err := n.checked()
	if n.Name == "" && c.builtIn() && fault.Is(err, fault.Invalid) {
		n.NameZH, err = "", nil
	}
	c.Name, c.NameZH = n.Name, n.NameZH
	if to.Hidden != nil {
		c.Hidden, c.Veiled = *to.Hidden, 0
		if c.Hidden {
			c.Veiled = 1
		}
	}
	return c, err
}

// SortReportCategories puts all of them in another order.
func (s *Service) SortReportCategories(ctx context.Context, by int64, order []int64) ([]ReportCategory, error) {
	return allReportCategories.sort(ctx, s, by, order)
}

// choosableTx refuses a category that nobody can choose.
func choosableTx(ctx context.Context, tx *storage.Tx, code string) error {
	there, err := tx.NewSelect().Model((*reportCategoryRow)(nil)).Where("code = ? AND hidden = 0", code).Exists(ctx)
	if err != nil || there {
		return err
	}
	return fault.New(fault.Invalid, "choose another category").With("category", "choose another category")
}

func reportCategories(ctx context.Context, r bun.IDB) ([]ReportCategory, error) {
	var rows []reportCategoryRow
	err := r.NewSelect().Model(&rows).Order("position", "id").Scan(ctx)
	list := []ReportCategory{}
	for _, row := range rows {
		row.Hidden = row.Veiled != 0
		list = append(list, row.ReportCategory)
	}
	return list, err
}

// builtIn tells whether clients have words for it.
func (c ReportCategory) builtIn() bool { return c.Code != strconv.FormatInt(c.ID, 10) }

func (c ReportCategory) key() int64    { return c.ID }
func (c ReportCategory) named() string { return c.Name }

func (c ReportCategory) shown() string {
	if c.Name == "" {
		return c.Code
	}
	return c.Name
}
