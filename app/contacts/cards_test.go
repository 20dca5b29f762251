package contacts_test

import (
	"fmt"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
)

func cardOf(p *apptest.Product, person, group int64) chat.SendRequest {
	d := p.Draft("")
	d.Type, d.Body = chat.Card, chat.Body{Card: &chat.CardBody{PersonID: person, GroupID: group}}
	return d
}

func TestACardShowsWhatTheServerKnowsOfAFriendAndOfAGroup(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	befriend(li, wu)
	c := between(t, li, han)
	g := makeGroup(p, li, chat.JoinInvite, wu)
	screens := []*screen{look(t, li), look(t, li.Again()), look(t, han)}
	for what, want := range map[string]chat.CardBody{
		"a friend":  {PersonID: wu.ID, Name: "Wu Gang", Number: start(wu).Me.Number},
		"himself":   {PersonID: li.ID, Name: "Li Lei", Number: start(li).Me.Number},
		"his group": {GroupID: g.ID, Name: g.Name, Number: g.Number},
	} {
		d := cardOf(p, want.PersonID, want.GroupID)
		var m, again chat.Message
		li.OK("POST", messages(c), d, &m)
		li.OK("POST", messages(c), d, &again)
		if m.Type != chat.Card || m.Body.Card == nil || *m.Body.Card != want || again.ID != m.ID {
			t.Fatalf("%s: %+v, and again %+v", what, m.Body.Card, again.Body.Card)
		}
		for _, s := range screens {
			s.level(what)
		}
	}
	if last := start(han).Conversations[0].Last; last.Type != chat.Card || last.Text == "" {
		t.Fatalf("the list shows %+v", last)
	}
	var found chat.MessagePage
	han.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/find?q=gang", c), nil, &found)
	if len(found.Messages) != 1 {
		t.Fatalf("%d found", len(found.Messages))
	}
	if text := string(han.Do("GET", fmt.Sprintf("/api/chat/conversations/%d/export", c), nil).Body); !strings.Contains(text, "[Card] Wu Gang") {
		t.Fatal(text)
	}
}

func TestWhoseCardCannotBeSent(t *testing.T) {
	p := apptest.New(t)
	li, han, wu, stranger := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang"), p.Member("Stranger")
	befriend(li, han)
	befriend(li, wu)
	befriend(han, stranger)
	c := between(t, li, han)
	theirs, over := makeGroup(p, han, chat.JoinOpen, stranger), makeGroup(p, li, chat.JoinOpen)
	li.OK("POST", groupAt(over.ID, "/dissolve"), nil, nil)
	refused := func(what string, d chat.SendRequest, status int) {
		t.Helper()
		if got := li.Do("POST", messages(c), d); got.Status != status {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
	}
	refused("a stranger's", cardOf(p, stranger.ID, 0), 404)
	refused("nobody's", cardOf(p, 1, 0), 404)
	refused("a group he is not in", cardOf(p, 0, theirs.ID), 404)
	refused("a conversation of two", cardOf(p, 0, c), 404)
	refused("what was dissolved", cardOf(p, 0, over.ID), 409)
	refused("of both", cardOf(p, han.ID, theirs.ID), 400)
	refused("of nobody", cardOf(p, 0, 0), 400)
	invented := cardOf(p, han.ID, 0)
	invented.Body.Card.Name = "The bank"
	refused("in his own words", invented, 400)
	wu.OK("PUT", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	refused("who has blocked him", cardOf(p, wu.ID, 0), 404)
	wu.OK("DELETE", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	wu.OK("DELETE", fmt.Sprint("/api/im/friends/", li.ID), nil, nil)
	refused("who took him off his list", cardOf(p, wu.ID, 0), 404)
}

func TestAVisitorAndHisAgentSendNoCards(t *testing.T) {
	p := apptest.New(t)
	agent := p.Agent("Mei", 5)
	socket := agent.Online()
	visitor := p.Visitor()
	live := visitor.Say("hello").ConversationID
	socket.Wait("list", nil)
	li := p.Member("Li Lei")
	befriend(agent, li)
	c := between(t, agent, li)
	seq := agent.Write(c, "between us").Seq
	for what, d := range map[string]chat.SendRequest{"a card": cardOf(p, agent.ID, 0), "a merged one": merging(p, c, seq), "from elsewhere": passesOn(p, chat.Image, c, seq)} {
		if got := agent.Do("POST", messages(live), d); got.Status != 400 {
			t.Errorf("the agent, %s: %d %s", what, got.Status, got.Body)
		}
		if got := visitor.Do("POST", messages(live), d); got.Status < 400 || got.Status >= 500 {
			t.Errorf("the visitor, %s: %d %s", what, got.Status, got.Body)
		}
		if got := visitor.Do("POST", "/api/live/messages", d); got.Status < 400 || got.Status >= 500 {
			t.Errorf("the visitor's window, %s: %d %s", what, got.Status, got.Body)
		}
	}
	agent.Refused("POST", messages(c), merging(p, live, 1), 404) // nor does what a visitor said go elsewhere
}
