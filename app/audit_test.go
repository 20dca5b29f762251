package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/audit"
)

func auditPath(p *apptest.Product, query string) string {
	return fmt.Sprintf("/api/admin/sites/%d/audit%s", p.Site.ID, query)
}

func acts(p *apptest.Product, query string) []audit.Act {
	var page audit.Page
	p.Owner().OK("GET", auditPath(p, query), nil, &page)
	return page.Acts
}

// TestEveryRouteOfTheBackOfficeWritesDownItsAct walks the back office's changing routes with what the matrix asks of
// them; where that is refused to an owner, ways says how it is done.
func TestEveryRouteOfTheBackOfficeWritesDownItsAct(t *testing.T) {
	w := newWorld(t)
	var invited struct {
		Agent struct{ Person struct{ ID int64 } }
	}
	w.owner.OK("POST", fmt.Sprintf("/api/admin/sites/%d/agents", w.p.Site.ID), `{"email":"late@example.com","name":"Late","role":"agent"}`, &invited)
	ways := map[string]string{
		"POST /api/admin/sites/{id}/agents/{person}/invitation": fmt.Sprintf("/api/admin/sites/%d/agents/%d/invitation", w.p.Site.ID, invited.Agent.Person.ID),
	}
	elsewhere := map[string]bool{ // without a mail server they are refused; app/notify shows their acts
		"POST /api/admin/mail/test": true, "POST /api/admin/mail/{id}/retry": true,
		"POST /api/admin/sites/{id}/try": true, // it changes nothing
		// about what the world has not got; app/contacts makes it
		"POST /api/admin/groups/requests/{id}": true, "POST /api/admin/groups/{id}/dissolve": true, "PATCH /api/admin/reports/{id}": true, "PATCH /api/admin/groups/{id}": true,
		"PUT /api/admin/groups/{id}/members/{person}/mute": true, "POST /api/admin/groups/{id}/members/{person}/remove": true, "PATCH /api/admin/members/{person}": true,
		"PUT /api/admin/report-categories": true, "PUT /api/admin/categories": true, "PATCH /api/admin/categories/{id}": true, "DELETE /api/admin/categories/{id}": true,
		"PUT /api/admin/sites/{id}/faq/order": true, // it names every question; app/faq shows its act
	}
	beside := map[string]bool{ // what is administrative of a room's own routes
		"POST /api/desk/canned": true, "PATCH /api/desk/canned/{id}": true, "DELETE /api/desk/canned/{id}": true, "PUT /api/desk/visitors/{id}/block": true, "PUT /api/desk/visitors/{id}/vip": true,
	}
	for i, row := range matrix {
		method, path, _ := strings.Cut(row.route, " ")
		if method == http.MethodGet || elsewhere[row.route] || !strings.HasPrefix(path, "/api/admin/") && !beside[row.route] {
			continue
		}
		if way := ways[row.route]; way != "" {
			path = way
		} else if row.path != nil {
			id, _ := strings.CutPrefix(row.path(w), "{id}=")
			path = strings.NewReplacer("{id}", id, "{person}", fmt.Sprint(w.apprentice.ID), "{block}", fmt.Sprint(w.block), "{entry}", fmt.Sprint(w.entry), "{unknown}", fmt.Sprint(w.unknown)).Replace(path)
		}
		var body any
		if row.body != "" {
			body = strings.ReplaceAll(row.body, "%s", fmt.Sprintf("act-%d", i))
		}
		if row.route == "POST /api/desk/canned" {
			body = fmt.Sprintf(`{"site_id":%d,"shortcut":"act","text":"x","scope":"site"}`, w.p.Site.ID)
		}
		before := acts(w.p, "")
		if r := w.owner.Do(method, path, body); r.Status >= 300 {
			t.Errorf("%s: %d %s: say in ways how an owner does it", row.route, r.Status, r.Body)
			continue
		}
		after := acts(w.p, "")
		if len(after) != len(before)+1 {
			t.Errorf("%s left %d rows in the audit log, want 1 (audit.Log.WriteTx in its write)", row.route, len(after)-len(before))
			continue
		}
		if a := after[0]; a.Person.ID != w.owner.ID || a.Person.Name != "Owner" || a.Action == "" || a.Address != "127.0.0.1" || a.TargetID == 0 && a.Target == "" && a.SiteID != 0 {
			t.Errorf("%s left %+v", row.route, a)
		}
	}
}

