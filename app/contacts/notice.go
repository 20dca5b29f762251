package contacts

import (
	"context"
	"net/http"

	"ichat/app/chat"
	"ichat/app/hub"
	"ichat/app/web"
	"ichat/storage"
)

// Confirm says that somebody has read what a group announces, or has put it aside, on all his devices; once or
// often. Owner and admins are told how many have, not one by one.
func (s *Service) Confirm(ctx context.Context, me, group, version int64) (k chat.Kept, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		var moved bool
		if k, moved, err = s.chat.ConfirmTx(ctx, tx, me, group, version); err != nil || !moved {
			return err
		}
		tx.After(func() { s.confirmed(group) })
		return s.tellTx(ctx, tx, map[int64]Change{me: {Kept: []chat.Kept{k}}})
	})
	return k, err
}

// confirmed has Run tell that somebody in a group confirmed.
func (s *Service) confirmed(group int64) {
	s.mu.Lock()
	s.asked[group] = true
	s.mu.Unlock()
	s.awake()
}

// tellConfirmed tells the owner and the admins of a group how many have confirmed. A lost one is made good by the
// next, and by the list that is read when it is looked at.
func (s *Service) tellConfirmed(ctx context.Context, group int64) error {
	n, managers, err := s.chat.ManagersConfirmed(ctx, group)
	if err != nil || len(managers) == 0 {
		return err
	}
	s.hub.Push(managers, hub.Frame{Type: "confirmed", ConversationID: group, Data: n, Droppable: true})
	return nil
}

func (s *Service) noticeRoutes(w *web.Server, few web.Limit) {
	web.Route(w, web.Member, http.MethodPost, "/api/im/groups/{id}/notice/confirm", "Say that one has read what a group announces, or put it aside", s.postConfirm, few)
	web.Route(w, web.Member, http.MethodGet, "/api/im/groups/{id}/notice/readers", "Who has confirmed what a group announces and who has not, for its owner and admins", s.getReaders, web.PerPerson(5, 20))
}

type confirmInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version int64 `json:"version" minimum:"1"`
	}
}

func (s *Service) postConfirm(ctx context.Context, in *confirmInput) (*keptOutput, error) {
	k, err := s.Confirm(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Version)
	return &keptOutput{Body: k}, err
}

type readersInput struct {
	ID        int64 `path:"id"`
	Confirmed bool  `query:"confirmed"`
	After     int64 `query:"after" minimum:"0"`
	Limit     int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type readersOutput struct{ Body chat.NoticePage }

func (s *Service) getReaders(ctx context.Context, in *readersInput) (*readersOutput, error) {
	p, err := s.chat.NoticeReaders(ctx, web.CallerOf(ctx).Person, in.ID, in.Confirmed, in.After, in.Limit)
	return &readersOutput{Body: p}, err
}
