package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

// answering is a text that answers a message.
func answering(p *apptest.Product, seq int64, text string) chat.SendRequest {
	d := p.Draft(text)
	d.ReplyTo = seq
	return d
}

// last is the latest message of a page or a sync.
func last(t *testing.T, list []chat.Message) chat.Message {
	t.Helper()
	if len(list) == 0 {
		t.Fatal("no messages")
	}
	return list[len(list)-1]
}

func TestAReplyCarriesWhatItAnswers(t *testing.T) {
	p, visitor, agent, vs, _, conversation := talk(t)
	question := visitor.Say("Where is my order? " + strings.Repeat("单", 200))
	want := chat.Reply{Seq: question.Seq, SenderID: visitor.ID, Alt: "Where is my order? " + strings.Repeat("单", 101)}
	d := answering(p, question.Seq, "on its way")
	var sent, again chat.Message
	agent.OK("POST", messagesAt(conversation), d, &sent)
	agent.OK("POST", messagesAt(conversation), d, &again)
	var page chat.MessagePage
	visitor.OK("GET", messagesAt(conversation)+"?limit=1", nil, &page)
	got := map[string]chat.Message{"answer": sent, "retry": again, "push": vs.Message("on its way"), "page": last(t, page.Messages)}
	for version, name := range map[int64]string{0: "first sync", sent.Version - 1: "sync"} {
		var a chat.SyncAnswer
		visitor.OK("POST", "/api/chat/sync", chat.SyncRequest{Epoch: vs.Init.Epoch, Known: map[int64]chat.Known{conversation: {version, 0}}}, &a)
		got[name] = last(t, a.Conversations[0].Messages)
	}
	for name, m := range got {
		if m.ID != sent.ID || m.ReplyTo == nil || *m.ReplyTo != want {
			t.Errorf("%s: %+v replies to %+v", name, m, m.ReplyTo)
		}
	}
	if len(page.People) != 2 {
		t.Errorf("the page names %+v", page.People)
	}
	d.ReplyTo--
	agent.Refused("POST", messagesAt(conversation), d, 409)
	if plain := agent.Write(conversation, "plain"); plain.ReplyTo != nil {
		t.Fatalf("%+v replies to something", plain)
	}
}

func TestOnlyWhatIsThereCanBeAnswered(t *testing.T) {
	p, visitor, agent, _, _, conversation := talk(t)
	other := p.Visitor()
	for range 20 {
		other.Say("elsewhere")
	}
	gone := visitor.Say("gone")
	visitor.OK("POST", recallAt(gone), nil, nil)
	for name, seq := range map[string]int64{"missing": 99, "of another conversation": 15, "recalled": gone.Seq, "itself": gone.Seq + 1, "the system's": 2} {
		refused := agent.Refused("POST", messagesAt(conversation), answering(p, seq, "what?"), 400)
		if refused.Fields["reply_to"] == "" {
			t.Errorf("%s: %+v", name, refused)
		}
	}
	if c, err := p.Chat.Conversation(t.Context(), conversation); err != nil || c.Seq != gone.Seq {
		t.Fatalf("%+v, %v", c, err)
	}
}

func TestAReplyToWhatIsRecalledLaterShowsItNoMore(t *testing.T) {
	p, visitor, agent, vs, _, conversation := talk(t)
	const secret = "secret-7713"
	question := visitor.Say(secret)
	d := answering(p, question.Seq, "thanks")
	var sent, again chat.Message
	agent.OK("POST", messagesAt(conversation), d, &sent)
	visitor.OK("POST", recallAt(question), nil, nil)
	agent.OK("POST", messagesAt(conversation), d, &again)
	if again.ID != sent.ID || again.ReplyTo == nil || *again.ReplyTo != (chat.Reply{Seq: question.Seq, SenderID: visitor.ID}) {
		t.Fatalf("retry answers %+v, %+v", again, again.ReplyTo)
	}
	known := chat.SyncRequest{Epoch: vs.Init.Epoch, Known: map[int64]chat.Known{conversation: {question.Version, 0}}}
	for name, r := range map[string]apptest.Reply{
		"history": agent.Do("GET", messagesAt(conversation), nil), "sync": agent.Do("POST", "/api/chat/sync", nothing),
		"a short sync": agent.Do("POST", "/api/chat/sync", known),
	} {
		if body := string(r.Body); strings.Contains(body, secret) || !strings.Contains(body, "thanks") {
			t.Errorf("%s: %s", name, body)
		}
	}
	agent.OK("POST", recallAt(sent), nil, &again)
	if again.ReplyTo != nil {
		t.Fatalf("a tombstone replies to %+v", again.ReplyTo)
	}
}

