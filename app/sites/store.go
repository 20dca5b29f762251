package sites

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

type row struct {
	bun.BaseModel `bun:"table:sites"`

	ID        int64     `bun:"id,pk"`
	Key       string    `bun:"site_key"`
	Name      string    `bun:"name"`
	Domains   string    `bun:"domains"`
	Accent    string    `bun:"accent"`
	Title     string    `bun:"title"`
	Greeting  string    `bun:"greeting"`
	Position  string    `bun:"position"`
	Theme     string    `bun:"theme"`
	Away      string    `bun:"away"`
	Hint      string    `bun:"hint"`
	Texts     string    `bun:"texts"`
	WhenAway  string    `bun:"when_away"`
	Hours     string    `bun:"hours"`
	Timed     int       `bun:"timed"` // 1 where hours are kept, for those who look for such sites
	CreatedAt time.Time `bun:"created_at"`
}

func toRow(s Site) (row, error) {
	r := row{ID: s.ID, Key: s.Key, Name: s.Name, Accent: s.Accent, Title: s.Title, Greeting: s.Greeting, Position: s.Position,
		Theme: s.Theme, Away: s.Away, Hint: s.Hint, WhenAway: s.WhenAway, CreatedAt: s.CreatedAt}
	if s.Hours.On {
		r.Timed = 1
	}
	for _, part := range []struct {
		to   *string
		from any
	}{{&r.Domains, s.Domains}, {&r.Texts, s.Texts}, {&r.Hours, s.Hours}} {
		text, err := json.Marshal(part.from)
		if err != nil {
			return row{}, err
		}
		*part.to = string(text)
	}
	return r, nil
}

func (r row) site() (Site, error) {
	s := Site{ID: r.ID, CreatedAt: r.CreatedAt.UTC(), SiteLook: SiteLook{Key: r.Key, Name: r.Name, Accent: r.Accent,
		Title: r.Title, Greeting: r.Greeting, Position: r.Position, Theme: r.Theme, Away: r.Away, Hint: r.Hint, WhenAway: r.WhenAway}}
	s.Hours = newHours()
	for _, part := range []struct {
		name, from string
		to         any
	}{{"domains", r.Domains, &s.Domains}, {"texts", r.Texts, &s.Texts}, {"hours", r.Hours, &s.Hours}} {
		if part.from == "" {
			continue // a site from before it could be said
		}
		if err := strictly(part.from, part.to); err != nil {
			return Site{}, fmt.Errorf("%s of site %d: %w", part.name, r.ID, err)
		}
	}
	s.Hours, _ = s.Hours.Checked() // it was right when it was written; this finds its zone
	return s, nil
}

// strictly reads JSON that holds what it is read into, and nothing else.
func strictly(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func one(ctx context.Context, q *bun.SelectQuery, r *row) (Site, error) {
	if err := q.Scan(ctx); err != nil {
		return Site{}, storage.Found(err, "site")
	}
	return r.site()
}

func byKey(ctx context.Context, db bun.IDB, key string) (Site, error) {
	r := new(row)
	return one(ctx, db.NewSelect().Model(r).Where("site_key = ?", key), r)
}

func byID(ctx context.Context, db bun.IDB, id int64) (Site, error) {
	r := new(row)
	return one(ctx, db.NewSelect().Model(r).Where("id = ?", id), r)
}

func first(ctx context.Context, db bun.IDB) (Site, error) {
	r := new(row)
	return one(ctx, db.NewSelect().Model(r).Order("id").Limit(1), r)
}

func byIDs(ctx context.Context, db bun.IDB, ids []int64) ([]Site, error) {
	if len(ids) == 0 {
		return []Site{}, nil
	}
	var rows []row
	return many(ctx, db.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Order("id"), &rows)
}

func timed(ctx context.Context, db bun.IDB) ([]Site, error) {
	var rows []row
	return many(ctx, db.NewSelect().Model(&rows).Where("timed = 1").Order("id"), &rows)
}

func many(ctx context.Context, q *bun.SelectQuery, rows *[]row) ([]Site, error) {
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	sites := make([]Site, 0, len(*rows))
	for _, r := range *rows {
		s, err := r.site()
		if err != nil {
			return nil, err
		}
		sites = append(sites, s)
	}
	return sites, nil
}

// lock takes the site's row for the rest of the transaction. An update that changes nothing locks
// on both databases alike.
func lock(ctx context.Context, tx *storage.Tx, id int64) error {
	_, err := tx.NewRaw(`UPDATE sites SET name = name WHERE id = ?`, id).Exec(ctx)
	return err
}

// claimFirst is true for one caller in the life of a database.
func claimFirst(ctx context.Context, tx *storage.Tx, at time.Time) (bool, error) {
	res, err := tx.NewRaw(`INSERT INTO meta (name, value) VALUES ('first_site', ?) ON CONFLICT (name) DO NOTHING`,
		at.Format(time.RFC3339)).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
