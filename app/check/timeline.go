package check

import (
	"maps"
	"slices"
	"time"
)

// holdFor is how long an early change may wait for the one before it.
const holdFor = 500 * time.Millisecond

// change is one change of one conversation, as it is pushed or as an own request is answered.
type change struct {
	version int64
	message *Message
	members []Member
	count   int64 // of a group's members, when that changed
}

// timeline is one conversation as one device knows it. Changes are taken in the order of their versions: the next
// one is taken, an old one ignored, an early one held for a moment; then the device asks for what is missing.
// The device's mutex guards it.
type timeline struct {
	id       int64
	kind     string
	version  int64
	seq      int64
	synced   bool
	count    int64     // of a group's members
	messages []Message // by seq, without holes from the first to the last
	members  map[int64]Member
	held     []change
	waiting  bool // a timer runs for what is held

	placed func(m Message)                        // a message took effect here
	late   func(after func(), wait time.Duration) // runs after in a while, under the device's mutex
	gap    func()
}

func (t *timeline) apply(c change) (taken bool) {
	if t.synced && c.version < t.version {
		return false
	}
	if !t.synced || c.version > t.version+1 {
		t.held = append(t.held, c)
		if !t.waiting {
			t.waiting = true
			t.late(func() {
				t.waiting = false
				if len(t.held) > 0 {
					t.gap()
				}
			}, holdFor)
		}
		return false
	}
	t.take(c)
	t.release()
	return true
}

func (t *timeline) take(c change) {
	t.version = c.version
	for _, m := range c.members {
		t.seat(m)
	}
	if c.count != 0 {
		t.count = c.count
	}
	if c.message != nil {
		t.place(*c.message)
	}
}

// release takes what was early and is not any more.
func (t *timeline) release() {
	held := t.held
	t.held = nil
	slices.SortFunc(held, func(a, b change) int { return int(a.version - b.version) })
	for _, c := range held {
		if c.version > t.version+1 {
			t.held = append(t.held, c)
		} else if c.version >= t.version {
			t.take(c)
		}
	}
}

func (t *timeline) sync(s syncConversation) {
	if s.Reset {
		t.messages, t.members, t.version, t.seq = nil, map[int64]Member{}, 0, 0
	}
	t.kind, t.synced = s.Kind, true
	t.seq, t.count = max(t.seq, s.Seq), s.Count
	for _, m := range s.Members {
		t.seat(m)
	}
	for _, m := range s.Messages {
		t.place(m)
	}
	for _, c := range s.Cursors {
		t.cursor(c)
	}
	t.version = max(t.version, s.Version)
	t.release()
}

// cursor moves somebody's cursors forward; false when they stood there or further.
func (t *timeline) cursor(c Member) bool {
	m, in := t.members[c.Person]
	if !in {
		return false
	}
	read := max(m.Read, c.Read)
	received := max(m.Received, c.Received, read)
	if read == m.Read && received == m.Received {
		return false
	}
	m.Read, m.Received = read, received
	t.members[c.Person] = m
	return true
}

// crowded is the size above which one's own cursors are the only ones.
const crowded = 100

// reads is the sum the server compares with to see missed cursors.
func (t *timeline) reads(me int64) (sum int64) {
	for who, m := range t.members {
		if !m.Left && (who == me || t.count <= crowded) {
			sum += m.Read + m.Received
		}
	}
	return sum
}

func (t *timeline) seat(m Member) {
	known, in := t.members[m.Person]
	read := max(m.Read, known.Read)
	received := max(m.Received, known.Received, read)
	if in && known.Version > m.Version {
		m = known
	}
	m.Read, m.Received = read, received
	t.members[m.Person] = m
}

func (t *timeline) place(m Message) {
	t.seq = max(t.seq, m.Seq)
	at, there := slices.BinarySearchFunc(t.messages, m.Seq, func(have Message, seq int64) int { return int(have.Seq - seq) })
	switch {
	case !there:
		t.messages = slices.Insert(t.messages, at, m)
	case m.Version < t.messages[at].Version:
		return
	case m.Version == t.messages[at].Version && m.ID == t.messages[at].ID && m.hash() == t.messages[at].hash():
		return
	default:
		t.messages[at] = m
	}
	t.placed(m)
}

// shown is a copy of everything this device would draw.
func (t *timeline) shown() State {
	return State{Conv: t.id, Kind: t.kind, Count: t.count, Version: t.version, Seq: t.seq, Messages: slices.Clone(t.messages), Members: maps.Clone(t.members)}
}
