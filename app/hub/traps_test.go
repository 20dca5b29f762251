package hub

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
)

// big is a frame that fills a connection's buffers soon.
func big(version int64) Frame {
	return Frame{Type: "message", ConversationID: 7, Version: version, Data: strings.Repeat("x", 32<<10)}
}

func TestASlowSocketIsClosedAndCostsNobodyElse(t *testing.T) {
	h := newHouse(t, Options{})
	slow, quick := h.join(1, "a"), h.join(2, "b")
	v := int64(0)
	for h.Stats().Slow == 0 {
		v++
		h.Push([]int64{1, 2}, big(v))
		quick.wants("message", v)
	}
	if h.Connected(1) || !h.Connected(2) {
		t.Fatal("the wrong one was closed")
	}
	// What did arrive has no hole: everything that was lost is behind the end.
	for want := int64(1); ; want++ {
		e, err := slow.tryNext()
		if err != nil {
			break
		}
		if e.Version != want {
			t.Fatalf("got %d, want %d", e.Version, want)
		}
	}
	h.Push([]int64{1, 2}, message(7, v+1))
	quick.wants("message", v+1)
}

func TestASocketThatOnlyFellBehindIsToldWhy(t *testing.T) {
	h := newHouse(t, Options{QueueFrames: 4})
	c := h.join(1, "a")
	c.settled()
	s := h.door.find(c.id)
	s.mu.Lock()
	s.busy = true
	s.mu.Unlock()
	for v := range int64(5) {
		h.Push([]int64{1}, message(7, v+1))
	}
	c.wantsCode(CloseTooSlow)
	h.empty()
}

func TestAFullMelodyBufferClosesCountsAndDoesNotRecurse(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	c.settled()
	s := h.door.find(c.id)
	s.mu.Lock() // melody's writer waits for it after its first frame, and then the channel fills
	for h.Stats().Overflow == 0 {
		if err := s.session.Write([]byte(`{"type":"list"}`)); err != nil {
			t.Fatal(err)
		}
	}
	s.mu.Unlock()
	c.wantsCode(1006)
	h.empty()
	if h.Sockets() != 0 || h.Connected(1) {
		t.Fatal("the socket is still there")
	}
}

func TestAPanicLeavesNoZombie(t *testing.T) {
	h := newHouse(t, Options{})
	h.OnTyping(func(int64, int64) { panic("a hook's bug") })
	c := h.join(1, "a")
	c.say(`{"type":"typing","conversation_id":7}`)
	c.wantsCode(1006)
	h.empty()
	if h.Sockets() != 0 || h.Connected(1) || h.Stats().Panics != 1 {
		t.Fatalf("%d sockets, %+v", h.Sockets(), h.Stats())
	}
	for _, m := range h.melodies {
		if m.Len() != 0 {
			t.Fatal("melody still holds a session")
		}
	}
	h.join(1, "a").settled()
}

func TestManyFramesBeforeTheWriterRuns(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.open()
	a, err := h.Attach(c.id, h.who(1, "a"))
	if err != nil {
		t.Fatal(err)
	}
	for v := range int64(300) {
		h.Push([]int64{1}, message(7, v+1))
	}
	a.Flush(nil)
	for v := range int64(300) {
		c.wants("message", v+1)
	}
}

func TestAClientMayOnlyPingAndType(t *testing.T) {
	h := newHouse(t, Options{})
	for _, frame := range []string{
		`hello`, `[]`, `"ping"`, `{}`, `{"type":"message"}`, `{"type":"typing"}`, `{"type":"typing","conversation_id":"7"}`,
	} {
		c := h.join(1, "a")
		c.say(frame)
		if got := c.code(); got != websocket.ClosePolicyViolation {
			t.Errorf("%s: closed with %d", frame, got)
		}
	}
	c := h.join(1, "a")
	if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	c.wantsCode(websocket.ClosePolicyViolation)

	c = h.join(1, "a")
	for range upPerSecond {
		c.settled()
	}
	c.say(`{"type":"ping"}`)
	c.wantsCode(websocket.ClosePolicyViolation)
}

func TestAnOffenderIsClosedEvenIfItNeverReads(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	c.say("offence")
	h.empty()
	c.wantsCode(websocket.ClosePolicyViolation)
}

func TestAFrameOfUsualSizePassesAndALargerOneDoesNot(t *testing.T) {
	h := newHouse(t, Options{})
	c := h.join(1, "a")
	c.say(fmt.Sprintf(`{"type":"ping","x":"%s"}`, strings.Repeat("x", 600))) // melody's own limit is 512
	c.wants("pong", 0)
	c.say(fmt.Sprintf(`{"type":"ping","x":"%s"}`, strings.Repeat("x", 64<<10)))
	c.wantsCode(websocket.CloseMessageTooBig)
}

