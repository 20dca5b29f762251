package storage_test

import (
	"testing"
	"time"

	"ichat/storage/storagetest"
)

func TestEveryNodeHasTheDatabasesTimeWhateverItsOwnClockSays(t *testing.T) {
	db := storagetest.Test(t)
	fast, err := db.NewClock(ctx, func() time.Time { return time.Now().Add(7 * time.Minute) })
	must(t, err)
	slow, err := db.NewClock(ctx, func() time.Time { return time.Now().Add(-3 * time.Hour) })
	must(t, err)
	if !db.Postgres() {
		if off := time.Until(fast.Now()); off < 6*time.Minute {
			t.Fatalf("SQLite's clock is the process's own, here %s off", off)
		}
		return
	}
	if off := fast.Now().Sub(slow.Now()).Abs(); off > 2*time.Second {
		t.Fatalf("two nodes differ by %s", off)
	}
	if fast.Off().Round(time.Minute) != 7*time.Minute || slow.Off().Round(time.Minute) != -3*time.Hour {
		t.Fatalf("off by %s and %s", fast.Off(), slow.Off())
	}
	// The leases that only one may hold, asked for by clocks that far apart.
	a, err := db.LeaseNode(ctx, slow.Now())
	must(t, err)
	b, err := db.LeaseNode(ctx, fast.Now())
	must(t, err)
	if a.Number == b.Number {
		t.Fatal("two nodes have the same number")
	}
}

func TestASlowAnswerDoesNotSetTheClock(t *testing.T) {
	db := storagetest.Test(t)
	if !db.Postgres() {
		t.Skip("SQLite's clock is the process's own")
	}
	calls := 0
	own := func() time.Time { // the answer to the first question takes nearly a second
		if calls++; calls == 1 {
			return time.Now()
		}
		return time.Now().Add(800 * time.Millisecond)
	}
	clock, err := db.NewClock(ctx, own)
	must(t, err)
	exact, err := db.NewClock(ctx, time.Now)
	must(t, err)
	if off := clock.Now().Sub(exact.Now()).Abs(); off > 200*time.Millisecond {
		t.Fatalf("off by %s", off)
	}
}
