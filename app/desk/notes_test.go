package desk_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ichat/app/chat"
	"ichat/app/id"
)

// note is a note as a client sends it.
func note(words string) map[string]string {
	return map[string]string{"client_msg_id": id.Token(), "text": words}
}

func TestNotesAreReadByTheColleaguesOfTheSite(t *testing.T) {
	p := open(t, longGrace)
	ann, bob, vic := p.agent("Ann", 5), p.member("Bob", "agent", 5), p.visitor("Vic")
	bob.connect()
	vic.connect()
	conversation := vic.says("hello")
	ticket := vic.servedBy(ann)
	if page := bob.notes(ticket); len(page.Messages) != 0 || page.More {
		t.Fatalf("before the first note: %+v", page)
	}
	sent := note("from Ann")
	var first, again chat.Message
	ann.call("POST", path(ticket, "/notes"), sent, &first)
	ann.call("POST", path(ticket, "/notes"), sent, &again)
	if first.ID != again.ID || first.ConversationID == conversation {
		t.Fatalf("got %+v, then %+v", first, again)
	}
	bob.call("POST", path(ticket, "/notes"), note("from Bob"), nil) // it is Ann's ticket, and his site
	if n := ann.seesNote("from Bob"); n.TicketID != ticket || n.Message.SenderID != bob.id || n.Message.Seq != 2 {
		t.Fatalf("Ann is told %+v", n)
	}
	bob.seesNote("from Ann")
	page := bob.notes(ticket)
	if len(page.Messages) != 2 || page.Messages[0].Body.Text != "from Ann" || len(page.People) != 2 {
		t.Fatalf("Bob reads %+v", page)
	}
	sent["text"] = "other words"
	ann.refused("POST", path(ticket, "/notes"), sent, 409, "this message id was used for another message")
	ann.refused("POST", path(ticket, "/notes"), note(" "), 400, "the message is empty")
	ann.closes(ticket)
	if page := bob.notes(ticket); len(page.Messages) != 2 {
		t.Fatalf("after the end Bob reads %+v", page)
	}
}

func TestNotesNeverReachTheVisitorNorAnotherSite(t *testing.T) {
	const canary = "canary-7c1e"
	p := open(t, longGrace)
	ann, bob, vic := p.agent("Ann", 5), p.agent("Bob", 5), p.visitor("Vic")
	vic.connect()
	conversation := vic.says("hello")
	ticket := vic.servedBy(ann)
	p.site = p.newSite("Other shop")
	stranger := p.agent("Stranger", 5)

	var m chat.Message
	ann.call("POST", path(ticket, "/notes"), note(canary), &m)
	ann.call("POST", path(ticket, "/transfer"), map[string]any{"to_agent": bob.id, "note": canary}, nil)
	for method, body := range map[string]any{"GET": nil, "POST": note("x")} {
		stranger.refused(method, path(ticket, "/notes"), body, 404, "ticket not found")
		vic.refused(method, path(ticket, "/notes"), body, 403, "")
	}
	for _, c := range []*client{vic, stranger, ann} { // nobody has it as a conversation, not even its writer
		messages := fmt.Sprintf("/api/chat/conversations/%d/messages", m.ConversationID)
		c.refused("GET", messages, nil, 404, "")
		c.refused("POST", messages, text("x"), 404, "")
	}
	bob.answers(conversation, "the last word")
	vic.awaits("message", func(f frame) bool { return strings.Contains(string(f.Data), "the last word") })
	stranger.goes("away")
	stranger.awaits("seat", func(f frame) bool { return strings.Contains(string(f.Data), `"away"`) })
	vic.neverHears(canary)
	stranger.neverHears(canary)

	var history chat.MessagePage
	vic.call("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), nil, &history)
	var sync chat.SyncAnswer
	vic.call("POST", "/api/chat/sync", map[string]any{"epoch": "test", "known": map[string]any{}, "list": 0}, &sync)
	b, err := json.Marshal([]any{history, sync, vic.live()})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), canary) || !strings.Contains(string(b), "the last word") {
		t.Errorf("the visitor reads %s", b)
	}
}

// neverHears looks at everything a client's socket got.
func (c *client) neverHears(canary string) {
	c.p.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.frames {
		if strings.Contains(string(f.Data), canary) {
			c.p.t.Errorf("%s hears %s %s", c.name, f.Type, f.Data)
		}
	}
}

func TestNotesStayWithTheVisitorOverHisTickets(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 5), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	first := vic.servedBy(ann)
	for n := range 3 {
		ann.call("POST", path(first, "/notes"), note(fmt.Sprint("note ", n)), nil)
	}
	ann.closes(first)
	vic.says("again")
	second := vic.servedBy(ann)
	var page chat.MessagePage
	ann.call("GET", path(second, "/notes?limit=2"), nil, &page)
	if len(page.Messages) != 2 || !page.More || page.Messages[1].Body.Text != "note 2" {
		t.Fatalf("the newest two are %+v", page)
	}
	ann.call("GET", path(second, fmt.Sprintf("/notes?limit=2&before=%d", page.Messages[0].Seq)), nil, &page)
	if len(page.Messages) != 1 || page.More || page.Messages[0].Body.Text != "note 0" {
		t.Fatalf("the rest is %+v", page)
	}
}
