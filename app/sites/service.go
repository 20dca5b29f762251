package sites

import (
	"context"
	"io/fs"
	"sync"
	"time"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/web"
	"ichat/storage"
)

// cacheFor bounds how long another node may serve a look its owner has changed; on this node a
// change shows at once.
const cacheFor = 10 * time.Second

// maxKey is longer than any key, so that nobody sends the database a novel.
const maxKey = 64

// AllowsParent tells whether a chat of the site may be opened from a page of this origin: one of
// the site's domains, or the product's own pages, which also open it without a page around it ("").
func (s *Service) AllowsParent(ctx context.Context, site Site, origin string) bool {
	return origin == "" || s.web.OwnOrigin(ctx, origin) || site.Allows(origin)
}

// Files are the built front end of the widget.
type Files struct {
	Loader []byte // the script; carries the placeholder "__ICHAT_LOOK__", quotes included
	Frame  fs.FS  // frame.html and assets/
}

// Service keeps the sites.
type Service struct {
	db    *storage.DB
	ids   *id.Source
	now   func() time.Time
	audit *audit.Log
	files Files
	web   *web.Server // set by Routes

	onSite []func(context.Context, *storage.Tx, Site) error
	owns   func(ctx context.Context, person, site int64) (bool, error)
	owned  func(ctx context.Context, person int64) ([]int64, error)

	attended func(ctx context.Context, site int64) (bool, error)
	onChange []func(site int64)

	mu         sync.Mutex
	cache      map[name]cached   // guarded by mu
	scripts    map[string]script // by key, "" for the plain loader; guarded by mu
	generation int               // moves with every change, so that a load begun before it is not kept; guarded by mu
}

// name is what a site is asked for by: its key or its id.
type name struct {
	key string
	id  int64
}

type cached struct {
	site  Site
	until time.Time
}

// New makes the room.
func New(db *storage.DB, ids *id.Source, now func() time.Time, log *audit.Log, files Files) *Service {
	return &Service{db: db, ids: ids, now: now, audit: log, files: files, cache: map[name]cached{}, scripts: map[string]script{}}
}

// OnSite adds a hook that runs inside the write that makes a site.
func (s *Service) OnSite(hook func(ctx context.Context, tx *storage.Tx, site Site) error) {
	s.onSite = append(s.onSite, hook)
}

// OwnedBy tells the room who owns what: a floor above knows the roles.
func (s *Service) OwnedBy(owns func(ctx context.Context, person, site int64) (bool, error), owned func(ctx context.Context, person int64) ([]int64, error)) {
	s.owns, s.owned = owns, owned
}

// AttendedBy tells the room whether somebody is there to answer on a site, within the hours: a floor above knows who
// works, and which queues have hours of their own.
func (s *Service) AttendedBy(attended func(ctx context.Context, site int64) (bool, error)) {
	s.attended = attended
}

// OnChange adds a hook that hears, after the write, that a site is another than before.
func (s *Service) OnChange(hook func(site int64)) { s.onChange = append(s.onChange, hook) }

// ByKey finds a site by its public key, usually without asking the database.
func (s *Service) ByKey(ctx context.Context, key string) (Site, error) {
	if key == "" || len(key) > maxKey {
		return Site{}, fault.New(fault.NotFound, "site not found")
	}
	return s.known(name{key: key}, func() (Site, error) { return byKey(ctx, s.db.R, key) })
}

// Known finds a site by its id, usually without asking the database.
func (s *Service) Known(ctx context.Context, id int64) (Site, error) {
	return s.known(name{id: id}, func() (Site, error) { return byID(ctx, s.db.R, id) })
}

func (s *Service) known(as name, read func() (Site, error)) (Site, error) {
	s.mu.Lock()
	hit, ok := s.cache[as]
	generation := s.generation
	s.mu.Unlock()
	if ok && s.now().Before(hit.until) {
		return hit.site, nil
	}
	site, err := read()
	if err != nil {
		return Site{}, err
	}
	s.mu.Lock()
	if s.generation == generation {
		s.cache[as] = cached{site, s.now().Add(cacheFor)}
	}
	s.mu.Unlock()
	return site, nil
}

