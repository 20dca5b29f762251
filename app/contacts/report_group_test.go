package contacts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/contacts"
)

type reportCategoryList struct{ Categories []contacts.ReportCategory }

func (l reportCategoryList) codes() (codes []string) {
	for _, c := range l.Categories {
		codes = append(codes, c.Code)
	}
	return codes
}

func TestWhatReportsMayBeAboutIsKeptInTheBackOffice(t *testing.T) {
	const path = "/api/admin/report-categories"
	p := apptest.New(t)
	office, li, han := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei")
	var list, chosen reportCategoryList
	li.OK("GET", "/api/im/report-categories", nil, &list)
	if !slices.Equal(list.codes(), []string{"spam", "fraud", "abuse", "sexual", "violence", "illegal", "impersonation", "other"}) {
		t.Fatalf("%+v", list)
	}
	office.OK("POST", path, `{"name":"Gambling","name_zh":"赌博"}`, &list)
	added := list.Categories[8]
	if added.Name != "Gambling" || added.NameZH != "赌博" || added.Code != fmt.Sprint(added.ID) {
		t.Fatalf("%+v", added)
	}
	for body, status := range map[string]int{`{"name":""}`: 400, `{"name":"` + strings.Repeat("字", 25) + `"}`: 400, `{"name":"gambling"}`: 409, `{"name":"a\u0000"}`: 400} {
		office.Refused("POST", path, body, status)
	}
	office.OK("PATCH", fmt.Sprint(path, "/1"), `{"name":"Adverts"}`, &list)
	office.OK("PATCH", fmt.Sprint(path, "/1"), `{"name":""}`, &list) // its own words again
	if list.Categories[0].Name != "" || list.Categories[0].Code != "spam" {
		t.Fatalf("%+v", list)
	}
	office.Refused("PATCH", fmt.Sprint(path, "/", added.ID), `{"name":""}`, 400)
	office.Refused("PATCH", fmt.Sprint(path, "/77"), `{"name":"x"}`, 404)
	office.OK("PATCH", fmt.Sprint(path, "/2"), `{"hidden":true}`, &list)
	order := []int64{added.ID, 1, 2, 3, 4, 5, 6, 7, 8}
	office.OK("PUT", path, map[string]any{"order": order}, &list)
	office.Refused("PUT", path, map[string]any{"order": order[1:]}, 409)
	office.Refused("PUT", path, map[string]any{"order": []int64{1, 1, 2, 3, 4, 5, 6, 7, 8}}, 409)
	li.OK("GET", "/api/im/report-categories", nil, &chosen)
	if got := chosen.codes(); got[0] != added.Code || slices.Contains(got, "fraud") || len(list.Categories) != 9 || !list.Categories[2].Hidden {
		t.Fatalf("%v %+v", got, list)
	}
	for _, code := range []string{"fraud", "nonsense", "\u200b"} {
		if r := li.Refused("POST", "/api/im/reports", contacts.Reporting{Person: han.ID, Category: code}, 400); r.Fields["category"] == "" {
			t.Errorf("%q: %+v", code, r)
		}
	}
	li.OK("POST", "/api/im/reports", contacts.Reporting{Person: han.ID, Category: added.Code}, nil)
	for id := range int64(7) {
		office.OK("PATCH", fmt.Sprint(path, "/", id+1), `{"hidden":true}`, nil)
	}
	office.OK("PATCH", fmt.Sprint(path, "/8"), `{"hidden":true}`, nil)
	office.Refused("PATCH", fmt.Sprint(path, "/", added.ID), `{"hidden":true}`, 409) // one stays
	li.Refused("GET", path, nil, 404)
}

func reportsIn(office *apptest.Client) []contacts.Report {
	var page contacts.ReportPage
	office.OK("GET", "/api/admin/reports", nil, &page)
	return page.Reports
}

