package chat

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/storage"
)

// Hide takes one message out of a person's own view, on all his devices and for good; nobody else learns of it. He is
// told what is left: its place, that says Hidden. It may be asked again. Faults: NotFound (not in, or no such message).
func (s *Service) Hide(ctx context.Context, by, conversation, seq int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		c, m, err := s.ownViewTx(ctx, tx, by, conversation)
		if err != nil {
			return err
		}
		if done, err := hiddenFrom(ctx, tx, by, conversation, []int64{seq}); err != nil || len(done) > 0 {
			return err
		}
		row, err := messageAt(ctx, tx, conversation, seq)
		if err != nil {
			return err
		}
		if row.Seq < m.JoinSeq {
			return errNoMessage
		}
		if c, err = bump(ctx, tx, conversation); err != nil {
			return err
		}
		if err := hide(ctx, tx, by, conversation, seq, c.Version); err != nil {
			return err
		}
		return s.tellViewTx(ctx, tx, c, by, hub.Frame{Type: "message", ConversationID: c.ID, Version: c.Version, Data: row.hidden(c.Version)})
	})
}

// Clear takes everything up to a seq out of a person's own view, on all his devices and for good: his window begins
// after it. Nobody else learns of it. It may be asked again. Fault: NotFound (not in).
func (s *Service) Clear(ctx context.Context, by, conversation, upTo int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		c, m, err := s.ownViewTx(ctx, tx, by, conversation)
		if err != nil {
			return err
		}
		if upTo = min(upTo, c.Seq); upTo < m.JoinSeq {
			return nil
		}
		if c, err = bump(ctx, tx, conversation); err != nil {
			return err
		}
		if err := clearUpTo(ctx, tx, by, c, upTo); err != nil {
			return err
		}
		// His devices ask what they have: the newer place makes them start over.
		return s.tellViewTx(ctx, tx, c, by, hub.Frame{Type: "resync", ConversationID: c.ID, Version: c.Version})
	})
}

// ownViewTx takes the lock of a conversation between members, for one who is in it.
func (s *Service) ownViewTx(ctx context.Context, tx *storage.Tx, by, conversation int64) (Conversation, memberRow, error) {
	c, err := lock(ctx, tx, conversation)
	if err != nil {
		return c, memberRow{}, err
	}
	m, err := membership(ctx, tx, conversation, by)
	if err == nil && (m.LeftSeq != nil || c.Kind != Direct && c.Kind != Group) {
		err = errNotIn
	}
	return c, m, err
}

// tellViewTx tells one person's devices of a change of his view, and the others that the conversation moved.
func (s *Service) tellViewTx(ctx context.Context, tx *storage.Tx, c Conversation, by int64, f hub.Frame) error {
	to, err := s.audienceTx(ctx, tx, c)
	if err != nil {
		return err
	}
	tx.After(func() {
		s.hub.Push([]int64{by}, f)
		s.hub.Push(without(to, []int64{by}), hub.Frame{Type: "version", ConversationID: c.ID, Version: c.Version})
	})
	return nil
}

// hidden is what somebody sees of a message he took out of his view: its place, so that the order has no hole.
func (r messageRow) hidden(version int64) Message {
	m := r.message()
	return Message{ID: m.ID, ConversationID: m.ConversationID, Seq: m.Seq, Version: version, SenderID: m.SenderID, ClientMsgID: m.ClientMsgID,
		Type: m.Type, CreatedAt: m.CreatedAt, Recalled: true, Hidden: true}
}

func hide(ctx context.Context, tx *storage.Tx, person, conversation, seq, version int64) error {
	if err := tx.Do(ctx, `INSERT INTO hidden (person_id, conversation_id, seq, version) VALUES (?, ?, ?, ?)`, person, conversation, seq, version); err != nil {
		return err
	}
	return tx.Do(ctx, `UPDATE members SET hid = ? WHERE conversation_id = ? AND person_id = ?`, version, conversation, person)
}

// clearUpTo begins somebody's window after a seq.
func clearUpTo(ctx context.Context, tx *storage.Tx, person int64, c Conversation, seq int64) error {
	err := tx.Do(ctx, `UPDATE members SET join_seq = ?, version = ? WHERE conversation_id = ? AND person_id = ?`, seq+1, c.Version, c.ID, person)
	if err != nil {
		return err
	}
	return tx.Do(ctx, `DELETE FROM hidden WHERE person_id = ? AND conversation_id = ? AND seq <= ?`, person, c.ID, seq)
}

// hiddenFrom tells which of these messages somebody took out of his view, and under which version.
func hiddenFrom(ctx context.Context, r bun.IDB, person, conversation int64, seqs []int64) (map[int64]int64, error) {
	var rows []struct{ Seq, Version int64 }
	err := r.NewRaw(`SELECT seq, version FROM hidden WHERE person_id = ? AND conversation_id = ? AND seq IN (?)`, person, conversation, bun.List(seqs)).Scan(ctx, &rows)
	found := map[int64]int64{}
	for _, row := range rows {
		found[row.Seq] = row.Version
	}
	return found, err
}

// notHidden is a condition on a message: its reader did not take it out of his view.
const notHidden = `NOT EXISTS (SELECT 1 FROM hidden h WHERE h.person_id = ? AND h.conversation_id = msg.conversation_id AND h.seq = msg.seq)`

var errNoMessage = fault.New(fault.NotFound, "message not found")
