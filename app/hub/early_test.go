package hub

import (
	"testing"
	"time"
)

func TestAFrameThatIsEarlyWaitsForTheOneBefore(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, message(7, 1))
	h.Push([]int64{1}, message(7, 4))
	h.Push([]int64{1}, message(7, 3))
	h.Push([]int64{1}, message(8, 9)) // another conversation is not held up
	h.Push([]int64{1}, message(7, 2))
	c.wants("message", 1)
	c.wants("message", 9)
	for v := range int64(3) {
		c.wants("message", v+2)
	}
	h.Push([]int64{1}, message(7, 2)) // late or twice: the client knows what it has
	c.wants("message", 2)
}

func TestAHoleIsLeftToTheClientAfterAMoment(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, message(7, 1))
	h.Push([]int64{1}, message(7, 4))
	h.Push([]int64{1}, message(7, 3))
	c.wants("message", 1)
	h.clock.advance(earlyFor - time.Millisecond)
	c.settled()
	h.clock.advance(time.Millisecond)
	c.wants("message", 3)
	c.wants("message", 4)
	h.Push([]int64{1}, message(7, 5)) // in order again
	c.wants("message", 5)
}

func TestWhatWasCollectedWhileBindingCountsAsDelivered(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.open()
	a, err := h.Attach(c.id, h.who(1, "a"))
	if err != nil {
		t.Fatal(err)
	}
	h.Push([]int64{1}, message(7, 5))
	h.Push([]int64{1}, message(7, 4))
	a.Flush(map[int64]int64{7: 3})
	c.wants("message", 5)
	c.wants("message", 4)
	h.Push([]int64{1}, message(7, 6))
	c.wants("message", 6)
}

func TestNothingWaitsForWhatPassedWhileOneWasOut(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, message(7, 1))
	c.wants("message", 1)
	h.Push([]int64{1}, message(7, 9)) // his coming back, which is pushed before he is told to look
	h.Push([]int64{1}, Frame{Type: "list", Anew: true})
	h.Push([]int64{1}, message(7, 10))
	c.wants("message", 9)
	c.wants("list", 0)
	c.wants("message", 10)
}

func TestManyEarlyFramesAreNoOvertaking(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, message(7, 1))
	c.wants("message", 1)
	for v := range int64(earlyMost + 1) {
		h.Push([]int64{1}, message(7, v+3))
	}
	c.wants("message", earlyMost+3)
	for v := range int64(earlyMost) {
		c.wants("message", v+3)
	}
}
