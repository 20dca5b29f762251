package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// servedWithin is how long a visitor may wait while an agent has been free all the time.
const servedWithin = 5 * time.Second

// watchDesk looks at the desk once in a while, as an owner does. Whoever is first in the queue while an agent could take
// him, look after look without a fault in between, is unserved.
func (c *company) watchDesk(ctx context.Context) {
	type pair struct{ ticket, agent int64 }
	since := map[pair]time.Duration{}
	for ; ctx.Err() == nil; wait(ctx, 500*time.Millisecond) {
		var d desk
		if c.owner.call.call(ctx, "GET", "/api/desk", nil, &d) != nil || c.history.troubled() {
			clear(since)
			continue
		}
		now := c.history.now()
		seen := map[pair]bool{}
		for _, t := range c.next(d.Waiting) {
			for _, s := range d.Seats {
				if s.State != "online" || !s.Present || s.Load >= s.Cap || !c.connected(s.Person.ID) {
					continue
				}
				at := pair{t.ID, s.Person.ID}
				seen[at] = true
				if _, known := since[at]; !known {
					since[at] = now
				}
				if waited := now - since[at]; waited > servedWithin && !c.history.passed(t.ID, s.Person.ID) {
					c.history.clash(violation("unserved", t.Conv, 0, fmt.Sprintf("ticket %d waited %s while agent %d was free", t.ID, waited.Round(time.Millisecond), s.Person.ID)))
					since[at] = now
				}
			}
		}
		for at := range since {
			if !seen[at] {
				delete(since, at)
			}
		}
	}
}

// next is who comes before all others, of the queues whose agents have no limit beside their own; nobody when nobody waits. Who is first
// in one queue may be behind many of another: one Dispatch serves them all.
func (c *company) next(waiting []Ticket) []Ticket {
	waiting = slices.DeleteFunc(slices.Clone(waiting), func(t Ticket) bool {
		at := slices.Index(c.queues, t.QueueID)
		return at >= 0 && c.rules[queueNames[at]].Cap > 0
	})
	slices.SortFunc(waiting, func(a, b Ticket) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.OpenedAt.Compare(b.OpenedAt))
	})
	return waiting[:min(len(waiting), 1)]
}

// connected tells whether one of an agent's devices is live.
func (c *company) connected(agent int64) bool {
	for _, a := range c.agents {
		if a.id == agent {
			for _, d := range a.devices {
				if d.isLive() {
					return true
				}
			}
		}
	}
	return false
}

// ticket keeps what agents are told of tickets: the time it was opened, which is its place, must never move.
func (h *history) ticket(t Ticket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.opened == nil {
		h.opened = map[int64]time.Time{}
	}
	was, known := h.opened[t.ID]
	if known && !was.Equal(t.OpenedAt) {
		h.clashes = append(h.clashes, violation("requeued-place", t.Conv, 0, fmt.Sprintf("ticket %d was opened at %s and later at %s", t.ID, was, t.OpenedAt)))
	}
	h.opened[t.ID] = t.OpenedAt
	if t.Agent != nil {
		h.had[[2]int64{t.ID, t.Agent.ID}] = true
	}
}

// passed tells whether an agent gave this ticket away, or had it and did not answer: then it is not his by rule.
func (h *history) passed(ticket, agent int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.had[[2]int64{ticket, agent}] {
		return true
	}
	for _, op := range h.ops {
		if op.Kind == "transfer" && op.Ticket == ticket && op.Who == agent && op.Result != resultFail {
			return true
		}
	}
	return false
}

// takeover is how long after a fault another node may still have to wait for the lease of the one that worked a queue.
const takeover = 8 * time.Second

// troubled tells whether a fault strikes now, or did a moment ago.
func (h *history) troubled() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.striking || len(h.faults) > 0 && h.now() < h.faults[len(h.faults)-1].Over+takeover
}

func (h *history) setTroubled(now bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.striking = now
}
