package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/id"
)

type row struct {
	bun.BaseModel `bun:"table:audit_log,alias:l"`

	ID       int64 `bun:",pk"`
	SiteID   int64
	PersonID int64
	Person   string
	Action   string
	TargetID int64
	Target   string
	Address  string
	Changes  string // JSON
	At       time.Time
}

// Filter narrows the acts of a site; what is zero does not. Before is the id of the oldest act known.
type Filter struct {
	Person   int64
	Action   string // a key, or the first word of several: `agent`
	From, To time.Time
	Before   int64
}

// apply asks by id where times are meant: an id carries the instant it was minted at.
func (f Filter) apply(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Person != 0 {
		q = q.Where("l.person_id = ?", f.Person)
	}
	if f.Action != "" {
		q = q.Where("(l.action = ? OR l.action >= ? AND l.action < ?)", f.Action, f.Action+".", f.Action+"/")
	}
	if !f.From.IsZero() {
		q = q.Where("l.id >= ?", id.At(f.From))
	}
	below := int64(math.MaxInt64)
	if f.Before != 0 {
		below = f.Before
	}
	if !f.To.IsZero() {
		below = min(below, id.At(f.To))
	}
	return q.Where("l.id < ?", below)
}

// newest lists up to n acts of a site and of the whole server, newest first. Each half is limited by itself,
// so that its index answers.
func newest(ctx context.Context, r bun.IDB, site int64, f Filter, n int) ([]row, error) {
	half := func(site int64) *bun.SelectQuery {
		return f.apply(r.NewSelect().Model((*row)(nil)).Where("l.site_id = ?", site)).OrderExpr("l.id DESC").Limit(int64(n))
	}
	var rows []row
	err := r.NewRaw(`SELECT * FROM (?) AS own UNION ALL SELECT * FROM (?) AS whole ORDER BY id DESC LIMIT ?`, half(site), half(0), n).Scan(ctx, &rows)
	return rows, err
}

func (r row) act() (Act, error) {
	a := Act{ID: r.ID, At: r.At, Person: Who{ID: r.PersonID, Name: r.Person}, Action: r.Action, SiteID: r.SiteID,
		TargetID: r.TargetID, Target: r.Target, Address: r.Address}
	if err := json.Unmarshal([]byte(r.Changes), &a.Changes); err != nil {
		return Act{}, fmt.Errorf("changes of act %d: %w", r.ID, err)
	}
	return a, nil
}
