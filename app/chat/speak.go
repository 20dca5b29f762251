package chat

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// RoleBot is the place of a program that speaks for a site.
const RoleBot = "bot"

// AskTx places in a live conversation what its visitor asks by a click: the request names an entry of the FAQ and
// said is what that makes. It joins the caller's write; a client id that was used before undoes it, and Asked
// finds what was there.
func (s *Service) AskTx(ctx context.Context, tx *storage.Tx, visitor, conversation int64, request Draft, said Body) (Message, error) {
	hash := request.hash()
	request.Body = said
	return s.placeTx(ctx, tx, visitor, conversation, request, hash)
}

// Asked is what was placed under the client id of a request before, if anything was.
func (s *Service) Asked(ctx context.Context, visitor, conversation int64, request Draft) (Message, bool, error) {
	return s.again(ctx, visitor, conversation, request.ClientMsgID, request.hash())
}

// MayBeAsked tells whether an AskTx may have failed only because it is a retry.
func (s *Service) MayBeAsked(err error) bool { return perhapsSentBefore(err) }

// Ready lets the hooks refuse a draft before anything is written.
func (s *Service) Ready(ctx context.Context, by int64, d Draft) error {
	return s.ready(ctx, by, &d)
}

// BotTx places what a bot says; it is let into the conversation with its first word. It joins the caller's write.
func (s *Service) BotTx(ctx context.Context, tx *storage.Tx, bot, conversation int64, d Draft) (Message, error) {
	row, err := membership(ctx, tx, conversation, bot)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Message{}, err
	}
	if err != nil || row.LeftSeq != nil {
		if err := s.JoinTx(ctx, tx, conversation, bot, RoleBot); err != nil {
			return Message{}, err
		}
	}
	return s.placeTx(ctx, tx, bot, conversation, d, d.hash())
}

// Said finds what somebody said under a client id; NotFound when he did not.
func (s *Service) Said(ctx context.Context, by, conversation int64, clientMsgID string) (Message, error) {
	row, err := sentBefore(ctx, s.db, conversation, by, clientMsgID)
	return row.message(), err
}

// Message reads one message, inside the caller's write when r is its transaction.
func (s *Service) Message(ctx context.Context, r bun.IDB, conversation, seq int64) (Message, error) {
	row, err := messageAt(ctx, r, conversation, seq)
	return row.message(), err
}
