package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
	"ichat/app/web"
)

type draft struct {
	Text string            `json:"text" minLength:"1" maxLength:"5"`
	N    int64             `json:"n,omitempty" minimum:"0" maximum:"9"`
	To   string            `json:"to,omitempty" enum:"all,one"`
	Tags []string          `json:"tags,omitempty" maxItems:"2"`
	More map[string]string `json:"more,omitempty"`
	Mail string            `json:"mail,omitempty" format:"email"`
}

type sayIn struct {
	ID   int64 `path:"id"`
	Body draft
}

type sayOut struct {
	Body struct {
		Said   string `json:"said"`
		Person int64  `json:"person"`
	}
}

type listIn struct {
	Limit int `query:"limit" minimum:"1" maximum:"50"`
}

type house struct {
	*web.Server
	log *bytes.Buffer
}

// open builds a server with one route of every sort; tokens are "visitor" and "member".
func open(t testing.TB, change ...func(*web.Options)) *house {
	t.Helper()
	h := &house{log: &bytes.Buffer{}}
	o := web.Options{Log: slog.New(slog.NewTextHandler(h.log, nil)), Limits: true}
	for _, f := range change {
		f(&o)
	}
	h.Server = web.New(o)
	h.Authenticate(func(_ context.Context, token string) (web.Caller, error) {
		switch token {
		case "visitor":
			return web.Caller{Person: 7, Kind: "visitor", Site: 3}, nil
		case "member":
			return web.Caller{Person: 9, Kind: "member"}, nil
		case "away":
			return web.Caller{}, fault.New(fault.Unavailable, "something went wrong")
		}
		return web.Caller{}, fault.New(fault.SignedOut, "please sign in")
	})
	h.answering()
	h.failing()
	return h
}

func (h *house) answering() {
	say := func(ctx context.Context, in *sayIn) (*sayOut, error) {
		out := &sayOut{}
		out.Body.Said, out.Body.Person = in.Body.Text, web.CallerOf(ctx).Person
		return out, nil
	}
	for access, path := range map[web.Access]string{web.Public: "public", web.Visitor: "visitor", web.Member: "member", web.Anyone: "anyone"} {
		web.Route(h.Server, access, http.MethodPost, "/api/"+path+"/{id}/say", "Say something", say)
	}
	web.Route(h.Server, web.Public, http.MethodGet, "/api/list", "List", func(_ context.Context, in *listIn) (*struct{ Body listIn }, error) {
		return &struct{ Body listIn }{*in}, nil
	})
	web.Route(h.Server, web.Public, http.MethodGet, "/api/look", "Look", func(context.Context, *struct{}) (*sayOut, error) {
		return &sayOut{}, nil
	}, web.AnyOrigin())
	h.Raw(web.Public, http.MethodGet, "/page", func(c echo.Context) error {
		return web.HTML(c, http.StatusOK, []byte("<p>hello"), "default-src 'self'; frame-ancestors https://shop.example")
	})
}

func (h *house) failing() {
	web.Route(h.Server, web.Public, http.MethodGet, "/api/panic", "Panic", func(context.Context, *struct{}) (*struct{}, error) {
		panic("the secret value")
	})
	web.Route(h.Server, web.Public, http.MethodGet, "/api/broken", "Break", func(context.Context, *struct{}) (*struct{}, error) {
		return nil, errors.New("table people is on fire")
	})
	web.Route(h.Server, web.Public, http.MethodGet, "/api/busy", "Be busy", func(context.Context, *struct{}) (*struct{}, error) {
		return nil, fault.New(fault.TooMany, "too many requests, please wait a moment").After(1500 * time.Millisecond)
	})
	web.Route(h.Server, web.Public, http.MethodGet, "/api/gone", "Wait for a client that left", func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		return nil, ctx.Err()
	})
}

type answer struct {
	status int
	header http.Header
	text   string
	Code   string
	fields map[string]string
}

// ask sends a request; headers are "Name: value".
func (h *house) ask(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return answer{status: w.Code, header: w.Header(), text: w.Body.String()}
}

