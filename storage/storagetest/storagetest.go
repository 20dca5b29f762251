// Package storagetest gives tests a real, migrated database of their own: a SQLite file, or a
// schema of its own on PostgreSQL when ICHAT_TEST_DATABASE_URL names a server.
package storagetest

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ichat/app/id"
	"ichat/migrations"
	"ichat/storage"
)

// URL returns the URL of an empty database that is gone when the test ends.
func URL(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv("ICHAT_TEST_DATABASE_URL")
	if server == "" {
		return "sqlite:" + filepath.Join(tb.TempDir(), "ichat.db")
	}
	schema := "t_" + strings.ToLower(id.Hash(id.Token())[:16])
	run(tb, server, "CREATE SCHEMA "+schema)
	tb.Cleanup(func() { run(tb, server, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Test opens a fresh, migrated database that closes with the test.
func Test(tb testing.TB) *storage.DB {
	tb.Helper()
	return Open(tb, URL(tb))
}

// Open opens and migrates the database at url and closes it with the test.
func Open(tb testing.TB, url string) *storage.DB {
	tb.Helper()
	db, err := storage.Open(context.Background(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	name := "sqlite"
	if db.Postgres() {
		name = "postgres"
	}
	set, err := migrations.Set(name)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), set); err != nil {
		tb.Fatal(err)
	}
	return db
}

func run(tb testing.TB, server, statement string) {
	tb.Helper()
	db, err := storage.Open(context.Background(), server, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	err = db.Write(context.Background(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}
