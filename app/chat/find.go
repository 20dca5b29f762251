package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// Finding is what somebody looks for in a conversation he is in; what is left out does not matter. From and To
// are instants, so that the reader's own days count.
type Finding struct {
	Text   string // anywhere in what was said, in names of files too; capitals make no difference where there are such
	Kind   string // text, image, file, or link: a text with an address in it
	Sender int64
	From   time.Time
	To     time.Time
	Before int64 // a seq
	Limit  int
}

// Find reads the messages that are looked for, below a seq, as a page of the conversation: oldest first, the latest
// of them. Lines of the system and what was recalled are not found, nor what was said before the reader came.
// Whoever is not in gets NotFound.
func (s *Service) Find(ctx context.Context, by, conversation int64, f Finding) (MessagePage, error) {
	m, err := membership(ctx, s.db.R, conversation, by)
	if err == nil && m.LeftSeq != nil {
		err = errNotIn
	}
	if err != nil {
		return MessagePage{}, err
	}
	var rows []messageRow
	q := s.db.R.NewSelect().Model(&rows).Where("conversation_id = ? AND seq >= ? AND type <> 'system' AND recalled_at IS NULL", conversation, m.JoinSeq)
	if m.Hid > 0 {
		q = q.Where(notHidden, by)
	}
	if f.Before > 0 {
		q = q.Where("seq < ?", f.Before)
	}
	switch f.Kind {
	case Text, Image, File:
		q = q.Where("type = ?", f.Kind)
	case "link":
		q = q.Where("type = 'text' AND (alt LIKE '%http://%' OR alt LIKE '%https://%')")
	}
	if f.Sender != 0 {
		q = q.Where("sender_id = ?", f.Sender)
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		q = q.Where("LOWER(alt) LIKE ? ESCAPE '!'", Like(strings.ToLower(text)))
	}
	if !f.From.IsZero() {
		q = q.Where("seq > (?)", lastBefore(s.db.R, conversation, f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("seq <= (?)", lastBefore(s.db.R, conversation, f.To))
	}
	if err := q.Order("seq DESC").Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return MessagePage{}, fmt.Errorf("find in %d: %w", conversation, err)
	}
	p := MessagePage{More: len(rows) > f.Limit}
	rows = rows[:min(len(rows), f.Limit)]
	slices.Reverse(rows)
	if p.Messages, err = said(ctx, s.db.R, rows, m.see()); err != nil {
		return MessagePage{}, err
	}
	p.People, err = s.peopleOf(ctx, senders(p.Messages))
	return p, err
}

// lastBefore asks for the last seq of a conversation before a moment, 0 when there is none. Along the seqs, which have
// no holes, times never go back (see number), so they are looked for by halving the step from more than there can be.
func lastBefore(r bun.IDB, conversation int64, at time.Time) *bun.RawQuery {
	return r.NewRaw(`
		WITH RECURSIVE walk (seq, step) AS (
			SELECT CAST(0 AS BIGINT), CAST(? AS BIGINT)
			UNION ALL
			SELECT walk.seq + CASE WHEN EXISTS (
				SELECT 1 FROM messages AS x WHERE x.conversation_id = ? AND x.seq = walk.seq + walk.step AND x.created_at < ?
			) THEN walk.step ELSE 0 END, walk.step / 2 FROM walk WHERE walk.step > 0)
		SELECT seq FROM walk WHERE step = 0`, int64(1)<<40, conversation, storage.Time{Time: at.UTC()})
}

// instant reads a time of a query; empty is none.
func instant(field, given string) (time.Time, error) {
	if given == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return at, fault.New(fault.Invalid, "the request is not valid").With(field, "must be a time such as 2026-01-31T08:00:00Z")
	}
	return at, nil
}
