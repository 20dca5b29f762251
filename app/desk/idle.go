package desk

import (
	"cmp"
	"context"
	"errors"
	"time"

	"ichat/storage"
)

// What the visitor left: when he is silent since the agent's last words he is warned, then his conversation is
// closed, and earlier when he is not there any more. While he waits for an answer nothing of this happens, and a
// word of his ends it: the agent's next one begins anew.

// silenceTx begins the visitor's silence with the words of an agent.
func (s *Service) silenceTx(ctx context.Context, tx *storage.Tx, t *ticketRow, at time.Time) error {
	rules, err := s.rulesOf(ctx, tx, t.QueueID)
	if err != nil {
		return err
	}
	r := rules.Idle
	for _, one := range []struct {
		kind  string
		after int
		on    bool
	}{
		{timerIdleWarn, r.WarnS, r.WarnS > 0},
		{timerIdleClose, r.CloseS, r.CloseS > 0},
		{timerGone, r.GoneS, r.GoneS > 0 && !s.hub.Front().Present(t.VisitorID)},
	} {
		if !one.on {
			continue
		}
		if err := s.setTimerTx(ctx, tx, t, one.kind, after(at, one.after), 0); err != nil {
			return err
		}
	}
	return nil
}

// left tells whether the visitor has the last word to himself: he was answered and says nothing.
func (t *ticketRow) left() bool { return t.State == stateOpen && t.LastSenderID != t.VisitorID }

func (s *Service) idleWarnTx(ctx context.Context, tx *storage.Tx, d due) error {
	rule := d.rules.Idle
	if rule.WarnS == 0 || !d.t.left() {
		return nil
	}
	text := cmp.Or(d.rules.telling(d.t.Locale).IdleWarning, builtInFor(d.t.Locale).warning(rule.CloseS-rule.WarnS))
	m, err := s.chat.SystemSaysTx(ctx, tx, d.t.ConversationID, "ticket.idle_warning", nil, text)
	if err != nil {
		return err
	}
	if err := s.eventTx(ctx, tx, d.t.ID, eventIdleWarned, EventWhy{Rule: byIdle, AfterS: rule.WarnS, Agent: d.t.AgentID}); err != nil {
		return err
	}
	d.t.step(m.Version)
	tx.After(func() { s.tell.add(news{tickets: setOf(d.t.ID)}) })
	return s.moved(ctx, tx, d.fence, d.t)
}

func (s *Service) idleCloseTx(ctx context.Context, tx *storage.Tx, d due) error {
	if d.rules.Idle.CloseS == 0 || !d.t.left() {
		return nil
	}
	return s.closeByRuleTx(ctx, tx, d, byIdle, d.rules.Idle.CloseS)
}

func (s *Service) goneTx(ctx context.Context, tx *storage.Tx, d due) error {
	if d.rules.Idle.GoneS == 0 || !d.t.left() || s.hub.Front().Present(d.t.VisitorID) {
		return nil
	}
	return s.closeByRuleTx(ctx, tx, d, byGone, d.rules.Idle.GoneS)
}

func (s *Service) closeByRuleTx(ctx context.Context, tx *storage.Tx, d due, by string, afterS int) error {
	if err := s.eventTx(ctx, tx, d.t.ID, eventClosed, EventWhy{Rule: by, AfterS: afterS, Agent: d.t.AgentID}); err != nil {
		return err
	}
	return s.closeTx(ctx, tx, d.t, by, by)
}

// leaving begins the time after which the conversations of a visitor who is not there any more are closed.
func (s *Service) leaving(ctx context.Context, visitor int64) error {
	tickets, err := openWith(ctx, s.db.R, visitor)
	if err != nil {
		return err
	}
	var failures []error
	for _, known := range tickets {
		rules, err := s.rulesOf(ctx, s.db.R, known.QueueID)
		if err != nil {
			return err
		}
		if rules.Idle.GoneS == 0 || !known.left() || s.hub.Front().Present(visitor) {
			continue
		}
		failures = append(failures, s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
			t, err := s.lockTicket(ctx, tx, known)
			if err != nil || !t.left() {
				return err
			}
			return s.setTimerTx(ctx, tx, &t, timerGone, after(s.time(), rules.Idle.GoneS), 0)
		}))
	}
	return errors.Join(failures...)
}
