package storage

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/uptrace/bun"

	"ichat/app/fault"
)

// groupSize is how many writes share one transaction and one fsync at most. Above 64 the gain in
// throughput is small and the wait of the first in the group grows.
const groupSize = 64

// call is one Write on its way through the group writer.
type call struct {
	ctx   context.Context
	fn    func(context.Context, *Tx) error
	after []func()
	err   error
	done  chan struct{}
}

// groupWriter is SQLite's one writer: it takes what waits into one transaction, a savepoint
// each, commits once for all, runs the Afters in order and answers everyone.
type groupWriter struct {
	db       *bun.DB // one connection
	prepared *prepared
	counter  *counter
	tenure   *tenure
	log      *slog.Logger
	queue    chan *call
	kept     chan []*call // committed or refused; owned by answer from then on

	mu     sync.RWMutex // guards closed against a write that is being queued
	closed bool
	wg     sync.WaitGroup
}

func newGroupWriter(db *bun.DB, c *counter, t *tenure, log *slog.Logger) *groupWriter {
	w := &groupWriter{db: db, prepared: newPrepared(db.DB), counter: c, tenure: t, log: log, queue: make(chan *call, 4*groupSize), kept: make(chan []*call, 4)}
	w.wg.Add(2)
	go w.run()
	go w.answer()
	return w
}

func (w *groupWriter) write(ctx context.Context, fn func(context.Context, *Tx) error) error {
	c := &call{ctx: ctx, fn: fn, done: make(chan struct{})}
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return fault.New(fault.Unavailable, "the server is stopping")
	}
	select {
	case w.queue <- c:
		w.mu.RUnlock()
	case <-ctx.Done():
		w.mu.RUnlock()
		return ctx.Err()
	}
	<-c.done
	return c.err
}

func (w *groupWriter) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	close(w.queue)
	w.wg.Wait()
}

func (w *groupWriter) run() {
	defer w.wg.Done()
	defer close(w.kept)
	for first := range w.queue {
		group := w.gather(first)
		w.prepared.fetch(context.Background())
		if w.together(group) {
			for _, c := range group {
				if w.together([]*call{c}) {
					c.err = Classify(fmt.Errorf("write: the transaction died: %w", c.err))
				}
			}
		}
		w.kept <- group
	}
}

// gather takes what waits behind first without waiting for more: the fsync of one group is the
// time in which the next one comes together.
func (w *groupWriter) gather(first *call) []*call {
	group := []*call{first}
	for len(group) < groupSize {
		select {
		case c, open := <-w.queue:
			if !open {
				return group
			}
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// answer runs what was to happen after each commit, in commit order, and releases the callers,
// while run is already at the next group.
func (w *groupWriter) answer() {
	defer w.wg.Done()
	for group := range w.kept {
		for _, c := range group {
			if c.err == nil {
				w.counter.kept(1)
			}
			runAfters(c.after, w.log)
			close(c.done)
		}
	}
}

// together runs the group in one transaction and leaves each call's outcome in it. It reports
// that the transaction died: then nothing was committed and nobody has an outcome.
//
// It runs under a context of its own, because an interrupted statement makes SQLite roll back the
// whole transaction, and with savepoints of its own, because bun's use the caller's context.
func (w *groupWriter) together(group []*call) (dead bool) {
	ctx := context.Background()
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		refuse(group, fmt.Errorf("begin: %w", err))
		w.refuseWaiting(err)
		return false
	}
	for _, c := range group {
		c.err, c.after = c.ctx.Err(), nil
		if c.err != nil {
			continue
		}
		if err := w.one(ctx, tx, c); err != nil {
			c.err = err
			tx.Rollback() // it is gone already; this only frees the connection
			return true
		}
	}
	beforeCommit(group)
	if err := tx.Commit(); err != nil {
		w.db.ExecContext(ctx, "ROLLBACK") // a refused COMMIT leaves SQLite's transaction open
		refuse(group, fmt.Errorf("commit: %w", err))
	}
	return false
}

// one runs a call inside its savepoint. The error it returns means that the transaction is dead:
// after that no savepoint may be opened, for it would begin a transaction and commit by itself.
func (w *groupWriter) one(ctx context.Context, tx bun.Tx, c *call) error {
	inner := &Tx{IDB: tx, prepared: w.prepared, counter: w.counter, tenure: w.tenure}
	if err := inner.Do(ctx, "SAVEPOINT call"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	if c.err = attempt(c, inner, w.log); c.err != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO call"); err != nil {
			return fmt.Errorf("%w (undoing: %v)", c.err, err)
		}
		c.err = Classify(c.err)
	}
	if err := inner.Do(ctx, "RELEASE call"); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	if c.err == nil {
		c.after = inner.after
	}
	return nil
}

func attempt(c *call, tx *Tx, log *slog.Logger) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.ErrorContext(c.ctx, "write panicked", "panic", p, "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "something went wrong")
		}
	}()
	if err := c.fn(context.WithValue(context.WithoutCancel(c.ctx), inside{}, true), tx); err != nil || tx.tenure == nil {
		return err
	}
	return tx.tenure.check()
}

// refuse tells everyone in the group that nothing was kept and the same request may come again.
func refuse(group []*call, cause error) {
	for _, c := range group {
		c.after = nil
		c.err = fault.New(fault.Unavailable, "the server cannot save right now").Because(cause)
	}
}

// refuseWaiting answers everybody who came while a transaction could not begin: behind another program's lock each
// group would wait as long again as the one before, and the last for minutes.
func (w *groupWriter) refuseWaiting(cause error) {
	for range len(w.queue) {
		c, open := <-w.queue
		if !open {
			return
		}
		refuse([]*call{c}, fmt.Errorf("begin, before its turn: %w", cause))
		w.kept <- []*call{c}
	}
}

func runAfters(after []func(), log *slog.Logger) {
	for _, f := range after {
		func() {
			defer func() {
				if p := recover(); p != nil {
					log.Error("after commit panicked", "panic", p, "stack", string(debug.Stack()))
				}
			}()
			f()
		}()
	}
}
