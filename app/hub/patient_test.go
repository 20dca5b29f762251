package hub

import (
	"testing"
	"time"

	"ichat/app/hub/relaytest"
)

// seat is a frame about one of many colleagues.
func seat(n int64, now ...int64) Frame {
	return Frame{Type: "seat", Version: n, Patient: true, Now: now}
}

// wantsWaiting fails unless so many frames wait for the only socket of person.
func (h *house) wantsWaiting(person int64, n int) {
	h.t.Helper()
	s := h.people.of(person)[0]
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.out.items) != n {
		h.t.Fatalf("%d frames wait, want %d", len(s.out.items), n)
	}
}

func TestPatientFramesComeTogetherAndTheFirstAtOnce(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, seat(1))
	c.wants("seat", 1)
	for n := range int64(5) {
		h.Push([]int64{1}, seat(n+2))
	}
	h.clock.advance(calmFor - time.Millisecond)
	h.wantsWaiting(1, 5)
	h.clock.advance(time.Millisecond)
	for n := range int64(5) {
		c.wants("seat", n+2)
	}
	h.Push([]int64{1}, seat(7)) // another calm has begun
	h.clock.advance(calmFor - time.Millisecond)
	h.wantsWaiting(1, 1)
	h.clock.advance(time.Millisecond)
	c.wants("seat", 7)
	h.clock.advance(calmFor) // nothing came: the calm is over
	h.Push([]int64{1}, seat(8))
	c.wants("seat", 8)
}

func TestWhatIsUrgentTakesThePatientAlongInOrder(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, seat(1))
	c.wants("seat", 1)
	h.Push([]int64{1}, seat(2))
	h.Push([]int64{1}, message(7, 1))
	c.wants("seat", 2)
	c.wants("message", 1)
}

func TestWhomItConcernsIsToldAtOnceOthersTogether(t *testing.T) {
	h := newHouse(t, Options{})
	mine, other := h.join(1, "a"), h.join(2, "b")
	both := []int64{1, 2}
	h.Push(both, seat(1))
	mine.wants("seat", 1)
	other.wants("seat", 1)
	h.Push(both, seat(2, 1))
	mine.wants("seat", 2)
	h.wantsWaiting(2, 1)
	h.clock.advance(calmFor)
	other.wants("seat", 2)
}

func TestWhoSaysByeBringsThePatientAlong(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, seat(1))
	h.Push([]int64{1}, seat(2))
	h.people.of(1)[0].leave(time.Second)
	c.wants("seat", 1)
	c.wants("seat", 2)
	c.wants("bye", 0)
}

func TestPatienceGoesAlongToOtherNodes(t *testing.T) {
	n := nodes(t, relaytest.New(t), 2)
	mine, other := n[1].join(1, "a"), n[1].join(2, "b")
	both := []int64{1, 2}
	n[0].Push(both, seat(1))
	other.wants("seat", 1)
	n[0].Push(both, seat(2, 1))
	mine.wants("seat", 1)
	mine.wants("seat", 2)
	n[1].wantsWaiting(2, 1)
	n[1].clock.advance(calmFor)
	other.wants("seat", 2)
}
