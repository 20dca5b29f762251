package chat

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"ichat/app/people"
)

// What is read for people who are in no conversation and may look into it all the same. These functions ask
// nobody's leave: the caller has checked the role.

// Changes is what became of a conversation after a version. Partly says that it is too much to be told.
type Changes struct {
	Version  int64
	Partly   bool
	Messages []Message // in their order, each as it reads now
	People   []people.Person
}

// Changed reads what became of a conversation after a version, at one instant.
func (s *Service) Changed(ctx context.Context, conversationID, since int64) (a Changes, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		c, err := conversation(ctx, r, conversationID)
		if err != nil {
			return err
		}
		a = Changes{Version: c.Version, Messages: []Message{}}
		if c.Version <= since {
			return nil
		}
		var rows []messageRow
		err = r.NewSelect().Model(&rows).Where("conversation_id = ? AND version > ?", conversationID, since).
			Order("version").Limit(replay + 1).Scan(ctx)
		if err != nil {
			return err
		}
		if a.Partly = len(rows) > replay; a.Partly {
			return nil
		}
		slices.SortFunc(rows, func(x, y messageRow) int { return int(x.Seq - y.Seq) })
		a.Messages, err = said(ctx, r, rows, viewer{from: 1})
		return err
	})
	if err != nil {
		return Changes{}, fmt.Errorf("changes of %d: %w", conversationID, err)
	}
	a.People, err = s.peopleOf(ctx, senders(a.Messages))
	return a, err
}

// NotesPage is Page for a staff conversation; without whispers unless the reader may read them.
func (s *Service) NotesPage(ctx context.Context, staff, before int64, limit int, whispers bool) (MessagePage, error) {
	if whispers {
		return s.Page(ctx, staff, before, limit)
	}
	var rows []messageRow
	q := s.db.R.NewSelect().Model(&rows).Where("conversation_id = ? AND type <> ?", staff, Whisper).Order("seq DESC").Limit(int64(limit + 1))
	if before > 0 {
		q = q.Where("seq < ?", before)
	}
	if err := q.Scan(ctx); err != nil {
		return MessagePage{}, fmt.Errorf("notes of %d: %w", staff, err)
	}
	return s.pageOf(ctx, staff, viewer{from: 1}, rows, limit)
}
