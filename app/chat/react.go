package chat

import (
	"context"
	"math"
	"slices"
	"strings"

	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

// reactorsShown is with how many names a sign under a message comes; of the others there is the number.
const reactorsShown = 8

// Reaction is one sign under a message. People are the first who gave it, at most 8 of Count.
type Reaction struct {
	Emoji  string  `json:"emoji"`
	Count  int64   `json:"count"`
	People []int64 `json:"people"`
	Mine   bool    `json:"mine"` // the reader is one of them
}

// React puts a sign under a message between members, or takes one's own away, and answers the message as it is now.
// What is so already changes nothing, so both may be asked again. Faults: Invalid (no emoji), NotFound (not in, or no
// such message), Denied (who may not write may not react), Conflict (recalled, a line of the system, too many).
func (s *Service) React(ctx context.Context, by, conversation, seq int64, sign string, on bool) (m Message, err error) {
	emoji, ok := oneEmoji(sign)
	if !ok {
		return Message{}, fault.New(fault.Invalid, "a reaction is one emoji").With("emoji", "a reaction is one emoji")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		m, err = s.reactTx(ctx, tx, by, conversation, seq, emoji, on)
		return err
	})
	return m, err
}

func (s *Service) reactTx(ctx context.Context, tx *storage.Tx, by, conversation, seq int64, emoji string, on bool) (Message, error) {
	c, err := lock(ctx, tx, conversation)
	if err != nil {
		return Message{}, err
	}
	row, err := seen(ctx, tx, by, conversation, seq)
	if err != nil {
		return Message{}, err
	}
	st, err := s.speakingTx(ctx, tx, c, by)
	if err != nil {
		return Message{}, err
	}
	m, err := marked(ctx, tx, conversation, seq, by, emoji)
	if err != nil {
		return Message{}, err
	}
	m.mute = row.RecalledAt != nil || row.Type == System
	if err := st.mayReact(m, on); err != nil || m.there == on {
		return s.personal(ctx, tx, by, row, err)
	}
	if c, err = bump(ctx, tx, conversation); err != nil {
		return Message{}, err
	}
	if row.Version = c.Version; on {
		row.Reacted++
		err = addReaction(ctx, tx, row, by, emoji)
	} else {
		row.Reacted--
		err = dropReaction(ctx, tx, row, by, emoji)
	}
	if err != nil {
		return Message{}, err
	}
	if err := touch(ctx, tx, row); err != nil {
		return Message{}, err
	}
	return s.revisedTx(ctx, tx, c, row, by)
}

// personal is a message that did not change, as one person sees it, unless there is a refusal.
func (s *Service) personal(ctx context.Context, tx *storage.Tx, by int64, row messageRow, refusal error) (Message, error) {
	if refusal != nil {
		return Message{}, refusal
	}
	m, err := membership(ctx, tx, row.ConversationID, by)
	if err != nil {
		return Message{}, err
	}
	found, err := said(ctx, tx, []messageRow{row}, m.see())
	return first(found), err
}

// Reactor is who gave a sign.
type Reactor struct {
	Emoji    string `json:"emoji"`
	PersonID int64  `json:"person_id"`
}

// ReactorPage is a stretch of who reacted to a message, the first ones first. Next asks for those who came later; it
// is 0 at the end.
type ReactorPage struct {
	Reactors []Reactor       `json:"reactors"`
	People   []people.Person `json:"people"`
	Next     int64           `json:"next"`
}

// Reactors lists who reacted to a message, for one who sees it.
func (s *Service) Reactors(ctx context.Context, by, conversation, seq, after int64, limit int) (ReactorPage, error) {
	p := ReactorPage{Reactors: []Reactor{}}
	if _, err := seen(ctx, s.db.R, by, conversation, seq); err != nil {
		return p, err
	}
	rows, err := reactors(ctx, s.db.R, conversation, seq, after, limit+1)
	if err != nil {
		return p, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = rows[limit-1].Version
	}
	var ids []int64
	for _, row := range rows {
		p.Reactors = append(p.Reactors, Reactor{Emoji: row.Emoji, PersonID: row.PersonID})
		ids = append(ids, row.PersonID)
	}
	p.People, err = s.peopleOf(ctx, ids)
	return p, err
}

// given is which signs each person gave to a message: people by their signs, which are few sets even in a crowd.
type given map[string][]int64

func givenTx(ctx context.Context, tx *storage.Tx, row messageRow) (given, error) {
	if row.Reacted == 0 {
		return nil, nil
	}
	rows, err := reactors(ctx, tx, row.ConversationID, row.Seq, 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	signs := map[int64][]string{}
	for _, r := range rows {
		signs[r.PersonID] = append(signs[r.PersonID], r.Emoji)
	}
	g := given{}
	for person, own := range signs {
		slices.Sort(own)
		key := strings.Join(own, "\n")
		g[key] = append(g[key], person)
	}
	return g, nil
}

// seenWith is a message as those see it who gave these signs.
func seenWith(m Message, signs string) Message {
	own := strings.Split(signs, "\n")
	m.Reactions = slices.Clone(m.Reactions)
	for i := range m.Reactions {
		m.Reactions[i].Mine = slices.Contains(own, m.Reactions[i].Emoji)
	}
	return m
}

// seenBy is a message as one person sees it.
func (g given) seenBy(person int64, m Message) Message {
	for signs, who := range g {
		if slices.Contains(who, person) {
			return seenWith(m, signs)
		}
	}
	return m
}

// pushSeen tells people of a message, each with his own signs marked.
func (s *Service) pushSeen(to []int64, f hub.Frame, g given, m Message) {
	for signs, who := range g {
		rest := without(to, who)
		if len(rest) == len(to) {
			continue
		}
		f.Data = seenWith(m, signs)
		s.hub.Push(without(to, rest), f)
		to = rest
	}
	f.Data = m
	s.hub.Push(to, f)
}
