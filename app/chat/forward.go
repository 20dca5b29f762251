package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// forwardTx puts into a row what its sender passes on, as he sees it now, and answers the files in it. It locks nothing of
// the conversation it was said in: what is recalled there later stays in what was passed on.
func (s *Service) forwardTx(ctx context.Context, tx *storage.Tx, from Source, row *messageRow) (files []int64, err error) {
	c, found, err := passable(ctx, tx, row.SenderID, from)
	if err != nil {
		return nil, err
	}
	if row.Type != Merged {
		if found[0].Type != row.Type {
			return nil, errOtherType
		}
		row.Body, row.Alt = found[0].Body, found[0].Alt
		return []int64{found[0].message().Body.FileID}, nil
	}
	within, err := itemsOf(ctx, tx, found)
	if err != nil {
		return nil, err
	}
	body, items := found[0].message().Body, within[found[0].Seq]
	if len(from.Seqs) > 1 || found[0].Type != Merged { // else it is passed on as it is
		if body, items, err = s.mergeTx(ctx, tx, row.SenderID, c, found, within); err != nil {
			return nil, err
		}
	}
	snapshot := encode(items)
	if err := bounded(items, snapshot); err != nil {
		return nil, err
	}
	row.Body, row.Alt = string(encode(body)), wordsOf(body, items)
	return filesIn(items), tx.Do(ctx, `INSERT INTO merged (conversation_id, seq, items) VALUES (?, ?, ?)`, row.ConversationID, row.Seq, string(snapshot))
}

// passable reads the messages that somebody wants to pass on, in their order and without those that were recalled. What he
// does not see, and what nobody says, is not found.
func passable(ctx context.Context, tx *storage.Tx, by int64, from Source) (c Conversation, rows []messageRow, err error) {
	m, err := membership(ctx, tx, from.ConversationID, by)
	if err != nil || m.LeftSeq != nil {
		if err == nil || fault.Is(err, fault.NotFound) {
			err = errNoMessage
		}
		return c, nil, err
	}
	if c, err = conversation(ctx, tx, from.ConversationID); err != nil {
		return c, nil, err
	}
	if c.Kind != Direct && c.Kind != Group {
		return c, nil, errNoMessage
	}
	seqs := slices.Compact(slices.Sorted(slices.Values(from.Seqs)))
	q := tx.NewSelect().Model(&rows).Where("conversation_id = ? AND seq IN (?) AND seq >= ? AND type <> 'system'", c.ID, bun.List(seqs), m.JoinSeq)
	if m.Hid > 0 {
		q = q.Where(notHidden, by)
	}
	if err := q.Order("seq").Scan(ctx); err != nil {
		return c, nil, fmt.Errorf("pass on from %d: %w", c.ID, err)
	}
	if len(rows) != len(seqs) {
		return c, nil, errNoMessage
	}
	rows = slices.DeleteFunc(rows, func(r messageRow) bool { return r.RecalledAt != nil })
	if len(rows) == 0 {
		return c, nil, errNoneLeft
	}
	return c, rows, nil
}

// mergeTx makes one card of messages.
func (s *Service) mergeTx(ctx context.Context, tx *storage.Tx, by int64, c Conversation, rows []messageRow, within map[int64][]MergedItem) (Body, []MergedItem, error) {
	ids := []int64{by, c.OwnerID, c.PeerID}
	for _, r := range rows {
		ids = append(ids, r.SenderID)
	}
	known, err := s.people.PeopleIn(ctx, tx, ids)
	if err != nil {
		return Body{}, nil, err
	}
	who, items := map[int64]int{}, []MergedItem{}
	for _, r := range rows {
		if who[r.SenderID] == 0 {
			who[r.SenderID] = len(who) + 1
		}
		m := r.message()
		it := MergedItem{Who: who[r.SenderID], Name: known[r.SenderID].Name, Avatar: known[r.SenderID].Avatar, Type: r.Type, At: m.CreatedAt, Items: within[r.Seq]}
		if it.Body = m.Body; m.Body.Card != nil {
			it.Body = Body{Card: &CardBody{Name: m.Body.Card.Name, Avatar: m.Body.Card.Avatar}}
		}
		it.Body.Mentions, it.Body.MentionAll = nil, false
		items = append(items, it)
	}
	names := []string{c.Name}
	if c.Kind == Direct {
		other := c.OwnerID + c.PeerID - by
		if names = []string{known[by].Name}; other != by {
			names = append(names, known[other].Name)
		}
	}
	return bodyOf(c.Kind, names, items), items, nil
}

// itemsOf reads what is in those of these messages that are merged ones, by seq.
func itemsOf(ctx context.Context, r bun.IDB, rows []messageRow) (map[int64][]MergedItem, error) {
	found := map[int64][]MergedItem{}
	var seqs []int64
	for _, row := range rows {
		if row.Type == Merged {
			seqs = append(seqs, row.Seq)
		}
	}
	if len(seqs) == 0 {
		return found, nil
	}
	var kept []struct {
		Seq   int64
		Items string
	}
	err := r.NewRaw(`SELECT seq, items FROM merged WHERE conversation_id = ? AND seq IN (?)`, rows[0].ConversationID, bun.List(seqs)).Scan(ctx, &kept)
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		var items []MergedItem
		if err := json.Unmarshal([]byte(k.Items), &items); err != nil {
			return nil, fmt.Errorf("what was merged in %d/%d: %w", rows[0].ConversationID, k.Seq, err)
		}
		found[k.Seq] = items
	}
	return found, nil
}

// Opened is everything in a merged message, for those who see it; a recalled one, and every other message, is not found.
func (s *Service) Opened(ctx context.Context, by, conversation, seq int64) ([]MergedItem, error) {
	row, err := seen(ctx, s.db.R, by, conversation, seq)
	if err != nil {
		return nil, err
	}
	if row.Type != Merged || row.RecalledAt != nil {
		return nil, errNoMessage
	}
	found, err := itemsOf(ctx, s.db.R, []messageRow{row})
	if err == nil && found[seq] == nil {
		err = errNoMessage // recalled since
	}
	return found[seq], err
}

// Words are what merged messages of a conversation say, by seq, for who keeps a copy.
func (s *Service) Words(ctx context.Context, conversation int64, seqs []int64) (map[int64]string, error) {
	words := map[int64]string{}
	if len(seqs) == 0 {
		return words, nil
	}
	var rows []struct {
		Seq int64
		Alt string
	}
	err := s.db.R.NewRaw(`SELECT seq, alt FROM messages WHERE conversation_id = ? AND seq IN (?) AND type = 'merged'`, conversation, bun.List(seqs)).Scan(ctx, &rows)
	for _, r := range rows {
		words[r.Seq] = r.Alt
	}
	return words, err
}