// TestAReplyTellsNothingToThoseWhoCameLater: in a group everybody sees what was said since he came.
func TestAReplyTellsNothingToThoseWhoCameLater(t *testing.T) {
	p := apptest.New(t)
	old, writer, late := p.Agent("Old", 1), p.Agent("Writer", 1), p.Agent("Late", 1)
	const secret = "before-your-time"
	group := found(t, p, old, "Team", writer).ID
	first := old.Write(group, secret)
	add(old, group, late)
	knows, not := old.Connect(), late.Connect()
	var sent chat.Message
	writer.OK("POST", messagesAt(group), answering(p, first.Seq, "indeed"), &sent)
	if m := knows.Message("indeed"); m.ReplyTo == nil || m.ReplyTo.Alt != secret || m.Version != sent.Version {
		t.Fatalf("who was there gets %+v", m.ReplyTo)
	}
	bare := chat.Reply{Seq: first.Seq}
	if m := not.Message("indeed"); m.ReplyTo == nil || *m.ReplyTo != bare {
		t.Fatalf("who came later gets %+v", m.ReplyTo)
	}
	var page chat.MessagePage
	late.OK("GET", messagesAt(group), nil, &page)
	for _, m := range []chat.Message{last(t, page.Messages), last(t, late.Connect().Sync.Conversations[0].Messages)} {
		if *m.ReplyTo != bare {
			t.Fatalf("who came later reads %+v", m.ReplyTo)
		}
	}
	late.Refused("POST", messagesAt(group), answering(p, first.Seq, "what was that?"), 400)
	late.Refused("POST", recallAt(first), nil, 404)
}

func TestEachTypeOfMessageTakesOnlyWhatIsItsOwn(t *testing.T) {
	_, _, agent, _, _, conversation := talk(t)
	for body, field := range map[string]string{
		`"type":"text","body":{"text":"x","file_id":7}`:                     "body",
		`"type":"text","body":{"text":"x","name":"a.png"}`:                  "body",
		`"type":"text","body":{"text":"x","key":"ticket.closed"}`:           "body",
		`"type":"image","body":{}`:                                          "body.file_id",
		`"type":"file","body":{"file_id":-1}`:                               "body.file_id",
		`"type":"image","body":{"file_id":7,"text":"caption"}`:              "body",
		`"type":"image","body":{"file_id":7,"width":1}`:                     "body",
		`"type":"file","body":{"file_id":7,"name":"invoice.pdf","size":10}`: "body",
		`"type":"file","body":{"file_id":"7"}`:                              "body.file_id",
		`"type":"video","body":{"file_id":7}`:                               "type",
		`"type":"system","body":{"key":"ticket.closed"}`:                    "type",
		`"type":"text","body":{"text":"x"},"reply_to":0`:                    "reply_to",
	} {
		p := agent.Refused("POST", messagesAt(conversation), `{"client_msg_id":"12345678",`+body+`}`, 400)
		if p.Fields[field] == "" {
			t.Errorf("%s: fields %v, want one for %s", body, p.Fields, field)
		}
	}
}

func TestADraftHookCompletesWhatIsSentAndARetryIsKnownByWhatWasSent(t *testing.T) {
	p := apptest.New(t)
	closed := false
	p.Chat.OnDraft(func(_ context.Context, by int64, d *chat.Draft) error {
		if closed {
			return fault.New(fault.Denied, "not now")
		}
		d.Body.Text = fmt.Sprintf("%s, says %d", d.Body.Text, by)
		return nil
	})
	visitor := p.Visitor()
	visitor.Say("first")
	d := p.Draft("hello")
	var sent, again chat.Message
	visitor.OK("POST", "/api/live/messages", d, &sent)
	visitor.OK("POST", "/api/live/messages", d, &again)
	if sent.Body.Text != fmt.Sprintf("hello, says %d", visitor.ID) || again.ID != sent.ID || again.Body.Text != sent.Body.Text {
		t.Fatalf("sent %+v, again %+v", sent, again)
	}
	closed = true
	visitor.OK("POST", "/api/live/messages", d, &again)
	if again.ID != sent.ID {
		t.Fatalf("again %+v", again)
	}
	visitor.Refused("POST", "/api/live/messages", p.Draft("new"), 403)
}

