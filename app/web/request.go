package web

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
)

// Caller is who sent the request.
type Caller struct {
	Person  int64
	Kind    string // "visitor" or "member"
	Session string // hash of the token
	Site    int64  // a visitor's site
}

// request is what travels in ctx between middleware and handler. Owned by the
// goroutine of the request until the handler runs; read-only afterwards.
type request struct {
	id      string
	lang    string
	address string
	host    string
	origin  string
	device  string // the User-Agent, shortened
	secure  bool   // reached us by https, as far as we may believe it
	caller  Caller
	header  http.Header // of the answer
}

type requestKey struct{}

var nobody = &request{lang: "en"}

func requestOf(ctx context.Context) *request {
	if q, ok := ctx.Value(requestKey{}).(*request); ok {
		return q
	}
	return nobody
}

// CallerOf is who calls; empty on public routes.
func CallerOf(ctx context.Context) Caller { return requestOf(ctx).caller }

// Lang is the language to answer in, "zh-CN" or "en": ?lang=, else Accept-Language.
func Lang(ctx context.Context) string { return requestOf(ctx).lang }

// RequestID is the id the answer and the log carry; never taken from outside.
func RequestID(ctx context.Context) string { return requestOf(ctx).id }

// AddressOf is the client's IP address, behind trusted proxies too.
func AddressOf(ctx context.Context) string { return requestOf(ctx).address }

// DeviceOf is what the client calls itself, on one short line.
func DeviceOf(ctx context.Context) string { return requestOf(ctx).device }

// OriginOf is the Origin header; empty when the browser sent none.
func OriginOf(ctx context.Context) string { return requestOf(ctx).origin }

// Values of headers on every answer; shared, as nothing appends to them in place.
var (
	closing    = []string{"close"}
	nosniff    = []string{"nosniff"}
	sameOrigin = []string{"same-origin"}
	deny       = []string{"DENY"}
	noStore    = []string{"no-store"}
	nothing    = []string{"default-src 'none'; frame-ancestors 'none'"}
)

// begin is the one middleware: it knows the request, guards its size and turns a panic
// into an answer.
func (s *Server) begin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		r := c.Request()
		h := c.Response().Header()
		q := &request{
			id:      newRequestID(),
			lang:    langOf(r),
			address: c.RealIP(),
			host:    r.Host,
			origin:  r.Header.Get("Origin"),
			device:  deviceOf(r),
			secure:  s.isSecure(r),
			header:  h,
		}
		h["X-Request-Id"] = []string{q.id}
		h["X-Content-Type-Options"] = nosniff
		h["Referrer-Policy"] = sameOrigin
		h["X-Frame-Options"] = deny
		if s.crowd.tight() {
			h["Connection"] = closing
		}
		api := isAPI(r.URL.Path)
		if api {
			h["Cache-Control"] = noStore
			h["Content-Security-Policy"] = nothing
		}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
		c.SetRequest(r)
		defer recovered(c, &err)
		if !s.ownBody[r.Method+" "+c.Path()] {
			if err := guardSize(c.Response(), r); err != nil {
				return err
			}
		}
		if err := guardText(r.URL); err != nil {
			return err
		}
		if api && strings.Contains(r.URL.RawQuery, "lang=") {
			r.URL = withoutLang(r.URL) // understood already; routes need not declare it
		}
		return next(c)
	}
}

// crash is a panic on its way to the log.
type crash struct {
	value any
	stack []byte
}

func (e *crash) Error() string { return "panic in a handler" }

func recovered(c echo.Context, err *error) {
	value := recover()
	if value == nil {
		return
	}
	if e, ok := value.(error); ok && errors.Is(e, http.ErrAbortHandler) {
		panic(value)
	}
	*err = &crash{value: value, stack: debug.Stack()}
}

// guardSize refuses a body that is too large before a byte of it is read. net/http holds
// a body to its Content-Length, so only bodies of unknown length need counting.
func guardSize(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength > bodyLimit {
		return fault.New(fault.TooLarge, "the request is too large")
	}
	if r.ContentLength < 0 {
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	}
	return nil
}

// guardText refuses NUL and broken UTF-8 in the address: the databases would, as an
// internal error.
func guardText(u *url.URL) error {
	bad := fault.New(fault.Invalid, "the address is not valid")
	if strings.IndexByte(u.Path, 0) >= 0 || !utf8.ValidString(u.Path) {
		return bad
	}
	if strings.IndexByte(u.RawQuery, '%') < 0 {
		return nil
	}
	query, err := url.QueryUnescape(u.RawQuery)
	if err != nil || strings.IndexByte(query, 0) >= 0 || !utf8.ValidString(query) {
		return bad
	}
	return nil
}

func newRequestID() string {
	var b [16]byte
	return string(strconv.AppendUint(b[:0], rand.Uint64()|1<<63, 36)) // the high bit keeps the length at 13
}

// deviceMost is how much of a User-Agent is kept.
const deviceMost = 200

func deviceOf(r *http.Request) string {
	given := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return -1
		}
		return c
	}, r.UserAgent())
	return given[:min(len(given), deviceMost)]
}

func withoutLang(u *url.URL) *url.URL {
	c := *u
	kept := make([]string, 0, 4)
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if !strings.HasPrefix(pair, "lang=") {
			kept = append(kept, pair)
		}
	}
	c.RawQuery = strings.Join(kept, "&")
	return &c
}

func langOf(r *http.Request) string {
	if strings.Contains(r.URL.RawQuery, "lang=") {
		if lang := pickLang(r.URL.Query().Get("lang")); lang != "" {
			return lang
		}
	}
	if lang := pickLang(r.Header.Get("Accept-Language")); lang != "" {
		return lang
	}
	return "en"
}

// pickLang finds the wanted language we speak in an Accept-Language list; "" for none.
func pickLang(list string) string {
	best, weight := "", 0.0
	for list != "" {
		var item string
		item, list, _ = strings.Cut(list, ",")
		tag, params, _ := strings.Cut(strings.TrimSpace(item), ";")
		lang := spoken(tag)
		if lang == "" {
			continue
		}
		w := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			w, _ = strconv.ParseFloat(q, 64)
		}
		if w > weight {
			best, weight = lang, w
		}
	}
	return best
}

func spoken(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	switch {
	case strings.EqualFold(base, "zh"):
		return "zh-CN"
	case strings.EqualFold(base, "en"):
		return "en"
	}
	return ""
}
