package chat

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// fill reads members, cursors and messages of the conversations that changed.
func fill(ctx context.Context, r bun.IDB, me int64, places []place, a *SyncAnswer) error {
	members, err := membersFor(ctx, r, me, places)
	if err != nil {
		return err
	}
	for _, p := range places {
		c := ConversationSync{Header: p.header(), LastAt: p.UpdatedAt.UTC(), Members: []Member{}, Cursors: []Cursor{}}
		view := p.view(me)
		c.Discreet = view.discreet
		if c.Messages, c.Reset, err = gap(ctx, r, me, p); err != nil {
			return err
		}
		if c.Reset && !p.reset && p.crowded() { // so many messages that it starts over
			p.reset = true
			if members[p.ID], err = crowd(ctx, r, me, &p); err != nil {
				return err
			}
		}
		for _, m := range members[p.ID] {
			if c.Reset && m.LeftSeq == nil || !c.Reset && m.Version > p.known[0] {
				c.Members = append(c.Members, m.seenBy(view))
			}
			if m.LeftSeq == nil && (m.PersonID == me || !p.crowded()) {
				c.Cursors = append(c.Cursors, m.seenBy(view).cursor())
			}
		}
		a.Conversations = append(a.Conversations, c)
	}
	return nil
}

// membersFor reads the places that an answer may have to name: all of a small conversation; of a crowded one
// the reader's own, and the changed ones, or the first few when it starts over.
func membersFor(ctx context.Context, r bun.IDB, me int64, places []place) (map[int64][]memberRow, error) {
	found := map[int64][]memberRow{}
	var small []int64
	for i, p := range places {
		if !p.crowded() {
			small = append(small, p.ID)
			continue
		}
		var err error
		if found[p.ID], err = crowd(ctx, r, me, &places[i]); err != nil {
			return nil, err
		}
	}
	if len(small) == 0 {
		return found, nil
	}
	var rows []memberRow
	err := r.NewSelect().Model(&rows).Where("conversation_id IN (?)", bun.List(small)).Scan(ctx)
	for _, m := range rows {
		found[m.ConversationID] = append(found[m.ConversationID], m)
	}
	return found, err
}

// crowd is membersFor one crowded conversation. Where too many places changed it starts over.
func crowd(ctx context.Context, r bun.IDB, me int64, p *place) ([]memberRow, error) {
	mine, err := membership(ctx, r, p.ID, me)
	if err != nil {
		return nil, err
	}
	var rows []memberRow
	if !p.reset {
		err := r.NewSelect().Model(&rows).Where("conversation_id = ? AND person_id <> ? AND version > ?", p.ID, me, p.known[0]).
			Limit(replay + 1).Scan(ctx)
		if err != nil {
			return nil, err
		}
		p.reset = len(rows) > replay
	}
	if p.reset {
		rows, err = insiders(ctx, r, p.ID, 0, me, facesShown)
	}
	return append(rows, mine), err
}

// gap reads what changed since the known version, or the latest window when that is too much or
// nothing is known.
func gap(ctx context.Context, r bun.IDB, me int64, p place) (found []Message, reset bool, err error) {
	var rows []messageRow
	if !p.reset && p.known[0] < p.Version {
		q := r.NewSelect().Model(&rows).Where("conversation_id = ? AND seq >= ?", p.ID, p.JoinSeq)
		if p.Hid > p.known[0] {
			q = q.Where("version > ? OR seq IN (SELECT h.seq FROM hidden h WHERE h.person_id = ? AND h.conversation_id = ? AND h.version > ?)", p.known[0], me, p.ID, p.known[0])
		} else {
			q = q.Where("version > ?", p.known[0])
		}
		if err := q.Order("version").Limit(replay + 1).Scan(ctx); err != nil {
			return nil, false, err
		}
	}
	if p.reset || len(rows) > replay {
		rows, err = page(ctx, r, p.ID, p.JoinSeq, 0, window)
		if err != nil {
			return nil, false, err
		}
		slices.Reverse(rows)
		reset = true
	} else {
		slices.SortFunc(rows, func(a, b messageRow) int { return int(a.Seq - b.Seq) })
	}
	found, err = said(ctx, r, rows, viewer{person: me, from: p.JoinSeq, hides: p.Hid > 0})
	return found, reset, err
}
