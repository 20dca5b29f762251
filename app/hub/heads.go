package hub

// note remembers that a version was pushed, so that heads will name it; called with mu held.
// Whether the frame itself arrives makes no difference: that is what heads are for.
func (s *socket) note(conversation, version int64) {
	if s.heads == nil {
		s.heads = make(map[int64]int64)
	}
	s.heads[conversation] = max(s.heads[conversation], version)
	if s.tick == nil {
		s.tick = s.hub.clock.after(s.hub.o.HeadsEvery, s.sendHeads)
	}
}

// sendHeads tells the client the versions it should have by now.
func (s *socket) sendHeads() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != buffering && s.state != live || s.heads == nil {
		return
	}
	data := encode(Frame{Type: "heads", Data: s.heads})
	s.heads, s.tick = nil, nil
	s.enqueue(item{data: data, kind: "heads"})
}
