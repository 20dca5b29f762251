package contacts_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/contacts"
)

// make makes a group with friends.
func makeGroup(p *apptest.Product, by *apptest.Client, rule string, others ...*apptest.Client) chat.Header {
	g := contacts.NewGroup{ClientID: p.Draft("").ClientMsgID, Name: "Hikers", About: "up and down", JoinRule: rule}
	for _, c := range others {
		g.People = append(g.People, c.ID)
	}
	var made contacts.MadeGroup
	by.OK("POST", "/api/im/groups", g, &made)
	return *made.Group
}

func groupAt(group int64, rest string) string {
	return fmt.Sprintf("/api/chat/groups/%d%s", group, rest)
}

func imGroup(group int64, rest string) string { return fmt.Sprintf("/api/im/groups/%d%s", group, rest) }

func TestAGroupFromCreationToDissolution(t *testing.T) {
	p := apptest.New(t)
	owner, li, han, wu := p.Member("Owner Li"), p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(owner, li)
	g := makeGroup(p, owner, chat.JoinApply, li)
	if g.Number < 1_000_000_000 || g.MemberCount != 2 || g.About != "up and down" || g.JoinRule != chat.JoinApply || g.SiteID != 0 {
		t.Fatalf("%+v", g)
	}
	screens := []*screen{look(t, owner), look(t, owner.Again()), look(t, li), look(t, han)}
	level := func(what string) {
		t.Helper()
		for _, s := range screens {
			s.level(what)
		}
	}
	var found contacts.GroupPage
	han.OK("GET", "/api/im/groups?q=hik", nil, &found)
	if len(found.Groups) != 1 || found.Groups[0].ID != g.ID || found.Groups[0].Joined {
		t.Fatalf("%+v", found)
	}
	owner.OK("PATCH", groupAt(g.ID, fmt.Sprint("/members/", li.ID)), `{"role":"admin"}`, nil)
	var j contacts.Joining
	han.OK("POST", imGroup(g.ID, "/join"), `{"note":"may I?"}`, &j)
	level("applied")
	han.Refused("POST", imGroup(g.ID, "/join"), `{}`, 409) // applied already
	han.Refused("GET", messages(g.ID), nil, 404)
	if j.Request == nil || j.Group != nil || start(owner).Unread != start(li).Unread || start(li).Unread == 0 {
		t.Fatalf("%+v", j)
	}
	answer(li, *j.Request, "agree", "{}") // the admin; the owner's box shows it too
	level("let in")
	owner.Refused("POST", fmt.Sprintf("/api/im/requests/%d/refuse", j.Request.ID), "{}", 409)
	han.Write(g.ID, "here I am")
	wu.OK("POST", imGroup(g.ID, "/join"), `{}`, &j)
	wu.Refused("POST", fmt.Sprintf("/api/im/requests/%d/agree", j.Request.ID), "{}", 404)
	han.Refused("POST", fmt.Sprintf("/api/im/requests/%d/agree", j.Request.ID), "{}", 404) // no admin
	answer(owner, *j.Request, "refuse", `{"reason":"full"}`)
	level("refused")

	owner.OK("PATCH", groupAt(g.ID, ""), `{"notice":"meet at nine","join_rule":"invite","name":"Walkers"}`, nil)
	if h := start(han).Groups[0]; h.Notice != "meet at nine" || h.Name != "Walkers" {
		t.Fatalf("%+v", h)
	}
	wu.Refused("POST", imGroup(g.ID, "/join"), `{}`, 403)
	han.Refused("PATCH", groupAt(g.ID, ""), `{"notice":"mine"}`, 403)
	owner.Refused("POST", groupAt(g.ID, "/leave"), nil, 409)
	owner.OK("POST", groupAt(g.ID, "/dissolve"), nil, nil)
	level("dissolved")
	wu.Refused("POST", imGroup(g.ID, "/join"), `{}`, 409)
	han.Refused("POST", messages(g.ID), p.Draft("x"), 409)
	han.OK("GET", messages(g.ID), nil, nil)
	wu.OK("GET", "/api/im/groups?q=walk", nil, &found)
	if len(found.Groups) != 0 {
		t.Fatalf("%+v", found)
	}
}

