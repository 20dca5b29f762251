package desk

import (
	"context"
	"strings"
	"testing"
	"time"

	"ichat/storage"
	"ichat/storage/storagetest"
)

// seedTickets fills a site with n tickets, the newest of which wait or are open.
func seedTickets(tb testing.TB, db *storage.DB, n int) {
	tb.Helper()
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := make([]ticketRow, n)
	for i := range rows {
		at := begin.Add(time.Duration(i) * time.Minute)
		rows[i] = ticketRow{ID: int64(i + 1), SiteID: int64(1 + i%2), QueueID: int64(1 + i%4), ConversationID: int64(i + 1), VisitorID: 7,
			State: stateClosed, AgentID: int64(20 + i%6), OpenedAt: at, LastAt: at, AnsweredAt: &at, ClosedAt: &at}
		switch {
		case i > n-50:
			rows[i].State, rows[i].ClosedAt = stateOpen, nil
		case i%40 < 2:
			rows[i].AnsweredAt = nil
		case i%10 < 2:
			rows[i].Stars = 1 + i%5
		}
	}
	err := db.Write(tb.Context(), func(ctx context.Context, tx *storage.Tx) error {
		for len(rows) > 0 {
			some := rows[:min(500, len(rows))]
			if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
				return err
			}
			rows = rows[len(some):]
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// Every combination a person uses walks an index in the order of the list: nothing is sorted. Between two ends of
// time SQLite walks the site's tickets of that time, whatever else is asked.
func TestTheTicketListIsReadFromAnIndexInItsOrder(t *testing.T) {
	db := storagetest.Test(t)
	if db.Postgres() {
		t.Skip("the plan is SQLite's; the indexes are the same")
	}
	seedTickets(t, db, 10_000)
	at := time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)
	behind := ticketRow{ID: 5000, OpenedAt: at}
	for _, c := range []struct {
		index string
		f     TicketFilter
	}{
		{"tickets_opened", TicketFilter{}},
		{"tickets_state_opened", TicketFilter{State: stateClosed}},
		{"tickets_queue_opened", TicketFilter{Queue: 1}},
		{"tickets_agent_opened", TicketFilter{Agent: 20}},
		{"tickets_rated", TicketFilter{Rating: 5}},
		{"tickets_missed", TicketFilter{State: stateMissed}},
		{"tickets_state_opened", TicketFilter{State: stateOpen, From: at}},
		{"tickets_queue_opened", TicketFilter{Queue: 1, State: stateClosed, To: at}},
		{"tickets_agent_opened", TicketFilter{Agent: 20, State: stateClosed, From: at}},
		{"tickets_agent_opened", TicketFilter{Agent: 20, Queue: 1, Before: 5000, behind: behind}},
		{"tickets_rated", TicketFilter{Rating: 1, State: stateClosed, Before: 5000, behind: behind}},
		{"tickets_opened", TicketFilter{Agent: 20, From: at, To: at.Add(time.Hour), Before: 5000, behind: behind}},
	} {
		f := c.f
		f.Site, f.Limit = 1, 51
		plan := planOf(t, db, f)
		if !strings.Contains(plan, "INDEX "+c.index+" ") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%+v should walk %s, the plan is\n%s", c.f, c.index, plan)
		}
	}
}

func planOf(t *testing.T, db *storage.DB, f TicketFilter) string {
	t.Helper()
	var rows []ticketRow
	var steps []struct {
		ID, Parent, Notused int64
		Detail              string
	}
	if err := db.R.NewRaw("EXPLAIN QUERY PLAN "+f.apply(db.R.NewSelect().Model(&rows)).String()).Scan(t.Context(), &steps); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.Detail)
	}
	return strings.Join(lines, "\n")
}

// BenchmarkTicketPage reads the page in the middle of 10,000 tickets.
func BenchmarkTicketPage(b *testing.B) {
	db := storagetest.Test(b)
	seedTickets(b, db, 10_000)
	f := TicketFilter{Site: 1, Limit: 51, Before: 5000, behind: ticketRow{ID: 5000, OpenedAt: time.Date(2026, 1, 4, 11, 0, 0, 0, time.UTC)}}
	for b.Loop() {
		if rows, err := listTickets(b.Context(), db.R, f); err != nil || len(rows) != 51 {
			b.Fatal(len(rows), err)
		}
	}
}
