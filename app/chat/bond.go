package chat

import (
	"context"

	"ichat/app/fault"
	"ichat/storage"
)

// What contacts says of the two of a direct conversation. It is state of the conversation, set from above: the
// core never asks.
const (
	bondFriends = "friends" // they may write
	bondApart   = "apart"   // they were friends, and may not write any more
)

// BondTx finds or makes the direct conversation of two people who are friends from now on, and opens it to
// both. It says so in a line, unless it was open.
func (s *Service) BondTx(ctx context.Context, tx *storage.Tx, by, other int64) (Header, error) {
	c, fresh, err := s.betweenTx(ctx, tx, by, other)
	if err != nil || c.Bond == bondFriends {
		return c.header(), err
	}
	c, err = number(ctx, tx, c.ID, s.time())
	if err != nil {
		return Header{}, err
	}
	c.Bond = bondFriends
	a := act{by: by, key: "friends.made"}
	if fresh {
		a.joined = []memberRow{newPlace(c, c.OwnerID, RoleMember), newPlace(c, c.PeerID, RoleMember)}
	}
	if err := s.actTx(ctx, tx, c, a); err != nil || !fresh {
		return c.header(), err
	}
	return c.header(), markBlocks(ctx, tx, c.ID, by, other)
}

// PartTx closes the direct conversation of two people who are friends no more; both keep what was said.
// Colleagues may write all the same.
func (s *Service) PartTx(ctx context.Context, tx *storage.Tx, by, other int64) error {
	found, err := directOf(ctx, tx, min(by, other), max(by, other))
	if fault.Is(err, fault.NotFound) || err == nil && found.Bond != bondFriends {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := bump(ctx, tx, found.ID)
	if err != nil {
		return err
	}
	works, err := s.people.ColleaguesTx(ctx, tx, by, other)
	if err != nil {
		return err
	}
	if c.Bond = bondApart; works {
		c.Bond = ""
	}
	return s.actTx(ctx, tx, c, act{by: by})
}

// betweenTx finds or makes the direct conversation of two people and takes its lock, whatever they are to each
// other. fresh says that it has no places yet.
func (s *Service) betweenTx(ctx context.Context, tx *storage.Tx, a, b int64) (c Conversation, fresh bool, err error) {
	older, younger := min(a, b), max(a, b)
	row := conversationRow{ID: s.ids.Next(), Kind: Direct, OwnerID: older, PeerID: younger, UpdatedAt: s.now().UTC()}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return c, false, err
	}
	if n, _ := res.RowsAffected(); n > 0 {
		c, err = lock(ctx, tx, row.ID)
		return c, true, err
	}
	if c, err = directOf(ctx, tx, older, younger); err == nil {
		c, err = lock(ctx, tx, c.ID)
	}
	return c, false, err
}

// BlockTx sets whether somebody takes what another one writes to him, now and in a conversation that is made
// later; moved is false when it was so already. Their devices learn it from contacts: the conversation itself is
// what it was, and the other one is told only when he writes.
func (s *Service) BlockTx(ctx context.Context, tx *storage.Tx, by, other int64, on bool) (moved bool, err error) {
	c, err := directOf(ctx, tx, min(by, other), max(by, other))
	if err == nil {
		_, err = lock(ctx, tx, c.ID)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	q := tx.NewRaw(`DELETE FROM person_blocks WHERE person_id = ? AND blocked_id = ?`, by, other)
	if on {
		q = tx.NewRaw(`INSERT INTO person_blocks (person_id, blocked_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, by, other, s.time())
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 || c.ID == 0 {
		return n > 0, err
	}
	return true, markBlocks(ctx, tx, c.ID, by, other)
}

// markBlocks puts what two people think of each other on their places, where a send looks.
func markBlocks(ctx context.Context, tx *storage.Tx, conversation, a, b int64) error {
	return tx.Do(ctx, `
		UPDATE members SET blocks = (SELECT COUNT(*) FROM person_blocks x WHERE x.person_id = members.person_id AND x.blocked_id IN (?, ?))
		WHERE conversation_id = ?`, a, b, conversation)
}

// blocksIn tells whether a person has blocked the other one of a direct conversation, and the other one him.
func blocksIn(ctx context.Context, tx *storage.Tx, conversation, person int64) (blocks, blocked bool, err error) {
	if blocks, blocked, known := blocksBefore(conversation, person); known {
		return blocks, blocked, nil
	}
	who, err := tx.Numbers(ctx, `SELECT person_id FROM members WHERE conversation_id = ? AND blocks = 1`, conversation)
	for _, one := range who {
		blocks, blocked = blocks || one == person, blocked || one != person
	}
	noteBlocks(conversation, person, blocks, blocked)
	return blocks, blocked, err
}

// Saved finds or makes the conversation somebody has with himself: what he wants to keep.
func (s *Service) Saved(ctx context.Context, me int64) (h Header, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		c, fresh, err := s.betweenTx(ctx, tx, me, me)
		if h = c.header(); err != nil || !fresh {
			return err
		}
		if c, err = bump(ctx, tx, c.ID); err != nil {
			return err
		}
		h = c.header()
		return s.actTx(ctx, tx, c, act{by: me, joined: []memberRow{newPlace(c, me, RoleMember)}})
	})
	return h, err
}
