package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"ichat/app/files"
	"ichat/app/hub"
	"ichat/app/id"
	"ichat/app/web"
	"ichat/storage/blob"
)

// openFiles builds the room of files. Uploads under way wait in the data folder: it is the one place
// that can surely be written to.
func (a *App) openFiles(ctx context.Context, ids *id.Source) (*files.Service, error) {
	blobs, err := blob.Open(a.Config.Blobs())
	if err != nil {
		return nil, fmt.Errorf("ICHAT_BLOB_URL %w", err)
	}
	return files.New(ctx, a.DB, ids, a.now, blobs, filepath.Join(a.Config.Data, "uploads"), a.Settings, a.People, a.log)
}

// sockets says who may open one: this server's own pages, and programs that send no origin.
func (a *App) sockets(epoch string, most int) hub.Options {
	o := hub.Options{
		Epoch: epoch, Log: a.log, Most: most, Grace: a.Config.Grace,
		AllowOrigin: func(r *http.Request) bool {
			origin := r.Header.Get("Origin")
			return origin == "" || a.Web.OwnOrigin(r.Context(), origin)
		},
		Address: func(r *http.Request) string { return web.AddressOf(r.Context()) },
	}
	if a.Config.NoLimits {
		o.UnboundPerAddress = -1
	}
	return o
}
