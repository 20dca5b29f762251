package desk

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/people"
)

// The day a board counts begins where its reader's does; his clock may be somewhat off.
const (
	longestDay = 26 * time.Hour
	clockOff   = time.Hour
)

var errNotLeading = fault.New(fault.Denied, "only supervisors and owners see the live board")

// BoardNumbers are what goes on now, and what became of the tickets opened since the day began. The ticket
// list has the same tickets behind each of them.
type BoardNumbers struct {
	Waiting     int        `json:"waiting"`
	Oldest      *time.Time `json:"oldest"` // since when the first in line has waited
	Active      int        `json:"active"`
	Tickets     int        `json:"tickets"`
	Answered    int        `json:"answered"`
	Missed      int        `json:"missed"`        // closed before anybody answered
	FirstReplyS *int       `json:"first_reply_s"` // the median, in seconds
	Rated       int        `json:"rated"`
	Rating      float64    `json:"rating"` // the mean of the stars, 0 without any
}

// BoardQueue is a queue on the board. One that was removed stays while it has numbers.
type BoardQueue struct {
	QueueID int64  `json:"queue_id"`
	Name    string `json:"name"`
	BoardNumbers
}

// Board is what goes on at a site: always the whole of it. Of two of the same day the one with the higher
// version was read later.
type Board struct {
	SiteID  int64         `json:"site_id"`
	From    time.Time     `json:"from"`
	At      time.Time     `json:"at"` // the server's clock, by which waits are counted
	Version int64         `json:"version"`
	Total   BoardNumbers  `json:"total"`
	Queues  []BoardQueue  `json:"queues"`
	Seats   []Seat        `json:"seats"`
	Tickets []BoardTicket `json:"tickets"` // those that are not over, who has waited longest for a word first; the first 100
	Hours   []int         `json:"hours"`   // tickets opened in each hour since From
}

// Boards are the boards of all sites one leads, and make him a watcher: while he is present and asks again
// now and then, he is pushed what changes.
func (s *Service) Boards(ctx context.Context, by int64, from time.Time) ([]Board, error) {
	if now := s.now(); from.Before(now.Add(-longestDay)) || from.After(now.Add(clockOff)) {
		return nil, errInvalid.With("from", "must be when the day began")
	}
	roles, err := s.people.SitesOf(ctx, by)
	if err != nil {
		return nil, err
	}
	roles = slices.DeleteFunc(roles, func(r people.Role) bool { return !people.Leads(r.Role) })
	if len(roles) == 0 {
		return nil, errNotLeading
	}
	boards := make([]Board, len(roles))
	for i, r := range roles {
		w := wall{site: r.SiteID, from: from.UnixMilli()}
		s.walls.watch(w, by, s.now().Add(watchFor))
		s.hub.JoinGroup(w.group(), by) // before the reading, so that he misses nothing after it
		if boards[i], err = s.board(ctx, w); err != nil {
			return nil, err
		}
	}
	return boards, nil
}

// board reads a board with eight queries, whatever goes on.
func (s *Service) board(ctx context.Context, w wall) (Board, error) {
	b := Board{SiteID: w.site, From: time.UnixMilli(w.from).UTC(), At: s.now().UTC(), Version: s.ids.Next()}
	queues, err := everyQueueOn(ctx, s.db.R, w.site)
	if err != nil {
		return Board{}, err
	}
	now, err := unfinishedOn(ctx, s.db.R, w.site)
	if err != nil {
		return Board{}, err
	}
	today, err := openedSince(ctx, s.db.R, w.site, b.From)
	if err != nil {
		return Board{}, err
	}
	b.count(queues, now, today)
	if b.Tickets, err = s.boardTickets(ctx, now); err != nil {
		return Board{}, err
	}
	rows, err := s.seatsOn(ctx, w.site)
	if err != nil {
		return Board{}, err
	}
	b.Seats, err = s.seatViews(ctx, 0, rows)
	return b, err
}

// count fills in the numbers: now are the tickets that are not over, today those of the day.
func (b *Board) count(queues []queueRow, now, today []ticketRow) {
	all, each := &tally{}, map[int64]*tally{}
	of := func(t ticketRow) []*tally {
		if each[t.QueueID] == nil {
			each[t.QueueID] = &tally{}
		}
		return []*tally{all, each[t.QueueID]}
	}
	for _, t := range now {
		for _, y := range of(t) {
			y.now(t)
		}
	}
	b.Hours = make([]int, max(0, int(b.At.Sub(b.From)/time.Hour)+1))
	for _, t := range today {
		for _, y := range of(t) {
			y.today(t)
		}
		if hour := int(t.OpenedAt.Sub(b.From) / time.Hour); hour < len(b.Hours) {
			b.Hours[hour]++
		}
	}
	b.Total, b.Queues = all.numbers(), []BoardQueue{}
	for _, q := range queues {
		y := each[q.ID]
		if y == nil && q.RemovedAt != nil {
			continue
		}
		if y == nil {
			y = &tally{}
		}
		b.Queues = append(b.Queues, BoardQueue{QueueID: q.ID, Name: q.Name, BoardNumbers: y.numbers()})
	}
}

// tally counts the tickets of a queue, or of a site.
type tally struct {
	n       BoardNumbers
	replies []time.Duration
	stars   int
}

func (y *tally) now(t ticketRow) {
	if t.State == stateOpen {
		y.n.Active++
		return
	}
	y.n.Waiting++
	if since := t.waitsSince(); y.n.Oldest == nil || since.Before(*y.n.Oldest) {
		y.n.Oldest = utc(&since)
	}
}

func (y *tally) today(t ticketRow) {
	y.n.Tickets++
	switch {
	case t.AnsweredAt != nil:
		y.n.Answered++
		y.replies = append(y.replies, max(t.AnsweredAt.Sub(t.waitsSince()), 0))
	case t.State == stateClosed:
		y.n.Missed++
	}
	if t.Stars > 0 {
		y.n.Rated++
		y.stars += t.Stars
	}
}

func (y *tally) numbers() BoardNumbers {
	if y.n.Rated > 0 {
		y.n.Rating = math.Round(100*float64(y.stars)/float64(y.n.Rated)) / 100
	}
	if n := len(y.replies); n > 0 {
		slices.Sort(y.replies)
		median := int(((y.replies[(n-1)/2] + y.replies[n/2]) / 2).Round(time.Second).Seconds())
		y.n.FirstReplyS = &median
	}
	return y.n
}

// everyQueueOn lists the queues of a site in its order, those that are gone last.
func everyQueueOn(ctx context.Context, q bun.IDB, site int64) ([]queueRow, error) {
	var rows []queueRow
	err := q.NewSelect().Model(&rows).Where("q.site_id = ?", site).OrderExpr("q.removed_at IS NOT NULL, q.position, q.id").Scan(ctx)
	return rows, err
}

func unfinishedOn(ctx context.Context, q bun.IDB, site int64) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Column("id", "queue_id", "visitor_id", "agent_id", "state", "opened_at", "due_at", "turned_at", "last_sender_id", "last_text").
		Where("t.site_id = ?", site).Where("t.state IN (?, ?)", stateWaiting, stateOpen).Scan(ctx)
	return rows, err
}

func openedSince(ctx context.Context, q bun.IDB, site int64, from time.Time) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Column("queue_id", "state", "opened_at", "due_at", "answered_at", "stars").
		Where("t.site_id = ?", site).Where("t.opened_at >= ?", from).Scan(ctx)
	return rows, err
}
