package contacts_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/people"
	"ichat/storage"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// announce sets what a group announces.
func announce(by *apptest.Client, group int64, text string, asks bool) (h chat.Header) {
	by.OK("PATCH", groupAt(group, ""), map[string]any{"notice": text, "notice_asks": asks}, &h)
	return h
}

func confirmation(version int64) string { return fmt.Sprintf(`{"version":%d}`, version) }

// readers is who has confirmed what a group announces, or who has not.
func readers(by *apptest.Client, group int64, confirmed bool, rest string) (p chat.NoticePage) {
	by.OK("GET", imGroup(group, fmt.Sprintf("/notice/readers?confirmed=%v%s", confirmed, rest)), nil, &p)
	return p
}

func TestAnAnnouncementIsConfirmedByEachOnce(t *testing.T) {
	p := apptest.New(t)
	owner, admin, li, han := p.Member("Owner Li"), p.Member("Admin Wu"), p.Member("Li Lei"), p.Member("Han Mei")
	for _, c := range []*apptest.Client{admin, li, han} {
		befriend(owner, c)
	}
	g := makeGroup(p, owner, chat.JoinOpen, admin, li, han).ID
	owner.OK("PATCH", groupAt(g, "/members/"+itoa(admin.ID)), `{"role":"admin"}`, nil)
	screens := []*screen{look(t, owner), look(t, admin), look(t, li), look(t, li.Again()), look(t, han)}
	level := func(what string) {
		t.Helper()
		for _, s := range screens {
			s.level(what)
		}
	}
	li.Refused("POST", imGroup(g, "/notice/confirm"), confirmation(1), 404)
	owner.Refused("GET", imGroup(g, "/notice/readers"), nil, 409) // nobody is asked
	before := time.Now().Add(-time.Minute)
	one := announce(admin, g, " meet at nine\nbring water ", true)
	if one.Notice != " meet at nine\nbring water " || one.NoticeVersion != one.Version || one.NoticeBy != admin.ID || !one.NoticeAsks || one.NoticeAt.Before(before) {
		t.Fatalf("%+v", one)
	}
	if again := announce(admin, g, one.Notice, true); again != one {
		t.Fatalf("the same again is %+v", again)
	}
	level("announced")
	if h := start(li).Groups[0]; h.NoticeVersion != one.NoticeVersion || h.NoticeBy != admin.ID || !h.NoticeAt.Equal(one.NoticeAt) {
		t.Fatalf("%+v", h)
	}
	if known := start(li).People; !slices.ContainsFunc(known, func(p people.Person) bool { return p.ID == admin.ID }) {
		t.Fatalf("nobody says who announced it: %+v", known)
	}

	os := owner.Connect()
	var k chat.Kept
	li.OK("POST", imGroup(g, "/notice/confirm"), confirmation(one.NoticeVersion), &k)
	list := start(li).List
	li.OK("POST", imGroup(g, "/notice/confirm"), confirmation(one.NoticeVersion), &k)
	if k.Noticed != one.NoticeVersion || start(li).List != list {
		t.Fatalf("%+v", k)
	}
	level("confirmed")
	told := decode[chat.Confirmed](t, os.Wait("confirmed", nil))
	if told != (chat.Confirmed{Version: one.NoticeVersion, Confirmed: 1, Asked: 3}) { // the owner is asked too, who set it is not
		t.Fatalf("%+v", told)
	}
	yes, no := readers(owner, g, true, ""), readers(admin, g, false, "")
	if len(yes.Readers) != 1 || yes.Readers[0].PersonID != li.ID || yes.Readers[0].At == nil || yes.Confirmed.Confirmed != 1 || len(yes.People) != 1 || len(no.Readers) != 2 || no.Readers[0].At != nil || no.Asked != 3 {
		t.Fatalf("%+v and %+v", yes, no)
	}
	li.Refused("GET", imGroup(g, "/notice/readers"), nil, 403)
	k = chat.Kept{}
	admin.OK("POST", imGroup(g, "/notice/confirm"), confirmation(one.NoticeVersion), &k) // one's own is read
	if k.Noticed != 0 || readers(owner, g, true, "").Confirmed.Confirmed != 1 {
		t.Fatalf("%+v", k)
	}

	two := announce(owner, g, "meet at ten", true)
	li.Refused("POST", imGroup(g, "/notice/confirm"), confirmation(one.NoticeVersion), 409)
	li.Refused("POST", imGroup(g, "/notice/confirm"), confirmation(two.NoticeVersion+1), 404)
	if yes := readers(owner, g, true, ""); len(yes.Readers) != 0 || yes.Version != two.NoticeVersion {
		t.Fatalf("a new one is confirmed by %+v", yes)
	}
	owner.OK("DELETE", groupAt(g, "/members/"+itoa(han.ID)), nil, nil)
	han.Refused("POST", imGroup(g, "/notice/confirm"), confirmation(two.NoticeVersion), 404)
	han.Refused("GET", imGroup(g, "/notice/readers"), nil, 404)
	han.OK("POST", imGroup(g, "/join"), `{}`, nil) // who comes later is asked too
	if no := readers(owner, g, false, ""); no.Asked != 3 || len(no.Readers) != 3 {
		t.Fatalf("%+v", no)
	}
	han.OK("POST", imGroup(g, "/notice/confirm"), confirmation(two.NoticeVersion), nil)
	level("a second one")
	off := announce(owner, g, "\u200b \u2060", true)
	if off.Notice != "" || off.Announced != (chat.Announced{}) {
		t.Fatalf("what nobody sees is announced: %+v", off)
	}
	han.Refused("POST", imGroup(g, "/notice/confirm"), confirmation(two.NoticeVersion), 404)
	level("taken down")
}

