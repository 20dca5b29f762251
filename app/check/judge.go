package check

import (
	"fmt"
	"slices"
	"time"
)

// Story is a whole run as the judge reads it.
type Story struct {
	Ops     []Op // in the order they returned
	Applies []Apply
	Faults  []Struck
	Clashes []Violation
	Stall   time.Duration
	Final   Final
}

func (s Story) acked() int {
	seen := map[string]bool{}
	for _, op := range s.Ops {
		if op.Kind == "send" && op.Result == resultOK {
			seen[op.Client] = true
		}
	}
	return len(seen)
}

func (s Story) delivered() (n int) {
	type shown struct {
		device string
		conv   int64
		seq    int64
	}
	seen := map[shown]bool{}
	for _, a := range s.Applies {
		if at := (shown{a.Device, a.Conv, seqOf(a.Message)}); a.Placed && a.Message.Sender != a.Who && !seen[at] {
			seen[at] = true
			n++
		}
	}
	return n
}

func seqOf(m *Message) int64 {
	if m == nil {
		return 0
	}
	return m.Seq
}

// said is everything known of one client id.
type said struct {
	client   string
	who      int64
	begin    time.Duration // of the first try
	end      time.Duration // of the first try that was acknowledged
	ok       []Op
	unknown  bool
	hash     string
	recalled bool // somebody asked to take it back
}

// book is the story, sorted by what it is about.
type book struct {
	Story
	logs     map[int64][]Message // the server's truth of each conversation, by seq
	said     map[string]*said
	byClient map[string][]Message // in the logs
	wholly   map[int64]bool       // logs that begin with the first message
	life     string               // the epoch at the end
}

// judge holds a story against the promises. It is pure, and walks each conversation once.
func judge(s Story) []Violation {
	b := open(s)
	found := slices.Clone(s.Clashes)
	for _, rule := range []func() []Violation{
		b.logsAreDense, b.ackedIsKept, b.keptWasSaid, b.orderIsReal, b.screensAreTrue, b.nothingElseWasShown, b.cursorsMoveOn,
		b.nobodyElseSees, b.groupsAreClosed, b.directsAreClosed, b.nobodySpeaksOutOfTurn, b.contactsAreTrue, b.recalledIsGone, b.changesAreKept, b.linesAreWhole, b.pushesAreQuick, b.ticketsAreOne, b.capsHold, b.firstComeFirstServed, b.rulesHold, b.answersAreHonest, b.filesAreKept,
	} {
		found = append(found, rule()...)
	}
	return shorten(s, found)
}

func open(s Story) *book {
	b := &book{Story: s, logs: map[int64][]Message{}, said: map[string]*said{}, byClient: map[string][]Message{}, wholly: map[int64]bool{}}
	for _, f := range s.Final.Fresh {
		for id, state := range f.Convs {
			if len(state.Messages) > len(b.logs[id]) {
				b.logs[id] = state.Messages
			}
		}
	}
	for id, log := range s.Final.Logs {
		b.logs[id] = log
	}
	for id, log := range b.logs {
		b.wholly[id] = len(log) > 0 && log[0].Seq == 1
		for _, m := range log {
			if m.Sender != 0 {
				b.byClient[m.Client] = append(b.byClient[m.Client], m)
			}
		}
	}
	for _, op := range s.Ops {
		b.learn(op)
	}
	return b
}

func (b *book) learn(op Op) {
	if op.Epoch != "" {
		b.life = op.Epoch
	}
	if op.Client == "" {
		return
	}
	t := b.said[op.Client]
	if t == nil {
		t = &said{client: op.Client, begin: op.Begin}
		b.said[op.Client] = t
	}
	switch op.Kind {
	case "recall", "edit":
		t.recalled = t.recalled || op.Result != resultFail
	case "send":
		t.who, t.begin = op.Who, min(t.begin, op.Begin)
		switch op.Result {
		case resultOK:
			if len(t.ok) == 0 || op.End < t.end {
				t.end = op.End
			}
			t.ok = append(t.ok, op)
		case resultUnknown:
			t.unknown = true
		}
		if op.Hash != "recalled" {
			t.hash = op.Hash
		}
	}
}

// logsAreDense: seq is 1, 2, 3 ... and no two messages have one version.
func (b *book) logsAreDense() (found []Violation) {
	for id, log := range b.logs {
		versions := map[int64]int64{}
		for i, m := range log {
			if i > 0 && m.Seq != log[i-1].Seq+1 {
				found = append(found, violation("seq-hole", id, m.Seq, fmt.Sprintf("conversation %d goes from %d to %d", id, log[i-1].Seq, m.Seq)))
			}
			if other, twice := versions[m.Version]; twice {
				found = append(found, violation("two-truths", id, m.Seq, fmt.Sprintf("conversation %d: messages %d and %d both have version %d", id, other, m.Seq, m.Version)))
			}
			versions[m.Version] = m.Seq
		}
	}
	return found
}

