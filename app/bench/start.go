package bench

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	fillSenders = 16
	fillFor     = time.Second // some thousand messages
)

// StartResult is what `ichat bench start` prints.
type StartResult struct {
	ReadyMs float64   `json:"ready_ms"` // the median
	BestMs  float64   `json:"best_ms"`
	Figures           // CPU and RSS when ready, of the last start
	Runs    []float64 `json:"runs_ms"`
}

// Start measures the time from starting the process to its first 200 at /readyz, on a database
// with some people, open conversations and messages in it.
func Start(ctx context.Context, o Options) (StartResult, error) {
	o, err := o.checked(5)
	if err != nil {
		return StartResult{}, err
	}
	if o.URL != "" {
		return StartResult{}, errors.New("a start can only be measured of a server of its own: leave --url away")
	}
	h, err := newHome()
	if err != nil {
		return StartResult{}, err
	}
	defer h.remove()
	messages, err := h.fill(ctx)
	if err != nil {
		return StartResult{}, err
	}
	o.say("database with %d messages", messages)
	var result StartResult
	var took []time.Duration
	began := time.Now()
	for range o.Runs {
		server, err := h.start(ctx)
		if err != nil {
			return StartResult{}, err
		}
		took = append(took, server.ready)
		if u, ok := server.usage(); ok {
			cpu := seconds(u.cpu)
			result.RSS, result.CPU = &u.rss, &cpu
		}
		server.stop()
		result.Runs = append(result.Runs, millis(server.ready))
		o.say("ready in %.1f ms", millis(server.ready))
	}
	result.Seconds = seconds(time.Since(began))
	slices.Sort(took)
	result.ReadyMs, result.BestMs = millis(percentile(took, 50)), millis(took[0])
	return result, nil
}

// fill makes a database that has been in use and leaves it to the next server.
func (h *home) fill(ctx context.Context) (messages int, err error) {
	server, owner, err := h.open(ctx)
	if err != nil {
		return 0, err
	}
	defer server.stop()
	at, err := siteOf(ctx, owner, "")
	if err != nil {
		return 0, err
	}
	s, err := newStage(ctx, owner, at, fillSenders)
	defer s.close()
	if err != nil {
		return 0, err
	}
	r, err := s.run(ctx, server, 0, fillFor)
	if err == nil {
		err = errors.Join(r.problems...)
	}
	return r.Sends, err
}
