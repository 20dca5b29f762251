package desk

import (
	"sync"
	"testing"
	"time"

	"ichat/storage/storagetest"
)

// What hands out and what keeps time are woken by the same beat. Neither may take the other for another node.
func TestALeaseIsTheProcesssWhoeverInItAsks(t *testing.T) {
	db := storagetest.Test(t)
	if !db.Postgres() {
		t.Skip("SQLite has one node")
	}
	l := newLeases(db)
	for round := range 20 {
		site := int64(round + 1)
		start := make(chan struct{})
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				<-start
				if f, ok, err := l.hold(t.Context(), site); err != nil || !ok || f.epoch != 1 {
					t.Errorf("lease %+v, held %v, %v", f, ok, err)
				}
			})
		}
		close(start)
		all.Wait()
		if mine, _ := l.mine(site); !mine {
			t.Fatal("a lease that was taken is another's")
		}
	}
}

// A renewal that was on its way when the lease was over and was taken again knows nothing of that.
func TestALateRenewalLeavesANewLeaseAlone(t *testing.T) {
	l := newLeases(nil)
	until := time.Now().Add(time.Hour)
	l.note(1, lease{epoch: 4, until: until})
	l.note(2, lease{epoch: 5, until: until})
	l.note(3, lease{epoch: 6, until: until})
	held := l.held()
	l.note(1, lease{epoch: 7, until: until})
	lost := l.renewed(held, map[int64]int64{3: 6}, until.Add(time.Second))
	if len(lost) != 1 || lost[0] != 2 {
		t.Fatalf("lost %v", lost)
	}
	for site, epoch := range map[int64]int64{1: 7, 2: 0, 3: 6} {
		if got := l.epoch(site); got != epoch {
			t.Errorf("lease of site %d is %d, want %d", site, got, epoch)
		}
	}
}
