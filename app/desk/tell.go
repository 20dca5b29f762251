package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"ichat/app/hub"
)

// telling pushes what changed, as the database has it now. One goroutine does it for all, so frames about
// the same thing leave in the order of the truth, and many changes at once become one frame.
func (s *Service) telling(ctx context.Context, n news) (failed news) {
	if err := s.tellTickets(ctx, n.tickets, s.everywhere()); err != nil {
		missed(ctx, s.log, "tickets not told", err)
		failed.merge(news{tickets: n.tickets})
	}
	if err := s.tellSeats(ctx, n.seats, s.everywhere()); err != nil {
		missed(ctx, s.log, "seats not told", err)
		failed.merge(news{seats: n.seats})
	}
	for _, site := range n.sites.list() {
		if s.resting(site) {
			continue
		}
		if err := s.tellPlaces(ctx, site, s.told, s.everywhere()); err != nil {
			missed(ctx, s.log, "places not told", err, "site", site)
			failed.merge(news{sites: setOf(site)})
		}
	}
	failed.merge(s.tellingHere(ctx, n))
	return failed
}

// tellingHere tells those who are connected to this node what other nodes may have told in vain.
func (s *Service) tellingHere(ctx context.Context, n news) (failed news) {
	if err := s.tellTickets(ctx, n.lostTickets, s.here()); err != nil {
		missed(ctx, s.log, "tickets not told again", err)
		failed.merge(news{lostTickets: n.lostTickets})
	}
	if err := s.tellSeats(ctx, n.lostSeats, s.here()); err != nil {
		missed(ctx, s.log, "seats not told again", err)
		failed.merge(news{lostSeats: n.lostSeats})
	}
	for _, site := range n.lostPlaces.list() {
		if time.Now().Before(s.toldHere[site].rest) {
			continue // the next round asks again
		}
		if err := s.tellPlaces(ctx, site, s.toldHere, s.here()); err != nil {
			missed(ctx, s.log, "places not told again", err, "site", site)
		}
	}
	return failed
}

// tellTickets tells the agents of the site, and the visitor unless the ticket waits: his place is told
// when Dispatch has gone over the queue.
func (s *Service) tellTickets(ctx context.Context, tickets set, to reach) error {
	if len(tickets) == 0 {
		return nil
	}
	rows, err := ticketsByID(ctx, s.db.R, tickets.list())
	if err != nil {
		return err
	}
	views, err := s.views(ctx, rows)
	if err != nil {
		return err
	}
	there := map[int64]shift{}
	for i, t := range rows {
		s.seen.ticket(t)
		to.group(groupOf(t.SiteID), hub.Frame{Type: "ticket", Data: views[i], Patient: true, Now: concerned(views[i])})
		to.board(t.SiteID)
		delete(s.told[t.SiteID].places, t.ID)
		if t.State == stateWaiting {
			continue
		}
		c, known := there[t.SiteID]
		if !known {
			if c, err = s.atWork(ctx, t.SiteID); err != nil {
				return err
			}
			there[t.SiteID] = c
		}
		l, err := s.liveWith(ctx, t, c)
		if err != nil {
			return err
		}
		to.live(t, l)
	}
	return nil
}

// concerned are those who work on a ticket.
func concerned(t Ticket) []int64 {
	var list []int64
	if t.Agent != nil {
		list = append(list, t.Agent.ID)
	}
	for _, g := range t.Guests {
		list = append(list, g.ID)
	}
	return list
}

// tellSeats tells the colleagues of each person who has a seat, and makes sure that he is told of them.
func (s *Service) tellSeats(ctx context.Context, persons set, to reach) error {
	rows, err := seatsByID(ctx, s.db.R, persons.list())
	if err != nil || len(rows) == 0 {
		return err
	}
	seats, err := s.seatViews(ctx, 0, rows)
	if err != nil {
		return err
	}
	all, err := s.people.SitesOfEach(ctx, personsOf(rows))
	if err != nil {
		return err
	}
	for i, seat := range seats {
		sites := all[seat.Person.ID]
		s.seen.seat(seat.Person.ID, seatMark{version: seat.Version, load: seat.Load})
		s.join(seat.Person.ID, sites)
		for _, site := range sites {
			if err := s.tellSeat(ctx, site, seat, rows[i].State, to); err != nil {
				return err
			}
			to.board(site)
		}
	}
	return nil
}

