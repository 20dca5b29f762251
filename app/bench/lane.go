package bench

import (
	"sync"
	"sync/atomic"
	"time"
)

// lane is one visitor's conversation during the runs: what he sent and when it was acknowledged
// and arrived at the agent. Messages are numbered from 0 over all runs; times are since clock.
type lane struct {
	wire  *wire
	clock time.Time

	// owned by the sending goroutine while a run lasts
	sent  []time.Duration
	acked []time.Duration // 0: not

	mu      sync.Mutex
	arrived []time.Duration // 0: not; guarded by mu
	doubles int             // arrivals of what had arrived; guarded by mu
	unknown int             // arrivals of what nobody sent; guarded by mu
}

// talk sends one message after the other until stop, and ends at the first failure.
func (l *lane) talk(stop *atomic.Bool) error {
	for !stop.Load() {
		n := len(l.sent)
		l.sent = append(l.sent, time.Since(l.clock))
		l.acked = append(l.acked, 0)
		if err := l.wire.say(n); err != nil {
			return err
		}
		l.acked[n] = time.Since(l.clock)
	}
	return nil
}

// far is how far ahead of the last arrival a number may be before it cannot be ours.
const far = 1 << 16

// heard notes that message n is there.
func (l *lane) heard(n int, at time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case n > len(l.arrived)+far:
		l.unknown++
		return
	case n >= len(l.arrived):
		l.arrived = append(l.arrived, make([]time.Duration, n+1-len(l.arrived))...)
	}
	if l.arrived[n] != 0 {
		l.doubles++
		return
	}
	l.arrived[n] = at
}

// missing counts what was acknowledged and has not arrived, from a number on. The sender must
// be at rest.
func (l *lane) missing(from int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for n := from; n < len(l.sent); n++ {
		if l.acked[n] != 0 && (n >= len(l.arrived) || l.arrived[n] == 0) {
			count++
		}
	}
	return count
}

// wrong counts arrivals that should not have been. The sender must be at rest.
func (l *lane) wrong() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.doubles + l.unknown + max(0, len(l.arrived)-len(l.sent))
}

// window adds the waits of what was acknowledged from opened to closed, as far as it arrived.
func (l *lane) window(from int, opened, closed time.Duration, acks, deliveries []time.Duration) (a, d []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := from; n < len(l.sent); n++ {
		if l.acked[n] < opened || l.acked[n] > closed || l.acked[n] == 0 {
			continue
		}
		acks = append(acks, l.acked[n]-l.sent[n])
		if n < len(l.arrived) && l.arrived[n] != 0 {
			deliveries = append(deliveries, l.arrived[n]-l.sent[n])
		}
	}
	return acks, deliveries
}
