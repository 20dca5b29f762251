package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const warmUp = time.Second // caches, connections and the collector find their rhythm

// SendResult is what `ichat bench send` prints. The figures are those of the best run that counts.
type SendResult struct {
	SendsPerS float64  `json:"sends_per_s"`
	Ack       Spread   `json:"ack_ms"`
	Delivery  Spread   `json:"delivery_ms"`
	CPUPer1M  *float64 `json:"cpu_s_per_1m"`
	Figures            // Errors of all runs
	PeakRSS   *int64   `json:"rss_peak_kb"`
	Senders   int      `json:"senders"`
	Agents    int      `json:"agents"`
	SyncMs    *float64 `json:"disk_sync_ms"` // 4 KiB made durable on the disk of the server's folder
	Runs      []Run    `json:"runs"`

	Uploads *UploadResult `json:"uploads,omitempty"`
}

// Send measures durable sends from visitors to agents' sockets: each sender, a signed-in visitor
// with a conversation of his own, posts 100 characters and waits for the answer before the next.
// A run counts only when every acknowledged message arrived, once, on the socket of its agent.
func Send(ctx context.Context, o Options) (SendResult, error) {
	o, err := o.checked(3)
	if err != nil {
		return SendResult{}, err
	}
	if o.URL != "" {
		owner := caller{api: newAPI(o.URL), token: o.Token}
		return send(ctx, o, owner, nil, nil)
	}
	h, err := newHome()
	if err != nil {
		return SendResult{}, err
	}
	defer h.remove()
	took, err := syncTime(h.dir)
	if err != nil {
		return SendResult{}, err
	}
	syncMs := millis(took)
	server, owner, err := h.open(ctx)
	if err != nil {
		return SendResult{}, err
	}
	defer server.stop()
	o.say("server ready in %s, disk sync %.2f ms", server.ready.Round(time.Millisecond), syncMs)
	return send(ctx, o, owner, server, &syncMs)
}

// open starts a server and signs its owner in.
func (h *home) open(ctx context.Context) (*server, caller, error) {
	server, err := h.start(ctx)
	if err != nil {
		return nil, caller{}, err
	}
	owner, _, err := newAPI(server.url).signIn(ctx, "/api/session", map[string]string{"email": ownerEmail, "password": h.password})
	if err != nil {
		server.stop()
		return nil, caller{}, fmt.Errorf("the owner cannot sign in, the database must be empty: %w", err)
	}
	return server, owner, nil
}

func send(ctx context.Context, o Options, owner caller, server *server, syncMs *float64) (SendResult, error) {
	at, err := siteOf(ctx, owner, o.Site)
	if err != nil {
		return SendResult{}, err
	}
	s, err := newStage(ctx, owner, at, o.Senders)
	defer s.close()
	if err != nil {
		return SendResult{}, err
	}
	o.say("%d conversations with %d agents", len(s.lanes), len(s.agents))
	result, err := s.measure(ctx, o, server)
	if err != nil {
		return SendResult{}, err
	}
	result.Senders, result.Agents, result.SyncMs = len(s.lanes), len(s.agents), syncMs
	if o.Uploads > 0 {
		u, err := s.beside(ctx, o, server)
		if err != nil {
			return result, err
		}
		result.Uploads = &u
	}
	if server == nil {
		err = s.tidy(ctx)
	}
	return result, err
}

// measure makes the runs and picks the best.
func (s *stage) measure(ctx context.Context, o Options, server *server) (SendResult, error) {
	var result SendResult
	var problems []error
	best := -1
	for n := range o.Runs {
		r, err := s.run(ctx, server, warmUp, time.Duration(o.Seconds)*time.Second)
		if err != nil {
			return result, fmt.Errorf("run %d: %w", n+1, err)
		}
		o.say("run %d: %.0f sends/s, ack p50 %.1f p99 %.1f ms, delivery p50 %.1f p99 %.1f ms, %d errors",
			n+1, r.SendsPerS, r.Ack.P50, r.Ack.P99, r.Delivery.P50, r.Delivery.P99, r.Errors)
		for _, problem := range r.problems {
			o.say("  %v", problem)
		}
		result.Runs = append(result.Runs, r)
		result.Errors += r.Errors
		problems = append(problems, r.problems...)
		if r.Errors == 0 && (best < 0 || r.SendsPerS > result.Runs[best].SendsPerS) {
			best = n
		}
	}
	if best < 0 {
		return result, fmt.Errorf("no run counts: %w", errors.Join(problems...))
	}
	r := result.Runs[best]
	result.SendsPerS, result.Ack, result.Delivery, result.CPUPer1M = r.SendsPerS, r.Ack, r.Delivery, r.CPUPer1M
	result.Seconds, result.CPU = r.Seconds, r.CPU
	if u, ok := server.usage(); ok {
		result.RSS, result.PeakRSS = &u.rss, &u.rssPeak
	}
	return result, nil
}
