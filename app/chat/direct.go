package chat

import (
	"context"
	"database/sql"
	"errors"

	"ichat/app/fault"
	"ichat/storage"
)

var errNobody = fault.New(fault.NotFound, "person not found")

// Direct finds or makes the one direct conversation of two colleagues. Two at once make one: the unique key
// decides. A conversation that exists is found whatever became of the two. Faults: Invalid (oneself), NotFound
// (nobody, a visitor, or no colleague).
func (s *Service) Direct(ctx context.Context, by, other int64) (Header, error) {
	if by == other {
		return Header{}, fault.New(fault.Invalid, "you cannot write to yourself").With("person", "you cannot write to yourself")
	}
	older, younger := min(by, other), max(by, other)
	c, err := directOf(ctx, s.db, older, younger)
	if fault.Is(err, fault.NotFound) {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			c, err = s.directTx(ctx, tx, by, older, younger)
			return err
		})
	}
	return c.header(), err
}

func (s *Service) directTx(ctx context.Context, tx *storage.Tx, by, older, younger int64) (Conversation, error) {
	if works, err := s.people.ColleaguesTx(ctx, tx, older, younger); err != nil || !works {
		return Conversation{}, orElse(err, errNobody)
	}
	row := conversationRow{ID: s.ids.Next(), Kind: Direct, OwnerID: older, PeerID: younger, UpdatedAt: s.now().UTC()}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return Conversation{}, err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return directOf(ctx, tx, older, younger)
	}
	c, err := bump(ctx, tx, row.ID)
	if err != nil {
		return Conversation{}, err
	}
	places := []memberRow{newPlace(c, older, RoleMember), newPlace(c, younger, RoleMember)}
	if err := s.actTx(ctx, tx, c, act{by: by, joined: places}); err != nil {
		return c, err
	}
	return c, markBlocks(ctx, tx, c.ID, older, younger)
}

// maySendTx refuses what this person may not say in a conversation between members any more. It is asked
// under the conversation's lock, in the write that says it: a role that ends a moment later is later. That he
// is in is the caller's to know.
func (s *Service) maySendTx(ctx context.Context, tx *storage.Tx, c Conversation, by int64, d Draft) error {
	if c.Kind != Direct && c.Kind != Group {
		if d.among() {
			return errElsewhere
		}
		return nil
	}
	st, err := s.speakingTx(ctx, tx, c, by)
	if err != nil {
		return err
	}
	if err := st.may(toSend, ""); err != nil {
		return err
	}
	if d.Body.MentionAll && (c.Kind != Group || st.managing() != nil) {
		return errMentionAll
	}
	return nil
}

// speakingTx reads what decides over what a member of a conversation says.
func (s *Service) speakingTx(ctx context.Context, tx *storage.Tx, c Conversation, by int64) (standing, error) {
	works, err := s.worksTx(ctx, tx, c, by)
	if err != nil {
		return standing{}, err
	}
	st := standing{kind: c.Kind, role: RoleMember, works: works, dissolved: c.Dissolved, closed: c.Bond == bondApart, hushed: c.Hushed}
	if c.Kind == Direct {
		st.blocks, st.blocked, err = blocksIn(ctx, tx, c.ID, by)
	} else if c.Kind == Group {
		st.role, st.muted, err = s.voiceTx(ctx, tx, c.ID, by)
	}
	return st, err
}

// voiceTx is the role of a member of a group, and whether he is muted now.
func (s *Service) voiceTx(ctx context.Context, tx *storage.Tx, group, by int64) (role string, muted bool, err error) {
	var until storage.Time
	err = tx.One(ctx, `SELECT role, muted_until FROM members WHERE conversation_id = ? AND person_id = ?`, []any{group, by}, &role, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return RoleMember, false, nil
	}
	return role, until.After(s.now()), err
}

// worksTx tells whether a person still works with those he speaks to here, or knows them as contacts does.
func (s *Service) worksTx(ctx context.Context, tx *storage.Tx, c Conversation, person int64) (bool, error) {
	switch {
	case c.Kind == Direct && (c.Bond == bondFriends || c.OwnerID == c.PeerID):
		return true, nil
	case c.Kind == Direct:
		return s.people.ColleaguesTx(ctx, tx, c.OwnerID, c.PeerID)
	case c.SiteID == 0: // a group of members, wherever they work
		return true, nil
	}
	return s.people.WorksOnTx(ctx, tx, person, c.SiteID)
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
