// Package app builds every room, in order: it is the table of contents of the product.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/uptrace/bun/migrate"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/contacts"
	"ichat/app/desk"
	"ichat/app/faq"
	"ichat/app/fault"
	"ichat/app/files"
	"ichat/app/hub"
	"ichat/app/id"
	"ichat/app/jobs"
	"ichat/app/nodes"
	"ichat/app/notify"
	"ichat/app/people"
	"ichat/app/proof"
	"ichat/app/safety"
	"ichat/app/settings"
	"ichat/app/sites"
	"ichat/app/web"
	"ichat/migrations"
	"ichat/storage"
)

// hangUp is how long sockets get to take their goodbye.
const hangUp = 10 * time.Second

// App is the whole product, built and not yet running.
type App struct {
	Config   Config
	DB       *storage.DB
	Hub      *hub.Hub
	Web      *web.Server
	Sites    *sites.Service
	People   *people.Service
	Files    *files.Service
	Chat     *chat.Service
	Notify   *notify.Service
	Desk     *desk.Service
	Contacts *contacts.Service
	Jobs     *jobs.Jobs
	Nodes    *nodes.Service // nil when there is one node
	Settings *settings.Service
	Proof    *proof.Service
	Audit    *audit.Log
	Safety   *safety.Service
	FAQ      *faq.Service

	log   *slog.Logger
	node  storage.Node
	clock *storage.Clock
	now   func() time.Time

	leaving atomic.Bool // told to stop: not ready any more

	mu    sync.Mutex
	wrong error // why this process may no longer serve; guarded by mu
}

// New opens and migrates the database and builds every room on it.
func New(ctx context.Context, c Config, log *slog.Logger) (*App, error) {
	return start(ctx, c, log, nil)
}

// NewAt is New in a time of the caller's: what the rooms do happens at now. Leases are about running
// processes and always use the real one.
func NewAt(ctx context.Context, c Config, log *slog.Logger, now func() time.Time) (*App, error) {
	return start(ctx, c, log, now)
}

