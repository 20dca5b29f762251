package desk_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"ichat/app/desk"
)

// lists answers the ids a member's list has under a query, newest first.
func (c *client) lists(query string) (ids []int64) {
	c.p.t.Helper()
	var page desk.TicketPage
	c.call("GET", "/api/desk/tickets?"+query, nil, &page)
	for _, t := range page.Tickets {
		ids = append(ids, t.ID)
	}
	return ids
}

// past makes tickets that are over, or not, some minutes ago; only the list is interested in them.
func (p *product) past(queue, agent int64, state string, stars, minutes int) int64 {
	p.t.Helper()
	ticket, v := p.ids.Next(), p.visitor(fmt.Sprint("visitor ", minutes))
	at := time.Now().UTC().Truncate(time.Second).Add(-time.Duration(minutes) * time.Minute)
	var answered *time.Time
	if agent != 0 {
		answered = &at
	}
	p.exec(`INSERT INTO tickets (id, site_id, queue_id, conversation_id, visitor_id, state, agent_id, from_seq, stars, last_at, opened_at, answered_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`, ticket, p.site, queue, ticket, v.id, state, agent, stars, at, at, answered)
	return ticket
}

func TestTheTicketListIsNarrowedByEveryFilter(t *testing.T) {
	p := open(t, longGrace)
	eve, ann, bob := p.member("Eve", "owner", 5), p.member("Ann", "agent", 5), p.member("Bob", "agent", 5)
	sales := eve.addsQueue("Sales").ID
	var first int64
	for _, q := range eve.queueList() {
		if q.Name == "Support" {
			first = q.ID
		}
	}
	old := p.past(first, ann.id, "closed", 5, 300)
	low := p.past(sales, bob.id, "closed", 1, 200)
	missed := p.past(sales, 0, "closed", 0, 100)
	active := p.past(first, bob.id, "open", 0, 50)
	waits := p.past(sales, 0, "waiting", 0, 10)
	shop := p.site
	p.site = p.newSite("Other shop")
	p.exec("INSERT INTO roles (site_id, person_id, role) VALUES (?, ?, 'owner')", p.site, eve.id)
	second := p.past(p.ids.Next(), bob.id, "closed", 0, 60)
	at := func(minutes int) string {
		return url.QueryEscape(time.Now().UTC().Add(-time.Duration(minutes) * time.Minute).Format(time.RFC3339Nano))
	}
	for _, c := range []struct {
		query string
		want  []int64
	}{
		{"", []int64{waits, active, second, missed, low, old}},
		{fmt.Sprint("site=", shop), []int64{waits, active, missed, low, old}},
		{fmt.Sprint("queue=", sales), []int64{waits, missed, low}},
		{fmt.Sprint("agent=", bob.id), []int64{active, second, low}},
		{fmt.Sprintf("agent=%d&site=%d", bob.id, shop), []int64{active, low}},
		{"state=waiting", []int64{waits}},
		{"state=open", []int64{active}},
		{"state=closed", []int64{second, missed, low, old}},
		{"state=missed", []int64{missed}},
		{"rating=1", []int64{low}},
		{"from=" + at(150), []int64{waits, active, second, missed}},
		{"to=" + at(150), []int64{low, old}},
		{"from=" + at(250) + "&to=" + at(150), []int64{low}},
		{fmt.Sprintf("queue=%d&state=closed&agent=%d&rating=1", sales, bob.id), []int64{low}},
		{fmt.Sprintf("queue=%d&site=%d&agent=%d", first, shop, ann.id), []int64{old}},
	} {
		if got := eve.lists(c.query); !slices.Equal(got, c.want) {
			t.Errorf("%q lists %v, want %v", c.query, got, c.want)
		}
	}
	// Ann has a role on the first shop only.
	if got, want := ann.lists(fmt.Sprint("agent=", bob.id)), []int64{active, low}; !slices.Equal(got, want) {
		t.Fatalf("Ann lists %v, want %v", got, want)
	}
	ann.refused("GET", fmt.Sprint("/api/desk/tickets?site=", p.site), nil, 404, "site not found")
	ann.refused("GET", fmt.Sprint("/api/desk/tickets?before=", second), nil, 404, "ticket not found")
	stranger := p.somebody("member", "Stranger", 0)
	stranger.refused("GET", fmt.Sprint("/api/desk/tickets?queue=", sales), nil, 404, "queue not found")
	ann.refused("GET", "/api/desk/tickets?queue=12345", nil, 404, "queue not found")
	if got := eve.lists(fmt.Sprint("agent=", stranger.id)); len(got) != 0 {
		t.Fatalf("the tickets of somebody foreign: %v", got)
	}
	for _, query := range []string{"state=lost", "rating=6", "from=yesterday", "from=" + at(1) + "&to=" + at(2), "limit=101", "before=-1"} {
		eve.refused("GET", "/api/desk/tickets?"+query, nil, 400, "")
	}
}

func (c *client) queueList() []desk.Queue {
	c.p.t.Helper()
	var list struct{ Queues []desk.Queue }
	c.call("GET", "/api/desk/queues", nil, &list)
	return list.Queues
}

func TestPagesOfTheListStayRightWhileTicketsCome(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	var want []int64
	for n := range 7 { // three at the same moment among them
		want = append(want, p.past(1, 0, "closed", 0, min(max(n, 2), 4)))
	}
	slices.SortFunc(want, func(a, b int64) int { return slices.Index(eve.lists(""), a) - slices.Index(eve.lists(""), b) })
	var got []int64
	before := ""
	for {
		var page desk.TicketPage
		eve.call("GET", "/api/desk/tickets?limit=2"+before, nil, &page)
		for _, x := range page.Tickets {
			got = append(got, x.ID)
		}
		if !page.More {
			break
		}
		before = fmt.Sprint("&before=", got[len(got)-1])
		p.visitor("somebody new").says("hello") // above all that was read
	}
	if !slices.Equal(got, want) {
		t.Fatalf("the pages have %v, want %v", got, want)
	}
}

func TestTheFirstAnswerIsKept(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 2), p.visitor("Vic")
	vic.connect()
	conversation := vic.says("hello")
	ticket := vic.servedBy(ann)
	vic.says("anybody?")
	if x := ann.ticket(ticket).Ticket; x.AnsweredAt != nil {
		t.Fatalf("answered at %v, by nobody", x.AnsweredAt)
	}
	ann.answers(conversation, "hi")
	first := ann.ticket(ticket).Ticket.AnsweredAt
	if first == nil || first.Before(ann.ticket(ticket).Ticket.OpenedAt) {
		t.Fatalf("answered at %v", first)
	}
	ann.answers(conversation, "what can I do?")
	if again := ann.ticket(ticket).Ticket.AnsweredAt; again == nil || !again.Equal(*first) {
		t.Fatalf("the first answer moved from %v to %v", first, again)
	}
}
