package desk

import (
	"context"

	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

var (
	errNotYoursToTakeOver = fault.New(fault.Denied, "only supervisors and owners take conversations over")
	errYoursAlready       = fault.New(fault.Conflict, "you have this conversation already")
)

// TakenOver is the data of a `taken_over` frame, for the agent whose ticket it was.
type TakenOver struct {
	TicketID int64         `json:"ticket_id"`
	Visitor  people.Person `json:"visitor"`
	By       people.Person `json:"by"`
	Reason   string        `json:"reason"`
}

// TakeOver makes a supervisor the agent of a ticket that somebody else has. His own limit holds for him as for any hand, and he
// must be online. The reason goes to the colleagues as a note and to the agent who had it. Faults: NotFound, Denied, Conflict.
func (s *Service) TakeOver(ctx context.Context, by, ticket int64, reason string) (Ticket, error) {
	known, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Ticket{}, err
	}
	if !people.Leads(role) {
		return Ticket{}, errNotYoursToTakeOver
	}
	var t ticketRow
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if t, err = s.lockTicket(ctx, tx, known); err != nil {
			return err
		}
		switch {
		case t.State == stateClosed:
			return errClosed
		case t.State != stateOpen:
			return errNobodyHasIt
		case t.AgentID == by:
			return errYoursAlready
		}
		if err := lockSeats(ctx, tx, t.AgentID, by); err != nil {
			return err
		}
		if err := s.roomTx(ctx, tx, by, t.QueueID, true); err != nil {
			return err
		}
		if err := s.passNoteTx(ctx, tx, by, t, reason); err != nil {
			return err
		}
		if err := s.toldTakenTx(ctx, tx, t, by, reason); err != nil {
			return err
		}
		tx.After(func() { s.stopLooking(t.ConversationID, by) })
		why := Why{Rule: ruleTakenOver, Picked: by, By: by, Skipped: []Skipped{}}
		return s.giveTx(ctx, tx, &t, by, byTakeOver, why)
	})
	if err != nil {
		return Ticket{}, err
	}
	s.log.InfoContext(ctx, "ticket taken over", "ticket", t.ID, "by", by)
	return s.view(ctx, t)
}

// toldTakenTx tells the agent of a ticket who takes it from him, and why.
func (s *Service) toldTakenTx(ctx context.Context, tx *storage.Tx, t ticketRow, by int64, reason string) error {
	who, err := s.people.PeopleIn(ctx, tx, []int64{by, t.VisitorID})
	if err != nil {
		return err
	}
	was := t.AgentID
	told := TakenOver{TicketID: t.ID, Visitor: who[t.VisitorID], By: who[by], Reason: reason}
	tx.After(func() { s.hub.Push([]int64{was}, hub.Frame{Type: "taken_over", Data: told}) })
	return nil
}
