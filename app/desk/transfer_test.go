package desk_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app/chat"
	"ichat/app/desk"
)

func toAgent(c *client) map[string]any   { return map[string]any{"to_agent": c.id} }
func toQueue(queue int64) map[string]any { return map[string]any{"to_queue": queue} }
func (c *client) seat(of *client) (s desk.Seat) {
	for _, s = range c.desk().Seats {
		if s.Person.ID == of.id {
			return s
		}
	}
	c.p.t.Fatalf("%s has no seat", of.name)
	return s
}

// seesNote awaits a note of these words.
func (c *client) seesNote(words string) (n desk.TicketNote) {
	c.p.t.Helper()
	c.awaits("note", func(f frame) bool {
		n = desk.TicketNote{}
		return json.Unmarshal(f.Data, &n) == nil && n.Message.Body.Text == words
	})
	return n
}

func (c *client) notes(ticket int64) (page chat.MessagePage) {
	c.p.t.Helper()
	c.call("GET", path(ticket, "/notes"), nil, &page)
	return page
}

// addsQueue is an owner adding a queue to the product's site.
func (c *client) addsQueue(name string) (q desk.Queue) {
	c.p.t.Helper()
	c.call("POST", fmt.Sprintf("/api/admin/sites/%d/queues", c.p.site), map[string]string{"name": name}, &q)
	return q
}

func TestATransferMovesTheTicketWithItsNoteWhileTheVisitorIsOffline(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 1), p.visitor("Vic")
	vic.connect()
	conversation := vic.says("my parcel is lost")
	ticket := vic.servedBy(ann)
	bob := p.agent("Bob", 1)
	vic.vanishes()

	var moved desk.Ticket
	ann.call("POST", path(ticket, "/transfer"), map[string]any{"to_agent": bob.id, "note": "number 4711, he is upset"}, &moved)
	if moved.Agent == nil || moved.Agent.ID != bob.id || moved.State != "open" {
		t.Fatalf("after the transfer: %+v", moved)
	}
	bob.seesTicket(func(x desk.Ticket) bool { return x.ID == ticket && x.Agent != nil && x.Agent.ID == bob.id })
	if n := bob.seesNote("number 4711, he is upset"); n.TicketID != ticket || n.Message.SenderID != ann.id {
		t.Fatalf("the note is %+v", n)
	}
	if got, want := said(t, bob, ticket)[:2], []string{"my parcel is lost", "ticket.assigned Ann"}; !slices.Equal(got, want) {
		t.Fatalf("the conversation reads %q", got)
	}
	history := bob.ticket(ticket).History
	if len(history) != 2 || history[0].EndedBy != "transferred" || history[0].EndedAt == nil || history[1].EndedAt != nil ||
		history[1].Agent.ID != bob.id || history[1].Why.Rule != "transferred" || history[1].Why.By != ann.id {
		t.Fatalf("history is %+v", history)
	}
	if a, b := bob.seat(ann), bob.seat(bob); a.Load != 0 || b.Load != 1 {
		t.Fatalf("loads are %d and %d", a.Load, b.Load)
	}
	ann.refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), text("one more thing"), 404, "")
	bob.answers(conversation, "I am Bob")
	vic.connect()
	if l := vic.live(); l.Agent == nil || l.Agent.ID != bob.id {
		t.Fatalf("the visitor comes back to %+v", l)
	}
	var page chat.MessagePage
	vic.call("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), nil, &page)
	line := page.Messages[2].Body
	if line.Key != "ticket.transferred" || line.Args["from"] != "Ann" || line.Args["to"] != "Bob" {
		t.Fatalf("the visitor reads %+v", line)
	}
}

