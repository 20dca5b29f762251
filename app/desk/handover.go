package desk

import (
	"context"

	"ichat/app/chat"
	"ichat/storage"
)

// HandedOver opens a ticket for a visitor whom the bot gives up on, with his last words; its part of the
// conversation begins with what he talked about with the bot. It is a hook for faq.OnHandOver.
func (s *Service) HandedOver(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message, from int64, page string) error {
	if t, ok, err := lastTicket(ctx, tx, c.ID); err != nil || ok && t.State != stateClosed {
		return err
	}
	return s.openTx(approach{page: page}.in(ctx), tx, c, m, opening{from: from, at: s.time()})
}
