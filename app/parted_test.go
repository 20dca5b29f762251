package app_test

import (
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
)

// wire is what lies between a node and a part of its cluster. It can break, and it can go silent: then each side
// takes what it is sent and the other never hears of it.
type wire struct {
	to     string
	listen net.Listener

	mu     sync.Mutex
	silent bool // guarded by mu, as is all below
	broken bool
	lines  []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{to: to, listen: l}
	t.Cleanup(func() { l.Close(); w.cut() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(c)
		}
	}()
	return w
}

func (w *wire) carry(from net.Conn) {
	w.mu.Lock()
	broken := w.broken
	w.mu.Unlock()
	to, err := net.Dial("tcp", w.to)
	if err != nil || broken {
		from.Close()
		return
	}
	w.mu.Lock()
	w.lines = append(w.lines, from, to)
	w.mu.Unlock()
	go w.pour(from, to)
	w.pour(to, from)
}

func (w *wire) pour(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		silent := w.silent
		w.mu.Unlock()
		if silent {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut breaks every line, and each new one until mend.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = true
	for _, c := range w.lines {
		c.Close()
	}
	w.lines = nil
}

func (w *wire) hush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = true
}

// mend lets everything through again; what was swallowed stays lost, so the lines it was lost on break.
func (w *wire) mend() {
	w.cut()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent, w.broken = false, false
}

// parted is a product whose way to its PostgreSQL can fail.
func parted(t *testing.T) (*apptest.Product, *wire) {
	t.Helper()
	var w *wire
	p := apptest.New(t, func(c *app.Config) { w, c.DatabaseURL = between(t, c.DatabaseURL) })
	if w == nil {
		t.Skip("SQLite is in the same process; this is about a PostgreSQL that is cut off")
	}
	return p, w
}

// between puts a wire before a part; there is none before a file.
func between(t *testing.T, address string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, address
	}
	w := newWire(t, u.Host)
	u.Host = w.listen.Addr().String()
	return w, u.String()
}

func problems(t *testing.T, c *apptest.Client) (status int, named []string) {
	t.Helper()
	r := c.Do("GET", "/readyz", nil)
	var answer struct{ Problems []string }
	if err := json.Unmarshal(r.Body, &answer); err != nil {
		t.Fatal(err)
	}
	return r.Status, answer.Problems
}

func TestANodeCutFromItsDatabaseRefusesAndComesBackByItself(t *testing.T) {
	p, w := parted(t)
	visitor := p.Visitor()
	conversation := visitor.Say("before").ConversationID
	s := visitor.Connect()
	draft := p.Draft("meanwhile")
	for name, part := range map[string]func(){"broken": w.cut, "silent": w.hush} {
		part()
		began := time.Now()
		refused := visitor.Refused("POST", "/api/live/messages", draft, 503)
		if took := time.Since(began); refused.Retry != "same" || took > 15*time.Second {
			t.Fatalf("%s: refused after %s: %+v", name, took, refused)
		}
		if refused := visitor.Refused("GET", "/api/live", nil, 503); refused.Retry != "same" {
			t.Fatalf("%s: reading was refused with %+v", name, refused)
		}
		if status, named := problems(t, visitor); status != 503 || !slices.Contains(named, "the database does not answer") {
			t.Fatalf("%s: /readyz says %d %v", name, status, named)
		}
		w.mend()
		began = time.Now()
		until(t, "it is ready again", func() bool { status, _ := problems(t, visitor); return status == 200 })
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%s: back only after %s", name, took)
		}
	}
	visitor.OK("POST", "/api/live/messages", draft, nil)
	visitor.OK("POST", "/api/live/messages", draft, nil)
	s.Message("meanwhile")
	if m := visitor.Say("after"); m.ConversationID != conversation || m.Seq != 3 {
		t.Fatalf("%+v", m)
	}
}

// names tells whether one of the problems has the words.
func names(named []string, words string) bool {
	return slices.ContainsFunc(named, func(one string) bool { return strings.Contains(one, words) })
}
