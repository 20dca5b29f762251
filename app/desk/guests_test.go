package desk_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ichat/app/chat"
	"ichat/app/desk"
)

func guests(t desk.Ticket) (names []string) {
	for _, g := range t.Guests {
		names = append(names, g.Name)
	}
	return names
}

func (c *client) invites(guest *client, ticket int64) (t desk.Ticket) {
	c.p.t.Helper()
	c.call("POST", path(ticket, "/invite"), map[string]any{"agent": guest.id}, &t)
	return t
}

// reads are the lines of a conversation as one who is in it reads them.
func (c *client) reads(conversation int64) (lines []string) {
	c.p.t.Helper()
	var page chat.MessagePage
	c.call("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), nil, &page)
	for _, m := range page.Messages {
		if m.Type == "system" {
			lines = append(lines, m.Body.Key+" "+m.Body.Args["agent"])
		} else {
			lines = append(lines, m.Body.Text)
		}
	}
	return lines
}

func (c *client) shutOut(conversation int64) {
	c.p.t.Helper()
	c.refused("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), nil, 404, "")
	c.refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), text("may I?"), 404, "")
}

// served is a site with an agent who has the one visitor's ticket.
func served(t *testing.T) (p *product, ann, vic *client, conversation, ticket int64) {
	p = open(t, longGrace)
	ann, vic = p.agent("Ann", 1), p.visitor("Vic")
	vic.connect()
	conversation = vic.says("hello")
	return p, ann, vic, conversation, vic.servedBy(ann)
}

func TestAnInvitedColleagueReadsAndWritesUntilHeLeaves(t *testing.T) {
	p, ann, vic, conversation, ticket := served(t)
	bo := p.agent("Bo", 0) // full, which is no matter: the ticket stays Ann's

	var invited desk.Ticket
	ann.call("POST", path(ticket, "/invite"), map[string]any{"agent": bo.id, "note": "do you know this parcel?"}, &invited)
	if got := guests(invited); !slices.Equal(got, []string{"Bo"}) || invited.Agent.ID != ann.id {
		t.Fatalf("after the invitation: %+v", invited)
	}
	bo.seesTicket(func(x desk.Ticket) bool { return x.ID == ticket && len(x.Guests) == 1 && x.Guests[0].ID == bo.id })
	bo.seesNote("do you know this parcel?")
	if d := bo.desk(); len(d.Mine) != 1 || d.Mine[0].ID != ticket || d.Seat.Load != 0 {
		t.Fatalf("Bo's desk: %+v", d)
	}
	bo.answers(conversation, "it is at the depot")
	if x := ann.ticket(ticket).Ticket; x.AnsweredAt == nil {
		t.Fatal("a guest's answer is none")
	}
	bo.call("POST", path(ticket, "/leave"), map[string]any{}, nil)
	want := []string{"hello", "ticket.assigned Ann", "ticket.joined Bo", "it is at the depot", "ticket.left Bo"}
	if got := vic.reads(conversation); !slices.Equal(got, want) {
		t.Fatalf("the visitor reads %q, want %q", got, want)
	}
	if got := ann.ticket(ticket).Ticket; len(got.Guests) != 0 || got.Agent.ID != ann.id {
		t.Fatalf("after he left: %+v", got)
	}
	bo.shutOut(conversation)
	if d := bo.desk(); len(d.Mine) != 0 {
		t.Fatalf("Bo still has %+v", d.Mine)
	}
	if got := guests(ann.invites(bo, ticket)); len(got) != 1 {
		t.Fatalf("invited again: %q", got)
	}
}