func TestWhoIsMutedOrPutOutIsNotHeard(t *testing.T) {
	p := apptest.New(t)
	owner, li, han := p.Member("Owner Li"), p.Member("Li Lei"), p.Member("Han Mei")
	befriend(owner, li)
	befriend(owner, han)
	g := makeGroup(p, owner, chat.JoinOpen, li, han).ID
	mute := func(by, whom *apptest.Client, minutes, status int) {
		t.Helper()
		if r := by.Do("PUT", groupAt(g, fmt.Sprintf("/members/%d/mute", whom.ID)), map[string]int{"minutes": minutes}); r.Status != status {
			t.Errorf("mute: %d %s, want %d", r.Status, r.Body, status)
		}
	}
	first := li.Write(g, "first")
	mute(li, han, 5, 403)
	mute(owner, li, 5, 200)
	mute(owner, owner, 5, 409)
	li.Refused("POST", messages(g), p.Draft("muted"), 403)
	li.Refused("PATCH", fmt.Sprintf("%s/%d", messages(g), first.Seq), map[string]string{"edit_id": "edit-0001", "text": "other words"}, 403)
	li.OK("POST", groupAt(g, "/leave"), nil, nil)
	li.OK("POST", imGroup(g, "/join"), `{}`, nil)
	li.Refused("POST", messages(g), p.Draft("muted still"), 403)
	mute(owner, li, 0, 200)
	li.Write(g, "again")
	owner.OK("PATCH", groupAt(g, ""), `{"hushed":true}`, nil)
	li.Refused("POST", messages(g), p.Draft("hushed"), 403)
	owner.Write(g, "silence, please")
	owner.OK("PATCH", groupAt(g, ""), `{"hushed":false}`, nil)

	say := func(by *apptest.Client, body string, status int) {
		t.Helper()
		if r := by.Do("POST", messages(g), fmt.Sprintf(`{"client_msg_id":"%s","type":"text","body":%s}`, p.Draft("").ClientMsgID, body)); r.Status != status {
			t.Errorf("%s: %d %s, want %d", body, r.Status, r.Body, status)
		}
	}
	say(li, fmt.Sprintf(`{"text":"@Han","mentions":[%d]}`, han.ID), 200)
	say(li, `{"text":"@who","mentions":[99]}`, 400)
	say(li, `{"text":"@all","mention_all":true}`, 403)
	say(owner, `{"text":"@all","mention_all":true}`, 200)
	owner.OK("DELETE", groupAt(g, fmt.Sprint("/members/", han.ID)), nil, nil)
	han.Refused("POST", messages(g), p.Draft("x"), 404)
	han.Refused("GET", messages(g), nil, 404)
	say(li, fmt.Sprintf(`{"text":"@Han","mentions":[%d]}`, han.ID), 400)
}

