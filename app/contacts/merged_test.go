package contacts_test

import (
	"fmt"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
)

// merging passes several messages on as one, passesOn a single picture or file.
func merging(p *apptest.Product, from int64, seqs ...int64) chat.SendRequest {
	return passesOn(p, chat.Merged, from, seqs...)
}

func passesOn(p *apptest.Product, kind string, from int64, seqs ...int64) chat.SendRequest {
	d := p.Draft("")
	d.Type, d.Body = kind, chat.Body{From: &chat.Source{ConversationID: from, Seqs: seqs}}
	return d
}

func opened(t *testing.T, c *apptest.Client, m chat.Message) []chat.MergedItem {
	t.Helper()
	var out struct{ Items []chat.MergedItem }
	c.OK("GET", fmt.Sprintf("%s/%d/merged", messages(m.ConversationID), m.Seq), nil, &out)
	return out.Items
}

// sayFile sends an uploaded file into a conversation.
func sayFile(p *apptest.Product, c *apptest.Client, conversation int64, name string) (m chat.Message) {
	d := p.Draft("")
	d.Type, d.Body = chat.File, chat.Body{FileID: c.Upload(name, []byte(name)).ID}
	c.OK("POST", messages(conversation), d, &m)
	return m
}

func linksStatus(c *apptest.Client, file int64) int {
	return c.Do("POST", fmt.Sprintf("/api/files/%d/links", file), nil).Status
}

func TestAMergedMessageIsWhatItsSenderSawAndStaysSo(t *testing.T) {
	p := apptest.New(t)
	li, han, wu, zhao := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang"), p.Member("Zhao Yun")
	befriend(li, han)
	befriend(li, wu)
	c := between(t, li, han)
	target := between(t, li, wu)
	first := han.Write(c, "the train leaves at nine")
	gone := han.Write(c, "forget this")
	file := sayFile(p, han, c, "ticket.txt")
	last := li.Write(c, "thanks")
	han.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), gone.Seq), nil, nil)
	screens := []*screen{look(t, li), look(t, wu), look(t, wu.Again())}
	if got := linksStatus(wu, file.Body.FileID); got != 404 {
		t.Fatalf("the file before: %d", got)
	}
	d := merging(p, c, last.Seq, first.Seq, gone.Seq, file.Seq, first.Seq)
	var m, again chat.Message
	li.OK("POST", messages(target), d, &m)
	li.OK("POST", messages(target), d, &again)
	for _, s := range screens {
		s.level("merged")
	}
	shown := m.Body.Merged
	if again.ID != m.ID || m.Type != chat.Merged || m.Body.From != nil || shown == nil || shown.Kind != chat.Direct || fmt.Sprint(shown.Names) != "[Li Lei Han Mei]" || shown.Count != 3 {
		t.Fatalf("%+v, again %+v", m, again)
	}
	if want := "[{Han Mei text the train leaves at nine} {Han Mei file ticket.txt} {Li Lei text thanks}]"; fmt.Sprint(shown.Lines) != want {
		t.Fatalf("it shows %v", shown.Lines)
	}
	han.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), first.Seq), nil, nil)
	han.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), file.Seq), nil, nil)
	items := opened(t, wu, m)
	if len(items) != 3 || items[0].Body.Text != "the train leaves at nine" || items[0].Who == items[2].Who || items[0].Who != items[1].Who || !items[2].At.Equal(last.CreatedAt) {
		t.Fatalf("%+v", items)
	}
	for who, want := range map[*apptest.Client]int{wu: 200, zhao: 404} {
		if got := linksStatus(who, file.Body.FileID); got != want {
			t.Errorf("the file is answered %d", got)
		}
	}
	han.Refused("GET", fmt.Sprintf("%s/%d/merged", messages(target), m.Seq), nil, 404)
	li.OK("POST", fmt.Sprintf("%s/%d/recall", messages(target), m.Seq), nil, nil)
	wu.Refused("GET", fmt.Sprintf("%s/%d/merged", messages(target), m.Seq), nil, 404)
	if got := linksStatus(wu, file.Body.FileID); got != 404 {
		t.Fatalf("the file after the recall: %d", got)
	}
}

func TestAMergedMessageIsReadAsWordsEverywhere(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	g := makeGroup(p, li, chat.JoinOpen, han)
	c := between(t, li, han)
	var seqs []int64
	for i := range 6 {
		seqs = append(seqs, han.Write(g.ID, fmt.Sprint("line ", i)).Seq)
	}
	var m, answer chat.Message
	li.OK("POST", messages(c), merging(p, g.ID, seqs...), &m)
	d := p.Draft("what about it?")
	d.ReplyTo = m.Seq
	han.OK("POST", messages(c), d, &answer)
	if r := answer.ReplyTo; r == nil || r.Type != chat.Merged || !strings.HasPrefix(r.Alt, g.Name+"\nHan Mei: line 0") {
		t.Fatalf("%+v", answer.ReplyTo)
	}
	var found chat.MessagePage
	han.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/find?q=LINE+5", c), nil, &found)
	if len(found.Messages) != 1 || found.Messages[0].Seq != m.Seq {
		t.Fatalf("found %+v", found.Messages)
	}
	export := string(han.Do("GET", fmt.Sprintf("/api/chat/conversations/%d/export", c), nil).Body)
	if want := "[Chat history] " + g.Name + "\n  Han Mei: line 0\n"; !strings.Contains(export, want) || !strings.Contains(export, "… and 2 more") {
		t.Fatal(export)
	}
	var kept struct {
		Evidence []struct{ Seq, Type, Text any }
	}
	han.OK("GET", fmt.Sprintf("/api/im/evidence?conversation=%d&seq=%d", c, m.Seq), nil, &kept)
	if text := fmt.Sprint(kept); !strings.Contains(text, "Han Mei: line 5") {
		t.Fatal(text)
	}
	li.Write(c, "that was all")
	li.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), m.Seq), nil, nil)
	han.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/find?q=LINE+5", c), nil, &found)
	if len(found.Messages) != 0 {
		t.Fatal("what was recalled is still found")
	}
}

