package desk

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"
)

// pageMost is the longest page of tickets.
const pageMost = 100

// stateMissed is not a state of its own: a ticket that was closed before anybody answered.
const stateMissed = "missed"

// TicketFilter chooses tickets of one's sites, newest first. What is zero restricts nothing.
type TicketFilter struct {
	Site, Queue, Agent int64
	State              string // waiting, open, closed or missed
	Rating             int
	From, To           time.Time // opened then or later, and before
	Before             int64     // a ticket: only those behind it in the list
	Limit              int64

	behind ticketRow // Before's
}

// apply restricts to one site, so that every combination walks an index from its newest end.
func (f TicketFilter) apply(q *bun.SelectQuery) *bun.SelectQuery {
	q = q.Where("t.site_id = ?", f.Site)
	if f.Queue != 0 {
		q = q.Where("t.queue_id = ?", f.Queue)
	}
	if f.Agent != 0 {
		q = q.Where("t.agent_id = ?", f.Agent)
	}
	switch f.State {
	case "":
	case stateMissed:
		q = q.Where("t.state = ?", stateClosed).Where("t.answered_at IS NULL")
	default:
		q = q.Where("t.state = ?", f.State)
	}
	if f.Rating != 0 {
		q = q.Where("t.stars = ?", f.Rating).Where("t.stars > 0") // the index has only those that are rated
	}
	if !f.From.IsZero() {
		q = q.Where("t.opened_at >= ?", f.From.UTC())
	}
	switch {
	case f.Before != 0 && (f.To.IsZero() || f.behind.OpenedAt.Before(f.To)):
		q = q.Where("(t.opened_at, t.id) < (?, ?)", f.behind.OpenedAt.UTC(), f.behind.ID)
	case !f.To.IsZero():
		q = q.Where("t.opened_at < ?", f.To.UTC())
	}
	return q.OrderExpr("t.opened_at DESC, t.id DESC").Limit(f.Limit)
}

func listTickets(ctx context.Context, q bun.IDB, f TicketFilter) ([]ticketRow, error) {
	var rows []ticketRow
	err := f.apply(q.NewSelect().Model(&rows)).Scan(ctx)
	return rows, err
}

// Tickets lists the tickets of a member's sites, newest first. A site, queue or ticket that is not his is
// not found; an agent who never was on them has no tickets there.
func (s *Service) Tickets(ctx context.Context, by int64, f TicketFilter) (TicketPage, error) {
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return TicketPage{}, errInvalid.With("to", "must be after the beginning")
	}
	sites, err := s.narrow(ctx, by, &f)
	if err != nil {
		return TicketPage{}, err
	}
	limit := min(max(f.Limit, 1), pageMost)
	f.Limit = limit + 1
	var rows []ticketRow
	for _, f.Site = range sites { // one statement for all of them would sort what an index has in order
		more, err := listTickets(ctx, s.db.R, f)
		if err != nil {
			return TicketPage{}, err
		}
		rows = append(rows, more...)
	}
	slices.SortFunc(rows, newestFirst)
	more := int64(len(rows)) > limit
	if more {
		rows = rows[:limit]
	}
	tickets, err := s.views(ctx, rows)
	return TicketPage{Tickets: tickets, More: more}, err
}

// narrow looks up what the filter names and returns the sites to look on.
func (s *Service) narrow(ctx context.Context, by int64, f *TicketFilter) ([]int64, error) {
	sites, err := s.sitesOf(ctx, by)
	if err != nil {
		return nil, err
	}
	if f.Before != 0 {
		if f.behind, _, err = s.ticketFor(ctx, by, f.Before); err != nil {
			return nil, err
		}
	}
	if f.Site != 0 {
		if !slices.Contains(sites, f.Site) {
			return nil, errNoSite
		}
		sites = []int64{f.Site}
	}
	if f.Queue == 0 {
		return sites, nil
	}
	site, err := siteOfQueue(ctx, s.db.R, f.Queue)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(sites, site) {
		return nil, errNoQueue
	}
	return []int64{site}, nil
}

func newestFirst(a, b ticketRow) int {
	if c := b.OpenedAt.Compare(a.OpenedAt); c != 0 {
		return c
	}
	return int(b.ID - a.ID)
}
