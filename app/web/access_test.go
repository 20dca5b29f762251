package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"ichat/app/web"
)

const hello = `{"text":"hi"}`

func TestAccessStandsBesideTheRoute(t *testing.T) {
	h := open(t)
	bearer := map[string]string{"nobody": "Bearer stale", "visitor": "Bearer visitor", "member": "bearer member"}
	want := map[string]map[string]int{
		"public":  {"": 200, "nobody": 200, "visitor": 200, "member": 200},
		"visitor": {"": 401, "nobody": 401, "visitor": 200, "member": 403},
		"member":  {"": 401, "nobody": 401, "visitor": 403, "member": 200},
		"anyone":  {"": 401, "nobody": 401, "visitor": 200, "member": 200},
	}
	codes := map[int]string{401: "signed_out", 403: "denied"}
	for route, byWho := range want {
		for who, status := range byWho {
			headers := []string{isJSON}
			if who != "" {
				headers = append(headers, "Authorization: "+bearer[who])
			}
			a := h.ask(t, "POST", "/api/"+route+"/5/say", hello, headers...)
			if a.status != status {
				t.Fatalf("%q at %s: %d, want %d", who, route, a.status, status)
			}
			if status != 200 {
				a.refused(t, status, codes[status])
			}
		}
	}
	if a := h.ask(t, "POST", "/api/anyone/5/say", hello, isJSON, "Authorization: Bearer visitor"); !strings.Contains(a.text, `"person":7`) {
		t.Fatalf("the caller does not reach the handler: %s", a.text)
	}
	a := h.ask(t, "POST", "/api/anyone/5/say", hello, isJSON, "Authorization: Bearer away").refused(t, 503, "unavailable")
	if !strings.Contains(a.text, `"retry":"same"`) {
		t.Fatalf("got %s", a.text)
	}
}

func TestOtherSitesAreKeptOut(t *testing.T) {
	h := open(t, func(o *web.Options) { o.BaseURL = "https://chat.example" })
	const cookie = "Cookie: sid=member"
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"foreign origin with a token":        {[]string{"Authorization: Bearer member", "Origin: https://evil.example"}, 403},
		"foreign origin with a cookie":       {[]string{cookie, "Origin: https://evil.example"}, 403},
		"opaque origin":                      {[]string{cookie, "Origin: null"}, 403},
		"own origin":                         {[]string{cookie, "Origin: http://localhost:8080"}, 200},
		"own host on another port":           {[]string{cookie, "Origin: http://localhost:9090"}, 403},
		"public address":                     {[]string{cookie, "Origin: https://chat.example"}, 200},
		"public address without its lock":    {[]string{cookie, "Origin: http://chat.example"}, 403},
		"cookie without origin":              {[]string{cookie}, 403},
		"cookie, same origin by fetch":       {[]string{cookie, "Sec-Fetch-Site: same-origin"}, 200},
		"cookie, another site by fetch":      {[]string{cookie, "Sec-Fetch-Site: cross-site"}, 403},
		"cookie, a sister domain by fetch":   {[]string{cookie, "Sec-Fetch-Site: same-site"}, 403},
		"token without origin":               {[]string{"Authorization: Bearer member"}, 200},
		"token beside a cookie":              {[]string{cookie, "Authorization: Bearer member"}, 200},
		"other scheme of authorization":      {[]string{cookie, "Authorization: Basic member"}, 403},
		"the secure cookie's name over http": {[]string{"Cookie: __Host-sid=member"}, 401},
	} {
		a := h.ask(t, "POST", "/api/anyone/5/say", hello, append(c.headers, isJSON, "Host: localhost:8080")...)
		if a.status != c.status {
			t.Fatalf("%s: %d, want %d: %s", name, a.status, c.status, a.text)
		}
	}
	h.ask(t, "GET", "/api/list", "", "Origin: https://evil.example").refused(t, 403, "denied")
	if a := h.ask(t, "GET", "/api/look", "", "Origin: https://shop.example"); a.status != 200 || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("look: %d %v", a.status, a.header)
	}
	if a := h.ask(t, "OPTIONS", "/api/list", "", "Origin: https://evil.example"); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Fatalf("a preflight was answered: %v", a.header)
	}
}

