package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestPushReachesEverySocketOfAPersonAndNobodyElse(t *testing.T) {
	h := newHouse(t, Options{})
	desktop, phone, other := h.join(1, "a"), h.join(1, "b"), h.join(2, "c")
	h.Push([]int64{1, 99}, message(7, 1))
	h.Push([]int64{2}, message(8, 1))
	for _, c := range []*client{desktop, phone} {
		if e := c.wants("message", 1); e.ConversationID != 7 || string(e.Data) != `{"text":"hi"}` {
			t.Fatalf("got %+v", e)
		}
	}
	if e := other.wants("message", 1); e.ConversationID != 8 {
		t.Fatalf("got %+v", e)
	}
	if h.Sockets() != 3 || !h.Connected(1) || h.Connected(99) {
		t.Fatalf("%d sockets", h.Sockets())
	}
}

func TestWhatWaitsIsJoinedIntoOneFrame(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	s := h.door.find(c.id)
	c.settled()
	s.mu.Lock()
	s.busy = true // as if a frame were being written
	s.mu.Unlock()
	for v := range int64(3) {
		h.Push([]int64{1}, message(7, v+1))
	}
	s.sent()
	frame, err := c.read()
	if err != nil {
		t.Fatal(err)
	}
	var events []event
	if err := json.Unmarshal(frame, &events); err != nil || len(events) != 3 || events[2].Version != 3 {
		t.Fatalf("%s: %v", frame, err)
	}
	h.Push([]int64{1}, message(7, 4))
	c.wants("message", 4)
}

func TestABurstArrivesWholeAndInOrder(t *testing.T) {
	const burst = 5000
	h := newHouse(t, Options{QueueFrames: burst, QueueBytes: 64 << 20})
	c := h.join(1, "a")
	for v := range int64(burst) {
		h.Push([]int64{1}, message(7, v+1))
	}
	for v := range int64(burst) {
		c.wants("message", v+1)
	}
}

func TestAFrameThatCannotBeEncodedHurtsNobody(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, Frame{Type: "bad", Data: func() {}})
	h.Push([]int64{1}, message(7, 1))
	c.wants("message", 1)
}

func TestGroupPushReachesItsMembersUntilTheyLeave(t *testing.T) {
	h := newHouse(t, Options{})
	a, b := h.join(1, "a"), h.join(2, "b")
	h.JoinGroup("site", 1)
	h.JoinGroup("site", 2)
	h.JoinGroup("site", 3) // not here, so not a member
	h.PushGroup("site", message(7, 1))
	a.wants("message", 1)
	b.wants("message", 1)
	h.LeaveGroup("site", 2)
	h.PushGroup("site", message(7, 2))
	h.Push([]int64{2}, message(8, 3))
	a.wants("message", 2)
	b.wants("message", 3)
	h.PushGroup("nobody", message(7, 4))
}

func TestGroupMembershipOutlivesAReconnectButNotTheGrace(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.JoinGroup("site", 1)
	c.conn.Close()
	h.empty()
	h.clock.advance(29 * time.Second)
	c = h.join(1, "a")
	h.PushGroup("site", message(7, 1))
	c.wants("message", 1)

	c.conn.Close()
	h.empty()
	h.clock.advance(30 * time.Second)
	if got := h.groups.members("site"); len(got) != 0 {
		t.Fatalf("still members: %v", got)
	}
	if len(h.groups.of) != 0 {
		t.Fatalf("still remembered: %v", h.groups.of)
	}
}

func TestHeadsNameTheHighestVersionsAfterTraffic(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, message(7, 2))
	h.Push([]int64{1}, message(7, 1))
	h.Push([]int64{1}, message(8, 5))
	h.Push([]int64{1}, Frame{Type: "typing", ConversationID: 9, Droppable: true})
	for range 4 {
		c.next()
	}
	h.clock.advance(2*time.Second - 1)
	c.settled()
	h.clock.advance(1)
	if e := c.wants("heads", 0); string(e.Data) != `{"7":2,"8":5}` {
		t.Fatalf("heads %s", e.Data)
	}
	h.clock.advance(time.Minute)
	c.settled() // no traffic, no heads
	h.Push([]int64{1}, message(7, 3))
	c.wants("message", 3)
	h.clock.advance(2 * time.Second)
	if e := c.wants("heads", 0); string(e.Data) != `{"7":3}` {
		t.Fatalf("heads %s", e.Data)
	}
}

