package app

import (
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ichat/app/sites"
	"ichat/app/web"
	"ichat/console"
	"ichat/widget"
)

// consolePolicy lets the console's pages run their own scripts, talk to their own host and show its pages (the
// preview of the chat) only.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// messengerPolicy is that of the messenger's page, which also runs the script of the service that vouches for who
// registers, where an owner has set one up.
func messengerPolicy(services []string) string {
	policy := consolePolicy
	for _, place := range []string{"script-src 'self'", "style-src 'self' 'unsafe-inline'", "connect-src 'self'", "frame-src 'self'"} {
		policy = strings.Replace(policy, place, strings.Join(append([]string{place}, services...), " "), 1)
	}
	return policy
}

// workerPolicy is that of the service worker, which only shows notifications.
const workerPolicy = "default-src 'none'"

// iconPolicy is that of a picture, which loads nothing.
const iconPolicy = "default-src 'none'"

// widgetFiles is the built chat window; without a front-end build its parts are empty.
func widgetFiles() sites.Files {
	files := widget.Files()
	loader, err := fs.ReadFile(files, "loader.js")
	if err != nil {
		loader = []byte(`console.error("ichat: the front end is not built (make build)");`)
	}
	return sites.Files{Loader: loader, Frame: files}
}

// consolePages serves the agents' page, the back office and the messenger; services are whose scripts it may run.
func consolePages(w *web.Server, services func() []string) {
	files := console.Files()
	w.Raw(web.Public, http.MethodGet, "/", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/agent") })
	w.Page("/agent", files, "agent.html", consolePolicy)
	w.Page("/admin", files, "admin.html", consolePolicy)
	w.PageUnder("/im", files, "im.html", func() string { return messengerPolicy(services()) })
	w.Page("/agent-worker.js", files, "agent-worker.js", workerPolicy) // beside /agent, which is its scope
	w.Page("/favicon.ico", files, "favicon.ico", iconPolicy)           // the mark of pages that name none: a chat in a tab of its own, an error
	if assets, err := fs.Sub(files, "assets"); err == nil {
		w.Pages("/console/assets", assets, consolePolicy)
	}
}
