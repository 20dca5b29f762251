package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// fifoSlack is how long somebody may have come back to his place without the round under way seeing him.
const fifoSlack = 3 * time.Second

// firstComeFirstServed: nobody is given to an agent by rule while somebody who came before him has been waiting for a
// while and that agent could have had him.
func (b *book) firstComeFirstServed() (found []Violation) {
	type stretch struct {
		from, to  time.Time
		ticket    Ticket
		transfers map[int64]bool
	}
	var waits []stretch
	for _, t := range b.Final.Tickets {
		from, passers := t.Ticket.OpenedAt, map[int64]bool{}
		for _, a := range t.History {
			waits = append(waits, stretch{from, a.At, t.Ticket, passers})
			if a.EndedAt == nil {
				break
			}
			from = *a.EndedAt
			if a.EndedBy == "transferred" {
				passers[a.Agent.ID] = true
			}
		}
	}
	slices.SortFunc(waits, func(a, c stretch) int { return a.ticket.OpenedAt.Compare(c.ticket.OpenedAt) })
	for _, t := range b.Final.Tickets {
		for i, a := range t.History {
			if a.Why.Rule != "least busy" || i > 0 {
				continue
			}
			for _, w := range waits {
				if !w.ticket.OpenedAt.Before(t.Ticket.OpenedAt) {
					break
				}
				if w.ticket.ID != t.Ticket.ID && w.from.Before(a.At.Add(-fifoSlack)) && w.to.After(a.At.Add(fifoSlack)) && !w.transfers[a.Agent.ID] {
					found = append(found, violation("fifo", t.Ticket.Conv, 0, fmt.Sprintf("ticket %d, opened %s, was served at %s before ticket %d, opened %s and waiting",
						t.Ticket.ID, t.Ticket.OpenedAt.Format(time.StampMicro), a.At.Format(time.StampMicro), w.ticket.ID, w.ticket.OpenedAt.Format(time.StampMicro))))
					break
				}
			}
		}
	}
	return found
}

// roomyShare is how much of all places may be taken for a time to count as one in which there is room: some agents are
// away or out of reach.
const roomyShare = 0.7

// handful is how many may come at once: the last of a crowd waits for those before him, whoever is free.
const handful = 10

// roomyWaits are the times visitors waited for their first agent, of those who came while there was room and nothing was
// wrong, neither when they came nor since a moment before.
func roomyWaits(s Story) (waits []time.Duration) {
	if s.Final.Began.IsZero() {
		return nil
	}
	type step struct {
		at     time.Time
		more   int           // places taken
		queued int           // visitors waiting
		wait   time.Duration // of a visitor who comes; -1: none
	}
	var steps []step
	room := 0
	for _, limit := range s.Final.Caps {
		room += limit
	}
	for _, t := range s.Final.Tickets {
		for i, a := range t.History {
			if i == 0 {
				steps = append(steps, step{t.Ticket.OpenedAt, 0, 1, a.At.Sub(t.Ticket.OpenedAt)}, step{a.At, 1, -1, -1})
			} else {
				steps = append(steps, step{a.At, 1, 0, -1})
			}
			if a.EndedAt != nil {
				steps = append(steps, step{*a.EndedAt, -1, 0, -1})
			}
		}
	}
	slices.SortFunc(steps, func(a, c step) int { return cmp.Or(a.at.Compare(c.at), cmp.Compare(a.more, c.more)) })
	b := &book{Story: s}
	load, queued := 0, 0
	for _, st := range steps {
		load, queued = load+st.more, queued+st.queued
		since := st.at.Sub(s.Final.Began)
		troubled := slices.ContainsFunc(b.Faults, func(f Struck) bool { return f.At-time.Second < since && f.Over+takeover > since })
		if st.wait >= 0 && !troubled && queued <= handful && float64(load) < roomyShare*float64(room) {
			waits = append(waits, st.wait)
		}
	}
	return waits
}
