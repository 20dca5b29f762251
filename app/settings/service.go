package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/storage"
)

// reread is how late a process may learn what another one on the same database changed.
const reread = 10 * time.Second

// Service keeps the settings. Every method may be called from many goroutines.
type Service struct {
	db       *storage.DB
	log      *slog.Logger
	audit    *audit.Log
	owned    func(ctx context.Context, person int64) ([]int64, error)
	admits   func(address string) bool
	onChange []func(Settings)

	loading sync.Mutex // one Load at a time, so that an older reading never replaces a newer one
	current atomic.Pointer[Settings]
}

// New builds the room with the defaults; Load reads the database.
func New(db *storage.DB, acts *audit.Log, log *slog.Logger) *Service {
	s := &Service{db: db, audit: acts, log: log}
	d := Default()
	s.current.Store(&d)
	return s
}

// OwnedBy tells the room which sites somebody owns: a floor above knows the roles.
func (s *Service) OwnedBy(owned func(ctx context.Context, person int64) ([]int64, error)) {
	s.owned = owned
}

// AdmittedBy tells the room which outside addresses an owner may name.
func (s *Service) AdmittedBy(admits func(address string) bool) { s.admits = admits }

// OnChange adds a function that gets the settings after each change. It must be quick, and it is
// added before the first request.
func (s *Service) OnChange(f func(Settings)) { s.onChange = append(s.onChange, f) }

// Current is the settings in force. It costs no query.
func (s *Service) Current() Settings { return *s.current.Load() }

// Load reads the database. A value that this program cannot read counts as its default.
func (s *Service) Load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	next, err := s.stored(ctx, s.db.R)
	if err != nil {
		return fmt.Errorf("load the settings: %w", err)
	}
	if next == s.Current() {
		return nil
	}
	s.current.Store(&next)
	for _, f := range s.onChange {
		f(next)
	}
	return nil
}

// stored is what the database has, with the defaults for the rest.
func (s *Service) stored(ctx context.Context, r bun.IDB) (Settings, error) {
	found, err := all(ctx, r)
	if err != nil {
		return Settings{}, err
	}
	values := map[string]string{}
	for _, r := range found {
		values[r.Name] = r.Value
	}
	next := Default()
	for _, r := range rows {
		value, set := values[r.name]
		if !set {
			continue
		}
		was := next
		if err := json.Unmarshal([]byte(value), r.in(&next)); err != nil {
			s.log.WarnContext(ctx, "a setting cannot be read", "name", r.name, "err", err)
			next = was
		}
	}
	next.Proof.SecretEnd = masked(next.Proof.Secret)
	return next, nil
}

// Run notices until ctx ends what other processes change.
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
			s.log.ErrorContext(ctx, "settings not read again", "err", err)
		}
	}
}

// Show returns the settings to somebody who owns a site; to anybody else they do not exist.
func (s *Service) Show(ctx context.Context, by int64) (Settings, error) {
	owned, err := s.owned(ctx, by)
	if err != nil {
		return Settings{}, err
	}
	if len(owned) == 0 {
		return Settings{}, fault.New(fault.NotFound, "there is nothing at this address")
	}
	return s.Current(), nil
}

// Change stores what an owner changes and returns what holds from now on in this process.
func (s *Service) Change(ctx context.Context, by int64, c Change) (Settings, error) {
	if _, err := s.Show(ctx, by); err != nil {
		return Settings{}, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		before, err := s.stored(ctx, tx)
		if err != nil {
			return err
		}
		after := before
		if err := s.apply(&after, before, c); err != nil {
			return err
		}
		if err := saveChanged(ctx, tx, before, after); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "settings.update", Changes: audit.Compare(before, after)})
	})
	if err != nil {
		return Settings{}, err
	}
	if err := s.Load(context.WithoutCancel(ctx)); err != nil { // it is stored, whoever hung up
		return Settings{}, err
	}
	return s.Current(), nil
}

// apply makes the change, or names the fields that are wrong.
func (s *Service) apply(after *Settings, before Settings, c Change) error {
	for _, r := range rows {
		r.put(after, c)
	}
	refusal := fault.New(fault.Invalid, "the request is not valid")
	for field, problem := range after.Proof.settle(before.Proof, c.Proof.Secret != nil, s.admits) {
		refusal = refusal.With(field, problem)
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

// saveChanged writes the rows of what is different.
func saveChanged(ctx context.Context, tx *storage.Tx, before, after Settings) error {
	for _, r := range rows {
		was, is := encoded(r.in(&before)), encoded(r.in(&after))
		if was == is {
			continue
		}
		if err := save(ctx, tx, row{Name: r.name, Value: is}); err != nil {
			return err
		}
	}
	return nil
}

func encoded(value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err) // numbers, words, yes and no
	}
	return string(b)
}
