package desk

import (
	"cmp"
	"context"
	"time"

	"ichat/app/notify"
	"ichat/storage"
)

// The ladder of a visitor nobody answers: the agent who was given the ticket is called, then somebody else gets it,
// and after so many rounds the visitor is told that we are sorry and asked to leave a message. He goes on waiting at
// his place. A round is a stretch without an answer, whether an agent had the ticket or nobody could be found.

// ladderTx begins the ladder of a ticket that was just given to an agent, or goes on with it: its rounds count until
// somebody answers. An answered visitor waits for nobody. The caller writes t.
func (s *Service) ladderTx(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
	rules, err := s.rulesOf(ctx, tx, t.QueueID)
	if err != nil {
		return err
	}
	t.AnswerBy, t.Nudged = nil, 0
	if !t.unanswered() {
		return nil
	}
	at, a := s.time(), rules.Answer
	if a.NudgeS > 0 {
		if err := s.setTimerTx(ctx, tx, t, timerNudge, after(at, a.NudgeS), 0); err != nil {
			return err
		}
	}
	if a.RequeueS == 0 { // a round that began elsewhere must not end here
		return clearTimersTx(ctx, tx, t.ID, timerAnswer)
	}
	rounds, err := timerN(ctx, tx, t.ID, timerAnswer)
	if err != nil {
		return err
	}
	by := after(at, a.RequeueS)
	t.AnswerBy = &by
	return s.setTimerTx(ctx, tx, t, timerAnswer, by, rounds)
}

// givenTx begins the time of a ticket with an agent who was just given it. The caller writes t.
func (s *Service) givenTx(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
	if err := dropTimersTx(ctx, tx, t.ID); err != nil {
		return err
	}
	t.RepliedAt = nil
	if err := s.ladderTx(ctx, tx, t); err != nil || t.unanswered() {
		return err
	}
	return s.silenceTx(ctx, tx, t, s.time())
}

// unanswered tells whether the visitor waits for the first words of the agent who has the ticket.
func (t *ticketRow) unanswered() bool {
	return t.State == stateOpen && t.RepliedAt == nil && t.LastSenderID == t.VisitorID
}

func after(at time.Time, seconds int) time.Time { return at.Add(time.Duration(seconds) * time.Second) }

// answeredTx ends the ladder with the agent's first words.
func (s *Service) answeredTx(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
	tx.After(func() { s.tell.add(news{tickets: setOf(t.ID)}) })
	return clearTimersTx(ctx, tx, t.ID, timerNudge, timerAnswer)
}

// askedTx begins the ladder of a ticket that was passed on answered, when its visitor writes again. A call without
// an end would begin anew with each of his messages, so it is left to assignments.
func (s *Service) askedTx(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
	rules, err := s.rulesOf(ctx, tx, t.QueueID)
	if err != nil || rules.Answer.RequeueS == 0 {
		return err
	}
	if err := s.ladderTx(ctx, tx, t); err != nil || t.AnswerBy == nil {
		return err
	}
	tx.After(func() { s.tell.add(news{tickets: setOf(t.ID)}) })
	return tx.Do(ctx, `UPDATE tickets SET answer_by = ?, nudged = 0 WHERE id = ?`, storage.Time{Time: *t.AnswerBy}, t.ID)
}

// nudgeTx calls the agent.
func (s *Service) nudgeTx(ctx context.Context, tx *storage.Tx, d due) error {
	if !d.t.unanswered() {
		return nil
	}
	c, err := s.chat.LockTx(ctx, tx, d.t.ConversationID)
	if err != nil {
		return err
	}
	if err := s.notify.CallTx(ctx, tx, d.t.call(notify.CalledAgain, c.ID, c.Seq)); err != nil {
		return err
	}
	if err := s.eventTx(ctx, tx, d.t.ID, eventNudged, EventWhy{Rule: byNoAnswer, AfterS: d.rules.Answer.NudgeS, Agent: d.t.AgentID}); err != nil {
		return err
	}
	d.t.Nudged = 1
	d.t.step(0)
	tx.After(func() { s.tell.add(news{tickets: setOf(d.t.ID)}) })
	return s.moved(ctx, tx, d.fence, d.t)
}

// unansweredTx ends a round: the ticket goes to somebody else, and after the last round the visitor gets the apology.
func (s *Service) unansweredTx(ctx context.Context, tx *storage.Tx, d due) error {
	round, rule := d.N+1, d.rules.Answer
	switch {
	case rule.RequeueS == 0: // the rule is gone
		return nil
	case d.t.State == stateWaiting:
	case d.t.unanswered():
		why := EventWhy{Rule: byNoAnswer, AfterS: rule.RequeueS, Round: round}
		if err := s.requeueTx(ctx, tx, d.fence, d.t, byNoAnswer, why); err != nil {
			return err
		}
	default:
		return nil
	}
	switch {
	case rule.Times == 0 || d.t.Apologized == 1:
		return nil
	case round >= rule.Times:
		return s.apologizeTx(ctx, tx, d, round)
	}
	return s.setTimerTx(ctx, tx, d.t, timerAnswer, after(s.time(), rule.RequeueS), round)
}

func (s *Service) apologizeTx(ctx context.Context, tx *storage.Tx, d due, rounds int) error {
	text := cmp.Or(d.rules.telling(d.t.Locale).Apology, builtInFor(d.t.Locale).apology)
	m, err := s.chat.SystemSaysTx(ctx, tx, d.t.ConversationID, "ticket.apology", nil, text)
	if err != nil {
		return err
	}
	if err := s.eventTx(ctx, tx, d.t.ID, eventApologized, EventWhy{Rule: byNoAnswer, Round: rounds}); err != nil {
		return err
	}
	d.t.Apologized = 1
	d.t.step(m.Version)
	s.changed(tx, d.t.SiteID, d.t.ID, 0)
	return s.moved(ctx, tx, d.fence, d.t)
}