func start(ctx context.Context, c Config, log *slog.Logger, now func() time.Time) (*App, error) {
	confess(log)
	if err := c.Check(); err != nil {
		return nil, err
	}
	db, _, err := open(ctx, c, log)
	if err != nil {
		return nil, err
	}
	if c.DebugAddr != "" {
		db.Count()
	}
	a := &App{Config: c, DB: db, log: log, now: now}
	if a.clock, err = db.NewClock(ctx, clock); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if now == nil {
		a.now = a.clock.Now
	}
	if a.node, err = db.LeaseNode(ctx, a.clock.Now()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	return a, nil
}

// Migrate only brings the database up to this version and returns what it applied.
func Migrate(ctx context.Context, c Config, log *slog.Logger) ([]string, error) {
	db, applied, err := open(ctx, c, log)
	if err != nil {
		return nil, err
	}
	return applied, db.Close()
}

func open(ctx context.Context, c Config, log *slog.Logger) (*storage.DB, []string, error) {
	db, err := storage.Open(ctx, c.Database(), log)
	if err != nil {
		return nil, nil, err
	}
	if err := db.Restoring(ctx); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	set, err := schema(db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	applied, err := db.Migrate(ctx, set)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, applied, nil
}

// schema is what this version knows of the tables.
func schema(db *storage.DB) (*migrate.Migrations, error) {
	if db.Postgres() {
		return migrations.Set("postgres")
	}
	return migrations.Set("sqlite")
}

func (a *App) build(ctx context.Context) error {
	epoch, err := a.DB.Epoch(ctx)
	if err != nil {
		return err
	}
	ids := id.NewSource(a.node.Number, a.now)
	proxies, err := a.Config.proxies()
	if err != nil {
		return err
	}
	connections, sockets := roomOf()
	a.Web = web.New(web.Options{BaseURL: a.Config.BaseURL, TrustedProxies: proxies, Log: a.log, Limits: !a.Config.NoLimits,
		Ready: a.ready, Limping: a.limping, Away: storage.Away, Room: connections, Sockets: func() int { return a.Hub.Sockets() }})
	a.Hub = hub.New(a.sockets(epoch, sockets))
	a.Jobs = jobs.New(a.DB, a.now, a.node.Number, a.log)
	a.Audit = audit.New(a.DB, ids, a.now, web.AddressOf)
	a.Settings = settings.New(a.DB, a.Audit, a.log)
	if err := a.Settings.Load(ctx); err != nil {
		return err
	}
	if a.Proof, err = proof.New(ctx, a.DB, a.now, a.Settings, a.Config.verifiers(), a.log); err != nil {
		return err
	}
	a.Sites = sites.New(a.DB, ids, a.now, a.Audit, widgetFiles())
	a.People = people.New(a.DB, ids, a.now, a.Sites, a.Audit, epoch)
	if a.Files, err = a.openFiles(ctx, ids); err != nil {
		return err
	}
	a.Chat = chat.New(a.DB, ids, a.now, a.Hub, a.People, a.Settings, epoch, a.log)
	smtp, err := a.Config.mailServer()
	if err != nil {
		return err
	}
	mailing := notify.Options{SMTP: smtp, BaseURL: a.Config.BaseURL, LocalPush: a.Config.LocalPush, MissedAfter: a.Config.MissedAfter}
	if a.Notify, err = notify.New(ctx, a.DB, ids, a.now, a.Hub, a.People, a.Sites, a.Chat, a.Audit, mailing, a.log); err != nil {
		return err
	}
	a.Safety = safety.New(a.DB, ids, a.now, a.People, a.Audit, a.log)
	if err := a.Safety.Load(ctx); err != nil {
		return err
	}
	a.Contacts = contacts.New(a.DB, ids, a.now, a.Hub, a.People, a.Chat, a.Files, a.Settings, a.Audit, epoch, a.log)
	a.FAQ = faq.New(a.DB, ids, a.now, a.Sites, a.People, a.Chat, a.Audit, a.Config.models(), a.log)
	a.Desk = desk.New(a.DB, ids, a.now, a.Hub, a.Sites, a.People, a.Chat, a.Notify, a.FAQ, a.Audit, a.log)
	a.join()
	a.routes()
	if a.Config.NatsURL != "" {
		a.Nodes = nodes.New(a.DB, a.Hub, a.node, a.log)
		if err := a.Hub.Connect(a.Config.NatsURL); err != nil {
			return fmt.Errorf("ICHAT_NATS_URL %w", err)
		}
	}
	return a.first(ctx)
}

// join registers the hooks: one per fact, from the room that knows it to the room that acts on it.
func (a *App) join() {
	a.Web.Authenticate(a.People.SignedIn)
	a.Sites.OnSite(a.Desk.QueueTx)
	a.Sites.OwnedBy(a.People.Owns, a.People.SitesOwned)
	a.Audit.NamedBy(a.People.NameIn)
	a.Audit.OwnedBy(a.People.Owns)
	a.Sites.AttendedBy(a.Desk.Attended)
	a.Sites.OnChange(a.Desk.SiteChanged)
	a.Settings.OwnedBy(a.People.SitesOwned)
	a.People.RegisteredAs(func() string { return a.Settings.Current().Members.Registration })
	a.Chat.CategoriesBy(a.Contacts.CategoryTx)
	a.Settings.AdmittedBy(a.Proof.Admits)
	a.People.ProvedBy(func(ctx context.Context, given string) (func(context.Context, *storage.Tx) error, error) {
		return a.Proof.Check(ctx, proof.Register, given, web.AddressOf(ctx))
	})
	a.People.OnAgent(a.Desk.SeatTx)
	a.People.Seats(a.Desk.SeatsOf, a.Desk.SetSeatTx)
	a.People.OnSessionEnd(a.Hub.EndSession)
	a.People.OnPersonEnd(a.Hub.EndPerson)
	a.People.OnSessionEnd(a.Notify.SignInEnded)
	a.People.OnPersonEnd(a.Notify.PersonEnded)
	a.Files.ReadBy(a.reads)
	a.Safety.OnBlock(a.Desk.Blocked)
	a.Chat.OnDraft(a.Safety.Draft)
	a.Chat.OnDraft(a.attach)
	a.Chat.OnDraft(a.Contacts.Show)
	a.Chat.OnSend(a.Safety.Heard)
	a.Chat.OnSend(a.attached)
	a.Chat.OnRecall(a.detached)
	a.FAQ.OnHandOver(a.Desk.HandedOver)
	a.Chat.OnSend(a.Desk.Heard)
	a.Chat.OnSend(a.Notify.AnsweredTx)
	a.Notify.ReachedBy(a.Desk.ReachOf)
	a.People.OnInvited(a.Notify.InviteTx)
	a.Chat.OnRecall(a.Desk.Recalled)
	a.Chat.OnEdit(a.Safety.Heard)
	a.Chat.OnEdit(a.Desk.Edited)
	a.Hub.Front().OnPresence(a.Desk.Presence)
	a.Hub.OnPresence(a.Contacts.Presence)
	a.Jobs.Every("expire sessions", "17 * * * *", a.People.ExpireSessions)
	a.Jobs.Every("find names that no index knows", "*/15 * * * *", a.indexNames)
	a.Jobs.Every("remove blocks that are over", "*/5 * * * *", a.Safety.RemoveOver)
	a.Jobs.Every("remove finished mails", "27 * * * *", a.Notify.CleanUp)
	a.Jobs.Every("remove unused files", "47 * * * *", a.Files.CleanUp)
}

// indexNames sees to it that people and groups are found who were there before their names had an index.
func (a *App) indexNames(ctx context.Context) error {
	return errors.Join(a.People.IndexNames(ctx), a.Chat.IndexNames(ctx))
}

func (a *App) routes() {
	a.Web.Raw(web.Public, http.MethodGet, "/ws", func(c echo.Context) error { return a.Hub.Serve(c.Response(), c.Request()) })
	a.Audit.Routes(a.Web)
	a.Settings.Routes(a.Web)
	a.Proof.Routes(a.Web)
	a.Sites.Routes(a.Web)
	a.People.Routes(a.Web)
	a.Files.Routes(a.Web)
	a.Chat.Routes(a.Web)
	a.Safety.Routes(a.Web)
	a.Notify.Routes(a.Web)
	a.FAQ.Routes(a.Web)
	a.Desk.Routes(a.Web)
	a.Contacts.Routes(a.Web)
	consolePages(a.Web, a.Proof.Sources)
}

// first makes what an empty database needs: a site, and the owner when the environment names one.
func (a *App) first(ctx context.Context) error {
	if _, err := a.Sites.EnsureFirst(ctx); err != nil {
		return fmt.Errorf("make the first site: %w", err)
	}
	if a.Config.OwnerEmail == "" {
		return nil
	}
	_, needed, err := a.People.SetupLink(ctx)
	if err != nil || !needed {
		return err
	}
	_, err = a.People.CreateOwner(ctx, a.Config.OwnerEmail, "Owner", a.Config.OwnerPassword)
	if fault.Is(err, fault.Conflict) {
		return nil // another node that starts at this moment was quicker
	}
	return err
}

// Close gives up what New took; Run and Serve do so by themselves.
func (a *App) Close(ctx context.Context) error {
	if a.Hub != nil {
		a.Hub.Disconnect()
	}
	if a.Proof != nil {
		a.Proof.Close()
	}
	return errors.Join(a.DB.ReleaseNode(context.WithoutCancel(ctx), a.node), a.DB.Close())
}

// Run serves on the configured address until ctx ends.
func (a *App) Run(ctx context.Context) error {
	l, err := web.Listen(a.Config.Addr)
	if err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	if err := a.welcome(ctx); err != nil {
		return errors.Join(err, l.Close(), a.Close(ctx))
	}
	return a.Serve(ctx, l)
}

// welcome says where to go; the set-up link is printed here and nowhere else.
func (a *App) welcome(ctx context.Context) error {
	token, needed, err := a.People.SetupLink(ctx)
	if err != nil {
		return err
	}
	if needed {
		fmt.Fprintf(os.Stderr, "\n  Set up ichat here (works once, for 24 hours):\n  %s\n\n", a.Config.Link("/admin#setup="+token))
	}
	a.log.Info("ichat is up", "address", a.Config.Link("/"), "shop", a.Config.Link("/demo"), "agents", a.Config.Link("/agent"))
	return nil
}

// Serve runs everything on a listener until ctx ends, and leaves nothing running behind. It ends
// with an error when a part failed or the node's number went to another process.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx, so that requests finish on a whole house
	defer stop()
	outer, give := context.WithCancelCause(ctx)
	defer give(nil)

	var wg sync.WaitGroup
	part := func(run func(context.Context) error) {
		wg.Go(func() {
			if err := run(inner); err != nil && inner.Err() == nil {
				give(err)
			}
		})
	}
	part(a.renew)
	part(func(ctx context.Context) error { a.Jobs.Run(ctx); return nil })
	if a.Nodes != nil {
		part(a.Nodes.Run)
	}
	part(a.Chat.Run)
	part(a.Desk.Run)
	part(a.Contacts.Run)
	part(a.FAQ.Run)
	if a.Config.DebugAddr != "" {
		part(a.debug)
	}
	part(a.Settings.Run)
	part(a.Safety.Run)
	part(a.Notify.Run)

	doors, shut := context.WithCancel(inner)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-outer.Done()
		a.leaving.Store(true)
		if ctx.Err() != nil { // asked to stop: proxies may look for another node before the door closes
			time.Sleep(a.Config.StopPause)
		}
		shut()
		goodbye, cancel := context.WithTimeout(inner, hangUp)
		defer cancel()
		a.Hub.Close(goodbye)
	}()
	err := a.Web.Serve(doors, l)
	give(err)
	<-closed
	stop()
	wg.Wait()
	if cause := context.Cause(outer); err == nil && ctx.Err() == nil {
		err = cause
	}
	return errors.Join(err, a.Close(ctx))
}
