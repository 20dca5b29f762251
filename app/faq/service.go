package faq

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/door"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

// Service keeps the questions and answers of all sites, and works their bots. Every method may be called from many
// goroutines.
type Service struct {
	db     *storage.DB
	ids    *id.Source
	now    func() time.Time
	sites  *sites.Service
	people *people.Service
	chat   *chat.Service
	audit  *audit.Log
	door   *door.Door
	log    *slog.Logger

	onHandOver HandOver
	awake      chan struct{} // one slot: there may be a turn

	mu    sync.Mutex
	known map[int64]versioned // by site; guarded by mu
}

type versioned struct {
	version int64
	index   *index
}

// New builds the room; models says where language models may be.
func New(db *storage.DB, ids *id.Source, now func() time.Time, places *sites.Service, p *people.Service, c *chat.Service, acts *audit.Log, models door.Reach, log *slog.Logger) *Service {
	return &Service{db: db, ids: ids, now: now, sites: places, people: p, chat: c, audit: acts, door: door.New(modelWithin, models), log: log,
		awake: make(chan struct{}, 1), known: map[int64]versioned{}}
}

// mustLead refuses whoever does not lead the site: to him it does not exist.
func (s *Service) mustLead(ctx context.Context, by, site int64) error {
	role, err := s.people.RoleOn(ctx, by, site)
	if err == nil && !people.Leads(role) {
		return errNoSite
	}
	return err
}

// Entries lists a site's entries in its order, for those who lead there.
func (s *Service) Entries(ctx context.Context, by, site int64) ([]Entry, error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return nil, err
	}
	return entriesOf(ctx, s.db.R, site)
}

// Add keeps a new entry behind the others.
func (s *Service) Add(ctx context.Context, by, site int64, c EntryChange) (Entry, error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return Entry{}, err
	}
	e := Entry{ID: s.ids.Next(), SiteID: site, Alternatives: []string{}, Keywords: []string{}, CreatedAt: s.time()}
	if err := e.apply(c); err != nil {
		return Entry{}, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := touch(ctx, tx, site); err != nil {
			return err
		}
		n, next, err := room(ctx, tx, site)
		if err != nil {
			return err
		}
		if n >= entriesMost {
			return errFull
		}
		if err := insertEntry(ctx, tx, rowOf(e, next)); err != nil {
			return err
		}
		return s.actTx(ctx, tx, by, "faq.add", e, nil, e.words())
	})
	return e, err
}

// Change changes an entry.
func (s *Service) Change(ctx context.Context, by, site, entry int64, c EntryChange) (e Entry, err error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return Entry{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := touch(ctx, tx, site); err != nil {
			return err
		}
		if e, err = entryByID(ctx, tx, site, entry); err != nil {
			return err
		}
		was := e.words()
		if err := e.apply(c); err != nil {
			return err
		}
		if err := updateEntry(ctx, tx, e); err != nil {
			return err
		}
		return s.actTx(ctx, tx, by, "faq.update", e, was, e.words())
	})
	return e, err
}

// Remove takes an entry away; what it answered stays where it was said.
func (s *Service) Remove(ctx context.Context, by, site, entry int64) error {
	if err := s.mustLead(ctx, by, site); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := touch(ctx, tx, site); err != nil {
			return err
		}
		e, err := entryByID(ctx, tx, site, entry)
		if err != nil {
			return err
		}
		if err := deleteEntry(ctx, tx, entry); err != nil {
			return err
		}
		return s.actTx(ctx, tx, by, "faq.remove", e, e.words(), nil)
	})
}

// Sort puts the entries of a site into another order; it names every one of them.
func (s *Service) Sort(ctx context.Context, by, site int64, order []int64) ([]Entry, error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return nil, err
	}
	var after []Entry
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if err := touch(ctx, tx, site); err != nil {
			return err
		}
		before, err := entriesOf(ctx, tx, site)
		if err != nil {
			return err
		}
		if !sameIDs(before, order) {
			return errOrder
		}
		for i, id := range order {
			if err := place(ctx, tx, site, id, int64(i+1)); err != nil {
				return err
			}
		}
		if after, err = entriesOf(ctx, tx, site); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "faq.sort", Site: site, TargetID: site, Changes: audit.Compare(questions(before), questions(after))})
	})
	return after, err
}

func sameIDs(entries []Entry, ids []int64) bool {
	has := make([]int64, len(entries))
	for i, e := range entries {
		has[i] = e.ID
	}
	ids = slices.Clone(ids)
	slices.Sort(has)
	slices.Sort(ids)
	return slices.Equal(has, ids)
}

func questions(entries []Entry) map[string][]string {
	all := make([]string, len(entries))
	for i, e := range entries {
		all[i] = e.Question
	}
	return map[string][]string{"order": all}
}

// words is what the audit log keeps of an entry.
func (e Entry) words() any {
	return struct {
		Question     string   `json:"question"`
		Alternatives []string `json:"alternatives"`
		Keywords     []string `json:"keywords"`
		Answer       string   `json:"answer"`
		Language     string   `json:"language"`
		Shown        bool     `json:"shown"`
	}{e.Question, e.Alternatives, e.Keywords, e.Answer, e.Language, e.Shown}
}

func (s *Service) actTx(ctx context.Context, tx *storage.Tx, by int64, action string, e Entry, was, is any) error {
	return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: action, Site: e.SiteID, TargetID: e.ID, Target: e.Question, Changes: audit.Compare(was, is)})
}

// indexOf is a site's index as the database has it now: one look at its version, and nothing more unless it moved.
func (s *Service) indexOf(ctx context.Context, site int64) (*index, error) {
	row, err := siteOf(ctx, s.db.R, site) // first: what changes meanwhile is read again next time
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	has, ok := s.known[site]
	s.mu.Unlock()
	if ok && has.version == row.Version {
		return has.index, nil
	}
	entries, err := entriesOf(ctx, s.db.R, site)
	if err != nil {
		return nil, err
	}
	made := newIndex(entries)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[site].version <= row.Version {
		s.known[site] = versioned{version: row.Version, index: made}
	}
	return made, nil
}

// time is now as the database keeps it.
func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
