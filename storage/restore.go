package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/id"
)

// halfway is the table that stands in a database from the first to the last write of a restore. It
// is a table and not a row, because at the beginning there is no other table to hold one.
const halfway = "restore_unfinished"

// ErrRestoring says that the rows of the database are not all there.
var ErrRestoring = errors.New("a restore into this database has not finished: run `ichat restore FILE` again")

// ErrInUse says that a server holds the database.
var ErrInUse = errors.New("a server is running on this database, or was until a minute ago: stop it and try again in a minute")

// Restoring returns ErrRestoring between BeginRestore and EndRestore.
func (db *DB) Restoring(ctx context.Context) error {
	tables, err := db.Tables(ctx, db.R)
	if err == nil && has(tables, halfway) {
		err = ErrRestoring
	}
	return err
}

// BeginRestore takes every table out of the database and leaves the mark of an unfinished restore,
// in one transaction. It refuses with ErrInUse while any node holds a lease.
func (db *DB) BeginRestore(ctx context.Context, now time.Time) error {
	return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		if has(tables, "nodes") {
			var running int
			if err := tx.NewRaw(`SELECT COUNT(*) FROM nodes WHERE lease_until > ?`, now).Scan(ctx, &running); err != nil {
				return err
			}
			if running > 0 {
				return ErrInUse
			}
		}
		for _, t := range slices.Backward(tables) {
			if _, err := tx.NewRaw(`DROP TABLE ?`, bun.Ident(t.Name)).Exec(ctx); err != nil {
				return fmt.Errorf("drop %s: %w", t.Name, err)
			}
		}
		_, err = tx.NewRaw(`CREATE TABLE ? (begun_at TIMESTAMPTZ NOT NULL)`, bun.Ident(halfway)).Exec(ctx)
		return err
	})
}

// EndRestore gives the database a new epoch, so that every client starts over, and takes the mark away.
func (db *DB) EndRestore(ctx context.Context) (epoch string, err error) {
	epoch = id.Token()
	err = db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.NewRaw(`
			INSERT INTO meta (name, value) VALUES ('epoch', ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, epoch).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`DROP TABLE ?`, bun.Ident(halfway)).Exec(ctx)
		return err
	})
	return epoch, err
}
