package chat

import (
	"context"
	"time"

	"ichat/storage"
)

// paceTx refuses what a member of a group in slow mode says too early, and notes when he spoke. It is asked under the
// conversation's lock, by the time of the message, so it holds across nodes. What was said before the mode was on does
// not count; what was recalled does.
func (s *Service) paceTx(ctx context.Context, tx *storage.Tx, c Conversation, by int64) error {
	if c.Kind != Group || c.Slow == 0 {
		return nil
	}
	st, spoke := standing{}, storage.Time{}
	err := tx.One(ctx, `SELECT role, spoke_at FROM members WHERE conversation_id = ? AND person_id = ?`, []any{c.ID, by}, &st.role, &spoke)
	if err != nil {
		return err
	}
	if wait := st.pause(time.Duration(c.Slow)*time.Second, spoke.Time, c.at); wait > 0 {
		return errSlow.After(wait)
	}
	if st.managing() == nil {
		return nil
	}
	return tx.Do(ctx, `UPDATE members SET spoke_at = ? WHERE conversation_id = ? AND person_id = ?`, storage.Time{Time: c.at}, c.ID, by)
}
