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

// Set returns the migrations of a dialect, "sqlite" or "postgres", shared ones included.
func Set(dialect string) (*migrate.Migrations, error) {
	return from(shared, dialect)
}

func from(files fs.FS, dialect string) (*migrate.Migrations, error) {
	set := migrate.NewMigrations()
	if err := set.Discover(files); err != nil {
		return nil, fmt.Errorf("migrations of %s: %w", dialect, err)
	}
	return set, nil
}
