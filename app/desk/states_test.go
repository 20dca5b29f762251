package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"ichat/app/desk"
)

func TestUnansweredTicketsOfAnAbsentAgentGoBackAfterTheSetTime(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(map[string]any{"away_s": 60})
		ann, bob, vic := p.agent("Ann", 1), p.member("Bob", "agent", 1), p.visitor("Vic")
		bob.connect()
		vic.connect()
		vic.says("hello")
		ticket := vic.servedBy(ann)
		began := p.watch()
		ann.vanishes()
		p.passes(80 * time.Second)
		ann.connect() // back before it was time
		p.passes(5 * time.Minute)
		ann.vanishes()
		p.passes(80 * time.Second)
		vic.says("are you there?") // gives her no more time
		bob.goes("online")
		vic.servedBy(bob)
		began.shows(80 + 300 + 90)
		expects(t, "the events", bob.events(ticket), "requeued")
		if history := bob.ticket(ticket).History; history[0].EndedBy != "absent" {
			t.Fatalf("history is %+v", history)
		}
	})
}

func TestTheStatesOfASeat(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		ann, bob, vic := p.agent("Ann", 5), p.member("Bob", "supervisor", 0), p.visitor("Vic")
		bob.connect()
		vic.connect()
		ann.goes("busy")
		conversation := vic.says("hello")
		ticket := vic.waitsAt(1)
		bob.refused("POST", path(ticket, "/transfer"), toAgent(ann), 409, "this agent is busy")
		ann.takes(ticket)
		vic.servedBy(ann)
		ann.answers(conversation, "hello")

		ann.goes("invisible")
		if own, others := ann.desk(), bob.seat(ann); own.Seat.State != "invisible" || !own.Seat.Present || ann.seat(ann).State != "invisible" || others.State != "away" || others.Present {
			t.Fatalf("Ann sees %+v, Bob %+v", own.Seat, others)
		}
		bob.awaits("seat", seatFrame(ann, "away", false))
		ann.awaits("seat", seatFrame(ann, "invisible", true))
		if l := vic.live(); !l.Away {
			t.Fatalf("the visitor sees %+v", l)
		}
		bob.refused("POST", path(ticket, "/transfer"), toAgent(ann), 409, "")
		wim := p.visitor("Wim")
		wim.connect()
		wim.says("hello")
		second := wim.waitsAt(1)
		ann.takes(second)

		p.stop()
		p.start(30 * time.Second)
		ann.connect()
		if s := ann.desk().Seat; s.State != "invisible" {
			t.Fatalf("after a restart Ann is %+v", s)
		}
		ann.closes(second)
		ann.goes("away")
		wim.connect()
		wim.says("again")
		ann.refused("POST", path(wim.waitsAt(1), "/take"), nil, 409, "go online before you take a conversation")
		ann.refused("PUT", "/api/desk/seat", map[string]string{"state": "asleep"}, 400, "")
	})
}

func seatFrame(of *client, state string, present bool) func(frame) bool {
	return func(f frame) bool {
		var s desk.Seat
		return json.Unmarshal(f.Data, &s) == nil && s.Person.ID == of.id && s.State == state && s.Present == present
	}
}
