package notify

import (
	"bytes"
	"context"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"ichat/app/web"
	"ichat/storage"
)

// stopRoutes add the page behind "no more such mails". Opening it changes nothing, since mail scanners open every
// link; its button does, and so does the one click of a mail program, which posts to the same address.
func (s *Service) stopRoutes(w *web.Server) {
	w.Raw(web.Public, http.MethodGet, "/mail/stop/{token}", s.getStop, web.PerAddress(1, 30))
	w.Raw(web.Public, http.MethodPost, "/mail/stop/{token}", s.postStop, web.PerAddress(1, 30))
}

var stopPage = template.Must(template.New("stop").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">
<title>{{.Title}}</title><style>body{font:16px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif;margin:20vh auto 0;max-width:26em;padding:0 1.5em;color:#1f2430;background:#fff}
button{font:inherit;font-weight:600;padding:10px 18px;border:0;border-radius:8px;color:#fff;background:#1f2430;cursor:pointer}
@media(prefers-color-scheme:dark){body{color:#e6e8ee;background:#15171c}button{color:#15171c;background:#e6e8ee}}</style></head>
<body><h1>{{.Title}}</h1><p>{{.Line}}</p>{{with .Button}}<form method="post"><button>{{.}}</button></form>{{end}}</body></html>
`))

const stopPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (s *Service) getStop(c echo.Context) error { return s.stop(c, false) }

func (s *Service) postStop(c echo.Context) error { return s.stop(c, true) }

func (s *Service) stop(c echo.Context, now bool) error {
	ctx := c.Request().Context()
	row, err := byStop(ctx, s.db.R, c.Param("token"))
	if err != nil {
		return err
	}
	site, err := s.sites.Site(ctx, row.SiteID)
	if err != nil {
		return err
	}
	w := wordsIn(row.Locale)
	page := map[string]string{"Lang": row.Locale, "Title": w.stopTitle, "Line": fill(w.stopAsk, site.Name), "Button": w.stopButton}
	if now {
		err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
			return insertStop(ctx, tx, row.SiteID, row.Address, s.time())
		})
		if err != nil {
			return err
		}
		page["Line"], page["Button"] = fill(w.stopDone, site.Name), ""
	}
	var b bytes.Buffer
	if err := stopPage.Execute(&b, page); err != nil {
		return err
	}
	return web.HTML(c, http.StatusOK, b.Bytes(), stopPolicy)
}
