package desk

import (
	"context"
	"time"

	"ichat/app/fault"
	"ichat/app/notify"
	"ichat/app/people"
	"ichat/storage"
)

// The refusals. taken and the seat's are also what Dispatch may meet when somebody was quicker.
var (
	errTaken    = fault.New(fault.Conflict, "this conversation is already taken")
	errClosed   = fault.New(fault.Conflict, "this conversation is already closed")
	errAway     = fault.New(fault.Conflict, "go online before you take a conversation")
	errBusy     = fault.New(fault.Conflict, "this agent is busy")
	errFull     = fault.New(fault.Conflict, "you have reached your limit of conversations")
	errFullHere = fault.New(fault.Conflict, "you have reached the limit of conversations of this queue")
	errNotYours = fault.New(fault.Denied, "only the agent who has this conversation, or a supervisor, can close it")
	errNoTicket = fault.New(fault.NotFound, "ticket not found")
	errInvalid  = fault.New(fault.Invalid, "the request is not valid")
)

// Take gives a waiting ticket to the agent who asks for it, under the same rules as Dispatch.
func (s *Service) Take(ctx context.Context, by, ticket int64) (Ticket, error) {
	t, _, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Ticket{}, err
	}
	agent, err := s.people.Person(ctx, by)
	if err != nil {
		return Ticket{}, err
	}
	why := Why{Rule: ruleByHand, Picked: by, By: by, Skipped: []Skipped{}}
	if t, err = s.hand(ctx, fence{}, t, agent, why, nil); err != nil {
		return Ticket{}, err
	}
	return s.view(ctx, t)
}

// hand gives a waiting ticket to an agent: the one way a ticket gets an owner. beside is its place among those that
// are handed out with it; nil when it is alone.
func (s *Service) hand(ctx context.Context, f fence, known ticketRow, agent people.Person, why Why, beside *handing) (t ticketRow, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if t, err = s.lockTicket(ctx, tx, known); err != nil {
			return err
		}
		switch t.State {
		case stateOpen:
			return errTaken
		case stateClosed:
			return errClosed
		}
		if why.By == 0 && (t.QueueID != known.QueueID || t.PassedBy == agent.ID) {
			return errTaken // it was moved on since the rule chose somebody
		}
		if err := s.roomTx(ctx, tx, agent.ID, t.QueueID, why.By == agent.ID); err != nil {
			return err
		}
		if err := s.lastLockTx(ctx, tx, beside); err != nil {
			return err
		}
		if err := s.chat.JoinTx(ctx, tx, t.ConversationID, agent.ID, "agent"); err != nil {
			return err
		}
		m, err := s.chat.SystemTx(ctx, tx, t.ConversationID, "ticket.assigned", map[string]string{"agent": agent.Name})
		if err != nil {
			return err
		}
		at := s.time()
		t.State, t.AgentID, t.LastAgent, t.AssignedAt, t.PassedBy = stateOpen, agent.ID, agent.ID, &at, 0
		t.step(m.Version)
		if err := s.givenTx(ctx, tx, &t); err != nil {
			return err
		}
		if err := s.moved(ctx, tx, f, &t); err != nil {
			return err
		}
		s.changed(tx, t.SiteID, t.ID, agent.ID)
		if err := s.notify.CallTx(ctx, tx, t.call(notify.CalledForTicket, t.ConversationID, m.Seq)); err != nil {
			return err
		}
		if err := insertAssignment(ctx, tx, assignmentRow{ID: s.ids.Next(), TicketID: t.ID, AgentID: agent.ID, At: at}, why); err != nil {
			return err
		}
		return beside.turn(ctx)
	})
	return t, err
}

// lockTicket takes the conversation's lock, under which tickets move, and reads the ticket as it is now.
func (s *Service) lockTicket(ctx context.Context, tx *storage.Tx, known ticketRow) (ticketRow, error) {
	if _, err := s.chat.LockTx(ctx, tx, known.ConversationID); err != nil {
		return ticketRow{}, err
	}
	return ticketByID(ctx, tx, known.ID)
}

// roomTx locks the agent's seat until the end of the write and checks that it has room for one more of a queue. Who is
// busy gets none, but may take one by hand.
func (s *Service) roomTx(ctx context.Context, tx *storage.Tx, agent, queue int64, byHand bool) error {
	if checked, err := s.roomOutside(ctx, agent); checked {
		return err
	}
	seat, err := lockToServe(ctx, tx, agent, s.time())
	if err != nil {
		return err
	}
	switch {
	case seat.State == seatOnline, byHand && seat.State != seatAway:
	case seat.State == seatBusy:
		return errBusy
	default:
		return errAway
	}
	rules, err := s.rulesOf(ctx, tx, queue)
	if err != nil {
		return err
	}
	loads, err := loadsIn(ctx, tx, agent)
	switch load := loads[agent]; {
	case err != nil:
		return err
	case load.all >= seat.Cap:
		return errFull
	case rules.Cap > 0 && load.in[queue] >= rules.Cap:
		return errFullHere
	}
	return nil
}

