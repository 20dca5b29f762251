package chat

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"ichat/app/hub"
	"ichat/storage"
)

// Members may keep to themselves how far they have read; who does is not shown it of others either. It concerns
// what members say to each other: visitors and colleagues see each other's reading as ever.
//
// A place says how much of what its owner has read others are not shown. So what they were shown never goes back,
// and who shows it again shows nothing of before until he reads on. Everybody is told what he may see and nothing
// more; the sum that a device compares with is of just that.

// viewpoint is who looks at how far others have read.
type viewpoint struct {
	person   int64
	crowded  bool // in a crowd nobody sees that of others
	discreet bool // he keeps his own to himself, and others are members too
}

// seenBy is the place as one person sees it.
func (r memberRow) seenBy(v viewpoint) Member {
	m := r.member()
	switch {
	case r.PersonID == v.person:
		m.Read, m.SpokeAt = r.ReadSeq, r.SpokeAt
	case v.crowded:
		m.Read, m.Received = 0, 0
	case v.discreet:
		m.Read = 0
	}
	return m
}

func (m Member) cursor() Cursor {
	return Cursor{PersonID: m.PersonID, Read: m.Read, Received: m.Received}
}

// ofMembers tells whether people speak here as members of the messenger. ofMembersSQL is the same.
func ofMembers(kind, bond string, site int64) bool {
	return kind == Direct && bond != "" || kind == Group && site == 0
}

const ofMembersSQL = `(c.kind = 'direct' AND c.bond <> '' OR c.kind = 'group' AND c.site_id = 0)`

// shownTo tells whom of a conversation a move of somebody's cursors is told whole, and whom only what arrived.
func (r memberRow) shownTo(all, discreet []int64) (whole, arrived []int64) {
	if r.Unshown == 0 && len(discreet) == 0 {
		return all, nil
	}
	for _, person := range all {
		if person == r.PersonID || r.Unshown == 0 && !slices.Contains(discreet, person) {
			whole = append(whole, person)
		} else {
			arrived = append(arrived, person)
		}
	}
	return whole, arrived
}

// ReadUpTo is the seq up to which a member has read; NotFound for somebody who never was one.
func (s *Service) ReadUpTo(ctx context.Context, q bun.IDB, conversation, person int64) (int64, error) {
	m, err := membership(ctx, q, conversation, person)
	return m.ReadSeq, err
}

// Receipts tells whether a member shows others how far he has read, and is shown it.
func (s *Service) Receipts(ctx context.Context, r bun.IDB, person int64) (on bool, err error) {
	var discreet int64
	err = r.NewRaw(`SELECT COALESCE((SELECT discreet FROM lists WHERE person_id = ?), 0)`, person).Scan(ctx, &discreet)
	return discreet == 0, err
}

// SetReceiptsTx changes that; moved is false when it was so already. His devices sync after the write: other sums
// than theirs are the server's from now on.
func (s *Service) SetReceiptsTx(ctx context.Context, tx *storage.Tx, person int64, on bool) (moved bool, err error) {
	if was, err := s.Receipts(ctx, tx, person); err != nil || was == on {
		return false, err
	}
	tx.After(func() { s.hub.Push([]int64{person}, hub.Frame{Type: "resync"}) })
	return true, tx.Do(ctx, `INSERT INTO lists (person_id, list, discreet) VALUES (?, 0, ?) ON CONFLICT (person_id) DO UPDATE SET discreet = EXCLUDED.discreet`,
		person, flag(!on))
}

// MoveCursors records how far a person has received and read. Cursors never move back and never
// pass the last message; other members' devices are told what they may see of it, if they are at most 100.
func (s *Service) MoveCursors(ctx context.Context, by, conversationID, read, received int64) error {
	mine, err := membership(ctx, s.db.R, conversationID, by)
	if err != nil {
		return err
	}
	if mine.LeftSeq != nil {
		return nil // his devices may not know yet that he left
	}
	c, err := conversation(ctx, s.db.R, conversationID)
	if err != nil {
		return err
	}
	read = min(read, c.Seq)
	received = max(min(received, c.Seq), read)
	if read <= mine.ReadSeq && received <= mine.ReceivedSeq {
		return nil
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		discreet, err := discreetTx(ctx, tx, c, by)
		if err != nil {
			return err
		}
		row, moved, err := moveCursor(ctx, tx, conversationID, by, read, received, slices.Contains(discreet, by))
		if err != nil || !moved {
			return err
		}
		return s.tellMoveTx(ctx, tx, c, mine, row, discreet)
	})
}

