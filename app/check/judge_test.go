package check

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	visitorID, agentID, otherID = 11, 22, 33
	convID                      = 7
)

// calmStory is a short day without a fault: a visitor writes twice, gets an agent, who answers and closes. Every test
// changes one thing in it.
func calmStory() Story {
	at := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
	clock := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	log := []Message{
		{ID: 101, Conv: convID, Seq: 1, Version: 2, Sender: visitorID, Client: "v-1", Type: "text", Body: body{Text: "hello"}},
		{ID: 102, Conv: convID, Seq: 2, Version: 4, Type: "system", Body: body{Key: "ticket.assigned"}},
		{ID: 103, Conv: convID, Seq: 3, Version: 5, Sender: agentID, Client: "a-1", Type: "text", Body: body{Text: "hi"}},
		{ID: 104, Conv: convID, Seq: 4, Version: 6, Sender: visitorID, Client: "v-2", Type: "text", Body: body{Text: "thanks"}},
		{ID: 105, Conv: convID, Seq: 5, Version: 7, Type: "system", Body: body{Key: "ticket.closed"}},
	}
	s := Story{}
	id := int64(0)
	send := func(who int64, m Message, begin, end int) {
		id++
		s.Ops = append(s.Ops, Op{ID: id, Kind: "send", Who: who, Conv: convID, Client: m.Client, Hash: m.hash(), Begin: at(begin), End: at(end), Result: resultOK,
			MessageID: m.ID, Seq: m.Seq, Version: m.Version, Epoch: "e1"})
	}
	send(visitorID, log[0], 1000, 1010)
	send(agentID, log[2], 2000, 2010)
	send(visitorID, log[3], 3000, 3010)
	s.Applies = append(s.Applies, Apply{Device: "v.1", Socket: 1, Kind: "live"}, Apply{Device: "a.1", Socket: 2, Kind: "live"})
	for i, m := range log {
		for n, who := range []int64{visitorID, agentID} {
			s.Applies = append(s.Applies, Apply{At: at(1011 + 1000*i), Who: who, Device: []string{"v.1", "a.1"}[n], Socket: int64(n + 1), Source: bySocket, Kind: "message",
				Conv: convID, Version: m.Version, Placed: true, Epoch: "e1", Message: &m})
		}
	}
	s.Applies = append(s.Applies, Apply{Who: agentID, Device: "a.1", Socket: 2, Source: bySocket, Kind: "member", Conv: convID, Version: 3, Member: &Member{Person: agentID, Version: 3}},
		Apply{Who: visitorID, Device: "v.1", Socket: 1, Source: bySocket, Kind: "member", Conv: convID, Version: 3, Member: &Member{Person: agentID, Version: 3}})
	slices.SortStableFunc(s.Applies, func(a, b Apply) int { return int(a.Version - b.Version) })
	state := State{Conv: convID, Kind: "live", Version: 8, Seq: 5, Messages: log, Members: map[int64]Member{visitorID: {Person: visitorID, Read: 5, Received: 5}}}
	shown := state
	shown.Messages = slices.Clone(log)
	shown.Members = map[int64]Member{visitorID: {Person: visitorID, Read: 5, Received: 5}}
	s.Final = Final{
		Nodes: 1, Caps: map[int64]int{agentID: 1}, Visitors: map[int64]bool{visitorID: true},
		Fresh:   []Fresh{{Who: visitorID, Convs: map[int64]State{convID: state}}, {Who: agentID, Convs: map[int64]State{}}},
		Screens: []Screen{{Who: visitorID, Device: "v.1", Convs: map[int64]State{convID: shown}}, {Who: agentID, Device: "a.1", Convs: map[int64]State{}}},
		Tickets: []TicketStory{ticketOf(convID, 1, visitorID, agentID, clock, clock.Add(time.Second), clock.Add(3*time.Second))},
	}
	return s
}

