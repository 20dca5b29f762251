package sites_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/sites"
	"ichat/app/web"
	"ichat/storage"
	"ichat/storage/storagetest"
)

const loader = `window.ichat=("__ICHAT_LOOK__");`

// world is one server with one site that person 7 owns.
type world struct {
	t     *testing.T
	sites *sites.Service
	db    *storage.DB
	site  sites.Site
	url   string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: storagetest.Test(t)}
	server := web.New(web.Options{})
	server.Authenticate(func(_ context.Context, token string) (web.Caller, error) {
		person, err := strconv.ParseInt(token, 10, 64)
		if err != nil {
			return web.Caller{}, fault.New(fault.SignedOut, "please sign in")
		}
		return web.Caller{Person: person, Kind: "member"}, nil
	})
	w.sites = sites.New(w.db, id.NewSource(1, time.Now), time.Now, audit.New(w.db, id.NewSource(2, time.Now), time.Now, web.AddressOf),
		sites.Files{Loader: []byte(loader), Frame: fstest.MapFS{
			"frame.html":            {Data: []byte("<!doctype html><title>frame</title>")},
			"assets/frame-3f2a1.js": {Data: []byte("go()")},
			"secret.txt":            {Data: []byte("no")},
		}})
	w.sites.OwnedBy(
		func(_ context.Context, person, site int64) (bool, error) {
			return person == 7 && site == w.site.ID, nil
		},
		func(_ context.Context, person int64) ([]int64, error) {
			if person == 7 {
				return []int64{w.site.ID}, nil
			}
			return nil, nil
		})
	w.sites.Routes(server)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	w.url = listening.URL
	var err error
	if w.site, err = w.sites.EnsureFirst(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (w *world) ask(method, path, body string, header ...string) answer {
	w.t.Helper()
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

func (w *world) patch(person, body string) answer {
	w.t.Helper()
	return w.ask("PATCH", "/api/admin/sites/"+strconv.FormatInt(w.site.ID, 10), body, "Authorization", "Bearer "+person)
}

func (a answer) must(t *testing.T, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Fatalf("%q is missing in %s", part, a.body)
		}
	}
	return a
}

func TestTheFirstSiteIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	again, err := w.sites.EnsureFirst(t.Context())
	if err != nil || again.ID != w.site.ID || again.Name != "My site" || again.Key == "" {
		t.Fatalf("got %+v, %v", again, err)
	}
}

func TestAHookOfANewSiteDecidesAboutIt(t *testing.T) {
	w := newWorld(t)
	w.sites.OnSite(func(context.Context, *storage.Tx, sites.Site) error {
		return fault.New(fault.Conflict, "site not found")
	})
	err := w.db.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := w.sites.CreateTx(ctx, tx, "Second")
		return err
	})
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("got %v", err)
	}
}

func TestAnOwnerChangesTheLookAndEverybodySeesIt(t *testing.T) {
	w := newWorld(t)
	w.ask("GET", "/api/look?site="+w.site.Key, "").must(t, 200, `"name":"My site"`)
	a := w.patch("7", `{"name":" Quiet\u200b  Leaf ","accent":"#AA5500","greeting":"Hi\r\nthere","position":"left","theme":"dark","domains":["HTTPS://Shop.Example/","shop.example","shop.example"]}`).
		must(t, 200, `"name":"Quiet Leaf"`, `"accent":"#aa5500"`, `"domains":["https://shop.example","shop.example"]`)
	var site sites.Site
	if err := json.Unmarshal([]byte(a.body), &site); err != nil || site.Greeting != "Hi\nthere" || site.ID != w.site.ID {
		t.Fatalf("%+v %v", site, err)
	}
	if want := `<script async src="` + w.url + `/widget.js?site=` + w.site.Key + `"></script>`; site.Embed != want {
		t.Fatalf("embed %q, want %q", site.Embed, want)
	}
	w.ask("GET", "/api/look?site="+w.site.Key, "").must(t, 200, `"accent":"#aa5500"`, `"position":"left"`, `"theme":"dark"`)
	w.ask("GET", "/api/admin/sites", "", "Authorization", "Bearer 7").must(t, 200, `"name":"Quiet Leaf"`, `widget.js?site=`)
}

func TestAWrongChangeNamesEveryFieldAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	a := w.patch("7", `{"name":" \u200b ","accent":"red","title":"`+strings.Repeat("t", 65)+`","greeting":"`+strings.Repeat("g", 501)+`","position":"top","theme":"pink","domains":["*"]}`).must(t, 400)
	var problem struct{ Fields map[string]string }
	if err := json.Unmarshal([]byte(a.body), &problem); err != nil || len(problem.Fields) != 7 {
		t.Fatalf("%v in %s", err, a.body)
	}
	w.patch("7", `{"name":7}`).must(t, 400, `"name"`)
	w.patch("7", `{"id":1,"key":"mine"}`).must(t, 400, `"key"`)
	w.patch("7", `{"domains":[`+strings.Repeat(`"a.example",`, 50)+`"b.example"]}`).must(t, 400, "50")
	now, err := w.sites.Site(t.Context(), w.site.ID)
	if err != nil || now.Name != "My site" || now.Key != w.site.Key || len(now.Domains) != 0 {
		t.Fatalf("%+v %v", now, err)
	}
}

func TestASiteOfSomebodyElseDoesNotExist(t *testing.T) {
	w := newWorld(t)
	w.patch("8", `{"name":"Mine"}`).must(t, 404, "site not found")
	w.ask("PATCH", "/api/admin/sites/12345", `{"name":"Mine"}`, "Authorization", "Bearer 7").must(t, 404)
	w.ask("GET", "/api/admin/sites", "", "Authorization", "Bearer 8").must(t, 200, `"sites":[]`)
	w.ask("GET", "/api/admin/sites", "").must(t, 401)
}

func TestTheLookIsCachedByBrowsersAndReadableByEverySite(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/api/look?site=" + w.site.Key, "/widget.js?site=" + w.site.Key, "/widget.js"} {
		a := w.ask("GET", path, "", "Origin", "https://anywhere.example").must(t, 200)
		tag := a.header.Get("ETag")
		if tag == "" || a.header.Get("Cache-Control") != "public, max-age=300" {
			t.Fatalf("%s: %v", path, a.header)
		}
		if again := w.ask("GET", path, "", "If-None-Match", tag).must(t, 304); again.body != "" {
			t.Fatalf("%s: a 304 with %q", path, again.body)
		}
	}
	if got := w.ask("GET", "/api/look?site="+w.site.Key, "").header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Fatalf("CORS %q", got)
	}
	before := w.ask("GET", "/widget.js?site="+w.site.Key, "").header.Get("ETag")
	w.patch("7", `{"title":"Hello"}`).must(t, 200)
	w.ask("GET", "/widget.js?site="+w.site.Key, "", "If-None-Match", before).must(t, 200, `"title":"Hello"`)
}

func TestTheLoaderCarriesALookThatCannotLeaveIt(t *testing.T) {
	w := newWorld(t)
	w.ask("GET", "/widget.js", "").must(t, 200, "window.ichat=(null);")
	evil := `</script><script>alert(1)</script><!-- & \" \u2028`
	w.patch("7", `{"title":"</script><b>&","greeting":"`+evil+`"}`).must(t, 200)
	a := w.ask("GET", "/widget.js?site="+w.site.Key, "").must(t, 200, w.site.Key)
	if strings.ContainsAny(a.body, "<>&\u2028") {
		t.Fatalf("not safe in a script: %s", a.body)
	}
	literal := strings.TrimSuffix(strings.TrimPrefix(a.body, "window.ichat=("), ");")
	var look sites.SiteLook
	if err := json.Unmarshal([]byte(literal), &look); err != nil || look.Title != "</script><b>&" {
		t.Fatalf("%+v %v", look, err)
	}
	if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/javascript") {
		t.Fatalf("type %q", kind)
	}
}