func TestWhatAGroupOfMembersRefuses(t *testing.T) {
	p := apptest.New(t)
	office, li, han, wu := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	ask := func(people ...int64) map[string]any {
		return map[string]any{"client_id": p.Draft("").ClientMsgID, "name": "Hikers", "people": people}
	}
	li.Refused("POST", "/api/im/groups", ask(wu.ID), 404) // no friend
	many := make([]int64, 1000)
	for i := range many {
		many[i] = int64(i + 1)
	}
	li.Refused("POST", "/api/im/groups", ask(many...), 409)
	for _, name := range []string{`  `, `\u200b\u202e`, `a\u0000b`} {
		li.Refused("POST", "/api/im/groups", `{"client_id":"group-000x","name":"`+name+`","people":[]}`, 400)
	}
	g := makeGroup(p, li, chat.JoinOpen).ID
	li.Refused("POST", imGroup(g, "/members"), map[string]any{"people": many}, 400)
	li.Refused("POST", imGroup(g, "/members"), map[string]any{"people": []int64{wu.ID}}, 404)
	li.Refused("POST", groupAt(g, "/members"), map[string]any{"people": []int64{han.ID}}, 404) // colleagues come over that route
	han.Refused("POST", imGroup(g, "/members"), map[string]any{"people": []int64{li.ID}}, 404) // not in it
	wu.OK("PUT", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	li.OK("POST", imGroup(g, "/members"), map[string]any{"people": []int64{han.ID}}, nil)
	office.OK("PATCH", "/api/admin/settings", `{"members":{"max_created":1,"max_joined":1}}`, nil)
	li.Refused("POST", "/api/im/groups", ask(), 409)
	g2 := makeGroup(p, wu, chat.JoinOpen).ID
	han.Refused("POST", imGroup(g2, "/join"), `{}`, 409) // in as many as one can be
	office.OK("PATCH", "/api/admin/settings", `{"members":{"groups":false}}`, nil)
	p.Member("Fifth").Refused("POST", "/api/im/groups", ask(), 403)
}

func TestAGroupWaitsForApproval(t *testing.T) {
	p := apptest.New(t)
	office, li, han, wu := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	office.OK("PATCH", "/api/admin/settings", `{"members":{"approval":true}}`, nil)
	befriend(li, han)
	befriend(li, wu)
	ask := contacts.NewGroup{ClientID: "group-0001", Name: "Hikers", People: []int64{han.ID, wu.ID}}
	var made, again contacts.MadeGroup
	li.OK("POST", "/api/im/groups", ask, &made)
	li.OK("POST", "/api/im/groups", ask, &again)
	if made.Group != nil || made.Request == nil || again.Request.ID != made.Request.ID || len(start(li).Groups) != 0 {
		t.Fatalf("%+v and %+v", made, again)
	}
	var list contacts.WaitingPage
	office.OK("GET", "/api/admin/groups/requests?q=hik", nil, &list)
	if len(list.Waiting) != 1 || list.Waiting[0].By.ID != li.ID || list.Waiting[0].Group.Name != "Hikers" || counts(office).Groups != 1 {
		t.Fatalf("%+v", list)
	}
	wu.OK("DELETE", fmt.Sprint("/api/im/friends/", li.ID), nil, nil) // no friend any more when it is decided
	at := fmt.Sprint("/api/admin/groups/requests/", made.Request.ID)
	li.Refused("POST", at, `{"approve":true}`, 404)
	office.OK("POST", at, `{"approve":true}`, &made)
	office.Refused("POST", at, `{"approve":false}`, 409)
	if made.Group == nil || made.Group.MemberCount != 2 || len(start(han).Groups) != 1 || len(start(wu).Groups) != 0 {
		t.Fatalf("%+v", made)
	}
	var box contacts.BoxPage
	li.OK("GET", "/api/im/box", nil, &box)
	if box.Items[0].Kind != "found_agreed" {
		t.Fatalf("%+v", box.Items[0])
	}
	office.OK("POST", fmt.Sprintf("/api/admin/groups/%d/dissolve", made.Group.ID), `{}`, nil)
	li.Refused("POST", messages(made.Group.ID), p.Draft("x"), 409)
	if a, d := acts(p, office, "group.approve"), acts(p, office, "group.dissolve"); len(a) != 1 || len(d) != 1 || d[0].TargetID != made.Group.ID {
		t.Fatalf("%+v and %+v", a, d)
	}
}

func TestALinkLeadsIntoAGroupUntilItEnds(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	g := makeGroup(p, li, chat.JoinInvite).ID
	var l contacts.Link
	han.Refused("POST", imGroup(g, "/links"), `{"hours":1}`, 404)
	li.OK("POST", imGroup(g, "/links"), `{"hours":1}`, &l)
	han.Refused("POST", "/api/im/groups/by-link", `{"token":"x"}`, 404)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { han.OK("POST", "/api/im/groups/by-link", map[string]string{"token": l.Token}, nil) })
	}
	wg.Wait()
	if h := start(li).Groups[0]; h.MemberCount != 2 {
		t.Fatalf("%+v", h)
	}
	han.Refused("POST", imGroup(g, "/links"), `{"hours":1}`, 403)
	li.OK("DELETE", imGroup(g, "/links"), nil, nil)
	wu.Refused("POST", "/api/im/groups/by-link", map[string]string{"token": l.Token}, 404)
	wu.Refused("GET", "/api/im/links/"+l.Token, nil, 404)
}

