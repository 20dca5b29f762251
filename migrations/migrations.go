// Package migrations holds the database's history: shared SQL here, what differs between the
// two engines in sqlite/ and postgres/. Migrations only add; a removal comes a release later.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/uptrace/bun/migrate"
)

//go:embed *.sql
var shared embed.FS

//go:embed sqlite/*.sql postgres/*.sql
var dialects embed.FS

// Set returns the migrations of a dialect, "sqlite" or "postgres", shared ones included. What stands in one
// folder has its twin of the same name in the other, so that a backup of either fits both.
func Set(dialect string) (*migrate.Migrations, error) {
	own, err := fs.Sub(dialects, dialect)
	if err != nil {
		return nil, fmt.Errorf("migrations of %s: %w", dialect, err)
	}
	set := migrate.NewMigrations()
	for _, files := range []fs.FS{shared, own} {
		if err := set.Discover(files); err != nil {
			return nil, fmt.Errorf("migrations of %s: %w", dialect, err)
		}
	}
	return set, nil
}
