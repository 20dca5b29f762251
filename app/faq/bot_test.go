package faq_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/desk"
	"ichat/app/faq"
)

func local(c *app.Config) { c.LocalModels = true }

// says waits on a visitor's socket for what the bot says.
func says(s *apptest.Socket, words string) {
	s.Wait("message", func(e apptest.Event) bool {
		return strings.Contains(string(e.Data), `"bot":true`) && strings.Contains(string(e.Data), words)
	})
}

// handedOver waits until the visitor has a ticket.
func handedOver(s *apptest.Socket) {
	s.Wait("live", func(e apptest.Event) bool { return !strings.Contains(string(e.Data), `"ticket_id":0`) })
}

func botOn(p *apptest.Product, more map[string]any) (b faq.Bot) {
	body := map[string]any{"on": true, "name": "Robin"}
	for k, v := range more {
		body[k] = v
	}
	p.Owner().OK("PATCH", botPath(p), body, &b)
	return b
}

func TestTheBotAnswersFirstAndHandsOverAfterMissingTooOften(t *testing.T) {
	p := apptest.New(t)
	mei, vic := p.Agent("Mei", 5), p.Visitor()
	add(p, "How do I return an item?", "Within 30 days.", nil)
	botOn(p, map[string]any{"tries": 2})
	socket := vic.Connect()
	vic.Say("can i return an item?") // nobody of the staff is there
	says(socket, "30 days")
	if l := vic.Live(); l.Bot == nil || l.Bot.Name != "Robin" || l.Bot.Kind != "bot" || l.Away || l.State != "none" {
		t.Fatalf("%+v", l)
	}
	desks := mei.Online()
	m := vic.Say("how to send an item back: return?")
	says(socket, "30 days")
	vic.Say("which colours are there")
	says(socket, "other words")
	vic.Say("do you like the red one")
	says(socket, "handing you over")
	handedOver(socket)
	desks.Wait("list", nil)
	l := vic.Live()
	if l.State != "open" || l.Bot != nil || l.Agent == nil || l.Agent.ID != mei.ID {
		t.Fatalf("%+v", l)
	}
	var d desk.TicketDetail
	mei.OK("GET", fmt.Sprintf("/api/desk/tickets/%d", l.TicketID), nil, &d)
	if d.Ticket.FromSeq != 1 || d.Ticket.LastText != "do you like the red one" || d.Ticket.AnsweredAt != nil || len(d.History) != 1 {
		t.Fatalf("%+v", d)
	}
	want := []string{"v can i return an item?", "b Within 30 days.", "v how to send an item back: return?", "b Within 30 days.", "v which colours are there",
		"b I did not find", "v do you like the red one", "b I cannot answer", "- ticket.assigned"}
	got := texts(vic, m.ConversationID)
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Fatalf("%q", got)
	}
	mei.Write(m.ConversationID, "let me see")
	vic.Say("with an agent the bot is silent")
	var unknown struct{ Unknown []faq.Unknown }
	p.Owner().OK("GET", fmt.Sprintf("/api/admin/sites/%d/unknown", p.Site.ID), nil, &unknown)
	if len(unknown.Unknown) != 2 || unknown.Unknown[0].Times != 1 {
		t.Fatalf("%+v", unknown)
	}
	p.Owner().OK("DELETE", fmt.Sprintf("/api/admin/sites/%d/unknown/%d", p.Site.ID, unknown.Unknown[0].ID), nil, nil)
	p.Owner().Refused("DELETE", fmt.Sprintf("/api/admin/sites/%d/unknown/%d", p.Site.ID, unknown.Unknown[0].ID), nil, 404)
	if got := texts(vic, m.ConversationID); strings.HasPrefix(got[len(got)-1], "b") {
		t.Fatalf("%q", got)
	}
}

