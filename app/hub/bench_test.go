package hub

import (
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkPush is one push to a group of 200 sockets, until all have read it.
func BenchmarkPush(b *testing.B) {
	const members = 200
	h := newHouse(b, Options{UnboundPerAddress: -1, QueueFrames: 1 << 20, QueueBytes: 1 << 30})
	var read atomic.Int64
	var all sync.WaitGroup
	for person := range int64(members) {
		c := h.join(person, "s")
		h.JoinGroup("all", person)
		all.Go(func() {
			for range b.N {
				if _, err := c.tryNext(); err != nil {
					return
				}
				read.Add(1)
			}
		})
	}
	b.ResetTimer()
	b.ReportAllocs()
	for n := range b.N {
		h.PushGroup("all", message(7, int64(n+1)))
	}
	all.Wait()
	b.ReportMetric(float64(read.Load())/b.Elapsed().Seconds(), "deliveries/s")
}
