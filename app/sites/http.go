package sites

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"ichat/app/web"
)

// Routes registers the public look and files of the widget, the sample shop, and the owner's routes.
func (s *Service) Routes(w *web.Server) {
	s.web = w
	web.Route(w, web.Public, http.MethodGet, "/api/look", "How a site's chat looks", s.getLook, web.AnyOrigin())
	w.Raw(web.Public, http.MethodGet, "/widget.js", s.getLoader)
	w.Raw(web.Public, http.MethodGet, "/widget/frame", s.getFrame)
	w.Raw(web.Public, http.MethodGet, "/c/{key}", s.getFrame)
	w.Raw(web.Public, http.MethodGet, "/demo", s.getDemo)
	w.Pages("/widget", assetsOnly{s.files.Frame}, "")

	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites", "The sites you own", s.getSites)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/sites/{id}", "Change a site you own", s.patchSite)
}

type lookIn struct {
	Site string `query:"site"`
	Seen string `header:"If-None-Match"`
}

type lookOut struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         SiteLook
}

func (s *Service) getLook(ctx context.Context, in *lookIn) (*lookOut, error) {
	site, err := s.ByKey(ctx, in.Site)
	if err != nil {
		return nil, err
	}
	look, err := s.shown(ctx, site)
	if err != nil {
		return nil, err
	}
	out := &lookOut{Status: http.StatusOK, ETag: tagOf(look.script()), CacheControl: cachingOf(site), Body: look}
	if in.Seen == out.ETag {
		out.Status = http.StatusNotModified
	}
	return out, nil
}

type sitesOut struct {
	Body struct {
		Sites []Site `json:"sites"`
	}
}

func (s *Service) getSites(ctx context.Context, _ *struct{}) (*sitesOut, error) {
	owned, err := s.ownedBy(ctx, web.CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	for i := range owned {
		owned[i].Embed = owned[i].EmbedLine(s.web.Base(ctx))
	}
	out := &sitesOut{}
	out.Body.Sites = owned
	return out, nil
}

type patchIn struct {
	ID   int64 `path:"id"`
	Body Change
}

type siteOut struct{ Body Site }

func (s *Service) patchSite(ctx context.Context, in *patchIn) (*siteOut, error) {
	site, err := s.change(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	site.Embed = site.EmbedLine(s.web.Base(ctx))
	return &siteOut{Body: site}, nil
}

func tagOf(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
