package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
)

// Pages serves a front-end build below prefix: what the bundler named by its content
// (everything in a folder "assets") for ever, the rest revalidated, HTML under csp.
func (s *Server) Pages(prefix string, files fs.FS, csp string) {
	d := &dist{files: files}
	h := func(c echo.Context) error {
		name := strings.TrimPrefix(path.Clean("/"+c.Param("*")), "/")
		f, err := d.file(name)
		if err != nil {
			return err
		}
		return f.send(c, csp)
	}
	s.onRead(strings.TrimSuffix(prefix, "/")+"/*", h)
}

// Page serves one file of a build, a page or a service worker, at a path of its own.
func (s *Server) Page(at string, files fs.FS, name, csp string) {
	s.PageUnder(at, files, name, func() string { return csp })
}

// PageUnder is Page under a policy that may change while the product runs.
func (s *Server) PageUnder(at string, files fs.FS, name string, policy func() string) {
	d := &dist{files: files}
	s.onRead(at, func(c echo.Context) error {
		f, err := d.file(name)
		if err != nil {
			return err
		}
		csp := policy()
		setPolicy(c.Response().Header(), csp)
		return f.send(c, csp)
	})
}

func (s *Server) onRead(at string, h echo.HandlerFunc) {
	s.Raw(Public, http.MethodGet, at, h)
	s.Raw(Public, http.MethodHead, at, h)
}

// HTML answers a page made on the spot. A csp with frame-ancestors decides about framing
// by itself, so the blunt X-Frame-Options goes.
func HTML(c echo.Context, status int, page []byte, csp string) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-cache")
	setPolicy(h, csp)
	return c.HTMLBlob(status, page)
}

func setPolicy(h http.Header, csp string) {
	if csp == "" {
		return
	}
	h.Set("Content-Security-Policy", csp)
	if strings.Contains(csp, "frame-ancestors") {
		h.Del("X-Frame-Options")
	}
}

// dist reads each file of a build when it is first asked for, and keeps it: the files are
// in the binary anyway, and compressing them all would cost the start.
type dist struct {
	files fs.FS
	mu    sync.Mutex
	known map[string]*asset // guarded by mu
}

type asset struct {
	body, gz []byte // gz is nil when it does not pay
	kind     string
	etag     string
	html     bool
	forever  bool
}

func (d *dist) file(name string) (*asset, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.known[name]; f != nil {
		return f, nil
	}
	found := name
	body, err := fs.ReadFile(d.files, found)
	if err != nil {
		found = path.Join(name, "index.html")
		if body, err = fs.ReadFile(d.files, found); err != nil {
			return nil, fault.New(fault.NotFound, "there is nothing at this address")
		}
	}
	f := newAsset(found, body)
	if d.known == nil {
		d.known = make(map[string]*asset)
	}
	d.known[name] = f
	return f, nil
}

// kinds is our own table: the system's differs from machine to machine.
var kinds = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".jpg":         "image/jpeg",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".mp3":         "audio/mpeg",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
	".webp":        "image/webp",
	".woff2":       "font/woff2",
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	kind := kinds[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	f := &asset{
		body:    body,
		kind:    kind,
		etag:    `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		html:    strings.HasPrefix(kind, "text/html"),
		forever: path.Base(path.Dir(name)) == "assets",
	}
	if strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "svg") || strings.HasSuffix(kind, "wasm") {
		f.gz = compress(body)
	}
	return f
}

func compress(body []byte) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(body) // a bytes.Buffer takes everything
	_ = w.Close()
	if buf.Len() >= len(body)*9/10 {
		return nil
	}
	return buf.Bytes()
}

func (f *asset) send(c echo.Context, csp string) error {
	r := c.Request()
	h := c.Response().Header()
	h.Set("ETag", f.etag)
	h.Set("Cache-Control", "no-cache")
	if f.forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if f.html {
		setPolicy(h, csp)
	}
	body := f.body
	if f.gz != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.gz
		}
	}
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, f.etag) {
		h.Del("Content-Encoding")
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, f.kind, body)
}

const errorStyle = `body{font:16px/1.5 system-ui,sans-serif;margin:20vh auto 0;max-width:26em;padding:0 1.5em;color:#1f2430;background:#fff}` +
	`small{color:#667085}@media(prefers-color-scheme:dark){body{color:#e6e8ee;background:#15171c}}`

var errorPage = template.Must(template.New("error").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Message}}</title><style>` + errorStyle + `</style></head>
<body><h1>{{.Status}}</h1><p>{{.Message}}</p><small>{{.RequestID}}</small></body></html>
`))

var errorPolicy = func() string {
	sum := sha256.Sum256([]byte(errorStyle))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'", base64.StdEncoding.EncodeToString(sum[:]))
}()

func writeErrorPage(c echo.Context, f *refusal) error {
	var page bytes.Buffer
	err := errorPage.Execute(&page, map[string]any{
		"Lang": Lang(c.Request().Context()), "Message": f.Message, "Status": f.status, "RequestID": f.RequestID,
	})
	if err != nil {
		return err
	}
	return HTML(c, f.status, page.Bytes(), errorPolicy)
}
