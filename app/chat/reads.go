package chat

import (
	"context"

	"github.com/uptrace/bun"
)

// ReadUpTo is the seq up to which a member has read; NotFound for somebody who never was one.
func (s *Service) ReadUpTo(ctx context.Context, q bun.IDB, conversation, person int64) (int64, error) {
	m, err := membership(ctx, q, conversation, person)
	return m.ReadSeq, err
}
