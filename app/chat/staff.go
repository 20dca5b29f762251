package chat

import (
	"context"

	"ichat/app/fault"
	"ichat/storage"
)

// The site's own side of a live conversation is a conversation too, so the visitor's log has no holes
// and nothing to leak. It has no members: nothing of it is pushed or synced, no route of this room
// reaches it, and whoever calls these functions has checked the role.

// Staff returns the staff conversation of a live one; NotFound when nobody wrote a note yet.
func (s *Service) Staff(ctx context.Context, live int64) (Conversation, error) {
	return staffOf(ctx, s.db, live)
}

// StaffTx finds or makes the one staff conversation of a live one. It takes no lock of the live one.
func (s *Service) StaffTx(ctx context.Context, tx *storage.Tx, live Conversation) (Conversation, error) {
	c, err := staffOf(ctx, tx, live.ID)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return c, err
	}
	row := conversationRow{ID: s.ids.Next(), Kind: Staff, SiteID: live.SiteID, OwnerID: live.ID, UpdatedAt: s.now().UTC()}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return Conversation{}, err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return staffOf(ctx, tx, live.ID)
	}
	return row.conversation(), nil
}

// Note places a note and returns it once it is durable, under the same promises as Send.
func (s *Service) Note(ctx context.Context, by, staff int64, clientMsgID, text string) (Message, error) {
	return s.Send(ctx, by, staff, note(clientMsgID, text))
}

// Whisper is Note for what only some of the staff may read; whoever reads notes for others leaves it out.
func (s *Service) Whisper(ctx context.Context, by, staff int64, clientMsgID, text string) (Message, error) {
	d := note(clientMsgID, text)
	d.Type = Whisper
	return s.Send(ctx, by, staff, d)
}

// NoteTx is Note inside the caller's write. There a client id that was used before is an error, which
// undoes the whole write.
func (s *Service) NoteTx(ctx context.Context, tx *storage.Tx, by, staff int64, clientMsgID, text string) (Message, error) {
	d := note(clientMsgID, text)
	if err := s.ready(ctx, by, &d); err != nil {
		return Message{}, err
	}
	return s.placeTx(ctx, tx, by, staff, d, d.hash())
}

func note(clientMsgID, text string) Draft {
	return Draft{ClientMsgID: clientMsgID, Type: Text, Body: Body{Text: text}, note: true}
}
