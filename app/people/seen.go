package people

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// Whom a member lets see when he was last there.
const (
	ForEveryone = "everyone"
	ForFriends  = "friends"
	ForNobody   = "nobody"
)

// LastSeenFor is whom a member lets see when he was last there.
func (s *Service) LastSeenFor(ctx context.Context, r bun.IDB, person int64) (whom string, err error) {
	err = r.NewRaw(`SELECT last_seen_for FROM profiles WHERE person_id = ?`, person).Scan(ctx, &whom)
	return whom, storage.Found(err, "person")
}

// SetLastSeenForTx changes that; moved is false when it was so already.
func (s *Service) SetLastSeenForTx(ctx context.Context, tx *storage.Tx, person int64, whom string) (moved bool, err error) {
	return changed(tx.NewRaw(`UPDATE profiles SET last_seen_for = ? WHERE person_id = ? AND last_seen_for <> ?`, whom, person, whom).Exec(ctx))
}

// LongUnseen lists which of these people are members whom others may know to be there, and of whom nothing was
// noted since a moment.
func (s *Service) LongUnseen(ctx context.Context, r bun.IDB, ids []int64, since time.Time) (members []int64, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = r.NewRaw(`SELECT person_id FROM profiles WHERE person_id IN (?) AND presence <> ? AND seen_ms < ? ORDER BY person_id`,
		bun.List(ids), Invisible, since.UnixMilli()).Scan(ctx, &members)
	return members, err
}

// SeenTx notes that members are there. Of who is invisible nothing is noted: he is seen by nobody.
func (s *Service) SeenTx(ctx context.Context, tx *storage.Tx, ids []int64, at time.Time) error {
	ms := at.UnixMilli()
	_, err := tx.NewRaw(`UPDATE profiles SET seen_ms = ? WHERE person_id IN (?) AND presence <> ? AND seen_ms < ?`, ms, bun.List(ids), Invisible, ms).Exec(ctx)
	return err
}
