package app_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/storage/storagetest"
)

// TestNodesStartAtOnceOnAnEmptyDatabase: one of them migrates and makes the first site and the owner.
func TestNodesStartAtOnceOnAnEmptyDatabase(t *testing.T) {
	url := storagetest.URL(t)
	if strings.HasPrefix(url, "sqlite") {
		t.Skip("several nodes share a PostgreSQL; this run is on SQLite")
	}
	nodes := make([]*app.App, 3)
	var starting sync.WaitGroup
	for i := range nodes {
		c := app.Config{Addr: "127.0.0.1:0", Data: t.TempDir(), DatabaseURL: url, OwnerEmail: "owner@example.com", OwnerPassword: apptest.Password}
		starting.Go(func() {
			a, err := app.New(t.Context(), c, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Error(err)
			}
			nodes[i] = a
		})
	}
	starting.Wait()
	for _, a := range nodes {
		if a == nil {
			continue
		}
		for _, table := range []string{"sites", "people", "queues"} {
			var n int
			if err := a.DB.R.NewRaw("SELECT COUNT(*) FROM ?", bun.Ident(table)).Scan(t.Context(), &n); err != nil || n != 1 {
				t.Errorf("%d rows in %s (%v)", n, table, err)
			}
		}
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
