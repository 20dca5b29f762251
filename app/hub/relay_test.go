package hub

import (
	"strings"
	"testing"
	"time"

	"ichat/app/hub/relaytest"
)

// nodes are hubs that one relay makes one.
func nodes(t *testing.T, relay *relaytest.Server, n int) []*house {
	t.Helper()
	all := make([]*house, n)
	for i := range all {
		all[i] = newHouse(t, Options{})
		all[i].span(relay.URL())
	}
	for _, h := range all {
		h.until("the relay stands", func() bool { return h.RelayProblem() == "" })
	}
	return all
}

func (h *house) span(address string) {
	h.t.Helper()
	if err := h.Connect(address); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(h.Disconnect)
}

// until waits for what the hub tells in its log as well, so that is when it looks.
func (h *house) until(what string, so func() bool) {
	h.t.Helper()
	for late := time.After(patience); !so(); {
		select {
		case <-h.log.told:
		case <-late:
			h.t.Fatalf("not so: %s", what)
		}
	}
}

func TestPushesReachTheSocketsOfEveryNode(t *testing.T) {
	n := nodes(t, relaytest.New(t), 3)
	here, there, other := n[0].join(1, "a"), n[1].join(1, "b"), n[2].join(2, "c")
	n[0].Push([]int64{1}, message(7, 1))
	for _, c := range []*client{here, there} {
		if e := c.wants("message", 1); e.ConversationID != 7 || string(e.Data) != `{"text":"hi"}` {
			t.Fatalf("got %+v", e)
		}
	}
	n[0].PushHere([]int64{1, 2}, message(8, 1))
	n[0].Push([]int64{2}, message(9, 1))
	here.wants("message", 1)
	if e := other.wants("message", 1); e.ConversationID != 9 {
		t.Fatalf("what was for one node only came to another: %+v", e)
	}
}

func TestHeadsNameTheListOnEveryNode(t *testing.T) {
	n := nodes(t, relaytest.New(t), 2)
	c := n[1].join(1, "a")
	n[0].Push([]int64{1}, Frame{Type: "contacts", List: 6})
	c.wants("contacts", 0)
	n[1].clock.advance(2 * time.Second)
	if e := c.wants("heads", 0); e.List != 6 {
		t.Fatalf("heads of list %d", e.List)
	}
}

func TestAGroupSpansNodesWhereverItWasJoined(t *testing.T) {
	n := nodes(t, relaytest.New(t), 2)
	c := n[1].join(1, "a")
	n[0].JoinGroup("site", 1) // the request came to another node than the socket
	n[0].PushGroup("site", message(7, 1))
	c.wants("message", 1)
	n[0].LeaveGroup("site", 1)
	n[0].PushGroup("site", message(7, 2))
	n[0].Push([]int64{1}, message(8, 1))
	if e := c.wants("message", 1); e.ConversationID != 8 {
		t.Fatalf("got %+v after leaving", e)
	}
}

func TestASignInEndsOnEveryNode(t *testing.T) {
	n := nodes(t, relaytest.New(t), 2)
	a, b, stays := n[1].join(1, "session"), n[1].join(1, "other"), n[1].join(2, "third")
	n[0].EndSession("session")
	a.wantsCode(CloseSignedOut)
	n[0].EndPerson(1)
	b.wantsCode(CloseSignedOut)
	stays.settled()
}

func TestAHintReachesTheSameRoomElsewhereOnly(t *testing.T) {
	relay := relaytest.New(t)
	a, b := newHouse(t, Options{}), newHouse(t, Options{})
	heard := make(chan string, 10)
	a.OnTold("desk", func(hint []byte) { heard <- "a " + string(hint) })
	b.OnTold("desk", func(hint []byte) { heard <- "b " + string(hint) })
	for _, h := range []*house{a, b} {
		h.span(relay.URL())
		h.until("the relay stands", func() bool { return h.RelayProblem() == "" })
	}
	a.Tell("nobody listens", nil)
	a.Tell("desk", []byte("tickets\n7"))
	b.Tell("desk", []byte("done"))
	got := []string{<-heard, <-heard}
	if joined := strings.Join(got, ", "); joined != "b tickets\n7, a done" && joined != "a done, b tickets\n7" {
		t.Fatalf("heard %q", got)
	}
}

func TestAPersonIsConnectedAndPresentOnWhateverNode(t *testing.T) {
	h := newHouse(t, Options{})
	var news []bool
	h.OnPresence(func(_ int64, present bool) { news = append(news, present) })
	h.Elsewhere(1, Nowhere, InFront)
	if !h.Connected(1) || !h.Present(1) {
		t.Fatal("who is connected to another node is not there")
	}
	c := h.join(1, "a") // a reload that lands here
	h.Elsewhere(1, InFront, Nowhere)
	h.clock.advance(time.Hour)
	if !h.Connected(1) {
		t.Fatal("moving from node to node was an absence")
	}
	c.conn.Close()
	h.empty()
	h.clock.advance(29 * time.Second)
	if !h.Present(1) || h.Connected(1) {
		t.Fatal("no grace")
	}
	h.clock.advance(2 * time.Second)
	h.presence.calls.Wait()
	if h.Present(1) || len(news) != 2 || !news[0] || news[1] {
		t.Fatalf("present %v, hooks heard %v", h.Present(1), news)
	}
}

