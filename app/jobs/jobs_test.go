package jobs

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ichat/storage/storagetest"
)

// clock is a hand-set time, shared by the nodes of a test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var quiet = slog.New(slog.DiscardHandler)

func TestTwoNodesRunADueJobOnce(t *testing.T) {
	db, c := storagetest.Test(t), newClock()
	var ran atomic.Int32
	var nodes []*Jobs
	for node := range 2 {
		j := New(db, c.now, node, quiet)
		j.Every("sweep", "*/10 * * * *", func(context.Context) error { ran.Add(1); return nil })
		nodes = append(nodes, j)
	}
	tick := func() {
		var wg sync.WaitGroup
		for _, j := range nodes {
			for range 4 {
				wg.Go(func() { j.run(t.Context(), j.list[0]) })
			}
		}
		wg.Wait()
	}
	for due := int32(1); due <= 3; due++ {
		tick()
		c.pass(2 * time.Minute)
		tick() // a node whose clock is late must not run it again
		if got := ran.Load(); got != due {
			t.Fatalf("after %d due times the job ran %d times", due, got)
		}
		c.pass(8 * time.Minute)
	}
}

func TestAJobOfADeadNodeIsTakenOver(t *testing.T) {
	db, c := storagetest.Test(t), newClock()
	var ran atomic.Int32
	j := New(db, c.now, 1, quiet)
	j.Every("sweep", "* * * * *", func(context.Context) error { ran.Add(1); return nil })
	// Node 0 took the job and never came back.
	if taken, err := New(db, c.now, 0, quiet).take(t.Context(), "sweep", c.now(), c.now().Add(leaseFor)); err != nil || !taken {
		t.Fatalf("taken %v, %v", taken, err)
	}
	j.run(t.Context(), j.list[0])
	if ran.Load() != 0 {
		t.Fatal("ran beside a living lease")
	}
	c.pass(leaseFor)
	j.run(t.Context(), j.list[0])
	if ran.Load() != 1 {
		t.Fatal("the job was not taken over")
	}
	if err := New(db, c.now, 0, quiet).extend(t.Context(), "sweep", c.now()); err != errLost {
		t.Fatalf("the dead node still holds the lease: %v", err)
	}
}

func TestAPanicOrAnErrorDoesNotEndTheTimetable(t *testing.T) {
	db := storagetest.Test(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	again := make(chan struct{})
	var runs atomic.Int32
	j := New(db, time.Now, 0, quiet)
	j.Every("fragile", "@every 1s", func(context.Context) error {
		if runs.Add(1) == 1 {
			panic("boom")
		}
		close(again)
		stop()
		return nil
	})
	ended := make(chan struct{})
	go func() { defer close(ended); j.Run(ctx) }()
	<-again
	<-ended
}

func TestRunWaitsForTheJobItInterrupts(t *testing.T) {
	db := storagetest.Test(t)
	ctx, stop := context.WithCancel(t.Context())
	var ended atomic.Bool
	j := New(db, time.Now, 0, quiet)
	j.Every("long", "@every 1s", func(ctx context.Context) error {
		stop()
		<-ctx.Done()
		ended.Store(true)
		return ctx.Err()
	})
	j.Run(ctx)
	if !ended.Load() {
		t.Fatal("Run returned before its job")
	}
}

func TestASpecThatCannotBeReadIsABug(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("accepted")
		}
	}()
	New(nil, time.Now, 0, quiet).Every("x", "now and then", nil)
}
