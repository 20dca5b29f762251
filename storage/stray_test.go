package storage_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"ichat/storage"
	"ichat/storage/storagetest"
)

// What a write's function asks its Tx is told to nobody; what it asks anybody else is.
func TestAReadBesideItsWriteIsToldOf(t *testing.T) {
	db := storagetest.Test(t)
	for name, one := range map[string]struct {
		strays bool
		ask    func(ctx context.Context, tx *storage.Tx) error
	}{
		"its own": {false, func(ctx context.Context, tx *storage.Tx) error {
			var rows []struct{ Name string }
			return storage.Many(ctx, tx, &rows, `SELECT name FROM meta`)
		}},
		"the pool": {true, func(ctx context.Context, _ *storage.Tx) error {
			_, err := db.R.ExecContext(ctx, `SELECT 1`)
			return err
		}},
		"the pool, kept": {true, func(ctx context.Context, _ *storage.Tx) error {
			var rows []struct{ Name string }
			return storage.Many(ctx, db.R, &rows, `SELECT name FROM meta`)
		}},
		"one row": {true, func(ctx context.Context, _ *storage.Tx) error {
			var one int
			return db.One(ctx, `SELECT 1`, nil, &one)
		}},
		"a snapshot": {true, func(ctx context.Context, _ *storage.Tx) error {
			return db.Snapshot(ctx, func(context.Context, bun.IDB) error { return nil })
		}},
	} {
		heard := 0
		again := storage.OnStray(func(string) { heard++ })
		err := db.Write(t.Context(), one.ask)
		again()
		if err != nil || one.strays != (heard > 0) {
			t.Errorf("%s: told of %d, %v", name, heard, err)
		}
	}
}
