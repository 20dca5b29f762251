package desk

import (
	"context"
	"slices"

	"ichat/app/people"
)

// Trial is a visitor who is made up, to see what would happen to him.
type Trial struct {
	Page      string `json:"page,omitempty" maxLength:"2000"`
	Locale    string `json:"locale,omitempty" maxLength:"16"`
	VIP       bool   `json:"vip,omitempty"`
	Returning bool   `json:"returning,omitempty"`
	LastAgent int64  `json:"last_agent,omitempty"` // who had him last
	Queue     int64  `json:"queue,omitempty"`      // that he asks for
	Agent     int64  `json:"agent,omitempty"`      // whom he asks for
}

// Tried is what would happen to him at this moment.
type Tried struct {
	QueueID      int64          `json:"queue_id"`
	Queue        string         `json:"queue"`
	ReachedBy    string         `json:"reached_by" enum:"asked,page,default"`
	Match        string         `json:"match"` // the pattern of the page
	Priority     int            `json:"priority"`
	PriorityRule string         `json:"priority_rule"` // page, locale, vip or returning; empty when usual
	Open         bool           `json:"open"`          // within the hours of the queue
	Busy         bool           `json:"busy"`          // so many wait that he is asked to leave a message
	Place        int            `json:"place"`
	Estimate     *Estimate      `json:"estimate"`
	Picked       *people.Person `json:"picked"` // who would get him if he were next; null: nobody
	Why          Why            `json:"why"`
}

// Try sends a visitor who is made up the way of real ones, by the very functions that send them, for those who lead
// the site. Nothing is changed. A queue or an agent the site has not is not found.
func (s *Service) Try(ctx context.Context, by, site int64, v Trial) (Tried, error) {
	role, err := s.people.RoleOn(ctx, by, site)
	if err != nil {
		return Tried{}, err
	}
	if !people.Leads(role) {
		return Tried{}, errNoSite
	}
	there, err := s.atWork(ctx, site)
	if err != nil {
		return Tried{}, err
	}
	if v.Queue != 0 && there.lines.standing().of(v.Queue) == nil {
		return Tried{}, errNoQueue
	}
	for _, agent := range []int64{v.Agent, v.LastAgent} {
		if err := s.mustWorkOn(ctx, agent, site); err != nil {
			return Tried{}, err
		}
	}
	w, err := there.lines.way(visit{approach: approach{page: pageAddress(v.Page), queue: v.Queue, wanted: v.Agent}, locale: v.Locale, vip: v.VIP, returning: v.Returning || v.LastAgent != 0})
	if err != nil {
		return Tried{}, err
	}
	now := s.time()
	t := Tried{QueueID: w.queue.ID, Queue: w.queue.Name, ReachedBy: w.by, Match: w.match, Priority: w.priority, PriorityRule: w.fits,
		Open: w.queue.rules.hoursOr(there.hours).Serves(now, now)}
	before, err := waitingBefore(ctx, s.db.R, w.queue.ID, w.priority, now, s.ids.Next())
	if err != nil {
		return Tried{}, err
	}
	row := ticketRow{SiteID: site, QueueID: w.queue.ID, Priority: w.priority, Locale: v.Locale, Wanted: v.Agent, LastAgent: v.LastAgent, OpenedAt: now}
	if err := s.tryWait(ctx, &t, row, there, before+1); err != nil {
		return Tried{}, err
	}
	return t, s.tryPick(ctx, &t, row, w.queue)
}

func (s *Service) tryWait(ctx context.Context, t *Tried, row ticketRow, there shift, place int) error {
	at, err := s.walkTo(ctx, row, there, place)
	if err != nil {
		return err
	}
	l := s.waits(Live{}, row, there, at)
	t.Place, t.Estimate, t.Busy = l.Place, l.Estimate, l.Busy
	return nil
}

func (s *Service) tryPick(ctx context.Context, t *Tried, row ticketRow, q *line) error {
	seats, err := s.candidates(ctx, row.SiteID)
	if err != nil {
		return err
	}
	agent, why := pick(q, seats, row)
	ids := []int64{why.Picked}
	for _, other := range why.Skipped {
		ids = append(ids, other.PersonID)
	}
	who, err := s.people.PeopleByID(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	t.Why = why.named(who)
	if agent != nil && q.rules.Auto && t.Open {
		picked := who[agent.Person]
		t.Picked = &picked
	}
	return nil
}

// named is the reason with the names of those it speaks of.
func (w Why) named(who map[int64]people.Person) Why {
	for i := range w.Skipped {
		w.Skipped[i].Name = who[w.Skipped[i].PersonID].Name
	}
	return w
}
