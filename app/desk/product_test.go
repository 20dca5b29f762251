package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/faq"
	"ichat/app/hub"
	"ichat/app/id"
	"ichat/app/notify"
	"ichat/app/people"
	"ichat/app/settings"
	"ichat/app/sites"
	"ichat/app/web"
	"ichat/storage"
	"ichat/storage/storagetest"
)

// patience is how long a test waits for what must happen; a test that passes never waits so long.
const patience = 20 * time.Second

// longGrace is for stories in which nobody is lost.
const longGrace = time.Hour

// product is a running desk with all below it, over HTTP and sockets.
type product struct {
	t     *testing.T
	db    *storage.DB
	ids   *id.Source
	sites *sites.Service
	desk  *desk.Service
	url   string
	site  int64
	nats  string // where it meets other nodes, if it does
	stop  func()

	inside *inside // the network, when it is one of our own; nil for the machine's
}

// open runs the product on a database of its own with one site.
func open(t *testing.T, grace time.Duration) *product {
	t.Helper()
	p := &product{t: t, db: storagetest.Test(t), ids: id.NewSource(1, time.Now)}
	p.start(grace)
	p.site = p.newSite("Shop")
	return p
}

// start runs the product on the database it has, until stop is called or the test ends.
func (p *product) start(grace time.Duration) {
	p.t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := web.New(web.Options{Log: log})
	h := hub.New(hub.Options{Epoch: "test", Grace: grace, Log: log})
	acts := audit.New(p.db, p.ids, time.Now, web.AddressOf)
	p.sites = sites.New(p.db, p.ids, time.Now, acts, sites.Files{})
	persons := people.New(p.db, p.ids, time.Now, p.sites, acts, "test")
	c := chat.New(p.db, p.ids, time.Now, h, persons, settings.New(p.db, acts, log), "test", log)
	mails, err := notify.New(p.t.Context(), p.db, p.ids, time.Now, h, persons, p.sites, c, acts, notify.Options{}, log)
	if err != nil {
		p.t.Fatal(err)
	}
	p.desk = desk.New(p.db, p.ids, time.Now, h, p.sites, persons, c, mails, faq.New(p.db, p.ids, time.Now, p.sites, persons, c, acts, 0, log), acts, log)
	w.Authenticate(persons.SignedIn)
	p.sites.OnSite(p.desk.QueueTx)
	c.OnSend(p.desk.Heard)
	c.OnRecall(p.desk.Recalled)
	h.OnPresence(p.desk.Presence)
	w.Raw(web.Public, http.MethodGet, "/ws", func(c echo.Context) error { return h.Serve(c.Response(), c.Request()) })
	c.Routes(w)
	p.desk.Routes(w)
	if p.nats != "" {
		if err := h.Connect(p.nats); err != nil {
			p.t.Fatal(err)
		}
	}

	closeServer := p.serve(w.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.desk.Run(ctx) }()
	p.stop = sync.OnceFunc(func() {
		h.Close(ctx)
		h.Disconnect()
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("the desk ended: %v", err)
		}
		closeServer()
	})
	p.t.Cleanup(p.stop)
}

func (p *product) write(fn func(ctx context.Context, tx *storage.Tx) error) {
	p.t.Helper()
	if err := p.db.Write(p.t.Context(), fn); err != nil {
		p.t.Fatal(err)
	}
}

func (p *product) exec(query string, args ...any) {
	p.t.Helper()
	p.write(func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	})
}

func (p *product) newSite(name string) (site int64) {
	p.t.Helper()
	p.write(func(ctx context.Context, tx *storage.Tx) error {
		s, err := p.sites.CreateTx(ctx, tx, name)
		site = s.ID
		return err
	})
	return site
}

// somebody signs a new person in.
func (p *product) somebody(kind, name string, site int64) *client {
	p.t.Helper()
	c := &client{p: p, id: p.ids.Next(), kind: kind, name: name, token: id.Token()}
	now := time.Now().UTC()
	p.exec("INSERT INTO people (id, kind, site_id, name, created_at) VALUES (?, ?, ?, ?, ?)", c.id, kind, site, name, now)
	p.exec("INSERT INTO sessions (token_hash, person_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
		id.Hash(c.token), c.id, now, now.Add(30*24*time.Hour))
	return c
}

func (p *product) visitor(name string) *client {
	p.t.Helper()
	return p.somebody("visitor", name, p.site)
}

// member is somebody with a role on the site, away, who takes up to most conversations at once.
func (p *product) member(name, role string, most int) *client {
	p.t.Helper()
	c := p.somebody("member", name, 0)
	p.exec("INSERT INTO roles (site_id, person_id, role) VALUES (?, ?, ?)", p.site, c.id, role)
	p.write(func(ctx context.Context, tx *storage.Tx) error { return p.desk.SeatTx(ctx, tx, c.id) })
	p.write(func(ctx context.Context, tx *storage.Tx) error {
		_, err := p.desk.SetSeatTx(ctx, tx, c.id, people.SeatChange{Cap: &most})
		return err
	})
	return c
}

// agent is a member who is connected and online.
func (p *product) agent(name string, most int) *client {
	p.t.Helper()
	c := p.member(name, "agent", most)
	c.connect()
	c.goes("online")
	return c
}

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
	conn, _, err := c.p.dialer().Dial("ws"+strings.TrimPrefix(c.p.url, "http")+"/ws", nil)
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
	if c.kind == "member" {
		c.desk()
	}
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
