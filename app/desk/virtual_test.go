package desk_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"ichat/app/desk"
	"ichat/app/id"
	"ichat/storage/storagetest"
)

// firstDay is when the stories in virtual time begin: a Thursday morning. Ids begin in 2024, the bubble in 2000.
var firstDay = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// inVirtualTime tells a story in a bubble in which time passes only while everybody waits. The database is a
// SQLite file and the network is made of pipes, so that whoever waits for them waits in the bubble.
func inVirtualTime(t *testing.T, story func(p *product)) {
	t.Helper()
	onSQLite(t)
	file := filepath.Join(inMemory(t), "ichat.db")
	storagetest.Fill(t, file) // outside: what waits for the real disk is no part of the bubble
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(firstDay))
		p := &product{t: t, db: storagetest.Open(t, "sqlite:"+file), ids: id.NewSource(1, time.Now), inside: newInside()}
		p.start(30 * time.Second)
		p.site = p.newSite("Shop")
		story(p)
		p.leaves()
	})
}

// onSQLite skips where the run is about another database: these stories bring a SQLite of their own.
func onSQLite(t *testing.T) {
	t.Helper()
	if os.Getenv("ICHAT_TEST_DATABASE_URL") != "" {
		t.Skip("stories in virtual time are told on SQLite; this run is about another database")
	}
}

// inMemory is a folder that no disk is waited for, where there is one: a crash is no part of these stories.
func inMemory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "ichat")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// leaves closes what would keep the bubble from ending.
func (p *product) leaves() {
	p.stop()
	p.inside.http.CloseIdleConnections()
}

// serve answers on the network the product is on, until the returned function is called.
func (p *product) serve(h http.Handler) func() {
	if p.inside != nil {
		p.url = "http://inside"
		return p.inside.serve(h)
	}
	server := httptest.NewServer(h)
	p.url = server.URL
	return server.Close
}

func (p *product) client() *http.Client {
	if p.inside != nil {
		return p.inside.http
	}
	return http.DefaultClient
}

func (p *product) dialer() *websocket.Dialer {
	if p.inside != nil {
		return &websocket.Dialer{NetDialContext: p.inside.dial}
	}
	return websocket.DefaultDialer
}

// inside is a network of pipes with one server on it.
type inside struct {
	http  *http.Client
	calls chan net.Conn
}

func newInside() *inside {
	n := &inside{calls: make(chan net.Conn)}
	n.http = &http.Client{Transport: &http.Transport{DialContext: n.dial, MaxIdleConnsPerHost: 4}}
	return n
}

func (n *inside) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case n.calls <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *inside) serve(h http.Handler) (stop func()) {
	l := &door{calls: n.calls, closed: make(chan struct{})}
	server := &http.Server{Handler: h}
	var done sync.WaitGroup
	done.Go(func() { server.Serve(l) })
	return func() {
		n.http.CloseIdleConnections()
		server.Close()
		done.Wait()
	}
}

// door is where the server takes its calls.
type door struct {
	calls  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.calls:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error    { d.once.Do(func() { close(d.closed) }); return nil }
func (d *door) Addr() net.Addr  { return d }
func (d *door) Network() string { return "pipe" }
func (d *door) String() string  { return "inside" }

// patience is how long somebody waits for what must happen: where time costs nothing, longer than any rule's.
func (p *product) patience() time.Duration {
	if p.inside != nil {
		return 2 * time.Hour
	}
	return patience
}

// passes lets time go by, and what was due happen.
func (p *product) passes(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// watch tells how long ago it was made, to the second.
type watch struct {
	t     *testing.T
	began time.Time
}

func (p *product) watch() watch { return watch{p.t, time.Now()} }

// shows expects that so many seconds have passed; what happens in them takes no time.
func (w watch) shows(seconds int) {
	w.t.Helper()
	if took := time.Since(w.began); took.Round(time.Second) != time.Duration(seconds)*time.Second {
		w.t.Fatalf("it is %v later, want %d s", took, seconds)
	}
}

// ruled gives a queue of the site rules: the first one when no queue is named.
func (p *product) ruled(rules map[string]any, queue ...int64) {
	p.t.Helper()
	owner := p.member("Owner", "owner", 0)
	if queue == nil {
		queue = []int64{owner.queueList()[0].ID}
	}
	owner.call("PATCH", fmt.Sprintf("/api/admin/queues/%d", queue[0]), map[string]any{"rules": rules}, nil)
}

// decided is what was decided about a ticket since it reached its queue.
func (c *client) decided(ticket int64) []desk.Event {
	c.p.t.Helper()
	return slices.DeleteFunc(c.ticket(ticket).Events, func(e desk.Event) bool { return e.Kind == "reached" })
}

// events are what happened to a ticket beside its assignments, in a word each.
func (c *client) events(ticket int64) (kinds []string) {
	c.p.t.Helper()
	for _, e := range c.decided(ticket) {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// expects compares two lists of words.
func expects(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
}
