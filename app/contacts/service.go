package contacts

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/files"
	"ichat/app/hub"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/settings"
	"ichat/storage"
)

const (
	// covered is how many conversations a page starts with: as many as a sync looks after.
	covered = 200

	// crowd is the size above which the members of a group are not told one by one of somebody's new name:
	// they read it with what he says.
	crowd = 100
)

// Service keeps who knows whom. Every method may be called from many goroutines.
type Service struct {
	db       *storage.DB
	ids      *id.Source
	now      func() time.Time
	hub      *hub.Hub
	people   *people.Service
	chat     *chat.Service
	files    *files.Service
	settings *settings.Service
	audit    *audit.Log
	epoch    string
	log      *slog.Logger

	mu    sync.Mutex
	moved map[int64]bool // came or went since Run last told; guarded by mu
	there map[int64]bool // whoever is there, on any node; guarded by mu
	asked map[int64]bool // groups in which somebody confirmed since then; guarded by mu
	wake  chan struct{}  // of Run
}

// New makes the room; epoch is the database's.
func New(db *storage.DB, ids *id.Source, now func() time.Time, h *hub.Hub, p *people.Service, c *chat.Service, f *files.Service, set *settings.Service, acts *audit.Log, epoch string, log *slog.Logger) *Service {
	return &Service{db: db, ids: ids, now: now, hub: h, people: p, chat: c, files: f, settings: set, audit: acts, epoch: epoch, log: log,
		moved: map[int64]bool{}, there: map[int64]bool{}, asked: map[int64]bool{}, wake: make(chan struct{}, 1)}
}

// Start reads everything a page shows at sign-in, from one instant of the server.
func (s *Service) Start(ctx context.Context, me int64) (Start, error) {
	member, err := s.people.Member(ctx, me) // an agent's first look makes him a member
	if err != nil {
		return Start{}, err
	}
	a := Start{Epoch: s.epoch, Me: member, Friends: []Friend{}, People: []people.Person{}}
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) (err error) { return s.startIn(ctx, r, me, &a) })
	if err != nil {
		return Start{}, fmt.Errorf("start of %d: %w", me, err)
	}
	return a, nil
}

func (s *Service) startIn(ctx context.Context, r bun.IDB, me int64, a *Start) (err error) {
	if a.List, err = s.chat.List(ctx, r, me); err != nil {
		return err
	}
	if a.Me, err = s.people.MemberIn(ctx, r, me); err != nil {
		return err
	}
	if a.Privacy, err = s.privacyIn(ctx, r, me); err != nil {
		return err
	}
	if a.FriendGroups, err = groupsOf(ctx, r, me); err != nil {
		return err
	}
	if a.Friends, err = s.friendsIn(ctx, r, me); err != nil {
		return err
	}
	if a.Groups, err = s.chat.GroupsOf(ctx, r, me); err != nil {
		return err
	}
	if a.Conversations, a.Next, err = s.chat.Briefs(ctx, r, me, "", covered); err != nil {
		return err
	}
	if a.Kept, err = s.chat.KeptOf(ctx, r, me); err != nil {
		return err
	}
	if a.Blocked, err = blockedBy(ctx, r, me); err != nil {
		return err
	}
	if a.Unread, err = unreadOf(ctx, r, me); err != nil {
		return err
	}
	a.People, err = s.named(ctx, r, chat.PeopleOf(a.Conversations))
	return err
}

// friendsIn reads friends as their owner sees them: all, or some.
func (s *Service) friendsIn(ctx context.Context, r bun.IDB, me int64, some ...int64) ([]Friend, error) {
	rows, err := friendsOf(ctx, r, me, some...)
	list, now := []Friend{}, s.now()
	for _, row := range rows {
		f := Friend{Person: row.Person, Number: row.Number, Signature: row.Signature, Remark: row.Remark, GroupID: row.GroupID,
			Mutual: row.Mutual, Since: row.Since.UTC(), State: seen(row.Presence, s.hub.Present(row.ID), row.Mutual, row.Hides)}
		if f.State == people.Offline {
			f.LastSeen = row.lastSeen(now)
		}
		list = append(list, f)
	}
	return list, err
}

// named lists people by id, each once.
func (s *Service) named(ctx context.Context, r bun.IDB, ids []int64) ([]people.Person, error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found, err := s.people.PeopleIn(ctx, r, ids)
	list := []people.Person{}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[id])
	}
	return list, err
}

// ConversationPage is a stretch of one's conversations, the latest first. Next asks for those that were quiet
// for longer; it is empty at the end.
type ConversationPage struct {
	Conversations []chat.Brief    `json:"conversations"`
	People        []people.Person `json:"people"`
	Next          string          `json:"next"`
}

// Conversations reads what does not fit into Start.
func (s *Service) Conversations(ctx context.Context, me int64, before string, limit int) (p ConversationPage, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) (err error) {
		if p.Conversations, p.Next, err = s.chat.Briefs(ctx, r, me, before, limit); err != nil {
			return err
		}
		p.People, err = s.named(ctx, r, chat.PeopleOf(p.Conversations))
		return err
	})
	return p, err
}

// tellTx numbers what changed for several people and pushes it to all their devices after the commit.
func (s *Service) tellTx(ctx context.Context, tx *storage.Tx, changes map[int64]Change) error {
	lists, err := s.chat.MoveListsTx(ctx, tx, slices.Sorted(maps.Keys(changes)))
	if err != nil {
		return err
	}
	for person, c := range changes {
		c.List = lists[person]
		tx.After(func() { s.hub.Push([]int64{person}, hub.Frame{Type: "contacts", Data: c, List: c.List}) })
	}
	return nil
}
