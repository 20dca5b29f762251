package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"

	"ichat/migrations"
	"ichat/storage"
)

// A restore writes in slices, each durable by itself: this many rows, in statements that stay well
// below the million bytes SQLite takes.
const (
	sliceRows      = 500
	statementBytes = 128 << 10
	statementRows  = 100
)

// ErrNotEmpty says that a restore would replace what somebody may still want.
var ErrNotEmpty = errors.New("the database is not empty: `--force` replaces everything in it")

// RestoreReport is what a restore did.
type RestoreReport struct {
	File     string    `json:"file"`
	Seconds  float64   `json:"seconds"`
	Rows     int64     `json:"rows"`
	Files    int       `json:"files"`
	Created  time.Time `json:"created"` // when the backup was made
	Version  string    `json:"version"` // of the program that made it
	Epoch    string    `json:"epoch"`   // the new one
	Migrated []string  `json:"migrated"`

	blobs map[string]bool // the keys of the files that were put back
}

// Restore puts an archive into an empty database, or with force in the place of what is there. The
// archive is read once from end to end before anything is changed. The tables are made as they were
// when the backup was made, filled, counted, and only then brought up to this version, so that a
// migration that computes something computes it for old rows too. Until the end the database is
// marked as half restored, and no server starts on it.
func Restore(ctx context.Context, o Options, file string, force bool) (RestoreReport, error) {
	began := time.Now()
	m, err := examine(file, o)
	if err != nil {
		return RestoreReport{}, err
	}
	db, err := storage.Open(ctx, o.Config.Database(), o.Log)
	if err != nil {
		return RestoreReport{}, err
	}
	defer db.Close()
	if err := mayReplace(ctx, db, force); err != nil {
		return RestoreReport{}, err
	}
	r := RestoreReport{File: file, Created: m.Created, Version: m.Version, Rows: m.rows(), Migrated: []string{}, blobs: map[string]bool{}}
	if err := replace(ctx, o, db, file, m, &r); err != nil {
		return RestoreReport{}, err
	}
	r.Files, r.Seconds = len(r.blobs), took(began)
	return r, nil
}

func replace(ctx context.Context, o Options, db *storage.DB, file string, m Manifest, r *RestoreReport) error {
	old, err := blobKeys(ctx, db, db.R)
	if err != nil {
		return err
	}
	clock, err := db.NewClock(ctx, time.Now)
	if err != nil {
		return err
	}
	if err := db.BeginRestore(ctx, clock.Now()); err != nil {
		return err
	}
	if err := refill(ctx, o, db, file, m, r); err != nil {
		return fmt.Errorf("%w (the database is half restored now: run the restore again)", err)
	}
	dropBlobs(ctx, o, old, r.blobs)
	return nil
}

func refill(ctx context.Context, o Options, db *storage.DB, file string, m Manifest, r *RestoreReport) error {
	then, now, err := migrationsOf(engine(db), m.Schema)
	if err != nil {
		return err
	}
	if _, err := db.Migrate(ctx, then); err != nil {
		return err
	}
	tables, err := db.Tables(ctx, db.R)
	if err != nil {
		return err
	}
	if err := clear(ctx, db, m); err != nil {
		return err
	}
	load := func(t TableInfo, from io.Reader) error {
		defer o.say("%-16s %9d rows", t.Name, t.Rows)
		return loadTable(ctx, db, tables, t, from)
	}
	if err := loadArchive(ctx, o, file, load, r.blobs); err != nil {
		return err
	}
	if err := compare(ctx, db, m); err != nil {
		return err
	}
	applied, err := db.Migrate(ctx, now)
	if err != nil {
		return err
	}
	r.Migrated = append(r.Migrated, applied...)
	r.Epoch, err = db.EndRestore(ctx)
	return err
}

// examine reads the whole archive and refuses one that could not be restored.
func examine(file string, o Options) (Manifest, error) {
	var m Manifest
	err := readArchive(file,
		func(found Manifest) error { m = found; return known(m) },
		func(t TableInfo, from io.Reader) error {
			return readRows(t, from, func([]any) error { return nil })
		},
		func(string, int64, io.Reader) error { return nil })
	if err == nil {
		o.say("backup of %s, made by ichat %s on %s: %d rows", m.Created.Format(time.RFC3339), m.Version, m.Engine, m.rows())
	}
	return m, err
}

// known refuses a backup whose schema has migrations this program does not have.
func known(m Manifest) error {
	set, err := migrations.Set(m.Engine)
	if err != nil {
		return err
	}
	for _, name := range m.Schema {
		if !slices.ContainsFunc(set.Sorted(), func(one migrate.Migration) bool { return one.Name == name }) {
			return fmt.Errorf("this backup was made by a newer ichat (%s, migration %s): restore it with that version", m.Version, name)
		}
	}
	return nil
}

// mayReplace refuses a database that a server uses, that is not ichat's or that holds something.
// What an unfinished restore left is worth nothing and may always be replaced.
func mayReplace(ctx context.Context, db *storage.DB, force bool) error {
	err := db.Restoring(ctx)
	if err == nil {
		err = mayReplaceWhole(ctx, db, force)
	}
	if errors.Is(err, storage.ErrRestoring) {
		return nil
	}
	return err
}

