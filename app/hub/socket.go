package hub

import (
	"encoding/json"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
)

// state of a socket; it only moves forward.
type state uint8

const (
	opening   state = iota // the handshake is not answered yet
	unbound                // waits to be attached
	buffering              // attached, waits to be flushed
	live                   // frames flow
	leaving                // told to go; closes when its outbox is empty
	closed
)

// socket is one connection. melody has at most one frame of it in its channel, so nothing is
// ever dropped there; what comes meanwhile waits in the outbox and is joined into one frame
// when that one was written.
type socket struct {
	hub     *Hub
	client  string
	origin  string
	address string
	aside   bool // opened by a page on which nobody waits for what comes
	counted bool // off its address's count; guarded by door.mu

	mu       sync.Mutex
	session  *melody.Session // guarded by mu; nil while opening
	state    state           // guarded by mu
	who      Who             // set before the socket enters the index, then constant
	out      outbox          // guarded by mu
	busy     bool            // a frame is inside melody; guarded by mu
	pressing bool            // what waits is not only patient; guarded by mu
	calm     func() bool     // stops the timer after a patient frame; nil while none runs; guarded by mu
	batch    *[]byte         // that frame's buffer, if it came from the pool; guarded by mu
	farewell []byte          // the close frame of a socket that was closed while opening; guarded by mu
	deadline func() bool     // stops the timer of the state; guarded by mu
	heads    map[int64]int64 // conversation -> highest version since the last heads; guarded by mu
	list     int64           // the highest number of its person's list since then; guarded by mu
	tick     func() bool     // stops the timer of heads; nil while none runs; guarded by mu
	runs     map[int64]*run  // conversation -> what was delivered and what is early; guarded by mu

	up    upstream  // owned by the reading goroutine
	abort sync.Once // of the raw connection
}

var batches = sync.Pool{New: func() any { return new([]byte) }}

// batchKept is the largest batch buffer that goes back to the pool.
const batchKept = batchBytes + batchBytes/4

// push delivers one frame.
func (s *socket) push(it item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != buffering && s.state != live {
		return
	}
	versioned := it.version > 0 && it.conversation > 0
	if (versioned || it.list > 0) && !dropsSilently {
		s.note(it)
	}
	if versioned && !dropsSilently && s.state == live {
		s.inOrder(it)
		return
	}
	if it.anew && s.state == live {
		s.unfollow()
	}
	s.enqueue(it)
}

// enqueue writes it or lets it wait; called with mu held, in a state that has an outbox.
func (s *socket) enqueue(it item) {
	patient := it.patient && s.state == live && !s.calms()
	if !patient && !s.busy && s.state != buffering && len(s.out.items) == 0 {
		s.write(it.data)
		return
	}
	lost, ok := s.out.add(it, s.hub.limits)
	if lost > 0 {
		s.hub.dropped.Add(uint64(lost))
	}
	if !ok && !dropsSilently {
		s.tooSlow()
		return
	}
	if !patient {
		s.pressing = true
		s.pump()
	}
}

// calmFor is how long patient frames wait for one another after the first of them.
const calmFor = 100 * time.Millisecond

// calms starts the time in which patient frames wait, and tells whether it was not running; called with mu held.
func (s *socket) calms() bool {
	if s.calm != nil {
		return false
	}
	s.calm = s.hub.clock.after(calmFor, s.calmed)
	return true
}

// calmed lets out what waited.
func (s *socket) calmed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calm = nil
	if len(s.out.items) > 0 && s.state == live {
		s.calms()
		s.pressing = true
		s.pump()
	}
}

// write gives melody its one frame; called with mu held and busy false.
func (s *socket) write(data []byte) {
	s.busy = true
	_ = s.session.Write(data) // fails only on a closed connection, whose end is under way
}

// sent runs when melody's frame is on the wire.
func (s *socket) sent() {
	dawdle()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
	if s.batch != nil {
		if cap(*s.batch) <= batchKept {
			batches.Put(s.batch)
		}
		s.batch = nil
	}
	s.pump()
}

// pump writes what waits, joined; called with mu held.
func (s *socket) pump() {
	if s.busy || s.state == buffering || s.state == closed {
		return
	}
	if len(s.out.items) == 0 {
		if s.state == leaving {
			s.close(closeLeaving, "leaving")
		}
		return
	}
	if !s.pressing && s.state == live {
		return
	}
	buf := batches.Get().(*[]byte)
	data, shared := s.out.take((*buf)[:0])
	if shared {
		batches.Put(buf)
	} else {
		*buf = data
		s.batch = buf
	}
	s.pressing = len(s.out.items) > 0
	s.write(data)
}

