package safety

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/app/web"
	"ichat/storage"
)

const (
	// reread is how late a node may learn whom another one has blocked.
	reread = 3 * time.Second
	// overSlice keeps each write of RemoveOver short.
	overSlice = 500
)

// Service keeps the blocks. Every method may be called from many goroutines.
type Service struct {
	db      *storage.DB
	ids     *id.Source
	now     func() time.Time
	people  *people.Service
	audit   *audit.Log
	log     *slog.Logger
	onBlock []func(ctx context.Context, tx *storage.Tx, site, visitor, by int64, reason string) error

	loading sync.Mutex // one Load at a time, so that an older reading never replaces a newer one
	current atomic.Pointer[list]
}

// New builds the room with nobody blocked; Load reads the database.
func New(db *storage.DB, ids *id.Source, now func() time.Time, p *people.Service, acts *audit.Log, log *slog.Logger) *Service {
	s := &Service{db: db, ids: ids, now: now, people: p, audit: acts, log: log}
	s.current.Store(newList(nil, mark{}))
	return s
}

// OnBlock adds a hook that runs inside the write by which a visitor is blocked, before it: it takes the lock
// of his conversation, so that what he says at the same time comes before the block or is refused by it.
func (s *Service) OnBlock(hook func(ctx context.Context, tx *storage.Tx, site, visitor, by int64, reason string) error) {
	s.onBlock = append(s.onBlock, hook)
}

// Load reads the database, unless nothing has changed.
func (s *Service) Load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	m, err := markOf(ctx, s.db.R) // first: what comes between is read again next time
	if err == nil && m == s.current.Load().mark {
		return nil
	}
	var rows []row
	if err == nil {
		rows, err = all(ctx, s.db.R)
	}
	if err != nil {
		return fmt.Errorf("load the blocks: %w", err)
	}
	s.current.Store(newList(rows, m))
	return nil
}

// Run notices until ctx ends whom other processes block.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(reread)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := s.Load(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "blocks not read again", "err", err)
		}
	}
}

// RemoveOver removes the blocks that have ended, slice by slice. jobs calls it.
func (s *Service) RemoveOver(ctx context.Context) error {
	for n := int64(overSlice); n == overSlice; {
		err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			n, err = removeOver(ctx, tx, s.now().UTC(), overSlice)
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.Load(ctx)
}

// Draft refuses, before anything is written, what a blocked visitor says. It is a hook for chat.OnDraft.
func (s *Service) Draft(_ context.Context, by int64, _ *chat.Draft) error {
	if s.current.Load().visitor(by, s.now()) {
		return errQuiet
	}
	return nil
}

// Heard refuses inside the write, under the conversation's lock, what a blocked visitor says, and what anybody
// says to a site from an address it has blocked. It is a hook for chat.OnSend and stands before those that act
// on a message.
func (s *Service) Heard(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message) error {
	if c.Kind != chat.Live || m.SenderID != c.OwnerID || m.Type == chat.System {
		return nil
	}
	now := s.now()
	if s.current.Load().address(c.SiteID, web.AddressOf(ctx), now) {
		return errQuiet
	}
	blocked, err := blockedTx(ctx, tx, c.SiteID, c.OwnerID, now)
	if err == nil && blocked {
		return errQuiet
	}
	return err
}

// Blocks lists whom a site has blocked, for those who lead there.
func (s *Service) Blocks(ctx context.Context, by, site, before int64, limit int) (Page, error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return Page{}, err
	}
	rows, err := newest(ctx, s.db.R, site, before, limit+1)
	if err != nil {
		return Page{}, err
	}
	p := Page{More: len(rows) > limit}
	p.Blocks, err = s.views(ctx, rows[:min(limit, len(rows))])
	return p, err
}

func (s *Service) views(ctx context.Context, rows []row) ([]Block, error) {
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.ByID, r.VisitorID)
	}
	known, err := s.people.PeopleByID(ctx, ids)
	blocks := make([]Block, len(rows))
	for i, r := range rows {
		blocks[i] = Block{ID: r.ID, SiteID: r.SiteID, Address: shown(r.Network), Reason: r.Reason, By: known[r.ByID], At: r.At.UTC(), ExpiresAt: r.ExpiresAt}
		if visitor, ok := known[r.VisitorID]; ok {
			blocks[i].Visitor = &visitor
		}
	}
	return blocks, err
}

// Terms are for how long somebody is blocked (0: for ever), and why.
type Terms struct {
	Minutes int64
	Reason  string
}

// BlockAddress blocks an address or a range, for those who lead on a site. Blocked again, the newer terms hold.
// Faults: NotFound, Invalid, and Conflict for one's own address.
func (s *Service) BlockAddress(ctx context.Context, by, site int64, typed string, t Terms) (Block, error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return Block{}, err
	}
	network, problem := parseNetwork(typed)
	if problem != "" {
		return Block{}, fault.New(fault.Invalid, "the request is not valid").With("address", problem)
	}
	r, err := s.row(by, site, t)
	if err != nil {
		return Block{}, err
	}
	r.Network = network.String()
	if err := s.notOwn(ctx, network); err != nil {
		return Block{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := replace(ctx, tx, r); err != nil {
			return err
		}
		return s.actTx(ctx, tx, "blacklist.add", by, r, shown(r.Network))
	})
	if err != nil {
		return Block{}, err
	}
	return s.view(ctx, r)
}

func (s *Service) view(ctx context.Context, r row) (Block, error) {
	if err := s.Load(context.WithoutCancel(ctx)); err != nil { // it is stored, whoever hung up
		return Block{}, err
	}
	views, err := s.views(ctx, []row{r})
	if err != nil {
		return Block{}, err
	}
	return views[0], nil
}

// row is a block of nobody yet.
func (s *Service) row(by, site int64, t Terms) (row, error) {
	r := row{ID: s.ids.Next(), SiteID: site, ByID: by, Reason: sites.OneLine(t.Reason), At: s.now().UTC().Truncate(time.Microsecond)}
	if utf8.RuneCountInString(r.Reason) > reasonMost {
		return row{}, fault.New(fault.Invalid, "the request is not valid").With("reason", "must be at most 200 characters")
	}
	if t.Minutes > 0 {
		until := r.At.Add(time.Duration(t.Minutes) * time.Minute)
		r.ExpiresAt = &until
	}
	return r, nil
}

// notOwn keeps somebody from blocking the place he sits at himself: behind a proxy that is not named, it is
// everybody's.
func (s *Service) notOwn(ctx context.Context, network netip.Prefix) error {
	if own, ok := parseAddress(web.AddressOf(ctx)); ok && network.Contains(own) {
		return errOwnPlace
	}
	return nil
}

// Unblock ends a block, for those who lead on its site.
func (s *Service) Unblock(ctx context.Context, by, site, block int64) error {
	if err := s.mustLead(ctx, by, site); err != nil {
		return err
	}
	r, err := byID(ctx, s.db.R, site, block)
	if err != nil {
		return err
	}
	target := shown(r.Network)
	if r.VisitorID != 0 {
		v, err := s.people.Person(ctx, r.VisitorID)
		if err != nil {
			return err
		}
		target = v.Name
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		was, err := remove(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if !was {
			return errNoBlock
		}
		return s.actTx(ctx, tx, "blacklist.remove", by, r, target)
	})
	if err != nil {
		return err
	}
	return s.Load(context.WithoutCancel(ctx))
}

func (s *Service) mustLead(ctx context.Context, by, site int64) error {
	role, err := s.people.RoleOn(ctx, by, site)
	if err == nil && !people.Leads(role) {
		return errNoSite
	}
	return err
}