func mayReplaceWhole(ctx context.Context, db *storage.DB, force bool) error {
	tables, err := db.Tables(ctx, db.R)
	if err != nil || len(tables) == 0 {
		return err
	}
	if applied, err := db.Applied(ctx, db.R); err != nil {
		return err
	} else if len(applied) == 0 {
		return errors.New("the database holds tables that are not ichat's: give ichat a database of its own")
	}
	if force {
		return nil
	}
	for _, t := range tables {
		if skipped(t.Name) || t.Name == "meta" {
			continue
		}
		var n int64
		if err := db.R.NewRaw(`SELECT COUNT(*) FROM (SELECT 1 FROM ? LIMIT 1) AS one`, bun.Ident(t.Name)).Scan(ctx, &n); err != nil {
			return err
		}
		if n > 0 {
			return ErrNotEmpty
		}
	}
	return nil
}

// migrationsOf returns the history up to an archive's schema, and the whole of it.
func migrationsOf(engine string, schema []string) (then, now *migrate.Migrations, err error) {
	if now, err = migrations.Set(engine); err != nil {
		return nil, nil, err
	}
	then = migrate.NewMigrations()
	for _, one := range now.Sorted() {
		if slices.Contains(schema, one.Name) {
			then.Add(one)
		}
	}
	return then, now, nil
}

// clear removes what migrations put into tables that the archive is going to fill.
func clear(ctx context.Context, db *storage.DB, m Manifest) error {
	return db.Write(storage.Unhurried(ctx), func(ctx context.Context, tx *storage.Tx) error {
		for _, t := range slices.Backward(m.Tables) {
			if _, err := tx.NewRaw(`DELETE FROM ?`, bun.Ident(t.Name)).Exec(ctx); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
		return nil
	})
}

// loadArchive fills the tables and then the file store, and notes the keys it put there.
func loadArchive(ctx context.Context, o Options, file string, table func(TableInfo, io.Reader) error, blobs map[string]bool) error {
	store, err := openBlobs(o.Config)
	if err != nil {
		return err
	}
	return readArchive(file, func(Manifest) error { return nil }, table, func(key string, size int64, r io.Reader) error {
		blobs[key] = true
		return store.Put(ctx, key, r, size)
	})
}

// loadTable writes the rows of one table, a slice at a time.
func loadTable(ctx context.Context, db *storage.DB, tables []storage.Table, t TableInfo, from io.Reader) error {
	kinds, err := kindsFor(tables, t)
	if err != nil {
		return err
	}
	var slice [][]any
	flush := func() error {
		rows := slice
		slice = nil
		return db.Write(storage.Unhurried(ctx), func(ctx context.Context, tx *storage.Tx) error { return insert(ctx, tx, t, rows) })
	}
	err = readRows(t, from, func(cells []any) error {
		for i := range cells {
			if cells[i], err = cellFor(kinds[i], cells[i]); err != nil {
				return fmt.Errorf("%s.%s: %w", t.Name, t.Columns[i], err)
			}
		}
		if slice = append(slice, cells); len(slice) < sliceRows {
			return nil
		}
		return flush()
	})
	if err == nil && len(slice) > 0 {
		err = flush()
	}
	return err
}

func kindsFor(tables []storage.Table, t TableInfo) ([]storage.Kind, error) {
	at := slices.IndexFunc(tables, func(have storage.Table) bool { return have.Name == t.Name })
	if at < 0 {
		return nil, fmt.Errorf("the backup has a table %s that its schema does not have", t.Name)
	}
	kinds := make([]storage.Kind, len(t.Columns))
	for i, name := range t.Columns {
		c := slices.IndexFunc(tables[at].Columns, func(have storage.Column) bool { return have.Name == name })
		if c < 0 {
			return nil, fmt.Errorf("the backup has a column %s.%s that its schema does not have", t.Name, name)
		}
		kinds[i] = tables[at].Columns[c].Kind
	}
	return kinds, nil
}

// insert writes rows in as few statements as their size allows.
func insert(ctx context.Context, tx *storage.Tx, t TableInfo, rows [][]any) error {
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(t.Columns)), ", ") + ")"
	for len(rows) > 0 {
		n, bytes, args := 0, 0, []any{bun.Ident(t.Name)}
		for _, name := range t.Columns {
			args = append(args, bun.Ident(name))
		}
		for n < len(rows) && n < statementRows && bytes < statementBytes {
			for _, cell := range rows[n] {
				if text, ok := cell.(string); ok {
					bytes += len(text)
				}
			}
			args = append(args, rows[n]...)
			n++
		}
		text := "INSERT INTO ? " + one + " VALUES " + strings.TrimSuffix(strings.Repeat(one+", ", n), ", ")
		if _, err := tx.NewRaw(text, args...).Exec(ctx); err != nil {
			return fmt.Errorf("fill %s: %w", t.Name, err)
		}
		rows = rows[n:]
	}
	return nil
}

// compare counts what arrived.
func compare(ctx context.Context, db *storage.DB, m Manifest) error {
	for _, t := range m.Tables {
		var n int64
		if err := db.R.NewRaw(`SELECT COUNT(*) FROM ?`, bun.Ident(t.Name)).Scan(ctx, &n); err != nil {
			return err
		}
		if n != t.Rows {
			return fmt.Errorf("%s has %d rows after the restore instead of %d", t.Name, n, t.Rows)
		}
	}
	return nil
}
