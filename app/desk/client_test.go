package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/id"
)

// client is one person's page.
type client struct {
	p     *product
	id    int64
	kind  string
	name  string
	token string
	conn  *websocket.Conn
	seen  map[string]int // by type: how many frames an earlier wait went over

	mu     sync.Mutex
	frames []frame       // all that came; guarded by mu
	more   chan struct{} // closed and replaced when one comes; guarded by mu
}

type frame struct {
	Type     string          `json:"type"`
	ClientID string          `json:"client_id"`
	Data     json.RawMessage `json:"data"`
}

// problem is a refusal as the API answers it.
type problem struct {
	Status  int
	Code    string `json:"code"`
	Message string `json:"message"`
	Fields  map[string]string
}

// try calls the API, with JSON where in is a string; out is filled when it agrees.
func (c *client) try(method, path string, in, out any) *problem {
	c.p.t.Helper()
	var body bytes.Buffer
	if typed, ok := in.(string); ok {
		body.WriteString(typed)
	} else if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			c.p.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.p.url+path, &body)
	if err != nil {
		c.p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.p.client().Do(req)
	if err != nil {
		c.p.t.Fatal(err)
	}
	defer res.Body.Close()
	var refusal *problem
	if res.StatusCode >= 300 {
		refusal = &problem{Status: res.StatusCode}
		out = refusal
	}
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			c.p.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return refusal
}

func (c *client) call(method, path string, in, out any) {
	c.p.t.Helper()
	if refusal := c.try(method, path, in, out); refusal != nil {
		c.p.t.Fatalf("%s: %s %s: %+v", c.name, method, path, *refusal)
	}
}

// refused expects a refusal of this status and, unless empty, with this message.
func (c *client) refused(method, path string, in any, status int, message string) {
	c.p.t.Helper()
	refusal := c.try(method, path, in, nil)
	if refusal == nil || refusal.Status != status || message != "" && refusal.Message != message {
		c.p.t.Fatalf("%s: %s %s: got %+v, want %d %q", c.name, method, path, refusal, status, message)
	}
}

func text(words string) map[string]any {
	return map[string]any{"client_msg_id": id.Token(), "type": "text", "body": map[string]string{"text": words}}
}

// says is a visitor writing to the site; it returns his conversation.
func (c *client) says(words string) (conversation int64) {
	c.p.t.Helper()
	var m chat.Message
	c.call("POST", "/api/live/messages", text(words), &m)
	return m.ConversationID
}

// answers is an agent writing in a conversation.
func (c *client) answers(conversation int64, words string) {
	c.p.t.Helper()
	c.call("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), text(words), nil)
}

func (c *client) goes(state string) {
	c.p.t.Helper()
	c.call("PUT", "/api/desk/seat", map[string]string{"state": state}, nil)
}

func (c *client) live() (l desk.Live) {
	c.p.t.Helper()
	c.call("GET", "/api/live", nil, &l)
	return l
}

func (c *client) desk() (d desk.Desk) {
	c.p.t.Helper()
	c.call("GET", "/api/desk", nil, &d)
	return d
}

func (c *client) ticket(ticket int64) (d desk.TicketDetail) {
	c.p.t.Helper()
	c.call("GET", path(ticket, ""), nil, &d)
	return d
}

func (c *client) takes(ticket int64) {
	c.p.t.Helper()
	c.call("POST", path(ticket, "/take"), nil, nil)
}

func (c *client) closes(ticket int64) {
	c.p.t.Helper()
	c.call("POST", path(ticket, "/close"), nil, nil)
}

func path(ticket int64, end string) string { return fmt.Sprintf("/api/desk/tickets/%d%s", ticket, end) }

// connect opens the page's socket as a page does: bind, then for a member read the desk.
func (c *client) connect() {
	c.p.t.Helper()
	c.binds("/ws")
	if c.kind == "member" {
		c.desk()
	}
}

// looksOn opens the socket of a page on which nobody is served. The one before stays open, unheard.
func (c *client) looksOn() {
	c.p.t.Helper()
	c.binds("/ws?aside")
}

func (c *client) binds(address string) {
	c.p.t.Helper()
	conn, _, err := c.p.dialer().Dial("ws"+strings.TrimPrefix(c.p.url, "http")+address, nil)
	if err != nil {
		c.p.t.Fatal(err)
	}
	c.p.t.Cleanup(func() { conn.Close() })
	c.mu.Lock()
	c.conn, c.seen, c.frames, c.more = conn, map[string]int{}, nil, make(chan struct{})
	c.mu.Unlock()
	go c.listen(conn)
	hello := c.awaits("init", func(frame) bool { return true })
	c.call("POST", "/api/chat/bind", map[string]any{"client_id": hello.ClientID, "epoch": "test", "known": map[string]any{}, "list": 0}, nil)
}

// vanishes is the socket gone without a word.
func (c *client) vanishes() { c.conn.Close() }

func (c *client) listen(conn *websocket.Conn) {
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var many []frame
		if data[0] != '[' {
			data = append(append([]byte("["), data...), ']')
		}
		if err := json.Unmarshal(data, &many); err != nil {
			c.p.t.Errorf("frame %s: %v", data, err)
			return
		}
		c.mu.Lock()
		c.frames = append(c.frames, many...)
		close(c.more)
		c.more = make(chan struct{})
		c.mu.Unlock()
	}
}

