package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// prepared keeps the statements of the busiest paths parsed. bun writes arguments into the text,
// so SQLite would parse each of them anew: a quarter of the time of a send, when measured.
type prepared struct {
	pool *sql.DB

	mu     sync.RWMutex
	kept   map[string]*sql.Stmt // by text; guarded by mu
	wanted []string             // asked for and not kept yet; guarded by mu
}

func newPrepared(pool *sql.DB) *prepared { return &prepared{pool: pool, kept: map[string]*sql.Stmt{}} }

// find returns the statement, or nil after noting that it is wanted.
func (p *prepared) find(text string) *sql.Stmt {
	p.mu.RLock()
	s := p.kept[text]
	p.mu.RUnlock()
	if s != nil {
		return s
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wanted = append(p.wanted, text)
	return nil
}

// fetch prepares what was wanted. It needs a connection of the pool, so nobody may call it inside a
// transaction on a pool of one.
func (p *prepared) fetch(ctx context.Context) {
	p.mu.RLock()
	idle := len(p.wanted) == 0
	p.mu.RUnlock()
	if idle {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, text := range p.wanted {
		if p.kept[text] != nil {
			continue
		}
		if s, err := p.pool.PrepareContext(ctx, text); err == nil {
			p.kept[text] = s // an error shows where the statement is used
		}
	}
	p.wanted = nil
}

// One runs a statement with ? for its arguments and scans the one row it answers into dest; no row
// is sql.ErrNoRows. It is parsed once. Times go in and out as Time.
func (tx *Tx) One(ctx context.Context, text string, args []any, dest ...any) error {
	if s := tx.statement(ctx, text); s != nil {
		return s.QueryRowContext(ctx, args...).Scan(dest...)
	}
	return tx.NewRaw(text, args...).Scan(ctx, dest...)
}

// Do is One for a statement that answers nothing.
func (tx *Tx) Do(ctx context.Context, text string, args ...any) error {
	if s := tx.statement(ctx, text); s != nil {
		_, err := s.ExecContext(ctx, args...)
		return err
	}
	_, err := tx.NewRaw(text, args...).Exec(ctx)
	return err
}

// Numbers runs a statement that answers one column of integers.
func (tx *Tx) Numbers(ctx context.Context, text string, args ...any) (found []int64, err error) {
	s := tx.statement(ctx, text)
	if s == nil {
		err := tx.NewRaw(text, args...).Scan(ctx, &found)
		return found, err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		found = append(found, n)
	}
	return found, rows.Err()
}

// statement is one that is kept parsed: by us on SQLite, by pgx on each connection to PostgreSQL.
type statement interface {
	QueryRowContext(ctx context.Context, args ...any) *sql.Row
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
}

// statement returns nil when SQLite's has still to be parsed: the caller gives it to bun, which counts it itself.
func (tx *Tx) statement(ctx context.Context, text string) statement {
	inner, ok := tx.IDB.(bun.Tx)
	if !ok {
		return nil
	}
	if tx.prepared == nil {
		tx.counter.one(ctx)
		return onPostgres{inner.Tx, numbered(text)}
	}
	s := tx.prepared.find(text)
	if s == nil {
		return nil
	}
	tx.counter.one(ctx)
	return inner.Tx.StmtContext(ctx, s)
}

// One is Tx.One on the read-only pool.
func (db *DB) One(ctx context.Context, text string, args []any, dest ...any) error {
	stray(ctx, text)
	if db.reads == nil {
		db.counter.one(ctx)
		return onPostgres{db.read.DB, numbered(text)}.QueryRowContext(ctx, args...).Scan(dest...)
	}
	s := db.reads.find(text)
	if s == nil {
		db.reads.fetch(ctx)
		return db.R.NewRaw(text, args...).Scan(ctx, dest...)
	}
	db.counter.one(ctx)
	return s.QueryRowContext(ctx, args...).Scan(dest...)
}

// texts are statements as PostgreSQL writes them, by how we do.
var texts sync.Map

// numbered writes $1, $2, … for the ? of a statement, which has no other question mark, and takes a list as one argument.
func numbered(text string) string {
	if known, ok := texts.Load(text); ok {
		return known.(string)
	}
	var b strings.Builder
	for i, part := range strings.Split(strings.ReplaceAll(text, "IN (?)", "= ANY(?)"), "?") {
		if i > 0 {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	texts.Store(text, b.String())
	return b.String()
}

// onPostgres is a statement that pgx keeps parsed on its connection.
type onPostgres struct {
	on   querier
	text string
}

func (p onPostgres) QueryRowContext(ctx context.Context, args ...any) *sql.Row {
	return p.on.QueryRowContext(ctx, p.text, keep(args)...)
}

func (p onPostgres) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	return p.on.QueryContext(ctx, p.text, keep(args)...)
}

func (p onPostgres) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	return p.on.ExecContext(ctx, p.text, keep(args)...)
}

func keep(args []any) []any { return append([]any{pgx.QueryExecModeCacheStatement}, args...) }

// timeFormat is how bun writes a time into SQLite; it sorts as text.
const timeFormat = "2006-01-02 15:04:05.999999-07:00"

// Time is a time as both databases keep it, for One and Do.
type Time struct{ time.Time }

// Value writes the time in UTC.
func (t Time) Value() (driver.Value, error) { return t.UTC().Format(timeFormat), nil }

// Pointer is the time, nil when there is none.
func (t Time) Pointer() *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}

// Scan reads what either database answers.
func (t *Time) Scan(v any) (err error) {
	switch v := v.(type) {
	case time.Time:
		t.Time = v.UTC()
	case string:
		t.Time, err = time.Parse(timeFormat, v)
	case []byte:
		t.Time, err = time.Parse(timeFormat, string(v))
	case nil:
		t.Time = time.Time{}
	default:
		err = fmt.Errorf("a time cannot be read from %T", v)
	}
	return err
}
