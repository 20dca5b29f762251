package desk_test

import (
	"testing"
	"time"
)

func TestWhoWaitsTooLongMovesOnAtHisPlace(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		ann := p.agent("Ann", 0) // there, and full
		vic, wim := p.visitor("Vic"), p.visitor("Wim")
		second := p.addsQueueAs("Second")
		p.ruled(map[string]any{"overflow": map[string]any{"after_s": 60, "to_queue": second}})
		vic.connect()
		vic.says("hello")
		began := p.watch()
		ticket := vic.waitsAt(1)
		p.passes(10 * time.Second)
		wim.connect()
		wim.says("hello")
		other := wim.live().TicketID
		p.member("Sue", "supervisor", 0).call("POST", path(other, "/transfer"), toQueue(second), nil)
		if m := vic.seesLine("ticket.overflowed"); m.Body.Args["to"] != "Second" {
			t.Fatalf("overflowed with %v", m.Body.Args)
		}
		began.shows(60)
		p.passes(0)
		if v, w := vic.live(), wim.live(); v.Place != 1 || w.Place != 2 {
			t.Fatalf("who came first waits at %d, the other at %d", v.Place, w.Place)
		}
		expects(t, "the events", ann.events(ticket), "overflowed")
		if why := ann.decided(ticket)[0].Why; why.From != "Support" || why.To != "Second" || why.AfterS != 60 {
			t.Fatalf("overflowed because %+v", why)
		}
	})
}

func TestNobodyOverflowsIntoAQueueThatNobodyServes(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		ann, vic := p.member("Ann", "agent", 0), p.visitor("Vic")
		ann.connect()
		second := p.addsQueueAs("Second")
		p.ruled(map[string]any{"overflow": map[string]any{"after_s": 60, "to_queue": second}})
		vic.connect()
		vic.says("hello")
		ticket := vic.waitsAt(1)
		p.passes(10 * time.Minute)
		if l := vic.live(); l.State != "waiting" || !l.Away {
			t.Fatalf("the visitor sees %+v", l)
		}
		expects(t, "the events", ann.events(ticket))
		ann.goes("online")
		vic.seesLine("ticket.overflowed")
	})
}

func TestQueuesThatOverflowIntoEachOtherComeToRest(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		ann, vic := p.agent("Ann", 0), p.visitor("Vic")
		first, second := ann.queueList()[0].ID, p.addsQueueAs("Second")
		p.ruled(map[string]any{"overflow": map[string]any{"after_s": 60, "to_queue": second}}, first)
		p.ruled(map[string]any{"overflow": map[string]any{"after_s": 60, "to_queue": first}}, second)
		vic.connect()
		vic.says("hello")
		ticket := vic.waitsAt(1)
		p.passes(time.Hour)
		expects(t, "the events", ann.events(ticket), "overflowed", "overflowed", "overflowed")
	})
}

func TestWhoWaitsIsRaisedUpToTheMost(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		ann, vic := p.agent("Ann", 0), p.visitor("Vic")
		p.ruled(map[string]any{"boost": map[string]int{"every_s": 60, "step": 4, "most": 6}})
		vic.connect()
		vic.says("hello")
		ticket := vic.waitsAt(1)
		p.passes(time.Hour)
		expects(t, "the events", ann.events(ticket), "boosted", "boosted")
		if e := ann.decided(ticket); e[0].Why.Is != 4 || e[1].Why.Is != 6 || e[1].At.Sub(e[0].At) != time.Minute {
			t.Fatalf("raised as %+v", e)
		}
	})
}
