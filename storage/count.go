package storage

import (
	"context"
	"sync/atomic"

	"github.com/uptrace/bun"
)

// counter counts statements once it is told to.
type counter struct {
	on    atomic.Bool
	all   atomic.Int64
	wrote atomic.Int64
	heard atomic.Pointer[func(statement string)]
}

type tallyKey struct{}

// Tally returns a ctx whose statements are also counted in n, through writes too. It counts nothing before Count.
func Tally(ctx context.Context, n *atomic.Int64) context.Context {
	return context.WithValue(ctx, tallyKey{}, n)
}

// Count begins to count statements. Call it before the first one that matters.
func (db *DB) Count() { db.counter.on.Store(true) }

// Counted returns how many statements ran since Count, BEGIN and COMMIT among them, and how many writes were kept.
func (db *DB) Counted() (statements, writes int64) {
	return db.counter.all.Load(), db.counter.wrote.Load()
}

// Listen has f called with every statement that bun runs or Many does, its arguments written in, in place of who listened
// before. It is for tests of plans; f is called from many goroutines.
func (db *DB) Listen(f func(statement string)) { db.counter.heard.Store(&f) }

// BeforeQuery is bun's: it hears of every statement that bun runs.
func (c *counter) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	c.one(ctx)
	if f := c.heard.Load(); f != nil {
		(*f)(e.Query)
	}
	return ctx
}

// AfterQuery is bun's and does nothing.
func (c *counter) AfterQuery(context.Context, *bun.QueryEvent) {}

// one counts a statement; those kept parsed do not pass bun.
func (c *counter) one(ctx context.Context) {
	if !c.on.Load() {
		return
	}
	c.all.Add(1)
	if n, ok := ctx.Value(tallyKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}

func (c *counter) kept(writes int) {
	if c.on.Load() {
		c.wrote.Add(int64(writes))
	}
}