func TestHeadsNameTheListAfterAChangeOfIt(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	h.Push([]int64{1}, Frame{Type: "contacts", List: 6})
	h.Push([]int64{1}, Frame{Type: "contacts", List: 5}) // overtaken
	for _, list := range []int64{6, 5} {
		if e := c.wants("contacts", 0); e.List != list {
			t.Fatalf("list %d", e.List)
		}
	}
	h.clock.advance(2 * time.Second)
	if e := c.wants("heads", 0); e.List != 6 || string(e.Data) != "{}" {
		t.Fatalf("heads %s of list %d", e.Data, e.List)
	}
	h.Push([]int64{1}, message(7, 3))
	c.wants("message", 3)
	h.clock.advance(2 * time.Second)
	if e := c.wants("heads", 0); e.List != 0 || string(e.Data) != `{"7":3}` {
		t.Fatalf("heads %s of list %d: nothing moved it", e.Data, e.List)
	}
}

func TestTypingReachesTheHookAtMostOnceASecond(t *testing.T) {
	h := newHouse(t, Options{})
	var heard []string // written by the one reading goroutine, read after its pong
	h.OnTyping(func(person, conversation int64) { heard = append(heard, fmt.Sprint(person, conversation)) })
	c := h.open()
	c.say(`{"type":"typing","conversation_id":7}`) // before its bind: no offence, no call
	c.settled()
	a, err := h.Attach(c.id, h.who(1, "a"))
	if err != nil {
		t.Fatal(err)
	}
	a.Flush(nil)
	say := func() {
		c.say(`{"type":"typing","conversation_id":7}`)
		c.say(`{"type":"typing","conversation_id":7}`)
		c.say(`{"type":"typing","conversation_id":8}`)
		c.settled()
	}
	say()
	h.clock.advance(time.Second - 1)
	say()
	h.clock.advance(1)
	say()
	if got, want := fmt.Sprint(heard), "[1 7 1 8 1 7 1 8]"; got != want {
		t.Fatalf("heard %s, want %s", got, want)
	}
}

func TestEndSessionClosesItsSocketsOnly(t *testing.T) {
	h := newHouse(t, Options{})
	ended, kept := h.join(1, "a"), h.join(1, "b")
	h.EndSession("a")
	h.Push([]int64{1}, message(7, 1))
	if e, err := ended.tryNext(); err == nil {
		t.Fatalf("got %+v after the sign-in ended", e)
	}
	ended.wantsCode(CloseSignedOut)
	kept.wants("message", 1)
	h.EndPerson(1)
	kept.wantsCode(CloseSignedOut)
	h.empty()
	if h.Connected(1) || !h.Present(1) {
		t.Fatal("want the grace")
	}
}

func TestCloseSaysByeSendsTheRestAndLeaves(t *testing.T) {
	h := newHouse(t, Options{})
	absent := make(chan int64, 1)
	h.OnPresence(func(person int64, present bool) {
		if !present {
			absent <- person
		}
	})
	bound, unbound := h.join(1, "a"), h.open()
	waiting := h.open()
	if _, err := h.Attach(waiting.id, h.who(2, "b")); err != nil {
		t.Fatal(err)
	}
	h.Push([]int64{1}, message(7, 1))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h.Close(ctx)
	if ctx.Err() != nil || h.Sockets() != 0 {
		t.Fatalf("%d sockets left", h.Sockets())
	}
	bound.wants("message", 1)
	for _, c := range []*client{bound, unbound, waiting} {
		e := c.wants("bye", 0)
		if e.ReconnectAfter == nil || *e.ReconnectAfter < 0 || *e.ReconnectAfter > 1000 {
			t.Fatalf("bye %+v", e)
		}
		c.wantsCode(1001)
	}
	if _, status := h.dial(h.url); status != 503 {
		t.Fatalf("a closed hub answers %d", status)
	}
	h.clock.advance(time.Hour)
	if len(absent) != 0 || !h.Present(1) {
		t.Fatal("closing the hub made someone absent")
	}
}

func TestPingsAreSpread(t *testing.T) {
	h := New(Options{})
	lowest, highest := time.Hour, time.Duration(0)
	for _, m := range h.melodies {
		lowest, highest = min(lowest, m.Config.PingPeriod), max(highest, m.Config.PingPeriod)
		if m.Config.PongWait <= m.Config.PingPeriod {
			t.Fatalf("a pong may take %v at a ping every %v", m.Config.PongWait, m.Config.PingPeriod)
		}
	}
	if lowest != 22500*time.Millisecond || highest != 27500*time.Millisecond {
		t.Fatalf("pings every %v to %v", lowest, highest)
	}
}

func TestASocketThatAnswersNoPingIsClosed(t *testing.T) {
	h := newHouse(t, Options{PingEvery: 20 * time.Millisecond})
	pinged := make(chan struct{}, 1)
	c := h.join(1, "a")
	c.conn.SetPingHandler(func(string) error {
		select {
		case pinged <- struct{}{}:
		default:
		}
		return nil
	})
	c.wantsCode(1006)
	<-pinged
	h.empty()
}
