package people_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/storage"
)

func TestAnOwnerSignsInAndOut(t *testing.T) {
	w := newWorld(t)
	_, who := w.owner("Owner@Shop.Example")
	a := w.signIn(" OWNER@shop.example ").must(200, `"email":"owner@shop.example"`, `"role":"owner"`, `"site_name":"My site"`, `"kind":"member"`)
	set := a.header.Get("Set-Cookie")
	for _, flag := range []string{"sid=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(set, flag) {
			t.Fatalf("%q is missing in %q", flag, set)
		}
	}
	token := a.token()
	var s people.Session
	w.ask(token, "GET", "/api/session", "").must(200).into(&s)
	if s.Person.ID != who.ID || len(s.Roles) != 1 || s.Roles[0].SiteID != w.site.ID {
		t.Fatalf("session %+v", s)
	}
	out := w.ask(token, "DELETE", "/api/session", "").must(204)
	if cleared := out.header.Get("Set-Cookie"); !strings.Contains(cleared, "Max-Age=0") {
		t.Fatalf("the cookie stays: %q", cleared)
	}
	w.ask(token, "GET", "/api/session", "").must(401, `"code":"signed_out"`)
	if !w.sawEnd("session " + id.Hash(token)) {
		t.Fatal("nobody was told that the sign-in ended")
	}
}

func TestAWrongPasswordAndAnUnknownAddressAreAnsweredAlike(t *testing.T) {
	w := newWorld(t)
	w.owner("owner@shop.example")
	var said []string
	for _, body := range []string{
		`{"email":"owner@shop.example","password":"correct house"}`,
		`{"email":"nobody@shop.example","password":"correct horse"}`,
		`{"email":"not an address","password":"correct horse"}`,
		`{"email":"owner@shop.example","password":""}`,
		`{"email":"owner@shop.example","password":"` + strings.Repeat("p", 100_000) + `"}`,
	} {
		a := w.ask("", "POST", "/api/session", body).must(401, "e-mail or password is wrong")
		if a.header.Get("Set-Cookie") != "" {
			t.Fatal("a cookie for nobody")
		}
		head, _, _ := strings.Cut(a.body, `"request_id"`)
		said = append(said, head)
	}
	for _, s := range said {
		if s != said[0] {
			t.Fatalf("answers differ: %q and %q", said[0], s)
		}
	}
}

