package chat

import (
	"context"
	"math/rand/v2"
	"slices"

	"ichat/app/fault"
	"ichat/storage"
)

// tipped is the size above which nobody is told in a line that somebody came.
const tipped = 500

// Invite brings colleagues in; who is in already is passed over. They see what is said from now on, also when
// they were in before.
func (s *Service) Invite(ctx context.Context, by, group int64, invited []int64) (Header, error) {
	return s.bring(ctx, by, group, invited, nil)
}

// Bring is Invite into a group of members: allow says whom.
func (s *Service) Bring(ctx context.Context, by, group int64, invited []int64, allow Allow) (Header, error) {
	return s.bring(ctx, by, group, invited, allow)
}

func (s *Service) bring(ctx context.Context, by, group int64, invited []int64, allow Allow) (Header, error) {
	invited = others(invited, by)
	return s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, c Conversation, st standing) (*act, error) {
		if err := st.may(toInvite, ""); err != nil {
			return nil, err
		}
		if (c.SiteID == 0) != (allow != nil) {
			return nil, errNobody // members are brought over contacts' route, colleagues over the core's
		}
		known, fresh, err := s.freshTx(ctx, tx, c, invited)
		if err != nil || len(fresh) == 0 {
			return nil, err
		}
		if allow == nil {
			allow = func(ctx context.Context, tx *storage.Tx, fresh []int64) error {
				common, err := s.people.CommonSitesTx(ctx, tx, fresh)
				if err != nil || !slices.Contains(common, c.SiteID) {
					return orElse(err, errNobody)
				}
				return nil
			}
		}
		if err := allow(ctx, tx, fresh); err != nil {
			return nil, err
		}
		args, err := s.namesTx(ctx, tx, fresh...)
		return &act{key: "group.added", args: args, joined: entering(group, fresh, known)}, err
	})
}

// freshTx lists who of the people is not in the group, with the places they had, and refuses too many.
func (s *Service) freshTx(ctx context.Context, tx *storage.Tx, c Conversation, people []int64) (known map[int64]memberRow, fresh []int64, err error) {
	if known, err = placesOf(ctx, tx, c.ID, people); err != nil {
		return nil, nil, err
	}
	for _, person := range people {
		if m, ok := known[person]; !ok || m.LeftSeq != nil {
			fresh = append(fresh, person)
		}
	}
	if len(fresh) > 0 && int(c.MemberCount)+len(fresh) > s.settings.Current().Chat.MaxGroup {
		return nil, nil, errTooMany
	}
	return known, fresh, nil
}

// entering are the places of people who come in, with the cursors they had. A mute outlasts leaving.
func entering(group int64, fresh []int64, known map[int64]memberRow) (rows []memberRow) {
	for _, person := range fresh {
		was := known[person]
		rows = append(rows, memberRow{ConversationID: group, PersonID: person, Role: RoleMember, ReadSeq: was.ReadSeq, ReceivedSeq: was.ReceivedSeq, Unshown: was.Unshown, MutedUntil: was.MutedUntil})
	}
	return rows
}

// JoinGroupTx lets somebody into a group of members; who is in stays. It joins the caller's write, who has
// decided that he may and looks at the group under its lock. Faults: NotFound (no such group), Conflict
// (dissolved, full).
func (s *Service) JoinGroupTx(ctx context.Context, tx *storage.Tx, group, person int64, allow func(Conversation) error) (Header, error) {
	c, err := lock(ctx, tx, group)
	if err != nil {
		return Header{}, err
	}
	switch {
	case c.Kind != Group || c.SiteID != 0:
		return Header{}, fault.New(fault.NotFound, "group not found")
	case c.Dissolved:
		return Header{}, errDissolved
	}
	known, fresh, err := s.freshTx(ctx, tx, c, []int64{person})
	if err != nil || len(fresh) == 0 {
		return c.header(), err
	}
	if err := allow(c); err != nil {
		return Header{}, err
	}
	a := act{key: "group.joined", joined: entering(group, fresh, known)}
	if c.MemberCount >= tipped {
		a.key = ""
	}
	c, err = s.groupActTx(ctx, tx, person, c, a)
	return c.header(), err
}

// freeNumber is a number that no group has.
func freeNumber(ctx context.Context, tx *storage.Tx) (int64, error) {
	for {
		number := 1_000_000_000 + rand.Int64N(9_000_000_000)
		taken, err := tx.Numbers(ctx, `SELECT id FROM conversations WHERE number = ? AND number <> 0`, number)
		if err != nil || len(taken) == 0 {
			return number, err
		}
	}
}

// LockRoleTx takes a group's lock and tells what somebody is in it: empty for who is not in.
func (s *Service) LockRoleTx(ctx context.Context, tx *storage.Tx, group, person int64) (role string, err error) {
	c, err := lock(ctx, tx, group)
	if err != nil {
		return "", err
	}
	st, err := s.standingTx(ctx, tx, c, person)
	return st.role, err
}

// RoleOf is what somebody is in a conversation: empty for who is not in.
func (s *Service) RoleOf(ctx context.Context, conversation, person int64) (string, error) {
	m, err := membership(ctx, s.db.R, conversation, person)
	if fault.Is(err, fault.NotFound) || err == nil && m.LeftSeq != nil {
		return "", nil
	}
	return m.Role, err
}

// ManagersTx lists the owner and the admins of a group.
func (s *Service) ManagersTx(ctx context.Context, tx *storage.Tx, group int64) ([]int64, error) {
	return tx.Numbers(ctx, inside+` AND role IN ('owner', 'admin') ORDER BY person_id`, group)
}
