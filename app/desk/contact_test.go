package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"ichat/app/chat"
	"ichat/app/desk"
)

func TestAVisitorIsToldThatNobodyIsThereAndLeavesHisContact(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.member("Ann", "agent", 5), p.visitor("Vic")
	ann.connect()
	if l := vic.live(); !l.Away || l.State != "none" {
		t.Fatalf("before the first word: %+v", l)
	}
	vic.connect()
	vic.says("is anybody there?")
	vic.seesLive(func(l desk.Live) bool { return l.State == "waiting" && l.Place == 1 && l.Away })
	before := ann.seesTicket(func(x desk.Ticket) bool { return x.Contact == desk.Contact{} })

	var l desk.Live
	vic.call("POST", "/api/live/contact", map[string]string{"name": " Vic  Vole ", "email": "vic@example.com", "phone": "+49 (30) 123-45"}, &l)
	if l.State != "waiting" || !l.Away {
		t.Fatalf("after leaving a contact: %+v", l)
	}
	want := desk.Contact{Name: "Vic Vole", Email: "vic@example.com", Phone: "+49 (30) 123-45"}
	if after := ann.seesTicket(func(x desk.Ticket) bool { return x.Contact == want }); after.Version <= before.Version {
		t.Fatalf("after %+v came %+v", before, after)
	}
	ann.goes("online")
	vic.seesLive(func(l desk.Live) bool { return l.State == "open" && !l.Away })
	ann.goes("away")
	if l := vic.live(); l.Away || l.AgentsOnline != 0 {
		t.Fatalf("Ann takes nothing new, but is there: %+v", l)
	}

	ann.closes(vic.live().TicketID)
	vic.says("again") // the contact is the visitor's, not the ticket's
	vic.seesLive(func(l desk.Live) bool { return l.State == "waiting" && l.Away })
	vic.call("POST", "/api/live/contact", map[string]string{"phone": "0123 456"}, nil)
	if got := ann.desk().Waiting[0].Contact; got != (desk.Contact{Phone: "0123 456"}) {
		t.Fatalf("the contact is %+v", got)
	}
}

func TestAContactMayComeBeforeTheFirstWord(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.member("Ann", "agent", 5), p.visitor("Vic")
	vic.call("POST", "/api/live/contact", map[string]string{"email": "vic@example.com"}, nil)
	vic.says("hello")
	if w := ann.desk().Waiting; len(w) != 1 || w[0].Contact.Email != "vic@example.com" {
		t.Fatalf("waiting is %+v", w)
	}
}

func TestAContactThatReachesNobodyIsRefused(t *testing.T) {
	p := open(t, longGrace)
	vic := p.visitor("Vic")
	for _, bad := range []map[string]string{
		{}, {"name": "Vic"}, {"email": " ", "phone": ""},
		{"email": "vic"}, {"email": "vic@"}, {"email": "Vic <vic@example.com>"}, {"email": "vic@example.com\u202e"},
		{"phone": "call me"}, {"phone": "12"}, {"phone": strings.Repeat("1", 33)},
		{"name": strings.Repeat("x", 65), "email": "vic@example.com"},
		{"email": strings.Repeat("x", 250) + "@example.com"},
	} {
		if refusal := vic.try("POST", "/api/live/contact", bad, nil); refusal == nil || refusal.Status != 400 {
			t.Errorf("%v: %+v", bad, refusal)
		}
	}
}

func TestTheNewestPageIsKeptOnTheTicket(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 5), p.visitor("Vic")
	vic.connect()
	from := func(page string) {
		t.Helper()
		m := text("hello")
		m["page"] = page
		vic.call("POST", "/api/live/messages", m, nil)
	}
	from("https://shop.example/boots?size=42")
	ticket := vic.servedBy(ann)
	first := ann.seesTicket(func(x desk.Ticket) bool { return x.Page == "https://shop.example/boots?size=42" })
	for _, ignored := range []string{
		"", "javascript:alert(1)", "file:///etc/passwd", "/boots", "https://",
		"https://shop.example/" + strings.Repeat("x", 2000), "https://shop.example/" + strings.Repeat("靴", 400),
	} {
		from(ignored)
	}
	if got := ann.ticket(ticket).Ticket; got.Page != first.Page {
		t.Fatalf("the page became %q", got.Page)
	}
	from("http://me:secret@shop.example/cart")
	next := ann.seesTicket(func(x desk.Ticket) bool { return x.Page == "http://shop.example/cart" })
	if next.Version <= first.Version {
		t.Fatalf("after %+v came %+v", first, next)
	}
}

func TestRecalledWordsLeaveTheTicketToo(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.member("Ann", "agent", 5), p.visitor("Vic")
	ann.connect()
	var m chat.Message
	vic.says("hello")
	vic.call("POST", "/api/live/messages", text("my password is secret"), &m)
	ann.seesTicket(func(x desk.Ticket) bool { return x.LastText == "my password is secret" })
	vic.call("POST", fmt.Sprintf("/api/chat/conversations/%d/messages/%d/recall", m.ConversationID, m.Seq), nil, nil)
	ann.seesTicket(func(x desk.Ticket) bool { return x.LastText == "" })
}
