package contacts_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/contacts"
)

func setPrivacy(c *apptest.Client, change string) (p contacts.Privacy) {
	c.OK("PATCH", "/api/im/privacy", change, &p)
	return p
}

func reads(c *apptest.Client, conversation, seq int64) {
	c.OK("POST", chatAt(conversation, "/cursors"), map[string]int64{"read": seq}, nil)
}

// cursors is what a fresh device is shown of a conversation's cursors, the list of its members and the sync agreeing.
func cursors(t *testing.T, c *apptest.Client, conversation int64) map[int64]chat.Cursor {
	t.Helper()
	found := map[int64]chat.Cursor{}
	var sync chat.SyncAnswer
	c.OK("POST", "/api/chat/sync", `{"epoch":"","known":{},"list":0}`, &sync)
	for _, one := range sync.Conversations {
		for _, cursor := range one.Cursors {
			if one.ID == conversation {
				found[cursor.PersonID] = cursor
			}
		}
	}
	var page chat.MemberPage
	c.OK("GET", chatAt(conversation, "/members"), nil, &page)
	for _, m := range page.Members {
		if got := (chat.Cursor{PersonID: m.PersonID, Read: m.Read, Received: m.Received}); got != found[m.PersonID] {
			t.Errorf("the list of members says %+v, the sync %+v", got, found[m.PersonID])
		}
	}
	return found
}

// toldOf is the cursor of somebody as the frames that came say, the last of them.
func toldOf(t *testing.T, s *apptest.Socket, person int64) (last chat.Cursor, any bool) {
	t.Helper()
	for _, e := range s.Drain() {
		if e.Type != "cursor" {
			continue
		}
		if cursor := decode[chat.Cursor](t, e); cursor.PersonID == person {
			last, any = cursor, true
		}
	}
	return last, any
}

func TestWhoKeepsHisReadingToHimselfIsShownNobodyElses(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	c := between(t, li, han)
	his, hers, pocket := li.Connect(), han.Connect(), han.Again().Connect()
	first := li.Write(c, "one")
	reads(han, c, first.Seq)
	if got, _ := toldOf(t, his, han.ID); got.Read != first.Seq {
		t.Fatalf("an open one is shown as %+v", got)
	}
	if p := setPrivacy(han, `{"receipts":false}`); p.Receipts || p.LastSeen != "friends" {
		t.Fatalf("%+v", p)
	}
	for _, device := range []*apptest.Socket{hers, pocket} {
		device.Wait("resync", nil)
	}
	second := li.Write(c, "two")
	han.OK("POST", chatAt(c, "/cursors"), map[string]int64{"received": second.Seq}, nil)
	if got, _ := toldOf(t, his, han.ID); got.Received != second.Seq || got.Read > first.Seq {
		t.Fatalf("what arrived is told as %+v", got)
	}
	toldOf(t, pocket, han.ID)
	reads(han, c, second.Seq)
	if got, any := toldOf(t, his, han.ID); any {
		t.Fatalf("that she read is told: %+v", got)
	}
	if got, _ := toldOf(t, pocket, han.ID); got.Read != second.Seq {
		t.Fatalf("her own device is told %+v", got)
	}
	if got := cursors(t, li, c)[han.ID]; got.Read != first.Seq || got.Received != second.Seq {
		t.Fatalf("he is shown %+v", got)
	}
	if b := start(han).Conversations[0]; b.Unread != 0 || b.Read != second.Seq {
		t.Fatalf("%d unread, read to %d", b.Unread, b.Read)
	}

	answer := han.Write(c, "three")
	toldOf(t, hers, li.ID)
	li.OK("POST", chatAt(c, "/cursors"), map[string]int64{"received": answer.Seq}, nil)
	if got, any := toldOf(t, hers, li.ID); !any || got.Received != answer.Seq || got.Read != 0 {
		t.Fatalf("of his she is told %+v", got)
	}
	reads(li, c, answer.Seq)
	if got, any := toldOf(t, hers, li.ID); any {
		t.Fatalf("that he read is told her: %+v", got)
	}
	if got := cursors(t, han, c)[li.ID]; got.Read != 0 || got.Received != answer.Seq {
		t.Fatalf("she is shown %+v", got)
	}
	for _, who := range []*apptest.Client{li, han} {
		levelWithSums(t, who, c)
	}

	setPrivacy(han, `{"receipts":true}`)
	if got := cursors(t, li, c)[han.ID].Read; got != first.Seq {
		t.Fatalf("what she read in secret is shown: %d", got)
	}
	if got := cursors(t, han, c)[li.ID].Read; got != answer.Seq {
		t.Fatalf("his reading is not shown to her again: %d", got)
	}
	fourth := li.Write(c, "four")
	toldOf(t, his, han.ID)
	reads(han, c, fourth.Seq)
	if got, _ := toldOf(t, his, han.ID); got.Read != fourth.Seq {
		t.Fatalf("he is told %+v", got)
	}
}

