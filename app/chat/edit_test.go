package chat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/fault"
)

func editAt(m chat.Message) string { return fmt.Sprintf("%s/%d", messagesAt(m.ConversationID), m.Seq) }

func editing(id, text string) map[string]string {
	return map[string]string{"edit_id": id, "text": text}
}

func editionsOf(c *apptest.Client, m chat.Message) string {
	var out struct{ Edits []chat.Edition }
	c.OK("GET", editAt(m)+"/edits", nil, &out)
	var said []string
	for _, e := range out.Edits {
		said = append(said, e.Text)
	}
	return strings.Join(said, "|")
}

func TestAnEditReachesEverybodyAndKeepsWhatWasSaid(t *testing.T) {
	p, visitor, agent, vs, as, conversation := talk(t)
	sent := agent.Write(conversation, "helo")
	answer := visitor.Say("before")
	var reply chat.Message
	visitor.OK("POST", messagesAt(conversation), answering(p, sent.Seq, "what?"), &reply)
	var m chat.Message
	agent.OK("PATCH", editAt(sent), editing("edit-0001", "hello"), &m)
	if m.Body.Text != "hello" || m.EditedAt == nil || m.Seq != sent.Seq || m.ID != sent.ID || m.Version != reply.Version+1 || m.ClientMsgID != sent.ClientMsgID {
		t.Fatalf("edited %+v of %+v", m, sent)
	}
	for _, s := range []*apptest.Socket{vs, as} {
		if got := s.Message("hello"); got.Seq != sent.Seq || got.Version != m.Version || got.EditedAt == nil {
			t.Fatalf("pushed %+v", got)
		}
	}
	agent.OK("PATCH", editAt(sent), editing("edit-0002", "hello!"), nil)
	if got := editionsOf(visitor, sent); got != "helo|hello" {
		t.Fatalf("it said %q before", got)
	}
	var a chat.SyncAnswer
	known := chat.SyncRequest{Epoch: vs.Init.Epoch, Known: map[int64]chat.Known{conversation: {answer.Version, 0}}}
	visitor.OK("POST", "/api/chat/sync", known, &a)
	messages := a.Conversations[0].Messages
	if len(messages) != 2 || messages[0].Body.Text != "hello!" || messages[1].ReplyTo.Alt != "hello!" {
		t.Fatalf("sync brings %+v", messages)
	}
	if c, err := p.Chat.Conversation(t.Context(), conversation); err != nil || c.Seq != reply.Seq || c.Version != m.Version+1 {
		t.Fatalf("%+v, %v", c, err)
	}
}

func TestTheSameEditAgainAnswersTheSame(t *testing.T) {
	p, visitor, agent, _, _, conversation := talk(t)
	d := p.Draft("one")
	var sent, first, again chat.Message
	agent.OK("POST", messagesAt(conversation), d, &sent)
	agent.OK("PATCH", editAt(sent), editing("edit-0001", "two"), &first)
	agent.OK("PATCH", editAt(sent), editing("edit-0001", "two"), &again)
	if again.Version != first.Version || again.Body.Text != "two" {
		t.Fatalf("again %+v, first %+v", again, first)
	}
	agent.Refused("PATCH", editAt(sent), editing("edit-0001", "three"), 409)
	agent.OK("PATCH", editAt(sent), editing("edit-0002", "two"), &again) // it says so already
	if again.Version != first.Version {
		t.Fatalf("an edit that changes nothing made version %d", again.Version)
	}
	agent.OK("PATCH", editAt(sent), editing("edit-0003", "three"), nil)
	agent.OK("PATCH", editAt(sent), editing("edit-0001", "two"), &again) // a late copy undoes nothing
	if again.Body.Text != "three" {
		t.Fatalf("a late copy made %+v", again)
	}
	agent.OK("POST", messagesAt(conversation), d, &again) // nor does one of the send
	if again.Body.Text != "three" || again.Seq != sent.Seq {
		t.Fatalf("the send again %+v", again)
	}
	agent.OK("POST", fmt.Sprintf("/api/desk/tickets/%d/close", visitor.Live().TicketID), nil, nil)
	agent.OK("PATCH", editAt(sent), editing("edit-0003", "three"), &again)
	agent.Refused("PATCH", editAt(sent), editing("edit-0004", "four"), 404)
}

