package chat

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/people"
	"ichat/storage"
)

// everybody is whom a message to all of a group speaks to: one row, however large the group is.
const everybody = 0

// mentionTx keeps whom a message in a group speaks to by name, so that they find it again.
func mentionTx(ctx context.Context, tx *storage.Tx, c Conversation, m messageRow, b Body) error {
	if c.Kind != Group {
		return nil
	}
	named := slices.Compact(slices.Sorted(slices.Values(b.Mentions)))
	if b.MentionAll {
		named = []int64{everybody}
	}
	for _, person := range named {
		err := tx.Do(ctx, `INSERT INTO mentions (conversation_id, person_id, seq, message_id, by_id) VALUES (?, ?, ?, ?, ?)`, c.ID, person, m.Seq, m.ID, m.SenderID)
		if err != nil {
			return err
		}
	}
	return nil
}

// Mention is a message of a group that names the reader, alone or with all, as a list shows it. Unread: he has not
// read that far.
type Mention struct {
	ID             int64     `json:"id" bun:"id"`
	ConversationID int64     `json:"conversation_id" bun:"conversation_id"`
	Seq            int64     `json:"seq" bun:"seq"`
	SenderID       int64     `json:"sender_id" bun:"sender_id"`
	Text           string    `json:"text" bun:"text"`
	At             time.Time `json:"at" bun:"at"`
	Unread         bool      `json:"unread" bun:"unread"`
}

// MentionPage is a stretch of what names somebody, the latest first, with the groups it was said in. More says that
// there are older ones, below the id of the last message.
type MentionPage struct {
	Mentions []Mention       `json:"mentions"`
	Groups   []Header        `json:"groups"`
	People   []people.Person `json:"people"`
	More     bool            `json:"more"`
}

// Mentions reads what others said to somebody by name, in the groups he is in and since he came, below the id of a
// message (0: from the latest). What was taken back is not among it.
func (s *Service) Mentions(ctx context.Context, me, before int64, limit int) (p MentionPage, err error) {
	p = MentionPage{Mentions: []Mention{}, Groups: []Header{}}
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		rows, err := mentionsOf(ctx, r, me, before, limit+1)
		if err != nil {
			return err
		}
		p.More = len(rows) > limit
		p.Mentions = append(p.Mentions, rows[:min(len(rows), limit)]...)
		var groups, senders []int64
		for i, m := range p.Mentions {
			p.Mentions[i].At = m.At.UTC()
			groups, senders = append(groups, m.ConversationID), append(senders, m.SenderID)
		}
		if p.Groups, err = headersOf(ctx, r, groups); err != nil {
			return err
		}
		p.People, err = s.peopleIn(ctx, r, senders)
		return err
	})
	if err != nil {
		err = fmt.Errorf("mentions of %d: %w", me, err)
	}
	return p, err
}

func mentionsOf(ctx context.Context, r bun.IDB, me, before int64, limit int) (rows []Mention, err error) {
	below, args := "", []any{}
	if before > 0 {
		below, args = " AND n.message_id < ?", []any{before}
	}
	all := slices.Concat([]any{quoted, me, me}, args, []any{me, me}, args, []any{me, limit})
	err = r.NewRaw(`
		SELECT x.id, x.conversation_id, x.seq, x.sender_id, SUBSTR(x.alt, 1, ?) AS text, x.created_at AS at, x.seq > m.read_seq AS unread
		FROM (
			SELECT n.conversation_id, n.seq FROM mentions n WHERE n.person_id = ? AND n.by_id <> ?`+below+`
			UNION SELECT n.conversation_id, n.seq FROM members w JOIN mentions n ON n.conversation_id = w.conversation_id AND n.person_id = 0
			WHERE w.person_id = ? AND w.left_seq IS NULL AND n.by_id <> ?`+below+`) f
			JOIN members m ON m.conversation_id = f.conversation_id AND m.person_id = ? AND m.left_seq IS NULL AND f.seq >= m.join_seq AND `+stillSeen("f")+`
			JOIN messages x ON x.conversation_id = f.conversation_id AND x.seq = f.seq
		ORDER BY x.id DESC LIMIT ?`, all...).Scan(ctx, &rows)
	return rows, err
}

// headersOf reads what some conversations are.
func headersOf(ctx context.Context, r bun.IDB, ids []int64) ([]Header, error) {
	list := []Header{}
	if len(ids) == 0 {
		return list, nil
	}
	var rows []place
	err := r.NewRaw(`SELECT `+headerOf+` FROM conversations c WHERE c.id IN (?) ORDER BY c.id`, bun.List(ids)).Scan(ctx, &rows)
	for _, row := range rows {
		list = append(list, row.header())
	}
	return list, err
}

// unmention forgets whom a message spoke to that was taken back.
func unmention(ctx context.Context, tx *storage.Tx, conversation, seq int64) error {
	return tx.Do(ctx, `DELETE FROM mentions WHERE conversation_id = ? AND seq = ?`, conversation, seq)
}
