package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
)

// served is a site where Mei has the conversation of a visitor who left his address.
type served struct {
	*apptest.Product
	c            *clock
	box          *postOffice
	visitor, mei *apptest.Client
	conversation int64
	ticket       int64
}

func serve(t *testing.T) *served {
	t.Helper()
	s := &served{c: &clock{}, box: open(t)}
	s.Product = apptest.NewAt(t, s.c.now, s.box.with)
	s.mei, s.visitor = s.Agent("Mei", 5), s.Visitor()
	s.box.next() // Mei's invitation
	desk := s.mei.Online()
	s.visitor.OK("POST", "/api/live/contact", map[string]string{"email": "vic@example.com"}, nil)
	s.conversation = s.visitor.Say("Do you have teapots?").ConversationID
	desk.Wait("list", nil)
	s.ticket = s.visitor.Live().TicketID
	return s
}

// later lets the time of a notice pass.
func (s *served) later() {
	s.c.pass(6 * time.Minute)
	s.Notify.Look()
}

func TestAVisitorWhoIsAwayGetsOneMailForEachAbsence(t *testing.T) {
	s := serve(t)
	s.mei.Write(s.conversation, "We have three kinds <b>now</b>")
	s.mei.Write(s.conversation, "The blue one is new")
	until(t, s.Product, "SELECT COUNT(*) FROM mails WHERE kind = 'missed'", 1)
	s.later()
	got := s.box.next()
	if got.to != "vic@example.com" || got.subject(t) != "My site has answered you" {
		t.Fatalf("to %s: %q", got.to, got.subject(t))
	}
	for _, want := range []string{"Mei", "We have three kinds <b>now</b>", "The blue one is new", "https://chat.example.com/c/" + s.Site.Key} {
		if !strings.Contains(got.text, want) {
			t.Errorf("the mail does not say %q:\n%s", want, got.text)
		}
	}
	if strings.Contains(got.html, "<b>now") || got.head.Get("List-Unsubscribe") == "" || got.head.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("not escaped, or no way to stop:\n%s", got.raw)
	}
	until(t, s.Product, "SELECT COUNT(*) FROM mails WHERE kind = 'missed' AND state = 'sent'", 1)

	s.mei.Write(s.conversation, "Are you still there?") // the same absence
	until(t, s.Product, "SELECT COUNT(*) FROM mails WHERE kind = 'missed'", 1)
	var m chat.Message
	s.visitor.OK("POST", "/api/live/messages", s.Draft("yes"), &m)
	s.visitor.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", s.conversation), map[string]int64{"read": m.Seq}, nil)
	s.mei.Write(s.conversation, "Good")
	s.later()
	if got := s.box.next(); !strings.Contains(got.text, "Good") || strings.Contains(got.text, "still there") {
		t.Fatalf("the second absence:\n%s", got.text)
	}
}

func TestANoticeIsDroppedWhenTheVisitorComesBack(t *testing.T) {
	s := serve(t)
	m := s.mei.Write(s.conversation, "We have three kinds")
	s.visitor.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", s.conversation), map[string]int64{"read": m.Seq}, nil)
	s.later()
	until(t, s.Product, "SELECT COUNT(*) FROM mails WHERE kind = 'missed' AND state = 'dropped'", 1)

	s.mei.Write(s.conversation, "One is blue")
	s.visitor.Connect() // he is here, and has not looked yet
	s.later()
	until(t, s.Product, "SELECT COUNT(*) FROM mails WHERE kind = 'missed' AND state = 'dropped'", 2)
	s.mei.Write(s.conversation, "Hello?") // he is connected
	until(t, s.Product, "SELECT COUNT(*) FROM mails WHERE kind = 'missed'", 2)
	s.box.none()
}

func TestTheLinkLeadsToTheVisitorsPageOnlyOnTheSitesDomains(t *testing.T) {
	s := serve(t)
	s.Owner().OK("PATCH", fmt.Sprintf("/api/admin/sites/%d", s.Site.ID), map[string]any{"domains": []string{"shop.example"}}, nil)
	say := func(page string) {
		var m chat.Message
		d := s.Draft("hello")
		s.visitor.OK("POST", "/api/live/messages", map[string]any{"client_msg_id": d.ClientMsgID, "type": "text", "body": d.Body, "page": page}, &m)
		s.visitor.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", s.conversation), map[string]int64{"read": m.Seq}, nil)
		s.mei.Write(s.conversation, "hello")
		s.later()
	}
	say("https://shop.example/teapots?color=blue")
	if got := s.box.next(); !strings.Contains(got.text, "\nhttps://shop.example/teapots?color=blue\n") {
		t.Fatalf("the link of the visitor's page:\n%s", got.text)
	}
	say("https://phish.example/login")
	if got := s.box.next(); strings.Contains(got.raw, "phish") || !strings.Contains(got.text, "https://chat.example.com/c/"+s.Site.Key) {
		t.Fatalf("a foreign page got into the mail:\n%s", got.text)
	}
}

