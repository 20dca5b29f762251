// Package storagetest gives tests a real, migrated database of their own: a SQLite file, or a
// schema of its own on PostgreSQL when ICHAT_TEST_DATABASE_URL names a server.
package storagetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"ichat/app/id"
	"ichat/migrations"
	"ichat/storage"
)

// What a write does beside its transaction ends the test: on a busy server it would wait for ever.
func init() {
	storage.OnStray(func(statement string) {
		fmt.Fprintf(os.Stderr, "%s\n%s\n", statement, debug.Stack()) // a write answers a panic with a fault
		panic("a statement inside of a write that is not of the write: " + statement)
	})
}

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

// Migrated is URL, where on SQLite everything is migrated already: once for all tests of a process, because it takes
// seconds under the race detector.
func Migrated(tb testing.TB) string {
	tb.Helper()
	url := URL(tb)
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		Fill(tb, file)
	}
	return url
}

// Fill makes file a migrated SQLite database.
func Fill(tb testing.TB, file string) {
	tb.Helper()
	if err := os.WriteFile(file, migrated(), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// migrated is the file of a SQLite database in which nothing is yet but its tables.
var migrated = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "ichat-migrated")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "ichat.db")
	db, err := migrate("sqlite:" + file)
	if err == nil {
		err = errors.Join(forgetEpoch(db), db.Close())
	}
	if err != nil {
		panic(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	return content
})

// forgetEpoch lets each test's database begin a life of its own.
func forgetEpoch(db *storage.DB) error {
	return db.Write(context.Background(), func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `DELETE FROM meta WHERE name = 'epoch'`)
	})
}

// Test opens a fresh, migrated database that closes with the test.
func Test(tb testing.TB) *storage.DB {
	tb.Helper()
	return Open(tb, Migrated(tb))
}

// Open opens and migrates the database at url and closes it with the test.
func Open(tb testing.TB, url string) *storage.DB {
	tb.Helper()
	db, err := migrate(url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func migrate(url string) (*storage.DB, error) {
	db, err := storage.Open(context.Background(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	name := "sqlite"
	if db.Postgres() {
		name = "postgres"
	}
	set, err := migrations.Set(name)
	if err == nil {
		_, err = db.Migrate(context.Background(), set)
	}
	if err != nil {
		_ = db.Close() // the first problem is the one to tell
		return nil, err
	}
	return db, nil
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
