package desk

import (
	"context"
	"strings"
	"time"

	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// rateWithin is how long after the end of a conversation a visitor may rate it, and change his mind.
const rateWithin = 24 * time.Hour

var (
	errNothingToRate  = fault.New(fault.Conflict, "there is no conversation to rate yet")
	errTooLateToRate  = fault.New(fault.Conflict, "it is too late to rate this conversation")
	errNotYoursToAsk  = fault.New(fault.Denied, "only the agent who has this conversation, or a supervisor, can ask for a rating")
	errRated          = fault.New(fault.Conflict, "the visitor has rated this conversation already")
	errNotLastToRate  = fault.New(fault.Conflict, "the visitor has a newer conversation")
	errNobodyAnswered = fault.New(fault.Conflict, "nobody has answered this conversation yet")
)

// Rating is what a visitor thinks of how he was served: 1 to 5 stars, and why.
type Rating struct {
	Stars   int    `json:"stars" minimum:"1" maximum:"5"`
	Comment string `json:"comment" maxLength:"1000" required:"false"`
}

// rating is nil while the visitor has given none.
func (t ticketRow) rating() *Rating {
	if t.Stars == 0 {
		return nil
	}
	return &Rating{Stars: t.Stars, Comment: t.Comment}
}

// rateable says why a ticket cannot be rated now. What nobody took has nobody to rate.
func (t ticketRow) rateable(now time.Time) error {
	switch {
	case t.AgentID == 0:
		return errNothingToRate
	case t.ClosedAt != nil && now.Sub(*t.ClosedAt) > rateWithin:
		return errTooLateToRate
	}
	return nil
}

// Rate keeps, or changes, what a visitor thinks of his last ticket: while it is open and for a day after.
func (s *Service) Rate(ctx context.Context, site, visitor int64, r Rating) (Live, error) {
	t, ok, err := s.lastOf(ctx, site, visitor)
	if err != nil {
		return Live{}, err
	}
	if !ok {
		return Live{}, errNothingToRate
	}
	t, err = s.touch(ctx, t, func(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
		if err := t.rateable(s.now()); err != nil {
			return err
		}
		at := s.time()
		t.Stars, t.Comment, t.RatedAt = r.Stars, strings.TrimSpace(r.Comment), &at
		return rated(ctx, tx, t)
	})
	if err != nil {
		return Live{}, err
	}
	return s.liveOf(ctx, t)
}

// AskRating invites the visitor of a ticket to rate it; he sees the question when he comes back, too. Asking
// twice is asking once.
func (s *Service) AskRating(ctx context.Context, by, ticket int64) error {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return err
	}
	_, err = s.touch(ctx, t, func(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
		if t.AgentID != by && !people.Leads(role) {
			return errNotYoursToAsk
		}
		last, _, err := lastTicket(ctx, tx, t.ConversationID)
		if err != nil {
			return err
		}
		switch {
		case last.ID != t.ID:
			return errNotLastToRate
		case t.AgentID == 0:
			return errNobodyAnswered
		case t.Stars != 0:
			return errRated
		}
		if err := t.rateable(s.now()); err != nil {
			return err
		}
		at := s.time()
		t.AskedAt = &at
		return rated(ctx, tx, t)
	})
	return err
}

func rated(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
	_, err := tx.NewUpdate().Model(t).Column("stars", "comment", "rated_at", "asked_at", "version").WherePK().Exec(ctx)
	return err
}

// touch changes something of a ticket that is no move, under its conversation's lock, and tells everybody.
// change writes the version too.
func (s *Service) touch(ctx context.Context, known ticketRow, change func(ctx context.Context, tx *storage.Tx, t *ticketRow) error) (t ticketRow, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if t, err = s.lockTicket(ctx, tx, known); err != nil {
			return err
		}
		t.step(0)
		tx.After(func() { s.tell.add(news{tickets: setOf(known.ID)}) })
		return change(ctx, tx, &t)
	})
	return t, err
}

// lastOf finds the newest ticket of a visitor; ok is false when he has none.
func (s *Service) lastOf(ctx context.Context, site, visitor int64) (t ticketRow, ok bool, err error) {
	c, err := s.chat.Live(ctx, site, visitor)
	if fault.Is(err, fault.NotFound) {
		return ticketRow{}, false, nil
	}
	if err != nil {
		return ticketRow{}, false, err
	}
	return lastTicket(ctx, s.db.R, c.ID)
}
