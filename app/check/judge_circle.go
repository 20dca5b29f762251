package check

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// contactsAreTrue: what every device of a member shows of his friends, his blocks and his box is what he would read afresh.
func (b *book) contactsAreTrue() (found []Violation) {
	for _, c := range b.Final.Circles {
		for device, shown := range c.Shown {
			if why := shown.differs(c.Truth); why != "" {
				found = append(found, violation("stale-contacts", 0, 0, fmt.Sprintf("%s of %d shows %s", device, c.Who, why)))
			}
		}
	}
	return found
}

// shut is a stretch of time in which somebody could certainly not write: from the answer to the request that shut him out to
// the beginning of the first one that may have let him in again.
type shut struct {
	from, to time.Duration
	why      string
}

// nobodySpeaksOutOfTurn: what somebody began to send after he was shut out for certain, and was told is kept before he can
// have been let in again, is let in.
func (b *book) nobodySpeaksOutOfTurn() (found []Violation) {
	if b.Final.Restored {
		return nil // what shut him out may have been undone
	}
	pairs, groups, deeds := b.pairs(), b.comings(), b.deeds()
	for _, t := range b.said {
		if len(t.ok) == 0 {
			continue
		}
		conv := t.ok[0].Conv
		var stretches []shut
		if pair, direct := pairs[conv]; direct {
			stretches = deeds.between(pair)
		} else if in, group := groups[conv]; group {
			for _, out := range in.absences(t.who) {
				stretches = append(stretches, shut{out.from, out.to, "is not in the group"})
			}
			stretches = append(stretches, deeds.muted(conv, t.who)...)
		}
		for _, s := range stretches {
			if t.begin > s.from && t.end < s.to {
				v := b.about("let-in", t, fmt.Sprintf("%d wrote %s into conversation %d, where he %s", t.who, t.client, conv, s.why))
				v.Conv, v.Seq = conv, t.ok[0].Seq
				found = append(found, v)
				break
			}
		}
	}
	return found
}

// directsAreClosed: a direct conversation is shown to nobody but its two.
func (b *book) directsAreClosed() (found []Violation) {
	pairs := b.pairs()
	type leak struct{ who, conv int64 }
	told := map[leak]bool{}
	for _, a := range b.Applies {
		pair, direct := pairs[a.Conv]
		if a.Message != nil && direct && !slices.Contains(pair[:], a.Who) && !told[leak{a.Who, a.Conv}] {
			told[leak{a.Who, a.Conv}] = true
			found = append(found, violation("leak", a.Conv, a.Message.Seq, fmt.Sprintf("%s was shown %d of direct conversation %d of others", a.Device, a.Message.Seq, a.Conv)))
		}
	}
	return found
}

// pairs are the two of each direct conversation, as both read it at the end.
func (b *book) pairs() map[int64][2]int64 {
	pairs := map[int64][2]int64{}
	for _, f := range b.Final.Fresh {
		for id, state := range f.Convs {
			if state.Kind != "direct" || len(state.Members) != 2 {
				continue
			}
			var two []int64
			for who := range state.Members {
				two = append(two, who)
			}
			slices.Sort(two)
			pairs[id] = [2]int64{two[0], two[1]}
		}
	}
	return pairs
}

// deeds are the requests by which people shut each other out and let each other in again: between two of them, or in a group.
type deeds struct {
	pairs  map[[2]int64][]Op
	groups map[int64][]Op
}

func (b *book) deeds() deeds {
	d := deeds{map[[2]int64][]Op{}, map[int64][]Op{}}
	for _, op := range b.Ops {
		switch op.Kind {
		case "block", "unblock", "unfriend", "ask", "agree":
			pair := [2]int64{min(op.Who, op.Targets[0]), max(op.Who, op.Targets[0])}
			d.pairs[pair] = append(d.pairs[pair], op)
		case "mute", "unmute":
			d.groups[op.Conv] = append(d.groups[op.Conv], op)
		}
	}
	return d
}

func (d deeds) between(pair [2]int64) (all []shut) {
	ops := d.pairs[pair]
	for _, op := range ops {
		if op.Result != resultOK {
			continue
		}
		switch op.Kind {
		case "block": // his own, whatever the other one thinks of him
			end := letIn(ops, op, func(o Op) bool { return o.Kind == "unblock" && o.Who == op.Who })
			all = append(all, shut{op.End, end, "is blocked, or has blocked the other one"})
		case "unfriend":
			end := letIn(ops, op, func(o Op) bool { return o.Kind == "ask" || o.Kind == "agree" })
			all = append(all, shut{op.End, end, "is no friend any more"})
		}
	}
	return all
}

// muted are the stretches in which somebody is certainly silenced in a group.
func (d deeds) muted(group, who int64) (all []shut) {
	ops := d.groups[group]
	for _, op := range ops {
		if op.Kind == "mute" && op.Result == resultOK && slices.Contains(op.Targets, who) {
			end := letIn(ops, op, func(o Op) bool { return o.Kind == "unmute" && slices.Contains(o.Targets, who) })
			all = append(all, shut{op.End, min(end, op.Begin+muteMinutes*time.Minute), "is muted"})
		}
	}
	return all
}

// refused tells whether a request certainly did nothing. Of one that came twice the second is answered that all is done already,
// as a conflict.
func (o Op) refused() bool { return o.Result == resultFail && o.Code != "conflict" }

// letIn is when the first request begins that may undo what another one did: one that was not over when that began.
func letIn(ops []Op, did Op, undoes func(Op) bool) time.Duration {
	first := time.Duration(math.MaxInt64)
	for _, o := range ops {
		if undoes(o) && !o.refused() && (o.End > did.Begin || o.Result == resultUnknown) {
			first = min(first, o.Begin)
		}
	}
	return first
}
