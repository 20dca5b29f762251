package hub

import (
	"slices"
	"time"
)

const (
	// earlyFor is how long a frame waits for the one before it. Commits close together are pushed by
	// different goroutines, or nodes, that overtake each other by milliseconds.
	earlyFor = 300 * time.Millisecond

	// earlyMost may wait for one hole; more than that is no overtaking.
	earlyMost = 64

	// runsKept is how many conversations one socket's order is remembered of.
	runsKept = 512
)

// run is the order of one conversation on one socket, guarded by its mu.
type run struct {
	got  int64  // highest version delivered
	held []item // early ones, by version
	stop func() bool
}

// inOrder delivers a frame unless it is early: then it waits a moment for what is missing. When that
// does not come, everything goes out as it is: the client knows what it has and syncs, which reads
// the hole once for whoever really lacks it. Called with mu held.
func (s *socket) inOrder(it item) {
	r := s.runs[it.conversation]
	if r != nil && it.version > r.got+1 && len(r.held) < earlyMost {
		s.hold(r, it)
		return
	}
	s.enqueue(it)
	s.follow(it)
	if r == nil || len(r.held) == 0 {
		return
	}
	n := 0
	for n < len(r.held) && r.held[n].version <= r.got+1 {
		r.got = max(r.got, r.held[n].version)
		n++
	}
	s.letOut(r, n)
}

// follow takes note of what is delivered; called with mu held.
func (s *socket) follow(it item) {
	if it.version == 0 || it.conversation == 0 {
		return
	}
	if r := s.runs[it.conversation]; r != nil {
		r.got = max(r.got, it.version)
		return
	}
	if s.runs == nil || len(s.runs) >= runsKept {
		s.unfollow()
		s.runs = make(map[int64]*run)
	}
	s.runs[it.conversation] = &run{got: it.version}
}

func (s *socket) hold(r *run, it item) {
	at, _ := slices.BinarySearchFunc(r.held, it, func(a, b item) int { return int(a.version - b.version) })
	r.held = slices.Insert(r.held, at, it)
	if r.stop == nil {
		r.stop = s.hub.clock.after(earlyFor, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.state == live && s.runs[it.conversation] == r && len(r.held) > 0 {
				r.got = max(r.got, r.held[len(r.held)-1].version)
				s.letOut(r, len(r.held))
			}
		})
	}
}

// letOut sends the first n of what is held.
func (s *socket) letOut(r *run, n int) {
	out := r.held[:n]
	r.held = slices.Clone(r.held[n:])
	if len(r.held) == 0 && r.stop != nil {
		r.stop()
		r.stop, r.held = nil, nil
	}
	for _, it := range out {
		if s.state != live { // one of them was too much for the socket
			return
		}
		s.enqueue(it)
	}
}

// unfollow forgets the order of everything; what is early goes out, if the socket still takes it.
func (s *socket) unfollow() {
	for _, r := range s.runs {
		if r.stop != nil {
			r.stop()
			r.stop = nil
		}
		if s.state == live {
			s.letOut(r, len(r.held))
		}
	}
	s.runs = nil
}
