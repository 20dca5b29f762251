package desk_test

import (
	"context"
	"testing"
	"time"

	"ichat/app/desk"
	"ichat/app/id"
	"ichat/storage"
)

// onPostgres skips a story of several nodes where only one can be.
func onPostgres(t *testing.T, p *product) {
	t.Helper()
	if !p.db.Postgres() {
		t.Skip("SQLite has one node")
	}
}

// node is a second node on the same database. Nothing joins the two: every wake-up between them is lost.
func (p *product) node() *product {
	p.t.Helper()
	n := &product{t: p.t, db: p.db, ids: id.NewSource(2, time.Now), site: p.site}
	n.start(longGrace)
	return n
}

// on is the same person at a page of another node.
func (c *client) on(p *product) *client {
	return &client{p: p, id: c.id, kind: c.kind, name: c.name, token: c.token}
}

func TestANodeThatLostTheLeaseAssignsNothing(t *testing.T) {
	p := open(t, longGrace)
	onPostgres(t, p)
	ann := p.agent("Ann", 2)
	vera := p.visitor("Vera")
	vera.connect()
	vera.says("Hello")
	vera.servedBy(ann)

	// As if this node had slept and another had taken over.
	p.exec("UPDATE dispatch_leases SET holder = 'another', epoch = epoch + 1, until_ms = until_ms + 3600000 WHERE site_id = ?", p.site)
	wim := p.visitor("Wim")
	wim.connect()
	wim.says("Hello?")
	wim.waitsAt(1) // told when the queue was gone over
	free := time.Now()
	p.exec("UPDATE dispatch_leases SET until_ms = 0 WHERE site_id = ?", p.site)

	got := ann.ticket(wim.servedBy(ann)).History
	if len(got) != 1 || got[0].At.Before(free.Add(-time.Millisecond)) {
		t.Fatalf("assigned %+v, and the lease was free at %s", got, free)
	}
}

func TestALostWakeUpBetweenNodesHeals(t *testing.T) {
	p := open(t, longGrace)
	onPostgres(t, p)
	ann := p.agent("Ann", 5)
	first := p.visitor("Vera")
	first.says("Hello")
	ann.seesTicket(func(t desk.Ticket) bool { return t.State == "open" })

	other := p.node()
	wim := other.visitor("Wim")
	began := time.Now()
	wim.says("Is anybody there?")
	ann.seesTicket(func(t desk.Ticket) bool { return t.Visitor.ID == wim.id && t.State == "open" })
	if took := time.Since(began); took > 3*time.Second {
		t.Fatalf("healed after %s", took)
	}
}

func TestAStoppedNodeLeavesItsQueuesToTheOthers(t *testing.T) {
	p := open(t, longGrace)
	onPostgres(t, p)
	vera := p.visitor("Vera")
	vera.connect()
	vera.says("Hello")
	vera.waitsAt(1)
	other := p.node()
	p.stop()
	ann := p.member("Ann", "agent", 1).on(other)
	ann.connect()
	ann.goes("online")
	ann.seesTicket(func(t desk.Ticket) bool { return t.Visitor.ID == vera.id && t.State == "open" })
}

func TestATicketHasOneOpenAssignment(t *testing.T) {
	p := open(t, longGrace)
	ann := p.agent("Ann", 1)
	vera := p.visitor("Vera")
	vera.connect()
	vera.says("Hello")
	ticket := vera.servedBy(ann)
	err := p.db.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw("INSERT INTO assignments (id, ticket_id, agent_id, why, at) VALUES (?, ?, ?, '{}', ?)", p.ids.Next(), ticket, ann.id, time.Now()).Exec(ctx)
		return err
	})
	if !storage.IsUnique(err) {
		t.Fatalf("a second open assignment: %v", err)
	}
}
