// Package apptest runs the whole product for a test: real database, real HTTP, real sockets, and
// people who use it. Nothing is faked but who sits in front of the screen.
package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/jobs"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage/storagetest"
)

// Patience is how long a test waits for what must come; it is only used up when it does not.
const Patience = 15 * time.Second

const (
	ownerEmail = "owner@example.com"
	// Password is everybody's.
	Password = "correct horse battery"
)

// Product is a running ichat with an owner, one site and one queue.
type Product struct {
	*app.App
	URL  string
	Site sites.Site

	// Stop ends the node as a signal does, and waits for it. The end of the test does so too.
	Stop func()

	tb   testing.TB
	next *atomic.Int64
}

// New starts a product that stops with the test. change may adjust the configuration first.
func New(tb testing.TB, change ...func(*app.Config)) *Product {
	tb.Helper()
	return NewAt(tb, time.Now, change...)
}

// NewAt is New with a clock of the test's own for what the rooms do.
func NewAt(tb testing.TB, now func() time.Time, change ...func(*app.Config)) *Product {
	tb.Helper()
	c := app.Config{Addr: "127.0.0.1:0", Data: tb.TempDir(), DatabaseURL: storagetest.Migrated(tb), OwnerEmail: ownerEmail, OwnerPassword: Password, NoLimits: true}
	for _, f := range change {
		f(&c)
	}
	return run(tb, c, now, new(atomic.Int64))
}

// Node starts one more node of the product: the same database and files, the same people and site, an
// address and a clock of its own; change may adjust its configuration. It stops with the test, or before by Stop.
func (p *Product) Node(now func() time.Time, change ...func(*app.Config)) *Product {
	p.tb.Helper()
	c := p.Config
	c.Data = p.tb.TempDir()
	c.BlobURL = p.Config.Blobs()
	for _, f := range change {
		f(&c)
	}
	return run(p.tb, c, now, p.next)
}

// run serves one node; next counts what must differ among all that the nodes make.
func run(tb testing.TB, c app.Config, now func() time.Time, next *atomic.Int64) *Product {
	tb.Helper()
	a, err := app.NewAt(context.Background(), c, slog.New(slog.DiscardHandler), now)
	if err != nil {
		tb.Fatal(err)
	}
	a.Jobs = jobs.New(a.DB, now, 0, slog.New(slog.DiscardHandler)) // an empty timetable: the clock on the wall decides no test
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &Product{App: a, URL: "http://" + l.Addr().String(), tb: tb, next: next}
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	p.Stop = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			tb.Errorf("the product ended with: %v", err)
		}
	})
	tb.Cleanup(p.Stop)
	if p.Site, err = a.Sites.First(ctx); err != nil {
		tb.Fatal(err)
	}
	return p
}

// Client is one person at one browser.
type Client struct {
	ID int64

	p      *Product
	token  string // a visitor's
	cookie string // a member's
	Lang   string
	Origin string // sent with every request
	From   string // the address he calls from, when the product trusts its own machine as a proxy
}

// Anonymous is somebody who never signed in.
func (p *Product) Anonymous() *Client { return &Client{p: p, Origin: p.URL} }

// On is the same person, signed in as before, at another node.
func (c *Client) On(p *Product) *Client {
	there := *c
	there.p, there.Origin = p, p.URL
	return &there
}

// SignIn signs a member in.
func (p *Product) SignIn(email string) *Client {
	p.tb.Helper()
	c := p.Anonymous()
	var s people.Session
	c.OK("POST", "/api/session", map[string]string{"email": email, "password": Password}, &s)
	c.ID = s.Person.ID
	return c
}

// Owner signs the site's owner in.
func (p *Product) Owner() *Client { p.tb.Helper(); return p.SignIn(ownerEmail) }

// Agent invites somebody to the site, who accepts; cap is how many tickets he takes at once.
func (p *Product) Agent(name string, cap int) *Client {
	p.tb.Helper()
	owner := p.Owner()
	email := fmt.Sprintf("agent%d@example.com", p.next.Add(1))
	var invited struct {
		Link string `json:"link"`
	}
	agents := fmt.Sprintf("/api/admin/sites/%d/agents", p.Site.ID)
	owner.OK("POST", agents, map[string]string{"email": email, "name": name, "role": "agent"}, &invited)
	c := p.Anonymous()
	var s people.Session
	_, token, _ := strings.Cut(invited.Link, "#invite=")
	c.OK("POST", "/api/invitations/accept", map[string]string{"token": token, "name": name, "password": Password}, &s)
	c.ID = s.Person.ID
	owner.OK("PATCH", fmt.Sprintf("%s/%d", agents, c.ID), map[string]int{"cap": cap}, nil)
	return c
}

