package sites

import (
	"context"
	"encoding/json"
	"fmt"
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
	CreatedAt time.Time `bun:"created_at"`
}

func toRow(s Site) (row, error) {
	domains, err := json.Marshal(s.Domains)
	return row{ID: s.ID, Key: s.Key, Name: s.Name, Domains: string(domains), Accent: s.Accent, Title: s.Title,
		Greeting: s.Greeting, Position: s.Position, Theme: s.Theme, CreatedAt: s.CreatedAt}, err
}

func (r row) site() (Site, error) {
	s := Site{ID: r.ID, CreatedAt: r.CreatedAt.UTC(), SiteLook: SiteLook{Key: r.Key, Name: r.Name, Accent: r.Accent,
		Title: r.Title, Greeting: r.Greeting, Position: r.Position, Theme: r.Theme}}
	if err := json.Unmarshal([]byte(r.Domains), &s.Domains); err != nil {
		return Site{}, fmt.Errorf("domains of site %d: %w", r.ID, err)
	}
	return s, nil
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
	sites := []Site{}
	if len(ids) == 0 {
		return sites, nil
	}
	var rows []row
	if err := db.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range rows {
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
