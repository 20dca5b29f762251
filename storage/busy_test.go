package storage_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
	"ichat/storage/storagetest"
)

func note(db *storage.DB, name, value string) error {
	return db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value).Exec(ctx)
		return err
	})
}

func TestWritesWaitForAnotherProgramsLockAndAreThenRefusedAllAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ichat.db")
	db := storagetest.Open(t, "sqlite:"+file)
	other, err := sql.Open("sqlite", "file:"+file)
	must(t, err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	hold := func() { _, err := other.Exec("BEGIN IMMEDIATE"); must(t, err) }
	let := func() { _, err := other.Exec("ROLLBACK"); must(t, err) }

	hold()
	time.AfterFunc(200*time.Millisecond, let)
	must(t, note(db, "short", "kept")) // a short lock is waited for

	hold()
	began := time.Now()
	var all sync.WaitGroup
	for range 300 { // more than one group of them
		all.Go(func() {
			err := note(db, "long", "")
			if f, ok := fault.As(err); !ok || f.Kind != fault.Unavailable || f.Kind.Retry() != "same" {
				t.Errorf("refused with %v", err)
			}
		})
	}
	all.Wait()
	if took := time.Since(began); took < 4*time.Second || took > 12*time.Second {
		t.Fatalf("the last of them was answered after %s", took)
	}
	let()
	must(t, note(db, "long", "kept"))
}

func TestTheLogShrinksWhenALongReaderIsGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ichat.db")
	db := storagetest.Open(t, "sqlite:"+file)
	size := func() int64 {
		info, err := os.Stat(file + "-wal")
		must(t, err)
		if info.Size() != db.Log() {
			t.Fatalf("the log has %d bytes, said are %d", info.Size(), db.Log())
		}
		return info.Size()
	}
	must(t, db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		var n int
		must(t, r.NewRaw("SELECT COUNT(*) FROM meta").Scan(ctx, &n))
		for i := range 10 {
			must(t, note(db, "big", strings.Repeat(string(rune('a'+i)), 4<<20)))
		}
		if grown := size(); grown < 32<<20 {
			t.Fatalf("%d bytes: the reader does not hold the log", grown)
		}
		return nil
	}))
	for range 3 {
		must(t, note(db, "small", time.Now().String()))
	}
	if left := size(); left > 17<<20 {
		t.Fatalf("%d bytes are left of the log", left)
	}
}