func ticketOf(conv, id, visitor, agent int64, opened, given, closed time.Time) TicketStory {
	t := TicketStory{Ticket: Ticket{ID: id, Conv: conv, Visitor: whoIs{visitor}, State: "closed", OpenedAt: opened, ClosedAt: &closed}}
	a := Assignment{Agent: whoIs{agent}, At: given, EndedAt: &closed, EndedBy: "agent"}
	a.Why.Rule = "least busy"
	t.History = []Assignment{a}
	return t
}

func TestACalmDayBreaksNoPromise(t *testing.T) {
	if found := judge(calmStory()); len(found) > 0 {
		t.Fatalf("found %v", found)
	}
}

// truth changes the log everybody reads at the end, and what the devices show of it.
func truth(s *Story, change func(log []Message) []Message) {
	f := s.Final.Fresh[0].Convs[convID]
	f.Messages = change(slices.Clone(f.Messages))
	s.Final.Fresh[0].Convs[convID] = f
	shown := s.Final.Screens[0].Convs[convID]
	shown.Messages = slices.Clone(f.Messages)
	s.Final.Screens[0].Convs[convID] = shown
}

func screen(s *Story, change func(st *State)) {
	st := s.Final.Screens[0].Convs[convID]
	change(&st)
	s.Final.Screens[0].Convs[convID] = st
}

