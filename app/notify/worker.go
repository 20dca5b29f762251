package notify

import (
	"context"
	"time"
)

const (
	// lookEvery bounds how late something is seen that another process queued, or left behind.
	lookEvery = 30 * time.Second
	// pause is how long a server that does not answer is left alone.
	pause = 10 * time.Second
)

// worker empties an outbox whose rows carry their own leases: of several workers, here or on other nodes, one sends a row.
type worker struct {
	wake chan struct{} // one slot: there may be something due
	now  func() time.Time
	due  func(ctx context.Context) (at time.Time, waiting bool, err error)
	// one claims and sends one row; answered is false when the other side could not be spoken to and is to be left alone.
	one  func(ctx context.Context) (answered bool, err error)
	fail func(ctx context.Context, err error)
}

// look wakes the worker; it never blocks.
func (w *worker) look() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// run sends what is due until ctx ends.
func (w *worker) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-timer.C:
		}
		next, err := w.empty(ctx)
		if err != nil && ctx.Err() == nil {
			w.fail(ctx, err)
		}
		timer.Reset(next)
	}
}

// empty sends one after the other until none is due, and returns when to look again.
func (w *worker) empty(ctx context.Context) (again time.Duration, err error) {
	for ctx.Err() == nil {
		at, waiting, err := w.due(ctx)
		if err != nil || !waiting {
			return lookEvery, err
		}
		if wait := at.Sub(w.now()); wait > 0 {
			return min(wait, lookEvery), nil
		}
		if answered, err := w.one(ctx); err != nil || !answered {
			return pause, err
		}
	}
	return lookEvery, nil
}
