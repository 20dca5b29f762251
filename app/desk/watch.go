package desk

import (
	"context"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/hub"
)

// watchEvery keeps what agents and visitors see right within three seconds, whatever was lost between nodes.
const watchEvery = 2 * time.Second

// reach is how far a telling goes.
type reach struct {
	people func([]int64, hub.Frame)
	group  func(string, hub.Frame)
	board  func(site int64)
}

// everywhere is for what this node changed.
func (s *Service) everywhere() reach { return reach{s.hub.Push, s.hub.PushGroup, s.boardChanged} }

// here is for what it finds in the database: every node finds the same.
func (s *Service) here() reach {
	return reach{s.hub.PushHere, s.hub.PushGroupHere, func(site int64) { s.boards.add(news{sites: setOf(site)}) }}
}

// seatMark is what colleagues see of a seat, but for presence, which every node hears of by itself.
type seatMark struct {
	version int64
	load    int
}

// seen is what this node told, or found told, last.
type seen struct {
	mu      sync.Mutex
	begun   bool               // guarded by mu, like all below
	tickets map[int64]int64    // open ticket -> version
	seats   map[int64]seatMark // by person
}

func newSeen() *seen { return &seen{tickets: map[int64]int64{}, seats: map[int64]seatMark{}} }

func (n *seen) ticket(t ticketRow) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t.State == stateClosed {
		delete(n.tickets, t.ID)
	} else {
		n.tickets[t.ID] = t.Version
	}
}

func (n *seen) seat(person int64, mark seatMark) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seats[person] = mark
}

// compare takes note of what the database has and returns what that changes: what another node told, or
// was going to.
func (n *seen) compare(tickets map[int64]int64, seats map[int64]seatMark) (lost news) {
	n.mu.Lock()
	defer n.mu.Unlock()
	lost = news{lostTickets: set{}, lostSeats: set{}}
	for id, version := range tickets {
		if n.tickets[id] != version {
			lost.lostTickets[id] = true
		}
	}
	for id := range n.tickets {
		if _, open := tickets[id]; !open {
			lost.lostTickets[id] = true
		}
	}
	for person, mark := range seats {
		if n.seats[person] != mark {
			lost.lostSeats[person] = true
		}
	}
	begun := n.begun
	n.begun, n.tickets, n.seats = true, tickets, seats
	if !begun {
		return news{} // nobody here was told anything yet: agents read their desk when they come
	}
	return lost
}

// watching compares until ctx ends what was told with what is so.
func (s *Service) watching(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.missed:
		}
		if err := s.Watch(ctx); err != nil {
			missed(ctx, s.log, "what was told of tickets is not compared", err)
		}
	}
}

// Watch does one round. What it finds is told to the people connected here.
func (s *Service) Watch(ctx context.Context) error {
	open, err := openTickets(ctx, s.db.R)
	if err != nil {
		return err
	}
	seats, err := seatVersions(ctx, s.db.R)
	if err != nil {
		return err
	}
	tickets, places := map[int64]int64{}, set{}
	for _, t := range open {
		tickets[t.ID] = t.Version
		if t.State == stateWaiting {
			places[t.SiteID] = true
		}
		if mark, seated := seats[t.AgentID]; seated && t.State == stateOpen {
			mark.load++
			seats[t.AgentID] = mark
		}
	}
	lost := s.seen.compare(tickets, seats)
	lost.merge(news{lostPlaces: places})
	if !lost.empty() {
		s.tell.add(lost)
	}
	return nil
}

// openTickets is what Watch needs of the tickets that are not closed; about the condition on the
// conversation see unfinished.
func openTickets(ctx context.Context, q bun.IDB) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewRaw(`SELECT id, site_id, agent_id, state, version FROM tickets WHERE conversation_id > 0 AND state <> 'closed'`).Scan(ctx, &rows)
	return rows, err
}

func seatVersions(ctx context.Context, q bun.IDB) (map[int64]seatMark, error) {
	var rows []seatRow
	err := q.NewRaw(`SELECT person_id, version FROM seats`).Scan(ctx, &rows)
	seats := make(map[int64]seatMark, len(rows))
	for _, r := range rows {
		seats[r.PersonID] = seatMark{version: r.Version}
	}
	return seats, err
}