func TestAnInvitationThatCannotBeIsRefusedAndChangesNothing(t *testing.T) {
	p, ann, vic, _, ticket := served(t)
	away, lost, gone := p.member("Away", "agent", 1), p.member("Lost", "agent", 1), p.agent("Gone", 1)
	away.connect()
	lost.goes("online")
	p.exec("UPDATE people SET disabled_at = ? WHERE id = ?", time.Now().UTC(), gone.id)
	bo, cy := p.agent("Bo", 1), p.agent("Cy", 1)
	waits := p.visitor("Will")
	waits.connect()
	bo.goes("away")
	cy.goes("away")
	waits.says("anybody?")
	waiting := waits.waitsAt(1)
	bo.goes("online")
	waits.servedBy(bo)
	cy.goes("online")
	ann.invites(cy, ticket)
	shop := p.site
	p.site = p.newSite("Other shop")
	stranger := p.agent("Stranger", 1)
	p.site = shop
	to := func(c *client) map[string]any { return map[string]any{"agent": c.id, "note": "this must not stay"} }

	for _, c := range []struct {
		who     *client
		end     string
		body    map[string]any
		status  int
		message string
	}{
		{ann, "/invite", to(lost), 409, "this agent is offline"},
		{ann, "/invite", to(away), 409, "this agent is away"},
		{ann, "/invite", to(gone), 404, "agent not found"},
		{ann, "/invite", to(stranger), 404, "agent not found"},
		{ann, "/invite", to(vic), 404, "agent not found"},
		{ann, "/invite", map[string]any{"agent": 0}, 404, "agent not found"},
		{ann, "/invite", to(ann), 409, "this agent has the conversation already"},
		{ann, "/invite", to(cy), 409, "this agent is in the conversation already"},
		{cy, "/invite", to(bo), 403, "only the agent who has this conversation, or a supervisor, can invite colleagues into it"},
		{bo, "/invite", to(bo), 403, "only the agent who has this conversation, or a supervisor, can invite colleagues into it"},
		{stranger, "/invite", to(bo), 404, "ticket not found"},
		{bo, "/leave", map[string]any{}, 409, "this agent is not in the conversation"},
		{bo, "/leave", map[string]any{"agent": cy.id}, 403, "only the agent who has this conversation, or a supervisor, can send a colleague away"},
		{ann, "/leave", map[string]any{"agent": bo.id}, 409, "this agent is not in the conversation"},
		{bo, "/join", nil, 403, "only supervisors and owners join conversations by themselves"},
		{bo, "/take-over", map[string]any{}, 403, "only supervisors and owners take conversations over"},
		{bo, "/watch", nil, 403, "only supervisors and owners watch conversations"},
		{bo, "/unwatch", nil, 403, "only supervisors and owners watch conversations"},
		{bo, "/whisper", map[string]any{"client_msg_id": "whisper-1", "text": "x"}, 403, "only supervisors and owners whisper"},
	} {
		var body any
		if c.body != nil {
			body = c.body
		}
		c.who.refused("POST", path(ticket, c.end), body, c.status, c.message)
	}
	if n := ann.notes(ticket).Messages; len(n) != 0 {
		t.Fatalf("notes stayed: %+v", n)
	}
	if got := guests(ann.ticket(ticket).Ticket); !slices.Equal(got, []string{"Cy"}) {
		t.Fatalf("guests are %q", got)
	}
	bo.closes(waiting)
	bo.refused("POST", path(waiting, "/invite"), to(cy), 409, "this conversation is already closed")
}

func TestGuestsLeaveWithTheAgent(t *testing.T) {
	for name, ends := range map[string]func(p *product, ann, other *client, ticket int64){
		"closed": func(_ *product, ann, _ *client, ticket int64) { ann.closes(ticket) },
		"given to a colleague": func(_ *product, ann, other *client, ticket int64) {
			ann.call("POST", path(ticket, "/transfer"), toAgent(other), nil)
		},
		"given to a queue": func(_ *product, ann, other *client, ticket int64) {
			other.goes("away")
			ann.call("POST", path(ticket, "/transfer"), toQueue(ann.desk().Mine[0].QueueID), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, ann, _, conversation, ticket := served(t)
			bo, other := p.agent("Bo", 0), p.agent("Other", 1)
			ann.invites(bo, ticket)
			bo.reads(conversation)
			ends(p, ann, other, ticket)
			bo.shutOut(conversation)
			if got := ann.ticket(ticket).Ticket; len(got.Guests) != 0 {
				t.Fatalf("guests stay: %+v", got)
			}
		})
	}
}

func TestAGuestIsMadeTheAgentByATransfer(t *testing.T) {
	p, ann, _, conversation, ticket := served(t)
	bo, cy := p.agent("Bo", 1), p.agent("Cy", 0)
	ann.invites(bo, ticket)
	ann.invites(cy, ticket)
	var moved desk.Ticket
	ann.call("POST", path(ticket, "/transfer"), toAgent(bo), &moved)
	if moved.Agent == nil || moved.Agent.ID != bo.id || len(moved.Guests) != 0 {
		t.Fatalf("after the transfer: %+v", moved)
	}
	bo.answers(conversation, "it is mine now")
	ann.shutOut(conversation)
	cy.shutOut(conversation)
	if d := bo.desk(); len(d.Mine) != 1 || d.Seat.Load != 1 {
		t.Fatalf("Bo's desk: %+v", d)
	}
}

