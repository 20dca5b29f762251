package web

import (
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ichat/app/fault"
)

const (
	bucketsKept = 50_000      // about 10 MB a limit at worst
	sweepEvery  = time.Second // while new keys come
)

// PerPerson lets each signed-in person call the route rate times a second on average and
// burst times at once.
func PerPerson(r float64, burst int) Limit {
	return func(rt *route) { rt.perPerson = append(rt.perPerson, newBuckets(r, burst)) }
}

// PerAddress is PerPerson for each client address (a /64 for IPv6: one household has
// a whole one).
func PerAddress(r float64, burst int) Limit {
	return func(rt *route) { rt.perAddress = append(rt.perAddress, newBuckets(r, burst)) }
}

// buckets holds a token bucket for each key that was seen lately.
type buckets struct {
	rate  rate.Limit
	burst int

	mu    sync.Mutex
	byKey map[string]*rate.Limiter // guarded by mu
	swept time.Time                // guarded by mu
}

func newBuckets(r float64, burst int) *buckets {
	return &buckets{rate: rate.Limit(r), burst: burst, byKey: make(map[string]*rate.Limiter)}
}

// takeAll takes from every bucket of key, or says how long to wait.
func takeAll(limits []*buckets, key string, now time.Time) error {
	for _, b := range limits {
		if wait := b.take(key, now); wait > 0 {
			return fault.New(fault.TooMany, "too many requests, please wait a moment").After(wait)
		}
	}
	return nil
}

func (b *buckets) take(key string, now time.Time) time.Duration {
	b.mu.Lock()
	l := b.byKey[key]
	if l == nil {
		b.makeRoom(now)
		l = rate.NewLimiter(b.rate, b.burst)
		b.byKey[key] = l
	}
	b.mu.Unlock()
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now) // a refused call costs nothing
	}
	return wait
}

// makeRoom forgets full buckets, which say nothing, and when all are in use one of them:
// memory stays bounded, and the forgotten one merely starts afresh. Needs mu.
func (b *buckets) makeRoom(now time.Time) {
	if len(b.byKey) < bucketsKept && now.Sub(b.swept) < sweepEvery {
		return
	}
	if now.Sub(b.swept) >= sweepEvery {
		b.swept = now
		for key, l := range b.byKey {
			if l.TokensAt(now) >= float64(b.burst) {
				delete(b.byKey, key)
			}
		}
	}
	for key := range b.byKey {
		if len(b.byKey) < bucketsKept {
			return
		}
		delete(b.byKey, key)
	}
}

func personKey(person int64) string { return strconv.FormatInt(person, 36) }

func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	prefix, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.Addr().String()
}
