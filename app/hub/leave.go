package hub

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// comeBackPerMs spreads reconnects: as many a millisecond as a small server can answer.
	comeBackPerMs = 1
	comeBackMin   = time.Second
	comeBackMax   = time.Minute
)

// Close refuses new sockets, tells each open one when to come back, each another time, sends
// what still waits for it and closes it with 1001. It returns when all are closed and no hook
// runs; what is left when ctx is done is cut. It calls no presence hook.
func (h *Hub) Close(ctx context.Context) {
	h.door.drain()
	h.presence.close()
	h.front.close()
	h.crowd.close()
	sockets := h.door.all()
	within := time.Duration(len(sockets)/comeBackPerMs) * time.Millisecond
	within = min(max(within, comeBackMin), comeBackMax)
	for _, s := range sockets {
		s.leave(rand.N(within))
	}

	done := make(chan struct{})
	go func() {
		h.open.Wait()
		h.presence.calls.Wait()
		h.front.calls.Wait()
		close(done)
	}()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	for _, s := range h.door.all() {
		s.drop()
	}
	select {
	case <-done:
	case <-time.After(closePatience): // a hook that hangs must not hold up the exit
	}
}

// leave says bye, lets the outbox run empty and closes.
func (s *socket) leave(comeBack time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == leaving || s.state == closed {
		return
	}
	if s.state == opening {
		s.close(closeLeaving, "leaving")
		return
	}
	if s.state == buffering {
		s.out = outbox{} // its client was not answered yet and will ask for all of it again
	}
	s.detach()
	s.state = leaving
	s.enqueue(item{kind: "bye", data: encode(struct {
		Type  string `json:"type"`
		After int64  `json:"reconnect_after_ms"`
	}{"bye", comeBack.Milliseconds()})})
	s.pump()
}

// drop cuts a connection that did not end by itself.
func (s *socket) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut()
	if s.session != nil {
		s.cut(s.session, 0, "")
	}
}
