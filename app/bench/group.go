package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	directPerS  = 50 // messages a second in the direct conversation
	mostMembers = 10000
	mostRate    = 500
)

// GroupResult is what `ichat bench group` prints. Deliveries are timed from the send to the arrival, over all
// sockets but the sender's own.
type GroupResult struct {
	DeliveriesPerS float64  `json:"deliveries_per_s"`
	Delivery       Spread   `json:"delivery_ms"`
	Ack            Spread   `json:"ack_ms"`
	DirectAlone    Spread   `json:"direct_alone_ms"`  // a direct conversation while the group is silent
	DirectBeside   Spread   `json:"direct_beside_ms"` // and while it is not
	Queries        *float64 `json:"queries_per_message"`
	CPUPer1M       *float64 `json:"cpu_s_per_1m"` // deliveries
	Own            *float64 `json:"bench_cpu_s"`  // what all the hearers and this program took of the same processors
	Figures                 // Errors counts what is missing and came twice, too
	Missing        int      `json:"missing"`
	Messages       int      `json:"messages"`
	Members        int      `json:"members"`
	Rate           int      `json:"rate"`
	Arrived        float64  `json:"everybody_online_s"` // until all members were made and their sockets bound
	SyncMs         *float64 `json:"disk_sync_ms"`
}

// Group puts everybody into one group, with a socket each, and has some of them say so many messages a second in
// it, while two others who are in no group go on with their own conversation.
func Group(ctx context.Context, o Options) (GroupResult, error) {
	o, err := o.forGroup()
	if err != nil {
		return GroupResult{}, err
	}
	h, err := newHome()
	if err != nil {
		return GroupResult{}, err
	}
	defer h.remove()
	if h.debug, err = freeAddr(); err != nil {
		return GroupResult{}, err
	}
	took, err := syncTime(h.dir)
	if err != nil {
		return GroupResult{}, err
	}
	server, owner, err := h.open(ctx)
	if err != nil {
		return GroupResult{}, err
	}
	defer server.stop()
	began := time.Now()
	g, err := h.gather(ctx, owner, o)
	defer g.close()
	if err != nil {
		return GroupResult{}, err
	}
	syncMs := millis(took)
	r := GroupResult{Members: o.Members, Rate: o.Rate, Arrived: seconds(time.Since(began)), SyncMs: &syncMs}
	o.say("%d members online after %.1f s", o.Members, r.Arrived)
	return r, g.measure(ctx, o, server, &r)
}

func (o Options) forGroup() (Options, error) {
	if o.Members == 0 {
		o.Members = 2000
	}
	if o.Rate == 0 {
		o.Rate = 5
	}
	if o.Seconds == 0 {
		o.Seconds = 30
	}
	switch {
	case o.URL != "":
		return o, errors.New("members are made in the database of a server of its own: leave --url away")
	case o.Members < 2 || o.Members > mostMembers:
		return o, fmt.Errorf("members must be 2 to %d", mostMembers)
	case o.Rate < 1 || o.Rate > mostRate:
		return o, fmt.Errorf("rate must be 1 to %d", mostRate)
	}
	return o.checked(1)
}

// measure lets the direct conversation go on alone, and then beside the group.
func (g *gathering) measure(ctx context.Context, o Options, server *server, r *GroupResult) error {
	length := time.Duration(o.Seconds) * time.Second
	alone, err := g.play(ctx, server, max(length/3, time.Second), g.direct)
	if err != nil {
		return err
	}
	both, err := g.play(ctx, server, length, append(slices.Clone(g.talkers), g.direct)...)
	if err != nil {
		return err
	}
	r.Errors = len(alone.problems) + len(both.problems)
	for _, problem := range append(alone.problems, both.problems...) {
		o.say("  %v", problem)
	}
	var acks, deliveries []time.Duration
	for _, t := range g.talkers {
		r.Messages += len(t.sent)
		a, d, missing, doubled := t.figures(both)
		acks, deliveries = append(acks, a...), append(deliveries, d...)
		r.Missing += missing
		r.Errors += missing + doubled
	}
	for _, p := range []struct {
		of   played
		into *Spread
	}{{alone, &r.DirectAlone}, {both, &r.DirectBeside}} {
		_, d, missing, doubled := g.direct.figures(p.of)
		*p.into = spreadOf(d)
		r.Missing += missing
		r.Errors += missing + doubled
	}
	r.Ack, r.Delivery, r.Seconds = spreadOf(acks), spreadOf(deliveries), seconds(both.took())
	r.DeliveriesPerS = round(float64(len(deliveries)) / both.took().Seconds())
	r.charge(alone, both, server, len(deliveries))
	return nil
}

// charge says what the group cost: without what the direct conversation costs by itself.
func (r *GroupResult) charge(alone, both played, server *server, deliveries int) {
	if u, ok := server.usage(); ok {
		r.CPU, r.RSS, r.Own = &both.cpu, &u.rss, &both.own
		per := round(both.cpu / float64(deliveries) * 1e6)
		r.CPUPer1M = &per
	}
	if both.queries > 0 && alone.said > 0 && both.said > 0 {
		own := alone.queries / float64(alone.said) * float64(both.saidBeside)
		per := round((both.queries - own) / float64(both.said-both.saidBeside))
		r.Queries = &per
	}
}
