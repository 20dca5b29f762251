package hub

import (
	"encoding/json"
	"time"
)

const (
	// upPerSecond is far above what a client sends (a ping in 25 s, typing each 3 s).
	upPerSecond = 50

	typingEvery = time.Second

	// typingKept is in how many conversations one socket can be typing at a time.
	typingKept = 16
)

// upstream is what is remembered of a client's own frames. Only the reading goroutine of the
// socket touches it.
type upstream struct {
	second time.Time // the count began
	count  int
	typed  map[int64]time.Time // conversation -> when the hook was last called
}

var pong = item{data: []byte(`{"type":"pong"}`), kind: "pong", droppable: true}

// heard handles one frame of the client. Whatever is neither ping nor typing closes the socket.
func (s *socket) heard(frame []byte) {
	now := s.hub.clock.now()
	if s.up.flood(now) {
		s.refuse("too many frames")
		return
	}
	var f struct {
		Type           string `json:"type"`
		ConversationID int64  `json:"conversation_id"`
	}
	if err := json.Unmarshal(frame, &f); err != nil {
		s.refuse("not a JSON object")
		return
	}
	switch {
	case f.Type == "ping":
		s.answer(pong)
	case f.Type == "typing" && f.ConversationID > 0:
		s.typing(now, f.ConversationID)
	default:
		s.refuse("only ping and typing are accepted")
	}
}

// answer is push for a socket that may be unattached.
func (s *socket) answer(it item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == unbound || s.state == buffering || s.state == live {
		s.enqueue(it)
	}
}

// typing calls the hooks. A page may say it a little before its bind is through: that is no
// offence, but has no person yet.
func (s *socket) typing(now time.Time, conversation int64) {
	s.mu.Lock()
	attached, person := s.state == buffering || s.state == live, s.who.Person
	s.mu.Unlock()
	if !attached || !s.up.mayType(now, conversation) {
		return
	}
	for _, f := range s.hub.typing {
		f(person, conversation)
	}
}

// flood counts a frame and tells whether there were too many within a second.
func (u *upstream) flood(now time.Time) bool {
	if now.Sub(u.second) >= time.Second {
		u.second, u.count = now, 0
	}
	u.count++
	return u.count > upPerSecond
}

// mayType lets typing through once a second for each conversation.
func (u *upstream) mayType(now time.Time, conversation int64) bool {
	if u.typed == nil {
		u.typed = make(map[int64]time.Time)
	}
	if last, ok := u.typed[conversation]; ok && now.Sub(last) < typingEvery {
		return false
	}
	if len(u.typed) >= typingKept {
		for c, last := range u.typed {
			if now.Sub(last) >= typingEvery {
				delete(u.typed, c)
			}
		}
	}
	if len(u.typed) >= typingKept {
		return false
	}
	u.typed[conversation] = now
	return true
}
