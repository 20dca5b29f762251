package desk

import (
	"context"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

// TicketNote is the data of a `note` frame: what a colleague wrote beside the conversation of a ticket.
type TicketNote struct {
	TicketID int64        `json:"ticket_id"`
	Message  chat.Message `json:"message"`
}

func (t ticketRow) conversation() chat.Conversation {
	return chat.Conversation{ID: t.ConversationID, Kind: chat.Live, SiteID: t.SiteID, OwnerID: t.VisitorID}
}

// Notes reads what colleagues wrote beside a visitor's conversation, over all its tickets, for everybody
// with a role on the site.
func (s *Service) Notes(ctx context.Context, by, ticket, before int64, limit int) (chat.MessagePage, error) {
	t, _, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return chat.MessagePage{}, err
	}
	staff, err := s.chat.Staff(ctx, t.ConversationID)
	if fault.Is(err, fault.NotFound) {
		return chat.MessagePage{Messages: []chat.Message{}, People: []people.Person{}}, nil
	}
	if err != nil {
		return chat.MessagePage{}, err
	}
	return s.chat.Page(ctx, staff.ID, before, limit)
}

// WriteNote adds a note, which the visitor never sees. The same client id again returns the first note.
func (s *Service) WriteNote(ctx context.Context, by, ticket int64, clientMsgID, text string) (chat.Message, error) {
	t, _, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return chat.Message{}, err
	}
	staff, err := s.chat.Staff(ctx, t.ConversationID)
	if fault.Is(err, fault.NotFound) {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			staff, err = s.chat.StaffTx(ctx, tx, t.conversation())
			return err
		})
	}
	if err != nil {
		return chat.Message{}, err
	}
	m, err := s.chat.Note(ctx, by, staff.ID, clientMsgID, text)
	if err != nil {
		return chat.Message{}, err
	}
	s.tellNote(t, m)
	return m, nil
}

// tellNote tells the agents of the site, who find the note under the ticket it was written on.
func (s *Service) tellNote(t ticketRow, m chat.Message) {
	s.hub.PushGroup(groupOf(t.SiteID), hub.Frame{Type: "note", Data: TicketNote{TicketID: t.ID, Message: m}})
}