func TestATransferThatCannotBeIsRefusedAndChangesNothing(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 2), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.servedBy(ann)
	away, lost, full, gone := p.member("Away", "agent", 1), p.member("Lost", "agent", 1), p.agent("Full", 0), p.agent("Gone", 1)
	away.connect()
	lost.goes("online")
	p.exec("UPDATE people SET disabled_at = ? WHERE id = ?", time.Now().UTC(), gone.id)
	bob := p.agent("Bob", 1)
	here := ann.desk().Mine[0].QueueID
	shop := p.site
	p.site = p.newSite("Other shop")
	stranger := p.agent("Stranger", 1)
	foreign := p.member("Owner", "owner", 1).addsQueue("Elsewhere").ID
	p.site = shop

	for _, c := range []struct {
		who     *client
		to      map[string]any
		status  int
		message string
	}{
		{ann, toAgent(lost), 409, "this agent is offline"},
		{ann, toAgent(away), 409, "this agent is away"},
		{ann, toAgent(full), 409, "this agent is full"},
		{ann, toAgent(gone), 404, "agent not found"},
		{ann, toAgent(stranger), 404, "agent not found"},
		{ann, toAgent(vic), 404, "agent not found"},
		{ann, toAgent(ann), 409, "this agent has the conversation already"},
		{ann, toQueue(foreign), 404, "queue not found"},
		{ann, toQueue(12345), 404, "queue not found"},
		{ann, map[string]any{}, 400, "choose an agent or a queue to transfer to"},
		{ann, map[string]any{"to_agent": bob.id, "to_queue": here}, 400, "choose an agent or a queue to transfer to"},
		{bob, toAgent(bob), 403, "only the agent who has this conversation, or a supervisor, can transfer it"},
		{bob, toQueue(here), 403, "only the agent who has this conversation, or a supervisor, can transfer it"},
		{stranger, toAgent(bob), 404, "ticket not found"},
	} {
		c.to["note"] = "this must not stay"
		c.who.refused("POST", path(ticket, "/transfer"), c.to, c.status, c.message)
	}
	if h := ann.ticket(ticket).History; len(h) != 1 || h[0].EndedAt != nil {
		t.Fatalf("history is %+v", h)
	}
	if n := ann.notes(ticket).Messages; len(n) != 0 {
		t.Fatalf("refused transfers left notes: %+v", n)
	}
}

func TestASupervisorMayTransferWhatIsNotOver(t *testing.T) {
	p := open(t, longGrace)
	ann, eve, vic := p.agent("Ann", 1), p.member("Eve", "supervisor", 1), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.servedBy(ann)
	bob := p.agent("Bob", 1)
	eve.call("POST", path(ticket, "/transfer"), toAgent(bob), nil)
	vic.servedBy(bob)
	bob.closes(ticket)
	eve.refused("POST", path(ticket, "/transfer"), toAgent(ann), 409, "this conversation is already closed")
}

func TestInAQueueATicketKeepsItsPlaceAndIsForSomebodyElse(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 1)
	sales := eve.addsQueue("Sales")
	ann := p.agent("Ann", 1)
	var visitors []*client
	for n := range 3 {
		v := p.visitor(fmt.Sprint("visitor ", n))
		v.connect()
		v.says("hello")
		visitors = append(visitors, v)
		if n == 0 {
			v.servedBy(ann)
		} else {
			v.waitsAt(n)
		}
	}
	first := visitors[0].live().TicketID
	var moved desk.Ticket
	ann.call("POST", path(first, "/transfer"), toQueue(sales.ID), &moved)
	if moved.State != "waiting" || moved.Queue != "Sales" || moved.Agent != nil {
		t.Fatalf("after the transfer: %+v", moved)
	}
	visitors[1].servedBy(ann) // she passed the first one on, so the next is hers
	visitors[0].waitsAt(1)    // and the third stays at place 2
	eve.refused("POST", path(first, "/transfer"), toQueue(sales.ID), 409, "this conversation waits in this queue already")
	bob := p.agent("Bob", 1)
	visitors[0].servedBy(bob)
	visitors[2].waitsAt(1)

	bob.call("POST", path(first, "/transfer"), toQueue(sales.ID), nil)
	visitors[2].servedBy(bob)
	visitors[0].waitsAt(1)
	bob.closes(visitors[2].live().TicketID)
	bob.takes(first) // by his own hand he may
	visitors[0].servedBy(bob)
}

func TestAnOwnerSortsWhoWaits(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 1)
	ann := p.member("Ann", "agent", 1)
	sales := eve.addsQueue("Sales")
	vic := p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.waitsAt(1)
	ann.refused("POST", path(ticket, "/transfer"), toQueue(sales.ID), 403, "")
	eve.call("POST", path(ticket, "/transfer"), toQueue(sales.ID), nil)
	ann.connect()
	if w := ann.desk().Waiting; len(w) != 1 || w[0].Queue != "Sales" {
		t.Fatalf("waiting is %+v", w)
	}
	ann.goes("online")
	vic.servedBy(ann)
	if got, want := said(t, ann, ticket), "ticket.transferred"; len(got) != 3 || got[1][:len(want)] != want {
		t.Fatalf("the conversation reads %q", got)
	}
}

