package desk

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

var (
	errNotYoursToPass = fault.New(fault.Denied, "only the agent who has this conversation, or a supervisor, can transfer it")
	errNoTarget       = fault.New(fault.Invalid, "choose an agent or a queue to transfer to")
	errNoAgent        = fault.New(fault.NotFound, "agent not found")
	errHasIt          = fault.New(fault.Conflict, "this agent has the conversation already")
	errTheyOffline    = fault.New(fault.Conflict, "this agent is offline")
	errTheyAway       = fault.New(fault.Conflict, "this agent is away")
	errTheyFull       = fault.New(fault.Conflict, "this agent is full")
	errWaitsThere     = fault.New(fault.Conflict, "this conversation waits in this queue already")
)

// Transfer is where a ticket goes, an agent or a queue, and what colleagues should know.
type Transfer struct {
	ToAgent int64
	ToQueue int64
	Note    string
}

// Transfer moves a ticket, for the agent who has it or a supervisor of the site. An agent must be at work and
// have room; in a queue the ticket waits at its old place, for anybody but the one who had it. The note goes
// to the colleagues in the same write. The visitor need not be there. Faults: NotFound, Denied, Invalid and,
// when the ticket or the agent is not as it was thought, Conflict.
func (s *Service) Transfer(ctx context.Context, by, ticket int64, to Transfer) (Ticket, error) {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Ticket{}, err
	}
	if (to.ToAgent == 0) == (to.ToQueue == 0) {
		return Ticket{}, errNoTarget
	}
	if err := s.mustWorkOn(ctx, to.ToAgent, t.SiteID); err != nil {
		return Ticket{}, err
	}
	known := t
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if t, err = s.lockTicket(ctx, tx, known); err != nil {
			return err
		}
		switch {
		case t.State == stateClosed:
			return errClosed
		case t.State == stateOpen && t.AgentID == to.ToAgent:
			return errHasIt
		case t.AgentID != by && !people.Leads(role):
			return errNotYoursToPass
		}
		if err := s.passNoteTx(ctx, tx, by, t, to.Note); err != nil {
			return err
		}
		if to.ToAgent != 0 {
			return s.toAgentTx(ctx, tx, by, &t, to.ToAgent)
		}
		return s.toQueueTx(ctx, tx, &t, to.ToQueue)
	})
	if err != nil {
		return Ticket{}, err
	}
	s.log.InfoContext(ctx, "ticket transferred", "ticket", t.ID, "by", by, "agent", t.AgentID, "queue", t.QueueID)
	return s.view(ctx, t)
}

// mustWorkOn refuses an agent who has no role on the site, or is disabled; 0 is nobody.
func (s *Service) mustWorkOn(ctx context.Context, agent, site int64) error {
	if agent == 0 {
		return nil
	}
	role, err := s.people.RoleOn(ctx, agent, site)
	if err == nil && role == "" {
		return errNoAgent
	}
	return err
}

// toAgentTx moves a ticket whose conversation is locked to an agent.
func (s *Service) toAgentTx(ctx context.Context, tx *storage.Tx, by int64, t *ticketRow, agent int64) error {
	if !s.hub.Front().Connected(agent) {
		return errTheyOffline
	}
	if err := lockSeats(ctx, tx, t.AgentID, agent); err != nil {
		return err
	}
	switch err := s.roomTx(ctx, tx, agent, t.QueueID, by == agent); err {
	case nil:
	case errAway:
		return errTheyAway
	case errFull, errFullHere:
		return errTheyFull
	default:
		return err
	}
	why := Why{Rule: ruleTransferred, Picked: agent, By: by, Skipped: []Skipped{}}
	return s.giveTx(ctx, tx, t, agent, byTransfer, why)
}