func TestCookiesFitTheScheme(t *testing.T) {
	clock := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	h := open(t, func(o *web.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} // httptest's peer
		o.Now = func() time.Time { return clock }
	})
	h.Raw(web.Public, http.MethodGet, "/in", func(c echo.Context) error {
		h.SetCookie(c.Request().Context(), "tok", clock.Add(time.Hour))
		return c.NoContent(204)
	})
	h.Raw(web.Public, http.MethodGet, "/out", func(c echo.Context) error {
		h.ClearCookie(c.Request().Context())
		return c.NoContent(204)
	})
	plain := h.ask(t, "GET", "/in", "").header.Get("Set-Cookie")
	if plain != "sid=tok; Path=/; Expires=Sat, 31 Jan 2026 09:00:00 GMT; Max-Age=3600; HttpOnly; SameSite=Lax" {
		t.Fatalf("plain: %s", plain)
	}
	secure := h.ask(t, "GET", "/in", "", "X-Forwarded-Proto: https").header.Get("Set-Cookie")
	if !strings.HasPrefix(secure, "__Host-sid=tok; Path=/;") || !strings.Contains(secure, "; Secure;") || strings.Contains(secure, "Domain") {
		t.Fatalf("secure: %s", secure)
	}
	if out := h.ask(t, "GET", "/out", "").header.Get("Set-Cookie"); !strings.HasPrefix(out, "sid=;") || !strings.Contains(out, "Max-Age=0") {
		t.Fatalf("out: %s", out)
	}
	a := h.ask(t, "POST", "/api/member/5/say", hello, isJSON, "X-Forwarded-Proto: https", "Cookie: __Host-sid=member", "Sec-Fetch-Site: same-origin")
	if a.status != 200 {
		t.Fatalf("cookie over https: %s", a.text)
	}
}

func TestLimitsCountPersonsAndAddresses(t *testing.T) {
	clock := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	build := func(limits bool) *house {
		h := open(t, func(o *web.Options) {
			o.Limits = limits
			o.Now = func() time.Time { return clock }
			o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
		})
		nothing := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
		web.Route(h.Server, web.Anyone, http.MethodPost, "/api/mine", "Mine", nothing, web.PerPerson(0.5, 2))
		web.Route(h.Server, web.Public, http.MethodPost, "/api/ours", "Ours", nothing, web.PerAddress(1, 1))
		return h
	}
	h := build(true)
	mine := func(who string) answer { return h.ask(t, "POST", "/api/mine", "", "Authorization: Bearer "+who) }
	ours := func(from string) answer { return h.ask(t, "POST", "/api/ours", "", "X-Forwarded-For: "+from) }

	mine("visitor")
	mine("visitor")
	a := mine("visitor").refused(t, 429, "too_many")
	if !strings.Contains(a.text, `"retry_after_ms":2000`) {
		t.Fatalf("got %s", a.text)
	}
	if a := mine("member"); a.status != 204 {
		t.Fatalf("one person's haste held up another: %s", a.text)
	}
	clock = clock.Add(2 * time.Second)
	if a := mine("visitor"); a.status != 204 {
		t.Fatalf("the bucket does not refill: %s", a.text)
	}
	for _, c := range []struct {
		from   string
		status int
	}{
		{"198.51.100.1", 204}, {"198.51.100.1", 429}, {"203.0.113.9, 198.51.100.1", 429}, {"198.51.100.2", 204},
		{"2001:db8::1", 204}, {"2001:db8::2", 429}, {"2001:db8:0:1::1", 204},
	} {
		if a := ours(c.from); a.status != c.status {
			t.Fatalf("%+v: %d", c, a.status)
		}
	}
	h = build(false)
	for range 5 {
		if a := ours("198.51.100.1"); a.status != 204 {
			t.Fatalf("limits are not lifted: %s", a.text)
		}
	}
}

func TestForwardedAddressesCountOnlyFromTrustedProxies(t *testing.T) {
	h := open(t)
	h.Raw(web.Public, http.MethodGet, "/who", func(c echo.Context) error {
		return c.String(200, web.AddressOf(c.Request().Context()))
	})
	if a := h.ask(t, "GET", "/who", "", "X-Forwarded-For: 198.51.100.1", "X-Real-Ip: 198.51.100.1"); a.text != "192.0.2.1" {
		t.Fatalf("got %s", a.text)
	}
}

func TestBaseIsTheAddressTheServerIsReachedBy(t *testing.T) {
	for base, want := range map[string]string{"https://chat.example/": "https://chat.example", "": "http://localhost:8080"} {
		h := open(t, func(o *web.Options) { o.BaseURL = base })
		h.Raw(web.Public, http.MethodGet, "/base", func(c echo.Context) error {
			ctx := c.Request().Context()
			if !h.OwnOrigin(ctx, want) || h.OwnOrigin(ctx, "https://shop.example") || h.OwnOrigin(ctx, "null") {
				t.Errorf("%q does not know its own pages", want)
			}
			return c.String(200, h.Base(ctx))
		})
		if a := h.ask(t, "GET", "/base", "", "Host: localhost:8080"); a.text != want {
			t.Fatalf("base %q, want %q", a.text, want)
		}
	}
}