func TestMergedMessagesLieInOneAnotherUpToADepth(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	befriend(li, wu)
	c, target := between(t, li, han), between(t, li, wu)
	file := sayFile(p, han, c, "map.txt")
	var m chat.Message
	li.OK("POST", messages(c), merging(p, c, file.Seq, li.Write(c, "1").Seq), &m)
	for depth := 2; depth <= 3; depth++ {
		li.OK("POST", messages(c), merging(p, c, m.Seq, li.Write(c, fmt.Sprint(depth)).Seq), &m)
	}
	li.Refused("POST", messages(c), merging(p, c, m.Seq, li.Write(c, "4").Seq), 409)
	var copied chat.Message
	li.OK("POST", messages(target), merging(p, c, m.Seq), &copied) // one of them alone is passed on as it is
	items := opened(t, wu, copied)
	if len(items) != 2 || items[0].Type != chat.Merged || len(items[0].Items) != 2 || len(items[0].Items[0].Items) != 2 || items[0].Items[0].Items[0].Body.Name != "map.txt" {
		t.Fatalf("%+v", items)
	}
	if got := linksStatus(wu, file.Body.FileID); got != 200 {
		t.Fatalf("the innermost file: %d", got)
	}
}

func TestWhatCannotBePassedOn(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	befriend(li, wu)
	befriend(han, wu)
	c, target, theirs := between(t, li, han), between(t, li, wu), between(t, han, wu)
	text, gone, hidden := li.Write(c, "hello"), li.Write(c, "gone"), han.Write(c, "hidden")
	secret := han.Write(theirs, "about Li")
	li.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), gone.Seq), nil, nil)
	li.OK("POST", fmt.Sprintf("%s/%d/hide", messages(c), hidden.Seq), nil, nil)
	refused := func(what string, d chat.SendRequest, status int) {
		t.Helper()
		if got := li.Do("POST", messages(target), d); got.Status != status {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
	}
	refused("of a conversation he is not in", merging(p, theirs, secret.Seq), 404)
	refused("of no conversation", merging(p, 1, 1), 404)
	refused("what is not there", merging(p, c, text.Seq, 99), 404)
	refused("what he took out of his view", merging(p, c, text.Seq, hidden.Seq), 404)
	refused("a line of the system", merging(p, c, 1), 404)
	refused("what was recalled", merging(p, c, gone.Seq), 409)
	refused("nothing", merging(p, c), 400)
	refused("a seq that is none", merging(p, c, -1), 400)
	refused("too many", merging(p, c, make([]int64, 101)...), 400)
	refused("a text as a picture", passesOn(p, chat.Image, c, text.Seq), 400)
	refused("two files at a time", passesOn(p, chat.File, c, text.Seq, gone.Seq), 400)
	refused("a text by its number", passesOn(p, chat.Text, c, text.Seq), 400)
	refused("a card by its number", passesOn(p, chat.Card, c, text.Seq), 400)
	invented := merging(p, c, text.Seq)
	invented.Body.Merged = &chat.MergedBody{Kind: chat.Direct, Names: []string{"The bank"}, Lines: []chat.MergedLine{}}
	refused("in his own words", invented, 400)
	invented = merging(p, c, text.Seq)
	invented.Body.Text = "hello"
	refused("with a text", invented, 400)
	g := makeGroup(p, han, chat.JoinOpen, li)
	before := han.Write(g.ID, "before he came").Seq
	li.OK("POST", groupAt(g.ID, "/leave"), nil, nil)
	refused("of a group he left", merging(p, g.ID, before), 404)
	li.OK("POST", fmt.Sprintf("/api/im/groups/%d/join", g.ID), `{}`, nil)
	refused("what was said before he came", merging(p, g.ID, before), 404)
	wu.OK("PUT", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	refused("to who has blocked him", merging(p, c, text.Seq), 403)
}

func TestAFileIsPassedOnWithoutBeingUploadedAgain(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	befriend(li, wu)
	c, target := between(t, li, han), between(t, li, wu)
	file := sayFile(p, han, c, "plan.txt")
	var m chat.Message
	li.OK("POST", messages(target), passesOn(p, chat.File, c, file.Seq), &m)
	if m.Type != chat.File || fmt.Sprint(m.Body) != fmt.Sprint(file.Body) {
		t.Fatalf("%+v", m.Body)
	}
	han.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), file.Seq), nil, nil)
	if got := linksStatus(wu, m.Body.FileID); got != 200 {
		t.Fatalf("the file is answered %d", got)
	}
	li.OK("POST", fmt.Sprintf("%s/%d/recall", messages(target), m.Seq), nil, nil)
	if got := linksStatus(wu, m.Body.FileID); got != 404 {
		t.Fatalf("and after its recall %d", got)
	}
}