// Site finds a site by its id.
func (s *Service) Site(ctx context.Context, id int64) (Site, error) {
	return byID(ctx, s.db.R, id)
}

// SiteTx is Site inside a write.
func (s *Service) SiteTx(ctx context.Context, tx *storage.Tx, id int64) (Site, error) {
	return byID(ctx, tx, id)
}

// Timed are the sites that are not always open.
func (s *Service) Timed(ctx context.Context) ([]Site, error) { return timed(ctx, s.db.R) }

// First is the oldest site.
func (s *Service) First(ctx context.Context) (Site, error) {
	return first(ctx, s.db.R)
}

// EnsureFirst makes the first site of a new database; later calls, and other nodes, find it.
func (s *Service) EnsureFirst(ctx context.Context) (Site, error) {
	var site Site
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		mine, err := claimFirst(ctx, tx, s.now().UTC())
		if err != nil {
			return err
		}
		if mine {
			site, err = s.CreateTx(ctx, tx, "My site")
		} else {
			site, err = first(ctx, tx)
		}
		return err
	})
	return site, err
}

// CreateTx makes a site with the house's look and no domain: its chat appears on the product's own
// pages only, until the owner names a domain.
func (s *Service) CreateTx(ctx context.Context, tx *storage.Tx, name string) (Site, error) {
	site := Site{ID: s.ids.Next(), Domains: []string{}, CreatedAt: s.now().UTC().Truncate(time.Microsecond),
		SiteLook: SiteLook{Key: id.Token(), Accent: "#1f6f5c", Position: "right", Theme: "auto", WhenAway: awayMessage}, Hours: newHours()}
	if err := (Change{Name: &name}).apply(&site); err != nil {
		return Site{}, err
	}
	r, err := toRow(site)
	if err != nil {
		return Site{}, err
	}
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return Site{}, err
	}
	for _, hook := range s.onSite {
		if err := hook(ctx, tx, site); err != nil {
			return Site{}, err
		}
	}
	return site, nil
}

// LockTx takes the site's row: what must not happen twice at once to a site's people happens under it.
func (s *Service) LockTx(ctx context.Context, tx *storage.Tx, site int64) error {
	return lock(ctx, tx, site)
}

// ChangeTx puts a change on a site and returns it as it is now.
func (s *Service) ChangeTx(ctx context.Context, tx *storage.Tx, site int64, c Change) (Site, error) {
	if err := lock(ctx, tx, site); err != nil {
		return Site{}, err
	}
	after, err := byID(ctx, tx, site)
	if err != nil {
		return Site{}, err
	}
	if err := c.apply(&after); err != nil {
		return Site{}, err
	}
	r, err := toRow(after)
	if err != nil {
		return Site{}, err
	}
	if _, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx); err != nil {
		return Site{}, err
	}
	tx.After(func() {
		s.forget(after)
		for _, hook := range s.onChange {
			hook(after.ID)
		}
	})
	return after, nil
}

func (s *Service) forget(site Site) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation++
	delete(s.cache, name{key: site.Key})
	delete(s.cache, name{id: site.ID})
}

// change is ChangeTx for an owner; to anybody else the site does not exist.
func (s *Service) change(ctx context.Context, by, site int64, c Change) (Site, error) {
	if ok, err := s.owns(ctx, by, site); err != nil {
		return Site{}, err
	} else if !ok {
		return Site{}, fault.New(fault.NotFound, "site not found")
	}
	var after Site
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if err := lock(ctx, tx, site); err != nil {
			return err
		}
		before, err := byID(ctx, tx, site)
		if err != nil {
			return err
		}
		if after, err = s.ChangeTx(ctx, tx, site, c); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "site.update", Site: site, TargetID: site, Target: after.Name, Changes: audit.Compare(before, after)})
	})
	return after, err
}

func (s *Service) ownedBy(ctx context.Context, person int64) ([]Site, error) {
	ids, err := s.owned(ctx, person)
	if err != nil {
		return nil, err
	}
	return byIDs(ctx, s.db.R, ids)
}
