package hub

import (
	"bytes"
	"encoding/json"
	"slices"
)

// note is what one node tells all others: a line of JSON, and after it the frame or the hint.
type note struct {
	People []int64 `json:"people,omitempty"` // who a frame is for
	Group  string  `json:"group,omitempty"`  // who a frame is for, or what is joined or left

	Kind         string `json:"kind,omitempty"` // of the frame
	Conversation int64  `json:"conversation,omitempty"`
	Version      int64  `json:"version,omitempty"`
	List         int64  `json:"list,omitempty"`
	Moved        int64  `json:"moved,omitempty"`
	Droppable    bool   `json:"droppable,omitempty"`
	Anew         bool   `json:"anew,omitempty"`

	Patient bool    `json:"patient,omitempty"`
	Now     []int64 `json:"now,omitempty"`

	Join       int64  `json:"join,omitempty"`
	Leave      int64  `json:"leave,omitempty"`
	EndSession string `json:"end_session,omitempty"`
	EndPerson  int64  `json:"end_person,omitempty"`
	Topic      string `json:"topic,omitempty"` // of a hint
}

// manyPeople are named in one note; the list of a large group goes in several.
const manyPeople = 5000

// Push delivers f to every socket of these people, on whatever node. It encodes once and waits for no
// socket. Pushes made one after the other keep their order, but those to a crowd only among themselves: what
// is pushed to few may come before them, and the versions of a conversation set that right. The list of
// people may not be changed afterwards.
func (h *Hub) Push(people []int64, f Frame) {
	l := h.letter(f)
	l.to(people)
	if h.relay == nil || len(people) == 0 || !l.encode() {
		return
	}
	for len(people) > 0 {
		n := l.note()
		n.People = people[:min(len(people), manyPeople)]
		people = people[len(n.People):]
		h.tellNodes(n, l.item.data)
	}
}

// PushHere is Push to the sockets of this node only: for what every node finds out by itself.
func (h *Hub) PushHere(people []int64, f Frame) {
	l := h.letter(f)
	l.to(people)
}

// PushGroup is Push to the members of a group.
func (h *Hub) PushGroup(group string, f Frame) {
	l := h.letter(f)
	l.to(h.groups.members(group))
	if h.relay == nil || !l.encode() {
		return
	}
	n := l.note()
	n.Group = group
	h.tellNodes(n, l.item.data)
}

// PushGroupHere is PushHere to the members of a group.
func (h *Hub) PushGroupHere(group string, f Frame) { h.PushHere(h.groups.members(group), f) }

// Tell passes a hint to the same room on every other node, which hears it by OnTold; nobody hears
// it on this one. Hints get lost: whoever needs them looks at the database now and then as well.
func (h *Hub) Tell(topic string, hint []byte) { h.tellNodes(note{Topic: topic}, hint) }

// OnTold calls f with what other nodes Tell on a topic. f must be quick. Register before Connect.
func (h *Hub) OnTold(topic string, f func(hint []byte)) { h.told[topic] = f }

// OnMissed calls f when hints and frames of other nodes may have been lost: now is the time to
// compare with the database. f must be quick. Register before Connect.
func (h *Hub) OnMissed(f func()) { h.missed = append(h.missed, f) }

// OnPass calls f with every frame of a conversation that passes here, from whatever node, with its
// version (0: none) and by how much it moves the sum of the cursors. f must be quick. Register
// before the first socket.
func (h *Hub) OnPass(f func(conversation, version, moved int64)) { h.passed = append(h.passed, f) }

// OnStir calls f when somebody's socket came to this node or left it. f must be quick, may not call
// the hub and does not hear who it was: People says. Register before the first socket.
func (h *Hub) OnStir(f func()) { h.moved = append(h.moved, f) }

// Several tells whether there are, or may be, other nodes.
func (h *Hub) Several() bool { return h.relay != nil }

// Unbound lists the client ids of the sockets here that wait to be attached.
func (h *Hub) Unbound() []string { return h.door.waiting() }

func (h *Hub) stirred() {
	for _, f := range h.moved {
		f()
	}
}

func (h *Hub) pass(conversation, version, moved int64) {
	if conversation == 0 || version == 0 && moved == 0 {
		return
	}
	for _, f := range h.passed {
		f(conversation, version, moved)
	}
}

// letter is a frame on its way to many: encoded when the first receiver is found.
type letter struct {
	hub   *Hub
	frame Frame
	item  item
	bad   bool
}

func (h *Hub) letter(f Frame) *letter {
	h.pass(f.ConversationID, f.Version, f.Moved)
	return &letter{hub: h, frame: f}
}

func (l *letter) to(people []int64) {
	if len(people) < manyReceivers {
		l.deliver(people)
	} else if l.encode() { // here, so that nobody else looks at the frame
		l.hub.crowd.add(people, l)
	}
}

func (l *letter) deliver(people []int64) {
	for _, person := range people {
		sockets := l.hub.people.of(person)
		if len(sockets) > 0 && !l.encode() {
			return
		}
		it := l.item
		it.patient = it.patient && !slices.Contains(l.frame.Now, person)
		for _, s := range sockets {
			s.push(it)
		}
	}
}

// encode makes the item, once; false when that cannot be done.
func (l *letter) encode() bool {
	if l.item.data != nil || l.bad {
		return !l.bad
	}
	data, err := json.Marshal(l.frame)
	if err != nil {
		// A push runs after the commit, where a panic would take the writer down with it.
		l.hub.log.Error("frame cannot be encoded", "type", l.frame.Type, "err", err)
		l.bad = true
		return false
	}
	l.item = item{data: data, kind: l.frame.Type, conversation: l.frame.ConversationID,
		version: l.frame.Version, list: l.frame.List, droppable: l.frame.Droppable, anew: l.frame.Anew, patient: l.frame.Patient}
	return true
}

func (l *letter) note() note {
	f := l.frame
	return note{Kind: f.Type, Conversation: f.ConversationID, Version: f.Version, List: f.List, Moved: f.Moved, Droppable: f.Droppable,
		Anew: f.Anew, Patient: f.Patient, Now: f.Now}
}

// tellNodes sends a note to the other nodes, if there are any.
func (h *Hub) tellNodes(n note, body []byte) {
	if h.relay != nil {
		h.relay.send(append(append(encode(n), '\n'), body...))
	}
}

// heardNode acts on a note of another node.
func (h *Hub) heardNode(data []byte) {
	defer h.caught("note of another node")
	line, body, _ := bytes.Cut(data, []byte{'\n'})
	var n note
	if err := json.Unmarshal(line, &n); err != nil {
		h.log.Error("note of another node cannot be read", "err", err)
		return
	}
	switch {
	case n.Kind != "":
		h.heardFrame(n, body)
	case n.Join != 0:
		h.joinHere(n.Group, n.Join)
	case n.Leave != 0:
		h.groups.leave(n.Group, n.Leave)
	case n.EndSession != "":
		h.EndSessionHere(n.EndSession)
	case n.EndPerson != 0:
		h.endPersonHere(n.EndPerson)
	case h.told[n.Topic] != nil:
		h.told[n.Topic](body)
	}
}

func (h *Hub) heardFrame(n note, data []byte) {
	h.pass(n.Conversation, n.Version, n.Moved)
	people := n.People
	if n.Group != "" {
		people = h.groups.members(n.Group)
	}
	l := letter{hub: h, frame: Frame{Now: n.Now}, item: item{data: data, kind: n.Kind, conversation: n.Conversation, version: n.Version,
		list: n.List, droppable: n.Droppable, anew: n.Anew, patient: n.Patient}}
	l.to(people)
}
