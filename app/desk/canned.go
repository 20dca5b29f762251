package desk

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

// Whose a canned reply is.
const (
	scopeMine = "mine"
	scopeSite = "site"
)

const (
	shortcutMost   = 32
	cannedTextMost = 4000
)

var (
	errNoCanned     = fault.New(fault.NotFound, "canned reply not found")
	errSitesReply   = fault.New(fault.Denied, "only a supervisor can change the canned replies of the site")
	errShortcutUsed = fault.New(fault.Conflict, "this shortcut is already in use").With("shortcut", "is already in use")
)

// Canned is a reply that is ready to be sent, found by its shortcut: the agent's own, or the site's.
type Canned struct {
	ID       int64  `json:"id"`
	SiteID   int64  `json:"site_id"`
	Shortcut string `json:"shortcut"`
	Text     string `json:"text"`
	Scope    string `json:"scope" enum:"mine,site"`
	Uses     int64  `json:"uses"`
}

// CannedChange is what somebody changes of a canned reply; nil stays.
type CannedChange struct {
	Shortcut *string `json:"shortcut,omitempty"`
	Text     *string `json:"text,omitempty"`
}

type cannedRow struct {
	bun.BaseModel `bun:"table:canned,alias:ca"`

	ID        int64 `bun:",pk"`
	SiteID    int64
	PersonID  int64 // 0: the site's
	Shortcut  string
	Text      string
	Uses      int64
	CreatedAt time.Time
}

func (r cannedRow) canned() Canned {
	c := Canned{ID: r.ID, SiteID: r.SiteID, Shortcut: r.Shortcut, Text: r.Text, Scope: scopeMine, Uses: r.Uses}
	if r.PersonID == 0 {
		c.Scope = scopeSite
	}
	return c
}

// apply makes the change, or names every field that is wrong.
func (r *cannedRow) apply(c CannedChange) error {
	refusal := errInvalid
	check := func(field, text string, most int) {
		switch n := utf8.RuneCountInString(text); {
		case n == 0:
			refusal = refusal.With(field, "must not be empty")
		case n > most:
			refusal = refusal.With(field, fmt.Sprintf("must be at most %d characters", most))
		}
	}
	if c.Shortcut != nil {
		// Agents type it after a slash and end it with a space.
		r.Shortcut = strings.ReplaceAll(strings.TrimLeft(sites.OneLine(*c.Shortcut), "/ "), " ", "-")
		check("shortcut", r.Shortcut, shortcutMost)
	}
	if c.Text != nil {
		r.Text = strings.TrimSpace(*c.Text)
		check("text", r.Text, cannedTextMost)
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

// Canned lists the replies of a member's sites and his own ones there, by shortcut.
func (s *Service) Canned(ctx context.Context, by int64) ([]Canned, error) {
	theirs, err := s.sitesOf(ctx, by)
	if err != nil {
		return nil, err
	}
	rows, err := cannedFor(ctx, s.db.R, by, theirs)
	all := make([]Canned, len(rows))
	for i, r := range rows {
		all[i] = r.canned()
	}
	return all, err
}

// AddCanned keeps a reply, for its writer alone or, when he leads there, for everybody there.
func (s *Service) AddCanned(ctx context.Context, by int64, c Canned) (Canned, error) {
	role, err := s.people.RoleOn(ctx, by, c.SiteID)
	if err != nil {
		return Canned{}, err
	}
	row := cannedRow{ID: s.ids.Next(), SiteID: c.SiteID, PersonID: by, CreatedAt: s.time()}
	switch {
	case role == "":
		return Canned{}, errNoSite
	case c.Scope == scopeSite && !people.Leads(role):
		return Canned{}, errSitesReply
	case c.Scope == scopeSite:
		row.PersonID = 0
	}
	if err := row.apply(CannedChange{Shortcut: &c.Shortcut, Text: &c.Text}); err != nil {
		return Canned{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.cannedActTx(ctx, tx, by, "canned.add", row, nil, cannedWords{row.Shortcut, row.Text})
	})
	return row.canned(), orShortcutUsed(err)
}

// ChangeCanned changes one's own reply, or as a supervisor one of the site's.
func (s *Service) ChangeCanned(ctx context.Context, by, reply int64, c CannedChange) (Canned, error) {
	row, err := s.cannedToChange(ctx, by, reply)
	if err != nil {
		return Canned{}, err
	}
	was := cannedWords{row.Shortcut, row.Text}
	if err := row.apply(c); err != nil {
		return Canned{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if _, err := tx.NewUpdate().Model(&row).Column("shortcut", "text").WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.cannedActTx(ctx, tx, by, "canned.update", row, was, cannedWords{row.Shortcut, row.Text})
	})
	return row.canned(), orShortcutUsed(err)
}

// RemoveCanned takes away one's own reply, or as a supervisor one of the site's.
func (s *Service) RemoveCanned(ctx context.Context, by, reply int64) error {
	row, err := s.cannedToChange(ctx, by, reply)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.cannedActTx(ctx, tx, by, "canned.remove", row, cannedWords{row.Shortcut, row.Text}, nil)
	})
}