func TestAHubWithoutItsRelayGoesOnAndComesBack(t *testing.T) {
	relay := relaytest.New(t)
	url := relay.URL()
	relay.Stop()
	a, b := newHouse(t, Options{}), newHouse(t, Options{})
	missed := make(chan struct{}, 100)
	b.OnMissed(func() { missed <- struct{}{} })
	a.span(url) // not reachable at start
	b.span(url)
	a.until("the problem is logged", func() bool { return strings.Contains(a.log.String(), "does not answer") })
	here, there := a.join(1, "a"), b.join(1, "b")
	a.Push([]int64{1}, message(7, 1))
	here.wants("message", 1)
	if a.RelayProblem() == "" || a.Stats().Unsent == 0 {
		t.Fatalf("problem %q, stats %+v", a.RelayProblem(), a.Stats())
	}

	for round := range int64(2) { // found for the first time, and again after a restart
		relay.Start()
		for _, h := range []*house{a, b} {
			h.until("the relay is found again", func() bool { return h.RelayProblem() == "" })
		}
		<-missed // so that what was lost is looked for
		a.Push([]int64{1}, message(7, round+2))
		there.wants("message", round+2)
		relay.Stop()
		a.until("it is away again", func() bool { return a.RelayProblem() != "" })
	}
	if n := strings.Count(a.log.String(), "\n"); n != 5 {
		t.Fatalf("not a line for each change:\n%s", a.log)
	}
}

func TestAWrongPasswordIsNamedWithoutIt(t *testing.T) {
	relay := relaytest.Guarded(t, "right")
	h := newHouse(t, Options{})
	h.span(strings.Replace(relay.URL(), "right", "wr0ng", 1))
	h.until("the refusal is named", func() bool { return strings.Contains(h.RelayProblem(), "refuses the name or password") })
	if text := h.log.String(); !strings.Contains(text, "refuses") || strings.Contains(text, "wr0ng") {
		t.Fatalf("logged: %s", text)
	}
	for _, bad := range []string{"nats.example.com", "http://host", "nats://", "::"} {
		if h.Connect(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestANodeThatFallsBehindTheRelayLooksForWhatItMissed(t *testing.T) {
	relay := relaytest.New(t)
	a, b := newHouse(t, Options{}), newHouse(t, Options{})
	missed, stuck, begun := make(chan struct{}, 1000), make(chan struct{}), make(chan struct{}, 1000)
	b.OnMissed(func() { missed <- struct{}{} })
	b.OnTold("slow", func([]byte) { begun <- struct{}{}; <-stuck })
	a.span(relay.URL())
	b.span(relay.URL())
	<-missed // the first connection
	a.until("the relay stands", func() bool { return a.RelayProblem() == "" })
	if err := b.relay.heard.SetPendingLimits(10, -1); err != nil {
		t.Fatal(err)
	}
	a.Tell("slow", nil)
	<-begun
	for range 50 {
		a.Tell("slow", nil)
	}
	<-missed
	close(stuck)
	if b.Stats().Missed < 2 {
		t.Fatalf("stats %+v", b.Stats())
	}
}

func TestAStalledRelayHoldsUpNoPush(t *testing.T) {
	h := newHouse(t, Options{})
	h.relay = &relay{hub: h.Hub, conn: nodes(t, relaytest.New(t), 1)[0].relay.conn, notes: make(chan []byte, 1)} // nobody takes from it
	c := h.join(1, "a")
	for v := range int64(3) {
		h.Push([]int64{1}, message(7, v+1))
		c.wants("message", v+1)
	}
	if h.Stats().Unsent != 2 {
		t.Fatalf("stats %+v", h.Stats())
	}
	h.relay = nil
}

func TestASocketOpenedAsideIsNobodyInFront(t *testing.T) {
	h := newHouse(t, Options{})
	var news []bool
	h.Front().OnPresence(func(_ int64, present bool) { news = append(news, present) })
	stirred := make(chan struct{}, 3)
	h.OnStir(func() { stirred <- struct{}{} })
	onTheSide := *h
	onTheSide.url += "/?aside"
	onTheSide.join(1, "a")
	h.Elsewhere(1, Nowhere, OnlyAside)
	if !h.Connected(1) || h.Front().Present(1) || h.Reaches()[1] != OnlyAside {
		t.Fatal("a page that looks on is somebody in front")
	}
	h.Elsewhere(1, OnlyAside, InFront)
	c := h.join(1, "a")
	h.Elsewhere(1, InFront, OnlyAside)
	if !h.Front().Connected(1) || h.Reaches()[1] != InFront {
		t.Fatal("nobody is in front")
	}
	c.conn.Close()
	for range 3 { // two came, one left
		<-stirred
	}
	if h.Front().Connected(1) || !h.Front().Present(1) {
		t.Fatal("no grace")
	}
	h.clock.advance(31 * time.Second)
	h.front.calls.Wait()
	if !h.Connected(1) || h.Front().Present(1) || len(news) != 2 || !news[0] || news[1] {
		t.Fatalf("connected %v, in front %v, hooks heard %v", h.Connected(1), h.Front().Present(1), news)
	}
}
