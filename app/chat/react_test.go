package chat_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
)

func signAt(m chat.Message, emoji string) string {
	return fmt.Sprintf("%s/%d/reactions/%s", messagesAt(m.ConversationID), m.Seq, url.PathEscape(emoji))
}

// react puts a sign under a message, or takes it away, and answers what the message is then.
func react(c *apptest.Client, m chat.Message, emoji string, on bool) (now chat.Message) {
	method := "DELETE"
	if on {
		method = "PUT"
	}
	c.OK(method, signAt(m, emoji), nil, &now)
	return now
}

// signs words what stands under a message: 👍2! are two, one of them the reader's.
func signs(m chat.Message) string {
	var out []string
	for _, r := range m.Reactions {
		own := ""
		if r.Mine {
			own = "!"
		}
		out = append(out, fmt.Sprintf("%s%d%s", r.Emoji, r.Count, own))
	}
	return strings.Join(out, " ")
}

// signed waits for a message with these signs.
func signed(t *testing.T, s *apptest.Socket, want string) (m chat.Message) {
	t.Helper()
	s.Wait("message", func(e apptest.Event) bool {
		m = chat.Message{}
		return json.Unmarshal(e.Data, &m) == nil && signs(m) == want
	})
	return m
}

func TestASignReachesEverybodyAndEachKnowsHisOwn(t *testing.T) {
	p := apptest.New(t)
	ann, bob := p.Agent("Ann", 1), p.Agent("Bob", 1)
	g := found(t, p, ann, "Team", bob).ID
	as, bs := ann.Connect(), bob.Connect()
	m := ann.Write(g, "lunch?")
	if now := react(bob, m, "👍", true); now.Version != m.Version+1 || now.Seq != m.Seq || signs(now) != "👍1!" {
		t.Fatalf("answered %+v of %+v", now, m)
	}
	if got := signed(t, as, "👍1"); !slices.Equal(got.Reactions[0].People, []int64{bob.ID}) || got.Body.Text != "lunch?" {
		t.Fatalf("pushed %+v", got)
	}
	signed(t, bs, "👍1!")
	react(ann, m, "❤", true)
	last := react(ann, m, "👍", true)
	if signs(last) != "👍2! ❤️1!" {
		t.Fatalf("answered %s", signs(last))
	}
	signed(t, bs, "👍2! ❤️1")
	if again := react(ann, m, "👍", true); again.Version != last.Version || signs(again) != signs(last) {
		t.Fatalf("the second time it is %+v", again)
	}
	for who, c := range map[string]*apptest.Client{"👍2! ❤️1!": ann, "👍2! ❤️1": bob} {
		var page chat.MessagePage
		c.OK("GET", messagesAt(g), nil, &page)
		var sync chat.SyncAnswer
		c.OK("POST", "/api/chat/sync", chat.SyncRequest{Epoch: as.Init.Epoch, Known: map[int64]chat.Known{g: {m.Version, 0}}}, &sync)
		behind := sync.Conversations[0].Messages
		if got := signs(page.Messages[len(page.Messages)-1]); got != who || len(behind) != 1 || signs(behind[0]) != who {
			t.Errorf("history %s, sync %+v, want %s", got, behind, who)
		}
	}
	var who chat.ReactorPage
	bob.OK("GET", fmt.Sprintf("%s/%d/reactions?limit=2", messagesAt(g), m.Seq), nil, &who)
	if len(who.Reactors) != 2 || who.Reactors[0] != (chat.Reactor{Emoji: "👍", PersonID: bob.ID}) || who.Next == 0 || len(who.People) != 2 {
		t.Fatalf("who %+v", who)
	}
	bob.OK("GET", fmt.Sprintf("%s/%d/reactions?after=%d", messagesAt(g), m.Seq, who.Next), nil, &who)
	if len(who.Reactors) != 1 || who.Next != 0 {
		t.Fatalf("then %+v", who)
	}
	react(bob, m, "👍", false)
	if off := react(bob, m, "👍", false); signs(off) != "❤️1 👍1" || off.Version != last.Version+1 {
		t.Fatalf("taken away it is %+v", off)
	}
	var edited chat.Message
	ann.OK("PATCH", editAt(m), editing("edit-0001", "lunch at one?"), &edited)
	if signs(edited) != "❤️1! 👍1!" {
		t.Fatalf("edited it has %s", signs(edited))
	}
}

