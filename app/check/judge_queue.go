package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// fifoSlack is how long somebody may have come back to his place without the round under way seeing him.
const fifoSlack = 3 * time.Second

// stretch is a time in which a ticket waited in a queue.
type stretch struct {
	ticket   Ticket
	queue    string // the name; "" when it is not known
	from, to time.Time
	gaveUp   map[int64]bool // agents who had it before and passed it on, or did not answer
	next     *Assignment    // what ended it
	first    bool           // it had not been given to anybody before
	came     time.Time      // when it overflowed into this queue; zero: it did not
}

// waits are the stretches of a ticket that ended with an agent.
func (t TicketStory) waits() (all []stretch) {
	from, gaveUp := t.Ticket.OpenedAt, map[int64]bool{}
	for i, a := range t.History {
		all = append(all, stretch{t.Ticket, t.queueAt(a.At), from, a.At, gaveUp, &t.History[i], i == 0, t.overflowedAt(a.At)})
		if a.EndedAt == nil {
			break
		}
		from = *a.EndedAt
		if a.EndedBy == "transferred" || a.EndedBy == "no_answer" {
			gaveUp[a.Agent.ID] = true
		}
	}
	return all
}

// queueAt is the queue in which a ticket was at a moment, by name. Everybody begins in the first one; where a transfer
// went is not known.
func (t TicketStory) queueAt(at time.Time) string {
	queue, since := queueNames[0], time.Time{}
	for i, a := range t.History {
		toQueue := a.EndedBy == "transferred" && (i+1 == len(t.History) || t.History[i+1].Why.Rule != "transferred")
		if toQueue && !a.EndedAt.After(at) {
			queue, since = "", *a.EndedAt
		}
	}
	for _, e := range t.Events {
		if e.Kind == "overflowed" && !e.At.After(at.Add(earlySlack)) && e.At.After(since) {
			queue = e.Why.To
		}
	}
	return queue
}

// overflowedAt is when a ticket last overflowed before a moment.
func (t TicketStory) overflowedAt(at time.Time) (last time.Time) {
	for _, e := range t.Events {
		if e.Kind == "overflowed" && !e.At.After(at) {
			last = e.At
		}
	}
	return last
}

// before tells whether a ticket is to be served before another one of the same queue.
func (t Ticket) before(other Ticket) bool {
	return t.Priority > other.Priority || t.Priority == other.Priority && t.OpenedAt.Before(other.OpenedAt)
}

// byRule are the rules by which Dispatch hands out who is first in a queue.
var byRule = []string{"least busy", "round robin", "longest idle", "skill"}

// firstComeFirstServed: nobody is given to an agent by rule while somebody who comes before him in the same queue has been
// waiting for a while and that agent could have had him.
func (b *book) firstComeFirstServed() (found []Violation) {
	byQueue, slack := map[string][]stretch{}, fifoSlack+2*b.Stall
	answered := b.visitorsAnswers()
	for _, t := range b.Final.Tickets {
		for _, w := range t.waits() {
			if w.queue != "" {
				if w.first {
					w.from = firstFrom(answered[t.Ticket.Conv], w.from)
				}
				if w.came.After(w.from) {
					w.from = w.came
				}
				byQueue[w.queue] = append(byQueue[w.queue], w)
			}
		}
	}
	for queue, waits := range byQueue {
		for _, served := range waits {
			if !served.first || !slices.Contains(byRule, served.next.Why.Rule) {
				continue
			}
			at, agent := served.to, served.next.Agent.ID
			passed := slices.IndexFunc(waits, func(w stretch) bool {
				return w.ticket.ID != served.ticket.ID && w.ticket.before(served.ticket) && w.from.Before(at.Add(-slack)) && w.to.After(at.Add(slack)) && !w.gaveUp[agent]
			})
			if passed >= 0 {
				w := waits[passed]
				found = append(found, violation("fifo", served.ticket.Conv, 0, fmt.Sprintf("in the queue %s ticket %d, opened %s, was served at %s before ticket %d, opened %s and waiting",
					queue, served.ticket.ID, served.ticket.OpenedAt.Format(time.StampMicro), at.Format(time.StampMicro), w.ticket.ID, w.ticket.OpenedAt.Format(time.StampMicro))))
			}
		}
	}
	return found
}

// visitorsAnswers are the moments, in order, at which what visitors said was acknowledged, by conversation. A ticket is opened with the
// time at which its write began, and is there for certain when that is answered.
func (b *book) visitorsAnswers() map[int64][]time.Time {
	all := map[int64][]time.Time{}
	for _, op := range b.Ops {
		if op.Kind == "send" && op.Result == resultOK && b.Final.Visitors[op.Who] {
			all[op.Conv] = append(all[op.Conv], b.Final.Began.Add(op.End))
		}
	}
	return all
}

// firstFrom is the first of the moments from a time on; that time itself when there is none.
func firstFrom(moments []time.Time, from time.Time) time.Time {
	for _, at := range moments {
		if !at.Before(from) {
			return at
		}
	}
	return from
}

// earlySlack is by how much a time that the server counts may differ from what it writes down, and the time of one node from
// that of another.
const earlySlack = 50 * time.Millisecond

