package chat_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
)

func TestTwoColleaguesHaveOneConversation(t *testing.T) {
	p := apptest.New(t)
	a, b, c := p.Agent("Ann", 1), p.Agent("Bob", 1), p.Agent("Cem", 1)
	ears := []*apptest.Socket{a.Connect(), b.Connect()}
	var wg sync.WaitGroup
	found := make([]int64, 16)
	for i := range found {
		wg.Go(func() {
			by, to := a.ID, b.ID
			if i%2 == 1 {
				by, to = to, by
			}
			h, err := p.Chat.Direct(t.Context(), by, to)
			if err != nil {
				t.Error(err)
			}
			found[i] = h.ID
		})
	}
	wg.Wait()
	if slices.Max(found) != slices.Min(found) {
		t.Fatalf("two at once made %v", found)
	}
	for _, s := range ears {
		s.Wait("list", nil)
	}
	direct := found[0]
	var h chat.Header
	b.OK("POST", "/api/chat/direct", map[string]int64{"person": a.ID}, &h)
	if h.ID != direct || h.Kind != chat.Direct {
		t.Fatalf("found %+v, want %d", h, direct)
	}
	sent := a.Write(direct, "lunch?")
	if got := ears[1].Message("lunch?"); got.ID != sent.ID || got.Seq != 1 {
		t.Fatalf("got %+v", got)
	}
	sync := b.Connect().Sync.Conversations[0]
	if sync.ID != direct || len(sync.Members) != 2 || len(sync.Messages) != 1 {
		t.Fatalf("sync %+v", sync)
	}
	c.Refused("GET", messagesAt(direct), nil, 404)
	c.Refused("POST", messagesAt(direct), p.Draft("me too"), 404)
	b.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", direct), map[string]int64{"read": 1}, nil)
	ears[0].Wait("cursor", nil)
	ears[1].Send(fmt.Sprintf(`{"type":"typing","conversation_id":%d}`, direct))
	ears[0].Wait("typing", nil)
	for _, rest := range []string{"/leave", "/dissolve"} { // a direct conversation is no group
		a.Refused("POST", groupAt(direct, rest), nil, 404)
	}
	a.Refused("PATCH", groupAt(direct, ""), map[string]string{"name": "x"}, 404)
	a.Refused("POST", groupAt(direct, "/members"), map[string]any{"people": ids(c)}, 404)
}

func TestADirectConversationIsForColleaguesOnly(t *testing.T) {
	p := apptest.New(t)
	a, foreign, visitor := p.Agent("Ann", 1), p.Agent("Far", 1), p.Visitor()
	move(t, p, foreign)
	open := func(c *apptest.Client, to int64, status int) string {
		return c.Refused("POST", "/api/chat/direct", map[string]int64{"person": to}, status).Message
	}
	open(a, a.ID, 400)
	open(visitor, a.ID, 403)
	missing := open(a, 1, 404)
	if open(a, foreign.ID, 404) != missing || open(a, visitor.ID, 404) != missing || open(foreign, a.ID, 404) != missing {
		t.Fatal("a refusal tells who exists")
	}
	b := p.Agent("Bob", 1)
	p.Owner().OK("PATCH", fmt.Sprintf("/api/admin/sites/%d/agents/%d", p.Site.ID, b.ID), map[string]bool{"disabled": true}, nil)
	if open(a, b.ID, 404) != missing {
		t.Fatal("a refusal tells who exists")
	}
}

func TestWhoLostTheSiteReadsAndSendsNothingMore(t *testing.T) {
	p := apptest.New(t)
	a, b := p.Agent("Ann", 1), p.Agent("Bob", 1)
	group := found(t, p, a, "Team", b).ID
	var direct chat.Header
	a.OK("POST", "/api/chat/direct", map[string]int64{"person": b.ID}, &direct)
	d := p.Draft("while it lasts")
	var sent chat.Message
	b.OK("POST", messagesAt(direct.ID), d, &sent)
	said := b.Write(group, "hello all")
	move(t, p, b)
	b.OK("POST", messagesAt(direct.ID), d, nil) // a retry of what was said then
	for _, c := range []*apptest.Client{a, b} {
		c.OK("GET", messagesAt(direct.ID), nil, nil)
		c.Refused("POST", messagesAt(direct.ID), p.Draft("and now"), 403)
	}
	b.Refused("PATCH", editAt(sent), editing("edit-0001", "x"), 403)
	a.Write(group, "still here")
	b.OK("GET", messagesAt(group), nil, nil)
	b.Refused("POST", messagesAt(group), p.Draft("and now"), 403)
	b.Refused("PATCH", editAt(said), editing("edit-0001", "x"), 403)
	b.Refused("POST", groupAt(group, "/members"), map[string]any{"people": ids(p.Agent("Cem", 1))}, 403)
	b.OK("POST", groupAt(group, "/leave"), nil, nil)
}
