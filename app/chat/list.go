package chat

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/people"
)

// ConversationPage is a stretch of one's conversations, the latest first, each as a sync that starts over.
// Next asks for those that were quiet for longer; it is empty at the end.
type ConversationPage struct {
	Conversations []ConversationSync `json:"conversations"`
	People        []people.Person    `json:"people"`
	Next          string             `json:"next"`
}

// Conversations reads at most limit conversations below a cursor (empty: from the latest). One that something
// is said in meanwhile moves up and may be met again.
func (s *Service) Conversations(ctx context.Context, me int64, before string, limit int) (ConversationPage, error) {
	at, id, err := readCursor(before)
	if err != nil {
		return ConversationPage{}, err
	}
	a := SyncAnswer{Conversations: []ConversationSync{}}
	page := ConversationPage{}
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		places, err := olderPlaces(ctx, r, me, at, id, limit+1)
		if err != nil {
			return err
		}
		if len(places) > limit {
			places = places[:limit]
			last := places[limit-1]
			page.Next = fmt.Sprintf("%d.%d", last.UpdatedAt.UnixMicro(), last.ID)
		}
		for i := range places {
			places[i].reset = true
		}
		return fill(ctx, r, me, places, &a)
	})
	if err != nil {
		return ConversationPage{}, fmt.Errorf("conversations: %w", err)
	}
	err = s.name(ctx, &a)
	page.Conversations, page.People = a.Conversations, a.People
	return page, err
}

// readCursor takes a cursor of ConversationPage apart.
func readCursor(given string) (at time.Time, id int64, err error) {
	if given == "" {
		return time.Time{}, 0, nil
	}
	micros, last, ok := strings.Cut(given, ".")
	us, errAt := strconv.ParseInt(micros, 10, 64)
	id, errID := strconv.ParseInt(last, 10, 64)
	if !ok || errAt != nil || errID != nil || id <= 0 {
		return time.Time{}, 0, fault.New(fault.Invalid, "the request is not valid").With("before", "is not valid")
	}
	return time.UnixMicro(us).UTC(), id, nil
}

func olderPlaces(ctx context.Context, r bun.IDB, me int64, at time.Time, id int64, limit int) ([]place, error) {
	var found []place
	q, args := latestOf, []any{me}
	if id != 0 {
		q += ` AND (c.updated_at < ? OR (c.updated_at = ? AND c.id < ?))`
		args = append(args, at, at, id)
	}
	const order = ` ORDER BY c.updated_at DESC, c.id DESC `
	err := r.NewRaw(`SELECT `+placeColumns+` FROM (`+q+order+`LIMIT ?) AS m`+whosePlaces+order, append(args, limit)...).Scan(ctx, &found)
	return found, err
}

// MemberPage is a stretch of who is in a conversation, by id. More says that others follow.
type MemberPage struct {
	Members []Member        `json:"members"`
	People  []people.Person `json:"people"`
	More    bool            `json:"more"`
}

// Members reads who is in a conversation, above the id after, for one who is in it.
func (s *Service) Members(ctx context.Context, by, conversationID, after int64, limit int) (MemberPage, error) {
	m, err := membership(ctx, s.db.R, conversationID, by)
	if err != nil {
		return MemberPage{}, err
	}
	if m.LeftSeq != nil {
		return MemberPage{}, errNotIn
	}
	c, err := conversation(ctx, s.db.R, conversationID)
	if err != nil {
		return MemberPage{}, err
	}
	view, err := s.viewOf(ctx, s.db.R, c, by)
	if err != nil {
		return MemberPage{}, err
	}
	p, err := s.insidersPage(ctx, conversationID, after, limit, view)
	if err != nil {
		return MemberPage{}, fmt.Errorf("members of %d: %w", conversationID, err)
	}
	return p, nil
}
