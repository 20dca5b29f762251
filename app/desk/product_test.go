package desk_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

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
	h.Front().OnPresence(p.desk.Presence)
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
