package faq_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"ichat/app/apptest"
	"ichat/app/faq"
	"ichat/storage"
)

// counting is a model that says Red and counts how often it is asked.
func counting(t *testing.T) (m *model, times func() int64) {
	var n atomic.Int64
	m = newModel(t, func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		completion("Red.", "", "stop")(w, r)
	})
	return m, n.Load
}

func budget(m *model, day, talk int) map[string]any {
	e := endpoint(m)
	e["endpoint"].(map[string]any)["most_day"] = day
	e["endpoint"].(map[string]any)["most_talk"] = talk
	e["tries"] = 10
	return e
}

func TestALanguageModelIsAskedNoMoreThanItsBudgetAllows(t *testing.T) {
	p := apptest.New(t, local)
	m, asked := counting(t)
	if b := botOn(p, nil); b.Endpoint.MostDay != 500 || b.Endpoint.MostTalk != 20 || b.Endpoint.AskedToday != 0 {
		t.Fatalf("%+v", b)
	}
	botOn(p, budget(m, 4, 2))
	first := p.Visitor()
	socket := first.Connect()
	for _, words := range []string{"Red.", "Red.", "other words"} { // two of one conversation, and then it goes on without
		first.Say("which colours are there?")
		says(socket, words)
	}
	if l := first.Live(); l.State != "none" {
		t.Fatalf("an empty budget is no reason to hand over: %+v", l)
	}
	second := p.Visitor()
	there := second.Connect()
	second.Say("which colours are there?")
	says(there, "Red.")
	try := func() (x faq.Trial) {
		p.Owner().OK("GET", botPath(p)+"/try?question=which+colours", nil, &x)
		return x
	}
	if x := try(); x.Source != "model" {
		t.Fatalf("%+v", x)
	}
	second.Say("and which sizes?") // his own budget has one left, the site's has none
	says(there, "other words")
	if x := try(); x.Source != "none" || x.Problem != "today's budget for the language model is used up" {
		t.Fatalf("%+v", x)
	}
	var b faq.Bot
	if p.Owner().OK("GET", botPath(p), nil, &b); asked() != 4 || b.Endpoint.AskedToday != 4 {
		t.Fatalf("asked %d times, the back office says %+v", asked(), b.Endpoint)
	}

	yesterday(t, p)
	first.Say("which colours, please?")
	says(socket, "Red.")
	if p.Owner().OK("GET", botPath(p), nil, &b); asked() != 5 || b.Endpoint.AskedToday != 1 {
		t.Fatalf("on the next day %d, %+v", asked(), b.Endpoint)
	}
	refused := p.Owner().Refused("PATCH", botPath(p), `{"endpoint":{"most_day":0,"most_talk":1001}}`, 400)
	if refused.Fields["endpoint.most_day"] == "" || refused.Fields["endpoint.most_talk"] == "" {
		t.Fatalf("%+v", refused)
	}
}

// yesterday makes what was counted so far that of another day.
func yesterday(t *testing.T, p *apptest.Product) {
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `UPDATE faq_asked SET day = '2020-02-02'`)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestManyVisitorsAtOnceDoNotOverdrawTheBudget(t *testing.T) {
	p := apptest.New(t, local)
	m, asked := counting(t)
	botOn(p, budget(m, 5, 1))
	var all sync.WaitGroup
	for range 12 {
		vic := p.Visitor()
		socket := vic.Connect()
		vic.Say("which colours are there?")
		all.Go(func() { says(socket, "") })
	}
	all.Wait()
	if asked() != 5 {
		t.Fatalf("asked %d times", asked())
	}
}
