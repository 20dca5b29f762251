package desk_test

import (
	"slices"
	"testing"
	"time"

	"ichat/app/desk"
)

// TestWhoOnlyLooksOnIsHandedNobody: the back office and the messenger hold sockets too, and show no tickets.
func TestWhoOnlyLooksOnIsHandedNobody(t *testing.T) {
	p := open(t, longGrace)
	boss := p.member("Boss", "owner", 5)
	boss.looksOn()
	boss.goes("online")
	visitor := p.visitor("Vic")
	visitor.connect()
	visitor.says("hello")
	mei := p.agent("Mei", 1)
	ticket := visitor.servedBy(mei)
	if l := visitor.live(); l.AgentsOnline != 1 {
		t.Fatalf("%d agents are there", l.AgentsOnline)
	}
	bosses := func(s desk.Seat) bool { return s.Person.ID == boss.id && !s.Present && s.State == "online" }
	if seats := mei.desk().Seats; !slices.ContainsFunc(seats, bosses) {
		t.Fatalf("%+v", seats)
	}
	mei.refused("POST", path(ticket, "/transfer"), map[string]any{"to_agent": boss.id}, 409, "")
	mei.refused("POST", path(ticket, "/invite"), map[string]any{"agent": boss.id}, 409, "")

	second := p.visitor("Val")
	second.connect()
	second.says("hello")
	second.waitsAt(1)
	boss.connect()
	second.servedBy(boss)
}

// TestWhoClosesTheConsoleAndLooksOnIsAbsent: another page of his does not keep his visitors waiting.
func TestWhoClosesTheConsoleAndLooksOnIsAbsent(t *testing.T) {
	p := open(t, 50*time.Millisecond)
	boss := p.agent("Boss", 5)
	visitor := p.visitor("Vic")
	visitor.connect()
	visitor.says("hello")
	visitor.servedBy(boss)
	console := boss.conn
	boss.looksOn()
	console.Close()
	visitor.waitsAt(1)
}
