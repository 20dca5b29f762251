package chat

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// What is here is done to groups of members from above, by those who run the server: nobody asks whether they are
// in the group. The caller has checked who they are. Faults: NotFound (no group of members), Conflict (dissolved).

var (
	errNoGroup     = fault.New(fault.NotFound, "group not found")
	errOwnerStands = fault.New(fault.Conflict, "the owner of a group can neither be muted nor put out: dissolve the group, or disable the account")
)

// GroupTx is a group of members that is not dissolved, with its lock taken, and whether somebody is in it.
func (s *Service) GroupTx(ctx context.Context, tx *storage.Tx, group, person int64) (h Header, role string, err error) {
	c, err := groupOfMembersTx(ctx, tx, group)
	if err != nil {
		return h, "", err
	}
	st, err := s.standingTx(ctx, tx, c, person)
	return c.header(), st.role, err
}

func groupOfMembersTx(ctx context.Context, tx *storage.Tx, group int64) (Conversation, error) {
	c, err := lock(ctx, tx, group)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && (c.Kind != Group || c.SiteID != 0):
		return c, errNoGroup
	case err == nil && c.Dissolved:
		return c, errDissolved
	}
	return c, err
}

// aboveTx does one act in a group of members: decide looks at it under its lock and says what to do, nil for nothing.
func (s *Service) aboveTx(ctx context.Context, tx *storage.Tx, by, group int64, decide func(Conversation) (*act, error)) (Header, error) {
	c, err := groupOfMembersTx(ctx, tx, group)
	if err != nil {
		return Header{}, err
	}
	a, err := decide(c)
	if err != nil || a == nil {
		return c.header(), err
	}
	c, err = s.groupActTx(ctx, tx, by, c, *a)
	return c.header(), err
}

// CloseGroupTx dissolves a group, whoever owns it.
func (s *Service) CloseGroupTx(ctx context.Context, tx *storage.Tx, by, group int64) (Header, error) {
	return s.aboveTx(ctx, tx, by, group, func(Conversation) (*act, error) { return &act{key: "group.dissolved", dissolved: true}, nil })
}

// ChangeGroupTx is ChangeGroup from above; it answers with the group before and after.
func (s *Service) ChangeGroupTx(ctx context.Context, tx *storage.Tx, by, group int64, g GroupChange) (before, after Header, err error) {
	if g, err = g.checked(); err != nil {
		return before, after, err
	}
	after, err = s.aboveTx(ctx, tx, by, group, func(c Conversation) (*act, error) {
		before = c.header()
		return s.changeTx(ctx, tx, c, g)
	})
	return before, after, err
}

// MuteTx is Mute from above.
func (s *Service) MuteTx(ctx context.Context, tx *storage.Tx, by, group, person, minutes int64) (Header, error) {
	return s.aboveTx(ctx, tx, by, group, func(Conversation) (*act, error) {
		m, err := insiderTx(ctx, tx, group, person)
		if err != nil {
			return nil, err
		}
		return s.muteAct(ctx, tx, m, minutes)
	})
}

// RemoveTx is Remove from above.
func (s *Service) RemoveTx(ctx context.Context, tx *storage.Tx, by, group, person int64) (Header, error) {
	return s.aboveTx(ctx, tx, by, group, func(Conversation) (*act, error) {
		m, err := insiderTx(ctx, tx, group, person)
		if err != nil {
			return nil, err
		}
		args, err := s.namesTx(ctx, tx, person)
		return &act{key: "group.removed", args: args, left: []memberRow{m}}, err
	})
}

// insiderTx is the place of somebody who is in a group and does not own it.
func insiderTx(ctx context.Context, tx *storage.Tx, group, person int64) (memberRow, error) {
	m, err := membership(ctx, tx, group, person)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && m.LeftSeq != nil:
		return m, errNobody
	case err == nil && m.Role == RoleOwner:
		return m, errOwnerStands
	}
	return m, err
}

// OwnersIn tells who owns each of these groups.
func (s *Service) OwnersIn(ctx context.Context, r bun.IDB, groups []int64) (map[int64]int64, error) {
	owners := map[int64]int64{}
	if len(groups) == 0 {
		return owners, nil
	}
	var rows []memberRow
	err := r.NewSelect().Model(&rows).Column("conversation_id", "person_id").Where("conversation_id IN (?) AND role = ? AND left_seq IS NULL", bun.List(groups), RoleOwner).Scan(ctx)
	for _, m := range rows {
		owners[m.ConversationID] = m.PersonID
	}
	return owners, err
}

// GroupIn is a group of members as it is now, dissolved or not.
func (s *Service) GroupIn(ctx context.Context, r bun.IDB, group int64) (Header, error) {
	c, err := conversation(ctx, r, group)
	if fault.Is(err, fault.NotFound) || err == nil && (c.Kind != Group || c.SiteID != 0) {
		return Header{}, errNoGroup
	}
	return c.header(), err
}

// Insiders is Members of a group from above.
func (s *Service) Insiders(ctx context.Context, group, after int64, limit int) (MemberPage, error) {
	if _, err := s.GroupIn(ctx, s.db.R, group); err != nil {
		return MemberPage{}, err
	}
	return s.insidersPage(ctx, group, after, limit, viewpoint{crowded: true})
}

// insidersPage reads who is in a conversation as somebody sees them.
func (s *Service) insidersPage(ctx context.Context, conversation, after int64, limit int, view viewpoint) (p MemberPage, err error) {
	rows, err := insiders(ctx, s.db.R, conversation, after, 0, limit+1)
	if err != nil {
		return p, err
	}
	p = MemberPage{Members: []Member{}, People: []people.Person{}, More: len(rows) > limit}
	rows = rows[:min(len(rows), limit)]
	for _, row := range rows {
		p.Members = append(p.Members, row.seenBy(view))
	}
	p.People, err = s.peopleOf(ctx, personsOf(rows))
	return p, err
}