// ackedIsKept: what was acknowledged is in the log exactly once, at the place the answer named.
func (b *book) ackedIsKept() (found []Violation) {
	for client, t := range b.said {
		kept := b.byClient[client]
		if len(kept) > 1 {
			found = append(found, b.about("duplicate", t, fmt.Sprintf("%s is there %d times: %d and %d", client, len(kept), kept[0].Seq, kept[1].Seq)))
		}
		if len(t.ok) == 0 {
			continue
		}
		last := t.ok[len(t.ok)-1]
		if !b.Final.Restored {
			if differ(t.ok) {
				found = append(found, b.about("retry-differs", t, client+" was answered with different messages"))
			}
			if last.Hash != t.hash && last.Hash != "recalled" {
				found = append(found, b.about("retry-differs", t, client+" was answered with other words"))
			}
		}
		if !b.readable(last.Conv) || b.Final.Restored && !b.Final.Visitors[t.who] {
			continue
		}
		if len(kept) == 0 {
			found = append(found, b.about("lost-ack", t, fmt.Sprintf("%s was acknowledged as %d of conversation %d and is not there", client, last.Seq, last.Conv)))
		} else if !b.Final.Restored && kept[0].Seq != last.Seq {
			found = append(found, b.about("lost-ack", t, fmt.Sprintf("%s was acknowledged as %d and is %d", client, last.Seq, kept[0].Seq)))
		}
	}
	return found
}

// readable tells whether a conversation was read whole at the end, or is not there at all. Of a group whose founder is not
// here only a part may be known.
func (b *book) readable(conv int64) bool { return b.wholly[conv] || len(b.logs[conv]) == 0 }

func differ(answers []Op) bool {
	for _, a := range answers[1:] {
		if a.MessageID != answers[0].MessageID || a.Seq != answers[0].Seq || a.Conv != answers[0].Conv {
			return true
		}
	}
	return false
}

func (b *book) about(name string, t *said, detail string) Violation {
	v := violation(name, 0, 0, detail)
	v.Client = t.client
	return v
}

// keptWasSaid: nothing is in a log that nobody said, or that was refused, or in other words.
func (b *book) keptWasSaid() (found []Violation) {
	for id, log := range b.logs {
		for _, m := range log {
			if m.Sender == 0 {
				continue
			}
			t := b.said[m.Client]
			switch {
			case t == nil:
				v := violation("phantom", id, m.Seq, fmt.Sprintf("nobody said %q in conversation %d", m.Client, id))
				if m.Body.Text == "let me in" {
					v = violation("leak", id, m.Seq, fmt.Sprintf("somebody who is not in conversation %d wrote there", id))
				}
				found = append(found, v)
			case len(t.ok) == 0 && !t.unknown:
				found = append(found, b.about("phantom", t, m.Client+" was refused and is there"))
			case m.hash() != t.hash && !t.recalled:
				found = append(found, b.about("phantom", t, m.Client+" is there in other words"))
			}
		}
	}
	return found
}

// orderIsReal: what was acknowledged before something else was sent has the lower number.
func (b *book) orderIsReal() (found []Violation) {
	if b.Final.Restored {
		return nil // what is sent again after a restore comes later, by design
	}
	byConv := map[int64][]*said{}
	for _, t := range b.said {
		if len(t.ok) > 0 {
			byConv[t.ok[0].Conv] = append(byConv[t.ok[0].Conv], t)
		}
	}
	for id, all := range byConv {
		begins, ends := slices.Clone(all), slices.Clone(all)
		slices.SortFunc(begins, func(a, c *said) int { return int(a.begin - c.begin) })
		slices.SortFunc(ends, func(a, c *said) int { return int(a.end - c.end) })
		var top *said
		next := 0
		for _, t := range begins {
			for next < len(ends) && ends[next].end < t.begin {
				if top == nil || ends[next].ok[0].Seq > top.ok[0].Seq {
					top = ends[next]
				}
				next++
			}
			if top != nil && top.ok[0].Seq > t.ok[0].Seq {
				v := violation("order", id, t.ok[0].Seq, fmt.Sprintf("%s was sent after %s was acknowledged, and has %d before %d", t.client, top.client, t.ok[0].Seq, top.ok[0].Seq))
				found = append(found, v)
			}
		}
	}
	return found
}

// changesAreKept: an acknowledged edit or recall is in the log, or something later.
func (b *book) changesAreKept() (found []Violation) {
	if b.Final.Restored {
		return nil
	}
	for _, op := range b.Ops {
		if op.Result != resultOK || op.Kind != "recall" && op.Kind != "edit" || op.Version == 0 {
			continue
		}
		for _, m := range b.byClient[op.Client] {
			if m.Version < op.Version || op.Kind == "recall" && !m.Recalled {
				v := violation("lost-ack", op.Conv, op.Seq, fmt.Sprintf("%s of %d in conversation %d was acknowledged as version %d, it has %d", op.Kind, op.Seq, op.Conv, op.Version, m.Version))
				found = append(found, v)
			}
		}
	}
	return found
}
