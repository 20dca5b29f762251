package storage

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// readers is how many reads run at once on SQLite; more only wait for each other's CPU.
const readers = 4

// logKept is how much of the write-ahead log stays on the disk when a checkpoint has emptied it. A long reader
// lets it grow; without a limit it would stay as large for ever.
const logKept = "16777216"

func openSQLite(ctx context.Context, path string, log *slog.Logger) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder cannot be written: %w", err)
	}
	write, err := sqliteHandle(path, "rwc", "&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=journal_size_limit("+logKept+")", 1)
	if err == nil {
		err = write.PingContext(ctx) // the writer opens first: it makes the file and its log
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("the database %s cannot be opened: %w", path, err)
	}
	read, err := sqliteHandle(path, "ro", "", readers)
	if err != nil {
		return nil, fmt.Errorf("the database %s cannot be read: %w", path, err)
	}
	c, t := &counter{}, newTenure()
	read, write = read.WithQueryHook(c).WithQueryHook(alone{}), write.WithQueryHook(c)
	return &DB{R: read, read: read, write: write, group: newGroupWriter(write, c, t, log), reads: newPrepared(read.DB), lock: lock, log: log, counter: c, tenure: t}, nil
}

func sqliteHandle(path, mode, more string, connections int) (*bun.DB, error) {
	name := (&url.URL{Scheme: "file", Opaque: url.PathEscape(path)}).String() +
		"?mode=" + mode + "&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=cache_size(-16384)&_pragma=temp_store(2)" + more
	pool, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return bun.NewDB(pool, sqlitedialect.New()), nil
}

// Log is the size of SQLite's write-ahead log in bytes; 0 on PostgreSQL. It grows while something reads for long.
func (db *DB) Log() int64 {
	if db.lock == nil {
		return 0
	}
	info, err := os.Stat(strings.TrimSuffix(db.lock.Name(), ".lock") + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}
