package desk

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/app/notify"
)

// ReachOf is how a visitor can be reached who may be away, and the page he wrote from last. It is what
// notify.ReachedBy wants.
func (s *Service) ReachOf(ctx context.Context, q bun.IDB, conversation, visitor int64) (notify.Reach, error) {
	contacts, err := contactRowsOf(ctx, q, []int64{visitor})
	if err != nil || contacts[visitor].Email == "" {
		return notify.Reach{}, err
	}
	t, _, err := lastTicket(ctx, q, conversation)
	return notify.Reach{Email: contacts[visitor].Email, Page: t.Page}, err
}

// call is what the agent of a ticket is told while he is not connected.
func (t ticketRow) call(kind string, conversation, seq int64) notify.Call {
	return notify.Call{Kind: kind, Agent: t.AgentID, Conversation: conversation, Ticket: t.ID, Visitor: t.VisitorID, Seq: seq}
}
