package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ichat/app/people"
)

// boardTicketsShown bounds the list on a board; the list of tickets has them all.
const boardTicketsShown = 100

// BoardTicket is a ticket that is not over, as a board shows it.
type BoardTicket struct {
	ID       int64          `json:"id"`
	QueueID  int64          `json:"queue_id"`
	Visitor  people.Person  `json:"visitor"`
	Agent    *people.Person `json:"agent"`
	State    string         `json:"state" enum:"waiting,open"`
	OpenedAt time.Time      `json:"opened_at"`
	Since    *time.Time     `json:"since"` // since when the visitor waits for a word; null while it is his turn
	LastText string         `json:"last_text"`
}

// unansweredSince is since when a visitor waits for somebody to answer him; nil when somebody did. What was written while
// closed waits from the opening on.
func (t ticketRow) unansweredSince() *time.Time {
	since := t.waitsSince()
	switch {
	case t.State == stateWaiting:
		return utc(&since)
	case t.LastSenderID != t.VisitorID:
		return nil
	case t.TurnedAt != nil && t.TurnedAt.After(since):
		return utc(t.TurnedAt)
	}
	return utc(&since)
}

// boardTickets are the first of these tickets: those whose visitors have waited longest, then the newest of the others.
func (s *Service) boardTickets(ctx context.Context, rows []ticketRow) ([]BoardTicket, error) {
	all := make([]BoardTicket, len(rows))
	agents := map[int64]int64{}
	for i, t := range rows {
		all[i] = BoardTicket{ID: t.ID, QueueID: t.QueueID, Visitor: people.Person{ID: t.VisitorID}, State: t.State,
			OpenedAt: t.OpenedAt.UTC(), Since: t.unansweredSince(), LastText: t.LastText}
		agents[t.ID] = t.AgentID
	}
	slices.SortFunc(all, byWait)
	all = all[:min(len(all), boardTicketsShown)]
	persons := set{}
	for _, t := range all {
		persons.add(setOf(t.Visitor.ID, agents[t.ID]))
	}
	if len(all) == 0 {
		return all, nil
	}
	who, err := s.people.PeopleByID(ctx, persons.list())
	for i, t := range all {
		all[i].Visitor = who[t.Visitor.ID]
		if agent, has := who[agents[t.ID]]; has {
			all[i].Agent = &agent
		}
	}
	return all, err
}

func byWait(a, b BoardTicket) int {
	switch {
	case a.Since != nil && b.Since != nil:
		return cmp.Or(a.Since.Compare(*b.Since), cmp.Compare(a.ID, b.ID))
	case a.Since != nil:
		return -1
	case b.Since != nil:
		return 1
	}
	return cmp.Compare(b.ID, a.ID)
}
