package contacts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
)

func keptAt(conversation int64) string { return fmt.Sprint("/api/im/conversations/", conversation) }

func TestHowOneKeepsAConversationIsOnesOwnOnAllDevices(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	c := between(t, li, han)
	screens := []*screen{look(t, li), look(t, li.Again()), look(t, han)}
	level := func(what string) {
		t.Helper()
		for _, s := range screens {
			s.level(what)
		}
	}
	before := start(han).List
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	var k chat.Kept
	li.OK("PATCH", keptAt(c), `{"pinned":true}`, &k)
	level("pinned")
	li.OK("PATCH", keptAt(c), map[string]any{"notify": "mentions", "until": until}, &k)
	level("quiet for an hour")
	if !k.Pinned || k.Notify != chat.NotifyMentions || k.Until == nil || !k.Until.Equal(until) {
		t.Fatalf("%+v", k)
	}
	k = chat.Kept{}
	li.OK("PATCH", keptAt(c), `{"notify":"none","marked":true}`, &k)
	level("quiet for good, and marked")
	if k.Until != nil {
		t.Fatalf("the hour outlasts what it was about: %+v", k)
	}
	seq := li.Write(c, "hello").Seq
	li.OK("PATCH", keptAt(c), `{"hidden_below":9000}`, &k)
	level("hidden")
	if k.HiddenBelow != seq+1 {
		t.Fatalf("what comes next does not bring it back: %+v after %d", k, seq)
	}
	list := start(li).List
	li.OK("PATCH", keptAt(c), `{"pinned":true,"marked":true}`, nil)
	if again := start(li); again.List != list || len(again.Kept) != 1 {
		t.Fatalf("nothing changed, and still %d became %d: %+v", list, again.List, again.Kept)
	}
	li.OK("PATCH", keptAt(c), `{"pinned":false,"marked":false,"notify":"all","hidden_below":0}`, nil)
	level("as every other")
	if len(start(li).Kept) != 0 || start(han).List != before || len(start(han).Kept) != 0 {
		t.Fatal("the other one was told, or something stayed")
	}
}

func TestHowOneCannotKeepAConversation(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	c := between(t, li, han)
	wu.Refused("PATCH", keptAt(c), `{"pinned":true}`, 404)
	li.Refused("PATCH", keptAt(1), `{"pinned":true}`, 404)
	li.Refused("PATCH", keptAt(c), `{"notify":"sometimes"}`, 400)
	li.Refused("PATCH", keptAt(c), `{"hidden_below":-1}`, 400)
	later, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	li.Refused("PATCH", keptAt(c), map[string]any{"until": later}, 400)
	li.Refused("PATCH", keptAt(c), map[string]any{"notify": "all", "until": later}, 400)
	li.Refused("PATCH", keptAt(c), map[string]any{"notify": "none", "until": past}, 400)
	g := makeGroup(p, li, chat.JoinOpen, han).ID
	han.OK("POST", groupAt(g, "/leave"), nil, nil)
	han.Refused("PATCH", keptAt(g), `{"pinned":true}`, 404)
}