func TestEachBrokenPromiseIsNamed(t *testing.T) {
	second := func(s *Story) TicketStory { return s.Final.Tickets[0] }
	for _, one := range []struct {
		name  string
		spoil func(s *Story)
	}{
		{"lost-ack", func(s *Story) {
			truth(s, func(log []Message) []Message {
				log[3].Client, log[3].Sender, log[3].Type = "system-1", 0, "system"
				return log
			})
		}},
		{"duplicate", func(s *Story) {
			truth(s, func(log []Message) []Message {
				return append(log, Message{ID: 106, Conv: convID, Seq: 6, Version: 8, Sender: visitorID, Client: "v-2", Type: "text", Body: body{Text: "thanks"}})
			})
		}},
		{"retry-differs", func(s *Story) {
			again := s.Ops[2]
			again.ID, again.MessageID, again.Seq = 99, 777, 9
			s.Ops = append(s.Ops, again)
		}},
		{"seq-hole", func(s *Story) { truth(s, func(log []Message) []Message { log[4].Seq = 6; return log }) }},
		{"two-truths", func(s *Story) {
			truth(s, func(log []Message) []Message { log[4].Version = log[3].Version; return log })
		}},
		{"order", func(s *Story) { s.Ops[0].Begin, s.Ops[0].End = 4*time.Second, 4100*time.Millisecond }},
		{"phantom", func(s *Story) { s.Ops[2].Result = resultFail }},
		{"phantom", func(s *Story) { truth(s, func(log []Message) []Message { log[3].Body.Text = "no thanks"; return log }) }},
		{"uncommitted", func(s *Story) {
			m := Message{ID: 999, Conv: convID, Seq: 6, Version: 9, Sender: agentID, Client: "a-9"}
			s.Applies = append(s.Applies, Apply{Who: visitorID, Device: "v.1", Source: bySync, Kind: "message", Conv: convID, Version: 9, Epoch: "e1", Message: &m})
		}},
		{"shown-twice", func(s *Story) { screen(s, func(st *State) { st.Messages[4] = st.Messages[3]; st.Messages[4].Seq = 5 }) }},
		{"not-converged", func(s *Story) { screen(s, func(st *State) { st.Messages = st.Messages[:4] }) }},
		{"not-converged", func(s *Story) {
			screen(s, func(st *State) { st.Members = map[int64]Member{visitorID: {Person: visitorID, Read: 4}} })
		}},
		{"cursor-back", func(s *Story) {
			for n, read := range []int64{5, 4} {
				s.Ops = append(s.Ops, Op{ID: int64(50 + n), Kind: "sync", Begin: time.Duration(5+n) * time.Second, End: time.Duration(5+n)*time.Second + time.Millisecond, Result: resultOK, Epoch: "e1"})
				s.Applies = append(s.Applies, Apply{Who: visitorID, Device: "v.1", Source: bySync, Op: int64(50 + n), Kind: "cursor", Conv: convID, Member: &Member{Person: visitorID, Read: read, Received: read}})
			}
		}},
		{"leak", func(s *Story) {
			stranger := s.Applies[len(s.Applies)-1]
			stranger.Who, stranger.Device, stranger.Socket = otherID, "o.1", 9
			s.Applies = append(s.Applies, stranger)
		}},
		{"leak", func(s *Story) {
			s.Ops = append(s.Ops, Op{ID: 60, Kind: "probe", Who: otherID, Conv: convID, Result: resultOK})
		}},
		{"recalled-served", func(s *Story) {
			s.Ops = append(s.Ops, Op{ID: 70, Kind: "recall", Who: visitorID, Conv: convID, Client: "v-2", Seq: 4, Begin: 6 * time.Second, End: 6100 * time.Millisecond, Result: resultOK},
				Op{ID: 71, Kind: "sync", Begin: 7 * time.Second, End: 7100 * time.Millisecond, Result: resultOK, Epoch: "e1"})
			m := s.Final.Fresh[0].Convs[convID].Messages[3]
			s.Applies = append(s.Applies, Apply{Who: visitorID, Device: "v.1", Source: bySync, Op: 71, Kind: "message", Conv: convID, Version: 6, Epoch: "e1", Message: &m})
		}},
		{"silent-drop", func(s *Story) {
			s.Applies = slices.DeleteFunc(s.Applies, func(a Apply) bool { return a.Device == "v.1" && a.Version == 5 })
		}},
		{"late", func(s *Story) {
			for i := range s.Applies {
				if s.Applies[i].Device == "v.1" && s.Applies[i].Version >= 5 {
					s.Applies[i].At += 9 * time.Second
				}
			}
		}},
		{"slow-peer", func(s *Story) {
			s.Faults = []Struck{{Name: "a.1 deaf", At: 2 * time.Second, Over: 20 * time.Second, Devices: []string{"a.1"}}}
			for i := range s.Applies {
				if s.Applies[i].Device == "v.1" && s.Applies[i].Version >= 5 {
					s.Applies[i].At += 9 * time.Second
				}
			}
		}},
		{"two-owners", func(s *Story) {
			more := s.Final.Tickets[0].History[0]
			more.Agent, more.At = whoIs{otherID}, more.At.Add(time.Second)
			s.Final.Tickets[0].History = append(s.Final.Tickets[0].History, more)
		}},
		{"two-owners", func(s *Story) {
			truth(s, func(log []Message) []Message {
				log[3] = Message{ID: 104, Conv: convID, Seq: 4, Version: 6, Type: "system", Body: body{Key: "ticket.assigned"}}
				return log
			})
			s.Ops = s.Ops[:2]
		}},
		{"two-tickets", func(s *Story) {
			twin := second(s)
			twin.Ticket.ID = 2
			s.Final.Tickets = append(s.Final.Tickets, twin)
		}},
		{"visitor-lost", func(s *Story) { s.Final.Tickets = nil }},
		{"over-cap", func(s *Story) {
			twin := second(s)
			twin.Ticket.ID, twin.Ticket.Conv = 2, 8
			s.Final.Tickets = append(s.Final.Tickets, twin)
		}},
		{"fifo", func(s *Story) {
			t := second(s)
			early := ticketOf(8, 2, otherID, 44, t.Ticket.OpenedAt.Add(-time.Minute), t.History[0].At.Add(time.Minute), t.History[0].At.Add(2*time.Minute))
			s.Final.Tickets = append(s.Final.Tickets, early)
		}},
		{"fifo", func(s *Story) { // opened later, and has priority
			t := second(s)
			urgent := ticketOf(8, 2, otherID, 44, t.Ticket.OpenedAt.Add(-10*time.Second), t.History[0].At.Add(time.Minute), t.History[0].At.Add(2*time.Minute))
			urgent.Ticket.Priority = 1
			s.Final.Tickets[0].Ticket.OpenedAt = t.Ticket.OpenedAt.Add(-20 * time.Second)
			s.Final.Tickets = append(s.Final.Tickets, urgent)
		}},
		{"early", func(s *Story) { // 2 s with the agent, who has 5
			s.Final.Rules = ruled
			s.Final.Tickets[0].History[0].EndedBy = "no_answer"
		}},
		{"early", func(s *Story) {
			s.Final.Rules = ruled
			t := second(s)
			s.Final.Tickets[0].Events = []TicketEvent{overflowed(t.Ticket.OpenedAt.Add(500 * time.Millisecond))}
		}},
		{"early", func(s *Story) { // taken back for want of an answer, and there is one
			truth(s, func(log []Message) []Message { log[4].Body.Key = "ticket.requeued"; return log })
			e := TicketEvent{Kind: "requeued"}
			e.Why.Rule = "no_answer"
			s.Final.Tickets[0].Events = []TicketEvent{e}
		}},
		{"said-twice", func(s *Story) { s.Final.Tickets[0].Events = []TicketEvent{{Kind: "requeued"}} }},
		{"lost-file", func(s *Story) { s.Final.Uploads = []Upload{{ID: 5, Sum: "abc", Got: "404 not_found"}} }},
		{"unserved", func(s *Story) { s.Clashes = append(s.Clashes, violation("unserved", convID, 0, "seen at the desk")) }},
	} {
		s := calmStory()
		one.spoil(&s)
		found := judge(s)
		if !slices.ContainsFunc(found, func(v Violation) bool { return v.Name == one.name }) {
			t.Errorf("%s was not found; found %v", one.name, found)
		}
	}
}

