package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

func recallAt(m chat.Message) string {
	return fmt.Sprintf("%s/%d/recall", messagesAt(m.ConversationID), m.Seq)
}

// recalled waits for the tombstone of a message.
func recalled(t *testing.T, s *apptest.Socket) chat.Message {
	t.Helper()
	var m chat.Message
	s.Wait("message", func(e apptest.Event) bool {
		m = chat.Message{}
		return json.Unmarshal(e.Data, &m) == nil && m.Recalled
	})
	return m
}

// age makes a message older than it is.
func age(t *testing.T, p *apptest.Product, m chat.Message, by time.Duration) {
	t.Helper()
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw("UPDATE messages SET created_at = ? WHERE id = ?", m.CreatedAt.Add(-by), m.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsRecalledIsGoneFromEverywhere(t *testing.T) {
	p, visitor, agent, vs, as, conversation := talk(t)
	const secret = "secret-8841"
	sent := agent.Write(conversation, secret)
	vs.Message(secret)
	as.Message(secret)

	r := agent.Do("POST", recallAt(sent), nil)
	var m chat.Message
	if err := json.Unmarshal(r.Body, &m); r.Status != 200 || err != nil {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if !m.Recalled || m.ID != sent.ID || m.Seq != sent.Seq || m.Version != sent.Version+1 || m.ClientMsgID != sent.ClientMsgID ||
		m.SenderID != agent.ID || !m.CreatedAt.Equal(sent.CreatedAt) || !strings.Contains(string(r.Body), `"body":{}`) {
		t.Fatalf("tombstone %s of %+v", r.Body, sent)
	}
	for _, s := range []*apptest.Socket{vs, as} {
		if got := recalled(t, s); got.Seq != m.Seq || got.Version != m.Version || got.Body.Text != "" {
			t.Fatalf("pushed %+v", got)
		}
	}
	known := chat.SyncRequest{Epoch: vs.Init.Epoch, Known: map[int64]chat.Known{conversation: {sent.Version, 0}}}
	for name, answer := range map[string]apptest.Reply{
		"history":       visitor.Do("GET", messagesAt(conversation), nil),
		"first sync":    visitor.Do("POST", "/api/chat/sync", nothing),
		"sync from it":  visitor.Do("POST", "/api/chat/sync", known),
		"a ticket read": agent.Do("GET", fmt.Sprintf("/api/desk/tickets/%d/messages", visitor.Live().TicketID), nil),
	} {
		if body := string(answer.Body); answer.Status != 200 || strings.Contains(body, secret) || !strings.Contains(body, `"recalled":true`) {
			t.Errorf("%s: %d %s", name, answer.Status, body)
		}
	}
	var kept string
	if err := p.DB.R.NewRaw("SELECT body || alt || body_hash FROM messages WHERE id = ?", sent.ID).Scan(t.Context(), &kept); err != nil || kept != "{}" {
		t.Fatalf("the row keeps %q, %v", kept, err)
	}
	if next := agent.Write(conversation, "on"); next.Seq != m.Seq+1 || next.Version != m.Version+1 {
		t.Fatalf("after the tombstone %+v comes %+v", m, next)
	}
}

func TestARecallIsPossibleForAsLongAsTheSettingSays(t *testing.T) {
	p, visitor, agent, vs, _, conversation := talk(t)
	young, old := agent.Write(conversation, "young"), agent.Write(conversation, "old")
	age(t, p, young, 110*time.Second)
	age(t, p, old, 121*time.Second)
	agent.OK("POST", recallAt(young), nil, nil)
	if got := agent.Refused("POST", recallAt(old), nil, 409); got.Retry != "never" {
		t.Fatalf("retry %q", got.Retry)
	}
	recalled(t, vs)
	settings := func(seconds int) {
		p.Owner().OK("PATCH", "/api/admin/settings", map[string]any{"chat": map[string]int{"recall_seconds": seconds}}, nil)
	}
	settings(3600)
	agent.OK("POST", recallAt(old), nil, nil)
	settings(0)
	visitor.Refused("POST", recallAt(visitor.Say("never")), nil, 409)
	agent.OK("POST", recallAt(old), nil, nil) // it was taken back in time
	if got := recalled(t, vs); got.Seq != old.Seq {
		t.Fatalf("pushed %+v", got)
	}
}

func TestOnlyItsSenderRecallsAMessageAndOnlyWhileHeIsIn(t *testing.T) {
	p, visitor, agent, _, as, conversation := talk(t)
	said, answered := visitor.Say("mine"), agent.Write(conversation, "his")
	visitor.Refused("POST", recallAt(answered), nil, 403)
	agent.Refused("POST", recallAt(said), nil, 403)
	visitor.Refused("POST", recallAt(chat.Message{ConversationID: conversation, Seq: 2}), nil, 403) // the system's line
	missing := visitor.Refused("POST", recallAt(chat.Message{ConversationID: conversation, Seq: 99}), nil, 404)
	if missing.Message != "message not found" {
		t.Fatalf("refused with %q", missing.Message)
	}
	for _, c := range []*apptest.Client{p.Visitor(), p.Agent("Li", 1), p.Owner()} {
		c.Refused("POST", recallAt(said), nil, 404)
	}
	agent.OK("POST", fmt.Sprintf("/api/desk/tickets/%d/close", visitor.Live().TicketID), nil, nil)
	agent.Refused("POST", recallAt(answered), nil, 404)
	for _, e := range as.Drain() {
		if strings.Contains(string(e.Data), `"recalled":true`) {
			t.Fatalf("pushed %s", e.Data)
		}
	}
}

func TestRecallingFromEverywhereAtOnceIsOneChange(t *testing.T) {
	p, _, agent, vs, _, conversation := talk(t)
	sent := agent.Write(conversation, "once")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if m, err := p.Chat.Recall(t.Context(), agent.ID, conversation, sent.Seq); err != nil || m.Version != sent.Version+1 {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
	wg.Wait()
	if m := recalled(t, vs); m.Version != sent.Version+1 {
		t.Fatalf("pushed %+v", m)
	}
	for _, e := range vs.Drain() {
		if e.Type == "message" {
			t.Fatalf("pushed again: %s", e.Data)
		}
	}
	if c, err := p.Chat.Conversation(t.Context(), conversation); err != nil || c.Version != sent.Version+1 {
		t.Fatalf("%+v, %v", c, err)
	}
}

func TestARetryOfARecalledMessageGetsTheTombstone(t *testing.T) {
	p, _, agent, _, _, conversation := talk(t)
	d := p.Draft("sent, recalled, sent again by a phone that heard nothing")
	var sent, again chat.Message
	agent.OK("POST", messagesAt(conversation), d, &sent)
	agent.OK("POST", recallAt(sent), nil, nil)
	for _, text := range []string{d.Body.Text, "what it said is not known any more"} {
		d.Body.Text = text
		agent.OK("POST", messagesAt(conversation), d, &again)
		if !again.Recalled || again.Seq != sent.Seq || again.Body.Text != "" {
			t.Fatalf("retry answers %+v", again)
		}
	}
	if c, err := p.Chat.Conversation(t.Context(), conversation); err != nil || c.Seq != sent.Seq {
		t.Fatalf("%+v, %v", c, err)
	}
}

func TestARecallHookSeesWhatWasSaidAndMayUndoTheRecall(t *testing.T) {
	p := apptest.New(t)
	var fail error
	var heard chat.Message
	p.Chat.OnRecall(func(_ context.Context, _ *storage.Tx, c chat.Conversation, m *chat.Message) error {
		if c.ID != m.ConversationID || c.Version != m.Version {
			t.Errorf("hook of %+v got %+v", c, m)
		}
		heard = *m
		return fail
	})
	visitor := p.Visitor()
	sent := visitor.Say("as it was")
	fail = fault.New(fault.Conflict, "not now")
	visitor.Refused("POST", recallAt(sent), nil, 409)
	var page chat.MessagePage
	visitor.OK("GET", messagesAt(sent.ConversationID), nil, &page)
	if m := page.Messages[0]; m.Recalled || m.Body.Text != "as it was" || m.Version != sent.Version {
		t.Fatalf("after an undone recall: %+v", m)
	}
	fail, heard = nil, chat.Message{}
	visitor.OK("POST", recallAt(sent), nil, nil)
	if heard.Body.Text != "as it was" || heard.ID != sent.ID || heard.Recalled {
		t.Fatalf("the hook got %+v", heard)
	}
}