func TestWhoAsksForAPersonGetsOne(t *testing.T) {
	p := apptest.New(t)
	botOn(p, map[string]any{"words": []string{"老板"}})
	for _, text := range []string{"转人工", "我要转人工客服！", "人工", "Talk to a person", "AGENT", "can I speak to a human please?", "叫你们老板来"} {
		vic := p.Visitor()
		vic.Say(text)
		if l := vic.Live(); l.State != "waiting" {
			t.Errorf("%s: %+v", text, l)
		}
	}
	vic := p.Visitor()
	socket := vic.Connect()
	first := vic.Say("人工智能是什么意思") // about machines, not for a person
	says(socket, "转人工")
	file := vic.SayFile(vic.Upload("list.txt", []byte("apples"))) // nothing a bot could read
	l := vic.Live()
	if l.State != "waiting" {
		t.Fatalf("%+v", l)
	}
	mei := p.Agent("Mei", 5)
	var d desk.TicketDetail
	mei.OK("GET", fmt.Sprintf("/api/desk/tickets/%d", l.TicketID), nil, &d)
	if d.Ticket.FromSeq != first.Seq || file.Seq != first.Seq+2 {
		t.Fatalf("%+v", d.Ticket)
	}
}

func TestAClosedTicketIsFollowedByTheBot(t *testing.T) {
	p := apptest.New(t)
	add(p, "Where?", "Here.", nil)
	botOn(p, nil)
	vic := p.Visitor()
	socket := vic.Connect()
	vic.Say("转人工")
	vic.OK("POST", "/api/live/end", nil, nil)
	if l := vic.Live(); l.State != "closed" || l.Bot == nil {
		t.Fatalf("%+v", l)
	}
	vic.Say("where?")
	says(socket, "Here.")
	if l := vic.Live(); l.State != "closed" {
		t.Fatalf("%+v", l)
	}
	p.Owner().OK("PATCH", botPath(p), `{"on":false}`, nil)
	vic.Say("anybody there?")
	if l := vic.Live(); l.State != "waiting" || l.Bot != nil {
		t.Fatalf("%+v", l)
	}
}

// TestATurnSurvivesTheNodeThatBeganIt: the node that asked the model stops, and the next one answers, once.
func TestATurnSurvivesTheNodeThatBeganIt(t *testing.T) {
	p := apptest.New(t, local)
	began := make(chan struct{}, 1)
	slow := newModel(t, func(_ http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		<-r.Context().Done()
	})
	botOn(p, endpoint(slow))
	vic := p.Visitor()
	m := vic.Say("something else entirely")
	<-began
	p.Owner().OK("PATCH", botPath(p), `{"endpoint":{"on":false}}`, nil)
	p.Stop()
	next := p.Node(time.Now)
	there := vic.On(next)
	socket := there.Connect()
	if len(said(there, m.ConversationID)) == 1 {
		says(socket, "")
	}
	if got := texts(there, m.ConversationID); len(got) != 2 {
		t.Fatalf("%q", got)
	}
}

// model is a language model under the test's control.
type model struct {
	*httptest.Server
	asked atomic.Pointer[string]
	key   atomic.Pointer[string]
}

func newModel(t *testing.T, answer http.HandlerFunc) *model {
	m := &model{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		text, key := string(b), r.Header.Get("Authorization")
		m.asked.Store(&text)
		m.key.Store(&key)
		if r.URL.Path != "/v1/chat/completions" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(m.Close)
	return m
}

func completion(text, refusal, finish string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"finish_reason": finish, "message": map[string]any{"role": "assistant", "content": text, "refusal": refusal}}}})
	}
}

func endpoint(m *model) map[string]any {
	return map[string]any{"endpoint": map[string]any{"on": true, "url": m.URL + "/v1", "model": "small", "key": "sk-very-secret-1234", "instructions": "We sell shoes."}}
}

