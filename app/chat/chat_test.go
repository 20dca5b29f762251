package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/hub"
)

// nothing is what a fresh device knows.
var nothing = chat.SyncRequest{Known: map[int64]chat.Known{}}

// talk is a visitor and an agent in one conversation, both connected.
func talk(t *testing.T) (p *apptest.Product, visitor, agent *apptest.Client, vs, as *apptest.Socket, conversation int64) {
	t.Helper()
	p = apptest.New(t)
	agent = p.Agent("Mei", 5)
	as = agent.Online()
	visitor = p.Visitor()
	vs = visitor.Connect()
	conversation = visitor.Say("hello").ConversationID
	vs.Wait("live", func(e apptest.Event) bool { return strings.Contains(string(e.Data), `"open"`) })
	return p, visitor, agent, vs, as, conversation
}

func messagesAt(conversation int64) string {
	return fmt.Sprintf("/api/chat/conversations/%d/messages", conversation)
}

func TestAMessageReachesTheOtherMembersEveryDevice(t *testing.T) {
	_, visitor, agent, vs, as, conversation := talk(t)
	second := agent.Connect()
	sent := agent.Write(conversation, "good morning")
	for _, s := range []*apptest.Socket{vs, as, second} {
		if got := s.Message("good morning"); got.ID != sent.ID || got.Seq != sent.Seq || got.SenderID != agent.ID {
			t.Fatalf("got %+v, sent %+v", got, sent)
		}
	}
	back := visitor.Say("hi 😀")
	if got := as.Message("hi 😀"); got.Seq != back.Seq || got.Seq != sent.Seq+1 {
		t.Fatalf("got seq %d after %d", got.Seq, sent.Seq)
	}
}

