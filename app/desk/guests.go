package desk

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// mostGuests bounds how many help along in one ticket: a visitor should still know who he talks to.
const mostGuests = 10

// roleGuest is a guest's place in the conversation.
const roleGuest = "guest"

// How a guest's time in a ticket ended.
const (
	guestLeft    = "left"
	guestSent    = "sent away"
	guestOver    = "moved" // the ticket was closed, or is somebody else's now
	becameOwner  = "owner"
	lineJoined   = "ticket.joined"
	lineLeft     = "ticket.left"
	lineArgAgent = "agent"
)

var (
	errNotYoursToInvite = fault.New(fault.Denied, "only the agent who has this conversation, or a supervisor, can invite colleagues into it")
	errNotYoursToSend   = fault.New(fault.Denied, "only the agent who has this conversation, or a supervisor, can send a colleague away")
	errNotYoursToJoin   = fault.New(fault.Denied, "only supervisors and owners join conversations by themselves")
	errIsIn             = fault.New(fault.Conflict, "this agent is in the conversation already")
	errNotIn            = fault.New(fault.Conflict, "this agent is not in the conversation")
	errNobodyHasIt      = fault.New(fault.Conflict, "nobody has this conversation yet")
	errCrowded          = fault.New(fault.Conflict, "enough colleagues are in this conversation")
)

type guestRow struct {
	bun.BaseModel `bun:"table:ticket_guests,alias:g"`

	ID       int64 `bun:",pk"`
	TicketID int64
	PersonID int64
	ByID     int64
	At       time.Time
	EndedAt  *time.Time
	EndedBy  string
}

// Invite calls a colleague of the site into an open ticket, for the agent who has it or a supervisor. The guest reads and
// writes as the agent does, and the visitor sees that he came; the ticket stays the agent's, and no place at the guest's own
// seat is taken: he may be full, but not away. Faults: NotFound, Denied, Conflict.
func (s *Service) Invite(ctx context.Context, by, ticket, agent int64, note string) (Ticket, error) {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Ticket{}, err
	}
	if agent == 0 {
		return Ticket{}, errNoAgent
	}
	if err := s.mustWorkOn(ctx, agent, t.SiteID); err != nil {
		return Ticket{}, err
	}
	return s.bringIn(ctx, t, by, agent, func(ctx context.Context, tx *storage.Tx, t ticketRow) error {
		if t.AgentID != by && !people.Leads(role) {
			return errNotYoursToInvite
		}
		if err := s.reachableTx(ctx, tx, agent); err != nil {
			return err
		}
		return s.passNoteTx(ctx, tx, by, t, note)
	})
}

// Join makes a supervisor a guest of a ticket. From then on everybody in it sees him.
func (s *Service) Join(ctx context.Context, by, ticket int64) (Ticket, error) {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Ticket{}, err
	}
	if !people.Leads(role) {
		return Ticket{}, errNotYoursToJoin
	}
	return s.bringIn(ctx, t, by, by, func(context.Context, *storage.Tx, ticketRow) error { return nil })
}

func (s *Service) bringIn(ctx context.Context, known ticketRow, by, agent int64, may func(context.Context, *storage.Tx, ticketRow) error) (Ticket, error) {
	var t ticketRow
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if t, err = s.lockTicket(ctx, tx, known); err != nil {
			return err
		}
		switch {
		case t.State == stateClosed:
			return errClosed
		case t.State != stateOpen:
			return errNobodyHasIt
		case t.AgentID == agent:
			return errHasIt
		}
		in, err := guestIDs(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if err := may(ctx, tx, t); err != nil {
			return err
		}
		switch {
		case slices.Contains(in, agent):
			return errIsIn
		case len(in) >= mostGuests:
			return errCrowded
		}
		return s.comesTx(ctx, tx, &t, by, agent)
	})
	if err != nil {
		return Ticket{}, err
	}
	return s.view(ctx, t)
}

// comesTx lets a guest into a ticket whose conversation is locked.
func (s *Service) comesTx(ctx context.Context, tx *storage.Tx, t *ticketRow, by, agent int64) error {
	row := guestRow{ID: s.ids.Next(), TicketID: t.ID, PersonID: agent, ByID: by, At: s.time()}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	if err := s.chat.JoinTx(ctx, tx, t.ConversationID, agent, roleGuest); err != nil {
		return err
	}
	tx.After(func() { s.stopLooking(t.ConversationID, agent) }) // he hears of everything as a member now
	return s.guestLineTx(ctx, tx, t, agent, lineJoined)
}

