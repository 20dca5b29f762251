package sites

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
)

const (
	// lookCaching lets a changed look show on every website within five minutes.
	lookCaching = "public, max-age=300"
	scriptType  = "text/javascript; charset=utf-8"
	// placeholder stands in the built loader where the look goes.
	placeholder = `"__ICHAT_LOOK__"`
	unknownSite = `console.error("ichat: this site key is not known, please check the embed line");` + "\n"
)

// script is the loader as one site gets it, compressed once.
type script struct {
	look, body, gz []byte
	tag            string
}

// getLoader answers the widget's script with the look of the site inside it, or with null when the
// page names its site by data-site.
func (s *Service) getLoader(c echo.Context) error {
	look, key, caching := []byte("null"), c.QueryParam("site"), lookCaching
	if key != "" {
		site, err := s.ByKey(c.Request().Context(), key)
		if fault.Is(err, fault.NotFound) {
			return c.Blob(http.StatusNotFound, scriptType, []byte(unknownSite))
		}
		if err != nil {
			return err
		}
		shown, err := s.shown(c.Request().Context(), site)
		if err != nil {
			return err
		}
		look, caching = shown.script(), cachingOf(site)
	}
	made := s.scriptWith(key, look)
	h := c.Response().Header()
	h.Set("Cache-Control", caching)
	h.Set("ETag", made.tag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // made for the pages of others
	if c.Request().Header.Get("If-None-Match") == made.tag {
		return c.NoContent(http.StatusNotModified)
	}
	if strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		return c.Blob(http.StatusOK, scriptType, made.gz)
	}
	return c.Blob(http.StatusOK, scriptType, made.body)
}

// scriptWith is the loader with a look inside, made anew only when the look has changed.
func (s *Service) scriptWith(key string, look []byte) script {
	s.mu.Lock()
	made, ok := s.scripts[key]
	s.mu.Unlock()
	if ok && bytes.Equal(made.look, look) {
		return made
	}
	body := bytes.ReplaceAll(s.files.Loader, []byte(placeholder), look)
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, _ = w.Write(body) // a bytes.Buffer takes everything
	_ = w.Close()
	// The tag is weak: plain and compressed are the same script, not the same bytes.
	made = script{look: look, body: body, gz: gz.Bytes(), tag: "W/" + tagOf(body)}
	s.mu.Lock()
	s.scripts[key] = made
	s.mu.Unlock()
	return made
}
