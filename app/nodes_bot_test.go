package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/faq"
)

// TestATurnOfTheBotIsAnsweredOnceByOneOfThreeNodes: whoever is asked and wherever the visitor is, and the nodes share one budget.
func TestATurnOfTheBotIsAnsweredOnceByOneOfThreeNodes(t *testing.T) {
	_, n := several(t, 3, func(c *app.Config) { c.LocalModels = true })
	var asked atomic.Int64
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"choices":[{"finish_reason":"stop","message":{"content":"Red."}}]}`)
	}))
	t.Cleanup(model.Close)
	const visitors, budget = 12, 8
	bot := fmt.Sprintf("/api/admin/sites/%d/bot", n[0].Site.ID)
	n[0].Owner().OK("PATCH", bot, map[string]any{"on": true, "name": "Robin", "endpoint": map[string]any{
		"on": true, "url": model.URL + "/v1", "model": "small", "most_day": budget, "most_talk": 1}}, nil)

	type talk struct {
		visitor *apptest.Client
		socket  *apptest.Socket
		first   chat.Message
	}
	var talks []talk
	for i := range visitors {
		here, there := n[i%3], n[(i+1)%3]
		v := here.Visitor()
		x := talk{v, v.On(there).Connect(), v.Say("which colours are there?")}
		talks = append(talks, x)
	}
	red := 0
	for _, x := range talks {
		isBot := func(e apptest.Event) bool { return frame[chat.Message](t, e).Body.Bot }
		m := frame[chat.Message](t, x.socket.Wait("message", isBot))
		if m.Body.Text == "Red." {
			red++
		}
	}
	for _, x := range talks { // when all are done, nobody was answered twice
		var page chat.MessagePage
		x.visitor.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", x.first.ConversationID), nil, &page)
		if len(page.Messages) != 2 {
			t.Fatalf("%+v", page.Messages)
		}
	}
	var b faq.Bot
	n[2].Owner().OK("GET", bot, nil, &b)
	if red != budget || asked.Load() != budget || b.Endpoint.AskedToday != budget {
		t.Fatalf("%d answers of the model, asked %d times, counted %d", red, asked.Load(), b.Endpoint.AskedToday)
	}
}
