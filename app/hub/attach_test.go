package hub

import (
	"testing"
	"time"

	"ichat/app/fault"
)

func TestWhatIsPushedDuringTheSnapshotFollowsIt(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.open()
	h.Push([]int64{1}, message(7, 1)) // before the attach: the snapshot has it
	a, err := h.Attach(c.id, h.who(1, "a"))
	if err != nil {
		t.Fatal(err)
	}
	h.Push([]int64{1}, message(7, 2))
	h.Push([]int64{1}, message(8, 9))
	h.Push([]int64{1}, message(7, 3))
	h.Push([]int64{1}, Frame{Type: "list"})
	c.say(`{"type":"ping"}`)
	if !h.Connected(1) || !h.Present(1) {
		t.Fatal("attached and not there")
	}
	a.Flush(map[int64]int64{7: 2})
	a.Flush(nil)
	h.Push([]int64{1}, message(7, 4))
	var got []event
	for len(got) < 4 {
		if e := c.next(); e.Type != "pong" {
			got = append(got, e)
		}
	}
	if got[0].Version != 9 || got[1].Version != 3 || got[2].Type != "list" || got[3].Version != 4 {
		t.Fatalf("got %+v", got)
	}
}

func TestAClientIDBindsOnce(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	_, err := h.Attach(c.id, h.who(2, "b"))
	wantFault(t, err, fault.Conflict)
	h.Push([]int64{1}, message(7, 1))
	c.wants("message", 1)
	c.conn.Close()
	h.empty()
	_, err = h.Attach(c.id, h.who(1, "a"))
	wantFault(t, err, fault.NotFound)
}

func TestAClientIDBindsFromItsOwnOriginOnly(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.open()
	_, err := h.Attach(c.id, Who{Person: 1, Session: "a", Origin: "https://elsewhere.example"})
	wantFault(t, err, fault.Denied)
	if h.Connected(1) {
		t.Fatal("refused and connected")
	}
	if _, err := h.Attach(c.id, h.who(1, "a")); err != nil {
		t.Fatal(err)
	}
}

func TestAClientIDBindsInTimeOrNotAtAll(t *testing.T) {
	h := newHouse(t, Options{})
	late, inTime := h.open(), h.open()
	h.clock.advance(10*time.Second - 1)
	if _, err := h.Attach(inTime.id, h.who(1, "a")); err != nil {
		t.Fatal(err)
	}
	h.clock.advance(1)
	_, err := h.Attach(late.id, h.who(2, "b"))
	wantFault(t, err, fault.NotFound)
	late.wantsCode(CloseTooSlow)

	h.clock.advance(10 * time.Second) // nobody flushed the other one
	inTime.wantsCode(CloseTooSlow)
	_, err = h.Attach("guessed", h.who(3, "c"))
	wantFault(t, err, fault.NotFound)
}

func TestADroppedAttachmentClosesTheSocket(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.open()
	a, err := h.Attach(c.id, h.who(1, "a"))
	if err != nil {
		t.Fatal(err)
	}
	a.Drop()
	a.Flush(nil)
	c.wantsCode(CloseTooSlow)
	if h.Connected(1) {
		t.Fatal("dropped and connected")
	}
}

func TestABufferThatOverflowsClosesTheSocket(t *testing.T) {
	h := newHouse(t, Options{QueueFrames: 2})
	c := h.open()
	if _, err := h.Attach(c.id, h.who(1, "a")); err != nil {
		t.Fatal(err)
	}
	for v := range int64(3) {
		h.Push([]int64{1}, message(7, v+1))
	}
	c.wantsCode(CloseTooSlow)
	if h.Stats().Slow != 1 {
		t.Fatalf("%+v", h.Stats())
	}
}

func TestASignInThatEndedMeanwhileDoesNotAttach(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.open()
	h.EndSession("a")
	_, err := h.Attach(c.id, h.who(1, "a"))
	wantFault(t, err, fault.SignedOut)
	c.wantsCode(CloseSignedOut)
	h.clock.advance(endingKept)
	if len(h.ended.sessions) != 0 {
		t.Fatal("ended sessions are kept for ever")
	}
}
