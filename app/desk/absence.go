package desk

import (
	"context"
	"errors"
	"time"

	"ichat/storage"
)

// errMoved ends a write that found nothing left to do.
var errMoved = errors.New("the ticket has moved on")

// Presence hears from the hub that somebody came, or that his grace is over. It is a hook for
// hub.OnPresence and only takes note: most people who come and go have no seat.
func (s *Service) Presence(person int64, present bool) {
	n := news{seats: setOf(person)}
	if present {
		n.came = setOf(person)
	} else {
		n.gone, n.left = setOf(person), setOf(person)
	}
	s.work.add(n)
	s.tell.add(news{seats: setOf(person)})
}

// missing sees to it that what a visitor writes to an agent who is gone goes back to the queue too.
func (s *Service) missing(agent int64) {
	if !s.hub.Front().Present(agent) {
		s.work.add(news{gone: setOf(agent)})
	}
}

// absent takes back the tickets of an agent who is gone that wait for an answer, at once or when the queue says.
// Those where the visitor was answered stay his until the visitor writes again; elsewhere says that
// there are some on sites that another node works: they are its care.
func (s *Service) absent(ctx context.Context, agent int64) (elsewhere bool, err error) {
	if s.hub.Front().Present(agent) {
		return false, nil
	}
	tickets, err := openOf(ctx, s.db.R, agent)
	if err != nil {
		return false, err
	}
	var failures []error
	for _, t := range tickets {
		if t.LastSenderID != t.VisitorID {
			continue
		}
		f, mine, err := s.leases.hold(ctx, t.SiteID)
		if err == nil && mine {
			err = s.requeue(ctx, f, t)
		}
		elsewhere = elsewhere || err == nil && !mine
		if errors.Is(err, errFenced) {
			s.leases.forget(t.SiteID)
		}
		if err != nil && !errors.Is(err, errMoved) {
			failures = append(failures, err)
		}
	}
	return elsewhere, errors.Join(failures...)
}

// requeue puts an unanswered ticket of an agent who is gone back to its place in the queue, or sets the time when
// that happens.
func (s *Service) requeue(ctx context.Context, f fence, known ticketRow) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		t, err := s.lockTicket(ctx, tx, known)
		if err != nil {
			return err
		}
		if t.AgentID != known.AgentID || !s.deserted(&t) {
			return errMoved
		}
		rules, err := s.rulesOf(ctx, tx, t.QueueID)
		if err != nil {
			return err
		}
		if rules.AwayS == 0 {
			return s.requeueTx(ctx, tx, f, &t, byAbsence, EventWhy{Rule: byAbsence})
		}
		return s.startTimerTx(ctx, tx, &t, timerAbsent, after(s.time(), rules.AwayS))
	})
}

// deserted tells whether a visitor waits for an answer of somebody who is not there.
func (s *Service) deserted(t *ticketRow) bool {
	return t.State == stateOpen && t.LastSenderID == t.VisitorID && !s.hub.Front().Present(t.AgentID)
}

func (s *Service) stillAbsentTx(ctx context.Context, tx *storage.Tx, d due) error {
	if !s.deserted(d.t) {
		return nil
	}
	return s.requeueTx(ctx, tx, d.fence, d.t, byAbsence, EventWhy{Rule: byAbsence, AfterS: d.rules.AwayS})
}

// returned ends the absence of an agent who is there again: the next one is counted from its own beginning.
func (s *Service) returned(ctx context.Context, agent int64) error {
	tickets, err := desertedBy(ctx, s.db.R, agent)
	if err != nil || len(tickets) == 0 || !s.hub.Front().Present(agent) {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		for _, t := range tickets {
			if err := clearTimersTx(ctx, tx, t, timerAbsent); err != nil {
				return err
			}
		}
		return nil
	})
}

// requeueTx takes an unanswered ticket whose conversation is locked from its agent and puts it back to its place in
// the queue: opened_at decides there, and stays. Who did not answer does not get it again.
func (s *Service) requeueTx(ctx context.Context, tx *storage.Tx, f fence, t *ticketRow, by string, why EventWhy) error {
	agent := t.AgentID
	who, err := s.people.PeopleIn(ctx, tx, []int64{agent})
	if err != nil {
		return err
	}
	why.Agent, why.Name = agent, who[agent].Name
	m, err := s.chat.SystemTx(ctx, tx, t.ConversationID, "ticket.requeued", nil)
	if err != nil {
		return err
	}
	if err := s.releaseTx(ctx, tx, *t, by); err != nil {
		return err
	}
	if by == byNoAnswer {
		t.PassedBy = agent
	}
	if err := s.backTx(ctx, tx, t, s.waitedSince(t)); err != nil {
		return err
	}
	t.step(m.Version)
	if err := s.eventTx(ctx, tx, t.ID, eventRequeued, why); err != nil {
		return err
	}
	s.changed(tx, t.SiteID, t.ID, agent)
	return s.moved(ctx, tx, f, t)
}

// backTx lets a ticket that nobody has any more wait. The rounds without an answer go on.
func (s *Service) backTx(ctx context.Context, tx *storage.Tx, t *ticketRow, since time.Time) error {
	if err := dropTimersTx(ctx, tx, t.ID); err != nil {
		return err
	}
	t.State, t.AgentID, t.AssignedAt, t.AnswerBy, t.Nudged = stateWaiting, 0, nil, nil, 0
	return s.waitsTx(ctx, tx, t, since, 0)
}

// resume begins where a stopped server ended: whoever was at work or has tickets gets the grace to come
// back, and every queue is looked at.
func (s *Service) resume(ctx context.Context) error {
	agents, err := agentsAtWork(ctx, s.db.R)
	if err != nil {
		return err
	}
	tickets, err := unfinished(ctx, s.db.R)
	if err != nil {
		return err
	}
	expected, sites := setOf(agents...), set{}
	for _, t := range tickets {
		expected.add(setOf(t.AgentID))
		sites.add(setOf(t.SiteID))
	}
	visitors, err := s.awaited(ctx, tickets)
	if err != nil {
		return err
	}
	expected.add(visitors)
	for _, agent := range expected.list() {
		s.hub.Expect(agent)
	}
	s.work.add(news{sites: sites})
	return nil
}

// awaited are the visitors who would be closed when they are gone.
func (s *Service) awaited(ctx context.Context, tickets []ticketRow) (set, error) {
	var queues []int64
	for _, t := range tickets {
		rules, err := s.rulesOf(ctx, s.db.R, t.QueueID)
		if err != nil {
			return nil, err
		}
		if rules.Idle.GoneS > 0 {
			queues = append(queues, t.QueueID)
		}
	}
	visitors, err := visitorsServed(ctx, s.db.R, queues)
	return setOf(visitors...), err
}