// rulesHold: nobody loses a ticket for want of an answer before his time is over, or after he answered; nobody moves on to another
// queue before he has waited so long; and what was decided is said once.
func (b *book) rulesHold() (found []Violation) {
	for _, t := range b.Final.Tickets {
		for _, a := range t.History {
			if rule := b.Final.Rules[t.queueAt(a.At)]; a.EndedBy == "no_answer" && a.EndedAt.Sub(a.At) < time.Duration(rule.Answer.RequeueS)*time.Second-earlySlack {
				found = append(found, violation("early", t.Ticket.Conv, 0, fmt.Sprintf("ticket %d was taken from agent %d after %s, who has %d s to answer", t.Ticket.ID, a.Agent.ID, a.EndedAt.Sub(a.At), rule.Answer.RequeueS)))
			}
		}
		for i, e := range t.Events {
			if e.Kind != "overflowed" {
				continue
			}
			since := t.Ticket.OpenedAt
			for _, before := range t.Events[:i] {
				if before.Kind == "overflowed" {
					since = before.At
				}
			}
			if rule := b.Final.Rules[e.Why.From]; e.At.Sub(since) < time.Duration(rule.Overflow.AfterS)*time.Second-earlySlack {
				found = append(found, violation("early", t.Ticket.Conv, 0, fmt.Sprintf("ticket %d left the queue %s after %s, which is for %d s", t.Ticket.ID, e.Why.From, e.At.Sub(since), rule.Overflow.AfterS)))
			}
		}
	}
	return found
}

// requeuesAreSaid: what took a ticket back is one event and one line in its conversation, and an agent who has answered keeps it.
func requeuesAreSaid(id int64, log []Message, tickets []TicketStory) (found []Violation) {
	var events []TicketEvent
	for _, t := range tickets {
		if t.Events == nil {
			return nil // of a version that keeps none
		}
		for _, e := range t.Events {
			if e.Kind == "requeued" {
				events = append(events, e)
			}
		}
	}
	lines, answered := 0, false
	visitor := tickets[0].Ticket.Visitor.ID
	for _, m := range log {
		switch {
		case m.Type != "system":
			answered = answered || m.Sender != visitor
		case m.Body.Key == "ticket.assigned", m.Body.Key == "ticket.transferred":
			answered = false
		case m.Body.Key == "ticket.requeued":
			if lines < len(events) && events[lines].Why.Rule == "no_answer" && answered {
				found = append(found, violation("early", id, m.Seq, fmt.Sprintf("conversation %d at %d: taken back for want of an answer, and there is one", id, m.Seq)))
			}
			lines++
		}
	}
	if lines != len(events) {
		found = append(found, violation("said-twice", id, 0, fmt.Sprintf("conversation %d says %d times that it went back to the queue, and has %d events", id, lines, len(events))))
	}
	return found
}

// roomyShare is how much of all places may be taken for a time to count as one in which there is room: some agents are
// away or out of reach.
const roomyShare = 0.7

// handful is how many may come at once: the last of a crowd waits for those before him, whoever is free.
const handful = 10

// firstWait is how long a visitor waited for his first agent.
type firstWait struct {
	ticket Ticket
	took   time.Duration
}

// waitsAreShort: while there is room, 99 of 100 visitors have an agent within a time.
func waitsAreShort(s Story, within time.Duration) []Violation {
	waits := roomyWaits(s)
	slices.SortFunc(waits, func(a, c firstWait) int { return cmp.Compare(c.took, a.took) })
	late := slices.IndexFunc(waits, func(w firstWait) bool { return w.took <= within })
	if late < 0 {
		late = len(waits)
	}
	if late*100 <= len(waits) {
		return nil
	}
	v := violation("unserved", waits[0].ticket.Conv, 0, fmt.Sprintf("while there was room, %d of %d visitors waited longer than %s", late, len(waits), within))
	for _, w := range waits[:min(late, 10)] {
		v.Detail += fmt.Sprintf("; ticket %d, opened at %s, %s", w.ticket.ID, w.ticket.OpenedAt.Sub(s.Final.Began).Round(time.Millisecond), w.took.Round(time.Millisecond))
	}
	return []Violation{v}
}

// roomyWaits are the times visitors waited for their first agent, of those who came while there was room and nothing was
// wrong, neither when they came nor since a moment before.
func roomyWaits(s Story) (waits []firstWait) {
	if s.Final.Began.IsZero() {
		return nil
	}
	type step struct {
		at     time.Time
		more   int        // places taken
		queued int        // visitors waiting
		comes  *firstWait // a visitor; nil: nobody
	}
	var steps []step
	room := 0
	for _, limit := range s.Final.Caps {
		room += limit
	}
	for _, t := range s.Final.Tickets {
		for i, a := range t.History {
			if i == 0 {
				steps = append(steps, step{t.Ticket.OpenedAt, 0, 1, &firstWait{t.Ticket, a.At.Sub(t.Ticket.OpenedAt)}}, step{a.At, 1, -1, nil})
			} else {
				steps = append(steps, step{a.At, 1, 0, nil})
			}
			if a.EndedAt != nil {
				steps = append(steps, step{*a.EndedAt, -1, 0, nil})
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
		if st.comes != nil && !troubled && queued <= handful && float64(load) < roomyShare*float64(room) {
			waits = append(waits, *st.comes)
		}
	}
	return waits
}