func TestAnUnknownSiteKeyIsSaidClearly(t *testing.T) {
	w := newWorld(t)
	for _, key := range []string{"nope", strings.Repeat("x", 5000), "%27%20OR%201%3D1"} {
		w.ask("GET", "/api/look?site="+key, "").must(t, 404, "site not found")
		w.ask("GET", "/widget.js?site="+key, "").must(t, 404, "console.error(")
		w.ask("GET", "/widget/frame?site="+key, "").must(t, 404)
		w.ask("GET", "/c/"+key, "").must(t, 404)
	}
	w.ask("GET", "/api/look", "").must(t, 404)
	w.ask("GET", "/widget/frame", "").must(t, 404)
}

func TestTheFramePageStandsOnTheSitesDomainsOnly(t *testing.T) {
	w := newWorld(t)
	w.patch("7", `{"domains":["https://shop.example","localhost"]}`).must(t, 200)
	for _, path := range []string{"/widget/frame?site=" + w.site.Key, "/c/" + w.site.Key} {
		a := w.ask("GET", path, "").must(t, 200, "<title>frame</title>")
		csp := a.header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'self' https://shop.example http://localhost:* https://localhost:*",
			"connect-src 'self' ws://" + strings.TrimPrefix(w.url, "http://")} {
			if !strings.Contains(csp, part) {
				t.Fatalf("%q is missing in %q", part, csp)
			}
		}
		if a.header.Get("X-Frame-Options") != "" {
			t.Fatal("X-Frame-Options forbids what frame-ancestors allows")
		}
	}
}

func TestThePreviewStandsOnTheProductsOwnPagesOnly(t *testing.T) {
	w := newWorld(t)
	w.patch("7", `{"domains":["https://shop.example"]}`).must(t, 200)
	for _, path := range []string{"/widget/frame?preview&site=" + w.site.Key, "/c/" + w.site.Key + "?preview=1"} {
		csp := w.ask("GET", path, "").must(t, 200, "<title>frame</title>").header.Get("Content-Security-Policy")
		if !strings.HasSuffix(csp, "frame-ancestors 'self'") {
			t.Fatalf("%s: %q", path, csp)
		}
	}
}

func TestTheLoaderSaysThatThereIsNothingToShow(t *testing.T) {
	w := newWorld(t)
	there := false
	w.sites.AttendedBy(func(_ context.Context, site int64) (bool, error) { return there && site == w.site.ID, nil })
	path := "/widget.js?site=" + w.site.Key
	if strings.Contains(w.ask("GET", path, "").must(t, 200).body, "hidden") {
		t.Fatal("hidden without the owner's wish")
	}
	w.patch("7", `{"when_away":"hide"}`).must(t, 200)
	a := w.ask("GET", path, "").must(t, 200, `"hidden":true`)
	if a.header.Get("Cache-Control") != "public, max-age=30" {
		t.Fatalf("kept for %q", a.header.Get("Cache-Control"))
	}
	there = true
	if b := w.ask("GET", path, "", "If-None-Match", a.header.Get("ETag")).must(t, 200, `"when_away":"hide"`); strings.Contains(b.body, "hidden") {
		t.Fatal("hidden, and somebody is there")
	}
}

func TestOnlyAssetsAreServedByName(t *testing.T) {
	w := newWorld(t)
	a := w.ask("GET", "/widget/assets/frame-3f2a1.js", "").must(t, 200, "go()")
	if !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
		t.Fatalf("cache %q", a.header.Get("Cache-Control"))
	}
	for _, path := range []string{"/widget/frame.html", "/widget/secret.txt", "/widget/assets/../secret.txt", "/widget/assets/none.js", "/widget/assets/"} {
		w.ask("GET", path, "").must(t, 404)
	}
}

func TestTheDemoShopCarriesExactlyTheEmbedLine(t *testing.T) {
	w := newWorld(t)
	line := w.site.EmbedLine(w.url)
	for lang, words := range map[string]string{"en": "Tea for slow afternoons", "zh-CN,zh;q=0.9": "静叶茶铺"} {
		a := w.ask("GET", "/demo", "", "Accept-Language", lang).must(t, 200, words, line)
		if strings.Count(a.body, "<script") != 1 {
			t.Fatal("the page carries more than the embed line")
		}
	}
	w.ask("GET", "/demo?lang=zh-CN", "").must(t, 200, `lang="zh-CN"`)
}