// tellMoveTx tells of a cursor that moved. Frames that are lost on the way are missed by their sum.
func (s *Service) tellMoveTx(ctx context.Context, tx *storage.Tx, c Conversation, was, row memberRow, discreet []int64) (err error) {
	all, way, came := []int64{row.PersonID}, int64(0), int64(0)
	if c.MemberCount <= shownCursors {
		came = row.ReceivedSeq - was.ReceivedSeq
		way = row.ReadSeq - was.ReadSeq + came
		if all, err = audience(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	whole, arrived := row.shownTo(all, discreet)
	frame := hub.Frame{Type: "cursor", ConversationID: c.ID, Droppable: true, Moved: way,
		Data: Cursor{PersonID: row.PersonID, Read: row.ReadSeq, Received: row.ReceivedSeq}}
	less := frame
	less.Data, less.Moved = Cursor{PersonID: row.PersonID, Received: row.ReceivedSeq}, came
	if tellsLess := came > 0 && len(arrived) > 0; tellsLess {
		frame.Moved -= came
		tx.After(func() { s.hub.Push(arrived, less) })
	}
	tx.After(func() { s.hub.Push(whole, frame) })
	return nil
}

// discreetTx is who of a conversation keeps to himself how far he has read: of a crowd, where nobody sees it
// anyway, at most the one who is named.
func discreetTx(ctx context.Context, tx *storage.Tx, c Conversation, by int64) ([]int64, error) {
	if !ofMembers(c.Kind, c.Bond, c.SiteID) {
		return nil, nil
	}
	if c.MemberCount > shownCursors {
		return tx.Numbers(ctx, `SELECT person_id FROM lists WHERE person_id = ? AND discreet = 1`, by)
	}
	return tx.Numbers(ctx, `
		SELECT m.person_id FROM members m JOIN lists l ON l.person_id = m.person_id
		WHERE m.conversation_id = ? AND m.left_seq IS NULL AND l.discreet = 1`, c.ID)
}

// discreetIn is who keeps that to himself in some conversations between members.
func discreetIn(ctx context.Context, r bun.IDB, conversations []int64) (map[int64][]int64, error) {
	var rows []memberRow
	err := r.NewRaw(`
		SELECT m.conversation_id, m.person_id FROM members m JOIN lists l ON l.person_id = m.person_id JOIN conversations c ON c.id = m.conversation_id
		WHERE m.conversation_id IN (?) AND m.left_seq IS NULL AND l.discreet = 1 AND `+ofMembersSQL, bun.List(conversations)).Scan(ctx, &rows)
	found := map[int64][]int64{}
	for _, m := range rows {
		found[m.ConversationID] = append(found[m.ConversationID], m.PersonID)
	}
	return found, err
}

// viewOf is how somebody who is in a conversation looks at it.
func (s *Service) viewOf(ctx context.Context, r bun.IDB, c Conversation, person int64) (viewpoint, error) {
	v := viewpoint{person: person, crowded: c.MemberCount > shownCursors}
	if !ofMembers(c.Kind, c.Bond, c.SiteID) {
		return v, nil
	}
	on, err := s.Receipts(ctx, r, person)
	v.discreet = !on
	return v, err
}

// moveCursor moves forward only; moved is false when there was nothing to move. What is read discreetly is not
// shown; what is read openly shows all of it.
func moveCursor(ctx context.Context, tx *storage.Tx, conversation, person, read, received int64, discreet bool) (row memberRow, moved bool, err error) {
	var rows []memberRow
	err = tx.NewRaw(`
		UPDATE members SET
			unshown = CASE WHEN ? <= read_seq THEN unshown WHEN ? = 1 THEN unshown + ? - read_seq ELSE 0 END,
			read_seq = CASE WHEN ? > read_seq THEN ? ELSE read_seq END,
			received_seq = CASE WHEN ? > received_seq THEN ? ELSE received_seq END
		WHERE conversation_id = ? AND person_id = ? AND left_seq IS NULL AND (read_seq < ? OR received_seq < ?)
		RETURNING person_id, read_seq, received_seq, unshown`,
		read, flag(discreet), read, read, read, received, received, conversation, person, read, received).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return memberRow{}, false, err
	}
	return rows[0], true, nil
}
