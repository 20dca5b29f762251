// Package hub knows who is connected. It keeps the sockets of every person, delivers frames
// to them and says who is present; it never reads or writes a row.
//
// A socket opens unbound and is told a random client id. The page posts that id with its
// sign-in, the caller attaches the socket to a person, reads a snapshot while the socket
// collects what is pushed meanwhile, and flushes what the snapshot did not hold yet. From
// then on frames flow. A socket that cannot keep up loses droppable frames first and is then
// closed: its client resyncs, and nobody else waits for it.
//
// Several nodes on one database are one hub to their callers: what is pushed, joined or ended here
// is passed on (relay.go, span.go). A frame that is lost between nodes is no loss: whoever pushes
// also compares versions with the database.
//
// Locks are taken in this order and never backwards: a socket's, then presence, then groups,
// then any shard of an index. Hooks run outside all of them.
package hub

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/olahol/melody"
)

// Close codes beside the standard ones.
const (
	CloseSignedOut = 4401 // the sign-in ended: stop and sign in again
	CloseTooSlow   = 4408 // fell behind: reconnect and sync

	closeLeaving = 1001
	closePolicy  = 1008
)

// Frame is one event to a client. A droppable frame may be lost when a socket falls behind;
// any other is delivered or the socket is closed.
type Frame struct {
	Type           string `json:"type"`
	ConversationID int64  `json:"conversation_id,omitempty"`
	Version        int64  `json:"version,omitempty"`
	Data           any    `json:"data,omitempty"`
	List           int64  `json:"list,omitempty"` // of what its one receiver has, with this change in it
	Droppable      bool   `json:"-"`
	// Anew says that its receiver came into a conversation or left one: what passed meanwhile never reaches
	// him, so no frame waits for it.
	Anew  bool  `json:"-"`
	Moved int64 `json:"-"` // by how much it moves the sum of the conversation's cursors
	// Patient says that it may come a tenth of a second late, together with others: many are told of what concerns
	// few. Those it does concern are in Now and get it at once.
	Patient bool    `json:"-"`
	Now     []int64 `json:"-"`
}

// Who is the person a socket is attached to, with the sign-in and the origin it came by.
type Who struct {
	Person  int64
	Session string
	Origin  string
}

// Options tune a Hub. The zero value of each means the default in brackets.
type Options struct {
	Epoch       string        // of the database; part of the init frame
	Grace       time.Duration // how long a person without socket stays present [30 s]
	BindWithin  time.Duration // for attaching, and again for flushing [10 s]
	HeadsEvery  time.Duration // at most this often after traffic [2 s]
	PingEvery   time.Duration // +-10 % [25 s]
	QueueBytes  int           // that may wait for one socket [256 KiB]
	QueueFrames int           // that may wait for one socket [1024]
	// UnboundPerAddress sockets of one address may wait to be attached; negative: any [50].
	UnboundPerAddress int
	Most              int                          // open sockets [any number]
	AllowOrigin       func(r *http.Request) bool   // [same host, or no Origin at all]
	Address           func(r *http.Request) string // of the client [the connection's]
	Log               *slog.Logger                 // [slog.Default]
}

// Stats counts what went wrong since New.
type Stats struct {
	Dropped  uint64 // droppable frames that did not fit
	Slow     uint64 // sockets closed because they fell behind
	Overflow uint64 // frames melody refused; the socket was closed
	Panics   uint64 // in handlers and hooks
	Unsent   uint64 // notes to other nodes that were dropped
	Missed   uint64 // times that notes of other nodes may have been lost
}

// Hub holds the sockets of one node. Make it with New.
type Hub struct {
	o      Options
	limits limits
	clock  clock
	log    *slog.Logger

	melodies []*melody.Melody
	door     *door
	people   *index
	groups   *groups
	crowd    *crowd
	presence *presence
	front    *presence // of sockets that were not opened aside
	ended    endings

	relay *relay // nil on a single node; set before the first socket

	// Hooks, all set before the first socket.
	typing []func(person, conversation int64)
	passed []func(conversation, version, moved int64)
	moved  []func()
	missed []func()
	told   map[string]func([]byte)

	open                            sync.WaitGroup // sockets and what closes them
	dropped, slow, overflow, panics atomic.Uint64
	unsent, gaps                    atomic.Uint64
}

// clock is the time a Hub lives in; tests bring their own.
type clock struct {
	now   func() time.Time
	after func(time.Duration, func()) (stop func() bool)
}

