package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"ichat/app/chat"
	"ichat/app/desk"
)

func answerWithin(nudge, requeue, times int) map[string]any {
	return map[string]any{"answer": map[string]int{"nudge_s": nudge, "requeue_s": requeue, "times": times}}
}

func TestWhoDoesNotAnswerIsCalledThenSomebodyElseGetsTheVisitor(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(answerWithin(20, 60, 3))
		ann, vic := p.agent("Ann", 5), p.visitor("Vic")
		bob := p.member("Bob", "agent", 5)
		bob.connect()
		vic.connect()
		began := p.watch()
		conversation := vic.says("hello")
		ticket := vic.servedBy(ann)
		given := ann.seesTicket(func(t desk.Ticket) bool { return t.State == "open" })
		if given.AnswerBy == nil || given.AnswerBy.Sub(*given.AssignedAt) != time.Minute || given.Nudged {
			t.Fatalf("given as %+v", given)
		}
		bob.goes("online")
		ann.seesTicket(func(t desk.Ticket) bool { return t.Nudged && t.AnswerBy != nil })
		began.shows(20)
		if d := ann.desk(); len(d.Mine) != 1 || !d.Mine[0].Nudged || d.Mine[0].AnswerBy == nil {
			t.Fatalf("after a reload the desk is %+v", d)
		}

		vic.servedBy(bob)
		began.shows(60)
		history := bob.ticket(ticket).History
		if len(history) != 2 || history[0].EndedBy != "no_answer" || history[1].Agent.ID != bob.id {
			t.Fatalf("history is %+v", history)
		}
		expects(t, "the conversation", said(t, bob, ticket), "hello", "ticket.assigned Ann", "ticket.requeued", "ticket.assigned Bob")

		p.passes(10 * time.Second)
		bob.answers(conversation, "hello Vic")
		bob.seesTicket(func(t desk.Ticket) bool {
			return t.AnswerBy == nil && !t.Nudged && t.Agent != nil && t.Agent.ID == bob.id
		})
		vic.says("thank you")
		p.passes(time.Hour)
		if l := vic.live(); l.State != "open" || l.Agent.ID != bob.id {
			t.Fatalf("an answered visitor is %+v", l)
		}
		expects(t, "the events", bob.events(ticket), "nudged", "requeued")
		if why := bob.decided(ticket)[1].Why; why.Rule != "no_answer" || why.Agent != ann.id || why.Name != "Ann" || why.AfterS != 60 || why.Round != 1 {
			t.Fatalf("requeued because %+v", why)
		}
	})
}

func TestAfterTheLastRoundTheVisitorIsAskedToLeaveAMessage(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		rules := answerWithin(0, 60, 2)
		rules["texts"] = map[string]any{"": map[string]string{"apology": "Please write us a line."}}
		p.ruled(rules)
		ann, vic, wim := p.agent("Ann", 1), p.visitor("Vic"), p.visitor("Wim")
		vic.connect()
		began := p.watch()
		conversation := vic.says("hello")
		ticket := vic.servedBy(ann)
		vic.waitsAt(1) // nobody else is there, and Ann had her turn
		began.shows(60)
		vic.seesLive(func(l desk.Live) bool { return l.Apology && l.State == "waiting" && l.Place == 1 })
		began.shows(120)
		if l := vic.live(); !l.Apology || l.Place != 1 {
			t.Fatalf("after a reload the visitor sees %+v", l)
		}
		var m chat.Message
		vic.awaits("message", func(f frame) bool {
			m = chat.Message{}
			return json.Unmarshal(f.Data, &m) == nil && m.Body.Key == "ticket.apology"
		})
		if m.Body.Text != "Please write us a line." {
			t.Fatalf("the apology is %+v", m.Body)
		}
		wim.connect()
		other := wim.says("hello?")
		wim.servedBy(ann) // she may have what she has not passed over
		ann.answers(other, "hello")
		p.passes(time.Hour)
		if l := vic.live(); l.State != "waiting" {
			t.Fatalf("the visitor is %+v", l)
		}
		ann.closes(wim.live().TicketID)
		ann.takes(ticket)
		ann.answers(conversation, "sorry, here I am")
		if l := vic.live(); l.State != "open" || l.Apology {
			t.Fatalf("the answered visitor sees %+v", l)
		}
		expects(t, "the events", ann.events(ticket), "requeued", "apologized")
	})
}

func TestARoundThatBeganUnderARuleDoesNotEndWithoutIt(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(answerWithin(0, 60, 5))
		p.agent("Ann", 1)
		vic := p.visitor("Vic")
		vic.connect()
		vic.says("hello")
		p.passes(61 * time.Second)
		vic.waitsAt(1) // the second round goes on without anybody
		p.ruled(map[string]any{})
		bob := p.agent("Bob", 1)
		vic.servedBy(bob)
		p.passes(time.Hour)
		if l := vic.live(); l.State != "open" || l.Agent.ID != bob.id {
			t.Fatalf("under no rule the visitor is %+v", l)
		}
	})
}

