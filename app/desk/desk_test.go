package desk_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ichat/app/chat"
	"ichat/app/desk"
)

func TestQueueKeepsOrderAndCapacity(t *testing.T) {
	p := open(t, longGrace)
	ann := p.agent("Ann", 2)
	var visitors []*client
	for n := range 6 {
		v := p.visitor(fmt.Sprint("visitor ", n))
		v.connect()
		v.says("hello")
		if n < 2 {
			v.servedBy(ann)
		} else {
			v.waitsAt(n - 1)
		}
		visitors = append(visitors, v)
	}
	d := ann.desk()
	if len(d.Mine) != 2 || len(d.Waiting) != 4 || d.Seat.Load != 2 || d.Seat.Cap != 2 {
		t.Fatalf("desk is %+v", d)
	}
	for n, v := range visitors[2:] {
		if d.Waiting[n].Visitor.ID != v.id || d.Waiting[n].LastText != "hello" || d.Waiting[n].Queue == "" {
			t.Fatalf("place %d is %+v", n+1, d.Waiting[n])
		}
		if l := v.live(); l.Place != n+1 || l.State != "waiting" || l.AgentsOnline != 1 {
			t.Fatalf("visitor at place %d reads %+v", n+1, l)
		}
	}
	for n := range 4 {
		ann.closes(ann.desk().Mine[0].ID)
		visitors[n+2].servedBy(ann)
		for place, v := range visitors[n+3:] {
			v.waitsAt(place + 1)
		}
	}
}

func TestTheLeastBusyGetsTheNextAndTheReasonIsKept(t *testing.T) {
	p := open(t, longGrace)
	ann, bob := p.agent("Ann", 2), p.agent("Bob", 2)
	cid, dan := p.member("Cid", "agent", 2), p.member("Dan", "agent", 2)
	cid.connect()
	dan.goes("online")
	next := func(agent *client) int64 {
		v := p.visitor("someone")
		v.connect()
		v.says("hello")
		return v.servedBy(agent)
	}
	first := ann.ticket(next(ann)) // online for longer
	next(bob)                      // less busy
	why := first.History[0].Why
	want := desk.Why{Rule: "least busy", Picked: ann.id, Skipped: []desk.Skipped{
		{PersonID: bob.id, Name: "Bob", Reason: "not idle longer"},
		{PersonID: cid.id, Name: "Cid", Reason: "away"},
		{PersonID: dan.id, Name: "Dan", Reason: "not connected"},
	}}
	if why.Rule != want.Rule || why.Picked != want.Picked || why.By != 0 {
		t.Fatalf("assigned because %+v, want %+v", why, want)
	}
	for _, s := range want.Skipped {
		if !slices.Contains(why.Skipped, s) {
			t.Fatalf("%+v is missing in %+v", s, why.Skipped)
		}
	}
	next(ann)
	last := ann.ticket(next(bob))
	if !slices.Contains(last.History[0].Why.Skipped, desk.Skipped{PersonID: ann.id, Name: "Ann", Reason: "full"}) {
		t.Fatalf("Ann was full, but it says %+v", last.History[0].Why)
	}
}

// Fifty visitors, five agents who all take and close as fast as they can while Dispatch does its part.
func TestManyHandsNeverBreakTheCapNorShareATicket(t *testing.T) {
	const most = 2
	p := open(t, longGrace)
	var agents []*client
	for n := range 5 {
		agents = append(agents, p.agent(fmt.Sprint("agent ", n), most))
	}
	var hands sync.WaitGroup
	for n := range 50 {
		hands.Go(func() { p.visitor(fmt.Sprint("visitor ", n)).says("hello") })
	}
	hands.Wait()
	for n, a := range agents {
		hands.Go(func() {
			for !t.Failed() { // whoever failed left his share undone
				d := a.desk()
				if len(d.Waiting)+len(d.Mine) == 0 {
					return
				}
				if len(d.Mine) > most || d.Seat.Load > most {
					t.Errorf("%s has %d conversations", a.name, len(d.Mine))
				}
				for k := range d.Waiting { // each begins elsewhere, and tries until he is full
					refusal := a.try("POST", path(d.Waiting[(k+n*7)%len(d.Waiting)].ID, "/take"), nil, nil)
					if refusal != nil && refusal.Status != 409 {
						t.Errorf("%s takes: %+v", a.name, refusal)
					}
					if refusal != nil && refusal.Message == "you have reached your limit of conversations" {
						break
					}
				}
				for _, mine := range d.Mine {
					a.closes(mine.ID)
				}
			}
		})
	}
	hands.Wait()
	if n := checkHistory(t, p, most); n != 50 {
		t.Fatalf("50 tickets were assigned %d times", n)
	}
}

