package bench

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// talker is one who speaks in a conversation at a steady pace, and what became of what he said: arrived holds
// for each message when each hearer's socket had it. Times are since clock.
type talker struct {
	wire    *wire
	clock   time.Time
	self    int // the socket that is his own, whose arrivals are not timed
	hearers int
	begin   time.Duration // from the start of a play to his first word
	every   time.Duration

	sent, acked []time.Duration // owned by speak while a play lasts; acked is 0 for what was not

	arrived atomic.Pointer[[]arrivals] // replaced before each play, while nobody speaks
	doubles atomic.Int64
}

type arrivals []atomic.Int64 // by hearer; 0: not

// room makes place for what is said in a play.
func (t *talker) room(length time.Duration) {
	more := int(length/t.every) + 2
	var all []arrivals
	if had := t.arrived.Load(); had != nil {
		all = append(all, *had...)
	}
	for range more {
		all = append(all, make(arrivals, t.hearers))
	}
	t.arrived.Store(&all)
}

// heard notes that a socket has message n.
func (t *talker) heard(socket, n int, at time.Duration) {
	all := t.arrived.Load()
	if all == nil || n >= len(*all) || socket >= t.hearers || !(*all)[n][socket].CompareAndSwap(0, int64(at)) {
		t.doubles.Add(1)
	}
}

// speak says something at each of his moments until the end, or until one fails.
func (t *talker) speak(ctx context.Context, from, until time.Duration) error {
	if err := t.wire.ready(t.clock.Add(until + answerIn)); err != nil {
		return err
	}
	for next := from + t.begin; next < until; next += t.every {
		select {
		case <-time.After(next - time.Since(t.clock)):
		case <-ctx.Done():
			return ctx.Err()
		}
		n := len(t.sent)
		if n >= len(*t.arrived.Load()) {
			return nil
		}
		t.sent, t.acked = append(t.sent, time.Since(t.clock)), append(t.acked, 0)
		if err := t.wire.say(n); err != nil {
			return err
		}
		t.acked[n] = time.Since(t.clock)
	}
	return nil
}

// missing counts the arrivals of what was acknowledged that are still to come. He must be at rest.
func (t *talker) missing(from int) (count int) {
	all := *t.arrived.Load()
	for n := from; n < len(t.sent); n++ {
		if t.acked[n] == 0 {
			continue
		}
		for i := range all[n] {
			if all[n][i].Load() == 0 {
				count++
			}
		}
	}
	return count
}

// figures are the waits of what he said in a play, what never arrived and what came twice.
func (t *talker) figures(p played) (acks, deliveries []time.Duration, missing, doubled int) {
	all := *t.arrived.Load()
	for n := range t.sent {
		if t.sent[n] < p.from || t.sent[n] >= p.until || t.acked[n] == 0 {
			continue
		}
		acks = append(acks, t.acked[n]-t.sent[n])
		for i := range all[n] {
			switch at := all[n][i].Load(); {
			case at == 0:
				missing++
			case i != t.self || t.hearers == 1:
				deliveries = append(deliveries, time.Duration(at)-t.sent[n])
			}
		}
	}
	return acks, deliveries, missing, int(t.doubles.Swap(0))
}

// played is one stretch of talk: when it was, what failed, and what it cost the server.
type played struct {
	from, until time.Duration
	problems    []error
	said        int     // by everybody
	saidBeside  int     // by who speaks in no group
	cpu, own    float64 // of the server, of this program
	queries     float64
}

func (p played) took() time.Duration { return p.until - p.from }

// play lets some talk for a while and waits until all that was acknowledged is there.
func (g *gathering) play(ctx context.Context, s *server, length time.Duration, who ...*talker) (p played, err error) {
	starts := make([]int, len(who))
	for i, t := range who {
		t.room(length)
		starts[i] = len(t.sent)
	}
	before, _ := s.usage()
	mine, _ := usageOf(os.Getpid())
	counted, err := s.counters(ctx)
	if err != nil {
		return p, err
	}
	p.from = time.Since(g.clock)
	p.until = p.from + length
	failed := make(chan error, len(who))
	for _, t := range who {
		go func() { failed <- t.speak(ctx, p.from, p.until) }()
	}
	for range who {
		if err := <-failed; err != nil {
			p.problems = append(p.problems, fmt.Errorf("a member cannot say more: %w", err))
		}
	}
	for i, t := range who {
		p.said += len(t.sent) - starts[i]
	}
	p.saidBeside = len(g.direct.sent) - starts[len(who)-1]
	settle(ctx, who, starts)
	if u, ok := s.usage(); ok {
		p.cpu = seconds(u.cpu - before.cpu)
	}
	if u, ok := usageOf(os.Getpid()); ok {
		p.own = seconds(u.cpu - mine.cpu)
	}
	after, err := s.counters(ctx)
	p.queries = after["ichat_queries_total"] - counted["ichat_queries_total"]
	return p, err
}

// settle waits until everything has arrived, or is late.
func settle(ctx context.Context, who []*talker, starts []int) {
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for until := time.Now().Add(arriveIn); time.Now().Before(until); {
		missing := 0
		for i, t := range who {
			missing += t.missing(starts[i])
		}
		if missing == 0 {
			return
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return
		}
	}
}