func TestARetryGetsTheFirstAnswerAndAnotherBodyAConflict(t *testing.T) {
	p, _, agent, _, _, conversation := talk(t)
	d := p.Draft("once")
	var first, again chat.Message
	agent.OK("POST", messagesAt(conversation), d, &first)
	agent.OK("POST", messagesAt(conversation), d, &again)
	if first.ID != again.ID || first.Seq != again.Seq {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	d.Body.Text = "twice"
	if got := agent.Refused("POST", messagesAt(conversation), d, 409); got.Retry != "never" {
		t.Fatalf("retry %q", got.Retry)
	}
}

func TestARetryAfterLeavingStillGetsTheFirstAnswer(t *testing.T) {
	p, visitor, agent, _, _, conversation := talk(t)
	d := p.Draft("before I go")
	var first, again chat.Message
	agent.OK("POST", messagesAt(conversation), d, &first)
	agent.OK("POST", fmt.Sprintf("/api/desk/tickets/%d/close", visitor.Live().TicketID), nil, nil)
	agent.OK("POST", messagesAt(conversation), d, &again)
	if first.ID != again.ID {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	agent.Refused("POST", messagesAt(conversation), p.Draft("after I went"), 404)
	agent.Refused("GET", messagesAt(conversation), nil, 404)
	agent.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", conversation), map[string]int64{"read": 1}, nil) // does nothing
}

func TestTheSameSendFromEverywhereAtOnceMakesOneMessage(t *testing.T) {
	p, _, agent, vs, _, conversation := talk(t)
	d := p.Draft("only one")
	var wg sync.WaitGroup
	ids := make([]int64, 16)
	for i := range ids {
		wg.Go(func() {
			m, err := p.Chat.Send(t.Context(), agent.ID, conversation, d.Draft())
			if err != nil {
				t.Error(err)
			}
			ids[i] = m.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("ids %v", ids)
		}
	}
	seen := 0
	for _, e := range vs.Drain() {
		if e.Type == "message" && strings.Contains(string(e.Data), d.ClientMsgID) {
			seen++
		}
	}
	if seen != 1 {
		t.Fatalf("pushed %d times", seen)
	}
}

func TestSeqAndVersionAreDenseUnderManySenders(t *testing.T) {
	p, visitor, agent, _, as, conversation := talk(t)
	const each = 40
	var wg sync.WaitGroup
	for _, by := range []int64{visitor.ID, agent.ID} {
		for g := range 4 {
			wg.Go(func() {
				for i := range each {
					d := chat.Draft{ClientMsgID: fmt.Sprintf("%d-%d-%d-abc", by, g, i), Type: chat.Text, Body: chat.Body{Text: "x"}}
					if _, err := p.Chat.Send(t.Context(), by, conversation, d); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	c, err := p.Chat.Conversation(t.Context(), conversation)
	if err != nil {
		t.Fatal(err)
	}
	var all []chat.Message
	for before := int64(0); ; {
		page, err := p.Chat.Page(t.Context(), conversation, before, 100)
		if err != nil {
			t.Fatal(err)
		}
		all = append(page.Messages, all...)
		if !page.More {
			break
		}
		before = page.Messages[0].Seq
	}
	if int64(len(all)) != c.Seq || len(all) < 8*each {
		t.Fatalf("%d messages, seq %d", len(all), c.Seq)
	}
	for i, m := range all {
		if m.Seq != int64(i+1) {
			t.Fatalf("message %d has seq %d", i, m.Seq)
		}
	}
	var pushed []int64
	for _, e := range as.Drain() {
		if e.ConversationID == conversation && e.Version > 0 {
			pushed = append(pushed, e.Version)
		}
	}
	if p.DB.Postgres() { // there pushes may overtake each other after their commits; clients hold what is early
		slices.Sort(pushed)
	}
	for i, v := range pushed {
		if v != pushed[0]+int64(i) {
			t.Fatalf("version %d pushed after %d", v, pushed[i-1])
		}
	}
	if last := pushed[len(pushed)-1]; last != c.Version {
		t.Fatalf("pushed up to version %d of %d", last, c.Version)
	}
}

func TestACursorNeverMovesBackAndNeverPassesTheLastMessage(t *testing.T) {
	_, visitor, agent, vs, _, conversation := talk(t)
	last := visitor.Say("two").Seq
	path := fmt.Sprintf("/api/chat/conversations/%d/cursors", conversation)
	cursor := func() (c chat.Cursor) {
		e := vs.Wait("cursor", nil)
		if err := json.Unmarshal(e.Data, &c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	agent.OK("POST", path, map[string]int64{"received": 1000}, nil)
	if c := cursor(); c.Received != last || c.Read != 0 || c.PersonID != agent.ID {
		t.Fatalf("cursor %+v, last %d", c, last)
	}
	agent.OK("POST", path, map[string]int64{"read": last}, nil)
	if c := cursor(); c.Read != last {
		t.Fatalf("cursor %+v", c)
	}
	agent.OK("POST", path, map[string]int64{"read": 1, "received": 1}, nil)
	for _, e := range vs.Drain() {
		if e.Type == "cursor" {
			t.Fatalf("moved back: %s", e.Data)
		}
	}
	a := agent.Connect().Sync
	for _, m := range a.Conversations[0].Members {
		if m.PersonID == agent.ID && m.Read != last {
			t.Fatalf("stored read %d, want %d", m.Read, last)
		}
	}
}

func TestTypingReachesTheOtherAndNobodyElse(t *testing.T) {
	p, _, agent, vs, as, conversation := talk(t)
	stranger := p.Visitor()
	ss := stranger.Connect()
	as.Send(fmt.Sprintf(`{"type":"typing","conversation_id":%d}`, conversation))
	e := vs.Wait("typing", nil)
	if e.ConversationID != conversation || !strings.Contains(string(e.Data), fmt.Sprint(agent.ID)) {
		t.Fatalf("typing %+v", e)
	}
	ss.Send(fmt.Sprintf(`{"type":"typing","conversation_id":%d}`, conversation))
	ss.Drain()
	for _, e := range append(vs.Drain(), as.Drain()...) {
		if e.Type == "typing" && strings.Contains(string(e.Data), fmt.Sprint(stranger.ID)) {
			t.Fatal("a stranger's typing was passed on")
		}
	}
}

func TestSyncBringsExactlyWhatWasMissed(t *testing.T) {
	p, visitor, agent, vs, _, conversation := talk(t)
	vs.Cut()
	var known chat.SyncAnswer
	visitor.OK("POST", "/api/chat/sync", nothing, &known)
	have := known.Conversations[0]
	if !have.Reset || have.ID != conversation {
		t.Fatalf("first sync %+v", have)
	}
	var sent []int64
	for i := range 5 {
		sent = append(sent, agent.Write(conversation, fmt.Sprint("missed ", i)).Seq)
	}
	req := chat.SyncRequest{Epoch: known.Epoch, List: known.List, Known: map[int64]chat.Known{conversation: {have.Version, 0}}}
	back := visitor.Resume(req)
	got := back.Sync.Conversations[0]
	if got.Reset || len(got.Messages) != len(sent) {
		t.Fatalf("reset %v, %d messages", got.Reset, len(got.Messages))
	}
	for i, m := range got.Messages {
		if m.Seq != sent[i] {
			t.Fatalf("message %d has seq %d, want %d", i, m.Seq, sent[i])
		}
	}
	next := agent.Write(conversation, "and on")
	if m := back.Message("and on"); m.Version != next.Version || m.Version != got.Version+1 {
		t.Fatalf("pushed version %d after a sync to %d", m.Version, got.Version)
	}
	_ = p
}

func TestAnotherEpochOrATooLargeGapMeansReset(t *testing.T) {
	p, visitor, agent, _, _, conversation := talk(t)
	c, err := p.Chat.Conversation(t.Context(), conversation)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(epoch string, version int64) chat.ConversationSync {
		a, err := p.Chat.Sync(t.Context(), visitor.ID, chat.SyncRequest{Epoch: epoch, Known: map[int64]chat.Known{conversation: {version, 0}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Conversations) != 1 {
			t.Fatalf("%d conversations", len(a.Conversations))
		}
		return a.Conversations[0]
	}
	epoch, err := p.DB.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !ask("another life", c.Version).Reset || !ask(epoch, c.Version+5).Reset {
		t.Fatal("no reset")
	}
	for i := range 230 {
		d := chat.Draft{ClientMsgID: fmt.Sprintf("many-%06d", i), Type: chat.Text, Body: chat.Body{Text: "x"}}
		if _, err := p.Chat.Send(t.Context(), agent.ID, conversation, d); err != nil {
			t.Fatal(err)
		}
	}
	if got := ask(epoch, c.Version); !got.Reset || len(got.Messages) != 50 || got.Messages[49].Seq != got.Seq {
		t.Fatalf("reset %v, %d messages", got.Reset, len(got.Messages))
	}
	if got := ask(epoch, c.Version+180); got.Reset || len(got.Messages) != 50 {
		t.Fatalf("reset %v, %d messages", got.Reset, len(got.Messages))
	}
}

func TestNobodyReachesAConversationHeIsNotIn(t *testing.T) {
	p, _, _, _, _, conversation := talk(t)
	for name, c := range map[string]*apptest.Client{"visitor": p.Visitor(), "agent": p.Agent("Other", 1)} {
		c.Refused("GET", messagesAt(conversation), nil, 404)
		c.Refused("POST", messagesAt(conversation), p.Draft("let me in"), 404)
		c.Refused("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", conversation), map[string]int64{"read": 1}, 404)
		var a chat.SyncAnswer
		c.OK("POST", "/api/chat/sync", chat.SyncRequest{Known: map[int64]chat.Known{conversation: {1, 0}}}, &a)
		if len(a.Conversations) != 0 {
			t.Errorf("%s got %+v", name, a.Conversations)
		}
	}
	none := p.Visitor()
	missing := none.Refused("GET", messagesAt(conversation+1), nil, 404)
	foreign := none.Refused("GET", messagesAt(conversation), nil, 404)
	if missing.Message != foreign.Message {
		t.Fatalf("%q tells apart from %q", missing.Message, foreign.Message)
	}
}

func TestAMessageThatCannotBeIsRefusedWithItsField(t *testing.T) {
	_, _, agent, _, _, conversation := talk(t)
	for body, field := range map[string]string{
		`{"client_msg_id":"12345678","type":"text","body":{"text":"` + strings.Repeat("长", 4001) + `"}}`: "body.text",
		`{"client_msg_id":"12345678","type":"text","body":{"text":"  "}}`:                                "body.text",
		`{"client_msg_id":"12345678","type":"system","body":{"key":"ticket.closed"}}`:                    "type",
		`{"client_msg_id":"short","type":"text","body":{"text":"x"}}`:                                    "client_msg_id",
		`{"client_msg_id":"12345678","type":"text","body":{"text":7}}`:                                   "body.text",
		`{"client_msg_id":"12345678","type":"text","body":{"text":"x"},"sender_id":1}`:                   "sender_id",
	} {
		if p := agent.Refused("POST", messagesAt(conversation), body, 400); p.Fields[field] == "" {
			t.Errorf("%.80s: fields %v, want one for %s", body, p.Fields, field)
		}
	}
	if m := agent.Write(conversation, strings.Repeat("长", 4000)); m.Seq == 0 {
		t.Fatal("4000 characters were refused")
	}
}

func TestAClientIDBindsOnceAndFromWhereItCame(t *testing.T) {
	p := apptest.New(t)
	v := p.Visitor()
	s := v.Dial()
	thief := p.Visitor()
	thief.Origin = ""
	bind := chat.BindRequest{ClientID: s.Init.ClientID, SyncRequest: nothing}
	thief.Refused("POST", "/api/chat/bind", bind, 403)
	v.OK("POST", "/api/chat/bind", bind, nil)
	v.Refused("POST", "/api/chat/bind", bind, 409)
	v.Refused("POST", "/api/chat/bind", chat.BindRequest{ClientID: "never seen", SyncRequest: nothing}, 404)
}

func TestAFailedSyncDoesNotLeaveAHalfBoundSocket(t *testing.T) {
	p := apptest.New(t)
	v := p.Visitor()
	s := v.Dial()
	_, err := p.Chat.Bind(canceled(t), s.Init.ClientID, hub.Who{Person: v.ID, Origin: p.URL}, chat.SyncRequest{})
	if err == nil || fault.Is(err, fault.NotFound) {
		t.Fatalf("bind: %v", err)
	}
	s.WaitClosed()
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
