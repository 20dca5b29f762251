package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	arriveIn   = 10 * time.Second       // what was acknowledged must be there by then
	arrivePoll = 5 * time.Millisecond   // while waiting for that
	linger     = 300 * time.Millisecond // for doubles to show up
	answerIn   = 30 * time.Second       // the longest a sender waits for one answer
)

// Run is one measured stretch. With errors it does not count.
type Run struct {
	SendsPerS float64  `json:"sends_per_s"`
	Ack       Spread   `json:"ack_ms"`
	Delivery  Spread   `json:"delivery_ms"`
	CPUPer1M  *float64 `json:"cpu_s_per_1m"`
	Sends     int      `json:"sends"` // acknowledged in the measured time
	Errors    int      `json:"errors"`
	Seconds   float64  `json:"seconds"`
	CPU       *float64 `json:"cpu_s"`

	problems []error
}

func (r *Run) wrong(count int, format string, args ...any) {
	if count > 0 {
		r.Errors += count
		r.problems = append(r.problems, fmt.Errorf(format, args...))
	}
}

// run lets everybody talk, at first unmeasured, and then looks whether all has arrived, once.
func (s *stage) run(ctx context.Context, server *server, warm, measured time.Duration) (Run, error) {
	until := time.Now().Add(warm + measured + answerIn)
	from := make([]int, len(s.lanes))
	wrong := 0
	for i, l := range s.lanes {
		from[i] = len(l.sent)
		wrong += l.wrong()
		if err := l.wire.ready(until); err != nil {
			return Run{}, err
		}
	}
	r, opened, closed, err := s.talk(ctx, server, warm, measured)
	if err != nil {
		return r, err
	}
	missing, err := s.settle(ctx, from)
	if err != nil {
		return r, err
	}
	r.wrong(missing, "%d acknowledged messages did not arrive", missing)
	for _, l := range s.lanes {
		wrong -= l.wrong()
	}
	r.wrong(-wrong, "%d messages arrived twice or were never sent", -wrong)
	var acks, deliveries []time.Duration
	for i, l := range s.lanes {
		acks, deliveries = l.window(from[i], opened, closed, acks, deliveries)
	}
	r.Sends, r.Ack, r.Delivery = len(acks), spreadOf(acks), spreadOf(deliveries)
	r.SendsPerS = round(float64(r.Sends) / (closed - opened).Seconds())
	if r.CPU != nil && r.Sends > 0 {
		per := round(*r.CPU / float64(r.Sends) * 1e6)
		r.CPUPer1M = &per
	}
	return r, nil
}

// talk runs all senders and says when the measured time began and ended. The first failure of a
// sender ends it early.
func (s *stage) talk(ctx context.Context, server *server, warm, measured time.Duration) (r Run, opened, closed time.Duration, err error) {
	var stop atomic.Bool
	var talking sync.WaitGroup
	failed := make(chan error, len(s.lanes))
	for _, l := range s.lanes {
		talking.Go(func() {
			if err := l.talk(&stop); err != nil {
				failed <- err
			}
		})
	}
	var first error
	for _, d := range []time.Duration{warm, measured} {
		before, _ := server.usage()
		opened = time.Since(s.clock)
		if first = s.pause(ctx, d, failed); first != nil {
			break
		}
		closed = time.Since(s.clock)
		if after, ok := server.usage(); ok {
			cpu := seconds(after.cpu - before.cpu)
			r.CPU = &cpu
		}
	}
	stop.Store(true)
	talking.Wait()
	if first != nil {
		return r, 0, 0, first
	}
	r.Seconds = seconds(closed - opened)
	close(failed)
	for err := range failed {
		r.wrong(1, "%w", err)
	}
	return r, opened, closed, nil
}

// pause waits, and ends early when there is nothing to wait for any more.
func (s *stage) pause(ctx context.Context, d time.Duration, failed <-chan error) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case err := <-failed:
		return err
	case err := <-s.lost:
		return fmt.Errorf("an agent's socket ended: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle waits until all that was acknowledged has arrived and returns how much has not.
func (s *stage) settle(ctx context.Context, from []int) (missing int, err error) {
	late := time.After(arriveIn)
	poll := time.NewTicker(arrivePoll)
	defer poll.Stop()
	for {
		missing = 0
		for i, l := range s.lanes {
			missing += l.missing(from[i])
		}
		if missing == 0 {
			return 0, s.pause(ctx, linger, nil)
		}
		select {
		case <-poll.C:
		case <-late:
			return missing, nil
		case <-ctx.Done():
			return missing, ctx.Err()
		}
	}
}
