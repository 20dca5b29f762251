package hub

import "ichat/app/fault"

// Attachment is a socket that belongs to a person and still collects what is pushed. Either
// Flush or Drop ends that; a socket that sees neither in time is closed.
type Attachment struct{ s *socket }

// Attach gives the socket with this client id to a person. What is pushed to the person from
// now on is kept back until Flush, so a snapshot read in between misses nothing. Faults:
// not_found when no such socket waits (any more), conflict when it was attached before, denied
// when it was opened from another origin, signed_out when the session has just been ended.
func (h *Hub) Attach(clientID string, who Who) (*Attachment, error) {
	s := h.door.find(clientID)
	if s == nil {
		return nil, notWaiting()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state == buffering || s.state == live:
		return nil, fault.New(fault.Conflict, "this connection is already in use")
	case s.state != unbound:
		return nil, notWaiting()
	case s.origin != who.Origin:
		return nil, fault.New(fault.Denied, "this connection was opened from another site")
	}
	s.deadline()
	s.state, s.who = buffering, who
	h.door.bound(s)
	h.people.add(who.Person, s)
	s.arrives()
	h.stirred()
	// After the socket can be found by EndSession: one of the two sees the other.
	if h.ended.has(who.Session) {
		s.close(CloseSignedOut, "sign-in ended")
		return nil, fault.New(fault.SignedOut, "you are signed out")
	}
	s.deadline = h.clock.after(h.o.BindWithin, func() { s.endIn(buffering, CloseTooSlow, "sync took too long") })
	return &Attachment{s}, nil
}

func notWaiting() error { return fault.New(fault.NotFound, "this connection is not open any more") }

// Flush sends what was kept back, except versions the snapshot already held: those up to
// known[conversation]. After it frames flow. Only the first call does anything.
func (a *Attachment) Flush(known map[int64]int64) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != buffering {
		return
	}
	s.deadline()
	s.deadline = nil
	s.out.keep(func(it item) bool { return it.version == 0 || it.version > known[it.conversation] })
	for _, it := range s.out.items {
		s.follow(it)
	}
	s.state = live
	s.pump()
}

// Drop closes the socket because no snapshot could be had; its client tries again.
func (a *Attachment) Drop() { a.s.endIn(buffering, CloseTooSlow, "sync failed") }
