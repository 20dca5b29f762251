package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/hub"
	"ichat/app/hub/relaytest"
	"ichat/storage"
)

// several starts nodes of one product behind one relay.
func several(t *testing.T, n int, change ...func(*app.Config)) (relay *relaytest.Server, nodes []*apptest.Product) {
	t.Helper()
	relay = relaytest.New(t)
	first := apptest.New(t, append(change, func(c *app.Config) {
		if c.DatabaseURL[:6] != "sqlite" {
			c.NatsURL = relay.URL()
		}
	})...)
	if !first.DB.Postgres() {
		t.Skip("several nodes share a PostgreSQL; this run is on SQLite")
	}
	nodes = []*apptest.Product{first}
	for range n - 1 {
		nodes = append(nodes, first.Node(time.Now))
	}
	for _, p := range nodes {
		until(t, "the relay stands", func() bool { return p.Hub.RelayProblem() == "" })
	}
	return relay, nodes
}

// until looks again and again, because what it waits for tells nobody.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for late := time.Now().Add(apptest.Patience); !so(); {
		if time.Now().After(late) {
			t.Fatalf("not so: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestAMessageSentOnOneNodeReachesASocketOnAnother(t *testing.T) {
	_, n := several(t, 3)
	agent := n[0].Agent("Mei", 5)
	as := agent.Online()
	visitor := n[0].Visitor()
	vs := visitor.On(n[1]).Connect()
	conversation := visitor.On(n[2]).Say("hello").ConversationID
	vs.Message("hello")
	as.Wait("list", nil) // the ticket is his, whichever node gave it to him
	agent.On(n[2]).Write(conversation, "good morning")
	vs.Message("good morning")
	as.Message("good morning")
}

func TestASignInThatEndsOnOneNodeClosesItsSocketsOnAnother(t *testing.T) {
	_, n := several(t, 2)
	agent := n[0].Agent("Mei", 5)
	there := agent.On(n[1]).Connect()
	agent.OK("DELETE", "/api/session", nil, nil)
	if code := there.WaitClosed(); code != hub.CloseSignedOut {
		t.Fatalf("closed with %d", code)
	}
}

func TestAnAgentIsPresentWhateverNodeHeIsConnectedTo(t *testing.T) {
	_, n := several(t, 2)
	agent := n[0].Agent("Mei", 5)
	there := agent.On(n[1]).Online()
	until(t, "the other node knows that he is connected", func() bool { return n[0].Hub.Connected(agent.ID) })
	here := agent.Connect() // a reload that lands on another node
	there.Cut()
	until(t, "the other node knows that he left", func() bool { return len(n[1].Hub.People()) == 0 })
	if !n[1].Hub.Present(agent.ID) || !n[0].Hub.Connected(agent.ID) {
		t.Fatal("moving from node to node was an absence")
	}
	until(t, "the node he left knows where he is", func() bool { return n[1].Hub.Connected(agent.ID) })
	n[0].Stop()
	here.WaitClosed()
	until(t, "his grace begins when his node leaves", func() bool { return !n[1].Hub.Connected(agent.ID) })
	if !n[1].Hub.Present(agent.ID) {
		t.Fatal("no grace")
	}
}

func TestWhoLooksOnFromOneNodeIsHandedNobodyByAnother(t *testing.T) {
	_, n := several(t, 2)
	boss, mei := n[0].Agent("Boss", 5), n[0].Agent("Mei", 5)
	aside := boss.On(n[1]).LooksOn()
	boss.OK("PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil)
	until(t, "the other node knows that he is connected", func() bool { return n[0].Hub.Connected(boss.ID) })
	if n[0].Hub.Front().Present(boss.ID) {
		t.Fatal("who looks on counts as at work on another node")
	}
	mei.On(n[0]).Online()
	visitor := n[0].Visitor()
	vs := visitor.Connect()
	visitor.Say("hello")
	vs.Wait("live", func(e apptest.Event) bool { l := frame[desk.Live](t, e); return l.Agent != nil && l.Agent.ID == mei.ID })

	console := boss.On(n[1]).Connect()
	until(t, "his console is known of", func() bool { return n[0].Hub.Front().Connected(boss.ID) })
	console.Cut()
	until(t, "it is known to be gone", func() bool { return !n[0].Hub.Front().Connected(boss.ID) && n[0].Hub.Connected(boss.ID) })
	aside.Drain()
}

func TestWhatTheRelayLostIsFoundInTheDatabase(t *testing.T) {
	relay, n := several(t, 2)
	agent := n[0].Agent("Mei", 5)
	as := agent.Online()
	visitor := n[0].Visitor()
	vs := visitor.Connect()
	conversation := visitor.Say("hello").ConversationID
	as.Wait("list", nil)
	there := visitor.On(n[1]).Connect()
	relay.Stop()
	until(t, "the relay is away", func() bool { return n[0].Hub.RelayProblem() != "" })

	sent := agent.Write(conversation, "good morning")
	vs.Message("good morning") // on the same node, as ever
	known := heads(t, there, conversation, sent.Version)
	var level chat.SyncAnswer
	visitor.On(n[1]).OK("POST", "/api/chat/sync", chat.SyncRequest{Epoch: there.Init.Epoch, Known: map[int64]chat.Known{conversation: {known - 1, 0}}}, &level)
	if got := level.Conversations[0].Messages; len(got) != 1 || got[0].ID != sent.ID {
		t.Fatalf("the client that asks gets %+v", got)
	}

	agent.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", conversation), map[string]int64{"read": sent.Seq}, nil)
	there.Wait("cursor", func(e apptest.Event) bool {
		var c chat.Cursor
		return json.Unmarshal(e.Data, &c) == nil && c.PersonID == agent.ID && c.Read == sent.Seq
	})
}

// heads waits until repair tells a socket of a version, and returns it.
func heads(t *testing.T, s *apptest.Socket, conversation, version int64) (head int64) {
	t.Helper()
	s.Wait("heads", func(e apptest.Event) bool {
		var h map[int64]int64
		if err := json.Unmarshal(e.Data, &h); err != nil {
			t.Fatal(err)
		}
		head = h[conversation]
		return head >= version
	})
	return head
}

func TestABindThatComesToAnotherNodeThanItsSocketBindsIt(t *testing.T) {
	relay, n := several(t, 2)
	visitor := n[0].Visitor()
	visitor.Origin = "" // behind a proxy both nodes have the same
	there := visitor.On(n[1])
	there.Origin = ""
	conversation := visitor.Say("hello").ConversationID
	bind := func() *apptest.Socket {
		s := there.Dial()
		visitor.OK("POST", "/api/chat/bind", chat.BindRequest{ClientID: s.Init.ClientID, SyncRequest: chat.SyncRequest{Known: map[int64]chat.Known{}}}, &s.Sync)
		if len(s.Sync.Conversations) != 1 || s.Sync.Conversations[0].ID != conversation {
			t.Fatalf("bind answered %+v", s.Sync)
		}
		return s
	}
	s := bind()
	until(t, "the socket is his", func() bool { return len(n[1].Hub.People()) == 1 })
	visitor.Say("again")
	s.Message("again")
	s.Cut()
	until(t, "it is gone", func() bool { return len(n[1].Hub.People()) == 0 })

	relay.Stop()
	until(t, "the relay is away", func() bool { return n[0].Hub.RelayProblem() != "" && n[1].Hub.RelayProblem() != "" })
	s = bind()
	until(t, "the socket is his without a hint", func() bool { return len(n[1].Hub.People()) == 1 })
	heads(t, s, conversation, visitor.Say("once more").Version)
}

func TestANodeWhoseClockIsWrongKeepsTheOrderOfTimes(t *testing.T) {
	_, n := several(t, 1)
	fast := n[0].Node(func() time.Time { return time.Now().Add(10 * time.Minute) })
	slow := n[0].Node(func() time.Time { return time.Now().Add(-10 * time.Minute) })
	visitor := n[0].Visitor()
	var last chat.Message
	for i, p := range []*apptest.Product{n[0], fast, slow, n[0]} {
		m := visitor.On(p).Say(fmt.Sprint("message ", i))
		if m.CreatedAt.Before(last.CreatedAt) || m.Seq <= last.Seq || m.ID == last.ID {
			t.Fatalf("after %+v came %+v", last, m)
		}
		last = m
	}
}

func TestAStopIsAnnouncedBeforeTheDoorCloses(t *testing.T) {
	p := apptest.New(t, func(c *app.Config) { c.StopPause = time.Second })
	visitor := p.Visitor()
	s := visitor.Connect()
	stopped := make(chan struct{})
	go func() { defer close(stopped); p.Stop() }()
	until(t, "it is not ready any more", func() bool {
		r := visitor.Do("GET", "/readyz", nil)
		return r.Status == 503 && strings.Contains(string(r.Body), "the server is stopping")
	})
	visitor.Say("still open")
	s.Message("still open")
	s.Wait("bye", nil)
	if code := s.WaitClosed(); code != 1001 {
		t.Fatalf("closed with %d", code)
	}
	<-stopped
}

func TestARollingRestartLosesNothing(t *testing.T) {
	_, n := several(t, 3)
	visitor := n[0].Visitor()
	conversation := visitor.Say("message 0").ConversationID
	s := visitor.Connect()
	known := chat.SyncRequest{Epoch: s.Init.Epoch, Known: map[int64]chat.Known{conversation: {s.Sync.Conversations[0].Version, 0}}}
	got := []string{"message 0"}
	for i := range n {
		next := (i + 1) % len(n)
		stopped := make(chan struct{})
		go func() { defer close(stopped); n[i].Stop() }()
		text := fmt.Sprint("message ", i+1)
		visitor.On(n[next]).Say(text) // while the node of the socket goes away
		s.Wait("bye", nil)
		<-stopped
		n[i] = n[next].Node(time.Now)
		s = visitor.On(n[next]).Resume(known)
		for _, c := range s.Sync.Conversations {
			known.Known[c.ID] = chat.Known{c.Version, 0}
			for _, m := range c.Messages {
				got = append(got, m.Body.Text)
			}
		}
	}
	if want := []string{"message 0", "message 1", "message 2", "message 3"}; !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
}

func TestWhatTheDeskToldInVainIsToldAgain(t *testing.T) {
	relay, n := several(t, 2)
	mei, tom := n[0].Agent("Mei", 5), n[0].Agent("Tom", 5)
	mei.Online()
	there := tom.On(n[1]).Connect()
	tom.OK("GET", "/api/desk", nil, nil)
	until(t, "both nodes know both", func() bool { return n[0].Hub.Connected(tom.ID) && n[1].Hub.Connected(mei.ID) })
	relay.Stop()
	until(t, "the relay is away", func() bool { return n[0].Hub.RelayProblem() != "" && n[1].Hub.RelayProblem() != "" })

	visitor := n[0].Visitor()
	vs := visitor.On(n[1]).Connect()
	visitor.Say("hello")
	var ticket desk.Ticket
	for _, state := range []string{"open", "closed"} {
		there.Wait("ticket", func(e apptest.Event) bool {
			return json.Unmarshal(e.Data, &ticket) == nil && ticket.State == state && ticket.Visitor.ID == visitor.ID
		})
		vs.Wait("live", func(e apptest.Event) bool {
			var l desk.Live
			return json.Unmarshal(e.Data, &l) == nil && l.State == state
		})
		if state == "open" {
			mei.OK("POST", fmt.Sprintf("/api/desk/tickets/%d/close", ticket.ID), nil, nil)
		}
	}
	mei.OK("PUT", "/api/desk/seat", map[string]string{"state": "away"}, nil)
	there.Wait("seat", func(e apptest.Event) bool {
		var seat desk.Seat
		return json.Unmarshal(e.Data, &seat) == nil && seat.Person.ID == mei.ID && seat.State == "away"
	})
}

// BenchmarkARoundOfRepair is one comparison for 1,000 visitors who are connected and to whom nothing happens.
func BenchmarkARoundOfRepair(b *testing.B) {
	p := apptest.New(b)
	for range 1000 {
		v := p.Visitor()
		v.Say("hello")
		v.Connect()
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Chat.Repair(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestASignInThatWasEndedBehindTheServersBackIsFound(t *testing.T) {
	p := apptest.New(t)
	agent := p.Agent("Mei", 5)
	gone, stays := agent.Connect(), p.Visitor().Connect()
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error { // as a command in another process does
		return tx.Do(ctx, `DELETE FROM sessions WHERE person_id = ?`, agent.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Chat.CheckSignIns(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code := gone.WaitClosed(); code != hub.CloseSignedOut {
		t.Fatalf("closed with %d", code)
	}
	stays.Drain() // answers its ping
}
