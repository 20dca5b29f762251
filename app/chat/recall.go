package chat

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// Recall takes one's own message back, for everybody: what it said is gone from the database, and its
// place says that something was taken back. Recalling twice answers the same. Faults: NotFound (not a
// member, or no such message), Denied (somebody else's), Conflict (too late).
func (s *Service) Recall(ctx context.Context, by, conversation, seq int64) (Message, error) {
	var tombstone Message
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if _, err := lock(ctx, tx, conversation); err != nil {
			return err
		}
		row, err := s.recallable(ctx, tx, by, conversation, seq)
		if err != nil || row.RecalledAt != nil {
			tombstone = row.message()
			return err
		}
		tombstone, err = s.recallTx(ctx, tx, row)
		return err
	})
	if err != nil {
		return Message{}, err
	}
	return tombstone, nil
}

// seen reads a message that this person sees in a conversation he is in.
func seen(ctx context.Context, r bun.IDB, by, conversation, seq int64) (messageRow, error) {
	m, err := membership(ctx, r, conversation, by)
	if err != nil {
		return messageRow{}, err
	}
	if m.LeftSeq != nil {
		return messageRow{}, errNotIn
	}
	row, err := messageAt(ctx, r, conversation, seq)
	if err == nil && row.Seq < m.JoinSeq {
		return messageRow{}, errNoMessage
	}
	if err == nil && m.Hid > 0 {
		gone, err := hiddenFrom(ctx, r, by, conversation, []int64{seq})
		if err != nil || len(gone) > 0 {
			return messageRow{}, orElse(err, errNoMessage)
		}
	}
	return row, err
}

// recallable reads a message that this person may take back now, or took back before.
func (s *Service) recallable(ctx context.Context, tx *storage.Tx, by, conversation, seq int64) (messageRow, error) {
	row, err := seen(ctx, tx, by, conversation, seq)
	if err != nil {
		return messageRow{}, err
	}
	within := time.Duration(s.settings.Current().Chat.RecallSeconds) * time.Second
	switch {
	case row.SenderID != by:
		return messageRow{}, fault.New(fault.Denied, "you can only recall your own messages")
	case row.RecalledAt == nil && s.now().Sub(row.CreatedAt) > within:
		return messageRow{}, fault.New(fault.Conflict, "it is too late to recall this message")
	}
	return row, nil
}

func (s *Service) recallTx(ctx context.Context, tx *storage.Tx, row messageRow) (Message, error) {
	c, err := bump(ctx, tx, row.ConversationID)
	if err != nil {
		return Message{}, err
	}
	if c, err = unpinTx(ctx, tx, c, row.Seq); err != nil {
		return Message{}, err
	}
	row.Version = c.Version
	was := row.message()
	at := s.time()
	row.RecalledAt, row.Body, row.Alt, row.BodyHash, row.ReplySeq = &at, "{}", "", "", 0
	row.EditedAt, row.Reacted = nil, 0
	if err := blank(ctx, tx, row); err != nil {
		return Message{}, err
	}
	for _, hook := range s.onRecall {
		if err := hook(ctx, tx, c, &was); err != nil {
			return Message{}, err
		}
	}
	return s.revisedTx(ctx, tx, c, row, row.SenderID)
}