func TestWhatIsRecalledTakesNoSignsAndLosesThem(t *testing.T) {
	p := apptest.New(t)
	ann, bob, cat := p.Agent("Ann", 1), p.Agent("Bob", 1), p.Agent("Cat", 1)
	g := found(t, p, ann, "Team", bob).ID
	m := ann.Write(g, "oops")
	react(bob, m, "😂", true)
	add(ann, g, cat)
	cat.Refused("PUT", signAt(m, "👍"), nil, 404) // said before he came
	cat.Refused("GET", fmt.Sprintf("%s/%d/reactions", messagesAt(g), m.Seq), nil, 404)
	cs := cat.Connect()
	now := react(bob, m, "👍", true)
	if e := cs.Wait("version", nil); e.Version != now.Version {
		t.Fatalf("who came later hears %+v", e)
	}
	var tomb chat.Message
	ann.OK("POST", recallAt(m), nil, &tomb)
	if signs(tomb) != "" || !tomb.Recalled {
		t.Fatalf("the tombstone is %+v", tomb)
	}
	bob.Refused("PUT", signAt(m, "😂"), nil, 409)
	react(bob, m, "😂", false) // it is gone, as asked
	bob.Refused("PUT", signAt(chat.Message{ConversationID: g, Seq: 1}, "😂"), nil, 409)
	bob.Refused("PUT", signAt(chat.Message{ConversationID: g, Seq: 99}, "😂"), nil, 404)
	var left int
	if err := p.DB.R.NewRaw("SELECT COUNT(*) FROM reactions").Scan(t.Context(), &left); err != nil || left != 0 {
		t.Fatalf("%d reactions are kept, %v", left, err)
	}
}

func TestASignThatCannotBeIsRefused(t *testing.T) {
	p := apptest.New(t)
	ann, bob := p.Agent("Ann", 1), p.Agent("Bob", 1)
	g := found(t, p, ann, "Team", bob).ID
	m := ann.Write(g, "vote")
	for _, no := range []string{"yes", "👍👍", "a", "赞", strings.Repeat("👍", 30)} {
		bob.Refused("PUT", signAt(m, no), nil, 400)
	}
	for _, sign := range []string{"👍", "👎", "😂"} {
		react(bob, m, sign, true)
	}
	bob.Refused("PUT", signAt(m, "🎉"), nil, 409)
	react(bob, m, "👎", false)
	react(bob, m, "🎉", true)
	ann.OK("POST", groupAt(g, "/dissolve"), nil, nil)
	bob.Refused("DELETE", signAt(m, "🎉"), nil, 409)
}

func TestSignsFromEverywhereAtOnceAreCountedOnce(t *testing.T) {
	p := apptest.New(t)
	ann, bob := p.Agent("Ann", 1), p.Agent("Bob", 1)
	g := found(t, p, ann, "Team", bob).ID
	m := ann.Write(g, "all together")
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { react(ann, m, "👍", true) })
		wg.Go(func() { react(bob, m, "👍", true) })
	}
	wg.Wait()
	var page chat.MessagePage
	ann.OK("GET", messagesAt(g), nil, &page)
	if got := page.Messages[len(page.Messages)-1]; signs(got) != "👍2!" || got.Version != m.Version+2 {
		t.Fatalf("there is %s under version %d, after %d", signs(got), got.Version, m.Version)
	}
}

func TestInACrowdASignComesWithItsNumberAFewNamesAndOnesOwn(t *testing.T) {
	p := apptest.New(t)
	ann := p.Agent("Ann", 1)
	people := crowd(t, p, 120)
	var h chat.Header
	ann.OK("POST", "/api/chat/groups", map[string]any{"client_id": "crowd-001", "name": "All", "people": people}, &h)
	as := ann.Connect()
	m := ann.Write(h.ID, "welcome")
	for _, person := range people[:11] {
		if _, err := p.Chat.React(t.Context(), person, h.ID, m.Seq, "🎉", true); err != nil {
			t.Fatal(err)
		}
	}
	if got := signed(t, as, "🎉11"); len(got.Reactions[0].People) != 8 || got.Reactions[0].People[0] != people[0] {
		t.Fatalf("pushed %+v", got.Reactions)
	}
	react(ann, m, "🎉", true)
	signed(t, as, "🎉12!") // though not among the first
	var page chat.MessagePage
	ann.OK("GET", messagesAt(h.ID), nil, &page)
	if got := page.Messages[len(page.Messages)-1]; signs(got) != "🎉12!" || len(page.People) != 9 {
		t.Fatalf("history has %s and %d people", signs(got), len(page.People))
	}
}
