package contacts_test

import (
	"fmt"
	"slices"
	"testing"

	"ichat/app/apptest"
	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/contacts"
)

func counts(office *apptest.Client) (n contacts.OfficeCounts) {
	office.OK("GET", "/api/admin/waiting", nil, &n)
	return n
}

func inOffice(group int64, rest string) string {
	return fmt.Sprintf("/api/admin/groups/%d%s", group, rest)
}

// newest is the latest entry of somebody's box.
func newest(c *apptest.Client) contacts.BoxItem {
	var box contacts.BoxPage
	c.OK("GET", "/api/im/box", nil, &box)
	if len(box.Items) == 0 {
		return contacts.BoxItem{}
	}
	return box.Items[0]
}

func TestTheBackOfficeListsGroupsByPageNameAndState(t *testing.T) {
	p := apptest.New(t)
	office, li := p.Owner(), p.Member("Li Lei")
	var made []chat.Header
	for range 3 {
		made = append(made, makeGroup(p, li, chat.JoinInvite))
	}
	page := func(query string) (list contacts.OfficeGroups) {
		t.Helper()
		office.OK("GET", "/api/admin/groups"+query, nil, &list)
		return list
	}
	first := page("?limit=2")
	if len(first.Groups) != 2 || first.Groups[0].ID != made[2].ID || first.Groups[0].Owner.ID != li.ID || first.Next != made[1].ID {
		t.Fatalf("%+v", first)
	}
	if rest := page(fmt.Sprint("?limit=2&before=", first.Next)); len(rest.Groups) != 1 || rest.Groups[0].ID != made[0].ID || rest.Next != 0 {
		t.Fatalf("%+v", rest)
	}
	office.OK("POST", inOffice(made[0].ID, "/dissolve"), `{"reason":"nobody is there"}`, nil)
	if over := page("?state=dissolved"); len(over.Groups) != 1 || over.Groups[0].ID != made[0].ID || !over.Groups[0].Dissolved {
		t.Fatalf("%+v", over)
	}
	if some := page(fmt.Sprint("?q=", made[1].Number)); len(some.Groups) != 1 || some.Groups[0].ID != made[1].ID {
		t.Fatalf("%+v", some)
	}
	if none := page("?q=nothing%25"); len(none.Groups) != 0 || len(page("?q=HIKE").Groups) != 2 {
		t.Fatalf("%+v", none)
	}
	if b := newest(li); b.Kind != "group_dissolved" || b.About != "Hikers" || b.Text != "nobody is there" {
		t.Fatalf("%+v", b)
	}
	office.Refused("POST", inOffice(made[0].ID, "/dissolve"), `{}`, 409)
	office.Refused("GET", "/api/admin/groups?state=lost", nil, 400)
}

