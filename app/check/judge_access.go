package check

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// window is a stretch of a log in which somebody was in.
type window struct{ from, to int64 }

// windows reads from a live conversation's log who was in when: its visitor always, an agent from the line that gives him
// the ticket to the line that takes it.
func windows(log []Message, tickets []TicketStory) map[int64][]window {
	in := map[int64][]window{}
	if len(log) == 0 {
		return in
	}
	var stretches []Assignment
	for _, t := range tickets {
		in[t.Ticket.Visitor.ID] = []window{{1, math.MaxInt64}}
		stretches = append(stretches, t.History...)
	}
	next := 0
	owner := int64(0)
	from := int64(0)
	for _, m := range log {
		if m.Type != "system" {
			continue
		}
		switch m.Body.Key {
		case "ticket.assigned", "ticket.transferred", "ticket.requeued", "ticket.closed":
		default:
			continue
		}
		if owner != 0 && m.Body.Key != "ticket.assigned" {
			in[owner] = append(in[owner], window{from, m.Seq})
			owner = 0
		}
		gives := m.Body.Key == "ticket.assigned" || m.Body.Key == "ticket.transferred" && next < len(stretches) && stretches[next].Why.Rule == "transferred"
		if gives && next < len(stretches) {
			owner, from = stretches[next].Agent.ID, m.Seq
			next++
		}
	}
	if owner != 0 {
		in[owner] = append(in[owner], window{from, math.MaxInt64})
	}
	return in
}

// nobodyElseSees: nothing of a live conversation is shown to anybody after his time in it, or who never was in.
func (b *book) nobodyElseSees() (found []Violation) {
	for _, op := range b.Ops {
		if op.Kind == "probe" && op.Result == resultOK {
			found = append(found, violation("leak", op.Conv, 0, fmt.Sprintf("%d got into conversation %d, where he is not", op.Who, op.Conv)))
		}
	}
	if b.Final.Restored {
		return found
	}
	pairs := map[int64][]int64{}
	for _, op := range b.Ops {
		if op.Kind == "direct" && op.Conv != 0 {
			pairs[op.Conv] = append(op.Targets, op.Who)
		}
	}
	for _, op := range b.Ops {
		if pair, known := pairs[op.Conv]; op.Kind == "peep" && op.Result == resultOK && known && !slices.Contains(pair, op.Who) {
			found = append(found, violation("leak", op.Conv, 0, fmt.Sprintf("%d read direct conversation %d of others", op.Who, op.Conv)))
		}
	}
	byConv := map[int64][]TicketStory{}
	for _, t := range b.byAge() {
		byConv[t.Ticket.Conv] = append(byConv[t.Ticket.Conv], t)
	}
	in := map[int64]map[int64][]window{}
	for id, tickets := range byConv {
		in[id] = windows(b.logs[id], tickets)
	}
	type leak struct{ who, conv int64 }
	told := map[leak]bool{}
	for _, a := range b.Applies {
		members, live := in[a.Conv]
		if a.Message == nil || !live || a.Device == "fresh" || a.Source == byAnswer || told[leak{a.Who, a.Conv}] {
			continue
		}
		last := int64(0)
		for _, w := range members[a.Who] {
			last = max(last, w.to)
		}
		if a.Message.Seq > last {
			told[leak{a.Who, a.Conv}] = true
			found = append(found, violation("leak", a.Conv, a.Message.Seq, fmt.Sprintf("%s was shown %d of conversation %d; his time there ended at %d", a.Device, a.Message.Seq, a.Conv, last)))
		}
	}
	return found
}

// recalledIsGone: what was taken back is not said any more by whatever was asked after that.
func (b *book) recalledIsGone() (found []Violation) {
	type place struct{ conv, seq int64 }
	gone := map[place]time.Duration{}
	begins := map[int64]time.Duration{}
	for _, op := range b.Ops {
		begins[op.ID] = op.Begin
		if at := (place{op.Conv, op.Seq}); op.Kind == "recall" && op.Result == resultOK {
			if was, known := gone[at]; !known || op.End < was {
				gone[at] = op.End
			}
		}
	}
	if b.Final.Restored {
		return nil
	}
	for _, a := range b.Applies {
		if a.Message == nil || a.Op == 0 || a.Message.Recalled {
			continue
		}
		if at, recalled := gone[place{a.Conv, a.Message.Seq}]; recalled && begins[a.Op] > at {
			found = append(found, violation("recalled-served", a.Conv, a.Message.Seq, fmt.Sprintf("%s was given %d of conversation %d after it was taken back", a.Device, a.Message.Seq, a.Conv)))
		}
	}
	return found
}

// absence is a stretch of time in which somebody was certainly not in a group.
type absence struct{ from, to time.Duration }

// groupsAreClosed: what was said in a group while somebody was certainly not in it is never shown to him, and a direct
// conversation to nobody but the two.
func (b *book) groupsAreClosed() (found []Violation) {
	in := b.comings()
	type leak struct{ who, conv int64 }
	told := map[leak]bool{}
	for _, a := range b.Applies {
		coming, group := in[a.Conv]
		if a.Message == nil || !group || a.Device == "fresh" || told[leak{a.Who, a.Conv}] {
			continue
		}
		t := b.said[a.Message.Client]
		if t == nil || len(t.ok) == 0 || t.who == a.Who {
			continue
		}
		for _, out := range coming.absences(a.Who) {
			if t.begin > out.from && t.end < out.to {
				told[leak{a.Who, a.Conv}] = true
				found = append(found, violation("leak", a.Conv, a.Message.Seq, fmt.Sprintf("%s was shown %d of group %d, said while he was not in it", a.Device, a.Message.Seq, a.Conv)))
				break
			}
		}
	}
	return found
}

// comings are the requests that bring people into one group or take them out.
type comings []Op

// comings sorts them by conversation. A founding whose answer was lost is the one that was asked for again under its client id.
func (b *book) comings() map[int64]comings {
	type founding struct {
		who    int64
		client string
	}
	made := map[founding]int64{}
	for _, op := range b.Ops {
		if op.Kind == "found" && op.Result == resultOK {
			made[founding{op.Who, op.Client}] = op.Conv
		}
	}
	in := map[int64]comings{}
	for _, op := range b.Ops {
		if op.Kind == "found" {
			op.Conv = made[founding{op.Who, op.Client}]
		}
		if op.Conv != 0 && (op.Kind == "found" || op.Kind == "invite" || op.Kind == "remove") {
			in[op.Conv] = append(in[op.Conv], op)
		}
	}
	for id, all := range in {
		if !slices.ContainsFunc(all, func(op Op) bool { return op.Kind == "found" && op.Result == resultOK }) {
			delete(in, id) // nobody was told who began it
		}
	}
	return in
}

func (c comings) absences(who int64) (all []absence) {
	all = append(all, absence{-1, c.backAt(who, -1)})
	for _, op := range c {
		if op.Kind == "remove" && op.Result == resultOK && slices.Contains(op.Targets, who) {
			if back := c.backAt(who, op.Begin); back > op.End {
				all = append(all, absence{op.End, back})
			}
		}
	}
	return all
}

// backAt is when somebody may be in again: the first request to bring him in that was not over by then.
func (c comings) backAt(who int64, since time.Duration) time.Duration {
	back := time.Duration(math.MaxInt64)
	for _, op := range c {
		brings := (op.Kind == "found" || op.Kind == "invite") && !op.refused() && (op.Who == who && op.Kind == "found" || slices.Contains(op.Targets, who))
		if brings && (op.End > since || op.Result == resultUnknown) {
			back = min(back, op.Begin)
		}
	}
	return back
}