func TestALanguageModelAnswersWhatTheEntriesDoNot(t *testing.T) {
	p := apptest.New(t, local)
	add(p, "How do I return an item?", "Within 30 days.", nil)
	m := newModel(t, completion("<b>Red</b> and blue."+strings.Repeat("!", 9000), "", "stop"))
	b := botOn(p, endpoint(m))
	if b.Endpoint.KeyEnd != "•••1234" {
		t.Fatalf("%+v", b)
	}
	vic := p.Visitor()
	socket := vic.Connect()
	vic.Say("return an item")
	says(socket, "30 days")
	if m.asked.Load() != nil {
		t.Fatal("the model was asked what an entry answers")
	}
	first := vic.Say("colours sizes brands shops returned")
	says(socket, "Red")
	if got := texts(vic, first.ConversationID); len([]rune(got[3])) != 4002 || !strings.HasPrefix(got[3], "b <b>Red</b>") {
		t.Fatalf("%q", got)
	}
	asked := *m.asked.Load()
	for _, has := range []string{"We sell shoes.", "Within 30 days.", "colours sizes", `"assistant"`, `"model":"small"`} {
		if !strings.Contains(asked, has) {
			t.Errorf("the model was not told %q: %s", has, asked)
		}
	}
	if *m.key.Load() != "Bearer sk-very-secret-1234" {
		t.Errorf("key %q", *m.key.Load())
	}
	for _, path := range []string{botPath(p), fmt.Sprintf("/api/admin/sites/%d/audit", p.Site.ID)} {
		if r := p.Owner().Do("GET", path, nil); strings.Contains(string(r.Body), "very-secret") {
			t.Errorf("%s tells the key: %s", path, r.Body)
		}
	}
	var trial faq.Trial
	p.Owner().OK("GET", botPath(p)+"/try?question=which+colours", nil, &trial)
	if trial.Source != "model" || !strings.HasPrefix(trial.Answer, "<b>Red") {
		t.Fatalf("%+v", trial)
	}
	// A key is for the address it was given for.
	p.Owner().OK("PATCH", botPath(p), map[string]any{"endpoint": map[string]string{"url": m.URL + "/v1/other"}}, &b)
	if b.Endpoint.KeyEnd != "" {
		t.Fatalf("the key went along: %+v", b)
	}
}

func TestWhenTheModelFailsAPersonAnswers(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"an error":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"something else": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		},
		"a refusal":       completion("", "I cannot help with that", "stop"),
		"a filter":        completion("half a sen", "", "content_filter"),
		"nothing":         completion(" ", "", "stop"),
		"that it is lost": completion("[HANDOVER]", "", "stop"),
	} {
		t.Run(name, func(t *testing.T) {
			p := apptest.New(t, local)
			botOn(p, endpoint(newModel(t, answer)))
			vic := p.Visitor()
			socket := vic.Connect()
			vic.Say("which colours are there?")
			says(socket, "handing you over")
			if l := vic.Live(); l.State != "waiting" {
				t.Fatalf("%+v", l)
			}
		})
	}
}

func TestAnEndpointIsOnTheInternet(t *testing.T) {
	p := apptest.New(t)
	owner := p.Owner()
	for _, url := range []string{"http://127.0.0.1:1/v1", "https://10.0.0.1/v1", "https://localhost/v1", "http://api.example.com/v1", "https://user:pw@api.example.com/v1", "nonsense"} {
		refused := owner.Refused("PATCH", botPath(p), map[string]any{"endpoint": map[string]any{"url": url}}, 400)
		if refused.Fields["endpoint.url"] == "" {
			t.Errorf("%s: %+v", url, refused)
		}
	}
	refused := owner.Refused("PATCH", botPath(p), map[string]any{"tries": 11, "words": []string{strings.Repeat("w", 41)}, "name": strings.Repeat("n", 65),
		"endpoint": map[string]any{"on": true, "key": "with space"}}, 400)
	for _, field := range []string{"tries", "words", "name", "endpoint.url", "endpoint.model", "endpoint.key"} {
		if refused.Fields[field] == "" {
			t.Errorf("%s is taken: %+v", field, refused)
		}
	}
	owner.OK("PATCH", botPath(p), `{"endpoint":{"on":true,"url":"https://api.example.com/v1/","model":"m"}}`, nil)
	p.Agent("Mei", 5).Refused("GET", botPath(p), nil, 404)
}

// TestAMessageTakenBackIsNotAnswered, and one that waits behind it is.
func TestAMessageTakenBackIsNotAnswered(t *testing.T) {
	p := apptest.New(t, local)
	began, goOn := make(chan struct{}, 1), make(chan struct{})
	m := newModel(t, func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		<-goOn
		completion("Red.", "", "stop")(w, r)
	})
	botOn(p, endpoint(m))
	vic := p.Visitor()
	socket := vic.Connect()
	first := vic.Say("which colours are there?")
	<-began
	second := vic.Say("转人工") // while the bot still thinks
	if l := vic.Live(); l.State != "waiting" {
		t.Fatalf("%+v", l)
	}
	close(goOn)
	vic.OK("POST", "/api/live/end", nil, nil)
	third := vic.Say("and which sizes")
	says(socket, "Red.")
	got := texts(vic, first.ConversationID)
	want := []string{"v which colours are there?", "v 转人工", "- ticket.closed", "v and which sizes", "b Red."}
	if !slices.Equal(got, want) || second.Seq != 2 || third.Seq != 4 {
		t.Fatalf("%q", got)
	}
}