func TestOfTwoTransfersAtOnceOneHappens(t *testing.T) {
	p := open(t, longGrace)
	ann := p.agent("Ann", 1)
	vic := p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.servedBy(ann)
	var refusals [2]*problem
	var both sync.WaitGroup
	for i, to := range []*client{p.agent("Bob", 1), p.agent("Cid", 1)} {
		both.Go(func() { refusals[i] = ann.try("POST", path(ticket, "/transfer"), toAgent(to), nil) })
	}
	both.Wait()
	if (refusals[0] == nil) == (refusals[1] == nil) {
		t.Fatalf("got %+v and %+v", refusals[0], refusals[1])
	}
	if h := ann.ticket(ticket).History; len(h) != 2 {
		t.Fatalf("history is %+v", h)
	}
}

// Two agents give each other a ticket at the same moment: each locks both seats, in one order.
func TestTransfersThatCrossDoNotWaitForEachOther(t *testing.T) {
	p := open(t, longGrace)
	hands := [2]*client{p.agent("Ann", 2), p.agent("Bob", 2)}
	for n := range 2 {
		v := p.visitor(fmt.Sprint("visitor ", n))
		v.connect()
		v.says("hello")
		v.servedBy(hands[n])
	}
	for range 10 {
		var both sync.WaitGroup
		for n, from := range hands {
			mine := from.desk().Mine
			both.Go(func() {
				for _, ticket := range mine {
					if refusal := from.try("POST", path(ticket.ID, "/transfer"), toAgent(hands[1-n]), nil); refusal != nil && refusal.Status != 409 {
						t.Errorf("%s transfers: %+v", from.name, refusal)
					}
				}
			})
		}
		both.Wait()
	}
}

// Everybody transfers, takes and closes at random while Dispatch does its part.
func TestTransfersInARaceNeverBreakTheCapNorShareATicket(t *testing.T) {
	const most, tickets = 2, 30
	p := open(t, longGrace)
	sales := p.member("Eve", "owner", 0).addsQueue("Sales")
	var agents []*client
	for n := range 4 {
		agents = append(agents, p.agent(fmt.Sprint("agent ", n), most))
	}
	var hands sync.WaitGroup
	for n := range tickets {
		hands.Go(func() { p.visitor(fmt.Sprint("visitor ", n)).says("hello") })
	}
	hands.Wait()
	var closed atomic.Int64
	for n, a := range agents {
		hands.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(n), 7)) // the same rolls each time
			for round := 0; closed.Load() < tickets && !t.Failed(); round++ {
				d := a.desk()
				if len(d.Mine) > most {
					t.Errorf("%s has %d conversations", a.name, len(d.Mine))
				}
				for _, mine := range d.Mine {
					roll := dice.IntN(4)
					switch {
					case roll == 0 || round > 12: // later rounds only close, so that the race ends
						if quietly(t, a, path(mine.ID, "/close"), nil) {
							closed.Add(1)
						}
					case roll == 1:
						quietly(t, a, path(mine.ID, "/transfer"), toQueue(sales.ID))
					default:
						quietly(t, a, path(mine.ID, "/transfer"), toAgent(agents[dice.IntN(len(agents))]))
					}
				}
				if len(d.Waiting) > 0 {
					quietly(t, a, path(d.Waiting[dice.IntN(len(d.Waiting))].ID, "/take"), nil)
				}
			}
		})
	}
	hands.Wait()
	if n := checkHistory(t, p, most); n <= tickets {
		t.Fatalf("%d tickets were assigned %d times: nobody transferred", tickets, n)
	}
}

// quietly calls what may be refused because somebody was quicker, and for nothing else.
func quietly(t *testing.T, c *client, path string, in any) (done bool) {
	t.Helper()
	refusal := c.try("POST", path, in, nil)
	if refusal != nil && refusal.Status != 409 && refusal.Status != 403 {
		t.Errorf("%s: %s: %+v", c.name, path, refusal)
	}
	return refusal == nil
}