func TestALinkWithApprovalLeadsToAnApplication(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	g := makeGroup(p, li, chat.JoinInvite).ID
	screens := []*screen{look(t, li), look(t, han)}
	var l contacts.Link
	li.OK("POST", imGroup(g, "/links"), `{"hours":1,"approval":true,"most_uses":1}`, &l)
	var where contacts.LinkLook
	han.OK("GET", "/api/im/links/"+l.Token, nil, &where)
	if !where.Approval || where.Group.ID != g || where.Group.Joined {
		t.Fatalf("%+v", where)
	}
	byLink := map[string]string{"token": l.Token, "note": "Li gave it to me"}
	var j contacts.Joining
	han.OK("POST", "/api/im/groups/by-link", byLink, &j)
	if j.Group != nil || j.Request == nil || j.Request.Note != "Li gave it to me" {
		t.Fatalf("%+v", j)
	}
	han.Refused("GET", messages(g), nil, 404)
	for _, s := range screens {
		s.level("applied by a link")
	}
	if r := han.Do("POST", "/api/im/groups/by-link", byLink); r.Status != 404 {
		t.Fatalf("it was used up: %d %s", r.Status, r.Body)
	}
	wu.Refused("POST", "/api/im/groups/by-link", byLink, 404)
	wu.Refused("GET", "/api/im/links/"+l.Token, nil, 404)
	answer(li, *j.Request, "agree", "{}")
	han.Write(g, "here I am")
	li.OK("POST", imGroup(g, "/links"), `{"hours":1,"approval":true}`, &l)
	wu.OK("POST", "/api/im/groups/by-link", map[string]string{"token": l.Token}, nil)
	wu.Refused("POST", "/api/im/groups/by-link", map[string]string{"token": l.Token}, 409) // applied already
	var list contacts.LinkList
	li.OK("GET", imGroup(g, "/links"), nil, &list)
	if len(list.Links) != 1 || list.Links[0].Uses != 1 || list.Links[0].Token != "" || list.People[0].ID != li.ID {
		t.Fatalf("%+v", list)
	}
	han.Refused("GET", imGroup(g, "/links"), nil, 404) // no admin
	han.Refused("DELETE", imGroup(g, fmt.Sprint("/links/", l.ID)), nil, 403)
	li.OK("DELETE", imGroup(g, fmt.Sprint("/links/", l.ID)), nil, nil)
	wu.Refused("POST", "/api/im/groups/by-link", map[string]string{"token": l.Token}, 404)
}

func TestALinkIsUsedNoMoreOftenThanItMay(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	g := makeGroup(p, li, chat.JoinInvite).ID
	var l contacts.Link
	li.OK("POST", imGroup(g, "/links"), `{"hours":1,"most_uses":2}`, &l)
	li.OK("POST", "/api/im/groups/by-link", map[string]string{"token": l.Token}, nil) // who is in uses nothing up
	var wg sync.WaitGroup
	var in, out atomic.Int64
	for i := range 5 {
		c := p.Member(fmt.Sprint("Member ", i))
		wg.Go(func() {
			switch r := c.Do("POST", "/api/im/groups/by-link", map[string]string{"token": l.Token}); r.Status {
			case 200:
				in.Add(1)
			case 404:
				out.Add(1)
			}
		})
	}
	wg.Wait()
	if in.Load() != 2 || out.Load() != 3 || start(li).Groups[0].MemberCount != 3 {
		t.Fatalf("%d came in, %d did not: %+v", in.Load(), out.Load(), start(li).Groups[0])
	}
}

func TestOneKeepsThingsForOneself(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	var h, again chat.Header
	li.OK("POST", "/api/im/saved", nil, &h)
	li.OK("POST", "/api/im/saved", nil, &again)
	second := li.Again().Connect()
	li.Write(h.ID, "milk and bread")
	second.Message("milk and bread")
	if b := start(li).Conversations[0]; again.ID != h.ID || b.Peer != li.ID || b.Unread != 0 || b.Last.Text != "milk and bread" {
		t.Fatalf("%+v", b)
	}
}
