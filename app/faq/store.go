package faq

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// siteRow is what a site has beside its entries. Version moves with every change of them, so that each node knows
// whether what it has in memory still holds.
type siteRow struct {
	bun.BaseModel `bun:"table:faq_sites,alias:fs"`

	SiteID  int64 `bun:",pk"`
	Version int64
	BotID   int64  // who its bot speaks as; 0: it never spoke
	Bot     string // JSON
	Secret  string // the key of its language model
}

func (r siteRow) bot() (Bot, error) {
	b := newBot()
	if r.Bot != "" {
		if err := json.Unmarshal([]byte(r.Bot), &b); err != nil {
			return Bot{}, fmt.Errorf("bot of site %d: %w", r.SiteID, err)
		}
	}
	b.Endpoint.KeyEnd = masked(r.Secret)
	return b, nil
}

type entryRow struct {
	bun.BaseModel `bun:"table:faq_entries,alias:e"`

	ID           int64 `bun:",pk"`
	SiteID       int64
	Question     string
	Alternatives string // JSON
	Keywords     string // JSON
	Answer       string
	Language     string
	Position     int64
	Shown        int64
	Uses         int64
	Helpful      int64
	Unhelpful    int64
	CreatedAt    time.Time
}

func (r entryRow) entry() (Entry, error) {
	e := Entry{ID: r.ID, SiteID: r.SiteID, Question: r.Question, Answer: r.Answer, Language: r.Language, Shown: r.Shown == 1,
		Uses: r.Uses, Helpful: r.Helpful, Unhelpful: r.Unhelpful, CreatedAt: r.CreatedAt.UTC()}
	for text, list := range map[*string]*[]string{&r.Alternatives: &e.Alternatives, &r.Keywords: &e.Keywords} {
		if err := json.Unmarshal([]byte(*text), list); err != nil {
			return Entry{}, fmt.Errorf("phrases of entry %d: %w", r.ID, err)
		}
	}
	return e, nil
}

func rowOf(e Entry, position int64) entryRow {
	r := entryRow{ID: e.ID, SiteID: e.SiteID, Question: e.Question, Alternatives: list(e.Alternatives), Keywords: list(e.Keywords), Answer: e.Answer,
		Language: e.Language, Position: position, CreatedAt: e.CreatedAt}
	if e.Shown {
		r.Shown = 1
	}
	return r
}

func list(phrases []string) string {
	b, err := json.Marshal(phrases)
	if err != nil {
		panic(err) // strings
	}
	return string(b)
}

// siteOf is a site's row; one that has none gets an empty one.
func siteOf(ctx context.Context, q bun.IDB, site int64) (siteRow, error) {
	row := siteRow{SiteID: site}
	err := q.NewSelect().Model(&row).Where("fs.site_id = ?", site).Scan(ctx)
	return row, unlessNone(err)
}

// touch moves a site's version and holds its row until the end of the write.
func touch(ctx context.Context, tx *storage.Tx, site int64) error {
	_, err := tx.NewRaw(`INSERT INTO faq_sites (site_id, version) VALUES (?, 1) ON CONFLICT (site_id) DO UPDATE SET version = faq_sites.version + 1`, site).Exec(ctx)
	return err
}

func saveSite(ctx context.Context, tx *storage.Tx, r siteRow) error {
	_, err := tx.NewUpdate().Model(&r).Column("bot_id", "bot", "secret").WherePK().Exec(ctx)
	return err
}

// entriesOf lists a site's entries in its order: at most entriesMost.
func entriesOf(ctx context.Context, q bun.IDB, site int64) ([]Entry, error) {
	var rows []entryRow
	if err := q.NewSelect().Model(&rows).Where("e.site_id = ?", site).OrderExpr("e.position, e.id").Scan(ctx); err != nil {
		return nil, err
	}
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		var err error
		if entries[i], err = r.entry(); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func entryByID(ctx context.Context, q bun.IDB, site, id int64) (Entry, error) {
	var row entryRow
	err := q.NewSelect().Model(&row).Where("e.id = ?", id).Where("e.site_id = ?", site).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, errNoEntry
	}
	if err != nil {
		return Entry{}, err
	}
	return row.entry()
}

// room is how many entries a site has, and the position behind the last one.
func room(ctx context.Context, tx *storage.Tx, site int64) (n int, next int64, err error) {
	err = tx.NewRaw(`SELECT COUNT(*), COALESCE(MAX(position), 0) + 1 FROM faq_entries WHERE site_id = ?`, site).Scan(ctx, &n, &next)
	return n, next, err
}

func insertEntry(ctx context.Context, tx *storage.Tx, r entryRow) error {
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return err
}

func updateEntry(ctx context.Context, tx *storage.Tx, e Entry) error {
	r := rowOf(e, 0)
	_, err := tx.NewUpdate().Model(&r).Column("question", "alternatives", "keywords", "answer", "language", "shown").WherePK().Exec(ctx)
	return err
}

func deleteEntry(ctx context.Context, tx *storage.Tx, entry int64) error {
	if _, err := tx.NewRaw(`DELETE FROM faq_marks WHERE entry_id = ?`, entry).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw(`DELETE FROM faq_entries WHERE id = ?`, entry).Exec(ctx)
	return err
}

func place(ctx context.Context, tx *storage.Tx, site, entry, position int64) error {
	_, err := tx.NewRaw(`UPDATE faq_entries SET position = ? WHERE id = ? AND site_id = ?`, position, entry, site).Exec(ctx)
	return err
}

func countUse(ctx context.Context, tx *storage.Tx, entry int64) error {
	_, err := tx.NewRaw(`UPDATE faq_entries SET uses = uses + 1 WHERE id = ?`, entry).Exec(ctx)
	return err
}

// mark keeps what a visitor thinks of an answer, and counts him once.
func mark(ctx context.Context, tx *storage.Tx, entry, visitor int64, useful bool) error {
	is := 0
	if useful {
		is = 1
	}
	_, err := tx.NewRaw(`INSERT INTO faq_marks (entry_id, visitor_id, useful) VALUES (?, ?, ?) ON CONFLICT (entry_id, visitor_id) DO UPDATE SET useful = EXCLUDED.useful`,
		entry, visitor, is).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
		UPDATE faq_entries SET helpful = (SELECT COUNT(*) FROM faq_marks m WHERE m.entry_id = faq_entries.id AND m.useful = 1),
			unhelpful = (SELECT COUNT(*) FROM faq_marks m WHERE m.entry_id = faq_entries.id AND m.useful = 0) WHERE id = ?`, entry).Exec(ctx)
	return err
}

func unlessNone(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
