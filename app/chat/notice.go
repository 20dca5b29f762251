package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// ConfirmTx notes that a member has read the announcement of a group, which is told by its version, or has put it
// aside where nobody is asked to confirm. moved is false when that was so already. It is his own list that changes:
// the group is what it was. Faults: NotFound (no group he is in, no such announcement), Conflict (there is a newer
// one, dissolved).
func (s *Service) ConfirmTx(ctx context.Context, tx *storage.Tx, me, group, version int64) (k Kept, moved bool, err error) {
	c, err := lock(ctx, tx, group)
	if err != nil {
		return k, false, err
	}
	st, err := s.standingTx(ctx, tx, c, me)
	if err != nil {
		return k, false, err
	}
	all, err := s.KeptOf(ctx, tx, me)
	if err != nil {
		return k, false, err
	}
	k = among(all, group)
	if done, err := st.mayConfirm(version, c.NoticeVersion, k.Noticed, c.NoticeBy == me); err != nil || done {
		return k, false, err
	}
	k.Noticed = version
	if err := saveKept(ctx, tx, me, k); err != nil {
		return k, false, err
	}
	at := storage.Time{Time: s.time()}
	return k, true, tx.Do(ctx, `UPDATE kept SET noticed_at = ? WHERE person_id = ? AND conversation_id = ?`, at, me, group)
}

// Confirmed is how many of those who are asked have confirmed an announcement. Who set it is not among them.
type Confirmed struct {
	Version   int64 `json:"version"`
	Confirmed int64 `json:"confirmed"`
	Asked     int64 `json:"asked"`
}

// NoticeReader is a member who is asked to confirm an announcement, and when he did.
type NoticeReader struct {
	PersonID int64      `json:"person_id"`
	At       *time.Time `json:"at,omitempty"`
}

// NoticePage is a stretch of who has confirmed an announcement, or of who has not, by person. Next asks for those who
// follow; it is 0 at the end.
type NoticePage struct {
	Confirmed
	Readers []NoticeReader  `json:"readers"`
	People  []people.Person `json:"people"`
	Next    int64           `json:"next"`
}

// NoticeReaders lists who has confirmed what a group announces now, or who has not, above the id after, for its owner
// and admins. Faults: NotFound (no group he is in), Denied, Conflict (nobody is asked).
func (s *Service) NoticeReaders(ctx context.Context, by, group int64, confirmed bool, after int64, limit int) (p NoticePage, err error) {
	p = NoticePage{Readers: []NoticeReader{}}
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		c, err := askingGroup(ctx, r, by, group)
		if err != nil {
			return err
		}
		if p.Confirmed, err = countConfirmed(ctx, r, c); err != nil {
			return err
		}
		rows, err := noticeReaders(ctx, r, c, confirmed, after, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			p.Next = rows[limit-1].PersonID
		}
		var ids []int64
		for _, row := range rows {
			if row.At != nil {
				*row.At = row.At.UTC()
			}
			p.Readers, ids = append(p.Readers, row), append(ids, row.PersonID)
		}
		p.People, err = s.peopleIn(ctx, r, ids)
		return err
	})
	return p, err
}

// askingGroup is a group whose announcement asks to be confirmed, for one who manages it.
func askingGroup(ctx context.Context, r bun.IDB, by, group int64) (Conversation, error) {
	c, err := conversation(ctx, r, group)
	if err != nil {
		return c, err
	}
	m, err := membership(ctx, r, group, by)
	if err != nil || m.LeftSeq != nil || c.Kind != Group {
		return c, orElse(err, errNotIn)
	}
	if err := (standing{role: m.Role}).managing(); err != nil {
		return c, err
	}
	if !c.NoticeAsks {
		return c, errNotAsked
	}
	return c, nil
}

// ManagersConfirmed counts who has confirmed what a group announces now, and lists those whom the count is for. It
// asks nobody's leave.
func (s *Service) ManagersConfirmed(ctx context.Context, group int64) (n Confirmed, managers []int64, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		c, err := conversation(ctx, r, group)
		if err != nil || !c.NoticeAsks {
			return err
		}
		if n, err = countConfirmed(ctx, r, c); err != nil {
			return err
		}
		return r.NewRaw(inside+` AND role IN ('owner', 'admin') ORDER BY person_id`, group).Scan(ctx, &managers)
	})
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return n, managers, err
}

// askedOf are the places of those who are asked to confirm an announcement, with how they keep the group if they have
// confirmed it: version, group, author.
const askedOf = `FROM members m LEFT JOIN kept k ON k.person_id = m.person_id AND k.conversation_id = m.conversation_id AND k.noticed = ?
	WHERE m.conversation_id = ? AND m.left_seq IS NULL AND m.person_id <> ?`

func countConfirmed(ctx context.Context, r bun.IDB, c Conversation) (Confirmed, error) {
	n := Confirmed{Version: c.NoticeVersion}
	err := r.NewRaw(`SELECT COUNT(k.noticed), COUNT(*) `+askedOf, c.NoticeVersion, c.ID, c.NoticeBy).Scan(ctx, &n.Confirmed, &n.Asked)
	if err != nil {
		err = fmt.Errorf("who confirmed in %d: %w", c.ID, err)
	}
	return n, err
}

func noticeReaders(ctx context.Context, r bun.IDB, c Conversation, confirmed bool, after int64, limit int) (rows []NoticeReader, err error) {
	which := ` AND k.noticed IS NULL`
	if confirmed {
		which = ` AND k.noticed IS NOT NULL`
	}
	err = r.NewRaw(`SELECT m.person_id, k.noticed_at AS at `+askedOf+which+` AND m.person_id > ? ORDER BY m.person_id LIMIT ?`,
		c.NoticeVersion, c.ID, c.NoticeBy, after, limit).Scan(ctx, &rows)
	if err != nil {
		err = fmt.Errorf("who confirmed in %d: %w", c.ID, err)
	}
	return rows, err
}