// checkHistory looks at all assignments, which have all ended: at any time each ticket was with one agent and
// no agent above his cap. It returns how many there were.
func checkHistory(t *testing.T, p *product, most int) int {
	t.Helper()
	var rows []struct {
		TicketID int64
		AgentID  int64
		At       time.Time
		EndedAt  time.Time
	}
	if err := p.db.R.NewRaw("SELECT ticket_id, agent_id, at, ended_at FROM assignments").Scan(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		load := 0
		for k, o := range rows {
			together := !o.At.After(r.At) && o.EndedAt.After(r.At)
			if together && o.TicketID == r.TicketID && i != k {
				t.Fatalf("ticket %d had two owners at %s", r.TicketID, r.At)
			}
			if together && o.AgentID == r.AgentID {
				load++
			}
		}
		if load > most {
			t.Fatalf("agent %d had %d conversations at %s", r.AgentID, load, r.At)
		}
	}
	return len(rows)
}

func TestTakingByHandFollowsTheRules(t *testing.T) {
	p := open(t, longGrace)
	ann, bob := p.member("Ann", "agent", 1), p.member("Bob", "agent", 1)
	ann.connect() // nobody is online, so nothing is handed out
	var tickets []int64
	for range 3 {
		v := p.visitor("someone")
		v.connect()
		v.says("hello")
		tickets = append(tickets, v.waitsAt(len(tickets)+1))
	}
	bob.refused("POST", path(tickets[0], "/take"), nil, 409, "go online before you take a conversation")
	bob.goes("online") // without a socket: Dispatch passes him over, his own hand does not
	bob.takes(tickets[1])
	ann.seesTicket(func(x desk.Ticket) bool {
		return x.ID == tickets[1] && x.State == "open" && x.Agent != nil && x.Agent.ID == bob.id
	})
	if why := bob.ticket(tickets[1]).History[0].Why; why.Rule != "taken by hand" || why.By != bob.id || why.Picked != bob.id {
		t.Fatalf("taken because %+v", why)
	}
	bob.refused("POST", path(tickets[0], "/take"), nil, 409, "you have reached your limit of conversations")
	ann.goes("online")
	ann.seesTicket(func(x desk.Ticket) bool { return x.ID == tickets[0] && x.State == "open" }) // the first was next
	ann.refused("POST", path(tickets[1], "/take"), nil, 409, "this conversation is already taken")
	bob.closes(tickets[1])
	ann.refused("POST", path(tickets[1], "/take"), nil, 409, "this conversation is already closed")
	ann.refused("POST", path(1, "/take"), nil, 404, "ticket not found")
}

func TestClosingEndsTheTicketAndTheNextMessageOpensAnother(t *testing.T) {
	p := open(t, longGrace)
	ann := p.agent("Ann", 5)
	bob, eve := p.member("Bob", "agent", 5), p.member("Eve", "supervisor", 5)
	vic := p.visitor("Vic")
	vic.connect()
	if l := vic.live(); l.State != "none" || l.AgentsOnline != 1 {
		t.Fatalf("before the first word: %+v", l)
	}
	vic.refused("POST", "/api/live/end", nil, 409, "this conversation is already closed")
	conversation := vic.says("hello")
	first := vic.servedBy(ann)
	ann.answers(conversation, "what can I do for you")

	bob.refused("POST", path(first, "/close"), nil, 403, "only the agent who has this conversation, or a supervisor, can close it")
	ann.closes(first)
	if l := vic.seesLive(func(l desk.Live) bool { return l.State == "closed" }); l.TicketID != first || l.Agent != nil {
		t.Fatalf("closed: %+v", l)
	}
	ann.refused("POST", path(first, "/close"), nil, 409, "this conversation is already closed")
	vic.refused("POST", "/api/live/end", nil, 409, "this conversation is already closed")
	ann.refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), text("too late"), 404, "")

	if again := vic.says("one more thing"); again != conversation {
		t.Fatalf("the second ticket is in conversation %d, the first in %d", again, conversation)
	}
	second := vic.servedBy(ann)
	if second == first {
		t.Fatal("the closed ticket was opened again")
	}
	eve.closes(second) // an owner may
	vic.seesLive(func(l desk.Live) bool { return l.TicketID == second && l.State == "closed" })

	vic.says("and another")
	third := vic.servedBy(ann)
	var ended desk.Live
	vic.call("POST", "/api/live/end", nil, &ended)
	if ended.State != "closed" || ended.TicketID != third {
		t.Fatalf("ended: %+v", ended)
	}
	ann.seesTicket(func(x desk.Ticket) bool { return x.ID == third && x.State == "closed" })
	ends := []string{ann.ticket(first).History[0].EndedBy, ann.ticket(second).History[0].EndedBy, ann.ticket(third).History[0].EndedBy}
	if want := []string{"agent", "agent", "visitor"}; !slices.Equal(ends, want) {
		t.Fatalf("ended by %v, want %v", ends, want)
	}
	checkPast(t, bob, conversation, first, third)
}

