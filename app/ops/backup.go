package ops

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// BackupReport is what a backup did.
type BackupReport struct {
	File    string   `json:"file"`
	Bytes   int64    `json:"bytes"`
	Seconds float64  `json:"seconds"`
	Rows    int64    `json:"rows"`
	Files   int      `json:"files"`
	Missing []string `json:"missing"` // files the database knows and the store does not have
	Manifest
}

// Backup copies the database and the files it refers to into one archive, beside a server that goes
// on working. All rows are read from one instant; the files follow, which never change once they are
// written. The archive appears under its name when it is complete and on the disk.
func Backup(ctx context.Context, o Options, file string) (BackupReport, error) {
	began := time.Now()
	db, err := existing(ctx, o)
	if err != nil {
		return BackupReport{}, err
	}
	defer db.Close()
	if err := db.Restoring(ctx); err != nil {
		return BackupReport{}, err
	}
	w, err := newArchive(file, began.UTC().Truncate(time.Second))
	if err != nil {
		return BackupReport{}, err
	}
	r := BackupReport{File: file, Missing: []string{}}
	var keys []string
	err = db.Snapshot(ctx, func(ctx context.Context, q bun.IDB) error {
		if r.Manifest, err = takeStock(ctx, db, q, o.Version, w.now); err != nil {
			return err
		}
		if err := writeTables(ctx, o, db, q, w, r.Manifest); err != nil {
			return err
		}
		keys, err = blobKeys(ctx, db, q)
		return err
	})
	if err == nil {
		err = copyBlobs(ctx, o, w, keys, &r)
	}
	if err != nil {
		w.drop()
		return BackupReport{}, fmt.Errorf("no backup was made: %w", err)
	}
	if r.Bytes, err = w.finish(); err != nil {
		return BackupReport{}, fmt.Errorf("no backup was made: %w", err)
	}
	r.Rows, r.Seconds = r.rows(), took(began)
	return r, nil
}

// takeStock makes the manifest of an instant.
func takeStock(ctx context.Context, db *storage.DB, q bun.IDB, version string, now time.Time) (Manifest, error) {
	m := Manifest{Format: format, Version: version, Created: now, Engine: engine(db)}
	var err error
	if m.Schema, err = db.Applied(ctx, q); err != nil {
		return m, err
	}
	if len(m.Schema) == 0 {
		return m, errors.New("the database is not one of ichat's")
	}
	if err := q.NewRaw(`SELECT value FROM meta WHERE name = 'epoch'`).Scan(ctx, &m.Epoch); err != nil {
		return m, fmt.Errorf("read the epoch: %w", err)
	}
	all, err := db.Tables(ctx, q)
	if err != nil {
		return m, err
	}
	for _, t := range tablesOf(all) {
		info := TableInfo{Name: t.Name}
		for _, c := range t.Columns {
			if c.Kind == storage.Unknown {
				return m, fmt.Errorf("column %s of %s is of a type that an archive cannot hold", c.Name, t.Name)
			}
			info.Columns = append(info.Columns, c.Name)
		}
		if err := q.NewRaw(`SELECT COUNT(*) FROM ?`, bun.Ident(t.Name)).Scan(ctx, &info.Rows); err != nil {
			return m, fmt.Errorf("count %s: %w", t.Name, err)
		}
		m.Tables = append(m.Tables, info)
	}
	return m, nil
}

func writeTables(ctx context.Context, o Options, db *storage.DB, q bun.IDB, w *archiveWriter, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the manifest: %w", err)
	}
	if err := w.add(manifestName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	all, err := db.Tables(ctx, q)
	if err != nil {
		return err
	}
	for i, t := range tablesOf(all) {
		if err := writeTable(ctx, q, w, t, m.Tables[i].Rows); err != nil {
			return fmt.Errorf("copy %s: %w", t.Name, err)
		}
		o.say("%-16s %9d rows", t.Name, m.Tables[i].Rows)
	}
	return nil
}

// writeTable goes through a file without a name, because a tar entry begins with its size.
func writeTable(ctx context.Context, q bun.IDB, w *archiveWriter, t storage.Table, want int64) error {
	spool, err := os.CreateTemp(filepath.Dir(w.path), ".ichat-backup-*")
	if err != nil {
		return err
	}
	defer spool.Close()
	if err := os.Remove(spool.Name()); err != nil {
		return err
	}
	out := bufio.NewWriterSize(spool, 1<<16)
	n, err := writeRows(ctx, q, t, out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("%d rows, but %d were counted at the same instant", n, want)
	}
	size, err := spool.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return w.add(tablesFolder+t.Name+rowsSuffix, size, spool)
}

func writeRows(ctx context.Context, q bun.IDB, t storage.Table, out io.Writer) (n int64, err error) {
	names := make([]bun.Ident, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = bun.Ident(c.Name)
	}
	rows, err := q.QueryContext(ctx, `SELECT ? FROM ?`, bun.List(names), bun.Ident(t.Name))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	cells, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for rows.Next() {
		for i, c := range t.Columns {
			into[i] = newCell(c.Kind)
		}
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		for i, cell := range into {
			cells[i] = plain(cell)
		}
		if err := encoder.Encode(cells); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

func newCell(kind storage.Kind) any {
	switch kind {
	case storage.Integer:
		return new(sql.NullInt64)
	case storage.Instant:
		return new(sql.Null[storage.Time])
	}
	return new(sql.NullString)
}

// plain is a cell as JSON has it: a number, a text, an instant in UTC, or null.
func plain(cell any) any {
	switch v := cell.(type) {
	case *sql.NullInt64:
		if v.Valid {
			return v.Int64
		}
	case *sql.Null[storage.Time]:
		if v.Valid {
			return v.V.UTC().Format(time.RFC3339Nano)
		}
	case *sql.NullString:
		if v.Valid {
			return v.String
		}
	}
	return nil
}