func TestOnlyOnesOwnTextInTimeAndWhileOneIsIn(t *testing.T) {
	p, visitor, agent, _, _, conversation := talk(t)
	mine, his := visitor.Say("mine"), agent.Write(conversation, "his")
	visitor.Refused("PATCH", editAt(his), editing("edit-0001", "x"), 403)
	visitor.Refused("PATCH", editAt(chat.Message{ConversationID: conversation, Seq: 2}), editing("edit-0001", "x"), 403) // the system's line
	visitor.Refused("PATCH", editAt(chat.Message{ConversationID: conversation, Seq: 99}), editing("edit-0001", "x"), 404)
	p.Visitor().Refused("PATCH", editAt(mine), editing("edit-0001", "x"), 404)
	p.Owner().Refused("GET", editAt(mine)+"/edits", nil, 404)
	picture := visitor.SayFile(visitor.Upload("list.txt", []byte("apples")))
	visitor.Refused("PATCH", editAt(picture), editing("edit-0001", "x"), 409)
	for body, field := range map[string]string{
		`{"edit_id":"edit-0001","text":" "}`:                                 "body.text",
		`{"edit_id":"edit-0001","text":"` + strings.Repeat("长", 4001) + `"}`: "body.text",
		`{"edit_id":"short","text":"x"}`:                                     "edit_id",
		`{"edit_id":"edit-0001","text":"x","type":"text"}`:                   "type",
	} {
		if got := visitor.Refused("PATCH", editAt(mine), body, 400); got.Fields[field] == "" {
			t.Errorf("%.60s: %v, want one for %s", body, got.Fields, field)
		}
	}
	age(t, p, mine, 899*time.Second)
	age(t, p, his, 901*time.Second)
	visitor.OK("PATCH", editAt(mine), editing("edit-0001", "in time"), nil)
	agent.Refused("PATCH", editAt(his), editing("edit-0001", "late"), 409)
	p.Owner().OK("PATCH", "/api/admin/settings", `{"chat":{"edit_seconds":0}}`, nil)
	fresh := agent.Write(conversation, "fresh")
	agent.Refused("PATCH", editAt(fresh), editing("edit-0001", "never"), 409)
	visitor.OK("PATCH", editAt(mine), editing("edit-0001", "in time"), nil) // it was
	agent.OK("POST", recallAt(fresh), nil, nil)
	agent.Refused("PATCH", editAt(fresh), editing("edit-0001", "gone"), 409)
}

func TestARecallTakesTheHistoryToo(t *testing.T) {
	p, visitor, agent, vs, _, conversation := talk(t)
	const secret = "secret-5120"
	sent := agent.Write(conversation, secret)
	agent.OK("PATCH", editAt(sent), editing("edit-0001", "nothing"), nil)
	agent.OK("POST", recallAt(sent), nil, nil)
	if got := recalled(t, vs); got.EditedAt != nil {
		t.Fatalf("a tombstone says %+v", got)
	}
	if got := editionsOf(visitor, sent); got != "" {
		t.Fatalf("it said %q before", got)
	}
	var kept int
	if err := p.DB.R.NewRaw("SELECT COUNT(*) FROM message_edits WHERE was <> '' OR edit_hash <> ''").Scan(t.Context(), &kept); err != nil || kept != 0 {
		t.Fatalf("%d rows keep something, %v", kept, err)
	}
	var again chat.Message
	agent.OK("PATCH", editAt(sent), editing("edit-0001", "nothing"), &again)
	if !again.Recalled || again.Body.Text != "" {
		t.Fatalf("the edit again answers %+v", again)
	}
}

func TestATicketShowsTheNewWords(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	sent := visitor.Say("wrong")
	visitor.OK("PATCH", editAt(sent), editing("edit-0001", "right"), nil)
	var tickets desk.TicketPage
	p.Owner().OK("GET", "/api/desk/tickets?state=waiting", nil, &tickets)
	if len(tickets.Tickets) != 1 || tickets.Tickets[0].LastText != "right" {
		t.Fatalf("tickets %+v", tickets)
	}
}

// TestEditsAndARecallAtOnceLeaveATombstone: whichever comes first, nothing is left to read.
func TestEditsAndARecallAtOnceLeaveATombstone(t *testing.T) {
	p, visitor, agent, vs, _, conversation := talk(t)
	for round := range 5 {
		sent := agent.Write(conversation, fmt.Sprint("word ", round))
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				_, err := p.Chat.Edit(t.Context(), agent.ID, conversation, sent.Seq, fmt.Sprintf("edit-%d-%d", round, i), fmt.Sprint("other ", i))
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if _, err := p.Chat.Recall(t.Context(), agent.ID, conversation, sent.Seq); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		var page chat.MessagePage
		visitor.OK("GET", messagesAt(conversation), nil, &page)
		if m := last(t, page.Messages); !m.Recalled || m.Body.Text != "" || m.EditedAt != nil {
			t.Fatalf("left is %+v", m)
		}
		if got := editionsOf(visitor, sent); got != "" {
			t.Fatalf("it said %q before", got)
		}
	}
	var top chat.Message // the pushes, in the order of their versions, end with the tombstone
	for _, e := range vs.Drain() {
		var m chat.Message
		if e.Type == "message" && json.Unmarshal(e.Data, &m) == nil && m.Version > top.Version {
			top = m
		}
	}
	if !top.Recalled {
		t.Fatalf("the last push was %+v", top)
	}
}