// levelWithSums checks that a device that knows what it was shown is told nothing more.
func levelWithSums(t *testing.T, c *apptest.Client, conversation int64) {
	t.Helper()
	var sync chat.SyncAnswer
	c.OK("POST", "/api/chat/sync", `{"epoch":"","known":{},"list":0}`, &sync)
	req := chat.SyncRequest{Epoch: sync.Epoch, List: sync.List, Known: map[int64]chat.Known{}}
	for _, one := range sync.Conversations {
		sum := int64(0)
		for _, cursor := range one.Cursors {
			sum += cursor.Read + cursor.Received
		}
		req.Known[one.ID] = chat.Known{one.Version, sum}
	}
	for _, b := range start(c).Conversations {
		if b.Known != req.Known[b.ID] {
			t.Errorf("the list says %v, the sync %v", b.Known, req.Known[b.ID])
		}
	}
	var again chat.SyncAnswer
	c.OK("POST", "/api/chat/sync", req, &again)
	if len(again.Conversations) != 0 {
		t.Errorf("who is level is told %+v", again.Conversations)
	}
	req.Known[conversation] = chat.Known{req.Known[conversation][0], req.Known[conversation][1] - 1}
	c.OK("POST", "/api/chat/sync", req, &again)
	if len(again.Conversations) != 1 {
		t.Errorf("a cursor that was missed is not told")
	}
}

func TestInAGroupReadingIsShownByThoseWhoShowIt(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	befriend(li, wu)
	g := makeGroup(p, li, "invite", han, wu).ID
	setPrivacy(han, `{"receipts":false}`)
	his, hers := li.Connect(), han.Connect()
	m := li.Write(g, "hello")
	reads(han, g, m.Seq)
	reads(wu, g, m.Seq)
	if seen := cursors(t, li, g); seen[han.ID].Read != 0 || seen[wu.ID].Read != m.Seq {
		t.Fatalf("the open one is shown %+v", seen)
	}
	if seen := cursors(t, han, g); seen[han.ID].Read != m.Seq || seen[wu.ID].Read != 0 || seen[wu.ID].Received != m.Seq {
		t.Fatalf("the discreet one is shown %+v", seen)
	}
	li.OK("PATCH", groupAt(g, fmt.Sprint("/members/", wu.ID)), `{"role":"admin"}`, nil)
	li.OK("PATCH", groupAt(g, fmt.Sprint("/members/", han.ID)), `{"role":"admin"}`, nil)
	for _, told := range []struct {
		s          *apptest.Socket
		han, other int64
	}{{his, 0, m.Seq}, {hers, 0, 0}} {
		places := map[int64]int64{}
		for len(places) < 2 {
			for _, m := range decode[chat.Act](t, told.s.Wait("act", nil)).Members {
				places[m.PersonID] = m.Read
			}
		}
		if places[han.ID] != told.han || places[wu.ID] != told.other {
			t.Errorf("the acts tell %v", places)
		}
	}
	levelWithSums(t, li, g)
	levelWithSums(t, han, g)
	if r := han.Do("GET", chatAt(g, "/export?format=json"), nil); strings.Contains(string(r.Body), `"read"`) {
		t.Errorf("the export tells of reading: %s", r.Body)
	}
}

func TestColleaguesSeeEachOthersReadingAsEver(t *testing.T) {
	p := apptest.New(t)
	ann, bob := p.Agent("Ann", 1), p.Agent("Bob", 1)
	start(ann)
	setPrivacy(ann, `{"receipts":false}`)
	var h chat.Header
	ann.OK("POST", "/api/chat/direct", map[string]int64{"person": bob.ID}, &h)
	m := bob.Write(h.ID, "hello")
	reads(ann, h.ID, m.Seq)
	if got := cursors(t, bob, h.ID)[ann.ID].Read; got != m.Seq {
		t.Fatalf("read to %d", got)
	}
}

func TestAPrivacyThatCannotBeIsRefused(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	for _, bad := range []string{`{"last_seen":"strangers"}`, `{"last_seen":"no\u0000body"}`, `{"last_seen":"nobody\u200b"}`, `{"receipts":"no"}`, `{"online":true}`, `[]`} {
		li.Refused("PATCH", "/api/im/privacy", bad, 400)
	}
	p.Visitor().Refused("PATCH", "/api/im/privacy", `{"receipts":false}`, 403)
	if p := setPrivacy(li, `{}`); !p.Receipts || p.LastSeen != "friends" {
		t.Fatalf("%+v", p)
	}
}

// passing is a clock that is put forward.
type passing struct{ ms atomic.Int64 }

func (c *passing) now() time.Time {
	return time.Now().Add(time.Duration(c.ms.Load()) * time.Millisecond)
}
func (c *passing) passes(d time.Duration)   { c.ms.Add(d.Milliseconds()) }
func shortGrace(c *app.Config)              { c.Grace = 50 * time.Millisecond }
func lastSeen(c *apptest.Client) *time.Time { return start(c).Friends[0].LastSeen }
func near(at *time.Time, want time.Time) bool {
	return at != nil && at.Sub(want).Abs() < 30*time.Second
}
func card(c *apptest.Client, of int64) (f contacts.Found) {
	c.OK("GET", fmt.Sprint("/api/im/people/", of), nil, &f)
	return f
}