// Supervisor is an Agent whom the owner made supervisor.
func (p *Product) Supervisor(name string, cap int) *Client {
	p.tb.Helper()
	c := p.Agent(name, cap)
	p.Owner().OK("PATCH", fmt.Sprintf("/api/admin/sites/%d/agents/%d", p.Site.ID, c.ID), map[string]string{"role": people.RoleSupervisor}, nil)
	return c
}

// Visitor opens the chat window on the product's own page.
func (p *Product) Visitor() *Client { p.tb.Helper(); return p.VisitorFrom("") }

// VisitorFrom is a Visitor who calls from an address.
func (p *Product) VisitorFrom(address string) *Client {
	p.tb.Helper()
	c := p.Anonymous()
	c.From = address
	var s people.VisitorSession
	c.OK("POST", "/api/visitors", map[string]string{"site": p.Site.Key, "locale": "en", "parent_origin": p.URL}, &s)
	c.ID, c.token = s.Person.ID, s.Token
	return c
}

// Online lets an agent connect and go to work.
func (c *Client) Online() *Socket {
	c.p.tb.Helper()
	s := c.Connect()
	c.OK("PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil)
	return s
}

// Say sends a visitor's message and returns it.
func (c *Client) Say(text string) chat.Message {
	c.p.tb.Helper()
	var m chat.Message
	c.OK("POST", "/api/live/messages", c.p.Draft(text), &m)
	return m
}

// Write sends a member's message into a conversation.
func (c *Client) Write(conversation int64, text string) chat.Message {
	c.p.tb.Helper()
	var m chat.Message
	c.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), c.p.Draft(text), &m)
	return m
}

// Draft is a text with a client id of its own.
func (p *Product) Draft(text string) chat.SendRequest {
	return chat.SendRequest{ClientMsgID: fmt.Sprintf("message-%d", p.next.Add(1)), Type: chat.Text, Body: chat.Body{Text: text}}
}

// Live is what the visitor sees of his ticket.
func (c *Client) Live() desk.Live {
	c.p.tb.Helper()
	var l desk.Live
	c.OK("GET", "/api/live", nil, &l)
	return l
}

// Reply is an answer with its body read.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Problem is CONTRACT's error body.
type Problem struct {
	Code         string            `json:"code"`
	Message      string            `json:"message"`
	RequestID    string            `json:"request_id"`
	Retry        string            `json:"retry"`
	RetryAfterMS int64             `json:"retry_after_ms"`
	Fields       map[string]string `json:"fields"`
}

// Do sends a request: in is JSON-encoded unless it is a string or nil.
func (c *Client) Do(method, path string, in any) Reply {
	c.p.tb.Helper()
	var body io.Reader
	switch v := in.(type) {
	case nil:
	case string:
		body = strings.NewReader(v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			c.p.tb.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	return c.send(method, path, "application/json", body)
}

// send sends a body of any type; nil for none.
func (c *Client) send(method, path, kind string, body io.Reader) Reply {
	c.p.tb.Helper()
	r, err := http.NewRequest(method, c.p.URL+path, body)
	if err != nil {
		c.p.tb.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	return c.do(r)
}

// do sends a request as this person.
func (c *Client) do(r *http.Request) Reply {
	c.p.tb.Helper()
	c.dress(r.Header)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.p.tb.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	defer res.Body.Close()
	for _, cookie := range res.Cookies() {
		c.cookie = cookie.Name + "=" + cookie.Value
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.p.tb.Fatal(err)
	}
	return Reply{Status: res.StatusCode, Header: res.Header, Body: b}
}

func (c *Client) dress(h http.Header) {
	if c.Origin != "" {
		h.Set("Origin", c.Origin)
	}
	if c.token != "" {
		h.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		h.Set("Cookie", c.cookie)
	}
	if c.From != "" {
		h.Set("X-Forwarded-For", c.From)
	}
	if c.Lang != "" {
		h.Set("Accept-Language", c.Lang)
	}
}

// OK sends a request that must succeed and decodes the answer into out, unless that is nil.
func (c *Client) OK(method, path string, in, out any) {
	c.p.tb.Helper()
	r := c.Do(method, path, in)
	if r.Status/100 != 2 {
		c.p.tb.Fatalf("%s %s: %d %s", method, path, r.Status, r.Body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(r.Body, out); err != nil {
		c.p.tb.Fatalf("%s %s: %v in %s", method, path, err, r.Body)
	}
}

// Refused sends a request that must be refused with this status and returns what the person reads.
func (c *Client) Refused(method, path string, in any, status int) Problem {
	c.p.tb.Helper()
	r := c.Do(method, path, in)
	var p Problem
	if r.Status != status {
		c.p.tb.Fatalf("%s %s: %d %s, want %d", method, path, r.Status, r.Body, status)
	}
	if err := json.Unmarshal(r.Body, &p); err != nil || p.Code == "" || p.Message == "" || p.RequestID == "" || p.Retry == "" || p.Fields == nil {
		c.p.tb.Fatalf("%s %s: not the error shape: %s", method, path, r.Body)
	}
	return p
}
