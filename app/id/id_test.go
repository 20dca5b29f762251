package id

import (
	"sync"
	"testing"
	"time"
)

func TestIdsGrowEvenWhenTheClockRunsBack(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	s := NewSource(3, func() time.Time { return now })
	last := int64(0)
	for i := range 1000 {
		if i == 500 {
			now = now.Add(-time.Hour)
		}
		got := s.Next()
		if got <= last {
			t.Fatalf("id %d: got %d after %d", i, got, last)
		}
		last = got
	}
	if last >= 1<<53 {
		t.Fatalf("id %d is not exact in JavaScript", last)
	}
}

func TestTwoNodesNeverShareAnId(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }
	seen := map[int64]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for node := range 4 {
		s := NewSource(node, now)
		for range 2 {
			wg.Go(func() {
				for range 500 {
					n := s.Next()
					mu.Lock()
					if seen[n] {
						t.Errorf("id %d twice", n)
					}
					seen[n] = true
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	if len(seen) != 4*2*500 {
		t.Fatalf("got %d ids", len(seen))
	}
}

func TestTokensDifferAndHashHidesThem(t *testing.T) {
	a, b := Token(), Token()
	if a == b || len(a) != 22 {
		t.Fatalf("tokens %q %q", a, b)
	}
	hash := Hash(a)
	if hash == a || hash != Hash(a) || hash == Hash(b) || len(hash) != 64 {
		t.Fatalf("hash %q", hash)
	}
}