// giveTx moves a ticket to an agent who has room for it. Its conversation and both seats are locked.
func (s *Service) giveTx(ctx context.Context, tx *storage.Tx, t *ticketRow, agent int64, endedBy string, why Why) error {
	who, err := s.people.PeopleIn(ctx, tx, []int64{agent})
	if err != nil {
		return err
	}
	if err := endGuest(ctx, tx, t.ID, agent, s.time(), becameOwner); err != nil {
		return err
	}
	// The new agent is in before the line is written and the old one still is, so both read it.
	if err := s.chat.JoinTx(ctx, tx, t.ConversationID, agent, "agent"); err != nil {
		return err
	}
	old, err := s.passTx(ctx, tx, t, who[agent].Name, endedBy)
	if err != nil {
		return err
	}
	at := s.time()
	t.State, t.AgentID, t.LastAgent, t.AssignedAt, t.PassedBy = stateOpen, agent, agent, &at, 0
	if err := s.givenTx(ctx, tx, t); err != nil {
		return err
	}
	s.changed(tx, t.SiteID, t.ID, old)
	s.changed(tx, t.SiteID, t.ID, agent)
	if err := s.moved(ctx, tx, fence{}, t); err != nil {
		return err
	}
	return insertAssignment(ctx, tx, assignmentRow{ID: s.ids.Next(), TicketID: t.ID, AgentID: agent, At: at}, why)
}

// toQueueTx puts a ticket whose conversation is locked back to its place, in a queue of its site.
func (s *Service) toQueueTx(ctx context.Context, tx *storage.Tx, t *ticketRow, queue int64) error {
	to, err := queueByID(ctx, tx, queue)
	if err != nil {
		return err
	}
	if to.SiteID != t.SiteID {
		return errNoQueue
	}
	if t.State == stateWaiting && t.QueueID == queue {
		return errWaitsThere
	}
	old, err := s.passTx(ctx, tx, t, to.Name, byTransfer)
	if err != nil {
		return err
	}
	t.QueueID, t.PassedBy = queue, cmp.Or(old, t.PassedBy)
	if err := s.backTx(ctx, tx, t, s.time()); err != nil {
		return err
	}
	s.changed(tx, t.SiteID, t.ID, old)
	return s.moved(ctx, tx, fence{}, t)
}

// passTx says in the conversation where it goes and takes it from its agent, whom it returns; 0 when it waited.
func (s *Service) passTx(ctx context.Context, tx *storage.Tx, t *ticketRow, to, endedBy string) (old int64, err error) {
	from, err := s.holderTx(ctx, tx, t)
	if err != nil {
		return 0, err
	}
	m, err := s.chat.SystemTx(ctx, tx, t.ConversationID, "ticket.transferred", map[string]string{"from": from, "to": to})
	if err != nil {
		return 0, err
	}
	t.step(m.Version)
	return t.AgentID, s.releaseTx(ctx, tx, *t, endedBy)
}

// holderTx names who, or which queue, has a ticket.
func (s *Service) holderTx(ctx context.Context, tx *storage.Tx, t *ticketRow) (string, error) {
	if t.AgentID == 0 {
		names, err := queueNames(ctx, tx, []int64{t.QueueID})
		return names[t.QueueID], err
	}
	who, err := s.people.PeopleIn(ctx, tx, []int64{t.AgentID})
	return who[t.AgentID].Name, err
}

func (s *Service) passNoteTx(ctx context.Context, tx *storage.Tx, by int64, t ticketRow, note string) error {
	if strings.TrimSpace(note) == "" {
		return nil
	}
	staff, err := s.chat.StaffTx(ctx, tx, t.conversation())
	if err != nil {
		return err
	}
	m, err := s.chat.NoteTx(ctx, tx, by, staff.ID, "transfer-"+strconv.FormatInt(s.ids.Next(), 36), note)
	if err != nil {
		return err
	}
	tx.After(func() { s.tellNote(t, m) })
	return nil
}

// lockSeats locks several seats in the order everybody uses, so that two transfers cannot wait for each
// other; 0 is nobody.
func lockSeats(ctx context.Context, tx *storage.Tx, agents ...int64) error {
	for _, agent := range setOf(agents...).list() {
		if _, err := lockSeat(ctx, tx, agent); err != nil {
			return err
		}
	}
	return nil
}
