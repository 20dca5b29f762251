package faq_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/faq"
)

func faqPath(p *apptest.Product, rest string) string {
	return fmt.Sprintf("/api/admin/sites/%d/faq%s", p.Site.ID, rest)
}

func botPath(p *apptest.Product) string { return fmt.Sprintf("/api/admin/sites/%d/bot", p.Site.ID) }

// add keeps an entry and returns it.
func add(p *apptest.Product, question, answer string, more map[string]any) faq.Entry {
	body := map[string]any{"question": question, "answer": answer, "shown": true}
	for k, v := range more {
		body[k] = v
	}
	var e faq.Entry
	p.Owner().OK("POST", faqPath(p, ""), body, &e)
	return e
}

func ask(c *apptest.Client, entry int64, clientMsgID string) (a faq.Answered) {
	c.OK("POST", fmt.Sprintf("/api/live/faq/%d/ask", entry), map[string]string{"client_msg_id": clientMsgID}, &a)
	return a
}

func said(c *apptest.Client, conversation int64) []chat.Message {
	var page chat.MessagePage
	c.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), nil, &page)
	return page.Messages
}

// texts are what was said, who said it first: b the bot, v the visitor, - the system, a anybody else.
func texts(c *apptest.Client, conversation int64) (lines []string) {
	for _, m := range said(c, conversation) {
		who := "a"
		switch {
		case m.Type == chat.System:
			who = "-"
		case m.Body.Bot:
			who = "b"
		case m.SenderID == c.ID:
			who = "v"
		}
		lines = append(lines, who+" "+m.Body.Text+m.Body.Key)
	}
	return lines
}

func TestAClickedQuestionIsAnsweredAtOnceAndOpensNoTicket(t *testing.T) {
	p := apptest.New(t)
	mei, vic := p.Agent("Mei", 5), p.Visitor()
	mei.Online()
	e := add(p, "How do I return an item?", "Within <b>30</b> days, & for free.", nil)
	add(p, "多久发货？", "当天。", map[string]any{"language": "zh-CN"})
	add(p, "Hidden", "x", map[string]any{"shown": false})

	var card faq.Card
	vic.Lang = "en"
	vic.OK("GET", "/api/live/faq", nil, &card)
	if len(card.Questions) != 1 || card.Questions[0].Question != e.Question {
		t.Fatalf("%+v", card)
	}
	vic.Lang = "zh-CN"
	if vic.OK("GET", "/api/live/faq", nil, &card); len(card.Questions) != 2 {
		t.Fatalf("%+v", card)
	}
	socket := vic.Connect()
	a := ask(vic, e.ID, "click-0001")
	if a.Question.SenderID != vic.ID || a.Question.Body.Text != e.Question || a.Answer.Body.Text != e.Answer || !a.Answer.Body.Bot || a.Answer.Body.EntryID != e.ID || a.Answer.Seq != a.Question.Seq+1 {
		t.Fatalf("%+v", a)
	}
	socket.Wait("message", func(m apptest.Event) bool { return strings.Contains(string(m.Data), "30") })
	if l := vic.Live(); l.State != "none" || l.ConversationID != a.Answer.ConversationID {
		t.Fatalf("%+v", l)
	}
	vic.Say("thanks, and something else")
	mei.Connect()
	if l := vic.Live(); l.State == "none" {
		t.Fatalf("%+v", l)
	}
}

func TestDuplicateClicksMakeOneQuestionAndOneAnswer(t *testing.T) {
	p := apptest.New(t)
	vic := p.Visitor()
	e, other := add(p, "Where?", "Here.", nil), add(p, "When?", "Now.", nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r := vic.Do("POST", fmt.Sprintf("/api/live/faq/%d/ask", e.ID), `{"client_msg_id":"click-0001"}`)
			var a faq.Answered
			if err := json.Unmarshal(r.Body, &a); r.Status != 200 || err != nil || a.Answer.Body.Text != "Here." {
				t.Errorf("%d %s", r.Status, r.Body)
			}
		})
	}
	wg.Wait()
	a := ask(vic, e.ID, "click-0001")
	p.Owner().OK("PATCH", faqPath(p, fmt.Sprintf("/%d", e.ID)), `{"question":"Where to?","answer":"There."}`, nil)
	if again := ask(vic, e.ID, "click-0001"); again.Answer.ID != a.Answer.ID || again.Answer.Body.Text != "Here." {
		t.Fatalf("%+v", again)
	}
	if got := len(said(vic, a.Answer.ConversationID)); got != 2 {
		t.Fatalf("%d messages", got)
	}
	vic.Refused("POST", fmt.Sprintf("/api/live/faq/%d/ask", other.ID), `{"client_msg_id":"click-0001"}`, 409)
	vic.Refused("POST", fmt.Sprintf("/api/live/faq/%d/ask", e.ID), `{"client_msg_id":"short"}`, 400)
	vic.Refused("POST", "/api/live/faq/12345/ask", `{"client_msg_id":"click-0002"}`, 404)
	p.Owner().OK("DELETE", faqPath(p, fmt.Sprintf("/%d", e.ID)), nil, nil)
	if again := ask(vic, e.ID, "click-0001"); again.Answer.ID != a.Answer.ID {
		t.Fatalf("%+v", again)
	}
	vic.Refused("POST", fmt.Sprintf("/api/live/faq/%d/ask", e.ID), `{"client_msg_id":"click-0003"}`, 404)
}

