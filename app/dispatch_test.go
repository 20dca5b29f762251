package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/desk"
)

func TestTheNodeThatWorksAQueueIsWokenByTheOthers(t *testing.T) {
	_, n := several(t, 2)
	agent := n[0].Agent("Mei", 100)
	line := agent.Online()
	n[0].Visitor().Say("the first takes the lease")
	line.Wait("ticket", isOpen)
	const count = 20
	began := time.Now()
	for range count {
		n[1].Visitor().Say("hello from the other node")
		line.Wait("ticket", isOpen)
	}
	// The beat alone would need three quarters of a second for each.
	if took := time.Since(began); took > count*400*time.Millisecond {
		t.Fatalf("%d assignments took %s", count, took)
	}
}

func isOpen(e apptest.Event) bool {
	var t desk.Ticket
	return json.Unmarshal(e.Data, &t) == nil && t.State == "open"
}

// TestDispatchersOnSeveralNodesKeepCapsAndOwners lets agents and visitors of three nodes do what they like at
// once, and then holds the log of assignments against the promises.
func TestDispatchersOnSeveralNodesKeepCapsAndOwners(t *testing.T) {
	_, n := several(t, 3)
	const agents, visitors, acts = 6, 24, 12
	caps := map[int64]int{}
	var staff []*apptest.Client
	for i := range agents {
		a := n[0].Agent(fmt.Sprintf("Agent %d", i), i%3+1).On(n[i%3])
		caps[a.ID] = i%3 + 1
		a.Online()
		staff = append(staff, a)
	}
	var busy sync.WaitGroup
	for i := range visitors {
		v := n[i%3].Visitor()
		dice := rand.New(rand.NewPCG(1, uint64(i)))
		busy.Go(func() {
			for range acts {
				v.Do("POST", "/api/live/messages", n[0].Draft("hello"))
				if dice.IntN(4) == 0 {
					v.Do("POST", "/api/live/end", nil)
				}
			}
		})
	}
	for i, a := range staff {
		dice := rand.New(rand.NewPCG(2, uint64(i)))
		busy.Go(func() {
			for range 3 * acts {
				act(a, dice, staff[dice.IntN(agents)].ID)
			}
		})
	}
	busy.Wait()
	holds(t, n[0], caps)
}

// act lets an agent do something with what is on his desk; that somebody was quicker is no matter.
func act(a *apptest.Client, dice *rand.Rand, colleague int64) {
	var d desk.Desk
	a.OK("GET", "/api/desk", nil, &d)
	some := func(of []desk.Ticket, then string, in any) {
		if len(of) > 0 {
			a.Do("POST", fmt.Sprintf("/api/desk/tickets/%d/%s", of[dice.IntN(len(of))].ID, then), in)
		}
	}
	switch dice.IntN(7) {
	case 0, 1:
		some(d.Waiting, "take", nil)
	case 2, 3, 4:
		some(d.Mine, "close", nil)
	case 5:
		some(d.Mine, "transfer", map[string]any{"to_agent": colleague})
	case 6:
		a.Do("PUT", "/api/desk/seat", map[string]string{"state": []string{"away", "online", "online"}[dice.IntN(3)]})
	}
}

// span is a row of the log of assignments.
type span struct {
	TicketID, AgentID int64
	At                time.Time
	EndedAt           *time.Time
}

// holds finds tickets with two owners at a time and agents above their cap.
func holds(t *testing.T, p *apptest.Product, caps map[int64]int) {
	t.Helper()
	var log []span
	if err := p.DB.R.NewRaw("SELECT ticket_id, agent_id, at, ended_at FROM assignments ORDER BY at, id").Scan(t.Context(), &log); err != nil {
		t.Fatal(err)
	}
	if len(log) < 15 {
		t.Fatalf("only %d assignments were made", len(log))
	}
	for i, a := range log {
		load := 1
		for _, b := range log[:i] {
			if b.EndedAt != nil && !b.EndedAt.After(a.At) {
				continue
			}
			if b.TicketID == a.TicketID {
				t.Errorf("ticket %d has two owners: %+v and %+v", a.TicketID, b, a)
			}
			if b.AgentID == a.AgentID {
				load++
			}
		}
		if load > caps[a.AgentID] {
			t.Errorf("agent %d has %d tickets and a cap of %d", a.AgentID, load, caps[a.AgentID])
		}
	}
}
