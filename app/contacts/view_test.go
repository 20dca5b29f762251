package contacts_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
)

func hideAt(m chat.Message) string {
	return fmt.Sprintf("%s/%d/hide", messages(m.ConversationID), m.Seq)
}

func chatAt(conversation int64, rest string) string {
	return fmt.Sprintf("/api/chat/conversations/%d%s", conversation, rest)
}

// places reads every way by which somebody is told what was said in a conversation.
func places(c *apptest.Client, s *apptest.Socket, conversation int64, since int64) map[string]string {
	known := chat.SyncRequest{Epoch: s.Init.Epoch, Known: map[int64]chat.Known{conversation: {since, 0}}}
	out := map[string]string{}
	for name, r := range map[string]apptest.Reply{
		"history":  c.Do("GET", messages(conversation), nil),
		"start":    c.Do("GET", "/api/im", nil),
		"sync":     c.Do("POST", "/api/chat/sync", known),
		"new sync": c.Do("POST", "/api/chat/sync", `{"epoch":"","known":{},"list":0}`),
		"find":     c.Do("GET", chatAt(conversation, "/find?q=secret"), nil),
		"kind":     c.Do("GET", chatAt(conversation, "/find?kind=text"), nil),
		"pins":     c.Do("GET", chatAt(conversation, "/pins"), nil),
		"text":     c.Do("GET", chatAt(conversation, "/export"), nil),
		"json":     c.Do("GET", chatAt(conversation, "/export?format=json"), nil),
		"mentions": c.Do("GET", "/api/im/mentions", nil),
	} {
		out[name] = fmt.Sprintf("%d %s", r.Status, r.Body)
	}
	return out
}

func TestWhatOneTookOutOfHisViewIsServedToHimNoMore(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	c := between(t, li, han)
	first := li.Write(c, "hello")
	m := li.Write(c, "the secret place")
	phone, desk, his := li.Again().Connect(), li.Connect(), han.Connect()
	li.OK("PUT", chatAt(c, fmt.Sprintf("/pins/%d", m.Seq)), nil, nil)
	li.OK("POST", hideAt(m), nil, nil)
	li.OK("POST", hideAt(m), nil, nil) // the answer was lost
	for _, s := range []*apptest.Socket{phone, desk} {
		var stub chat.Message
		s.Wait("message", func(e apptest.Event) bool { return json.Unmarshal(e.Data, &stub) == nil && stub.Hidden })
		if stub.Seq != m.Seq || stub.ClientMsgID != m.ClientMsgID || !stub.Recalled || stub.Body.Text != "" {
			t.Fatalf("his devices are told %+v", stub)
		}
	}
	his.Wait("version", nil)
	var answer chat.Message
	han.OK("POST", messages(c), chat.SendRequest{ClientMsgID: "an-answer", Type: chat.Text, Body: chat.Body{Text: "yes"}, ReplyTo: m.Seq}, &answer)
	han.OK("PUT", fmt.Sprintf("%s/%d/reactions/%s", messages(c), m.Seq, "%F0%9F%91%8D"), nil, nil)
	if got := desk.Message("yes"); got.ReplyTo.Alt != "" {
		t.Fatalf("the answer that is pushed quotes %q", got.ReplyTo.Alt)
	}
	for name, told := range places(li, desk, c, first.Version) {
		if strings.Contains(told, "secret") || !strings.HasPrefix(told, "200") && name != "mentions" {
			t.Errorf("%s serves %s", name, told)
		}
	}
	for _, name := range []string{"history", "find", "text", "json", "pins", "new sync"} {
		if told := places(han, his, c, first.Version)[name]; !strings.Contains(told, "secret") {
			t.Errorf("the other one's %s has only %s", name, told)
		}
	}
	for _, path := range []string{"/recall", "/reactions"} {
		if r := li.Do(map[string]string{"/recall": "POST", "/reactions": "GET"}[path], fmt.Sprintf("%s/%d%s", messages(c), m.Seq, path), nil); r.Status != 404 {
			t.Errorf("%s answers %d %s", path, r.Status, r.Body)
		}
	}
	li.Refused("POST", messages(c), chat.SendRequest{ClientMsgID: "on-nothing", Type: chat.Text, Body: chat.Body{Text: "x"}, ReplyTo: m.Seq}, 400)
	li.OK("POST", hideAt(answer), nil, nil)
	last := start(li).Conversations[0].Last
	if last == nil || last.Key != "message.pinned" {
		t.Fatalf("the last line he sees is %+v", last)
	}
	li.Refused("POST", hideAt(chat.Message{ConversationID: c, Seq: 99}), nil, 404)
	p.Member("Wu Gang").Refused("POST", hideAt(m), nil, 404)
}

func TestAFileOneTookOutOfHisViewIsNotLinkedToHim(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	c := between(t, li, han)
	file := han.Upload("lake.txt", []byte("x"))
	var m chat.Message
	han.OK("POST", messages(c), chat.SendRequest{ClientMsgID: "with-a-file", Type: chat.File, Body: chat.Body{FileID: file.ID}}, &m)
	links := fmt.Sprintf("/api/files/%d/links", file.ID)
	li.OK("POST", links, nil, nil)
	li.OK("POST", hideAt(m), nil, nil)
	li.Refused("POST", links, nil, 404)
	han.OK("POST", links, nil, nil)
}

