package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"ichat/app/chat"
	"ichat/app/desk"
)

func idleAfter(warn, closes, gone int) map[string]any {
	return map[string]any{"idle": map[string]int{"warn_s": warn, "close_s": closes, "gone_s": gone}}
}

// seesLine awaits a system line.
func (c *client) seesLine(key string) (m chat.Message) {
	c.p.t.Helper()
	c.awaits("message", func(f frame) bool {
		m = chat.Message{}
		return json.Unmarshal(f.Data, &m) == nil && m.Body.Key == key
	})
	return m
}

func TestASilentVisitorIsWarnedThenClosed(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(idleAfter(60, 180, 0))
		ann, vic := p.agent("Ann", 1), p.visitor("Vic")
		vic.connect()
		conversation := vic.says("hello")
		ticket := vic.servedBy(ann)
		p.passes(24 * time.Hour)
		if l := vic.live(); l.State != "open" {
			t.Fatalf("a visitor whom nobody answered was closed: %+v", l)
		}

		ann.answers(conversation, "hello")
		began := p.watch()
		if m := vic.seesLine("ticket.idle_warning"); m.Body.Text != "Are you still there? Without a word from you this chat ends in 2 min." {
			t.Fatalf("warned with %q", m.Body.Text)
		}
		began.shows(60)
		vic.says("wait, I am looking for it")
		p.passes(time.Hour)
		if l := vic.live(); l.State != "open" {
			t.Fatalf("a visitor who waits for an answer was closed: %+v", l)
		}

		ann.answers(conversation, "take your time")
		p.passes(30 * time.Second)
		ann.answers(conversation, "it is on the invoice")
		began = p.watch()
		vic.seesLine("ticket.idle_warning")
		began.shows(60)
		if m := vic.seesLine("ticket.closed"); m.Body.Args["by"] != "idle" {
			t.Fatalf("closed with %v", m.Body.Args)
		}
		began.shows(180)
		expects(t, "the events", ann.events(ticket), "idle_warned", "idle_warned", "closed")
		if history := ann.ticket(ticket).History; history[0].EndedBy != "idle" {
			t.Fatalf("history is %+v", history)
		}
		vic.says("here it is") // begins anew
		p.passes(0)
		if l := vic.live(); l.State != "open" || l.TicketID == ticket {
			t.Fatalf("who writes again is %+v", l)
		}
	})
}

func TestAVisitorWhoIsGoneIsClosedLaterAndOneWhoComesBackIsNot(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(idleAfter(0, 0, 120))
		ann, vic, wim := p.agent("Ann", 2), p.visitor("Vic"), p.visitor("Wim")
		for _, v := range []*client{vic, wim} {
			v.connect()
			conversation := v.says("hello")
			v.servedBy(ann)
			ann.answers(conversation, "hello")
		}
		ticket, other := vic.live().TicketID, wim.live().TicketID
		began := p.watch()
		vic.vanishes()
		p.passes(100 * time.Second) // 30 of them are the grace
		vic.connect()
		vic.vanishes()
		p.passes(100 * time.Second)
		if l := vic.live(); l.State != "open" {
			t.Fatalf("who was back meanwhile is %+v", l)
		}
		ann.seesTicket(func(t desk.Ticket) bool { return t.ID == ticket && t.State == "closed" })
		began.shows(250)
		expects(t, "the events", ann.events(ticket), "closed")
		if l := wim.live(); l.State != "open" {
			t.Fatalf("who stayed is %+v", l)
		}
		expects(t, "the events of who stayed", ann.events(other))
	})
}

func TestAGoneVisitorWhoWaitsForAnAnswerIsNotClosedBeforeIt(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(idleAfter(0, 0, 120))
		ann, vic := p.agent("Ann", 1), p.visitor("Vic")
		vic.connect()
		conversation := vic.says("hello")
		ticket := vic.servedBy(ann)
		vic.vanishes()
		p.passes(time.Hour)
		if l := vic.live(); l.State != "open" {
			t.Fatalf("the visitor is %+v", l)
		}
		ann.answers(conversation, "are you there?")
		began := p.watch()
		ann.seesTicket(func(t desk.Ticket) bool { return t.ID == ticket && t.State == "closed" })
		began.shows(120)
	})
}

func TestWhoWasGoneWhileTheServerWasAwayIsClosedToo(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(idleAfter(0, 0, 120))
		ann, vic := p.agent("Ann", 1), p.visitor("Vic")
		vic.connect()
		conversation := vic.says("hello")
		ticket := vic.servedBy(ann)
		ann.answers(conversation, "hello")
		p.stop()
		p.start(30 * time.Second)
		began := p.watch()
		ann.connect()
		ann.seesTicket(func(t desk.Ticket) bool { return t.ID == ticket && t.State == "closed" })
		began.shows(150)
	})
}