func TestWhatIsDoneToAGroupFromAboveIsToldToItAndItsOwner(t *testing.T) {
	p := apptest.New(t)
	office, li, han := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	g := makeGroup(p, li, chat.JoinOpen, han).ID
	screens := []*screen{look(t, li), look(t, li.Again()), look(t, han)}
	level := func(what string) {
		t.Helper()
		for _, s := range screens {
			s.level(what)
		}
	}
	var edited contacts.OfficeGroup
	office.OK("PATCH", inOffice(g, ""), `{"name":"Walkers","hushed":true,"reason":"too loud"}`, &edited)
	level("edited")
	if edited.Name != "Walkers" || !edited.Hushed || edited.Owner.ID != li.ID {
		t.Fatalf("%+v", edited)
	}
	if b := newest(li); b.Kind != "group_changed" || b.AboutID != g || b.Text != "too loud" || !b.Unread {
		t.Fatalf("%+v", b)
	}
	han.Refused("POST", messages(g), p.Draft("x"), 403)
	office.OK("PATCH", inOffice(g, ""), `{"name":"Walkers"}`, nil) // is so already: nothing to tell
	office.OK("PATCH", inOffice(g, ""), `{"hushed":false}`, nil)
	if a := acts(p, office, "group.edit"); len(a) != 2 || fmt.Sprint(a[1].Changes) != "[{hushed false true} {name Hikers Walkers} {reason  too loud}]" {
		t.Fatalf("%+v", a)
	}
	var members chat.MemberPage
	office.OK("GET", inOffice(g, "/members?limit=1"), nil, &members)
	if len(members.Members) != 1 || !members.More || len(members.People) != 1 {
		t.Fatalf("%+v", members)
	}
	at := inOffice(g, fmt.Sprintf("/members/%d", han.ID))
	office.OK("PUT", at+"/mute", `{"minutes":60,"reason":"cool down"}`, nil)
	level("muted")
	han.Refused("POST", messages(g), p.Draft("x"), 403)
	if his, owners := newest(han), newest(li); his.Kind != "group_muted" || owners.Kind != "group_muted" || owners.From.ID != han.ID || his.Text != "cool down" {
		t.Fatalf("%+v and %+v", his, owners)
	}
	office.OK("PUT", at+"/mute", `{"minutes":0}`, nil)
	han.Write(g, "sorry")
	office.Refused("PUT", inOffice(g, fmt.Sprintf("/members/%d/mute", li.ID)), `{"minutes":1}`, 409) // owns it
	office.OK("POST", at+"/remove", `{"reason":"again"}`, nil)
	level("put out")
	han.Refused("GET", messages(g), nil, 404)
	office.Refused("POST", at+"/remove", `{}`, 404)
	office.Refused("PATCH", inOffice(between(t, li, han), ""), `{"name":"x"}`, 404) // no group
	office.Refused("PATCH", inOffice(g, ""), `{"name":"  "}`, 400)
	for _, action := range []string{"member.mute", "member.unmute", "member.remove"} {
		if a := acts(p, office, action); len(a) != 1 || a[0].TargetID != han.ID || a[0].Target != "Han Mei" {
			t.Fatalf("%s: %+v", action, a)
		}
	}
}

// reported lets somebody report what another one wrote, and finds the report in the back office.
func reported(t *testing.T, office, by *apptest.Client, m chat.Message) contacts.Report {
	t.Helper()
	in := contacts.Reporting{Person: m.SenderID, ConversationID: m.ConversationID, Seq: m.Seq, Category: "abuse"}
	var made struct{ ID int64 }
	by.OK("POST", "/api/im/reports", in, &made)
	var page contacts.ReportPage
	office.OK("GET", "/api/admin/reports", nil, &page)
	for _, r := range page.Reports {
		if r.ID == made.ID {
			return r
		}
	}
	t.Fatalf("not in %+v", page)
	return contacts.Report{}
}