func TestTheDocumentNamesEveryRoute(t *testing.T) {
	h := open(t)
	a := h.ask(t, "GET", "/api/openapi.json", "")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Access string `json:"x-access"`
		}
	}
	if err := json.Unmarshal([]byte(a.text), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("%v: %.200s", err, a.text)
	}
	n := 0
	for _, r := range h.Routes() {
		if !strings.HasPrefix(r.Path, "/api/") {
			continue
		}
		n++
		op, ok := doc.Paths[r.Path][strings.ToLower(r.Method)]
		if !ok || r.Path != "/api/openapi.json" && op.Access != r.Access.String() {
			t.Fatalf("%s %s is missing or says %q", r.Method, r.Path, op.Access)
		}
	}
	if n < 10 || strings.Contains(a.text, "$schema") || !strings.Contains(a.text, `"retry_after_ms"`) {
		t.Fatalf("%d routes in %s", n, a.text)
	}
}

func TestHealthTellsWhatIsWrong(t *testing.T) {
	var problems []string
	h := open(t, func(o *web.Options) { o.Ready = func(context.Context) []string { return problems } })
	if a := h.ask(t, "GET", "/healthz", ""); a.status != 200 {
		t.Fatal(a.text)
	}
	if a := h.ask(t, "GET", "/readyz", ""); a.status != 200 || !strings.Contains(a.text, `"problems":[]`) {
		t.Fatal(a.text)
	}
	problems = []string{"database: away"}
	if a := h.ask(t, "GET", "/readyz", ""); a.status != 503 || !strings.Contains(a.text, "database: away") {
		t.Fatal(a.text)
	}
}

func TestPagesAreCachedAsTheirNamesAllow(t *testing.T) {
	h := open(t)
	script := strings.Repeat("console.log(1);", 100)
	build := fstest.MapFS{
		"index.html":         {Data: []byte("<p>home")},
		"assets/app-1a2b.js": {Data: []byte(script)},
		"logo.png":           {Data: []byte("png")},
	}
	h.Pages("/agent", build, "default-src 'self'")
	h.Page("/agent", build, "index.html", "default-src 'self'")
	for path, want := range map[string][2]string{
		"/agent": {"no-cache", "default-src 'self'"}, "/agent/": {"no-cache", "default-src 'self'"}, "/agent/logo.png": {"no-cache", ""},
		"/agent/assets/app-1a2b.js": {"public, max-age=31536000, immutable", ""},
	} {
		a := h.ask(t, "GET", path, "")
		if a.status != 200 || a.header.Get("Cache-Control") != want[0] || a.header.Get("Content-Security-Policy") != want[1] || a.header.Get("X-Frame-Options") != "DENY" {
			t.Fatalf("%s: %d %v", path, a.status, a.header)
		}
	}
	gz := h.ask(t, "GET", "/agent/assets/app-1a2b.js", "", "Accept-Encoding: br, gzip")
	if gz.header.Get("Content-Encoding") != "gzip" || len(gz.text) >= len(script) || !strings.HasPrefix(gz.header.Get("Content-Type"), "text/javascript") {
		t.Fatalf("%v, %d bytes", gz.header, len(gz.text))
	}
	if a := h.ask(t, "GET", "/agent/assets/app-1a2b.js", "", "If-None-Match: "+gz.header.Get("ETag")); a.status != 304 || a.text != "" {
		t.Fatalf("%d %q", a.status, a.text)
	}
	for _, path := range []string{"/agent/nothing.js", "/agent/../web.go", "/agent/%2e%2e/x"} {
		if a := h.ask(t, "GET", path, ""); a.status != 404 {
			t.Fatalf("%s: %d", path, a.status)
		}
	}
	if a := h.ask(t, "GET", "/page", ""); a.header.Get("X-Frame-Options") != "" || !strings.Contains(a.header.Get("Content-Security-Policy"), "shop.example") {
		t.Fatalf("the page may not be framed: %v", a.header)
	}
}

func TestATakenPortIsOneClearLine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = web.Listen(l.Addr().String())
	if err == nil || !strings.Contains(err.Error(), "already in use") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v", err)
	}
}

func TestRequestsUnderWayFinishBeforeTheServerLeaves(t *testing.T) {
	h := open(t)
	started, finish := make(chan struct{}), make(chan struct{})
	h.Raw(web.Public, http.MethodGet, "/slow", func(c echo.Context) error {
		close(started)
		<-finish
		return c.String(200, "done")
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served, got := make(chan error, 1), make(chan error, 1)
	go func() { served <- h.Serve(ctx, l) }()
	go func() {
		res, err := http.Get("http://" + l.Addr().String() + "/slow")
		if err == nil && res.StatusCode != 200 {
			err = errors.New(res.Status)
		}
		got <- err
	}()
	<-started
	stop()
	close(finish)
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
}

func TestHalfAnAnswerIsNotTakenForAWholeOne(t *testing.T) {
	h := open(t)
	h.Raw(web.Public, http.MethodGet, "/half", func(c echo.Context) error {
		_ = c.String(200, "the first half")
		c.Response().Flush()
		panic("and then")
	})
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	res, err := http.Get(server.URL + "/half")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := res.Body.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if _, err := res.Body.Read(make([]byte, 100)); err == nil || err.Error() == "EOF" {
		t.Fatalf("the answer ended as if it were whole: %v", err)
	}
}