func TestARuleThatIsTakenBackTakesNobodyAway(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(answerWithin(0, 60, 5))
		ann, vic := p.agent("Ann", 1), p.visitor("Vic")
		vic.connect()
		vic.says("hello")
		vic.servedBy(ann)
		p.ruled(map[string]any{})
		p.passes(time.Hour)
		if l := vic.live(); l.State != "open" || l.Agent.ID != ann.id {
			t.Fatalf("without the rule the visitor is %+v", l)
		}
	})
}

func TestAnAnsweredVisitorWhoIsPassedOnStartsTheLadderWhenHeWrites(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(answerWithin(20, 60, 2))
		ann, vic := p.agent("Ann", 1), p.visitor("Vic")
		vic.connect()
		conversation := vic.says("hello")
		ticket := vic.servedBy(ann)
		ann.answers(conversation, "Bob knows this")
		bob := p.agent("Bob", 1)
		ann.call("POST", path(ticket, "/transfer"), toAgent(bob), nil)
		vic.servedBy(bob)
		p.passes(time.Hour)
		if l := vic.live(); l.State != "open" || l.Agent.ID != bob.id {
			t.Fatalf("a visitor who asked nothing is %+v", l)
		}
		vic.says("are you Bob?")
		began := p.watch()
		p.passes(30 * time.Second)
		vic.says("hello?") // does not give Bob more time
		vic.servedBy(ann)
		began.shows(60)
		expects(t, "the events", ann.events(ticket), "nudged", "requeued")
	})
}

func TestTimersOutlastARestart(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(answerWithin(20, 60, 2))
		ann, bob, vic := p.agent("Ann", 1), p.member("Bob", "agent", 1), p.visitor("Vic")
		vic.connect()
		vic.says("hello")
		ticket := vic.servedBy(ann)
		p.passes(10 * time.Second)
		p.stop()
		p.passes(20 * time.Second) // nobody to call Ann when it was time

		began := p.watch()
		p.start(30 * time.Second)
		for _, c := range []*client{ann, bob, vic} {
			c.connect()
		}
		bob.goes("online")
		p.passes(0)
		expects(t, "the events", ann.events(ticket), "nudged")
		vic.servedBy(bob)
		began.shows(30)
		expects(t, "the events", ann.events(ticket), "nudged", "requeued")
	})
}

func TestAClosedTicketHasNoTimers(t *testing.T) {
	inVirtualTime(t, func(p *product) {
		p.ruled(answerWithin(20, 60, 2))
		ann, vic := p.agent("Ann", 1), p.visitor("Vic")
		vic.connect()
		vic.says("hello")
		ticket := vic.servedBy(ann)
		ann.closes(ticket)
		p.passes(time.Hour)
		expects(t, "the events of a closed ticket", ann.events(ticket))
		var n int
		if p.one(&n, "SELECT COUNT(*) FROM timers"); n != 0 {
			t.Fatalf("%d timers are left", n)
		}
	})
}

// TestADueTimerFiresOnTheNodeThatWorksTheQueue: the row is written where nobody is woken, and found all the same, once.
func TestADueTimerFiresOnTheNodeThatWorksTheQueue(t *testing.T) {
	p := open(t, longGrace)
	onPostgres(t, p)
	p.ruled(answerWithin(0, 3600, 3))
	ann, vic := p.agent("Ann", 1), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.servedBy(ann)
	p.node()
	p.exec("UPDATE timers SET at = ? WHERE ticket_id = ?", time.Now().Add(-time.Minute).UTC(), ticket)
	vic.waitsAt(1)
	expects(t, "the events", ann.events(ticket), "requeued")
}

func TestATimerOfAQueueThatIsAnothersIsLeftToIt(t *testing.T) {
	p := open(t, longGrace)
	onPostgres(t, p)
	p.ruled(answerWithin(0, 3600, 3))
	ann, vic := p.agent("Ann", 1), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.servedBy(ann)
	// As if this node had slept and another had taken over.
	p.exec("UPDATE dispatch_leases SET holder = 'another', epoch = epoch + 1, until_ms = until_ms + 3600000 WHERE site_id = ?", p.site)
	p.exec("UPDATE timers SET at = ? WHERE ticket_id = ?", time.Now().Add(-time.Minute).UTC(), ticket)
	wim := p.visitor("Wim")
	wim.connect()
	wim.says("hello?")
	wim.waitsAt(1) // this node went over its queues, as far as it may
	expects(t, "the events", ann.events(ticket))
	p.exec("UPDATE dispatch_leases SET until_ms = 0 WHERE site_id = ?", p.site)
	vic.waitsAt(1)
	expects(t, "the events", ann.events(ticket), "requeued")
}