// connected runs when the handshake is answered, before melody reads or writes anything.
func (s *socket) connected(session *melody.Session) {
	session.Request = nil // nobody reads it any more
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = session
	if s.state == closed {
		_ = session.CloseWithMsg(s.farewell)
		return
	}
	s.state = unbound
	s.deadline = s.hub.clock.after(s.hub.o.BindWithin, func() { s.endIn(unbound, CloseTooSlow, "not bound in time") })
	s.write(encode(struct {
		Type     string `json:"type"`
		ClientID string `json:"client_id"`
		Epoch    string `json:"epoch"`
	}{"init", s.client, s.hub.o.Epoch}))
}

// end closes the socket with a code after at most the frame that is being written. From the
// call on nothing is delivered and nothing is accepted.
func (s *socket) end(code int, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != closed {
		s.close(code, why)
	}
}

// endIn is end if the socket is still in that state.
func (s *socket) endIn(in state, code int, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == in {
		s.close(code, why)
	}
}

// close sends a close frame last; called with mu held. melody's channel has room for it beside
// the one frame that may be inside, and melody closes the connection after it.
func (s *socket) close(code int, why string) {
	s.shut()
	s.farewell = melody.FormatCloseMessage(code, why)
	if s.session != nil {
		_ = s.session.CloseWithMsg(s.farewell)
	}
}

// shut takes the socket out of everything; called with mu held.
func (s *socket) shut() {
	s.detach()
	s.state = closed
	s.out = outbox{}
}

// detach ends pushes and the stay; called with mu held.
func (s *socket) detach() {
	if s.state == buffering || s.state == live {
		s.hub.people.remove(s.who.Person, s)
		s.leaves()
		s.hub.stirred()
	}
	s.hub.door.bound(s)
	if s.deadline != nil {
		s.deadline()
		s.deadline = nil
	}
	if s.tick != nil {
		s.tick()
		s.tick = nil
	}
	if s.calm != nil {
		s.calm()
		s.calm = nil
	}
	s.heads = nil
	s.unfollow()
}

// tooSlow closes a socket that did not take its frames in time; called with mu held. The
// writer may be stuck in the middle of a frame, so the code is tried for a moment and then the
// connection is closed under it.
func (s *socket) tooSlow() {
	s.hub.slow.Add(1)
	s.shut()
	s.cut(s.session, CloseTooSlow, "too slow")
}

// closePatience is how long a close code waits for a stuck connection.
const closePatience = time.Second

// cut closes the raw connection, after trying to say why if code is not 0. It takes no lock
// and does not wait: melody calls handlers while it is being written to under ours, and its
// own Close would queue on the channel that is full.
func (s *socket) cut(ms *melody.Session, code int, why string) {
	conn := ms.WebsocketConnection()
	s.abort.Do(func() {
		s.hub.open.Go(func() {
			if code != 0 {
				_ = conn.WriteControl(websocket.CloseMessage, melody.FormatCloseMessage(code, why), time.Now().Add(closePatience))
			}
			conn.Close()
		})
	})
}

// refuse closes the socket because of what its client sent. Only its reading goroutine may
// call it, and nothing is read afterwards.
func (s *socket) refuse(why string) {
	s.mu.Lock()
	before, session := s.state, s.session
	s.shut()
	s.mu.Unlock()
	if before == closed {
		return
	}
	conn := session.WebsocketConnection()
	_ = conn.WriteControl(websocket.CloseMessage, melody.FormatCloseMessage(closePolicy, why), time.Now().Add(closePatience))
	linger(conn.NetConn())
}

// linger reads on for a moment after a close frame was written while the client is still
// sending: a close with unread bytes resets the connection, and the client may never see why.
func linger(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(closePatience))
	_, _ = io.CopyN(io.Discard, conn, 256<<10)
	conn.Close()
}

// gone runs when the connection is closed, however that came.
func (s *socket) gone() {
	s.mu.Lock()
	s.shut()
	s.session = nil
	s.mu.Unlock()
	s.hub.door.leave(s)
	s.hub.open.Done()
}

// encode is for our own structs, which always can be.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
