package storage

import (
	"sync/atomic"
	"time"

	"ichat/app/fault"
)

// leaseMargin is taken off the end of a lease: the clocks of two nodes agree to a few milliseconds, not better.
const leaseMargin = time.Second

// tenure is until when this process holds its node number, on a clock that also runs while the machine sleeps. An id that
// was minted later may be another process's too.
type tenure struct {
	clock func() time.Duration
	until atomic.Int64 // on that clock, in nanoseconds; 0: no number was leased, as in a command
	over  chan struct{}
}

func newTenure() *tenure { return &tenure{clock: uptime, over: make(chan struct{}, 1)} }

// hold notes a lease that was asked for at an instant of the clock.
func (t *tenure) hold(asked time.Duration) { t.until.Store(int64(asked + NodeLease - leaseMargin)) }

// check refuses what a process has done whose lease is over. It is asked when a write is about to be committed: a lease that holds
// then has held since the ids in it were minted, so a freeze at whatever moment lets none through.
func (t *tenure) check() error {
	until := t.until.Load()
	if until == 0 || int64(t.clock()) < until {
		return nil
	}
	select {
	case t.over <- struct{}{}:
	default: // known, and not dealt with yet
	}
	return fault.New(fault.Unavailable, "the server cannot save right now").Because(errOver)
}

// LeaseOver tells that a write was refused because the lease of the node number is over: the machine or the process has
// slept. RenewNode should be tried at once.
func (db *DB) LeaseOver() <-chan struct{} { return db.tenure.over }
