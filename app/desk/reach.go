package desk

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/app/notify"
)

// ReachOf is how a visitor can be reached who may be away, and the page he wrote from last. It is what
// notify.ReachedBy wants.
func (s *Service) ReachOf(ctx context.Context, q bun.IDB, conversation, visitor int64) (notify.Reach, error) {
	contacts, err := contactsOf(ctx, q, []int64{visitor})
	if err != nil || contacts[visitor].Email == "" {
		return notify.Reach{}, err
	}
	t, _, err := lastTicket(ctx, q, conversation)
	return notify.Reach{Email: contacts[visitor].Email, Page: t.Page}, err
}
