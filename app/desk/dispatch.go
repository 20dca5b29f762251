package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"ichat/app/sites"
	"ichat/storage"
)

// Run works the desk until ctx ends: Dispatch hands out what waits, a second goroutine tells everybody.
// It begins with what a stopped server left behind.
func (s *Service) Run(ctx context.Context) error {
	if err := s.resume(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	var all sync.WaitGroup
	all.Go(func() { s.work.serve(storage.Tally(ctx, &s.queries), s.dispatch) })
	all.Go(func() { s.tell.serve(ctx, s.telling) })
	all.Go(func() { s.boards.serve(ctx, s.showing) })
	all.Go(func() { s.looking(ctx) })
	all.Go(func() { s.keepHours(ctx) })
	all.Go(func() { s.keepTime(ctx) })
	if s.db.Postgres() {
		all.Go(func() { s.beat(ctx) })
	}
	if s.hub.Several() {
		all.Go(func() { s.watching(ctx) })
	}
	all.Wait()
	freed, err := s.leases.release(context.WithoutCancel(ctx))
	s.passOn(topicFreed, hint{Sites: freed})
	return err
}

// dispatch is the only one who works the queues. It is woken by what happened (a ticket opened or went
// back, a place freed, an agent came, left or changed his mind); the clock only finds what got lost between nodes.
func (s *Service) dispatch(ctx context.Context, n news) (failed news) {
	defer behind(ctx, s.log, "handing out", time.Now())
	var others hint
	for _, person := range n.left.list() {
		if err := s.leaving(ctx, person); err != nil {
			missed(ctx, s.log, "the time of a visitor who left not begun", err, "visitor", person)
			failed.merge(news{left: setOf(person)})
		}
	}
	for _, agent := range n.came.list() {
		if err := s.returned(ctx, agent); err != nil {
			missed(ctx, s.log, "the absence of an agent not ended", err, "agent", agent)
			failed.merge(news{came: setOf(agent)})
		}
	}
	for _, agent := range union(n.gone, n.heardGone).list() {
		elsewhere, err := s.absent(ctx, agent)
		if err != nil {
			missed(ctx, s.log, "tickets not taken back", err, "agent", agent)
			failed.merge(news{gone: setOf(agent)})
		}
		if elsewhere && n.gone[agent] {
			others.Gone = append(others.Gone, agent)
		}
	}
	sites, err := s.sitesOfSeats(ctx, n.seats)
	if err != nil {
		missed(ctx, s.log, "sites of agents not found", err)
		failed.merge(news{seats: n.seats})
	}
	sites.add(n.sites)
	for _, site := range union(sites, n.heard).list() {
		mine, err := s.serve(ctx, site)
		if err != nil {
			missed(ctx, s.log, "queue not worked", err, "site", site)
			failed.merge(news{sites: setOf(site)})
		}
		if !mine && sites[site] {
			others.Sites = append(others.Sites, site)
		}
	}
	s.passOn(topicNews, others)
	return failed
}

// serve works the queue of a site, if that is for this node to do. Who works it also tells the places.
func (s *Service) serve(ctx context.Context, site int64) (mine bool, err error) {
	f, mine, err := s.leases.hold(ctx, site)
	if err != nil || !mine {
		return mine, err
	}
	err = s.round(ctx, f, site)
	if errors.Is(err, errFenced) {
		s.log.WarnContext(ctx, "lease of a queue lost", "site", site)
		s.leases.forget(site)
	}
	s.tell.add(news{sites: setOf(site)})
	return true, err
}

// leastPage is how many waiting tickets a round reads at least: a few more than there is room for, because
// somebody may be quicker.
const leastPage = 8

// handedMost is how many tickets a round hands out before the next one looks at the queue anew: somebody may have
// come back to a place before those who are left.
const handedMost = 16

// round hands out what waits on a site while somebody can take it: of all queues in which there is room now, who is
// first by priority and arrival comes first. A queue whose agents are all full does not hold up another one, nor does
// a ticket that cannot be handed out for a reason of its own hold up those behind it. With nobody free, how many wait
// is no matter.
func (s *Service) round(ctx context.Context, f fence, site int64) error {
	seats, err := s.candidates(ctx, site)
	if err != nil {
		return err
	}
	all, err := s.linesOf(ctx, s.db.R, site)
	if err != nil {
		return err
	}
	h, err := s.hoursOf(ctx, site)
	if err != nil {
		return err
	}
	r := &round{desk: s, fence: f, site: site, seats: seats, hours: h, at: s.time(), atOnce: 1}
	if s.db.Postgres() {
		r.atOnce = handedAtOnce
	}
	for _, q := range all {
		if q.rules.Auto && q.rules.hoursOr(h).Open(r.at) && q.hasRoom(seats) {
			r.open = append(r.open, q)
		}
	}
	return r.run(ctx)
}

// round is one on its way.
type round struct {
	desk     *Service
	fence    fence
	site     int64
	seats    []*candidate
	hours    sites.Hours // the site's
	at       time.Time
	open     lines // the queues in which somebody has room
	atOnce   int   // tickets handed out side by side
	handed   int
	failures []error
}

// errAnew ends a round that has to begin anew: things are not as it read them, or it has handed out enough.
var errAnew = errors.New("the round begins anew")

func (r *round) run(ctx context.Context) error {
	for after, more := (ticketRow{}), true; more && len(r.open) > 0; {
		queues := make([]int64, len(r.open))
		for i, q := range r.open {
			queues[i] = q.ID
		}
		limit := r.room() + leastPage
		page, err := nextWaiting(ctx, r.desk.db.R, queues, after, limit)
		if err != nil {
			return errors.Join(append(r.failures, err)...)
		}
		more = len(page) == limit
		for len(page) > 0 {
			var chosen []*handing
			chosen, after, page = r.choose(page)
			switch err := r.handOut(ctx, chosen); {
			case errors.Is(err, errAnew):
				r.desk.work.add(news{sites: setOf(r.site)})
				return errors.Join(r.failures...)
			case err != nil:
				return err
			}
		}
	}
	return errors.Join(r.failures...)
}

// room is how many tickets can be handed out yet, at most as many as one round does.
func (r *round) room() (n int) {
	for _, c := range r.seats {
		if c.State == seatOnline && c.Connected {
			n += max(c.Cap-c.Load, 0)
		}
	}
	return min(n, handedMost)
}

// choose finds agents for the first tickets that somebody can get, no more than are handed out at once, and for each another
// agent. It returns the last one it looked at, and those that are left.
func (r *round) choose(page []ticketRow) (chosen []*handing, last ticketRow, rest []ticketRow) {
	for i, t := range page {
		q := r.open.of(t.QueueID)
		last, rest = t, page[i+1:]
		if q == nil || !q.rules.hoursOr(r.hours).Serves(r.at, t.OpenedAt) {
			continue
		}
		agent, why := pick(q, r.seats, t)
		if agent == nil {
			if t.PassedBy == 0 || !q.hasRoom(r.seats) { // who passed it on may have room for those behind
				r.open = slices.DeleteFunc(r.open, func(o *line) bool { return o == q })
			}
			continue
		}
		if slices.ContainsFunc(chosen, func(h *handing) bool { return h.agent == agent }) {
			return chosen, last, page[i:] // his seat is locked until the other one has arrived
		}
		chosen = append(chosen, newHanding(t, agent, why, chosen))
		agent.given(q.ID, r.at)
		if r.handed++; len(chosen) == r.atOnce || r.handed == handedMost {
			break
		}
	}
	return chosen, last, rest
}

// handOut gives the chosen tickets to their agents.
func (r *round) handOut(ctx context.Context, chosen []*handing) error {
	var all []func() error
	for _, h := range chosen {
		all = append(all, func() error {
			h.ended(r.desk.handTo(ctx, r.fence, h))
			return nil
		})
	}
	together(all, len(all))
	for _, h := range chosen {
		switch ends := h.ends(ctx); {
		case ends != nil:
			return ends
		case errors.Is(h.err, errTaken), errors.Is(h.err, errClosed):
			// Somebody was quicker; his change has been told, so the seats are looked at again soon.
			h.agent.notGiven(h.ticket.QueueID, h.servedAt)
		case h.err != nil:
			r.failures = append(r.failures, h.err)
		}
	}
	if r.handed >= handedMost {
		return errAnew
	}
	return nil
}

// sitesOfSeats are the sites where any of these people, if they have a seat at all, may take tickets.
func (s *Service) sitesOfSeats(ctx context.Context, persons set) (set, error) {
	sites := set{}
	if len(persons) == 0 {
		return sites, nil
	}
	rows, err := seatsByID(ctx, s.db.R, persons.list())
	if err != nil {
		return sites, err
	}
	theirs, err := s.people.SitesOfEach(ctx, personsOf(rows))
	for _, list := range theirs {
		sites.add(setOf(list...))
	}
	return sites, err
}

func personsOf(rows []seatRow) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.PersonID
	}
	return ids
}

func (s *Service) sitesOf(ctx context.Context, person int64) ([]int64, error) {
	roles, err := s.people.SitesOf(ctx, person)
	sites := make([]int64, len(roles))
	for i, r := range roles {
		sites[i] = r.SiteID
	}
	return sites, err
}
