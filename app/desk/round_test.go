package desk_test

import (
	"fmt"
	"testing"
	"time"
)

// TestWhoComesBackIsServedBeforeTheRestOfALongQueue: a round does not go on with what it read while somebody with an
// earlier place has come back.
func TestWhoComesBackIsServedBeforeTheRestOfALongQueue(t *testing.T) {
	p := open(t, longGrace)
	ann := p.agent("Ann", 1)
	first := p.visitor("first")
	first.connect()
	first.says("hello")
	ticket := first.servedBy(ann)
	bob := p.member("Bob", "agent", 100)
	bob.connect()
	const others = 90
	var last *client
	for n := range others {
		last = p.visitor(fmt.Sprint("visitor ", n))
		last.says("hello")
	}
	last.connect()
	back := p.addsQueueAs("Back")
	bob.goes("online")
	bob.awaits("list", func(frame) bool { return true }) // the round has begun
	ann.call("POST", path(ticket, "/transfer"), toQueue(back), nil)
	first.servedBy(bob)
	lastTicket := last.servedBy(bob)
	mine, theirs := bob.ticket(ticket).Ticket.AssignedAt, bob.ticket(lastTicket).Ticket.AssignedAt
	if !mine.Before(*theirs) {
		t.Fatalf("who came first and back was served at %s, the last of %d others at %s", mine.Format(time.StampMicro), others, theirs.Format(time.StampMicro))
	}
}

// addsQueueAs lets an owner of its own add a queue.
func (p *product) addsQueueAs(name string) int64 {
	p.t.Helper()
	return p.member("Owner of "+name, "owner", 1).addsQueue(name).ID
}
