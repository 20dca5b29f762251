package desk

import (
	"context"
	"errors"

	"ichat/storage"
)

// errMoved ends a write that found nothing left to do.
var errMoved = errors.New("the ticket has moved on")

// Presence hears from the hub that somebody came, or that his grace is over. It is a hook for
// hub.OnPresence and only takes note: most people who come and go have no seat.
func (s *Service) Presence(person int64, present bool) {
	n := news{seats: setOf(person)}
	if !present {
		n.gone = setOf(person)
	}
	s.work.add(n)
	s.tell.add(news{seats: setOf(person)})
}

// missing sees to it that what a visitor writes to an agent who is gone goes back to the queue too.
func (s *Service) missing(agent int64) {
	if !s.hub.Present(agent) {
		s.work.add(news{gone: setOf(agent)})
	}
}

// absent takes back the tickets of an agent who is gone that wait for an answer. Those where the visitor
// was answered stay his until the visitor writes again; elsewhere says that
// there are some on sites that another node works: they are its care.
func (s *Service) absent(ctx context.Context, agent int64) (elsewhere bool, err error) {
	if s.hub.Present(agent) {
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

// requeue puts an unanswered ticket back to its place in the queue: opened_at decides there, and stays.
func (s *Service) requeue(ctx context.Context, f fence, known ticketRow) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		t, err := s.lockTicket(ctx, tx, known)
		if err != nil {
			return err
		}
		agent := known.AgentID
		if t.State != stateOpen || t.AgentID != agent || t.LastSenderID != t.VisitorID || s.hub.Present(agent) {
			return errMoved
		}
		m, err := s.chat.SystemTx(ctx, tx, t.ConversationID, "ticket.requeued", nil)
		if err != nil {
			return err
		}
		if err := s.releaseTx(ctx, tx, t, byAbsence); err != nil {
			return err
		}
		t.State, t.AgentID, t.AssignedAt = stateWaiting, 0, nil
		t.step(m.Version)
		s.changed(tx, t.SiteID, t.ID, agent)
		return s.moved(ctx, tx, f, &t)
	})
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
	for _, agent := range expected.list() {
		s.hub.Expect(agent)
	}
	s.work.add(news{sites: sites})
	return nil
}
