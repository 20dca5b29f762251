package storage_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
	"ichat/storage/storagetest"
)

type herdRow struct {
	bun.BaseModel `bun:"table:herd,alias:h"`

	ID   int64 `bun:",pk"`
	Name string
	Born *time.Time
	Tame bool
}

// A statement reads the same rows wherever it runs: outside, in a snapshot, in a write, the first time and kept parsed.
func TestManyReadsTheSameRowsEverywhere(t *testing.T) {
	db := storagetest.Test(t)
	born := time.Date(2026, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	write(t, db, func(ctx context.Context, tx *storage.Tx) error {
		if _, err := tx.NewCreateTable().Model((*herdRow)(nil)).Exec(ctx); err != nil {
			return err
		}
		rows := []herdRow{{ID: 1, Name: "Alma", Born: &born, Tame: true}, {ID: 2, Name: "Bella"}, {ID: 3, Name: "?"}}
		_, err := tx.NewInsert().Model(&rows).Exec(ctx)
		return err
	})
	look := func(ctx context.Context, q bun.IDB) error {
		for range 2 {
			var rows []herdRow
			if err := storage.Many(ctx, q, &rows, storage.SelectOf[herdRow](q)+" WHERE h.id IN (?) AND h.name <> ? ORDER BY h.id", []int64{1, 2, 3}, "?"); err != nil {
				return err
			}
			if len(rows) != 2 || rows[0].Name != "Alma" || rows[0].Born == nil || !rows[0].Born.Equal(born) || !rows[0].Tame || rows[1].Born != nil || rows[1].Tame {
				t.Errorf("read %+v", rows)
			}
			one, err := storage.Row[herdRow](ctx, q, storage.SelectOf[herdRow](q)+" WHERE h.id = ?", 2)
			if err != nil || one.Name != "Bella" {
				t.Errorf("read %+v, %v", one, err)
			}
			if _, err := storage.Row[herdRow](ctx, q, storage.SelectOf[herdRow](q)+" WHERE h.id = ?", 9); !errors.Is(err, sql.ErrNoRows) {
				t.Errorf("a row that is not there: %v", err)
			}
			var ids []int64
			if err := storage.Many(ctx, q, &ids, "SELECT id FROM herd WHERE id IN (?) ORDER BY id", []int64{}); err != nil || len(ids) != 0 {
				t.Errorf("nobody's rows are %v, %v", ids, err)
			}
			if err := storage.Many(ctx, q, &ids, "SELECT id FROM herd ORDER BY id"); err != nil || !slices.Equal(ids, []int64{1, 2, 3}) {
				t.Errorf("all are %v, %v", ids, err)
			}
		}
		return nil
	}
	if err := look(t.Context(), db.R); err != nil {
		t.Error(err)
	}
	if err := db.Snapshot(t.Context(), look); err != nil {
		t.Error(err)
	}
	write(t, db, func(ctx context.Context, tx *storage.Tx) error { return look(ctx, tx) })
}

func write(t *testing.T, db *storage.DB, fn func(context.Context, *storage.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}