var realClock = clock{
	now:   time.Now,
	after: func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop },
}

// New returns a Hub that accepts sockets until Close.
func New(o Options) *Hub { return newHub(o, realClock) }

func newHub(o Options, c clock) *Hub {
	o = o.withDefaults()
	h := &Hub{
		o: o, clock: c, log: o.Log,
		limits: room(o),
		people: newIndex(), groups: newGroups(), crowd: newCrowd(), told: map[string]func([]byte){},
	}
	h.door = newDoor(o.UnboundPerAddress, o.Most)
	h.ended = endings{after: c.after}
	h.presence = newPresence(o.Grace, c.after, h.groups.forget, h.caught)
	h.front = newPresence(o.Grace, c.after, func(int64) {}, h.caught)
	h.melodies = h.newMelodies()
	return h
}

func (o Options) withDefaults() Options {
	def(&o.Grace, 30*time.Second)
	def(&o.BindWithin, 10*time.Second)
	def(&o.HeadsEvery, 2*time.Second)
	def(&o.PingEvery, 25*time.Second)
	def(&o.QueueBytes, 256<<10)
	def(&o.QueueFrames, 1024)
	def(&o.UnboundPerAddress, 50)
	def(&o.Log, slog.Default())
	if o.AllowOrigin == nil {
		o.AllowOrigin = sameHost
	}
	if o.Address == nil {
		o.Address = remoteAddress
	}
	return o
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Connected tells whether person has an attached socket right now, on any node.
func (h *Hub) Connected(person int64) bool { return h.presence.connected(person) }

// Present tells whether person is connected, to any node, or was so within the grace.
func (h *Hub) Present(person int64) bool { return h.presence.present(person) }

// Expect treats person as if the last socket had just closed: present until the grace is
// over. It is for those who were connected before a restart, and calls no hook by itself.
func (h *Hub) Expect(person int64) {
	h.presence.expect(person)
	h.front.expect(person)
}

// OnPresence calls f with true when a person who had no socket has one, also when that ends a
// grace, and with false when the grace is over. Calls about one person come one at a time and in
// order, in a goroutine of their own. Closing the hub is no absence and calls nothing.
// Register before the first socket.
func (h *Hub) OnPresence(f func(person int64, present bool)) { h.presence.hook(f) }

// OnTyping calls f when a client says that its person is typing, at most once a second for a
// socket and conversation. f decides whether the person is in that conversation; until it
// returns nothing else is read from that socket. Register before the first socket.
func (h *Hub) OnTyping(f func(person, conversation int64)) { h.typing = append(h.typing, f) }

// EndSession closes the sockets of a sign-in with 4401, on every node. An attach with the same
// session that is still under way is refused.
func (h *Hub) EndSession(session string) {
	h.EndSessionHere(session)
	h.tellNodes(note{EndSession: session}, nil)
}

// EndSessionHere is EndSession on this node only.
func (h *Hub) EndSessionHere(session string) {
	h.ended.add(session)
	for _, s := range h.people.where(func(s *socket) bool { return s.who.Session == session }) {
		s.end(CloseSignedOut, "sign-in ended")
	}
}

// EndPerson closes all sockets of a person with 4401, on every node.
func (h *Hub) EndPerson(person int64) {
	h.endPersonHere(person)
	h.tellNodes(note{EndPerson: person}, nil)
}

func (h *Hub) endPersonHere(person int64) {
	for _, s := range h.people.of(person) {
		s.end(CloseSignedOut, "sign-in ended")
	}
}

// People lists everybody with an attached socket on this node.
func (h *Hub) People() []int64 { return h.people.list() }

// Sessions lists the sign-ins behind the attached sockets of this node.
func (h *Hub) Sessions() []string {
	seen := map[string]struct{}{}
	h.people.where(func(s *socket) bool { seen[s.who.Session] = struct{}{}; return false })
	return slices.Collect(maps.Keys(seen))
}

// Sockets counts the open sockets, attached or not.
func (h *Hub) Sockets() int { return h.door.len() }

// Full tells whether there is no room for another socket.
func (h *Hub) Full() bool { return h.door.full() }

// Stats returns the counters.
func (h *Hub) Stats() Stats {
	return Stats{Dropped: h.dropped.Load(), Slow: h.slow.Load(), Overflow: h.overflow.Load(), Panics: h.panics.Load(),
		Unsent: h.unsent.Load(), Missed: h.gaps.Load()}
}