func TestAnActSaysWhatChanged(t *testing.T) {
	p := apptest.New(t)
	owner, mei := p.Owner(), p.Agent("Mei", 5)
	agent := fmt.Sprintf("/api/admin/sites/%d/agents/%d", p.Site.ID, mei.ID)
	owner.OK("PATCH", agent, `{"role":"supervisor","cap":7}`, nil)
	a := acts(p, "")[0]
	if a.Action != "agent.update" || a.TargetID != mei.ID || a.Target != "Mei" || a.SiteID != p.Site.ID || fmt.Sprint(a.Changes) != "[{cap 5 7} {role agent supervisor}]" {
		t.Fatalf("%+v", a)
	}
	owner.OK("PATCH", fmt.Sprintf("/api/admin/sites/%d", p.Site.ID), `{"accent":"#112233","domains":["a.example","b.example"]}`, nil)
	if a = acts(p, "")[0]; fmt.Sprint(a.Changes) != "[{accent #1f6f5c #112233} {domains  a.example, b.example}]" {
		t.Fatalf("%+v", a)
	}
	owner.OK("PATCH", "/api/admin/settings", `{"chat":{"max_text":100}}`, nil)
	if a = acts(p, "")[0]; a.SiteID != 0 || fmt.Sprint(a.Changes) != "[{chat.max_text 4000 100}]" {
		t.Fatalf("%+v", a)
	}
	if err := p.People.ResetPassword(t.Context(), "owner@example.com", "another long one"); err != nil {
		t.Fatal(err)
	}
	var page audit.Page
	c := p.Anonymous()
	c.OK("POST", "/api/session", `{"email":"owner@example.com","password":"another long one"}`, nil)
	c.OK("GET", auditPath(p, ""), nil, &page)
	if a = page.Acts[0]; a.Action != "owner.reset_password" || a.Person.ID != 0 || len(a.Changes) != 0 {
		t.Fatalf("%+v", a)
	}
	for _, a := range page.Acts {
		if strings.Contains(fmt.Sprint(a), "another long one") || strings.Contains(fmt.Sprint(a), "argon2") {
			t.Fatalf("a secret: %+v", a)
		}
	}
}

func TestARefusedActLeavesNoRow(t *testing.T) {
	p := apptest.New(t)
	owner, mei := p.Owner(), p.Agent("Mei", 5)
	before := len(acts(p, ""))
	owner.Refused("POST", fmt.Sprintf("/api/admin/sites/%d/agents", p.Site.ID), `{"email":"owner@example.com","name":"x","role":"agent"}`, 409)
	owner.Refused("PATCH", fmt.Sprintf("/api/admin/sites/%d/agents/%d", p.Site.ID, owner.ID), `{"cap":3,"role":"agent"}`, 409)
	mei.Refused("PATCH", fmt.Sprintf("/api/admin/sites/%d", p.Site.ID), `{"name":"x"}`, 404)
	if after := len(acts(p, "")); after != before {
		t.Fatalf("%d rows more", after-before)
	}
}

func TestTheLogIsReadByFilterAndPage(t *testing.T) {
	p := apptest.New(t)
	second := p.Agent("Mei", 5)
	p.Owner().OK("PATCH", fmt.Sprintf("/api/admin/sites/%d/agents/%d", p.Site.ID, second.ID), `{"role":"owner"}`, nil)
	for i := range 5 {
		second.OK("PATCH", fmt.Sprintf("/api/admin/sites/%d", p.Site.ID), fmt.Sprintf(`{"name":"Name %d"}`, i), nil)
	}
	if got := acts(p, "?action=site.update"); len(got) != 5 {
		t.Fatalf("%+v", got)
	}
	if got := acts(p, "?action=agent"); len(got) != 3 { // invited, cap, role
		t.Fatalf("%+v", got)
	}
	if got := acts(p, "?action=sit"); len(got) != 0 {
		t.Fatalf("half a word finds %+v", got)
	}
	mine := acts(p, fmt.Sprintf("?person=%d", second.ID))
	if len(mine) != 5 || mine[0].Changes[0].New != "Name 4" {
		t.Fatalf("%+v", mine)
	}
	var page audit.Page
	p.Owner().OK("GET", auditPath(p, fmt.Sprintf("?person=%d&limit=2&before=%d", second.ID, mine[1].ID)), nil, &page)
	if len(page.Acts) != 2 || !page.More || page.Acts[0].ID != mine[2].ID {
		t.Fatalf("%+v", page)
	}
	if got := acts(p, "?from=2020-01-01T00:00:00Z&to=2024-01-02T00:00:00Z"); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	if got := acts(p, "?from=2024-01-02T00:00:00%2B08:00"); len(got) != len(acts(p, "")) {
		t.Fatalf("%+v", got)
	}
	p.Owner().Refused("GET", auditPath(p, "?from=yesterday"), nil, 400)
}
