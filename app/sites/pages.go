package sites

import (
	"bytes"
	_ "embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ichat/app/web"
)

//go:embed pages/demo.html
var demoSource string

var demoPage = template.Must(template.New("demo").Parse(demoSource))

// getFrame answers the chat itself, for a frame on one of the site's domains or for a tab of its own. With
// preview it plays a scene in a look that was not saved yet: for the product's own pages only, who see it
// change while they type.
func (s *Service) getFrame(c echo.Context) error {
	key := c.Param("key")
	if key == "" {
		key = c.QueryParam("site")
	}
	site, err := s.ByKey(c.Request().Context(), key)
	if err != nil {
		return err
	}
	page, err := fs.ReadFile(s.files.Frame, "frame.html")
	if err != nil {
		return err
	}
	ancestors := site.FrameAncestors()
	if c.QueryParams().Has("preview") {
		ancestors = "'self'"
	}
	return web.HTML(c, http.StatusOK, page, framePolicy(ancestors, c.Request().Host))
}

// framePolicy lets the chat load its own files, talk to this server, and stand in a frame of these
// ancestors; nothing else.
func framePolicy(ancestors, host string) string {
	connect := "'self'"
	if name, err := normalDomain(host); err == nil {
		// Safari before 15.4 does not count sockets as 'self'.
		connect += " ws://" + name + " wss://" + name
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src " + connect,
		"img-src 'self' data: blob:", "media-src 'self' blob:", "font-src 'self'", "manifest-src 'self'",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors " + ancestors,
	}, "; ")
}

// assetsOnly is the part of the built frame that may be asked for by name: its page may not, since
// it needs a site to say who may frame it.
type assetsOnly struct{ fs.FS }

func (a assetsOnly) Open(name string) (fs.File, error) {
	if !strings.HasPrefix(name, "assets/") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return a.FS.Open(name)
}

// getDemo answers a sample shop that carries the embed line of the first site, as any page would.
func (s *Service) getDemo(c echo.Context) error {
	ctx := c.Request().Context()
	site, err := s.First(ctx)
	if err != nil {
		return err
	}
	line := site.EmbedLine(s.web.Base(ctx))
	var page bytes.Buffer
	err = demoPage.Execute(&page, struct {
		demoText
		Line  string
		Embed template.HTML // EmbedLine escapes what goes in
	}{demoTexts[web.Lang(ctx)], line, template.HTML(line)})
	if err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept-Language")
	return web.HTML(c, http.StatusOK, page.Bytes(), "")
}
