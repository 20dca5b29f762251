package desk

import (
	"context"
	"slices"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

var errNotYoursToWhisper = fault.New(fault.Denied, "only supervisors and owners whisper")

// TicketNote is the data of a `note` frame: what a colleague wrote beside the conversation of a ticket.
type TicketNote struct {
	TicketID int64        `json:"ticket_id"`
	Message  chat.Message `json:"message"`
}

func (t ticketRow) conversation() chat.Conversation {
	return chat.Conversation{ID: t.ConversationID, Kind: chat.Live, SiteID: t.SiteID, OwnerID: t.VisitorID}
}

// Notes reads what colleagues wrote beside a visitor's conversation, over all its tickets, for everybody
// with a role on the site. Whispers are for those who have the conversation now, and for who leads.
func (s *Service) Notes(ctx context.Context, by, ticket, before int64, limit int) (chat.MessagePage, error) {
	t, role, err := s.ticketFor(ctx, by, ticket)
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
	in, err := s.answering(ctx, t.ConversationID)
	if err != nil {
		return chat.MessagePage{}, err
	}
	return s.chat.NotesPage(ctx, staff.ID, before, limit, people.Leads(role) || slices.Contains(in, by))
}

// answering lists the agent who has a conversation now and his guests.
func (s *Service) answering(ctx context.Context, conversation int64) ([]int64, error) {
	t, ok, err := lastTicket(ctx, s.db.R, conversation)
	if err != nil || !ok || t.State != stateOpen {
		return nil, err
	}
	in, err := guestIDs(ctx, s.db.R, t.ID)
	return append(in, t.AgentID), err
}

// WriteNote adds a note, which the visitor never sees. The same client id again returns the first note.
func (s *Service) WriteNote(ctx context.Context, by, ticket int64, clientMsgID, text string) (chat.Message, error) {
	t, _, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return chat.Message{}, err
	}
	staff, err := s.staffOf(ctx, t)
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

// Whisper is WriteNote of a supervisor for those who have the conversation, and those who lead the site, alone.
func (s *Service) Whisper(ctx context.Context, by, ticket int64, clientMsgID, text string) (chat.Message, error) {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return chat.Message{}, err
	}
	if !people.Leads(role) {
		return chat.Message{}, errNotYoursToWhisper
	}
	staff, err := s.staffOf(ctx, t)
	if err != nil {
		return chat.Message{}, err
	}
	m, err := s.chat.Whisper(ctx, by, staff.ID, clientMsgID, text)
	if err != nil {
		return chat.Message{}, err
	}
	to, err := s.people.LeadersOf(ctx, t.SiteID)
	if err != nil {
		return chat.Message{}, err
	}
	in, err := s.answering(ctx, t.ConversationID)
	if err != nil {
		return chat.Message{}, err
	}
	s.hub.Push(setOf(append(to, in...)...).list(), hub.Frame{Type: "note", Data: TicketNote{TicketID: t.ID, Message: m}})
	return m, nil
}

// staffOf finds or makes the conversation beside a ticket's.
func (s *Service) staffOf(ctx context.Context, t ticketRow) (chat.Conversation, error) {
	staff, err := s.chat.Staff(ctx, t.ConversationID)
	if fault.Is(err, fault.NotFound) {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			staff, err = s.chat.StaffTx(ctx, tx, t.conversation())
			return err
		})
	}
	return staff, err
}

// tellNote tells the agents of the site, who find the note under the ticket it was written on.
func (s *Service) tellNote(t ticketRow, m chat.Message) {
	s.hub.PushGroup(groupOf(t.SiteID), hub.Frame{Type: "note", Data: TicketNote{TicketID: t.ID, Message: m}})
}
