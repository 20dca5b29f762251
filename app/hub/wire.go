package hub

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
)

const (
	socketKey = "s"

	// maxUp is the largest frame a client may send: it only pings and says that it is typing.
	maxUp = 4 << 10

	// rhythms is how many ping periods there are between -10 % and +10 %. melody has one period
	// an instance, so there are as many instances; sockets that came together after a restart
	// drift apart instead of being pinged in one burst for ever.
	rhythms = 16

	// writeWait is how long one frame may take to a client that does not read.
	writeWait = 10 * time.Second
)

func (h *Hub) newMelodies() []*melody.Melody {
	list := make([]*melody.Melody, rhythms)
	buffers := new(sync.Pool)
	for i := range list {
		share := 0.9 + 0.2*float64(i)/(rhythms-1)
		list[i] = h.newMelody(time.Duration(share*float64(h.o.PingEvery)), buffers)
	}
	return list
}

func (h *Hub) anyMelody() *melody.Melody { return h.melodies[rand.IntN(len(h.melodies))] }

// newMelody sets on purpose what melody leaves to chance: its limits and the panics.
func (h *Hub) newMelody(pingEvery time.Duration, buffers websocket.BufferPool) *melody.Melody {
	m := melody.New()
	m.Upgrader = &websocket.Upgrader{
		HandshakeTimeout: writeWait,
		ReadBufferSize:   512,
		WriteBufferSize:  2048,
		WriteBufferPool:  buffers,
		CheckOrigin:      func(*http.Request) bool { return true }, // Serve has checked, before the hijack
	}
	m.Config.WriteWait = writeWait
	m.Config.PingPeriod = pingEvery
	m.Config.PongWait = pingEvery * 5 / 2
	m.Config.MaxMessageSize = maxUp
	m.Config.MessageBufferSize = 2 // one frame and the close frame: see socket
	m.Config.ConcurrentMessageHandling = false

	m.HandleConnect(func(ms *melody.Session) {
		s := of(ms)
		defer s.rescue(ms, "connect")
		s.connected(ms)
	})
	m.HandleMessage(func(ms *melody.Session, frame []byte) {
		s := of(ms)
		defer s.rescue(ms, "message")
		s.heard(frame)
	})
	m.HandleMessageBinary(func(ms *melody.Session, _ []byte) {
		s := of(ms)
		defer s.rescue(ms, "binary message")
		s.refuse("text frames only")
	})
	m.HandleSentMessage(func(ms *melody.Session, _ []byte) {
		s := of(ms)
		defer s.rescue(ms, "sent")
		s.sent()
	})
	m.HandleError(func(ms *melody.Session, err error) {
		s := of(ms)
		defer s.rescue(ms, "error")
		s.failed(ms, err)
	})
	return m
}

// of finds our socket. The keys are set before the session exists and never changed, so they
// are read without melody's lock.
func of(ms *melody.Session) *socket { return ms.Keys[socketKey].(*socket) }

// failed hears of every error of the connection. It may be called with s.mu held, by a write
// of ours, so for a full channel it only cuts the connection.
func (s *socket) failed(ms *melody.Session, err error) {
	switch {
	case errors.Is(err, melody.ErrMessageBufferFull):
		s.hub.overflow.Add(1)
		s.cut(ms, 0, "")
	case errors.Is(err, websocket.ErrReadLimit):
		s.mu.Lock()
		s.shut()
		s.mu.Unlock()
		linger(ms.WebsocketConnection().NetConn()) // gorilla has sent the 1009
	}
}

// rescue is deferred inside each handler: a panic that reached melody would leave a session
// that is never closed.
func (s *socket) rescue(ms *melody.Session, where string) {
	if p := recover(); p != nil {
		s.hub.report(where, p)
		s.cut(ms, 0, "")
	}
}

// caught is deferred around hooks that no socket depends on.
func (h *Hub) caught(where string) {
	if p := recover(); p != nil {
		h.report(where, p)
	}
}

func (h *Hub) report(where string, p any) {
	h.panics.Add(1)
	h.log.Error("panic in hub", "where", where, "panic", p, "stack", string(debug.Stack()))
}