func TestAClearedConversationBeginsAnewForOnePersonOnly(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	c := between(t, li, han)
	var last chat.Message
	for i := range 3 {
		last = han.Write(c, fmt.Sprint("secret ", i))
	}
	phone, his := li.Again().Connect(), han.Connect()
	li.OK("POST", chatAt(c, "/clear"), map[string]int64{"up_to": last.Seq}, nil)
	li.OK("POST", chatAt(c, "/clear"), map[string]int64{"up_to": last.Seq}, nil)
	if e := phone.Wait("resync", nil); e.Version != last.Version+1 {
		t.Fatalf("his phone hears %+v after version %d", e, last.Version)
	}
	his.Wait("version", nil)
	var sync chat.SyncAnswer
	li.OK("POST", "/api/chat/sync", chat.SyncRequest{Epoch: phone.Init.Epoch, Known: map[int64]chat.Known{c: {last.Version, 0}}}, &sync)
	if got := sync.Conversations; len(got) != 1 || !got[0].Reset || len(got[0].Messages) != 0 || !got[0].LastAt.Equal(last.CreatedAt) {
		t.Fatalf("his phone starts over with %+v", got)
	}
	for name, told := range places(li, phone, c, 0) {
		if strings.Contains(told, "secret") {
			t.Errorf("%s serves %s", name, told)
		}
	}
	if b := start(li).Conversations[0]; b.Unread != 0 || b.Last != nil {
		t.Fatalf("the list shows %+v", b)
	}
	han.OK("PATCH", fmt.Sprintf("%s/%d", messages(c), last.Seq), map[string]string{"edit_id": "edit-0001", "text": "secret still"}, nil)
	han.Write(c, "and now?")
	phone.Message("and now?")
	for _, e := range phone.Drain() {
		if strings.Contains(string(e.Data), "secret") {
			t.Errorf("his phone is told %s", e.Data)
		}
	}
	if b := start(li).Conversations[0]; b.Unread != 1 || b.Last == nil || b.Last.Text != "and now?" {
		t.Fatalf("the list shows %+v", b)
	}
	var page chat.MessagePage
	han.OK("GET", messages(c), nil, &page)
	if len(page.Messages) != 5 {
		t.Fatalf("the other one has %d messages", len(page.Messages))
	}
}

func TestAnExportHasWhatOneSees(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	c := between(t, li, han)
	li.Write(c, "two\nlines")
	gone := li.Write(c, "oops")
	li.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), gone.Seq), nil, nil)
	text := string(han.Do("GET", chatAt(c, "/export?zone=Asia/Shanghai&lang=zh-CN"), nil).Body)
	for _, part := range []string{"Li Lei\n", "(Asia/Shanghai)", "  two\n  lines\n", "（已撤回）"} {
		if !strings.Contains(text, part) || strings.Contains(text, "oops") {
			t.Errorf("%q is not in %s", part, text)
		}
	}
	var whole struct {
		Name     string
		Messages []chat.Message
		People   []struct{ Name string }
	}
	r := han.Do("GET", chatAt(c, "/export?format=json"), nil)
	if err := json.Unmarshal(r.Body, &whole); err != nil || whole.Name != "Li Lei" || len(whole.Messages) != 3 || len(whole.People) != 1 {
		t.Fatalf("%v in %s", err, r.Body)
	}
	for path, status := range map[string]int{"/export?format=html": 400, "/export?zone=Nowhere": 400} {
		li.Refused("GET", chatAt(c, path), nil, status)
	}
	wu.Refused("GET", chatAt(c, "/export"), nil, 404)
}

func TestWhatIsPinnedIsOnTopForEverybodyWhoSeesIt(t *testing.T) {
	p := apptest.New(t)
	owner, li, han := p.Member("Owner Wu"), p.Member("Li Lei"), p.Member("Han Mei")
	befriend(owner, li)
	befriend(owner, han)
	g := makeGroup(p, owner, chat.JoinOpen, li).ID
	m := li.Write(g, "the address")
	pin := func(m chat.Message) string { return chatAt(g, fmt.Sprint("/pins/", m.Seq)) }
	pins := func(c *apptest.Client) (said string) {
		var page chat.PinPage
		c.OK("GET", chatAt(g, "/pins"), nil, &page)
		for _, pin := range page.Pins {
			said += pin.Message.Body.Text + "|"
		}
		return said
	}
	li.Refused("PUT", pin(m), nil, 403)
	s := li.Connect()
	var h, again chat.Header
	owner.OK("PUT", pin(m), nil, &h)
	act := decode[chat.Act](t, s.Wait("act", nil))
	if h.Pins != h.Version || act.Header != h || act.Message == nil || act.Message.Body.Key != "message.pinned" || act.Message.Body.Args["seq"] != fmt.Sprint(m.Seq) {
		t.Fatalf("pinned %+v, told %+v", h, act)
	}
	if owner.OK("PUT", pin(m), nil, &again); again != h {
		t.Fatalf("the second time %+v", again)
	}
	later := owner.Write(g, "the hour")
	owner.OK("PUT", pin(later), nil, nil)
	if got := pins(li); got != "the hour|the address|" {
		t.Fatalf("pinned are %s", got)
	}
	han.OK("POST", imGroup(g, "/join"), `{}`, nil)
	if got := pins(han); got != "" {
		t.Fatalf("who came later sees %s", got)
	}
	li.OK("POST", fmt.Sprintf("%s/%d/recall", messages(g), m.Seq), nil, nil)
	s.Wait("act", func(e apptest.Event) bool {
		act = decode[chat.Act](t, e)
		return act.Message != nil && act.Message.Recalled
	})
	if act.Header.Pins != act.Header.Version || pins(li) != "the hour|" {
		t.Fatalf("after a recall %+v and %s", act.Header, pins(li))
	}
	var down chat.Header
	owner.OK("DELETE", pin(later), nil, &down)
	if down.Pins != 0 || pins(owner) != "" {
		t.Fatalf("unpinned %+v", down)
	}
	owner.Refused("PUT", pin(m), nil, 409) // recalled
	owner.OK("POST", groupAt(g, "/dissolve"), nil, nil)
	owner.Refused("PUT", pin(later), nil, 409)
}
