package desk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ichat/app/people"
	"ichat/storage"
)

// shortGrace is for stories in which somebody is lost.
const shortGrace = 100 * time.Millisecond

func TestATicketGoesBackToItsPlaceWhenItsAgentIsLost(t *testing.T) {
	p := open(t, 100*time.Millisecond)
	bob := p.member("Bob", "agent", 1)
	bob.connect()
	ann := p.agent("Ann", 1)
	var visitors []*client
	for n := range 3 {
		v := p.visitor(fmt.Sprint("visitor ", n))
		v.connect()
		v.says("hello")
		if n == 0 {
			v.servedBy(ann)
		} else {
			v.waitsAt(n)
		}
		visitors = append(visitors, v)
	}
	ann.vanishes()
	bob.seesLost(ann)
	ticket := visitors[0].waitsAt(1)
	visitors[1].waitsAt(2)
	visitors[2].waitsAt(3)
	bob.goes("online")
	visitors[0].servedBy(bob)
	visitors[1].waitsAt(1)
	history := bob.ticket(ticket).History
	if len(history) != 2 || history[0].EndedBy != "absent" || history[0].EndedAt == nil || history[1].Agent.ID != bob.id || history[1].EndedAt != nil {
		t.Fatalf("history is %+v", history)
	}
	if got, want := said(t, bob, ticket), []string{"hello", "ticket.assigned Ann", "ticket.requeued", "ticket.assigned Bob"}; !slices.Equal(got, want) {
		t.Fatalf("the conversation reads %q, want %q", got, want)
	}
	bob.closes(ticket)
	visitors[1].servedBy(bob)
	ann.connect() // her seat is as she left it
	visitors[2].servedBy(ann)
}

func TestAnAnsweredTicketWaitsForItsVisitorBeforeItGoesBack(t *testing.T) {
	p := open(t, shortGrace)
	bob := p.member("Bob", "agent", 2)
	bob.connect()
	ann, vic, wim := p.agent("Ann", 1), p.visitor("Vic"), p.visitor("Wim")
	vic.connect()
	conversation := vic.says("hello")
	vic.servedBy(ann)
	ann.answers(conversation, "hello, one moment please")
	ann.vanishes()
	bob.seesLost(ann)
	bob.goes("online")
	wim.connect()
	wim.says("hello")
	wim.servedBy(bob) // so Dispatch has dealt with Ann's absence
	if l := vic.live(); l.State != "open" || l.Agent.ID != ann.id {
		t.Fatalf("an answered visitor was sent back: %+v", l)
	}
	vic.says("are you there?")
	vic.servedBy(bob)
}

func TestAnAgentWhoGoesAwayKeepsWhatHeHas(t *testing.T) {
	p := open(t, longGrace)
	ann, vic, wim := p.agent("Ann", 5), p.visitor("Vic"), p.visitor("Wim")
	vic.connect()
	conversation := vic.says("hello")
	vic.servedBy(ann)
	ann.goes("away")
	wim.connect()
	wim.says("hello")
	wim.waitsAt(1)
	ann.answers(conversation, "still here for you")
	if d := ann.desk(); len(d.Mine) != 1 || len(d.Waiting) != 1 || d.Seat.State != "away" {
		t.Fatalf("desk is %+v", d)
	}
	ann.goes("online")
	wim.servedBy(ann)
}

func TestAStoppedServerIsTakenUpWhereItEnded(t *testing.T) {
	p := open(t, longGrace)
	ann, bob := p.agent("Ann", 1), p.member("Bob", "agent", 1)
	vic, wim := p.visitor("Vic"), p.visitor("Wim")
	vic.connect()
	vic.says("hello")
	vic.servedBy(ann)
	wim.connect()
	wim.says("hello")
	wim.waitsAt(1)
	p.stop()

	p.start(shortGrace)
	vic.connect()
	vic.waitsAt(1) // Ann did not come back
	bob.connect()
	bob.goes("online")
	vic.servedBy(bob)
}

// A ticket that cannot be handed out (here its conversation is broken) holds up nobody else.
func TestABrokenTicketDoesNotStopTheQueue(t *testing.T) {
	p := open(t, longGrace)
	ann := p.member("Ann", "agent", 5)
	ann.connect()
	broken := p.visitor("Vic").says("hello")
	p.exec("DELETE FROM conversations WHERE id = ?", broken)
	wim := p.visitor("Wim")
	wim.connect()
	wim.says("hello")
	wim.waitsAt(2)
	ann.goes("online")
	wim.servedBy(ann)
}

func TestACapThatGrowsIsUsedAtOnce(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 0), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	vic.waitsAt(1)
	p.write(func(ctx context.Context, tx *storage.Tx) error {
		one := 1
		_, err := p.desk.SetSeatTx(ctx, tx, ann.id, people.SeatChange{Cap: &one})
		return err
	})
	vic.servedBy(ann)
}
