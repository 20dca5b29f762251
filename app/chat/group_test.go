package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

func ids(of ...*apptest.Client) []int64 {
	out := []int64{}
	for _, c := range of {
		out = append(out, c.ID)
	}
	return out
}

// found makes a group.
func found(t *testing.T, p *apptest.Product, by *apptest.Client, name string, others ...*apptest.Client) (h chat.Header) {
	t.Helper()
	by.OK("POST", "/api/chat/groups", map[string]any{"client_id": p.Draft("").ClientMsgID, "name": name, "people": ids(others...)}, &h)
	return h
}

func groupAt(group int64, rest string) string {
	return fmt.Sprintf("/api/chat/groups/%d%s", group, rest)
}

func memberAt(group int64, c *apptest.Client) string {
	return groupAt(group, fmt.Sprint("/members/", c.ID))
}

func add(by *apptest.Client, group int64, others ...*apptest.Client) (h chat.Header) {
	by.OK("POST", groupAt(group, "/members"), map[string]any{"people": ids(others...)}, &h)
	return h
}

// move gives somebody another site.
func move(t *testing.T, p *apptest.Product, c *apptest.Client) {
	t.Helper()
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		site, err := p.Sites.CreateTx(ctx, tx, "Elsewhere")
		if err != nil {
			return err
		}
		return tx.Do(ctx, "UPDATE roles SET site_id = ? WHERE person_id = ?", site.ID, c.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMakingAGroupTwiceMakesOne(t *testing.T) {
	p := apptest.New(t)
	a, b := p.Agent("Ann", 1), p.Agent("Bob", 1)
	bs := b.Connect()
	ask := map[string]any{"client_id": "group-0001", "name": "  Night\n shift ", "people": []int64{b.ID, a.ID, b.ID}}
	var wg sync.WaitGroup
	made := make([]chat.Header, 8)
	for i := range made {
		wg.Go(func() { a.OK("POST", "/api/chat/groups", ask, &made[i]) })
	}
	wg.Wait()
	for _, h := range made {
		if h != made[0] || h.Name != "Night shift" || h.MemberCount != 2 || h.Version != 1 || h.SiteID != p.Site.ID {
			t.Fatalf("made %+v and %+v", h, made[0])
		}
	}
	bs.Wait("list", nil)
	a.OK("PATCH", memberAt(made[0].ID, b), map[string]string{"role": "owner"}, nil)
	a.OK("POST", groupAt(made[0].ID, "/leave"), nil, nil)
	b.OK("PATCH", groupAt(made[0].ID, ""), map[string]string{"name": "Without Ann"}, nil)
	var again chat.Header
	a.OK("POST", "/api/chat/groups", ask, &again)
	if again != (chat.Header{ID: made[0].ID, Kind: chat.Group}) {
		t.Fatalf("who left is told %+v", again)
	}
	ask["name"] = "Day shift"
	a.Refused("POST", "/api/chat/groups", ask, 409)
	sync := b.Connect().Sync.Conversations
	if len(sync) != 1 || sync[0].Name != "Without Ann" || len(sync[0].Members) != 1 || sync[0].Messages[0].Body.Key != "group.made" {
		t.Fatalf("sync %+v", sync)
	}
}

func TestWhatAGroupRefuses(t *testing.T) {
	p := apptest.New(t)
	owner, admin, member := p.Agent("Own", 1), p.Agent("Adm", 1), p.Agent("Mem", 1)
	other, foreign := p.Agent("Oth", 1), p.Agent("Far", 1)
	move(t, p, foreign)
	p.Owner().OK("PATCH", "/api/admin/settings", `{"chat":{"max_group":4}}`, nil)
	for body, status := range map[string]int{
		fmt.Sprintf(`{"client_id":"group-0001","name":"x","people":[%d]}`, foreign.ID):                                                    404,
		fmt.Sprintf(`{"client_id":"group-0001","name":"x","people":[%d,1]}`, member.ID):                                                   404,
		fmt.Sprintf(`{"client_id":"group-0001","name":"x","people":[%d]}`, p.Visitor().ID):                                                404,
		fmt.Sprintf(`{"client_id":"group-0001","name":"x","people":[%d],"site_id":99}`, member.ID):                                        404,
		`{"client_id":"group-0001","name":"  ","people":[]}`:                                                                              400,
		`{"client_id":"group-0001","name":"` + strings.Repeat("长", 65) + `","people":[]}`:                                                 400,
		`{"client_id":"short","name":"x","people":[]}`:                                                                                    400,
		fmt.Sprintf(`{"client_id":"group-0001","name":"x","people":[%d,%d,%d,%d]}`, admin.ID, member.ID, other.ID, p.Agent("Five", 1).ID): 409,
	} {
		owner.Refused("POST", "/api/chat/groups", body, status)
	}
	group := found(t, p, owner, "Team", admin, member).ID
	owner.OK("PATCH", memberAt(group, admin), map[string]string{"role": "admin"}, nil)
	people := func(c *apptest.Client) map[string]any { return map[string]any{"people": ids(c)} }

	member.Refused("PATCH", groupAt(group, ""), map[string]string{"name": "Mine"}, 403)
	member.Refused("DELETE", memberAt(group, admin), nil, 403)
	member.Refused("PATCH", memberAt(group, member), map[string]string{"role": "owner"}, 403)
	member.Refused("POST", groupAt(group, "/dissolve"), nil, 403)
	admin.Refused("DELETE", memberAt(group, owner), nil, 403)
	admin.Refused("PATCH", memberAt(group, member), map[string]string{"role": "admin"}, 403)
	admin.Refused("POST", groupAt(group, "/dissolve"), nil, 403)
	owner.Refused("POST", groupAt(group, "/leave"), nil, 409)
	owner.Refused("DELETE", memberAt(group, owner), nil, 409)
	owner.Refused("PATCH", memberAt(group, owner), map[string]string{"role": "member"}, 409)
	owner.Refused("PATCH", memberAt(group, other), map[string]string{"role": "owner"}, 404)
	owner.Refused("PATCH", memberAt(group, admin), map[string]string{"role": "visitor"}, 400)
	owner.Refused("DELETE", memberAt(group, other), nil, 404)
	owner.Refused("POST", groupAt(group, "/members"), people(foreign), 404)
	missing := other.Refused("PATCH", groupAt(1, ""), map[string]string{"name": "x"}, 404).Message
	for _, rest := range []string{"/leave", "/dissolve"} {
		if other.Refused("POST", groupAt(group, rest), nil, 404).Message != missing {
			t.Fatal("a refusal tells that the group exists")
		}
	}
	for _, c := range []*apptest.Client{member, other} { // who is in it, and who is not
		if other.Refused("DELETE", memberAt(group, c), nil, 404).Message != missing ||
			other.Refused("PATCH", memberAt(group, c), map[string]string{"role": "admin"}, 404).Message != missing {
			t.Fatal("a refusal tells who is in")
		}
	}
	other.Refused("GET", fmt.Sprintf("/api/chat/conversations/%d/members", group), nil, 404)

	member.OK("POST", groupAt(group, "/members"), people(other), nil) // any member brings colleagues in
	member.Refused("POST", groupAt(group, "/members"), people(p.Agent("Five", 1)), 409)
	admin.OK("DELETE", memberAt(group, other), nil, nil)
	admin.OK("DELETE", memberAt(group, other), nil, nil) // again
	other.Refused("POST", messagesAt(group), p.Draft("hey"), 404)
	owner.OK("PATCH", memberAt(group, member), map[string]string{"role": "owner"}, nil)
	owner.OK("PATCH", memberAt(group, member), map[string]string{"role": "owner"}, nil) // again
	owner.Refused("POST", groupAt(group, "/dissolve"), nil, 403)
	owner.OK("POST", groupAt(group, "/leave"), nil, nil)
	owner.OK("POST", groupAt(group, "/leave"), nil, nil) // again
	member.OK("POST", groupAt(group, "/dissolve"), nil, nil)
	member.OK("POST", groupAt(group, "/dissolve"), nil, nil) // again
	admin.OK("GET", messagesAt(group), nil, nil)
	admin.Refused("POST", messagesAt(group), p.Draft("anybody?"), 409)
	admin.Refused("PATCH", groupAt(group, ""), map[string]string{"name": "x"}, 409)
	member.OK("POST", groupAt(group, "/leave"), nil, nil)
}

func TestBringingManyInIsOneChange(t *testing.T) {
	p := apptest.New(t)
	a, b := p.Agent("Ann", 1), p.Agent("Bob", 1)
	group := found(t, p, a, "Team", b)
	many := crowd(t, p, 150)
	bs := b.Connect()
	var h chat.Header
	a.OK("POST", groupAt(group.ID, "/members"), map[string]any{"people": append(many, b.ID)}, &h)
	if h.Version != group.Version+1 || h.Seq != group.Seq+1 || h.MemberCount != 152 {
		t.Fatalf("from %+v to %+v", group, h)
	}
	var act chat.Act
	e := bs.Wait("act", nil)
	if err := json.Unmarshal(e.Data, &act); err != nil || e.Version != h.Version || act.Header != h || len(act.Members) != 150 || len(act.People) != 151 ||
		act.Message.Body.Args["count"] != "150" || act.Message.Version != h.Version {
		t.Fatalf("pushed %+v, %v", act.Header, err)
	}
	for _, e := range bs.Drain() {
		if e.ConversationID == group.ID {
			t.Fatalf("and then %s %s", e.Type, e.Data)
		}
	}
	sync := p.SignIn("crowd0@example.com").Connect().Sync.Conversations[0]
	if sync.MemberCount != 152 || len(sync.Members) != 9 || len(sync.Messages) != 1 || len(sync.Cursors) != 1 {
		t.Fatalf("a newcomer gets %d members, %d messages, %d cursors", len(sync.Members), len(sync.Messages), len(sync.Cursors))
	}
	seen := map[int64]bool{}
	for after := int64(0); ; {
		var page chat.MemberPage
		b.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/members?limit=100&after=%d", group.ID, after), nil, &page)
		for _, m := range page.Members {
			seen[m.PersonID], after = true, m.PersonID
		}
		if !page.More {
			break
		}
	}
	if len(seen) != 152 {
		t.Fatalf("%d members by paging", len(seen))
	}
}

// crowd makes agents of the site the short way; the first can sign in.
func crowd(t testing.TB, p *apptest.Product, n int) []int64 {
	t.Helper()
	var out []int64
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		out = nil
		for i := range n {
			person := int64(1000 + i)
			out = append(out, person)
			err := tx.Do(ctx, `INSERT INTO people (id, kind, name, email, password_hash, created_at)
				SELECT ?, 'member', ?, ?, password_hash, created_at FROM people WHERE password_hash <> '' LIMIT 1`,
				person, fmt.Sprint("Crowd ", i), fmt.Sprintf("crowd%d@example.com", i))
			if err != nil {
				return err
			}
			if err := tx.Do(ctx, `INSERT INTO roles (site_id, person_id, role) VALUES (?, ?, 'agent')`, p.Site.ID, person); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNobodySeesWhatWasSaidWhileHeWasOut(t *testing.T) {
	p := apptest.New(t)
	a, b := p.Agent("Ann", 1), p.Agent("Bob", 1)
	group := found(t, p, a, "Team", b).ID
	early := a.Write(group, "early")
	before := b.Connect()
	known := before.Sync.Conversations[0]
	before.Cut()
	a.OK("DELETE", memberAt(group, b), nil, nil)
	const secret = "while you were out"
	meant := a.Write(group, secret)
	b.Refused("GET", messagesAt(group), nil, 404)
	add(a, group, b)
	after := a.Write(group, "welcome back")

	req := chat.SyncRequest{Epoch: before.Init.Epoch, Known: map[int64]chat.Known{group: {known.Version, 0}}}
	back := b.Resume(req)
	now := back.Sync.Conversations[0]
	if !now.Reset || len(now.Messages) != 2 || now.Messages[0].Body.Key != "group.added" || now.Messages[1].ID != after.ID {
		t.Fatalf("back with %+v", now)
	}
	a.OK("PATCH", editAt(meant), editing("edit-0001", secret+"!"), nil)
	a.OK("POST", recallAt(early), nil, nil)
	var versions []int64
	for _, e := range back.Drain() {
		if strings.Contains(string(e.Data), secret) || e.Type == "message" {
			t.Fatalf("heard %s", e.Data)
		}
		if e.Type == "version" {
			versions = append(versions, e.Version)
		}
	}
	if !slices.Equal(versions, []int64{now.Version + 1, now.Version + 2}) {
		t.Fatalf("versions %v after %d", versions, now.Version)
	}
	b.Refused("GET", editAt(meant)+"/edits", nil, 404)
	b.Refused("POST", messagesAt(group), answering(p, meant.Seq, "what?"), 400)
}

// TestWindowsHoldWhileEverybodyComesGoesAndSpeaks: whatever the order was, each member has exactly what was
// said in his window.
func TestWindowsHoldWhileEverybodyComesGoesAndSpeaks(t *testing.T) {
	p := apptest.New(t)
	a, b, c := p.Agent("Ann", 1), p.Agent("Bob", 1), p.Agent("Cem", 1)
	group := found(t, p, a, "Team", b, c).ID
	ear := b.Connect()
	var wg sync.WaitGroup
	for _, by := range ids(a, c) {
		wg.Go(func() {
			for i := range 40 {
				d := chat.Draft{ClientMsgID: fmt.Sprintf("race-%d-%d", by, i), Type: chat.Text, Body: chat.Body{Text: "x"}}
				if _, err := p.Chat.Send(t.Context(), by, group, d); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 10 {
			if err := p.Chat.Leave(t.Context(), b.ID, group); err != nil {
				t.Error(err)
			}
			if _, err := p.Chat.Invite(t.Context(), a.ID, group, ids(b)); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for i := range 20 {
			d := chat.Draft{ClientMsgID: fmt.Sprintf("race-%d-%d", b.ID, i), Type: chat.Text, Body: chat.Body{Text: "mine"}}
			if _, err := p.Chat.Send(t.Context(), b.ID, group, d); err != nil && !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	var page, all chat.MessagePage
	b.OK("GET", messagesAt(group)+"?limit=200", nil, &page)
	a.OK("GET", messagesAt(group)+"?limit=200", nil, &all)
	windows := map[int64]bool{} // seq -> whether b was in when it was said
	in := true
	for _, m := range all.Messages {
		switch m.Body.Key {
		case "group.left":
			in = false
		case "group.added":
			in = true
		}
		windows[m.Seq] = in
		if m.SenderID == b.ID && !in {
			t.Errorf("seq %d was said by somebody who was out", m.Seq)
		}
	}
	for _, e := range ear.Drain() {
		var m chat.Message
		if e.Type == "message" && json.Unmarshal(e.Data, &m) == nil && !windows[m.Seq] {
			t.Errorf("seq %d reached somebody who was out", m.Seq)
		}
	}
	joined := slices.IndexFunc(all.Messages, func(m chat.Message) bool { return m.Seq == page.Messages[0].Seq })
	if page.Messages[0].Body.Key != "group.added" || len(page.Messages) != len(all.Messages)-joined {
		t.Fatalf("reads from %+v, %d of %d", page.Messages[0], len(page.Messages), len(all.Messages))
	}
}

func TestOlderConversationsComeByPaging(t *testing.T) {
	p := apptest.New(t)
	a, b := p.Agent("Ann", 1), p.Agent("Bob", 1)
	var want []int64
	for i := range 7 {
		g := found(t, p, a, fmt.Sprint("Team ", i), b).ID
		b.Write(g, fmt.Sprint("in ", i))
		want = append([]int64{g}, want...)
	}
	var got []int64
	for before := ""; ; {
		var page chat.ConversationPage
		a.OK("GET", "/api/chat/conversations?limit=3&before="+before, nil, &page)
		for _, c := range page.Conversations {
			if !c.Reset || len(c.Messages) != 2 || len(c.Members) != 2 || len(page.People) != 2 {
				t.Fatalf("page with %+v", c)
			}
			got = append(got, c.ID)
		}
		if before = page.Next; before == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	a.Refused("GET", "/api/chat/conversations?before=yesterday", nil, 400)
}
