// Package ops is what an operator does to a whole installation: copy it, bring the copy back, also
// to another machine or from one database engine to the other, and fill an empty one to look at.
package ops

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"ichat/app"
	"ichat/storage"
)

// Options are what every command of this room needs.
type Options struct {
	Config   app.Config
	Log      *slog.Logger
	Version  string    // of this program; written into archives
	Progress io.Writer // one line a step, for a person
}

func (o Options) say(format string, args ...any) { fmt.Fprintf(o.Progress, format+"\n", args...) }

// skipped tells whether a table is about running processes and not part of what was said and done:
// a copy must neither hold the leases of the original's processes nor the marks of its migrations,
// which the restore makes itself.
func skipped(table string) bool {
	return table == "nodes" || table == "presences" || table == "bindings" || table == "job_leases" || strings.HasPrefix(table, "bun_")
}

// tablesOf lists the tables an archive holds.
func tablesOf(all []storage.Table) []storage.Table {
	var kept []storage.Table
	for _, t := range all {
		if !skipped(t.Name) {
			kept = append(kept, t)
		}
	}
	return kept
}

func engine(db *storage.DB) string {
	if db.Postgres() {
		return "postgres"
	}
	return "sqlite"
}

// existing opens a database that must be there already: opening SQLite would make an empty one.
func existing(ctx context.Context, o Options) (*storage.DB, error) {
	if path, ok := strings.CutPrefix(o.Config.Database(), "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no database: %w", err)
		}
	}
	return storage.Open(ctx, o.Config.Database(), o.Log)
}

func took(since time.Time) float64 { return float64(time.Since(since).Milliseconds()) / 1000 }
