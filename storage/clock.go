package storage

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// ClockMS is the database's clock in SQL: milliseconds since 1970, as they pass also within a transaction.
// What several nodes must agree on is measured by it, for their own clocks differ.
func (db *DB) ClockMS() string {
	if db.Postgres() {
		return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
	}
	return "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
}

// Clock is time as the database has it, so that several nodes agree whatever their own clocks say: it
// measures now and then by how much the own one is off, and counts on from there. On SQLite it is the
// own clock.
type Clock struct {
	db  *DB
	own func() time.Time
	at  atomic.Pointer[measured]
}

// measured is one instant on both clocks, known to within slack.
type measured struct {
	own, database time.Time
	slack         time.Duration
}

const (
	samples = 8                      // at most, of one measurement
	good    = 500 * time.Microsecond // no more samples are taken behind such a one
	drift   = 10_000                 // two clocks drift apart by at most one part in so many
)

// NewClock measures for the first time.
func (db *DB) NewClock(ctx context.Context, own func() time.Time) (*Clock, error) {
	c := &Clock{db: db, own: own}
	return c, c.Measure(ctx)
}

// Measure asks the database again, a few times: the quickest answer tells most. What was known better, even counting how clocks
// drift apart, stays.
func (c *Clock) Measure(ctx context.Context) error {
	if !c.db.Postgres() {
		return nil
	}
	best := c.at.Load()
	if best != nil {
		aged := *best
		aged.slack += c.own().Sub(best.own) / drift
		best = &aged
	}
	for range samples {
		m, err := c.sample(ctx)
		if err != nil {
			return err
		}
		if best == nil || m.slack < best.slack {
			best = m
			c.at.Store(m)
		}
		if m.slack <= good {
			break
		}
	}
	return nil
}

func (c *Clock) sample(ctx context.Context) (*measured, error) {
	var ms int64
	asked := c.own()
	if err := c.db.One(ctx, `SELECT `+c.db.ClockMS(), nil, &ms); err != nil {
		return nil, fmt.Errorf("read the database's clock: %w", err)
	}
	half := c.own().Sub(asked) / 2
	return &measured{own: asked.Add(half), database: time.UnixMilli(ms), slack: half}, nil
}

// Now is the database's time.
func (c *Clock) Now() time.Time {
	at := c.at.Load()
	if at == nil {
		return c.own()
	}
	return at.database.Add(c.own().Sub(at.own)) // monotonic: a clock that is set meanwhile changes nothing
}

// Off is by how much the own clock differs, to the second.
func (c *Clock) Off() time.Duration {
	return c.own().Round(0).Sub(c.Now().Round(0)).Round(time.Second)
}
