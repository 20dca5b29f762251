package app

import (
	"io/fs"
	"net/http"

	"github.com/labstack/echo/v4"

	"ichat/app/sites"
	"ichat/app/web"
	"ichat/console"
	"ichat/widget"
)

// consolePolicy lets the console's pages run their own scripts, talk to their own host and show its pages (the
// preview of the chat) only.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// workerPolicy is that of the service worker, which only shows notifications.
const workerPolicy = "default-src 'none'"

// widgetFiles is the built chat window; without a front-end build its parts are empty.
func widgetFiles() sites.Files {
	files := widget.Files()
	loader, err := fs.ReadFile(files, "loader.js")
	if err != nil {
		loader = []byte(`console.error("ichat: the front end is not built (make build)");`)
	}
	return sites.Files{Loader: loader, Frame: files}
}

// consolePages serves the agents' page, the back office and the messenger.
func consolePages(w *web.Server) {
	files := console.Files()
	w.Raw(web.Public, http.MethodGet, "/", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/agent") })
	w.Page("/agent", files, "agent.html", consolePolicy)
	w.Page("/admin", files, "admin.html", consolePolicy)
	w.Page("/im", files, "im.html", consolePolicy)
	w.Page("/agent-worker.js", files, "agent-worker.js", workerPolicy) // beside /agent, which is its scope
	if assets, err := fs.Sub(files, "assets"); err == nil {
		w.Pages("/console/assets", assets, consolePolicy)
	}
}
