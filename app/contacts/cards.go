package contacts

import (
	"context"

	"ichat/app/chat"
	"ichat/app/fault"
)

// errShow does not tell whether there is such a person or group.
var errShow = fault.New(fault.NotFound, "you can send the card of a friend, of yourself, or of a group you are in")

// Show fills in the card that a draft names, of whom its sender may introduce: himself, a friend who has him as one and
// has not blocked him, or a group he is in. It is a hook for chat.OnDraft.
func (s *Service) Show(ctx context.Context, by int64, d *chat.Draft) (err error) {
	if d.Type != chat.Card {
		return nil
	}
	card := *d.Body.Card
	if card.GroupID != 0 {
		card, err = s.groupCard(ctx, by, card.GroupID)
	} else {
		card, err = s.personCard(ctx, by, card.PersonID)
	}
	d.Body.Card = &card
	return err
}

func (s *Service) personCard(ctx context.Context, by, person int64) (chat.CardBody, error) {
	if by == person {
		m, err := s.people.Member(ctx, by)
		return chat.CardBody{PersonID: by, Name: m.Person.Name, Avatar: m.Person.Avatar, Number: m.Number}, err
	}
	rows, err := friendsOf(ctx, s.db.R, by, person)
	if err != nil || len(rows) == 0 || !rows[0].Mutual || rows[0].Hides {
		return chat.CardBody{}, orElse(err, errShow)
	}
	f := rows[0]
	return chat.CardBody{PersonID: person, Name: f.Name, Avatar: f.Avatar, Number: f.Number}, nil
}

func (s *Service) groupCard(ctx context.Context, by, group int64) (chat.CardBody, error) {
	role, err := s.chat.RoleOf(ctx, group, by)
	if err != nil || role == "" {
		return chat.CardBody{}, orElse(err, errShow)
	}
	c, err := s.chat.Conversation(ctx, group)
	switch {
	case err != nil:
		return chat.CardBody{}, err
	case c.Number == 0: // of a site, or no group at all: nobody finds it
		return chat.CardBody{}, errShow
	case c.Dissolved:
		return chat.CardBody{}, errOver
	}
	return chat.CardBody{GroupID: group, Name: c.Name, Avatar: c.Avatar, Number: c.Number}, nil
}