func TestWhatIsPinnedIsCoveredHoweverLongItWasQuiet(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	crowded(t, p, li.ID)
	const oldest = 20_000_000 // of crowded's conversations, of which a sync covers the 200 latest
	sync := func() (ids []int64) {
		var a chat.SyncAnswer
		li.OK("POST", "/api/chat/sync", `{"epoch":"","known":{},"list":0}`, &a)
		for _, c := range a.Conversations {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if slices.Contains(sync(), oldest) {
		t.Fatal("the oldest is among the latest")
	}
	li.OK("PATCH", keptAt(oldest), `{"pinned":true}`, nil)
	if ids := sync(); !slices.Contains(ids, oldest) || len(ids) != 200 {
		t.Fatalf("%d conversations without the pinned one", len(ids))
	}
	for i := range 49 {
		li.OK("PATCH", keptAt(int64(oldest+1+i)), `{"pinned":true}`, nil)
	}
	li.Refused("PATCH", keptAt(oldest+50), `{"pinned":true}`, 409)
}

func TestWhatNamesSomebodyIsFoundAcrossGroups(t *testing.T) {
	p := apptest.New(t)
	owner, li, han := p.Member("Owner Li"), p.Member("Li Lei"), p.Member("Han Mei")
	befriend(owner, li)
	befriend(owner, han)
	one, two := makeGroup(p, owner, chat.JoinOpen, li, han).ID, makeGroup(p, owner, chat.JoinOpen, li).ID
	say := func(by *apptest.Client, group int64, body string) (m chat.Message) {
		by.OK("POST", messages(group), fmt.Sprintf(`{"client_msg_id":"%s","type":"text","body":%s}`, p.Draft("").ClientMsgID, body), &m)
		return m
	}
	named := fmt.Sprintf(`{"text":"@Li","mentions":[%d,%d]}`, li.ID, li.ID)
	say(han, one, `{"text":"nobody in particular"}`)
	first := say(han, one, named)
	all := say(owner, two, `{"text":"@all","mention_all":true}`)
	third := say(owner, one, named)
	say(li, one, named) // one does not call oneself
	read := func(c *apptest.Client, query string) (p chat.MentionPage, seqs []int64) {
		c.OK("GET", "/api/im/mentions"+query, nil, &p)
		for _, m := range p.Mentions {
			seqs = append(seqs, m.ID)
		}
		return p, seqs
	}
	page, ids := read(li, "?limit=2")
	if !slices.Equal(ids, []int64{third.ID, all.ID}) || !page.More || len(page.Groups) != 2 || !page.Mentions[0].Unread || page.Mentions[0].Text != "@Li" {
		t.Fatalf("%+v", page)
	}
	if page, ids = read(li, fmt.Sprintf("?limit=2&before=%d", all.ID)); !slices.Equal(ids, []int64{first.ID}) || page.More || page.People[0].ID != han.ID {
		t.Fatalf("%+v", page)
	}
	brief := func(group int64) chat.Brief {
		list := start(li).Conversations
		return list[slices.IndexFunc(list, func(b chat.Brief) bool { return b.ID == group })]
	}
	if brief(one).Mention != third.Seq || brief(two).Mention != all.Seq {
		t.Fatalf("%+v and %+v", brief(one), brief(two))
	}
	li.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", one), map[string]int64{"read": third.Seq}, nil)
	if page, _ = read(li, "?limit=1"); page.Mentions[0].Unread || brief(one).Mention != 0 {
		t.Fatalf("%+v", page)
	}
	owner.OK("PATCH", fmt.Sprintf("%s/%d", messages(one), third.Seq), map[string]string{"edit_id": "edit-0001", "text": "@Li, once more"}, nil)
	if page, _ = read(li, "?limit=1"); page.Mentions[0].Text != "@Li, once more" {
		t.Fatalf("%+v", page)
	}
	owner.OK("POST", fmt.Sprintf("%s/%d/recall", messages(one), third.Seq), nil, nil)
	li.OK("POST", groupAt(two, "/leave"), nil, nil)
	if _, ids = read(li, ""); !slices.Equal(ids, []int64{first.ID}) {
		t.Fatalf("taken back, or said in a group that was left: %v", ids)
	}
	if _, ids = read(owner, ""); len(ids) != 0 {
		t.Fatalf("one's own: %v", ids)
	}
	li.OK("POST", imGroup(two, "/join"), `{}`, nil)
	if _, ids = read(li, ""); !slices.Equal(ids, []int64{first.ID}) {
		t.Fatalf("said before he came: %v", ids)
	}
}

func TestAnEditSpeaksToWhomTheMessageSpoke(t *testing.T) {
	p := apptest.New(t)
	owner, li := p.Member("Owner Li"), p.Member("Li Lei")
	befriend(owner, li)
	g := makeGroup(p, owner, chat.JoinOpen, li).ID
	var m chat.Message
	owner.OK("POST", messages(g), fmt.Sprintf(`{"client_msg_id":"mention-01","type":"text","body":{"text":"@Li hi","mentions":[%d]}}`, li.ID), &m)
	owner.OK("PATCH", fmt.Sprintf("%s/%d", messages(g), m.Seq), map[string]string{"edit_id": "edit-0001", "text": "@Li hello"}, &m)
	if m.Body.Text != "@Li hello" || !slices.Equal(m.Body.Mentions, []int64{li.ID}) {
		t.Fatalf("%+v", m.Body)
	}
}