func TestAGroupIsReportedWithWhatTheReporterSees(t *testing.T) {
	p := apptest.New(t)
	office, li, han, wu := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	g := makeGroup(p, li, chat.JoinOpen)
	li.OK("PATCH", groupAt(g.ID, ""), `{"notice":"buy here"}`, nil)
	li.Write(g.ID, "before she came")
	han.OK("POST", imGroup(g.ID, "/join"), `{}`, nil)
	li.Write(g.ID, "cheap things")
	var e contacts.GroupEvidence
	han.OK("GET", imGroup(g.ID, "/evidence"), nil, &e)
	if e.Group.Name != "Hikers" || e.Group.Notice != "buy here" || e.Group.About != "up and down" || e.Group.Members != 2 || len(e.Said) != 1 || e.Said[0].Text != "cheap things" || e.Said[0].Name != "Li Lei" {
		t.Fatalf("%+v", e)
	}
	wu.OK("GET", imGroup(g.ID, "/evidence"), nil, &e)
	if e.Group.Name != "Hikers" || e.Group.Notice != "" || len(e.Said) != 0 {
		t.Fatalf("who is not in sees %+v", e)
	}
	li.Refused("POST", "/api/im/reports", contacts.Reporting{ConversationID: g.ID, Category: "spam"}, 400) // his own
	han.Refused("POST", "/api/im/reports", contacts.Reporting{Category: "spam"}, 404)
	han.Refused("POST", "/api/im/reports", contacts.Reporting{ConversationID: 7, Category: "spam"}, 404)
	secret := makeGroup(p, li, chat.JoinInvite)
	wu.Refused("POST", "/api/im/reports", contacts.Reporting{ConversationID: secret.ID, Category: "spam"}, 404)

	han.OK("POST", "/api/im/reports", contacts.Reporting{ConversationID: g.ID, Category: "spam", Text: "a shop"}, nil)
	li.OK("PATCH", groupAt(g.ID, ""), `{"name":"Nice people","notice":""}`, nil) // the report keeps what it was
	r := reportsIn(office)[0]
	if r.Person.ID != 0 || r.Subject == nil || r.Subject.Name != "Hikers" || r.Subject.Notice != "buy here" || r.Group == nil || r.Group.Name != "Nice people" || len(r.Evidence) != 1 || r.Text != "a shop" {
		t.Fatalf("%+v", r)
	}
	for _, sanction := range []string{"mute", "remove", "disable"} {
		if refused := office.Refused("PATCH", fmt.Sprint("/api/admin/reports/", r.ID), map[string]any{"state": "done", "sanctions": []string{sanction}, "mute_minutes": 5}, 400); refused.Fields["sanctions"] == "" {
			t.Errorf("%s: %+v", sanction, refused)
		}
	}
}

func TestAVerdictHushesAGroupWarnsItsOwnerAndDissolvesIt(t *testing.T) {
	p := apptest.New(t)
	office, li, han := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei")
	g := makeGroup(p, li, chat.JoinOpen)
	han.OK("POST", imGroup(g.ID, "/join"), `{}`, nil)
	s := look(t, han)
	report := func() contacts.Report {
		t.Helper()
		han.OK("POST", "/api/im/reports", contacts.Reporting{ConversationID: g.ID, Category: "fraud"}, nil)
		return reportsIn(office)[0]
	}
	judge := func(r contacts.Report, body string) (out contacts.Report) {
		t.Helper()
		office.OK("PATCH", fmt.Sprint("/api/admin/reports/", r.ID), body, &out)
		return out
	}
	r := judge(report(), `{"state":"done","sanctions":["hush","warn"],"warning":"no shops here","verdict":"thank you"}`)
	if !slices.Equal(r.Sanctions, []string{"hush", "warn"}) || r.State != "done" {
		t.Fatalf("%+v", r)
	}
	s.level("hushed")
	han.Refused("POST", messages(g.ID), p.Draft("x"), 403)
	if item := newest(han); item.Kind != "report_done" || item.Text != "thank you" || item.About != "hush,warn" {
		t.Fatalf("%+v", item)
	}
	if item := newest(li); item.Kind != "warned" || item.Text != "no shops here" || item.About != "Hikers" {
		t.Fatalf("%+v", item)
	}
	judge(report(), `{"state":"done","sanctions":["dissolve"],"warning":"closed"}`)
	s.level("dissolved")
	if item := newest(li); item.Kind != "group_dissolved" || item.Text != "closed" {
		t.Fatalf("%+v", item)
	}
	han.Refused("POST", "/api/im/reports", contacts.Reporting{ConversationID: g.ID, Category: "fraud"}, 409)
	var page audit.Page
	office.OK("GET", fmt.Sprintf("/api/admin/sites/%d/audit", p.Site.ID), nil, &page)
	var actions []string
	for _, a := range page.Acts {
		actions = append(actions, a.Action)
	}
	if !slices.Equal(actions[:5], []string{"report.judge", "group.dissolve", "report.judge", "member.warn", "group.edit"}) {
		t.Fatal(actions)
	}
}
