package ops_test

import (
	"fmt"
	"strings"
	"testing"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/ops"
	"ichat/storage"
	"ichat/storage/storagetest"
)

func TestTheDemoIsAShopAtWork(t *testing.T) {
	o := options(t, storagetest.URL(t))
	plan := ops.DemoPlan{Tickets: 60, Password: apptest.Password}
	r, err := ops.Demo(ctx, o, plan, false)
	must(t, err)
	if _, err := ops.Demo(ctx, o, plan, false); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Fatalf("a second time: %v", err)
	}
	if len(r.SignIns) < 4 || r.Messages < 60*3 || r.Visitors < 30 {
		t.Fatalf("report %+v", r)
	}

	p := apptest.New(t, func(c *app.Config) { c.DatabaseURL = o.Config.DatabaseURL })
	for _, one := range r.SignIns {
		p.SignIn(one.Email)
	}
	emma := p.SignIn("emma@demo.example")
	var first desk.Desk
	emma.OK("GET", "/api/desk", nil, &first)
	if len(first.Waiting) == 0 || first.Seat.State != "away" || len(first.Seats) < 5 {
		t.Fatalf("desk: %d waiting, seat %+v, %d seats", len(first.Waiting), first.Seat, len(first.Seats))
	}
	var closed desk.TicketPage
	emma.OK("GET", "/api/desk/tickets?state=closed&limit=100", nil, &closed)
	looksAlive(t, closed.Tickets)

	ticket := closed.Tickets[0]
	var said chat.MessagePage
	emma.OK("GET", fmt.Sprintf("/api/desk/tickets/%d/messages", ticket.ID), nil, &said)
	if len(said.Messages) < 5 {
		t.Fatalf("%d messages in %d", len(said.Messages), ticket.ID)
	}
	for _, m := range said.Messages {
		if strings.ContainsAny(m.Body.Text, "{}") {
			t.Errorf("a place was not filled in: %q", m.Body.Text)
		}
	}
	var pictures int
	must(t, p.DB.R.NewRaw(`SELECT COUNT(*) FROM messages WHERE type = 'image'`).Scan(ctx, &pictures))
	if pictures == 0 {
		t.Error("nobody showed a picture")
	}
	var canned struct {
		Canned []desk.Canned `json:"canned"`
	}
	emma.OK("GET", "/api/desk/canned", nil, &canned)
	if len(canned.Canned) < 8 {
		t.Errorf("%d canned replies", len(canned.Canned))
	}
}

// looksAlive asks for what makes a list of tickets believable.
func looksAlive(t *testing.T, tickets []desk.Ticket) {
	t.Helper()
	days, agents := map[string]bool{}, map[int64]bool{}
	rated, named, chinese := 0, 0, 0
	for _, one := range tickets {
		days[one.OpenedAt.Format("01-02")] = true
		if one.Agent != nil {
			agents[one.Agent.ID] = true
		}
		if one.Rating > 0 {
			rated++
		}
		if one.Visitor.Name != "" && one.Contact.Email != "" {
			named++
		}
		if one.LastText != "" && one.LastText[0] > 0x7f {
			chinese++
		}
		if one.AssignedAt == nil || one.ClosedAt == nil || one.AssignedAt.Before(one.OpenedAt) || one.ClosedAt.Before(*one.AssignedAt) || one.Page == "" {
			t.Errorf("ticket %+v", one)
		}
	}
	n := len(tickets)
	if n < 40 || len(days) < 12 || len(agents) < 4 || rated < n/4 || rated == n || named < n/4 || named == n || chinese < n/4 || chinese > n*9/10 {
		t.Errorf("%d tickets on %d days by %d agents: %d rated, %d with a name, %d in Chinese", n, len(days), len(agents), rated, named, chinese)
	}
}

func TestTheDemoKeepsTheLogsWhole(t *testing.T) {
	o := options(t, storagetest.URL(t))
	_, err := ops.Demo(ctx, o, ops.DemoPlan{Tickets: 20, Seed: 3}, false)
	must(t, err)
	_, err = ops.Demo(ctx, o, ops.DemoPlan{Tickets: 10, Seed: 4}, true) // forced: beside what is there
	must(t, err)
	db, err := storage.Open(ctx, o.Config.DatabaseURL, o.Log)
	must(t, err)
	defer db.Close()
	for what, query := range map[string]string{
		"conversations with holes": `SELECT COUNT(*) FROM conversations c WHERE c.seq <> (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id)`,
		"messages out of time": `SELECT COUNT(*) FROM messages a JOIN messages b ON b.conversation_id = a.conversation_id AND b.seq = a.seq + 1
			WHERE b.created_at < a.created_at OR b.id < a.id`,
		"tickets beside": `SELECT 30 - COUNT(*) FROM tickets`,
	} {
		var n int
		must(t, db.R.NewRaw(query).Scan(ctx, &n))
		if n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
}