// cannedWords is what the audit log keeps of a reply.
type cannedWords struct {
	Shortcut string `json:"shortcut"`
	Text     string `json:"text"`
}

// cannedActTx writes down what happened to a reply of the site; one's own is nobody else's business.
func (s *Service) cannedActTx(ctx context.Context, tx *storage.Tx, by int64, action string, row cannedRow, was, is any) error {
	if row.PersonID != 0 {
		return nil
	}
	return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: action, Site: row.SiteID, TargetID: row.ID, Target: row.Shortcut, Changes: audit.Compare(was, is)})
}

// UseCanned counts that a reply was used.
func (s *Service) UseCanned(ctx context.Context, by, reply int64) error {
	if _, _, err := s.cannedSeenBy(ctx, by, reply); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw(`UPDATE canned SET uses = uses + 1 WHERE id = ?`, reply).Exec(ctx)
		return err
	})
}

// cannedSeenBy finds a reply that a member can see, and his role on its site: the site's and his own.
func (s *Service) cannedSeenBy(ctx context.Context, by, reply int64) (cannedRow, string, error) {
	row, err := cannedByID(ctx, s.db.R, reply)
	if err != nil {
		return cannedRow{}, "", err
	}
	role, err := s.people.RoleOn(ctx, by, row.SiteID)
	if err != nil {
		return cannedRow{}, "", err
	}
	if role == "" || row.PersonID != 0 && row.PersonID != by {
		return cannedRow{}, "", errNoCanned
	}
	return row, role, nil
}

func (s *Service) cannedToChange(ctx context.Context, by, reply int64) (cannedRow, error) {
	row, role, err := s.cannedSeenBy(ctx, by, reply)
	if err == nil && row.PersonID == 0 && !people.Leads(role) {
		return cannedRow{}, errSitesReply
	}
	return row, err
}

func orShortcutUsed(err error) error {
	if storage.IsUnique(err) {
		return errShortcutUsed
	}
	return err
}

func cannedByID(ctx context.Context, q bun.IDB, id int64) (cannedRow, error) {
	var row cannedRow
	err := q.NewSelect().Model(&row).Where("ca.id = ?", id).Scan(ctx)
	return row, storage.Found(err, "canned reply")
}

func cannedFor(ctx context.Context, q bun.IDB, person int64, sites []int64) ([]cannedRow, error) {
	var rows []cannedRow
	err := q.NewSelect().Model(&rows).Where("ca.site_id IN (?)", bun.List(sites)).Where("ca.person_id IN (0, ?)", person).
		OrderExpr("ca.shortcut, ca.id").Scan(ctx)
	return rows, err
}