func TestWhatNobodyIsAskedToConfirmIsPutAside(t *testing.T) {
	p := apptest.New(t)
	owner, li := p.Member("Owner Li"), p.Member("Li Lei")
	befriend(owner, li)
	g := makeGroup(p, owner, chat.JoinOpen, li).ID
	h := announce(owner, g, "the hut is open", false)
	li.OK("POST", imGroup(g, "/notice/confirm"), confirmation(h.NoticeVersion), nil)
	owner.Refused("GET", imGroup(g, "/notice/readers"), nil, 409)
	asked := announce(owner, g, "the hut is open", true) // the same text, and now everybody is asked
	if asked.NoticeVersion <= h.NoticeVersion {
		t.Fatalf("%+v, then %+v", h, asked)
	}
	if quiet := announce(owner, g, "the hut is open", false); quiet.NoticeVersion != asked.NoticeVersion || quiet.NoticeAsks {
		t.Fatalf("asking no more is no new announcement: %+v", quiet)
	}
	var page struct{ Messages []chat.Message }
	li.OK("GET", messages(g), nil, &page)
	var lines []string
	for _, m := range page.Messages {
		lines = append(lines, m.Body.Key)
	}
	if got := strings.Join(lines, " "); got != "group.made group.notice group.notice group.changed" {
		t.Fatal(got)
	}
	wu := p.Member("Wu Gang")
	wu.Refused("POST", imGroup(g, "/notice/confirm"), confirmation(asked.NoticeVersion), 404)
	var found struct{ Groups []chat.FoundGroup }
	wu.OK("GET", "/api/im/groups?q=hik", nil, &found)
	if len(found.Groups) != 1 || found.Groups[0].Notice != "" || found.Groups[0].NoticeVersion != 0 {
		t.Fatalf("who is not in reads what is announced: %+v", found.Groups)
	}
	for _, body := range []string{`{}`, `{"version":0}`, `{"version":-1}`, `{"version":"1"}`} {
		li.Refused("POST", imGroup(g, "/notice/confirm"), body, 400)
	}
	owner.Refused("PATCH", groupAt(g, ""), map[string]any{"notice": strings.Repeat("长", 2001)}, 400)
	owner.Refused("PATCH", groupAt(g, ""), `{"notice":"a\u0000b"}`, 400)
	li.Refused("PATCH", groupAt(g, ""), `{"notice":"mine","notice_asks":true}`, 403)
}

// Of a large group owner and admins are told a few counts, not each confirmation, and read the list by pages.
func TestManyConfirmationsAreFewPushes(t *testing.T) {
	p := apptest.New(t)
	owner, li := p.Member("Owner Li"), p.Member("Li Lei")
	befriend(owner, li)
	g := makeGroup(p, owner, chat.JoinOpen, li).ID
	const crowd = 2000
	err := p.DB.Write(storage.Unhurried(t.Context()), func(ctx context.Context, tx *storage.Tx) error {
		for n := range int64(crowd) {
			id := 5_000_000 + n
			if err := tx.Do(ctx, `INSERT INTO people (id, kind, name, created_at) VALUES (?, 'member', ?, ?)`, id, "Member "+itoa(n), storage.Time{Time: time.Now()}); err != nil {
				return err
			}
			if err := tx.Do(ctx, `INSERT INTO members (conversation_id, person_id, role, join_seq, version) VALUES (?, ?, 'member', 1, 1)`, g, id); err != nil {
				return err
			}
		}
		return tx.Do(ctx, `UPDATE conversations SET member_count = member_count + ?, version = version + 1, members_version = version + 1 WHERE id = ?`, crowd, g)
	})
	if err != nil {
		t.Fatal(err)
	}
	h := announce(owner, g, "everybody out", true)
	os, ls := owner.Connect(), li.Connect()
	const confirming = 60
	begun := time.Now()
	for n := range int64(confirming) {
		if _, err := p.Contacts.Confirm(t.Context(), 5_000_000+n, g, h.NoticeVersion); err != nil {
			t.Fatal(err)
		}
	}
	pushes := 0
	os.Wait("confirmed", func(e apptest.Event) bool {
		pushes++
		return decode[chat.Confirmed](t, e) == chat.Confirmed{Version: h.NoticeVersion, Confirmed: confirming, Asked: crowd + 1}
	})
	if took := time.Since(begun); pushes > int(took/(200*time.Millisecond))+2 {
		t.Fatalf("%d pushes for %d confirmations in %v", pushes, confirming, took)
	}
	for _, e := range ls.Drain() {
		if e.Type == "confirmed" {
			t.Fatal("a member is told")
		}
	}
	for _, query := range listen(t, p).heard(func() { readers(owner, g, true, ""); readers(owner, g, false, "&after=5000100") }) {
		if plan, scans := fullScan(t, p.DB, query); scans {
			t.Errorf("%s\nis read without an index:\n%s", query, plan)
		}
	}
	seen := map[int64]bool{}
	for after, pages := int64(0), 0; ; pages++ {
		page := readers(owner, g, false, fmt.Sprintf("&limit=200&after=%d", after))
		for _, r := range page.Readers {
			if seen[r.PersonID] || r.PersonID < 5_000_000+confirming && r.PersonID >= 5_000_000 {
				t.Fatalf("%+v comes twice, or has confirmed", r)
			}
			seen[r.PersonID] = true
		}
		if after = page.Next; after == 0 || pages > 20 {
			break
		}
	}
	if len(seen) != crowd+1-confirming {
		t.Fatalf("%d have not confirmed", len(seen))
	}
}
