package contacts_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/contacts"
	"ichat/app/people"
)

func TestEveryChangeOfContactsIsPushedToEveryDevice(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	screens := []*screen{look(t, li), look(t, li.Again()), look(t, han), look(t, han.Again())}
	level := func(what string) {
		t.Helper()
		for _, s := range screens {
			s.level(what)
		}
	}
	var family contacts.FriendGroup
	han.OK("POST", "/api/im/friend-groups", `{"name":"Family"}`, &family)
	level("a group of friends")
	r := ask(li, han)
	level("a request")
	answer(han, r, "agree", contacts.Answer{GroupID: family.ID})
	level("agreed")
	if f := start(han).Friends; len(f) != 1 || f[0].GroupID != family.ID || f[0].State != people.Online || !f[0].Mutual {
		t.Fatalf("friends %+v", f)
	}
	han.OK("PATCH", fmt.Sprint("/api/im/friends/", li.ID), `{"remark":"Li from school"}`, nil)
	level("a remark")
	li.OK("PUT", "/api/im/presence", `{"state":"invisible"}`, nil)
	level("invisible")
	if f := start(han).Friends[0]; f.State != people.Offline {
		t.Fatalf("an invisible friend is seen: %+v", f)
	}
	li.OK("PUT", "/api/im/presence", `{"state":"busy"}`, nil)
	level("busy")
	li.OK("PATCH", "/api/im/me", `{"name":"Li Lei 2","signature":"hello"}`, nil)
	level("another name")
	li.OK("PUT", fmt.Sprint("/api/im/blocked/", han.ID), nil, nil)
	level("blocked")
	if f := start(han).Friends[0]; f.State != people.Offline {
		t.Fatalf("who has blocked is seen: %+v", f)
	}
	li.OK("DELETE", fmt.Sprint("/api/im/blocked/", han.ID), nil, nil)
	level("unblocked")
	tao := p.Member("Tao Wu")
	ask(tao, li)
	level("a request of somebody else")
	li.OK("PUT", fmt.Sprint("/api/im/blocked/", tao.ID), nil, nil)
	level("blocked who had asked")
	var work contacts.FriendGroup
	han.OK("POST", "/api/im/friend-groups", `{"name":"Work"}`, &work)
	han.OK("PATCH", fmt.Sprint("/api/im/friend-groups/", work.ID), `{"name":"At work"}`, nil)
	han.OK("PUT", "/api/im/friend-groups", map[string]any{"order": []int64{work.ID, family.ID}}, nil)
	level("sorted")
	if g := start(han).FriendGroups; len(g) != 2 || g[0].Name != "At work" {
		t.Fatalf("%+v", g)
	}
	han.OK("DELETE", fmt.Sprint("/api/im/friend-groups/", family.ID), nil, nil)
	level("a group less")
	han.OK("POST", "/api/im/box/read", map[string]int64{"up_to": 1 << 52}, nil)
	level("read")
	li.OK("DELETE", fmt.Sprint("/api/im/friends/", han.ID), nil, nil)
	level("off one list")
	if f := start(han).Friends; len(f) != 1 || f[0].Mutual || f[0].State != people.Offline {
		t.Fatalf("%+v", f)
	}
	if again := ask(li, han); again.State != "agreed" {
		t.Fatalf("%+v", again)
	}
	level("on it again")
	li.OK("DELETE", fmt.Sprintf("/api/im/friends/%d?both=true", han.ID), nil, nil)
	level("off both")
	if len(start(han).Friends)+len(start(li).Friends) != 0 {
		t.Fatal("they are friends still")
	}
	answer(han, ask(li, han), "refuse", `{"reason":"not now"}`)
	level("refused")
	var box contacts.BoxPage
	li.OK("GET", "/api/im/box", nil, &box)
	if i := box.Items[0]; i.Kind != "friend_refused" || i.Text != "not now" || !i.Unread || i.From.ID != han.ID {
		t.Fatalf("%+v", i)
	}
}

