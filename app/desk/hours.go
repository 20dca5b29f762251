package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/sites"
	"ichat/storage"
)

// hoursRecheck bounds how late a wake-up may be that no timer of ours could see coming: another process
// changed the hours, or the machine slept.
const hoursRecheck = time.Minute

func (s *Service) hoursOf(ctx context.Context, site int64) (sites.Hours, error) {
	known, err := s.sites.Known(ctx, site)
	return known.Hours, err
}

// closing puts on l what the hours say to a visitor who waits since then, or would begin at that moment.
func closing(l Live, h sites.Hours, at, since time.Time) Live {
	if l.Closed = !h.Serves(at, since); !l.Closed {
		return l
	}
	l.Away, l.Estimate = true, nil
	if opens, ok := h.Next(at); ok {
		opens = opens.UTC()
		l.OpensAt = &opens
	}
	return l
}

// dueTx is when a new ticket of a queue begins to wait: nil when it does so at once, or when nobody knows.
func (s *Service) dueTx(ctx context.Context, tx *storage.Tx, t ticketRow, q *line) (*time.Time, error) {
	site, err := s.sites.SiteTx(ctx, tx, t.SiteID)
	if err != nil {
		return nil, err
	}
	return closing(Live{}, q.rules.hoursOr(site.Hours), t.OpenedAt, t.OpenedAt).OpensAt, nil
}

// waitsSince is from when a ticket's wait counts: what was written while closed, from the opening on.
func (t ticketRow) waitsSince() time.Time {
	if t.DueAt != nil {
		return *t.DueAt
	}
	return t.OpenedAt
}

// Attended tells whether an agent is there to answer in some queue of a site, within its hours. It is a hook for the
// sites.
func (s *Service) Attended(ctx context.Context, site int64) (bool, error) {
	there, err := s.atWork(ctx, site)
	if err != nil {
		return false, err
	}
	now := s.now()
	return slices.ContainsFunc(there.lines.standing(), func(q *line) bool {
		return there.in(q.ID, nil).agents > 0 && q.rules.hoursOr(there.hours).Serves(now, now)
	}), nil
}

// SiteChanged hears that a site, and perhaps its hours, is another. It is a hook for sites.OnChange.
func (s *Service) SiteChanged(site int64) {
	s.rules.forget() // it may have been a queue of the site that changed
	s.work.add(news{sites: setOf(site)})
	select {
	case s.hours <- struct{}{}:
	default: // awake already
	}
}

// keepHours wakes Dispatch when a site opens, closes or takes nothing new any more.
func (s *Service) keepHours(ctx context.Context) {
	last := s.now()
	for {
		at := s.now()
		turned, next, err := s.turns(ctx, last, at)
		if err != nil {
			missed(ctx, s.log, "hours not read", err)
		} else {
			last = at
			s.work.add(news{sites: turned})
		}
		timer := time.NewTimer(min(next.Sub(at), hoursRecheck))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-s.hours:
			timer.Stop()
		}
	}
}

// turns are the sites whose hours, or those of a queue, changed after last and until at, and when the next change is.
func (s *Service) turns(ctx context.Context, last, at time.Time) (turned set, next time.Time, err error) {
	turned, next = set{}, at.Add(hoursRecheck)
	timed, err := s.sites.Timed(ctx)
	look := func(site int64, h sites.Hours) {
		if turns, ok := h.Turns(last); ok && !turns.After(at) {
			turned[site] = true
		}
		if turns, ok := h.Turns(at); ok && turns.Before(next) {
			next = turns
		}
	}
	for _, site := range timed {
		look(site.ID, site.Hours)
	}
	queues, err2 := timedQueues(ctx, s.db.R)
	for _, q := range queues {
		rules, err := readRules(q.Rules)
		if err != nil {
			return turned, next, fmt.Errorf("rules of queue %d: %w", q.ID, err)
		}
		if rules.Hours != nil {
			look(q.SiteID, *rules.Hours)
		}
	}
	return turned, next, errors.Join(err, err2)
}

// timedQueues lists the queues with hours of their own.
func timedQueues(ctx context.Context, q bun.IDB) ([]queueRow, error) {
	var rows []queueRow
	err := q.NewSelect().Model(&rows).Where("q.timed = 1").Where("q.removed_at IS NULL").OrderExpr("q.id").Scan(ctx)
	return rows, err
}
