package storage

import (
	"context"
	"sync/atomic"

	"github.com/uptrace/bun"
)

// inside marks the ctx that a write's function is given.
type inside struct{}

// strayed hears of what runs beside the write around it.
var strayed atomic.Pointer[func(statement string)]

// OnStray has f called with every statement that a write's function runs on anything but its Tx, until again puts back who was told
// before. Such a statement waits for a connection of its own while it holds one, so that a few at once wait for each other, and on
// SQLite it does not see what the write did. It is for tests; f is called from many goroutines.
func OnStray(f func(statement string)) (again func()) {
	before := strayed.Swap(&f)
	return func() { strayed.Store(before) }
}

// stray tells of a statement outside of a transaction, if there is a write around it.
func stray(ctx context.Context, statement string) {
	if f := strayed.Load(); f != nil && ctx.Value(inside{}) != nil {
		(*f)(statement)
	}
}

// alone is a hook of what is read outside of transactions.
type alone struct{}

// BeforeQuery is bun's.
func (alone) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	stray(ctx, e.Query)
	return ctx
}

// AfterQuery is bun's and does nothing.
func (alone) AfterQuery(context.Context, *bun.QueryEvent) {}