// awaits returns the next frame of a type that fits, after the one it returned last.
func (c *client) awaits(kind string, fits func(frame) bool) frame {
	c.p.t.Helper()
	late := time.After(c.p.patience())
	for {
		c.mu.Lock()
		frames, more := c.frames, c.more
		c.mu.Unlock()
		for c.seen[kind] < len(frames) {
			f := frames[c.seen[kind]]
			c.seen[kind]++
			if f.Type == kind && fits(f) {
				return f
			}
		}
		select {
		case <-more:
		case <-late:
			c.p.t.Fatalf("%s waits for a %s frame in vain, got %s", c.name, kind, show(frames))
		}
	}
}

func show(frames []frame) string {
	var b strings.Builder
	for _, f := range frames {
		fmt.Fprintf(&b, "\n  %s %s", f.Type, f.Data)
	}
	return b.String()
}

// seesLive awaits a live frame that fits.
func (c *client) seesLive(fits func(desk.Live) bool) (l desk.Live) {
	c.p.t.Helper()
	c.awaits("live", func(f frame) bool {
		l = desk.Live{}
		return json.Unmarshal(f.Data, &l) == nil && fits(l)
	})
	return l
}

// seesTicket awaits a ticket frame that fits.
func (c *client) seesTicket(fits func(desk.Ticket) bool) (t desk.Ticket) {
	c.p.t.Helper()
	c.awaits("ticket", func(f frame) bool {
		t = desk.Ticket{}
		return json.Unmarshal(f.Data, &t) == nil && fits(t)
	})
	return t
}

// seesLost awaits that an agent who was online is told to be gone.
func (c *client) seesLost(agent *client) {
	c.p.t.Helper()
	for _, present := range []bool{true, false} {
		c.awaits("seat", func(f frame) bool {
			var s desk.Seat
			return json.Unmarshal(f.Data, &s) == nil && s.Person.ID == agent.id && s.State == "online" && s.Present == present
		})
	}
}

// servedBy awaits that an agent has the visitor, and returns the ticket.
func (c *client) servedBy(agent *client) int64 {
	c.p.t.Helper()
	return c.seesLive(func(l desk.Live) bool { return l.State == "open" && l.Agent != nil && l.Agent.ID == agent.id }).TicketID
}

// waitsAt awaits a place in the queue, and returns the ticket.
func (c *client) waitsAt(place int) int64 {
	c.p.t.Helper()
	return c.seesLive(func(l desk.Live) bool { return l.State == "waiting" && l.Place == place }).TicketID
}