// Leave ends a guest's part in a ticket: his own, or when the agent who has it or a supervisor sends him away.
func (s *Service) Leave(ctx context.Context, by, ticket, guest int64) (Ticket, error) {
	known, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Ticket{}, err
	}
	if guest == 0 {
		guest = by
	}
	var t ticketRow
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if t, err = s.lockTicket(ctx, tx, known); err != nil {
			return err
		}
		how := guestSent
		switch {
		case guest == by:
			how = guestLeft
		case t.AgentID != by && !people.Leads(role):
			return errNotYoursToSend
		}
		in, err := guestIDs(ctx, tx, t.ID)
		switch {
		case err != nil:
			return err
		case !slices.Contains(in, guest):
			return errNotIn
		}
		if err := endGuest(ctx, tx, t.ID, guest, s.time(), how); err != nil {
			return err
		}
		// The line comes first, so that who leaves still reads it.
		if err := s.guestLineTx(ctx, tx, &t, guest, lineLeft); err != nil {
			return err
		}
		return s.chat.LeaveTx(ctx, tx, t.ConversationID, guest)
	})
	if err != nil {
		return Ticket{}, err
	}
	return s.view(ctx, t)
}

// guestLineTx says in the conversation who came or went, and has the ticket told.
func (s *Service) guestLineTx(ctx context.Context, tx *storage.Tx, t *ticketRow, guest int64, key string) error {
	who, err := s.people.PeopleIn(ctx, tx, []int64{guest})
	if err != nil {
		return err
	}
	m, err := s.chat.SystemTx(ctx, tx, t.ConversationID, key, map[string]string{lineArgAgent: who[guest].Name})
	if err != nil {
		return err
	}
	t.step(m.Version)
	tx.After(func() { s.tell.add(news{tickets: setOf(t.ID)}) })
	return s.moved(ctx, tx, fence{}, t)
}

// reachableTx refuses somebody who could not come: he is not connected, or says that he is away. Busy or full is no matter.
func (s *Service) reachableTx(ctx context.Context, tx *storage.Tx, agent int64) error {
	if !s.hub.Front().Connected(agent) {
		return errTheyOffline
	}
	rows, err := seatsByID(ctx, tx, []int64{agent})
	switch {
	case err != nil:
		return err
	case len(rows) == 0:
		return errNoAgent
	case rows[0].State == seatAway, rows[0].State == seatInvisible:
		return errTheyAway
	}
	return nil
}

// emptyTx takes the agent of a ticket and all guests out of the conversation, in the order in which people are locked.
func (s *Service) emptyTx(ctx context.Context, tx *storage.Tx, t ticketRow) error {
	in, err := guestIDs(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	for _, guest := range in {
		if err := endGuest(ctx, tx, t.ID, guest, s.time(), guestOver); err != nil {
			return err
		}
	}
	for _, person := range setOf(append(in, t.AgentID)...).list() {
		if err := s.chat.LeaveTx(ctx, tx, t.ConversationID, person); err != nil {
			return err
		}
	}
	return nil
}

// guestsOf names who helps along in each of these tickets, in the order they came.
func (s *Service) guestsOf(ctx context.Context, tickets []ticketRow) (map[int64][]people.Person, error) {
	var open []int64
	for _, t := range tickets {
		if t.State == stateOpen {
			open = append(open, t.ID)
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	var rows []guestRow
	err := s.db.R.NewSelect().Model(&rows).Column("ticket_id", "person_id").
		Where("g.ticket_id IN (?)", bun.List(open)).Where("g.ended_at IS NULL").OrderExpr("g.id").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.PersonID
	}
	who, err := s.people.PeopleByID(ctx, ids)
	guests := map[int64][]people.Person{}
	for _, row := range rows {
		guests[row.TicketID] = append(guests[row.TicketID], who[row.PersonID])
	}
	return guests, err
}

// guestIDs lists who helps along in a ticket, in ascending order.
func guestIDs(ctx context.Context, q bun.IDB, ticket int64) ([]int64, error) {
	var ids []int64
	err := q.NewRaw(`SELECT person_id FROM ticket_guests WHERE ticket_id = ? AND ended_at IS NULL ORDER BY person_id`, ticket).Scan(ctx, &ids)
	return ids, err
}

// helpedBy lists the tickets somebody is a guest in.
func helpedBy(ctx context.Context, q bun.IDB, person int64) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Where("t.id IN (SELECT ticket_id FROM ticket_guests WHERE person_id = ? AND ended_at IS NULL)", person).
		OrderExpr("t.id").Scan(ctx)
	return rows, err
}

func endGuest(ctx context.Context, tx *storage.Tx, ticket, person int64, at time.Time, how string) error {
	_, err := tx.NewRaw(`UPDATE ticket_guests SET ended_at = ?, ended_by = ? WHERE ticket_id = ? AND person_id = ? AND ended_at IS NULL`,
		at, how, ticket, person).Exec(ctx)
	return err
}
