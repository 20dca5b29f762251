package people_test

import (
	"strings"
	"testing"
	"time"

	"ichat/app/fault"
	"ichat/app/people"
)

func (w *world) setupToken() string {
	w.t.Helper()
	token, needed, err := w.people.SetupLink(w.t.Context())
	if err != nil || !needed || token == "" {
		w.t.Fatalf("token %q, needed %v, %v", token, needed, err)
	}
	return token
}

func setup(token, email string) string {
	return `{"token":"` + token + `","name":" Olive\u202e Owner ","email":"` + email + `","password":"` + password + `","site_name":"Quiet Leaf"}`
}

func TestTheSetupLinkMakesTheOwnerOnce(t *testing.T) {
	w := newWorld(t)
	token := w.setupToken()
	var s people.Session
	a := w.ask("", "POST", "/api/setup", setup(token, "Owner@Shop.example")).must(200)
	a.into(&s)
	if s.Person.Name != "Olive Owner" || s.Email != "owner@shop.example" || len(s.Roles) != 1 || s.Roles[0] != (people.Role{SiteID: w.site.ID, SiteName: "Quiet Leaf", Role: "owner"}) {
		t.Fatalf("%+v", s)
	}
	w.ask(a.token(), "GET", w.agents(), "").must(200, `"role":"owner"`, `"invited":false`)
	w.ask("", "POST", "/api/setup", setup(token, "second@shop.example")).must(404)
	if _, needed, err := w.people.SetupLink(t.Context()); needed || err != nil {
		t.Fatalf("needed %v, %v", needed, err)
	}
	w.ask("", "GET", "/api/look?site="+w.site.Key, "").must(200, "Quiet Leaf")
}

func TestAWrongLateOrOlderSetupLinkIsRefused(t *testing.T) {
	w := newWorld(t)
	w.ask("", "POST", "/api/setup", setup("wrong", "o@shop.example")).must(404, "link not found")
	older := w.setupToken()
	newer := w.setupToken() // the next start of the server
	w.ask("", "POST", "/api/setup", setup(older, "o@shop.example")).must(404)
	w.ask("", "POST", "/api/invitations/accept", `{"token":"`+newer+`","name":"O","password":"`+password+`"}`).must(404)
	w.pass(25 * time.Hour)
	w.ask("", "POST", "/api/setup", setup(newer, "o@shop.example")).must(404)
}

func TestSetupIsOverWhenAnOwnerExists(t *testing.T) {
	w := newWorld(t)
	token := w.setupToken()
	w.owner("owner@shop.example")
	w.ask("", "POST", "/api/setup", setup(token, "o@shop.example")).must(409, "has an owner already")
}

func TestOneOfManySetupsAtOnceWins(t *testing.T) {
	w := newWorld(t)
	token := w.setupToken()
	counts := atOnce(t, 20, func(i int) (answer, error) {
		return w.send("", "POST", "/api/setup", setup(token, "o"+strings.Repeat("x", i)+"@shop.example"))
	})
	if counts[200] != 1 || counts[404]+counts[409] != 19 {
		t.Fatalf("answers %v", counts)
	}
	var owners int
	if err := w.db.R.NewRaw(`SELECT COUNT(*) FROM people`).Scan(t.Context(), &owners); err != nil || owners != 1 {
		t.Fatalf("%d people, %v", owners, err)
	}
}

func TestAnOwnerMadeWrongNamesEveryField(t *testing.T) {
	w := newWorld(t)
	_, err := w.people.CreateOwner(t.Context(), "owner at shop", "\u200b", "short")
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 3 {
		t.Fatalf("got %v", err)
	}
	for _, email := range []string{"", "a@b@c", "Olive <o@shop.example>", "o@shop.example, p@shop.example", "o\u202e@shop.example", "\"o p\"@shop.example", strings.Repeat("o", 250) + "@shop.example"} {
		if _, err := w.people.CreateOwner(t.Context(), email, "Olive", password); !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v", email, err)
		}
	}
	if _, err := w.people.CreateOwner(t.Context(), "o@shop.example", "Olive", strings.Repeat("长", 129)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
	w.owner("o@shop.example")
	if _, err := w.people.CreateOwner(t.Context(), "O@shop.example", "Other", password); !fault.Is(err, fault.Conflict) {
		t.Fatalf("got %v", err)
	}
}