// tellSeat tells the agents of a site of a seat as others see it, and who is invisible of his own as it is.
func (s *Service) tellSeat(ctx context.Context, site int64, seat Seat, state string, to reach) error {
	if state != seatInvisible {
		to.group(groupOf(site), hub.Frame{Type: "seat", Data: seat, Patient: true, Now: []int64{seat.Person.ID}})
		return nil
	}
	agents, err := s.people.AgentsOf(ctx, site)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(agents, func(a int64) bool { return a == seat.Person.ID })
	to.people(others, hub.Frame{Type: "seat", Data: seat})
	seat.State, seat.Present = state, s.hub.Front().Present(seat.Person.ID)
	to.people([]int64{seat.Person.ID}, hub.Frame{Type: "seat", Data: seat})
	return nil
}

// tellings is what the visitors who wait on a site were told last, under one lease of its queue.
type tellings struct {
	epoch  int64
	places map[int64]Live // by ticket
	rest   time.Time      // until when a long queue is left alone
	due    bool           // it will be told when that is over
}

// In a queue of more than longQueue every change is another place for everybody behind; they are told at most
// this often, so that agents need not wait for it.
const (
	longQueue    = 100
	longQueueNap = 300 * time.Millisecond
)

// resting tells whether the places of a site were told a moment ago, and sees to it that they are told again.
func (s *Service) resting(site int64) bool {
	told := s.told[site]
	left := time.Until(told.rest)
	if left <= 0 {
		return false
	}
	if !told.due {
		told.due = true
		s.told[site] = told
		time.AfterFunc(left, func() { s.tell.add(news{sites: setOf(site)}) })
	}
	return true
}

// tellPlaces tells the waiting visitors of a site whose place or estimate is another than they were told.
func (s *Service) tellPlaces(ctx context.Context, site int64, all map[int64]tellings, to reach) error {
	waiting, err := queueOn(ctx, s.db.R, site)
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		delete(all, site)
		return nil
	}
	there, err := s.atWork(ctx, site)
	if err != nil {
		return err
	}
	told := all[site]
	if epoch := s.leases.epoch(site); told.epoch != epoch {
		told = tellings{epoch: epoch} // another node told them since
	}
	queues, lengths := map[int64]*walk{}, map[int64]int{}
	for _, t := range waiting {
		lengths[t.QueueID]++
	}
	now := make(map[int64]Live, len(waiting))
	for _, t := range waiting {
		q := queues[t.QueueID]
		if q == nil {
			q = &walk{crew: there.in(t.QueueID, lengths)}
			if q.handling, err = recentHandling(ctx, s.db.R, t.QueueID); err != nil {
				return err
			}
			queues[t.QueueID] = q
		}
		q.place++
		l := s.waits(live(t, q.crew.agents), t, there, *q)
		now[t.ID] = l
		if last, was := told.places[t.ID]; !was || !last.same(l) {
			to.live(t, l)
		}
	}
	told.places, told.due = now, false
	if len(waiting) > longQueue {
		told.rest = time.Now().Add(longQueueNap)
	}
	all[site] = told
	return nil
}

// walk is what is needed to go along a queue and tell everybody how he stands.
type walk struct {
	crew     crew
	handling []time.Duration
	place    int
}

// walkTo is what is needed to tell one who waits.
func (s *Service) walkTo(ctx context.Context, t ticketRow, there shift, place int) (walk, error) {
	waiting, err := queueLengths(ctx, s.db.R, t.SiteID)
	if err != nil {
		return walk{}, err
	}
	handling, err := recentHandling(ctx, s.db.R, t.QueueID)
	return walk{there.in(t.QueueID, waiting), handling, place}, err
}

// waits puts on l how a waiting visitor stands.
func (s *Service) waits(l Live, t ticketRow, there shift, at walk) Live {
	l.Place = at.place
	l.Estimate = estimate(at.place, at.handling, at.crew.slots)
	if q := there.lines.of(t.QueueID); q != nil {
		said := q.rules.telling(t.Locale)
		if l.Words = said.Waiting; q.rules.MostWaiting > 0 && at.place > q.rules.MostWaiting {
			l.Busy, l.Words = true, cmp.Or(said.Busy, said.Waiting)
		}
	}
	return closing(l, there.hoursOf(t.QueueID), s.now(), t.OpenedAt)
}

func (r reach) live(t ticketRow, l Live) {
	r.people([]int64{t.VisitorID}, hub.Frame{Type: "live", Data: l})
}

// join puts an agent among those who are told what happens on his sites, for as long as he is present.
func (s *Service) join(agent int64, sites []int64) {
	for _, site := range sites {
		s.hub.JoinGroup(groupOf(site), agent)
	}
}

func groupOf(site int64) string { return "site:" + strconv.FormatInt(site, 10) }