func TestBodiesWithOtherKeysAreRefused(t *testing.T) {
	w := newWorld(t)
	owner, who := w.owner("owner@shop.example")
	w.ask("", "POST", "/api/session", `{"email":"owner@shop.example","password":"correct horse","role":"owner"}`).must(400, `"role"`)
	w.ask("", "POST", "/api/visitors", `{"site":"`+w.site.Key+`","locale":"en","parent_origin":"","kind":"member"}`).must(400, `"kind"`)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"cap":3,"email":"x@shop.example"}`).must(400, `"email"`)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"Cap":3}`).must(400)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"cap":"3"}`).must(400, `"cap"`)
	w.ask(owner, "POST", w.agents(), `{"email":"a@shop.example","name":"A","role":"agent","password_hash":"x"}`).must(400, `"password_hash"`)
}

func TestASignInLastsWhileItIsUsed(t *testing.T) {
	w := newWorld(t)
	token, _ := w.owner("owner@shop.example")
	for range 3 { // each visit within the 30 days begins them anew
		w.pass(29 * 24 * time.Hour)
		w.ask(token, "GET", "/api/session", "").must(200)
	}
	w.pass(31 * 24 * time.Hour)
	w.ask(token, "GET", "/api/session", "").must(401)
}

func TestAUsedSignInIsWrittenDownOnceADay(t *testing.T) {
	w := newWorld(t)
	token, _ := w.owner("owner@shop.example")
	ends := func() (at time.Time) {
		t.Helper()
		if err := w.db.R.NewRaw(`SELECT expires_at FROM sessions WHERE token_hash = ?`, id.Hash(token)).Scan(t.Context(), &at); err != nil {
			t.Fatal(err)
		}
		return at.UTC()
	}
	first := ends()
	w.pass(23 * time.Hour)
	w.ask(token, "GET", "/api/session", "").must(200)
	if !ends().Equal(first) {
		t.Fatal("written twice within a day")
	}
	w.pass(2 * time.Hour)
	w.ask(token, "GET", "/api/session", "").must(200)
	if !ends().Equal(first.Add(25 * time.Hour)) {
		t.Fatalf("ends %v, want 25 hours after %v", ends(), first)
	}
}

func TestExpiredSignInsAreRemovedAndTheirSocketsEnd(t *testing.T) {
	w := newWorld(t)
	old, who := w.owner("owner@shop.example")
	w.pass(20 * 24 * time.Hour)
	young := w.signIn("owner@shop.example").must(200).token()
	err := w.db.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		for range 1200 { // more than two slices
			if _, err := tx.NewRaw(`INSERT INTO sessions (token_hash, person_id, created_at, expires_at) VALUES (?, ?, ?, ?)`,
				id.Token(), who.ID, w.now(), w.now().Add(time.Hour)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.pass(15 * 24 * time.Hour)
	if err := w.people.ExpireSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.db.R.NewRaw(`SELECT COUNT(*) FROM sessions`).Scan(t.Context(), &left); err != nil || left != 1 {
		t.Fatalf("%d sign-ins are left, %v", left, err)
	}
	if !w.sawEnd("session "+id.Hash(old)) || w.sawEnd(id.Hash(young)) {
		t.Fatal("the wrong sockets were ended")
	}
	w.ask(young, "GET", "/api/session", "").must(200)
}

func TestARevokedOrInventedTokenIsSignedOut(t *testing.T) {
	w := newWorld(t)
	token, _ := w.owner("owner@shop.example")
	if err := w.people.ResetPassword(t.Context(), "OWNER@shop.example", "another horse"); err != nil {
		t.Fatal(err)
	}
	w.ask(token, "GET", "/api/session", "").must(401)
	w.signIn("owner@shop.example").must(401)
	w.ask("", "POST", "/api/session", `{"email":"owner@shop.example","password":"another horse"}`).must(200)
	for _, invented := range []string{"x", id.Token(), id.Hash(token), strings.Repeat("x", 5000)} {
		w.ask(invented, "GET", "/api/session", "").must(401)
	}
	if err := w.people.ResetPassword(t.Context(), "nobody@shop.example", "another horse"); !fault.Is(err, fault.NotFound) {
		t.Fatalf("got %v", err)
	}
	if err := w.people.ResetPassword(t.Context(), "owner@shop.example", "short"); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
}

func TestTokensAndPasswordsAreNotInTheDatabase(t *testing.T) {
	w := newWorld(t)
	token, _ := w.owner("owner@shop.example")
	var hash string
	if err := w.db.R.NewRaw(`SELECT password_hash FROM people WHERE email = 'owner@shop.example'`).Scan(t.Context(), &hash); err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q %v", hash, err)
	}
	var n int
	if err := w.db.R.NewRaw(`SELECT COUNT(*) FROM sessions WHERE token_hash = ?`, token).Scan(t.Context(), &n); err != nil || n != 0 {
		t.Fatalf("the token is stored as it is: %d %v", n, err)
	}
}

func TestAVisitorComesAndComesBack(t *testing.T) {
	w := newWorld(t)
	w.allow(`["https://shop.example"]`)
	var v people.VisitorSession
	w.ask("", "POST", "/api/visitors", `{"site":"`+w.site.Key+`","locale":"zh-Hans-CN","parent_origin":"https://shop.example"}`).must(200).into(&v)
	if v.Token == "" || v.Person.Kind != "visitor" || v.Site.Key != w.site.Key || v.Epoch != "epoch-1" {
		t.Fatalf("%+v", v)
	}
	w.pass(300 * 24 * time.Hour)
	var back people.VisitorSession
	w.ask(v.Token, "GET", "/api/visitors/me", "").must(200, `"token":""`).into(&back)
	if back.Person != v.Person || back.Site != v.Site {
		t.Fatalf("%+v came back as %+v", v, back)
	}
	w.ask(v.Token, "GET", "/api/session", "").must(200, `"roles":[]`, `"locale":"zh-CN"`)
	w.ask(v.Token, "GET", w.agents(), "").must(403)
	owner, _ := w.owner("owner@shop.example")
	w.ask(owner, "GET", "/api/visitors/me", "").must(403)
}

func TestAVisitorOfNowhereIsRefused(t *testing.T) {
	w := newWorld(t)
	w.allow(`["https://shop.example"]`)
	arrive := func(key, parent string) answer {
		return w.ask("", "POST", "/api/visitors", `{"site":"`+key+`","locale":"en","parent_origin":"`+parent+`"}`)
	}
	arrive("unknown", "https://shop.example").must(404, "site not found")
	arrive("", "https://shop.example").must(404)
	for _, foreign := range []string{"https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null", "shop.example", "https://shop.example:444"} {
		arrive(w.site.Key, foreign).must(403, "parent_origin")
	}
	for _, own := range []string{"https://shop.example", w.url, ""} {
		arrive(w.site.Key, own).must(200)
	}
}

// allow sets the site's domains, as its owner.
func (w *world) allow(domains string) {
	w.t.Helper()
	owner, _ := w.owner("domains@shop.example")
	w.ask(owner, "PATCH", strings.TrimSuffix(w.agents(), "/agents"), `{"domains":`+domains+`}`).must(200)
}