// Close ends a ticket for its agent, or for a supervisor of the site.
func (s *Service) Close(ctx context.Context, by, ticket int64) (Ticket, error) {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Ticket{}, err
	}
	t, err = s.close(ctx, t, byAgent, func(t ticketRow) error {
		if t.AgentID != by && !people.Leads(role) {
			return errNotYours
		}
		return nil
	})
	if err != nil {
		return Ticket{}, err
	}
	return s.view(ctx, t)
}

// End closes the visitor's ticket for himself. His next message opens a new one.
func (s *Service) End(ctx context.Context, site, visitor int64) (Live, error) {
	t, ok, err := s.lastOf(ctx, site, visitor)
	if err != nil {
		return Live{}, err
	}
	if !ok {
		return Live{}, errClosed
	}
	if t, err = s.close(ctx, t, byVisitor, func(ticketRow) error { return nil }); err != nil {
		return Live{}, err
	}
	return s.liveOf(ctx, t)
}

func (s *Service) close(ctx context.Context, known ticketRow, by string, may func(ticketRow) error) (t ticketRow, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if t, err = s.lockTicket(ctx, tx, known); err != nil {
			return err
		}
		if t.State == stateClosed {
			return errClosed
		}
		if err := may(t); err != nil {
			return err
		}
		return s.closeTx(ctx, tx, &t, by, by)
	})
	return t, err
}

// closeTx closes a ticket whose conversation is locked. The conversation is told that it was toldBy.
func (s *Service) closeTx(ctx context.Context, tx *storage.Tx, t *ticketRow, by, toldBy string) error {
	rules, err := s.rulesOf(ctx, tx, t.QueueID)
	if err != nil {
		return err
	}
	text := rules.telling(t.Locale).Closing
	if by == byVisitor {
		text = "" // he knows
	}
	m, err := s.chat.SystemSaysTx(ctx, tx, t.ConversationID, "ticket.closed", map[string]string{"by": toldBy}, text)
	if err != nil {
		return err
	}
	if err := s.releaseTx(ctx, tx, *t, by); err != nil {
		return err
	}
	if err := endTimersTx(ctx, tx, t.ID); err != nil {
		return err
	}
	at := s.time()
	t.State, t.ToSeq, t.ClosedAt, t.AnswerBy, t.Nudged = stateClosed, m.Seq, &at, nil, 0
	t.step(m.Version)
	s.changed(tx, t.SiteID, t.ID, t.AgentID)
	return s.moved(ctx, tx, fence{}, t)
}

// Blocked closes the open ticket of a visitor who is being blocked, under the lock of his conversation, and
// tells the colleagues why. He is told no more than that it was closed. It is a hook for safety.OnBlock.
func (s *Service) Blocked(ctx context.Context, tx *storage.Tx, site, visitor, by int64, reason string) error {
	c, err := s.chat.LiveTx(ctx, tx, site, visitor)
	if err != nil {
		return err
	}
	if _, err := s.chat.LockTx(ctx, tx, c.ID); err != nil {
		return err
	}
	t, ok, err := lastTicket(ctx, tx, c.ID)
	if err != nil || !ok || t.State == stateClosed {
		return err
	}
	if err := s.passNoteTx(ctx, tx, by, t, reason); err != nil {
		return err
	}
	return s.closeTx(ctx, tx, &t, byBlock, byAgent)
}

// releaseTx takes the ticket's agent, if it has one, and his guests out of the conversation and frees a place at his seat.
func (s *Service) releaseTx(ctx context.Context, tx *storage.Tx, t ticketRow, by string) error {
	if t.AgentID == 0 {
		return nil
	}
	seat, err := lockSeat(ctx, tx, t.AgentID)
	if err != nil {
		return err
	}
	seat.IdleSince = s.time()
	if err := saveSeat(ctx, tx, &seat); err != nil {
		return err
	}
	if err := s.emptyTx(ctx, tx, t); err != nil {
		return err
	}
	return endAssignment(ctx, tx, t.ID, by, seat.IdleSince)
}

// ticketFor finds a ticket for somebody with a role on its site, and says which; to anybody else it does not exist.
func (s *Service) ticketFor(ctx context.Context, by, ticket int64) (ticketRow, string, error) {
	t, err := ticketByID(ctx, s.db.R, ticket)
	if err != nil {
		return ticketRow{}, "", err
	}
	role, err := s.people.RoleOn(ctx, by, t.SiteID)
	if err != nil {
		return ticketRow{}, "", err
	}
	if role == "" {
		return ticketRow{}, "", errNoTicket
	}
	return t, role, nil
}

// time is now as the database keeps it.
func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
