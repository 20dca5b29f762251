package desk

import (
	"context"
	"errors"
	"sync"
	"time"

	"ichat/app/fault"
	"ichat/storage"
)

// handedAtOnce is how many tickets are given away side by side on PostgreSQL, each in a write of its own. SQLite has one writer.
const handedAtOnce = 4

// handing is a ticket on its way to an agent, beside others. They begin and end in their order. One begins when the one
// before it waits for no lock any more: somebody else may hold what that one waits for, and wait for what this one would
// hold, in a ring that the database cannot see. One ends when what came of those before it is known.
type handing struct {
	ticket   ticketRow
	agent    *candidate
	why      Why
	servedAt time.Time // when the agent was last served before it
	before   *handing  // who goes first; nil when nobody does
	followed bool      // somebody comes behind it
	err      error     // what came of it; known once done is closed

	once   sync.Once
	locked chan struct{} // closed once it has all its locks, or ended
	done   chan struct{}
}

// newHanding puts a ticket behind those that go first.
func newHanding(t ticketRow, agent *candidate, why Why, first []*handing) *handing {
	h := &handing{ticket: t, agent: agent, why: why, servedAt: agent.ServedAt, locked: make(chan struct{}), done: make(chan struct{})}
	if len(first) > 0 {
		h.before = first[len(first)-1]
		h.before.followed = true
	}
	return h
}

// begins waits until those before it have their locks.
func (h *handing) begins(ctx context.Context) error {
	for first := h.before; first != nil; first = first.before {
		select {
		case <-first.locked:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// hasLocks lets the next one begin.
func (h *handing) hasLocks() { h.once.Do(func() { close(h.locked) }) }

func (h *handing) ended(err error) {
	h.err = err
	h.hasLocks()
	close(h.done)
}

// lastLockTx takes, for the one who is followed, the last of the locks that its write needs: that of the agent's list.
func (s *Service) lastLockTx(ctx context.Context, tx *storage.Tx, h *handing) error {
	if h == nil || !h.followed {
		return nil
	}
	if err := s.chat.LockListTx(ctx, tx, h.agent.Person); err != nil {
		return err
	}
	h.hasLocks()
	return nil
}

// turn waits until what came of those before is known, and refuses when one of them still waits: the order holds even if
// this node dies in between.
func (h *handing) turn(ctx context.Context) error {
	if h == nil {
		return nil
	}
	for first := h.before; first != nil; first = first.before {
		select {
		case <-first.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if first.ends(ctx) != nil {
			return errAnew
		}
	}
	return nil
}

// ends is the reason for which what came of a ticket ends the round; nil when those behind it can be handed out.
func (h *handing) ends(ctx context.Context) error {
	switch err := h.err; {
	case errors.Is(err, errAway), errors.Is(err, errBusy), errors.Is(err, errFull), errors.Is(err, errFullHere):
		return errAnew // the seats are not what was read
	case errors.Is(err, errAnew), errors.Is(err, errFenced), fault.Is(err, fault.Unavailable):
		return err
	case err != nil && ctx.Err() != nil:
		return err
	}
	return nil
}

// handTo gives a ticket to its agent after those before it, with the names of those whom the reason speaks of.
func (s *Service) handTo(ctx context.Context, f fence, h *handing) error {
	agent := h.agent.Person
	ids := []int64{agent}
	for _, other := range h.why.Skipped {
		ids = append(ids, other.PersonID)
	}
	who, err := s.people.PeopleByID(ctx, ids)
	if err != nil {
		return err
	}
	if err := h.begins(ctx); err != nil {
		return err
	}
	t, err := s.hand(ctx, f, h.ticket, who[agent], h.why.named(who), h)
	if err == nil {
		s.assigned.Add(1)
		s.log.InfoContext(ctx, "ticket assigned", "ticket", t.ID, "agent", agent, "waited", s.now().Sub(t.OpenedAt))
	}
	return err
}