const isJSON = "Content-Type: application/json"

// refused checks the shape of an error answer: exactly the six keys, and the request id of
// the header.
func (a answer) refused(t testing.TB, status int, code string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.text)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(a.text), &all); err != nil {
		t.Fatalf("not JSON: %q", a.text)
	}
	var keys []string
	for k := range all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if want := []string{"code", "fields", "message", "request_id", "retry", "retry_after_ms"}; !slices.Equal(keys, want) {
		t.Fatalf("keys %v, want %v", keys, want)
	}
	var got struct {
		Code, Message, Retry string
		RequestID            string `json:"request_id"`
		Fields               map[string]string
	}
	if err := json.Unmarshal([]byte(a.text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Code != code || got.Message == "" || got.Fields == nil || got.RequestID == "" || got.RequestID != a.header.Get("X-Request-Id") {
		t.Fatalf("got %s with header %q, want code %s", a.text, a.header.Get("X-Request-Id"), code)
	}
	if ct := a.header.Get("Content-Type"); ct != "application/json" {
		t.Fatalf("content type %q", ct)
	}
	a.Code, a.fields = got.Code, got.Fields
	return a
}

func TestAGoodRequestIsAnswered(t *testing.T) {
	h := open(t)
	a := h.ask(t, "POST", "/api/public/5/say", `{"text":"hé<"}`, "Content-Type: Application/JSON; charset=utf-8", "X-Request-Id: forged")
	if a.status != 200 || a.text != "{\"said\":\"hé<\",\"person\":0}\n" {
		t.Fatalf("got %d %q", a.status, a.text)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Referrer-Policy": "same-origin", "Cache-Control": "no-store", "Access-Control-Allow-Origin": ""} {
		if got := a.header.Get(name); got != want {
			t.Fatalf("%s is %q, want %q", name, got, want)
		}
	}
	if id := a.header.Get("X-Request-Id"); id == "" || id == "forged" {
		t.Fatalf("request id %q", id)
	}
}

func TestEveryWrongBodyIsRefusedAndNamed(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct{ body, field, problem string }{
		"malformed":              {`{"text":`, "body", "is not valid JSON"},
		"not JSON at all":        {`text=hi`, "body", "is not valid JSON"},
		"nothing":                {``, "body", "is required"},
		"trailing data":          {`{"text":"hi"} {}`, "body", "must be a single JSON value"},
		"broken UTF-8":           {"{\"text\":\"\xff\"}", "body", "must be UTF-8 text"},
		"duplicate key":          {`{"text":"a","text":"b"}`, "text", "is given twice"},
		"duplicate escaped key":  {`{"text":"a","te\u0078t":"b"}`, "text", "is given twice"},
		"duplicate deeper key":   {`{"text":"a","more":{"k":"1","k":"2"}}`, "more.k", "is given twice"},
		"unknown key":            {`{"text":"hi","colour":"red"}`, "colour", "is not a known field"},
		"key in another case":    {`{"text":"hi","Tags":["x"]}`, "Tags", "is not a known field"},
		"NUL":                    {`{"text":"a\u0000"}`, "text", "must not contain a NUL character"},
		"NUL deeper":             {`{"text":"a","tags":["x","\u0000"]}`, "tags[1]", "must not contain a NUL character"},
		"NUL in a key":           {`{"text":"a","more":{"a\u0000":"x"}}`, `more.a\u0000`, "must not contain a NUL character"},
		"raw NUL":                {"{\"text\":\"a\x00\"}", "body", "is not valid JSON"},
		"number for text":        {`{"text":5}`, "text", "must be text"},
		"null for text":          {`{"text":null}`, "text", "must be text"},
		"text for a number":      {`{"text":"a","n":"5"}`, "n", "must be a whole number"},
		"fraction for a number":  {`{"text":"a","n":1.5}`, "n", "must be a whole number"},
		"list for the object":    {`[]`, "body", "must be an object"},
		"text for a list":        {`{"text":"a","tags":"x"}`, "tags", "must be a list"},
		"number inside a list":   {`{"text":"a","tags":[1]}`, "tags[0]", "must be text"},
		"missing":                {`{}`, "text", "is required"},
		"empty":                  {`{"text":""}`, "text", "must not be empty"},
		"too long":               {`{"text":"123456"}`, "text", "must be at most 5 characters"},
		"too large a number":     {`{"text":"a","n":10}`, "n", "must be at most 9"},
		"too many":               {`{"text":"a","tags":["1","2","3"]}`, "tags", "must have at most 2 entries"},
		"not among the choices":  {`{"text":"a","to":"some"}`, "to", "must be one of: all, one"},
		"not an address":         {`{"text":"a","mail":"x"}`, "mail", "must be an e-mail address"},
		"nested beyond measure":  {strings.Repeat("[", 100) + strings.Repeat("]", 100), "body", "is nested too deeply"},
		"an object of many keys": {`{"text":"a","more":{` + manyKeys(40) + `,"k3":"again"}}`, "more.k3", "is given twice"},
	} {
		t.Run(name, func(t *testing.T) {
			a := h.ask(t, "POST", "/api/public/5/say", c.body, isJSON).refused(t, 400, "invalid")
			if a.fields[c.field] != c.problem {
				t.Fatalf("fields %q, want %q: %q", a.fields, c.field, c.problem)
			}
			zh := h.ask(t, "POST", "/api/public/5/say", c.body, isJSON, "Accept-Language: zh-CN,zh;q=0.9").refused(t, 400, "invalid")
			if said := zh.fields[c.field]; said == c.problem || said == "" {
				t.Fatalf("%q is not said in Chinese", c.problem)
			}
		})
	}
}

func manyKeys(n int) string {
	var pairs []string
	for i := range n {
		pairs = append(pairs, `"k`+string(rune('0'+i%10))+strings.Repeat("x", i/10)+`":"v"`)
	}
	return strings.Join(pairs, ",")
}

func TestContentTypeMustSayJSON(t *testing.T) {
	h := open(t)
	for _, ct := range []string{"", "Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/vnd.api+json"} {
		var headers []string
		if ct != "" {
			headers = append(headers, ct)
		}
		a := h.ask(t, "POST", "/api/public/5/say", `{"text":"hi"}`, headers...).refused(t, 400, "invalid")
		if a.fields["Content-Type"] != "must be application/json" {
			t.Fatalf("fields %v", a.fields)
		}
	}
}

func TestParametersAreCheckedToo(t *testing.T) {
	h := open(t)
	for path, field := range map[string]string{
		"/api/list?limit=5&limits=6": "limits", "/api/list?Limit=5": "Limit", "/api/list?limit=many": "limit", "/api/list?limit=51": "limit",
	} {
		a := h.ask(t, "GET", path, "").refused(t, 400, "invalid")
		if a.fields[field] == "" {
			t.Fatalf("%s: fields %v", path, a.fields)
		}
	}
	a := h.ask(t, "POST", "/api/public/me/say", `{"text":"hi"}`, isJSON).refused(t, 400, "invalid")
	if a.fields["id"] != "must be a whole number" {
		t.Fatalf("fields %v", a.fields)
	}
	for _, path := range []string{"/api/list?limit=%00", "/api/list?limit=%ff", "/api/list?limit=%zz", "/api/%00"} {
		h.ask(t, "GET", path, "").refused(t, 400, "invalid")
	}
	if a := h.ask(t, "GET", "/api/list?lang=zh-CN&limit=5", ""); a.status != 200 {
		t.Fatalf("?lang= is not understood everywhere: %s", a.text)
	}
}

func TestABodyOverTheLimitIsRefused(t *testing.T) {
	h := open(t)
	huge := `{"text":"` + strings.Repeat("x", 256<<10) + `"}`
	h.ask(t, "POST", "/api/public/5/say", huge, isJSON).refused(t, 413, "too_large")

	r := httptest.NewRequest("POST", "/api/public/5/say", io.MultiReader(strings.NewReader(huge)))
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = -1
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	answer{status: w.Code, header: w.Header(), text: w.Body.String()}.refused(t, 413, "too_large")

	fits := `{"text":"` + strings.Repeat("x", 256<<10-11) + `"}`
	a := h.ask(t, "POST", "/api/public/5/say", fits, isJSON).refused(t, 400, "invalid")
	if len(fits) != 256<<10 || a.fields["text"] == "" {
		t.Fatalf("a body of %d bytes: %s", len(fits), a.text)
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	h := open(t)
	h.ask(t, "GET", "/api/nowhere", "").refused(t, 404, "not_found")
	h.ask(t, "DELETE", "/api/list", "").refused(t, 405, "invalid")
	page := h.ask(t, "GET", "/nowhere", "", "Accept: text/html,*/*", "Accept-Language: zh")
	if page.status != 404 || !strings.Contains(page.text, "这个地址没有内容") || !strings.Contains(page.text, `lang="zh-CN"`) ||
		!strings.Contains(page.header.Get("Content-Security-Policy"), "sha256-") {
		t.Fatalf("page %d %v %s", page.status, page.header, page.text)
	}
	if plain := h.ask(t, "GET", "/nowhere.js", ""); plain.status != 404 || !strings.HasPrefix(plain.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("plain %d %v", plain.status, plain.header)
	}
}

func TestInternalErrorsSayNothingAndAreLogged(t *testing.T) {
	h := open(t)
	a := h.ask(t, "GET", "/api/panic", "").refused(t, 500, "internal")
	if strings.Contains(a.text, "secret") || !strings.Contains(h.log.String(), "the secret value") || !strings.Contains(h.log.String(), a.header.Get("X-Request-Id")) {
		t.Fatalf("answer %s, log %s", a.text, h.log)
	}
	h.log.Reset()
	a = h.ask(t, "GET", "/api/broken", "", "Accept-Language: zh-CN").refused(t, 500, "internal")
	if !strings.Contains(a.text, "出了点问题") || !strings.Contains(h.log.String(), "on fire") || strings.Count(h.log.String(), "req=") != 1 {
		t.Fatalf("answer %s, log %s", a.text, h.log)
	}
	h.log.Reset()
	a = h.ask(t, "GET", "/api/busy", "").refused(t, 429, "too_many")
	if !strings.Contains(a.text, `"retry":"later","retry_after_ms":1500`) || a.header.Get("Retry-After") != "2" || h.log.Len() > 0 {
		t.Fatalf("answer %s %v, log %s", a.text, a.header, h.log)
	}
}

func TestAClientThatLeftIsNoError(t *testing.T) {
	h := open(t)
	ctx, leave := context.WithCancel(context.Background())
	leave()
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/api/gone", nil).WithContext(ctx))
	if w.Code != 503 || h.log.Len() > 0 {
		t.Fatalf("got %d, log %s", w.Code, h.log)
	}
}

func TestTheLanguageIsTheClientsChoice(t *testing.T) {
	h := open(t)
	for _, c := range []struct{ path, accept, want string }{
		{"/api/nowhere", "", "there is nothing at this address"},
		{"/api/nowhere", "fr", "there is nothing at this address"},
		{"/api/nowhere", "zh-TW", "这个地址没有内容"},
		{"/api/nowhere", "en;q=0.3, zh;q=0.8", "这个地址没有内容"},
		{"/api/nowhere", "fr, en-GB, zh;q=0.8", "there is nothing at this address"},
		{"/api/nowhere?lang=zh-CN", "en", "这个地址没有内容"},
		{"/api/nowhere?lang=en", "zh-CN", "there is nothing at this address"},
	} {
		a := h.ask(t, "GET", c.path, "", "Accept-Language: "+c.accept).refused(t, 404, "not_found")
		if !strings.Contains(a.text, c.want) {
			t.Fatalf("%+v: %s", c, a.text)
		}
	}
}