func TestFriendsWriteAndWhoIsNoneAnyMoreDoesNot(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	li.Refused("POST", "/api/chat/direct", map[string]int64{"person": han.ID}, 404) // strangers
	befriend(li, han)
	c := between(t, li, han)
	socket := han.Connect()
	li.Write(c, "hello")
	if m := socket.Message("hello"); m.SenderID != li.ID {
		t.Fatalf("%+v", m)
	}
	if b := start(han).Conversations[0]; b.Unread != 1 || b.Last == nil || b.Last.Text != "hello" || b.Peer != li.ID || b.Closed {
		t.Fatalf("%+v", b)
	}
	wu.Refused("GET", messages(c), nil, 404)
	wu.Refused("POST", messages(c), p.Draft("x"), 404)

	han.OK("PUT", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	if r := li.Refused("POST", messages(c), p.Draft("blocked?"), 403); r.Message != "this person does not take messages from you" {
		t.Fatal(r.Message)
	}
	if r := han.Refused("POST", messages(c), p.Draft("blocking"), 403); r.Message != "you have blocked this person" {
		t.Fatal(r.Message)
	}
	han.OK("DELETE", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	li.Write(c, "again")
	socket.Message("again")
	draft := p.Draft("before the end")
	var first, retry chat.Message
	li.OK("POST", messages(c), draft, &first)
	li.OK("DELETE", fmt.Sprint("/api/im/friends/", han.ID), nil, nil)
	act := decode[chat.Act](t, socket.Wait("act", nil))
	if !act.Header.Closed || act.Header.ID != c {
		t.Fatalf("%+v", act)
	}
	han.Refused("POST", messages(c), p.Draft("are you there?"), 403)
	li.Refused("POST", messages(c), p.Draft("no"), 403)
	li.OK("POST", messages(c), draft, &retry) // a retry gets the first answer
	if retry.ID != first.ID {
		t.Fatal("a retry made another message")
	}
	var page chat.MessagePage
	han.OK("GET", messages(c), nil, &page)
	if len(page.Messages) != 4 { // the line, and three texts
		t.Fatalf("history: %+v", page.Messages)
	}
	if r := ask(li, han); r.State != "agreed" {
		t.Fatalf("%+v", r)
	}
	han.Write(c, "welcome back")
}

func TestARequestThatCannotBeIsRefused(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	to := func(id int64) contacts.Ask { return contacts.Ask{Person: id} }
	li.Refused("POST", "/api/im/requests", to(li.ID), 400)
	li.Refused("POST", "/api/im/requests", to(99), 404)
	li.Refused("POST", "/api/im/requests", to(p.Visitor().ID), 404)
	li.Refused("POST", "/api/im/requests", contacts.Ask{Person: han.ID, GroupID: 99}, 404)
	li.Refused("POST", "/api/im/requests", contacts.Ask{Person: han.ID, Note: strings.Repeat("长", 201)}, 400)
	li.Refused("POST", "/api/im/requests", `{"person":`+fmt.Sprint(han.ID)+`,"note":"a\u0000b"}`, 400)
	r := ask(li, han)
	li.Refused("POST", "/api/im/requests", to(han.ID), 409) // twice
	han.Refused("POST", "/api/im/requests", to(li.ID), 409) // he has asked
	at := fmt.Sprintf("/api/im/requests/%d/agree", r.ID)
	li.Refused("POST", at, "{}", 404) // his own
	wu.Refused("POST", at, "{}", 404) // somebody else's
	han.OK("POST", at, "{}", nil)
	han.Refused("POST", at, "{}", 409) // twice
	han.Refused("POST", fmt.Sprintf("/api/im/requests/%d/refuse", r.ID), "{}", 409)
	li.Refused("POST", "/api/im/requests", to(han.ID), 409) // friends already
	wu.OK("PUT", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	li.Refused("POST", "/api/im/requests", to(wu.ID), 403)
	wu.Refused("POST", "/api/im/requests", to(li.ID), 403)
	li.Refused("GET", fmt.Sprint("/api/im/people/", wu.ID), nil, 404)
	han.Refused("DELETE", fmt.Sprint("/api/im/friends/", wu.ID), nil, 404)
	han.Refused("PATCH", fmt.Sprint("/api/im/friends/", wu.ID), `{"remark":"x"}`, 404)
	han.Refused("PUT", fmt.Sprint("/api/im/blocked/", han.ID), nil, 400)
	var mine contacts.FriendGroup
	li.OK("POST", "/api/im/friend-groups", `{"name":"Mine"}`, &mine)
	han.Refused("PATCH", fmt.Sprint("/api/im/friend-groups/", mine.ID), `{"name":"His"}`, 404)
	han.Refused("DELETE", fmt.Sprint("/api/im/friend-groups/", mine.ID), nil, 404)
	han.Refused("PATCH", fmt.Sprint("/api/im/friends/", li.ID), map[string]int64{"group_id": mine.ID}, 404)
	p.Owner().OK("PATCH", "/api/admin/settings", `{"members":{"max_friends":1}}`, nil)
	p.Member("Fifth").Refused("POST", "/api/im/requests", to(li.ID), 409)
}

func TestTwoWhoAnswerAtOnceAnswerOnce(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	r := ask(li, han)
	var wg sync.WaitGroup
	var took atomic.Int64
	for i := range 8 {
		wg.Go(func() {
			how := []string{"agree", "refuse"}[i%2]
			if a := han.Do("POST", fmt.Sprintf("/api/im/requests/%d/%s", r.ID, how), "{}"); a.Status == 200 {
				took.Add(1)
			} else if a.Status != 409 {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	wg.Wait()
	var box contacts.BoxPage
	li.OK("GET", "/api/im/box", nil, &box)
	if took.Load() != 1 || len(box.Items) != 1 {
		t.Fatalf("%d answers, %d notices", took.Load(), len(box.Items))
	}
}

func TestABlockBeforeTheyMetHoldsAfterwards(t *testing.T) {
	p := apptest.New(t)
	a, b := p.Agent("Ann", 1), p.Agent("Bob", 1)
	start(a)
	start(b)
	a.OK("PUT", fmt.Sprint("/api/im/blocked/", b.ID), nil, nil)
	var h chat.Header
	b.OK("POST", "/api/chat/direct", map[string]int64{"person": a.ID}, &h)
	b.Refused("POST", messages(h.ID), p.Draft("hello"), 403)
	a.OK("DELETE", fmt.Sprint("/api/im/blocked/", b.ID), nil, nil)
	b.Write(h.ID, "hello")
}

func TestPeopleAreFoundByWhatTheySay(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	han.OK("PATCH", "/api/im/me", `{"sex":"female","birthday":"2000-05-05","province":"北京市","city":"北京市"}`, nil)
	find := func(query string) (names []string) {
		var page contacts.FoundPage
		li.OK("GET", "/api/im/people"+query, nil, &page)
		for _, f := range page.People {
			names = append(names, f.Person.Name)
		}
		return names
	}
	for query, want := range map[string]string{
		"":                                      "[Wu Gang Han Mei]",
		"?q=HAN%20m":                            "[Han Mei]",
		"?q=li":                                 "[]", // oneself
		"?q=%25":                                "[]", // no pattern
		"?sex=female":                           "[Han Mei]",
		"?age_from=18&age_to=40":                "[Han Mei]",
		"?age_from=60":                          "[]",
		"?province=%E5%8C%97%E4%BA%AC%E5%B8%82": "[Han Mei]",
		fmt.Sprint("?q=", start(wu).Me.Number):  "[Wu Gang]",
	} {
		if got := fmt.Sprint(find(query)); got != want {
			t.Errorf("%q finds %s, want %s", query, got, want)
		}
	}
	var page contacts.FoundPage
	li.OK("GET", "/api/im/people?limit=1", nil, &page)
	next := page.Next
	li.OK("GET", fmt.Sprint("/api/im/people?limit=1&before=", next), nil, &page)
	if next == 0 || page.Next != 0 || page.People[0].Person.Name != "Han Mei" {
		t.Fatalf("%+v", page)
	}
}

func TestAReportKeepsWhatWasSaidAround(t *testing.T) {
	p := apptest.New(t)
	owner, li, han, wu := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	c := between(t, li, han)
	for i := range 8 {
		li.Write(c, fmt.Sprint("before ", i))
	}
	bad := han.Write(c, "something bad")
	report := contacts.Reporting{Person: han.ID, ConversationID: c, Seq: bad.Seq, Category: "abuse", Text: "see there"}
	var shown struct{ Evidence []contacts.Evidence }
	li.OK("GET", fmt.Sprintf("/api/im/evidence?conversation=%d&seq=%d", c, bad.Seq), nil, &shown)
	wu.Refused("GET", fmt.Sprintf("/api/im/evidence?conversation=%d&seq=%d", c, bad.Seq), nil, 404)
	wu.Refused("POST", "/api/im/reports", report, 404)
	han.Refused("POST", "/api/im/reports", report, 400) // himself
	li.Refused("POST", "/api/im/reports", contacts.Reporting{Person: wu.ID, ConversationID: c, Seq: bad.Seq, Category: "abuse"}, 400)
	li.Refused("POST", "/api/im/reports", contacts.Reporting{Person: han.ID, Category: "dull"}, 400)
	li.OK("POST", "/api/im/reports", report, nil)
	han.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), bad.Seq), nil, nil)
	var page contacts.ReportPage
	owner.OK("GET", "/api/admin/reports", nil, &page)
	if len(page.Reports) != 1 || text(page.Reports[0].Evidence) != text(shown.Evidence) || len(shown.Evidence) != 6 || shown.Evidence[5].Text != "something bad" || shown.Evidence[5].Name != "Han Mei" {
		t.Fatalf("%+v, shown %+v", page, shown)
	}
	li.Refused("GET", "/api/admin/reports", nil, 404)
	owner.OK("PATCH", fmt.Sprint("/api/admin/reports/", page.Reports[0].ID), `{"state":"done","verdict":"warned"}`, nil)
	if a := acts(p, owner, "report.judge"); len(a) != 1 || a[0].TargetID != page.Reports[0].ID {
		t.Fatalf("%+v", a)
	}
	var box contacts.BoxPage
	li.OK("GET", "/api/im/box", nil, &box)
	if box.Items[0].Kind != "report_done" || box.Items[0].Text != "warned" {
		t.Fatalf("%+v", box.Items[0])
	}
}