func TestATakenOverTicketHasItsNewAgentAndItsReason(t *testing.T) {
	p, ann, vic, conversation, ticket := served(t)
	lea := p.member("Lea", "supervisor", 1)
	lea.connect()
	lea.refused("POST", path(ticket, "/take-over"), map[string]any{}, 409, "go online before you take a conversation")
	lea.call("POST", path(ticket, "/join"), nil, nil)
	lea.goes("online")

	var taken desk.Ticket
	lea.call("POST", path(ticket, "/take-over"), map[string]any{"reason": "a refund is mine to give"}, &taken)
	if taken.Agent == nil || taken.Agent.ID != lea.id || len(taken.Guests) != 0 {
		t.Fatalf("taken over: %+v", taken)
	}
	var told desk.TakenOver
	ann.awaits("taken_over", func(f frame) bool { return json.Unmarshal(f.Data, &told) == nil })
	if told.TicketID != ticket || told.By.ID != lea.id || told.Visitor.ID != vic.id || told.Reason != "a refund is mine to give" {
		t.Fatalf("Ann is told %+v", told)
	}
	ann.seesNote("a refund is mine to give")
	ann.shutOut(conversation)
	lea.answers(conversation, "I am Lea")
	h := lea.ticket(ticket).History
	if len(h) != 2 || h[0].EndedBy != "taken over" || h[1].Why.Rule != "taken over" || h[1].Why.By != lea.id || h[1].Agent.ID != lea.id {
		t.Fatalf("history is %+v", h)
	}
	if a, l := ann.seat(ann), ann.seat(lea); a.Load != 0 || l.Load != 1 {
		t.Fatalf("loads are %d and %d", a.Load, l.Load)
	}
	if got := vic.reads(conversation); !slices.Contains(got, "ticket.joined Lea") || !slices.Contains(got, "ticket.transferred ") {
		t.Fatalf("the visitor reads %q", got)
	}
	lea.refused("POST", path(ticket, "/take-over"), map[string]any{}, 409, "you have this conversation already")
	second := p.visitor("Will")
	second.connect()
	second.says("hello")
	other := second.servedBy(ann)
	lea.refused("POST", path(other, "/take-over"), map[string]any{}, 409, "you have reached your limit of conversations")
	ann.closes(other)
	lea.refused("POST", path(other, "/take-over"), map[string]any{}, 409, "this conversation is already closed")
}

// atOnce lets everybody do his part of a race and returns what each was refused.
func atOnce(acts ...func() *problem) []*problem {
	refusals := make([]*problem, len(acts))
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i, act := range acts {
		all.Go(func() {
			<-begin
			refusals[i] = act()
		})
	}
	close(begin)
	all.Wait()
	return refusals
}

func TestAnInvitationAndTheEndAtOnceLeaveNobodyInside(t *testing.T) {
	p := open(t, longGrace)
	ann, bo, lea := p.agent("Ann", 1), p.agent("Bo", 0), p.member("Lea", "supervisor", 5)
	lea.connect()
	for round := range 12 {
		vic := p.visitor(fmt.Sprint("Vic ", round))
		vic.connect()
		conversation := vic.says("hello")
		ticket := vic.servedBy(ann)
		refused := atOnce(
			func() *problem { return ann.try("POST", path(ticket, "/invite"), map[string]any{"agent": bo.id}, nil) },
			func() *problem { return ann.try("POST", path(ticket, "/close"), nil, nil) },
			func() *problem { return lea.try("POST", path(ticket, "/join"), nil, nil) },
		)
		if refused[1] != nil {
			t.Fatalf("the end was refused: %+v", refused[1])
		}
		for _, guest := range []*client{bo, lea} {
			guest.shutOut(conversation)
			if d := guest.desk(); len(d.Mine) != 0 {
				t.Fatalf("%s still has %+v", guest.name, d.Mine)
			}
		}
	}
}

func TestATakeOverAndTheEndAtOnceAreOneAfterTheOther(t *testing.T) {
	p := open(t, longGrace)
	ann, lea := p.agent("Ann", 1), p.member("Lea", "supervisor", 1)
	lea.connect()
	for round := range 12 {
		lea.goes("away")
		vic := p.visitor(fmt.Sprint("Vic ", round))
		vic.connect()
		vic.says("hello")
		ticket := vic.servedBy(ann)
		lea.goes("online")
		refused := atOnce(
			func() *problem { return lea.try("POST", path(ticket, "/take-over"), map[string]any{}, nil) },
			func() *problem { return ann.try("POST", path(ticket, "/close"), nil, nil) },
		)
		d := lea.ticket(ticket)
		switch {
		case refused[0] == nil && refused[1] != nil && d.Ticket.State == "open" && d.Ticket.Agent.ID == lea.id:
			lea.closes(ticket)
		case refused[0] != nil && refused[1] == nil && d.Ticket.State == "closed":
		default:
			t.Fatalf("take-over %+v, end %+v, ticket %+v", refused[0], refused[1], d.Ticket)
		}
		for _, c := range []*client{ann, lea} {
			if s := c.desk().Seat; s.Load != 0 {
				t.Fatalf("%s has load %d", c.name, s.Load)
			}
		}
	}
}
