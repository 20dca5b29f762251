package hub

// note remembers which version or list was pushed, so that heads will name it; called with mu held.
// Whether the frame itself arrives makes no difference: that is what heads are for.
func (s *socket) note(it item) {
	if s.heads == nil {
		s.heads = make(map[int64]int64)
	}
	if it.version > 0 && it.conversation > 0 {
		s.heads[it.conversation] = max(s.heads[it.conversation], it.version)
	}
	s.list = max(s.list, it.list)
	if s.tick == nil {
		s.tick = s.hub.clock.after(s.hub.o.HeadsEvery, s.sendHeads)
	}
}

// sendHeads tells the client the versions and the list it should have by now.
func (s *socket) sendHeads() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != buffering && s.state != live || s.heads == nil {
		return
	}
	data := encode(Frame{Type: "heads", Data: s.heads, List: s.list})
	s.heads, s.list, s.tick = nil, 0, nil
	s.enqueue(item{data: data, kind: "heads"})
}