func TestOnlyAllowedOriginsConnect(t *testing.T) {
	h := newHouse(t, Options{})
	for origin, want := range map[string]int{
		"": 101, h.url: 101, "https://elsewhere.example": 403, "null": 403, "http://127.0.0.1:1": 403,
	} {
		if _, got := h.dial(origin); got != want {
			t.Errorf("origin %q: %d, want %d", origin, got, want)
		}
	}
	open := newHouse(t, Options{AllowOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "https://shop.example" }})
	if _, got := open.dial("https://shop.example"); got != 101 {
		t.Fatalf("got %d", got)
	}
}

func TestAPlainGetIsHarmless(t *testing.T) {
	h := newHouse(t, Options{})
	for name, header := range map[string]http.Header{
		"plain":       {},
		"old version": {"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"8"}},
	} {
		if got := h.get(header); got != http.StatusUpgradeRequired {
			t.Errorf("%s: %d", name, got)
		}
	}
	bad := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"short"}}
	if got := h.get(bad); got != http.StatusBadRequest {
		t.Errorf("bad key: %d", got)
	}
	if h.Sockets() != 0 {
		t.Fatal("a refused request is counted")
	}
}

func (h *house) get(header http.Header) int {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.url, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header = header
	tr := new(http.Transport)
	defer tr.CloseIdleConnections()
	answer, err := tr.RoundTrip(r)
	if err != nil {
		h.t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func TestBytesSentBeforeTheHandshakeAreRefused(t *testing.T) {
	h := newHouse(t, Options{})
	address := strings.TrimPrefix(h.url, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nsmuggled", address)
	if answer, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
		_, _ = io.Copy(io.Discard, answer.Body)
		t.Fatalf("answered %d", answer.StatusCode)
	}
}

func TestUnattachedSocketsOfAnAddressAreFew(t *testing.T) {
	h := newHouse(t, Options{UnboundPerAddress: 2})
	first, second := h.open(), h.open()
	if _, status := h.dial(h.url); status != 429 {
		t.Fatalf("a third one got %d", status)
	}
	a, err := h.Attach(first.id, h.who(1, "a"))
	if err != nil {
		t.Fatal(err)
	}
	a.Flush(nil)
	h.open()
	second.say("offence")
	second.wantsCode(websocket.ClosePolicyViolation)
	h.open()
	if _, status := h.dial(h.url); status != 429 {
		t.Fatalf("got %d", status)
	}
	if got := household("2001:db8:1:2:3::4"); got != "2001:db8:1:2::/64" {
		t.Fatalf("household %s", got)
	}
}

func TestAFullHubTurnsAwayAndTakesAgainWhenSomebodyLeft(t *testing.T) {
	h := newHouse(t, Options{Most: 1})
	first := h.open()
	if _, status := h.dial(h.url); status != 503 || !h.Full() {
		t.Fatalf("a second one got %d", status)
	}
	first.say("offence")
	first.wantsCode(websocket.ClosePolicyViolation)
	h.empty()
	h.open()
}

func TestASocketThatComesWhileTheHubClosesIsSentAway(t *testing.T) {
	h := newHouse(t, Options{})
	s := &socket{hub: h.Hub, client: "x"}
	if err := h.door.admit(s, &h.Hub.open); err != nil {
		t.Fatal(err)
	}
	s.leave(0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.gone()
	h.Close(ctx)
	if string(s.farewell) != string(melody.FormatCloseMessage(1001, "leaving")) {
		t.Fatalf("farewell %q", s.farewell)
	}
}

func TestManyThingsAtOnce(t *testing.T) {
	h := newHouse(t, Options{})
	var all sync.WaitGroup
	for i := range int64(8) {
		all.Go(func() {
			for n := range int64(10) {
				session := fmt.Sprint(i, n)
				c := h.join(i%4, session)
				h.JoinGroup("all", i%4)
				h.PushGroup("all", message(7, n+1))
				c.next()
				if n%2 == 0 {
					h.EndSession(session)
				} else {
					c.conn.Close()
				}
			}
		})
	}
	all.Wait()
	h.empty()
	h.clock.advance(time.Minute)
	if len(h.groups.of) != 0 || len(h.presence.stays) != 0 || len(h.door.unbound) != 0 || h.Sockets() != 0 {
		t.Fatal("something is left of those who went")
	}
}