// ruled gives who is given a ticket of the first queue 5 s to answer, and sends on who waits there for 3 s.
var ruled = map[string]queueRules{queueNames[0]: {Answer: answerRule{RequeueS: 5}, Overflow: overflowRule{AfterS: 3}}}

func overflowed(at time.Time) TicketEvent {
	e := TicketEvent{At: at, Kind: "overflowed"}
	e.Why.From, e.Why.To = queueNames[0], queueNames[1]
	return e
}

// A ticket has the time at which its write began. While that write was slow it was not there to be served.
func TestATicketWaitsOnceItIsWritten(t *testing.T) {
	for _, slow := range []bool{true, false} {
		s := calmStory()
		t1 := s.Final.Tickets[0]
		early := ticketOf(8, 2, otherID, 44, t1.Ticket.OpenedAt.Add(-time.Minute), t1.History[0].At.Add(time.Minute), t1.History[0].At.Add(2*time.Minute))
		s.Final.Tickets = append(s.Final.Tickets, early)
		s.Final.Began, s.Final.Visitors[otherID] = t1.Ticket.OpenedAt.Add(-time.Hour), true
		answered := time.Hour - time.Minute
		if slow {
			answered += time.Minute
		}
		s.Ops = []Op{{Kind: "send", Who: otherID, Conv: 8, End: answered, Result: resultOK}}
		if found := (&book{Story: s}).firstComeFirstServed(); slow != (len(found) == 0) {
			t.Errorf("written slowly: %v, found %v", slow, found)
		}
	}
}

func TestWhoComesLaterMayBeServedFirstInAnotherQueue(t *testing.T) {
	for _, moved := range []bool{true, false} {
		s := calmStory()
		t1 := s.Final.Tickets[0]
		early := ticketOf(8, 2, otherID, 44, t1.Ticket.OpenedAt.Add(-time.Minute), t1.History[0].At.Add(time.Minute), t1.History[0].At.Add(2*time.Minute))
		if moved {
			early.Events = []TicketEvent{overflowed(t1.Ticket.OpenedAt.Add(-10 * time.Second))}
		}
		s.Final.Tickets = append(s.Final.Tickets, early)
		found := (&book{Story: s}).firstComeFirstServed()
		if moved != (len(found) == 0) {
			t.Errorf("moved on to another queue: %v, found %v", moved, found)
		}
	}
}

