package chat

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

// mostPins is how many messages of a conversation are pinned at a time: more are a history, which can be searched.
const mostPins = 50

var errPins = fault.New(fault.Conflict, "too many messages are pinned: take one down first")

// Pin puts a message on top of a conversation for all who see it, with a line that says so, or takes it down. In a
// group its owner and admins may, of two both. What is so already changes nothing. Faults: NotFound (not in, or no such
// message), Denied, Conflict (recalled, a line of the system, too many, dissolved).
func (s *Service) Pin(ctx context.Context, by, conversation, seq int64, on bool) (h Header, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		c, err := s.pinTx(ctx, tx, by, conversation, seq, on)
		h = c.header()
		return err
	})
	return h, err
}

func (s *Service) pinTx(ctx context.Context, tx *storage.Tx, by, conversation, seq int64, on bool) (Conversation, error) {
	c, err := lock(ctx, tx, conversation)
	if err != nil {
		return c, err
	}
	row, err := seen(ctx, tx, by, conversation, seq)
	if err != nil {
		return c, err
	}
	st, err := s.speakingTx(ctx, tx, c, by)
	if err != nil {
		return c, err
	}
	if err := st.may(toPin, ""); err != nil {
		return c, err
	}
	pinned, err := tx.Numbers(ctx, `SELECT seq FROM pins WHERE conversation_id = ?`, conversation)
	if err != nil || slices.Contains(pinned, seq) == on {
		return c, err
	}
	if !on {
		if c, err = bump(ctx, tx, conversation); err != nil {
			return c, err
		}
		if c, err = unpinTx(ctx, tx, c, seq); err != nil {
			return c, err
		}
		return c, s.actTx(ctx, tx, c, act{by: by})
	}
	switch {
	case row.RecalledAt != nil || row.Type == System:
		return c, errMute
	case len(pinned) >= mostPins:
		return c, errPins
	}
	if c, err = number(ctx, tx, conversation, s.time()); err != nil {
		return c, err
	}
	c.Pins = c.Version
	err = tx.Do(ctx, `INSERT INTO pins (conversation_id, seq, by_id, version) VALUES (?, ?, ?, ?)`, conversation, seq, by, c.Version)
	if err != nil {
		return c, err
	}
	names, err := s.namesTx(ctx, tx, by)
	if err != nil {
		return c, err
	}
	return c, s.actTx(ctx, tx, c, act{by: by, key: "message.pinned", args: map[string]string{"by": names["people"], "seq": strconv.FormatInt(seq, 10)}})
}

// unpinTx takes a message down, if it is pinned, in a conversation that was just numbered.
func unpinTx(ctx context.Context, tx *storage.Tx, c Conversation, seq int64) (Conversation, error) {
	if c.Pins == 0 {
		return c, nil
	}
	gone, err := tx.Numbers(ctx, `DELETE FROM pins WHERE conversation_id = ? AND seq = ? RETURNING seq`, c.ID, seq)
	if err != nil || len(gone) == 0 {
		return c, err
	}
	left, err := tx.Numbers(ctx, `SELECT seq FROM pins WHERE conversation_id = ? LIMIT 1`, c.ID)
	if err != nil {
		return c, err
	}
	if c.Pins = c.Version; len(left) == 0 {
		c.Pins = 0
	}
	c.unpinned = true
	return c, tx.Do(ctx, `UPDATE conversations SET pins = ? WHERE id = ?`, c.Pins, c.ID)
}

// pushAct tells people of a change of the header, and of a message that changed with it.
func (s *Service) pushAct(tx *storage.Tx, to []int64, c Conversation, m *Message) {
	data := Act{Header: c.header(), Members: []Member{}, People: []people.Person{}, Message: m}
	tx.After(func() {
		s.hub.Push(to, hub.Frame{Type: "act", ConversationID: c.ID, Version: c.Version, Data: data})
	})
}

// Pinned is a message on top of a conversation.
type Pinned struct {
	By      int64   `json:"by"`
	Message Message `json:"message"`
}

// PinPage is everything that is pinned in a conversation and seen by the reader, the latest first.
type PinPage struct {
	Pins   []Pinned        `json:"pins"`
	People []people.Person `json:"people"`
}

// Pins lists what is pinned in a conversation, for one who is in it.
func (s *Service) Pins(ctx context.Context, by, conversation int64) (PinPage, error) {
	p := PinPage{Pins: []Pinned{}}
	m, err := membership(ctx, s.db.R, conversation, by)
	if err == nil && m.LeftSeq != nil {
		err = errNotIn
	}
	if err != nil {
		return p, err
	}
	var pins []struct{ Seq, ByID int64 }
	err = s.db.R.NewRaw(`SELECT seq, by_id FROM pins WHERE conversation_id = ? AND seq >= ? ORDER BY version DESC LIMIT ?`, conversation, m.JoinSeq, mostPins).Scan(ctx, &pins)
	if err != nil || len(pins) == 0 {
		return p, err
	}
	var seqs, ids []int64
	for _, pin := range pins {
		seqs, ids = append(seqs, pin.Seq), append(ids, pin.ByID)
	}
	var rows []messageRow
	if err := s.db.R.NewSelect().Model(&rows).Where("conversation_id = ? AND seq IN (?)", conversation, bun.List(seqs)).Scan(ctx); err != nil {
		return p, err
	}
	found, err := said(ctx, s.db.R, rows, m.see())
	if err != nil {
		return p, err
	}
	for _, pin := range pins {
		at := slices.IndexFunc(found, func(m Message) bool { return m.Seq == pin.Seq })
		if at >= 0 && !found[at].Recalled { // nor hidden
			p.Pins = append(p.Pins, Pinned{By: pin.ByID, Message: found[at]})
		}
	}
	p.People, err = s.peopleOf(ctx, append(ids, senders(found)...))
	return p, err
}
