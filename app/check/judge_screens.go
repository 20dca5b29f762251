package check

import (
	"fmt"
	"time"
)

// screensAreTrue: at the end each device shows what a fresh client reads, from where its list begins.
func (b *book) screensAreTrue() (found []Violation) {
	fresh := map[int64]Fresh{}
	for _, f := range b.Final.Fresh {
		fresh[f.Who] = f
	}
	for _, s := range b.Final.Screens {
		truth := fresh[s.Who]
		for id := range truth.Convs {
			if _, shown := s.Convs[id]; !shown {
				found = append(found, violation("not-converged", id, 0, fmt.Sprintf("%s does not show conversation %d", s.Device, id)))
			}
		}
		for id, shown := range s.Convs {
			state, there := truth.Convs[id]
			if !there {
				found = append(found, violation("not-converged", id, 0, fmt.Sprintf("%s still shows conversation %d", s.Device, id)))
				continue
			}
			found = append(found, screenDiffers(s.Who, s.Device, shown, state)...)
		}
	}
	return found
}

func screenDiffers(me int64, device string, shown, truth State) (found []Violation) {
	bad := func(name string, seq int64, format string, args ...any) {
		found = append(found, violation(name, truth.Conv, seq, device+": "+fmt.Sprintf(format, args...)))
	}
	ids, clients := map[int64]bool{}, map[string]bool{}
	for i, m := range shown.Messages {
		key := fmt.Sprint(m.Sender, " ", m.Client)
		if ids[m.ID] || m.Sender != 0 && clients[key] {
			bad("shown-twice", m.Seq, "message %d of conversation %d is shown twice", m.ID, truth.Conv)
		}
		ids[m.ID], clients[key] = true, true
		if i > 0 && m.Seq != shown.Messages[i-1].Seq+1 {
			bad("not-converged", m.Seq, "a hole between %d and %d", shown.Messages[i-1].Seq, m.Seq)
		}
	}
	from := len(truth.Messages) - len(shown.Messages)
	if from < 0 {
		bad("phantom", 0, "%d messages in conversation %d, which has %d", len(shown.Messages), truth.Conv, len(truth.Messages))
		return found
	}
	for i, want := range truth.Messages[from:] {
		if m := shown.Messages[i]; m.ID != want.ID || m.Seq != want.Seq || m.hash() != want.hash() || m.Client != want.Client {
			bad("not-converged", want.Seq, "place %d of conversation %d shows %q instead of %q", want.Seq, truth.Conv, m.Client, want.Client)
			break
		}
	}
	for who, want := range truth.Members {
		if truth.Count > crowded && who != me {
			continue
		}
		if m, in := shown.Members[who]; !want.Left && (!in || m.Left || m.Read != want.Read || m.Received != want.Received) {
			bad("not-converged", 0, "place of %d in conversation %d is %+v instead of %+v", who, truth.Conv, m, want)
		}
	}
	return found
}

// nothingElseWasShown: whatever a device was shown is in the log at that place, and one place never had two messages.
func (b *book) nothingElseWasShown() (found []Violation) {
	type place struct{ conv, seq int64 }
	logs := map[place]Message{}
	for id, log := range b.logs {
		for _, m := range log {
			logs[place{id, m.Seq}] = m
		}
	}
	told := map[place]bool{}
	for _, a := range b.Applies {
		if a.Message == nil || a.Epoch != b.life && b.Final.Restored {
			continue
		}
		at := place{a.Conv, a.Message.Seq}
		m, there := logs[at]
		switch {
		case told[at]:
		case !there && b.wholly[a.Conv]:
			told[at] = true
			v := violation("uncommitted", a.Conv, a.Message.Seq, fmt.Sprintf("%s was shown %q at %d of conversation %d, where nothing is", a.Device, a.Message.Client, a.Message.Seq, a.Conv))
			found = append(found, v)
		case there && m.ID != a.Message.ID:
			told[at] = true
			v := violation("uncommitted", a.Conv, a.Message.Seq, fmt.Sprintf("%s was shown %q at %d of conversation %d, where %q is", a.Device, a.Message.Client, a.Message.Seq, a.Conv, m.Client))
			found = append(found, v)
		case there && a.Message.hash() != m.hash() && !m.Recalled && m.Version == a.Message.Version:
			told[at] = true
			found = append(found, violation("two-truths", a.Conv, m.Seq, fmt.Sprintf("%s was shown %d of conversation %d in other words", a.Device, m.Seq, a.Conv)))
		}
	}
	return found
}

// cursorsMoveOn: what was read later, or was acknowledged before it was read, is never lower.
func (b *book) cursorsMoveOn() (found []Violation) {
	type whose struct{ conv, who int64 }
	type mark struct {
		read, received int64
		at             time.Duration // known by then
	}
	begins, ends := map[int64]time.Duration{}, map[int64]time.Duration{}
	lives := map[int64]string{}
	for _, op := range b.Ops {
		begins[op.ID], ends[op.ID], lives[op.ID] = op.Begin, op.End, op.Epoch
	}
	// Two stairs for each cursor, oldest first: what was known by when. Reads come in the order they were taken.
	stairs := map[whose][]mark{}
	for _, a := range b.Applies {
		if a.Kind != "cursor" || a.Source != bySync || lives[a.Op] != b.life {
			continue
		}
		at := whose{a.Conv, a.Member.Person}
		for i := len(stairs[at]) - 1; i >= 0; i-- {
			known := stairs[at][i]
			if known.at < begins[a.Op] {
				if known.read > a.Member.Read || known.received > a.Member.Received {
					found = append(found, violation("cursor-back", a.Conv, 0, fmt.Sprintf("cursors of %d in %d went from %d/%d back to %d/%d",
						at.who, a.Conv, known.read, known.received, a.Member.Read, a.Member.Received)))
				}
				break
			}
		}
		stairs[at] = append(stairs[at], mark{a.Member.Read, a.Member.Received, ends[a.Op]})
	}
	return found
}