func TestWhoWantsNoMoreNoticesGetsNone(t *testing.T) {
	s := serve(t)
	s.mei.Write(s.conversation, "We have three kinds")
	s.later()
	stop := strings.Trim(s.box.next().head.Get("List-Unsubscribe"), "<>")
	path := strings.TrimPrefix(stop, "https://chat.example.com")
	mail := s.Anonymous()
	mail.Origin = "" // a mail program
	if r := mail.Do("GET", path, nil); r.Status != 200 || !strings.Contains(string(r.Body), `<form method="post">`) {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	until(t, s.Product, "SELECT COUNT(*) FROM mail_stops", 0) // a scanner that opens links changes nothing
	if r := mail.Do("POST", path, nil); r.Status != 200 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	until(t, s.Product, "SELECT COUNT(*) FROM mail_stops", 1)
	if r := mail.Do("POST", "/mail/stop/nothing", nil); r.Status != 404 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	m := s.visitor.Say("hello")
	s.visitor.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", s.conversation), map[string]int64{"read": m.Seq}, nil)
	s.mei.Write(s.conversation, "hello")
	until(t, s.Product, "SELECT COUNT(*) FROM mails WHERE kind = 'missed'", 1)
}

func TestATranscriptHasTheConversationAndNothingElse(t *testing.T) {
	s := serve(t)
	s.mei.Write(s.conversation, "We have three kinds")
	s.mei.OK("POST", fmt.Sprintf("/api/desk/tickets/%d/notes", s.ticket), map[string]string{"client_msg_id": "note-0001", "text": "a difficult one"}, nil)
	if !s.visitor.Live().MayMail {
		t.Fatal("the visitor is not told that he may have it mailed")
	}
	s.visitor.Lang = "zh-CN"
	s.visitor.OK("POST", "/api/live/transcript", map[string]string{"email": "Vic@example.com"}, nil)
	got := s.box.next()
	if got.to != "vic@example.com" || got.subject(t) != "您与 My site 的会话记录" {
		t.Fatalf("to %s: %q", got.to, got.subject(t))
	}
	first, second := strings.Index(got.text, "Do you have teapots?"), strings.Index(got.text, "We have three kinds")
	if first < 0 || second < first || strings.Contains(got.raw, "difficult") || strings.Contains(got.raw, "ticket.") {
		t.Fatalf("the transcript:\n%s", got.text)
	}

	s.visitor.Refused("POST", "/api/live/transcript", map[string]string{"email": "vic@example.com\r\nBcc: all@example.com"}, 400)
	for range 2 {
		s.visitor.OK("POST", "/api/live/transcript", map[string]string{"email": "vic@example.com"}, nil)
		s.box.next()
	}
	s.visitor.Refused("POST", "/api/live/transcript", map[string]string{"email": "vic@example.com"}, 429)

	path := fmt.Sprintf("/api/desk/tickets/%d/transcript", s.ticket)
	s.mei.OK("POST", path, map[string]string{"email": "boss@example.com"}, nil)
	if got := s.box.next(); got.to != "boss@example.com" || !strings.Contains(got.text, "three kinds") {
		t.Fatalf("the agent's: to %s\n%s", got.to, got.text)
	}
	s.Agent("Li", 5).Refused("POST", path, map[string]string{"email": "boss@example.com"}, 403)
	s.box.next() // Li's invitation
}

func TestWhatNobodyAnsweredIsNotMailed(t *testing.T) {
	box := open(t)
	p := apptest.New(t, box.with)
	visitor := p.Visitor()
	visitor.Say("buy cheap watches")
	visitor.Refused("POST", "/api/live/transcript", map[string]string{"email": "stranger@example.com"}, 409)
	if visitor.Live().MayMail {
		t.Fatal("offered")
	}
}