func TestAVerdictWarnsMutesPutsOutAndDisables(t *testing.T) {
	p := apptest.New(t)
	office, li, han := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	g := makeGroup(p, li, chat.JoinOpen, han).ID
	mine, his := look(t, li), look(t, han)
	r := reported(t, office, li, han.Write(g, "something bad"))
	if r.Group == nil || r.Group.ID != g || !r.Group.Inside || r.Disabled || counts(office).Reports != 1 {
		t.Fatalf("%+v", r)
	}
	at := fmt.Sprint("/api/admin/reports/", r.ID)
	for field, body := range map[string]string{
		"warning":      `{"state":"done","sanctions":["warn"]}`,
		"mute_minutes": `{"state":"done","sanctions":["mute"]}`,
		"sanctions":    `{"state":"open","sanctions":["warn"],"warning":"x"}`,
	} {
		if refused := office.Refused("PATCH", at, body, 400); refused.Fields[field] == "" {
			t.Errorf("%s: %+v", field, refused)
		}
	}
	office.Refused("PATCH", at, `{"state":"done","sanctions":["hang"]}`, 400)
	var done contacts.Report
	office.OK("PATCH", at, `{"state":"done","verdict":"thank you","sanctions":["mute","warn"],"mute_minutes":60,"warning":"be kind"}`, &done)
	mine.level("judged")
	his.level("judged")
	if done.State != "done" || !slices.Equal(done.Sanctions, []string{"mute", "warn"}) || done.DoneBy.ID != office.ID || counts(office).Reports != 0 {
		t.Fatalf("%+v", done)
	}
	han.Refused("POST", messages(g), p.Draft("x"), 403)
	if b := newest(han); b.Kind != "warned" || b.Text != "be kind" || b.From.ID != 0 {
		t.Fatalf("%+v", b)
	}
	if b := newest(li); b.Kind != "report_done" || b.Text != "thank you" || b.About != "mute,warn" || b.From.ID != han.ID {
		t.Fatalf("%+v", b)
	}
	told := len(boxOf(li))
	office.OK("PATCH", at, `{"state":"done","verdict":"thank you","sanctions":["remove","disable"]}`, &done) // what was not enough
	if len(boxOf(li)) != told+1 || !slices.Equal(done.Sanctions, []string{"disable", "mute", "remove", "warn"}) || !done.Disabled || done.Group.Inside {
		t.Fatalf("%+v, told %+v", done, boxOf(li))
	} // one more, for the owner of the group: who reported is told once
	if code := his.socket.WaitClosed(); code != 4401 {
		t.Fatalf("closed with %d", code)
	}
	han.Refused("GET", "/api/im", nil, 401)
	p.Anonymous().Refused("POST", "/api/session", map[string]string{"name": "Han Mei", "password": apptest.Password}, 401)
	office.Refused("PATCH", at, `{"state":"done","sanctions":["remove"]}`, 409) // not in it any more
	for _, action := range []string{"member.warn", "member.mute", "member.remove", "member.disable"} {
		if a := acts(p, office, action); len(a) != 1 || a[0].TargetID != han.ID || a[0].Person.ID != office.ID {
			t.Fatalf("%s: %+v", action, a)
		}
	}
	if a := acts(p, office, "report.judge"); len(a) != 2 || !slices.Contains(a[1].Changes, audit.Change{Field: "sanctions", New: "mute,warn"}) {
		t.Fatalf("%+v", a)
	}
	office.OK("PATCH", fmt.Sprint("/api/admin/members/", han.ID), `{"disabled":false,"reason":"asked nicely"}`, nil)
	p.Anonymous().OK("POST", "/api/session", map[string]string{"name": "Han Mei", "password": apptest.Password}, nil)
	if a := acts(p, office, "member.enable"); len(a) != 1 {
		t.Fatalf("%+v", a)
	}
}

func TestWhoWorksHereIsNotDisabledAsAMember(t *testing.T) {
	p := apptest.New(t)
	office, mei, li := p.Owner(), p.Agent("Mei", 5), p.Member("Li Lei")
	start(mei)
	office.Refused("PATCH", fmt.Sprint("/api/admin/members/", mei.ID), `{"disabled":true}`, 409)
	office.Refused("PATCH", "/api/admin/members/99", `{"disabled":true}`, 404)
	li.Refused("PATCH", fmt.Sprint("/api/admin/members/", li.ID), `{"disabled":true}`, 404)
	start(mei)
}

func boxOf(c *apptest.Client) []contacts.BoxItem {
	var box contacts.BoxPage
	c.OK("GET", "/api/im/box?limit=100", nil, &box)
	return box.Items
}

func TestWhoRunsTheServerIsToldThatMoreOrLessWaits(t *testing.T) {
	p := apptest.New(t)
	office, li, han := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei")
	office.OK("PATCH", "/api/admin/settings", `{"members":{"approval":true}}`, nil)
	screen, his := office.Connect(), li.Connect()
	told := func(what string, want contacts.OfficeCounts) {
		t.Helper()
		screen.Wait("waiting", nil)
		if n := counts(office); n != want {
			t.Fatalf("%s: %+v", what, n)
		}
	}
	var made contacts.MadeGroup
	li.OK("POST", "/api/im/groups", contacts.NewGroup{ClientID: "the hikers", Name: "Hikers"}, &made)
	told("asked", contacts.OfficeCounts{Groups: 1})
	office.OK("POST", fmt.Sprint("/api/admin/groups/requests/", made.Request.ID), `{"approve":true}`, nil)
	told("approved", contacts.OfficeCounts{})
	var report struct{ ID int64 }
	han.OK("POST", "/api/im/reports", contacts.Reporting{Person: li.ID, Category: "spam"}, &report)
	told("reported", contacts.OfficeCounts{Reports: 1})
	office.OK("PATCH", fmt.Sprint("/api/admin/reports/", report.ID), `{"state":"done"}`, nil)
	told("judged", contacts.OfficeCounts{})
	if slices.ContainsFunc(his.Drain(), func(e apptest.Event) bool { return e.Type == "waiting" }) {
		t.Fatal("a member is told what waits for those who run the server")
	}
}
