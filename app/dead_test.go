package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
)

var quiet = slog.New(slog.DiscardHandler)

// hands is a node of which only the timetable runs, by a clock that the test sets.
type hands struct {
	*app.App
	looks atomic.Int64 // at the clock: one or more for each time the job was due
	stop  func()       // and wait
}

// timetables gives three nodes on one database a job that is due every second.
func timetables(t *testing.T, clock *atomic.Int64, job func(ctx context.Context, node int) error) (all []*hands, lines []*wire) {
	t.Helper()
	first := apptest.New(t)
	if !first.DB.Postgres() {
		t.Skip("several nodes share a PostgreSQL; this run is on SQLite")
	}
	for node := range 3 {
		h, c := &hands{}, first.Config
		line, address := between(t, c.DatabaseURL)
		c.DatabaseURL, c.Data = address, t.TempDir()
		c.OwnerEmail, c.OwnerPassword = "", ""
		var err error
		h.App, err = app.NewAt(t.Context(), c, quiet, func() time.Time {
			h.looks.Add(1)
			return time.UnixMilli(clock.Load())
		})
		if err != nil {
			t.Fatal(err)
		}
		h.Jobs.Every("count", "@every 1s", func(ctx context.Context) error { return job(ctx, node) })
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() { defer close(ended); h.Jobs.Run(ctx) }()
		h.stop = func() { cancel(); <-ended }
		t.Cleanup(func() {
			h.stop()
			if err := h.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		all, lines = append(all, h), append(lines, line)
	}
	return all, lines
}

// triedBy waits until nodes have looked for what is due, all of them and to the end: a job is not begun again before.
func triedBy(t *testing.T, nodes ...*hands) {
	t.Helper()
	for _, h := range nodes {
		seen := h.looks.Load()
		until(t, "a node has looked at its timetable again and again", func() bool { return h.looks.Load() > seen+6 })
	}
}

func TestAJobIsRunOnceByThreeNodesHoweverOftenTheyLook(t *testing.T) {
	var clock, ran atomic.Int64
	clock.Store(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC).UnixMilli())
	nodes, _ := timetables(t, &clock, func(context.Context, int) error { ran.Add(1); return nil })
	for due := int64(1); due <= 3; due++ {
		until(t, "the job was run", func() bool { return ran.Load() >= due })
		triedBy(t, nodes...)
		if got := ran.Load(); got != due {
			t.Fatalf("due %d times, run %d times", due, got)
		}
		clock.Add(1000)
	}
}

func TestAJobWhoseNodeDiedInTheMiddleIsRunOnceMore(t *testing.T) {
	var clock, ran atomic.Int64
	clock.Store(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC).UnixMilli())
	begun := make(chan int, 1)
	nodes, lines := timetables(t, &clock, func(ctx context.Context, node int) error {
		if ran.Add(1) == 1 {
			begun <- node
			<-ctx.Done() // it never gets to the end
		}
		return nil
	})
	dead := <-begun
	lines[dead].cut()
	living := slices.Delete(slices.Clone(nodes), dead, dead+1)
	clock.Add(59_000)
	triedBy(t, living...)
	if got := ran.Load(); got != 1 {
		t.Fatalf("run %d times while the lease of the node that runs it holds", got)
	}
	clock.Add(1000)
	until(t, "another node has run it", func() bool { return ran.Load() > 1 })
	lines[dead].mend()
	nodes[dead].stop() // it gives back what is not its own any more
	triedBy(t, living...)
	if got := ran.Load(); got != 2 {
		t.Fatalf("run %d times in all", got)
	}
}

// TestTheTicketsOfANodeThatDiedGoBackOnce: all nodes that are left see that the agent is gone.
func TestTheTicketsOfANodeThatDiedGoBackOnce(t *testing.T) {
	relay, n := several(t, 2, func(c *app.Config) { c.Grace = 200 * time.Millisecond })
	var lines [2]*wire
	doomed := n[0].Node(time.Now, func(c *app.Config) {
		lines[0], c.DatabaseURL = between(t, c.DatabaseURL)
		lines[1], c.NatsURL = between(t, relay.URL())
	})
	until(t, "the relay stands", func() bool { return doomed.Hub.RelayProblem() == "" })
	mei, bob := n[0].Agent("Mei", 3), n[0].Agent("Bob", 3)
	at := mei.On(doomed).Online()
	watch := bob.On(n[1]).Connect()
	bob.OK("GET", "/api/desk", nil, nil)
	var waiting [3]*apptest.Client
	var tickets [3]int64
	for i := range waiting {
		waiting[i] = n[i%2].Visitor()
		waiting[i].Say("hello")
		until(t, "Mei has the visitor", func() bool { return waiting[i].Live().State == "open" })
		var d desk.Desk
		mei.OK("GET", "/api/desk", nil, &d)
		mine := slices.IndexFunc(d.Mine, func(one desk.Ticket) bool { return one.Visitor.ID == waiting[i].ID })
		tickets[i] = d.Mine[mine].ID
	}
	watch.Drain()
	told := map[int64]map[int64]bool{} // versions in which a ticket was told to be waiting
	note := func(e apptest.Event) {
		var one desk.Ticket
		if e.Type == "ticket" && json.Unmarshal(e.Data, &one) == nil && one.State == "waiting" {
			if told[one.ID] == nil {
				told[one.ID] = map[int64]bool{}
			}
			told[one.ID][one.Version] = true
		}
	}
	for _, line := range lines {
		line.cut()
	}
	at.Cut()
	for len(told) < len(tickets) {
		note(watch.Wait("ticket", nil))
	}
	for _, line := range lines {
		line.mend() // and the dead node wakes up, and sees that she is gone
	}
	until(t, "it is ready again", func() bool { status, _ := problems(t, bob.On(doomed)); return status == 200 })
	bob.OK("PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil)
	for _, v := range waiting {
		until(t, "Bob has the visitor", func() bool { return v.Live().State == "open" })
	}
	for _, e := range watch.Drain() {
		note(e)
	}
	for i, ticket := range tickets {
		var detail desk.TicketDetail
		bob.OK("GET", fmt.Sprintf("/api/desk/tickets/%d", ticket), nil, &detail)
		if h := detail.History; len(h) != 2 || h[0].EndedBy != "absent" || h[1].Agent.ID != bob.ID {
			t.Errorf("history %+v", h)
		}
		var page chat.MessagePage
		bob.OK("GET", fmt.Sprintf("/api/desk/tickets/%d/messages", ticket), nil, &page)
		var keys []string
		for _, m := range page.Messages {
			keys = append(keys, m.Body.Key)
		}
		if want := []string{"", "ticket.assigned", "ticket.requeued", "ticket.assigned"}; !slices.Equal(keys, want) {
			t.Errorf("visitor %d reads %q", i, keys)
		}
		if len(told[ticket]) != 1 {
			t.Errorf("ticket %d was told to wait %d times", ticket, len(told[ticket]))
		}
	}
}
