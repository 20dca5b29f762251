package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// What happens to a ticket beside being assigned.
const (
	eventReached    = "reached"
	eventPriority   = "priority"
	eventBoosted    = "boosted"
	eventNudged     = "nudged"
	eventRequeued   = "requeued"
	eventApologized = "apologized"
	eventOverflowed = "overflowed"
	eventIdleWarned = "idle_warned"
	eventClosed     = "closed"
)

// EventWhy explains an event: by which rule of the queue, and what it was about. What does not concern the kind is
// left out.
type EventWhy struct {
	Rule   string `json:"rule"`              // asked, page or default for a queue that was reached; vip; no_answer, absent, boost, overflow, idle, gone
	Match  string `json:"match,omitempty"`   // the pattern of the page
	For    string `json:"for,omitempty"`     // what the priority is for: page, locale, vip, returning
	AfterS int    `json:"after_s,omitempty"` // the rule's time
	Agent  int64  `json:"agent,omitempty"`   // who had it
	Name   string `json:"name,omitempty"`    // his, as it was
	Round  int    `json:"round,omitempty"`   // how often nobody answered
	From   string `json:"from,omitempty"`    // the queue it left
	To     string `json:"to,omitempty"`      // and came to
	Was    int    `json:"was,omitempty"`     // the priority before
	Is     int    `json:"is,omitempty"`      // and after
}

// Event is a decision about a ticket that is no assignment. By is the person who made it, 0 when a rule did.
type Event struct {
	ID   int64     `json:"id"`
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	By   int64     `json:"by"`
	Why  EventWhy  `json:"why"`
}

type eventRow struct {
	bun.BaseModel `bun:"table:ticket_events,alias:e"`

	ID       int64 `bun:",pk"`
	TicketID int64
	At       time.Time
	Kind     string
	ByID     int64
	Why      string
}

// eventTx writes down what was decided about a ticket, and why.
func (s *Service) eventTx(ctx context.Context, tx *storage.Tx, ticket int64, kind string, why EventWhy) error {
	return s.eventByTx(ctx, tx, 0, ticket, kind, why)
}

// eventByTx is eventTx for what a person decided.
func (s *Service) eventByTx(ctx context.Context, tx *storage.Tx, by, ticket int64, kind string, why EventWhy) error {
	text, err := json.Marshal(why)
	if err != nil {
		return fmt.Errorf("encode why: %w", err)
	}
	row := eventRow{ID: s.ids.Next(), TicketID: ticket, At: s.time(), Kind: kind, ByID: by, Why: string(text)}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// eventsOf lists what happened to a ticket, oldest first.
func eventsOf(ctx context.Context, q bun.IDB, ticket int64) ([]Event, error) {
	var rows []eventRow
	if err := q.NewSelect().Model(&rows).Where("e.ticket_id = ?", ticket).OrderExpr("e.id").Scan(ctx); err != nil {
		return nil, err
	}
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = Event{ID: r.ID, At: r.At.UTC(), Kind: r.Kind, By: r.ByID}
		if err := json.Unmarshal([]byte(r.Why), &events[i].Why); err != nil {
			return nil, fmt.Errorf("why of event %d: %w", r.ID, err)
		}
	}
	return events, nil
}