// goes waits until a friend is told that somebody went, or is invisible.
func goes(t *testing.T, s *apptest.Socket, person int64) (p contacts.Presence) {
	t.Helper()
	s.Wait("presence", func(e apptest.Event) bool {
		p = contacts.Presence{}
		return json.Unmarshal(e.Data, &p) == nil && p.PersonID == person && p.State == "offline"
	})
	return p
}

func TestFriendsSeeWhenSomebodyWasLastThere(t *testing.T) {
	var clock passing
	p := apptest.NewAt(t, clock.now, shortGrace)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	watching := han.Connect()
	socket := li.Connect()
	watching.Wait("presence", nil)
	if lastSeen(han) != nil {
		t.Fatal("who is there was last seen")
	}
	clock.passes(time.Hour)
	socket.Cut()
	if told := goes(t, watching, li.ID); !near(told.LastSeen, clock.now()) || !near(lastSeen(han), *told.LastSeen) {
		t.Fatalf("told %+v, read %v, now %v", told, lastSeen(han), clock.now())
	}
	gone := clock.now()
	clock.passes(2 * time.Hour)
	if !near(lastSeen(han), gone) || !near(card(han, li.ID).LastSeen, gone) || card(wu, li.ID).LastSeen != nil {
		t.Fatalf("a friend sees %v, a stranger %v", lastSeen(han), card(wu, li.ID).LastSeen)
	}
	setPrivacy(li, `{"last_seen":"nobody"}`)
	if told := goes(t, watching, li.ID); told.LastSeen != nil || lastSeen(han) != nil || card(han, li.ID).LastSeen != nil {
		t.Fatalf("told %+v", told)
	}
	setPrivacy(li, `{"last_seen":"everyone"}`)
	if told := goes(t, watching, li.ID); !near(told.LastSeen, gone) || card(wu, li.ID).LastSeen != nil {
		t.Fatalf("told %+v", told)
	}
	setPrivacy(wu, `{"last_seen":"everyone"}`)
	if !near(card(wu, li.ID).LastSeen, gone) {
		t.Fatal("a stranger who shows himself to everyone does not see it")
	}
	setPrivacy(han, `{"last_seen":"nobody"}`)
	if lastSeen(han) != nil || card(han, li.ID).LastSeen != nil {
		t.Fatal("who shows nothing sees it")
	}
	setPrivacy(han, `{"last_seen":"friends"}`)
	li.OK("PUT", fmt.Sprint("/api/im/blocked/", han.ID), nil, nil)
	if told := goes(t, watching, li.ID); told.LastSeen != nil || lastSeen(han) != nil {
		t.Fatalf("who was blocked is told %+v", told)
	}
	clock.passes(72 * time.Hour)
	if at := card(wu, li.ID).LastSeen; at == nil || !at.Equal(gone.UTC().Truncate(24*time.Hour)) {
		t.Fatalf("of long ago it is told %v", at)
	}
}

func TestWhoIsInvisibleWasLastSeenWhenHeBecameSo(t *testing.T) {
	var clock passing
	p := apptest.NewAt(t, clock.now, shortGrace)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	watching := han.Connect()
	socket := li.Connect()
	watching.Wait("presence", nil)
	clock.passes(time.Hour)
	became := clock.now()
	li.OK("PUT", "/api/im/presence", `{"state":"invisible"}`, nil)
	if told := goes(t, watching, li.ID); !near(told.LastSeen, became) {
		t.Fatalf("%+v", told)
	}
	clock.passes(time.Hour)
	other := li.Again().Connect()
	socket.Cut()
	other.Cut()
	li.Connect().Cut() // comes and goes, seen by nobody
	if told := goes(t, watching, li.ID); !near(told.LastSeen, became) {
		t.Fatalf("%+v", told)
	}
	setPrivacy(li, `{"last_seen":"everyone"}`)
	goes(t, watching, li.ID)
	if !near(lastSeen(han), became) || !near(card(han, li.ID).LastSeen, became) {
		t.Fatalf("a friend sees %v", lastSeen(han))
	}
}

func TestWhatAMemberShowsIsLiveOnHisDevicesAndHisFriends(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	screens := []*screen{look(t, li), look(t, li.Again()), look(t, han)}
	for _, change := range []string{`{"receipts":false}`, `{"last_seen":"nobody"}`, `{"last_seen":"everyone","receipts":true}`, `{"receipts":true}`} {
		setPrivacy(li, change)
		for _, s := range screens {
			s.level(change)
		}
	}
}

func TestThatSomebodyWasThereOutlastsARestart(t *testing.T) {
	var clock passing
	p := apptest.NewAt(t, clock.now)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	watching := han.Connect()
	li.Connect()
	watching.Wait("presence", nil)
	clock.passes(time.Hour)
	left := clock.now()
	p.Stop()
	clock.passes(time.Hour)
	again := p.Node(clock.now)
	if at := lastSeen(han.On(again)); !near(at, left) {
		t.Fatalf("last seen %v", at)
	}
}
