package hub

// Front is presence in front of the sockets that show what comes: those that were not opened aside. A page that lets
// somebody look on, or talk of other things, opens its socket aside (`/ws?aside`): it gets every frame of its person,
// and does not make him somebody to whom work can be given.
type Front struct{ p *presence }

// Front answers what Hub answers about all sockets for those that were not opened aside.
func (h *Hub) Front() Front { return Front{h.front} }

// Connected tells whether person has such a socket right now, on any node.
func (f Front) Connected(person int64) bool { return f.p.connected(person) }

// Present tells whether person is Connected, or was so within the grace.
func (f Front) Present(person int64) bool { return f.p.present(person) }

// OnPresence is Hub.OnPresence for these sockets.
func (f Front) OnPresence(call func(person int64, present bool)) { f.p.hook(call) }

// Reach is how a node is connected to somebody.
type Reach int

// The zero Reach is no connection.
const (
	Nowhere Reach = iota
	InFront
	OnlyAside
)

// Reaches is how everybody with an attached socket on this node is connected to it.
func (h *Hub) Reaches() map[int64]Reach { return h.people.reaches() }

// Elsewhere says how another node is connected to person, and how it was before. Presence is about all nodes.
func (h *Hub) Elsewhere(person int64, was, is Reach) {
	move(h.presence, person, was != Nowhere, is != Nowhere)
	move(h.front, person, was == InFront, is == InFront)
}

func move(p *presence, person int64, was, is bool) {
	switch {
	case is && !was:
		p.arrive(person)
	case was && !is:
		p.leave(person)
	}
}

// arrives counts a socket of its person, once it is attached.
func (s *socket) arrives() { s.hub.Elsewhere(s.who.Person, Nowhere, s.reach()) }

// leaves takes back arrives.
func (s *socket) leaves() { s.hub.Elsewhere(s.who.Person, s.reach(), Nowhere) }

func (s *socket) reach() Reach {
	if s.aside {
		return OnlyAside
	}
	return InFront
}
