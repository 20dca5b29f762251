package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"ichat/app/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// fakeClock stands still until it is moved.
type fakeClock struct {
	mu     sync.Mutex
	time   time.Time
	timers []*fakeTimer
}

type fakeTimer struct {
	at time.Time
	f  func()
}

func newFakeClock() *fakeClock { return &fakeClock{time: time.Unix(1_800_000_000, 0)} }

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *fakeClock) after(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	timer := &fakeTimer{c.time.Add(d), f}
	c.timers = append(c.timers, timer)
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.timers, timer)
		if i >= 0 {
			c.timers = slices.Delete(c.timers, i, i+1)
		}
		return i >= 0
	}
}

// advance moves time and runs what is due before it returns.
func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	c.time = c.time.Add(d)
	var due []func()
	c.timers = slices.DeleteFunc(c.timers, func(t *fakeTimer) bool {
		if t.at.After(c.time) {
			return false
		}
		due = append(due, t.f)
		return true
	})
	c.mu.Unlock()
	for _, f := range due {
		f()
	}
}

// lines is a log that can be read while it is written.
type lines struct {
	told chan struct{} // after a line

	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.told <- struct{}{}:
	default:
	}
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// house is a hub behind a real server, in fake time.
type house struct {
	*Hub
	t     testing.TB
	url   string
	clock *fakeClock
	log   *lines // what the hub told
}

func newHouse(t testing.TB, o Options) *house {
	t.Helper()
	log := &lines{told: make(chan struct{}, 1)}
	o.Log = slog.New(slog.NewTextHandler(log, nil))
	o.Epoch = "e1"
	c := newFakeClock()
	h := &house{Hub: newHub(o, clock{now: c.now, after: c.after}), t: t, clock: c, log: log}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f, ok := fault.As(h.Serve(w, r)); ok {
			http.Error(w, f.Message, f.Kind.Status())
		}
	}))
	h.url = server.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		h.Close(ctx)
		server.Close()
	})
	return h
}

// client is a page with a socket.
type client struct {
	t      testing.TB
	conn   *websocket.Conn
	id     string
	events []event // of a frame that carried several
}

type event struct {
	Type           string          `json:"type"`
	ConversationID int64           `json:"conversation_id"`
	Version        int64           `json:"version"`
	List           int64           `json:"list"`
	Data           json.RawMessage `json:"data"`
	ClientID       string          `json:"client_id"`
	Epoch          string          `json:"epoch"`
	ReconnectAfter *int64          `json:"reconnect_after_ms"`
}

// dial opens a socket from origin; status is the answer's when it was refused.
func (h *house) dial(origin string) (c *websocket.Conn, status int) {
	h.t.Helper()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	conn, answer, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(h.url, "http"), header)
	if err != nil {
		if answer == nil {
			h.t.Fatal(err)
		}
		return nil, answer.StatusCode
	}
	h.t.Cleanup(func() { conn.Close() })
	return conn, answer.StatusCode
}

// open returns a page that has its client id.
func (h *house) open() *client {
	h.t.Helper()
	conn, status := h.dial(h.url)
	if conn == nil {
		h.t.Fatalf("refused with %d", status)
	}
	c := &client{t: h.t, conn: conn}
	hello := c.next()
	if hello.Type != "init" || len(hello.ClientID) != 22 || hello.Epoch != "e1" {
		h.t.Fatalf("first frame %+v", hello)
	}
	c.id = hello.ClientID
	return c
}

func (h *house) who(person int64, session string) Who {
	return Who{Person: person, Session: session, Origin: h.url}
}

// join opens a page, attaches and flushes it.
func (h *house) join(person int64, session string) *client {
	h.t.Helper()
	c := h.open()
	a, err := h.Attach(c.id, h.who(person, session))
	if err != nil {
		h.t.Fatal(err)
	}
	a.Flush(nil)
	return c
}

// read returns the next raw frame.
func (c *client) read() ([]byte, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	_, frame, err := c.conn.ReadMessage()
	return frame, err
}

func (c *client) tryNext() (event, error) {
	if len(c.events) == 0 {
		frame, err := c.read()
		if err != nil {
			return event{}, err
		}
		if frame[0] != '[' {
			frame = slices.Concat([]byte{'['}, frame, []byte{']'})
		}
		if err := json.Unmarshal(frame, &c.events); err != nil {
			c.t.Fatalf("%s: %v", frame, err)
		}
	}
	e := c.events[0]
	c.events = c.events[1:]
	return e, nil
}

func (c *client) next() event {
	c.t.Helper()
	e, err := c.tryNext()
	if err != nil {
		c.t.Fatal(err)
	}
	return e
}

// wants fails unless the next event is of that type and version.
func (c *client) wants(kind string, version int64) event {
	c.t.Helper()
	e := c.next()
	if e.Type != kind || e.Version != version {
		c.t.Fatalf("got %s %d, want %s %d", e.Type, e.Version, kind, version)
	}
	return e
}

func (c *client) say(frame string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		c.t.Fatal(err)
	}
}

// settled returns when the server has handled all that was said before.
func (c *client) settled() {
	c.t.Helper()
	c.say(`{"type":"ping"}`)
	c.wants("pong", 0)
}

// code reads to the end and returns the close code, 1006 when there was none.
func (c *client) code() int {
	c.t.Helper()
	for {
		if _, err := c.tryNext(); err != nil {
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				return closed.Code
			}
			var late interface{ Timeout() bool }
			if errors.As(err, &late) && late.Timeout() {
				c.t.Fatal("the socket stayed open")
			}
			return websocket.CloseAbnormalClosure
		}
	}
}

func (c *client) wantsCode(want int) {
	c.t.Helper()
	if got := c.code(); got != want {
		c.t.Fatalf("closed with %d, want %d", got, want)
	}
}

func wantFault(t testing.TB, err error, k fault.Kind) {
	t.Helper()
	if !fault.Is(err, k) {
		t.Fatalf("got %v, want %s", err, k)
	}
}

func message(conversation, version int64) Frame {
	return Frame{Type: "message", ConversationID: conversation, Version: version, Data: map[string]string{"text": "hi"}}
}

// empty waits until every socket is gone. The look at the count comes first: under its lock this
// goroutine sees every socket that was let in.
func (h *house) empty() {
	h.Hub.Sockets()
	h.Hub.open.Wait()
}
