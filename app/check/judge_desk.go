package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// ticketsAreOne: read as a machine, each live log opens, gives, takes and closes one ticket at a time, to one agent at a
// time, and the desk's list has as many tickets as the log opens.
func (b *book) ticketsAreOne() (found []Violation) {
	byConv := map[int64][]TicketStory{}
	for _, t := range b.byAge() {
		byConv[t.Ticket.Conv] = append(byConv[t.Ticket.Conv], t)
	}
	for id, tickets := range byConv {
		if b.wholly[id] {
			found = append(found, replay(id, b.logs[id], tickets)...)
			found = append(found, requeuesAreSaid(id, b.logs[id], tickets)...)
		}
		for _, t := range tickets {
			found = append(found, oneOwner(t)...)
		}
	}
	for id, log := range b.logs {
		if _, served := byConv[id]; !served && len(log) > 0 && b.Final.Visitors[log[0].Sender] {
			found = append(found, violation("visitor-lost", id, 1, fmt.Sprintf("conversation %d of a visitor has no ticket", id)))
		}
	}
	return found
}

// byAge are all tickets, oldest first.
func (b *book) byAge() []TicketStory {
	return slices.SortedFunc(slices.Values(b.Final.Tickets), func(a, c TicketStory) int { return cmp.Compare(a.Ticket.ID, c.Ticket.ID) })
}

// replay walks a log. The agent of a line is not in it, only whether somebody has the ticket.
func replay(id int64, log []Message, tickets []TicketStory) (found []Violation) {
	visitor := tickets[0].Ticket.Visitor.ID
	opened, isOpen, given := 0, false, false
	bad := func(name string, m Message, format string, args ...any) {
		found = append(found, violation(name, id, m.Seq, fmt.Sprintf("conversation %d at %d: ", id, m.Seq)+fmt.Sprintf(format, args...)))
	}
	for _, m := range log {
		switch {
		case m.Sender == visitor && !isOpen:
			opened, isOpen, given = opened+1, true, false
		case m.Type != "system":
		case m.Body.Key == "ticket.assigned":
			if !isOpen || given {
				bad("two-owners", m, "given to an agent while open=%v and given=%v", isOpen, given)
			}
			given = true
		case m.Body.Key == "ticket.requeued":
			if !given {
				bad("two-owners", m, "taken back while nobody had it")
			}
			given = false
		case m.Body.Key == "ticket.transferred":
			given = !toQueue(m)
		case m.Body.Key == "ticket.closed":
			if !isOpen {
				bad("two-tickets", m, "closed twice")
			}
			isOpen, given = false, false
		}
	}
	switch {
	case opened > len(tickets):
		found = append(found, violation("visitor-lost", id, 0, fmt.Sprintf("conversation %d opens %d tickets, the desk has %d", id, opened, len(tickets))))
	case opened < len(tickets):
		found = append(found, violation("two-tickets", id, 0, fmt.Sprintf("conversation %d opens %d tickets, the desk has %d", id, opened, len(tickets))))
	}
	if last := tickets[len(tickets)-1].Ticket; (last.State != "closed") != isOpen || (last.State == "open") != given {
		found = append(found, violation("two-owners", id, 0, fmt.Sprintf("ticket %d is %s, its log says open=%v and given=%v", last.ID, last.State, isOpen, given)))
	}
	return found
}

// toQueue tells by the name in the line whether a ticket went to a queue: agents have other names.
func toQueue(m Message) bool { return slices.Contains(queueNames, m.Body.Args["to"]) }

// oneOwner: the stretches of a ticket's agents do not overlap, but for what the clocks of two nodes may differ, and all but the
// last are over.
func oneOwner(t TicketStory) (found []Violation) {
	h := slices.Clone(t.History)
	slices.SortFunc(h, func(a, c Assignment) int { return a.At.Compare(c.At) })
	for i := 1; i < len(h); i++ {
		if h[i-1].EndedAt == nil || h[i-1].EndedAt.After(h[i].At.Add(earlySlack)) {
			found = append(found, violation("two-owners", t.Ticket.Conv, 0, fmt.Sprintf("ticket %d: %d had it until %v, %d from %s", t.Ticket.ID, h[i-1].Agent.ID, h[i-1].EndedAt, h[i].Agent.ID, h[i].At)))
		}
	}
	if len(h) > 0 {
		last := h[len(h)-1]
		if (last.EndedAt == nil) != (t.Ticket.State == "open") {
			found = append(found, violation("two-owners", t.Ticket.Conv, 0, fmt.Sprintf("ticket %d is %s, its last agent had it until %v", t.Ticket.ID, t.Ticket.State, last.EndedAt)))
		}
	}
	return found
}

// capsHold: at no instant an agent has more than his cap.
func (b *book) capsHold() (found []Violation) {
	type step struct {
		at   time.Time
		more int
		conv int64
	}
	byAgent := map[int64][]step{}
	for _, t := range b.Final.Tickets {
		for _, a := range t.History {
			byAgent[a.Agent.ID] = append(byAgent[a.Agent.ID], step{a.At, 1, t.Ticket.Conv})
			if a.EndedAt != nil {
				byAgent[a.Agent.ID] = append(byAgent[a.Agent.ID], step{*a.EndedAt, -1, t.Ticket.Conv})
			}
		}
	}
	for agent, steps := range byAgent {
		limit, known := b.Final.Caps[agent]
		if !known || limit == 0 {
			continue
		}
		// What ends at an instant makes room for what begins there.
		slices.SortStableFunc(steps, func(a, c step) int { return cmp.Or(a.at.Compare(c.at), cmp.Compare(a.more, c.more)) })
		load := 0
		for _, s := range steps {
			if load += s.more; load > limit {
				found = append(found, violation("over-cap", s.conv, 0, fmt.Sprintf("agent %d has %d conversations at %s, his cap is %d", agent, load, s.at, limit)))
				break
			}
		}
	}
	return found
}
