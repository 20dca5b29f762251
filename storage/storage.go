// Package storage is the ground floor: it opens the database, SQLite or PostgreSQL behind the
// same code, and owns the one way to write (DB.Write) and the ways to read.
package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ichat/app/fault"
)

// DB is one open database. Reads go through R; every write goes through Write.
type DB struct {
	R bun.IDB // reads; on SQLite a pool of read-only connections

	read  *bun.DB
	write *bun.DB
	group *groupWriter // nil on PostgreSQL
	reads *prepared    // nil on PostgreSQL
	lock  *os.File     // SQLite: the file whose lock serialises migrations
	log   *slog.Logger

	counter *counter
	tenure  *tenure
}

// Tx is what a function given to Write works on. It runs statements like any bun handle; it must
// not begin transactions of its own.
type Tx struct {
	bun.IDB
	after    []func()
	prepared *prepared // nil on PostgreSQL
	counter  *counter
	tenure   *tenure // nil: what is written needs no node number
	scans    *bun.DB // reads rows into structs; nil on SQLite
}

// After keeps f for when the transaction has been committed; it is dropped when it is not.
// On SQLite all of them run in commit order. f must not block and cannot fail.
func (tx *Tx) After(f func()) {
	early(f)
	tx.after = append(tx.after, f)
}

// Open opens "sqlite:PATH" or "postgres://…". It neither creates tables nor looks at the schema:
// call Migrate next. The error names what is wrong in one line.
func Open(ctx context.Context, url string, log *slog.Logger) (*DB, error) {
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), log)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, log)
	}
	return nil, errors.New("database URL must begin with sqlite: or postgres://")
}

// Write runs fn in a transaction and returns when it is durable. An error from fn, or a panic,
// undoes what fn did and is returned. When the database could not keep it (disk full, commit
// failed, connection lost) the answer is fault.Unavailable: the same request may be sent again.
//
// fn may run more than once, so it may have no effect but SQL and tx.After, and it must return at
// the first statement that fails. ctx only decides whether fn starts: a later cancel changes nothing.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	stray(ctx, "BEGIN")
	if db.group != nil {
		return db.group.write(ctx, fn)
	}
	return db.writePostgres(ctx, fn)
}

// Snapshot runs fn on reads that all see the same instant.
func (db *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, r bun.IDB) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if db.Postgres() {
		opts.Isolation = sql.LevelRepeatableRead
	}
	stray(ctx, "BEGIN")
	tx, err := db.read.BeginTx(ctx, opts)
	if err != nil {
		return Classify(fmt.Errorf("begin a snapshot: %w", err))
	}
	defer tx.Rollback()
	if db.Postgres() {
		return fn(ctx, &Tx{IDB: tx, counter: db.counter, scans: db.read})
	}
	return fn(ctx, tx)
}

// Postgres tells which engine this is, for the few statements that differ.
func (db *DB) Postgres() bool { return db.write.Dialect().Name() == dialect.PG }

// Ping returns nil when the database answers a read.
func (db *DB) Ping(ctx context.Context) error {
	_, err := db.R.ExecContext(ctx, "SELECT 1")
	return err
}

// Close waits for the writes that have begun and closes everything.
func (db *DB) Close() error {
	if db.group != nil {
		db.group.close()
	}
	errs := []error{db.read.Close()}
	if db.write != db.read {
		errs = append(errs, db.write.Close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}

// Found turns "no rows" into a not-found fault that names what was looked for.
func Found(err error, noun string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, noun+" not found")
	}
	return err
}

// IsUnique tells whether err is the refusal of a unique key.
func IsUnique(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return sqlState(err) == "23505"
}

// Classify turns the failures that a second try may cure (disk full, busy, connection lost) into
// fault.Unavailable and leaves everything else as it is.
func Classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	if Away(err) {
		return fault.New(fault.Unavailable, "the server cannot save right now").Because(err)
	}
	return err
}

// Away tells whether err says that the database is not there, or has no room or time just now; later the same
// may succeed.
func Away(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
			sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
			return true
		}
		return false
	}
	switch state := sqlState(err); {
	case strings.HasPrefix(state, "08"), strings.HasPrefix(state, "53"), strings.HasPrefix(state, "57"), strings.HasPrefix(state, "58"),
		state == "40001", state == "40P01", state == "25006", state == "25P03":
		return true
	}
	var network net.Error
	return errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) || pgconn.SafeToRetry(err)
}

func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