func TestNotesAreForTheStaffAlone(t *testing.T) {
	p, visitor, agent, vs, as, conversation := talk(t)
	live, err := p.Chat.Conversation(t.Context(), conversation)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Chat.Staff(t.Context(), live.ID); !fault.Is(err, fault.NotFound) {
		t.Fatalf("before the first note: %v", err)
	}
	var staff [2]chat.Conversation
	for i := range staff {
		err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) (err error) {
			staff[i], err = p.Chat.StaffTx(ctx, tx, live)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if staff[0] != staff[1] || staff[0].Kind != chat.Staff || staff[0].OwnerID != live.ID || staff[0].SiteID != live.SiteID {
		t.Fatalf("staff conversations %+v", staff)
	}
	const text = "pays late, be firm"
	note, err := p.Chat.Note(t.Context(), agent.ID, staff[0].ID, "note-000001", text)
	if err != nil || note.Seq != 1 || note.Body.Text != text {
		t.Fatalf("%+v, %v", note, err)
	}
	if again, err := p.Chat.Note(t.Context(), agent.ID, staff[0].ID, "note-000001", text); err != nil || again.ID != note.ID {
		t.Fatalf("%+v, %v", again, err)
	}
	if _, err := p.Chat.Note(t.Context(), agent.ID, staff[0].ID, "note-000001", "another"); !fault.Is(err, fault.Conflict) {
		t.Fatalf("another text under the same id: %v", err)
	}
	if _, err := p.Chat.Note(t.Context(), agent.ID, conversation, "note-000002", text); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a note in the visitor's own conversation: %v", err)
	}
	found, err := p.Chat.Staff(t.Context(), live.ID)
	page, failed := p.Chat.Page(t.Context(), found.ID, 0, 50)
	if err != nil || failed != nil || len(page.Messages) != 1 || len(page.People) != 1 {
		t.Fatalf("%+v, %v, %v", page, err, failed)
	}
	for _, c := range []*apptest.Client{visitor, agent, p.Owner()} {
		c.Refused("GET", messagesAt(found.ID), nil, 404)
		c.Refused("POST", messagesAt(found.ID), p.Draft("me too"), 404)
		c.Refused("POST", recallAt(note), nil, 404)
		a := c.Do("POST", "/api/chat/sync", chat.SyncRequest{Known: map[int64]chat.Known{found.ID: {1, 0}}})
		if strings.Contains(string(a.Body), text) {
			t.Errorf("synced: %s", a.Body)
		}
	}
	if heard := slices.Concat(vs.Drain(), as.Drain()); slices.ContainsFunc(heard, func(e apptest.Event) bool { return strings.Contains(string(e.Data), text) }) {
		t.Fatal("the core pushed a note")
	}
}

func TestANoteJoinsItsCallersWrite(t *testing.T) {
	p, _, agent, _, _, conversation := talk(t)
	live, err := p.Chat.Conversation(t.Context(), conversation)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string, after error) error {
		return p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
			staff, err := p.Chat.StaffTx(ctx, tx, live)
			if err != nil {
				return err
			}
			if _, err := p.Chat.NoteTx(ctx, tx, agent.ID, staff.ID, "note-000001", text); err != nil {
				return err
			}
			return after
		})
	}
	if err := write("undone", fault.New(fault.Conflict, "no")); !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	if _, err := p.Chat.Staff(t.Context(), live.ID); !fault.Is(err, fault.NotFound) {
		t.Fatalf("an undone write left %v", err)
	}
	if err := write(strings.Repeat("x", 4001), nil); !fault.Is(err, fault.Invalid) {
		t.Fatalf("too long: %v", err)
	}
	if err := write("kept", nil); err != nil {
		t.Fatal(err)
	}
	staff, err := p.Chat.Staff(t.Context(), live.ID)
	page, failed := p.Chat.Page(t.Context(), staff.ID, 0, 10)
	if b, bad := json.Marshal(page.Messages); err != nil || failed != nil || bad != nil || len(page.Messages) != 1 || !strings.Contains(string(b), "kept") {
		t.Fatalf("%s, %v, %v, %v", b, err, failed, bad)
	}
}