// checkPast reads what is over as a colleague who was never in it: lists, paging, and no word after the end.
func checkPast(t *testing.T, bob *client, conversation, first, last int64) {
	t.Helper()
	var page desk.TicketPage
	bob.call("GET", "/api/desk/tickets?state=closed&limit=2", nil, &page)
	if len(page.Tickets) != 2 || !page.More || page.Tickets[0].ID != last {
		t.Fatalf("newest two are %+v", page)
	}
	bob.call("GET", fmt.Sprintf("/api/desk/tickets?limit=2&before=%d", page.Tickets[1].ID), nil, &page)
	if len(page.Tickets) != 1 || page.More || page.Tickets[0].ID != first {
		t.Fatalf("the rest is %+v", page)
	}
	if got, want := said(t, bob, first), []string{"hello", "ticket.assigned Ann", "what can I do for you", "ticket.closed agent"}; !slices.Equal(got, want) {
		t.Fatalf("the first ticket reads %q, want %q", got, want)
	}
	bob.refused("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), nil, 404, "")
}

// said is what was said until a ticket's end, system lines by their key and argument.
func said(t *testing.T, c *client, ticket int64) (lines []string) {
	t.Helper()
	var page chat.MessagePage
	c.call("GET", path(ticket, "/messages"), nil, &page)
	for _, m := range page.Messages {
		line := m.Body.Text + m.Body.Key
		for _, v := range m.Body.Args {
			line += " " + v
		}
		lines = append(lines, line)
	}
	return lines
}

func TestAWaitingTicketShowsTheLastWords(t *testing.T) {
	p := open(t, longGrace)
	ann := p.member("Ann", "agent", 5)
	ann.connect()
	vic := p.visitor("Vic")
	vic.says("hello")
	first := ann.seesTicket(func(x desk.Ticket) bool { return x.LastText == "hello" && x.Visitor.Name == "Vic" })
	vic.says("is anybody there?")
	next := ann.seesTicket(func(x desk.Ticket) bool { return x.LastText == "is anybody there?" })
	if next.ID != first.ID || next.Version <= first.Version {
		t.Fatalf("after %+v came %+v", first, next)
	}
	if got, want := said(t, ann, first.ID), []string{"hello", "is anybody there?"}; !slices.Equal(got, want) {
		t.Fatalf("the waiting conversation reads %q, want %q", got, want)
	}
}

func TestAWaitingVisitorIsToldHowLong(t *testing.T) {
	p := open(t, longGrace)
	ann := p.agent("Ann", 1)
	for range 3 {
		v := p.visitor("someone")
		v.connect()
		v.says("hello")
		ann.closes(v.servedBy(ann))
	}
	p.visitor("someone").says("hello")
	vic := p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	l := vic.seesLive(func(l desk.Live) bool { return l.Place == 1 && l.State == "waiting" && l.Estimate != nil })
	if *l.Estimate != (desk.Estimate{FromS: 0, ToS: 30}) || *vic.live().Estimate != *l.Estimate {
		t.Fatalf("told %+v, read %+v", l, vic.live())
	}
}

func TestAnotherSitesDeskDoesNotExist(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 5), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.servedBy(ann)
	p.site = p.newSite("Other shop")
	eve := p.member("Eve", "owner", 5)
	eve.connect()
	for _, call := range [][2]string{{"POST", "/take"}, {"POST", "/close"}, {"GET", ""}, {"GET", "/messages"}} {
		eve.refused(call[0], path(ticket, call[1]), nil, 404, "ticket not found")
		vic.refused(call[0], path(ticket, call[1]), nil, 403, "")
	}
	if d := eve.desk(); len(d.Waiting)+len(d.Mine) != 0 || len(d.Seats) != 1 {
		t.Fatalf("a foreign desk shows %+v", d)
	}
	var page desk.TicketPage
	eve.call("GET", "/api/desk/tickets?state=open", nil, &page)
	if len(page.Tickets) != 0 {
		t.Fatalf("a foreign list shows %+v", page)
	}
	ann.refused("GET", "/api/live", nil, 403, "")
}