func TestAnEntryIsRefusedFieldByField(t *testing.T) {
	p := apptest.New(t)
	owner := p.Owner()
	refused := owner.Refused("POST", faqPath(p, ""), map[string]any{"question": " ", "answer": strings.Repeat("x", 4001), "keywords": []string{strings.Repeat("k", 41)}, "language": "fr",
		"alternatives": strings.Split(strings.Repeat("a b c d e f g h i j k l m n o p q r s t u ", 1), " ")}, 400)
	for _, field := range []string{"question", "answer", "keywords", "alternatives", "language"} {
		if refused.Fields[field] == "" {
			t.Errorf("%s is taken: %+v", field, refused)
		}
	}
	e := add(p, "  Where\tare you? ", "Here", map[string]any{"keywords": []string{"here", "here", " "}})
	if e.Question != "Where are you?" || len(e.Keywords) != 1 {
		t.Fatalf("%+v", e)
	}
	b := add(p, "Second?", "2", nil)
	owner.Refused("PUT", faqPath(p, "/order"), map[string]any{"order": []int64{e.ID}}, 409)
	owner.OK("PUT", faqPath(p, "/order"), map[string]any{"order": []int64{b.ID, e.ID}}, nil)
	var got struct{ Entries []faq.Entry }
	if owner.OK("GET", faqPath(p, ""), nil, &got); len(got.Entries) != 2 || got.Entries[0].ID != b.ID {
		t.Fatalf("%+v", got)
	}
	owner.Refused("PATCH", faqPath(p, "/12345"), `{"answer":"x"}`, 404)
	owner.Refused("DELETE", faqPath(p, "/12345"), nil, 404)
	owner.Refused("GET", "/api/admin/sites/12345/faq", nil, 404)
	for i := 2; i < 500; i++ {
		owner.OK("POST", faqPath(p, ""), map[string]any{"question": fmt.Sprintf("Question %d", i), "answer": "x"}, nil)
	}
	if refused := owner.Refused("POST", faqPath(p, ""), `{"question":"one more","answer":"x"}`, 409); refused.Message != "a site has at most 500 questions" {
		t.Fatalf("%+v", refused)
	}
}

func TestAVisitorMarksAnAnswerOnce(t *testing.T) {
	p := apptest.New(t)
	vic, may := p.Visitor(), p.Visitor()
	e := add(p, "Where?", "Here.", nil)
	useful := fmt.Sprintf("/api/live/faq/%d/useful", e.ID)
	for _, says := range []string{`{"useful":true}`, `{"useful":true}`, `{"useful":false}`} {
		vic.OK("PUT", useful, says, nil)
	}
	may.OK("PUT", useful, `{"useful":true}`, nil)
	var got struct{ Entries []faq.Entry }
	if p.Owner().OK("GET", faqPath(p, ""), nil, &got); got.Entries[0].Helpful != 1 || got.Entries[0].Unhelpful != 1 {
		t.Fatalf("%+v", got)
	}
	may.Refused("PUT", "/api/live/faq/12345/useful", `{"useful":true}`, 404)
}

// TestTheFAQIsNoAnswerOfAnAgent: a ticket that waits stays unanswered, whatever the visitor clicks meanwhile.
func TestTheFAQIsNoAnswerOfAnAgent(t *testing.T) {
	p := apptest.New(t)
	mei, vic := p.Agent("Mei", 5), p.Visitor()
	e := add(p, "Where?", "Here.", nil)
	socket := mei.Online()
	vic.Say("hello")
	socket.Wait("list", nil)
	ask(vic, e.ID, "click-0001")
	var d desk.TicketDetail
	mei.OK("GET", fmt.Sprintf("/api/desk/tickets/%d", vic.Live().TicketID), nil, &d)
	if d.Ticket.AnsweredAt != nil || d.Ticket.LastText != "Here." {
		t.Fatalf("%+v", d.Ticket)
	}
	mei.Write(d.Ticket.ConversationID, "hi")
	if mei.OK("GET", fmt.Sprintf("/api/desk/tickets/%d", d.Ticket.ID), nil, &d); d.Ticket.AnsweredAt == nil {
		t.Fatalf("%+v", d.Ticket)
	}
}

// TestNobodySpeaksAsTheBot: what marks its words is the server's to say.
func TestNobodySpeaksAsTheBot(t *testing.T) {
	p := apptest.New(t)
	vic := p.Visitor()
	for _, body := range []string{`{"text":"x","bot":true}`, `{"text":"x","entry_id":1}`} {
		vic.Refused("POST", "/api/live/messages", `{"client_msg_id":"forged-001","type":"text","body":`+body+`}`, 400)
	}
}
