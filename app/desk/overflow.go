package desk

import (
	"context"
	"fmt"
	"time"

	"ichat/app/fault"
	"ichat/storage"
)

// overflowMost is how many queues a ticket is passed on through before somebody has it: queues that overflow into
// each other would pass it round for ever.
const overflowMost = 3

// waitsTx begins the wait of a ticket in a queue: it is to be raised every so often, and to move on after a while.
// Who was answered by nobody has waited since he came.
func (s *Service) waitsTx(ctx context.Context, tx *storage.Tx, t *ticketRow, since time.Time, hops int) error {
	rules, err := s.rulesOf(ctx, tx, t.QueueID)
	if err != nil {
		return err
	}
	if b := rules.Boost; b.EveryS > 0 && t.Priority < b.Most {
		if err := s.setTimerTx(ctx, tx, t, timerBoost, after(s.time(), b.EveryS), 0); err != nil {
			return err
		}
	}
	if o := rules.Overflow; o.AfterS > 0 && hops < overflowMost {
		return s.setTimerTx(ctx, tx, t, timerOverflow, after(since, o.AfterS), hops)
	}
	return nil
}

// waitedSince is from when the wait of a ticket that goes back counts.
func (s *Service) waitedSince(t *ticketRow) time.Time {
	if t.AnsweredAt == nil {
		return t.waitsSince()
	}
	return s.time()
}

// boostTx raises the priority of who waits.
func (s *Service) boostTx(ctx context.Context, tx *storage.Tx, d due) error {
	rule, was := d.rules.Boost, d.t.Priority
	if d.t.State != stateWaiting || rule.EveryS == 0 || was >= rule.Most {
		return nil
	}
	d.t.Priority = min(was+rule.Step, rule.Most)
	if err := s.eventTx(ctx, tx, d.t.ID, eventBoosted, EventWhy{Rule: "boost", AfterS: rule.EveryS, Was: was, Is: d.t.Priority}); err != nil {
		return err
	}
	if d.t.Priority < rule.Most {
		if err := s.setTimerTx(ctx, tx, d.t, timerBoost, after(s.time(), rule.EveryS), 0); err != nil {
			return err
		}
	}
	d.t.step(0)
	s.changed(tx, d.t.SiteID, d.t.ID, 0)
	return s.moved(ctx, tx, d.fence, d.t)
}

// overflowTx moves who waited too long on to the other queue, at his place there. While nobody serves that one he
// stays and it is tried again later.
func (s *Service) overflowTx(ctx context.Context, tx *storage.Tx, d due) error {
	rule := d.rules.Overflow
	if d.t.State != stateWaiting || rule.AfterS == 0 {
		return nil
	}
	to, err := queueByID(ctx, tx, rule.ToQueue)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	serves, err := s.servesNow(d.there, to)
	if err != nil {
		return err
	}
	if to.ID == d.t.QueueID || !serves {
		return s.setTimerTx(ctx, tx, d.t, timerOverflow, after(s.time(), rule.AfterS), d.N)
	}
	names, err := queueNames(ctx, tx, []int64{d.t.QueueID})
	if err != nil {
		return err
	}
	from := names[d.t.QueueID]
	text := fmt.Sprintf(builtInFor(d.t.Locale).overflowed, to.Name)
	m, err := s.chat.SystemSaysTx(ctx, tx, d.t.ConversationID, "ticket.overflowed", map[string]string{"from": from, "to": to.Name}, text)
	if err != nil {
		return err
	}
	if err := s.eventTx(ctx, tx, d.t.ID, eventOverflowed, EventWhy{Rule: byOverflow, AfterS: rule.AfterS, From: from, To: to.Name}); err != nil {
		return err
	}
	d.t.QueueID = to.ID
	d.t.step(m.Version)
	if err := clearTimersTx(ctx, tx, d.t.ID, timerBoost); err != nil {
		return err
	}
	if err := s.waitsTx(ctx, tx, d.t, s.time(), d.N+1); err != nil {
		return err
	}
	s.changed(tx, d.t.SiteID, d.t.ID, 0)
	return s.moved(ctx, tx, d.fence, d.t)
}

// servesNow tells whether a queue hands out what comes at this moment: its hours are on and an agent is there.
func (s *Service) servesNow(there shift, q queueRow) (bool, error) {
	rules, err := readRules(q.Rules)
	if err != nil || !rules.hoursOr(there.hours).Serves(s.now(), s.now()) {
		return false, err
	}
	return there.in(q.ID, nil).agents > 0, nil
}
