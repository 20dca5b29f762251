package desk

import (
	"context"
	"time"

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

// due are the waiting tickets that are handed out at this moment. The others keep their place until the
// hours begin; an agent who is there may still take them.
func (s *Service) due(ctx context.Context, site int64, waiting []ticketRow) ([]ticketRow, error) {
	h, err := s.hoursOf(ctx, site)
	if err != nil || !h.On {
		return waiting, err
	}
	var due []ticketRow
	for _, t := range waiting {
		if h.Serves(s.now(), t.OpenedAt) {
			due = append(due, t)
		}
	}
	return due, nil
}

// dueTx is when a new ticket begins to wait: nil when it does so at once, or when nobody knows.
func (s *Service) dueTx(ctx context.Context, tx *storage.Tx, t ticketRow) (*time.Time, error) {
	site, err := s.sites.SiteTx(ctx, tx, t.SiteID)
	if err != nil {
		return nil, err
	}
	return closing(Live{}, site.Hours, t.OpenedAt, t.OpenedAt).OpensAt, nil
}

// waitsSince is from when a ticket's wait counts: what was written while closed, from the opening on.
func (t ticketRow) waitsSince() time.Time {
	if t.DueAt != nil {
		return *t.DueAt
	}
	return t.OpenedAt
}

// Attended tells whether an agent is there to answer on a site. It is a hook for the sites.
func (s *Service) Attended(ctx context.Context, site int64) (bool, error) {
	c, err := s.atWork(ctx, site)
	return c.agents > 0, err
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

// turns are the sites whose hours changed after last and until at, and when the next change is.
func (s *Service) turns(ctx context.Context, last, at time.Time) (turned set, next time.Time, err error) {
	turned, next = set{}, at.Add(hoursRecheck)
	timed, err := s.sites.Timed(ctx)
	for _, site := range timed {
		if turns, ok := site.Hours.Turns(last); ok && !turns.After(at) {
			turned[site.ID] = true
		}
		if turns, ok := site.Hours.Turns(at); ok && turns.Before(next) {
			next = turns
		}
	}
	return turned, next, err
}