// Who overflows comes into his new queue like anybody: a moment before somebody was served, the round under way did not see him.
func TestWhoOverflowedAMomentAgoMayBePassedOver(t *testing.T) {
	for _, ago := range []time.Duration{time.Second, time.Minute} {
		s := calmStory()
		t1 := &s.Final.Tickets[0]
		served := t1.History[0].At
		early := ticketOf(8, 2, otherID, 44, t1.Ticket.OpenedAt.Add(-2*time.Minute), served.Add(time.Minute), served.Add(2*time.Minute))
		early.Events = []TicketEvent{overflowed(served.Add(-ago))}
		t1.Ticket.OpenedAt = served.Add(-90 * time.Second)
		t1.Events = []TicketEvent{overflowed(served.Add(-time.Minute))}
		s.Final.Tickets = append(s.Final.Tickets, early)
		found := (&book{Story: s}).firstComeFirstServed()
		if just := ago == time.Second; just != (len(found) == 0) {
			t.Errorf("overflowed %s before: found %v", ago, found)
		}
	}
}

func TestAViolationCarriesItsOwnStoryOnly(t *testing.T) {
	s := calmStory()
	truth(&s, func(log []Message) []Message {
		log[3].Client, log[3].Sender, log[3].Type = "system-1", 0, "system"
		return log
	})
	for _, v := range judge(s) {
		if v.Name == "lost-ack" {
			if v.Client != "v-2" || v.Promise != 1 || len(v.Story) != 3 { // one send, shown on two devices
				t.Fatalf("%+v", v)
			}
			return
		}
	}
	t.Fatal("nothing found")
}

func TestWhatWasPerhapsSentMayBeThereOrNot(t *testing.T) {
	for _, there := range []bool{true, false} {
		s := calmStory()
		s.Ops[2].Result = resultUnknown
		if !there {
			s = calmStory()
			s.Ops = append(s.Ops, Op{ID: 80, Kind: "send", Who: visitorID, Client: "v-3", Hash: "x", Begin: time.Second, End: 2 * time.Second, Result: resultUnknown})
		}
		if found := judge(s); len(found) > 0 {
			t.Fatalf("there=%v: %v", there, found)
		}
	}
}

// TestAFoundingWhoseAnswerWasLostBegan: who was brought into a group by a request that had to be made again was in from the first on.
func TestAFoundingWhoseAnswerWasLostBegan(t *testing.T) {
	const group, founder, friend = 70, 7, 8
	lost := Op{ID: 1, Kind: "found", Who: founder, Client: "tea", Targets: []int64{friend}, Begin: 1 * time.Second, End: 2 * time.Second, Result: resultUnknown}
	again := lost
	again.ID, again.Conv, again.Begin, again.End, again.Result = 2, group, 4*time.Second, 5*time.Second, resultOK
	b := &book{Story: Story{Ops: []Op{lost, again}}}
	if out := b.comings()[group].absences(friend); len(out) != 1 || out[0].to != lost.Begin {
		t.Fatalf("out of the group %v, want until %v", out, lost.Begin)
	}
}

// Of a hundred visitors who come while there is room one may wait, wherever from; the second one is too many.
func TestWhoComesWhileThereIsRoomIsServed(t *testing.T) {
	for late, fine := range []bool{true, true, false} {
		s := calmStory()
		t1 := s.Final.Tickets[0]
		s.Final.Began, s.Final.Caps = t1.Ticket.OpenedAt.Add(-time.Minute), map[int64]int{44: 10}
		s.Final.Tickets = nil
		for i := range 100 {
			opened := t1.Ticket.OpenedAt.Add(time.Duration(i) * time.Minute)
			given := opened.Add(100 * time.Millisecond)
			if i < late {
				given = opened.Add(17 * time.Second)
			}
			s.Final.Tickets = append(s.Final.Tickets, ticketOf(int64(8+i), int64(2+i), otherID, 44, opened, given, given.Add(time.Second)))
		}
		found := waitsAreShort(s, time.Second)
		if fine != (len(found) == 0) {
			t.Errorf("%d of 100 waited: found %v", late, found)
		}
		if !fine && !strings.Contains(found[0].Detail, "ticket 2, opened at 1m0s, 17s") {
			t.Errorf("nobody is named: %s", found[0].Detail)
		}
	}
}
