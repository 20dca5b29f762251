package storage

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/uptrace/bun"
)

// reader is what a statement can be run on that PostgreSQL keeps parsed.
type reader interface {
	kept() (on querier, scans *bun.DB, n *counter)
}

// querier is a pool or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
}

// reads is the pool, for reads outside of transactions.
type reads struct {
	*bun.DB
	counter *counter
}

func (r reads) kept() (querier, *bun.DB, *counter) { return r.DB.DB, r.DB, r.counter }

func (tx *Tx) kept() (querier, *bun.DB, *counter) {
	if inner, ok := tx.IDB.(bun.Tx); ok && tx.scans != nil {
		return inner.Tx, tx.scans, tx.counter
	}
	return nil, nil, nil
}

// Many runs a statement with ? for its arguments and scans the rows it answers into dest, a pointer to a slice. q is a DB's R, what
// Snapshot gives, or a Tx. A list of ids goes in as []int64, for IN (?). PostgreSQL parses and plans the statement once on each
// connection, so its text must not vary. Times go in as Time.
func Many(ctx context.Context, q bun.IDB, dest any, text string, args ...any) error {
	if r, ok := q.(reader); ok {
		if on, scans, n := r.kept(); on != nil {
			n.one(ctx)
			if _, pool := q.(reads); pool {
				stray(ctx, text)
			}
			if f := n.heard.Load(); f != nil {
				(*f)(scans.QueryGen().FormatQuery(text, listed(args)...))
			}
			rows, err := onPostgres{on, numbered(text)}.QueryContext(ctx, args...)
			if err != nil {
				return err
			}
			return scans.ScanRows(ctx, rows, dest)
		}
	}
	return q.NewRaw(text, listed(args)...).Scan(ctx, dest)
}

// listed is arguments as bun writes them into a statement.
func listed(args []any) []any {
	out := slices.Clone(args)
	for i, arg := range out {
		if ids, ok := arg.([]int64); ok {
			out[i] = bun.List(ids)
		}
	}
	return out
}

// Row is Many for at most one row; none is sql.ErrNoRows.
func Row[T any](ctx context.Context, q bun.IDB, text string, args ...any) (row T, err error) {
	var rows []T
	if err = Many(ctx, q, &rows, text, args...); err == nil && len(rows) == 0 {
		err = sql.ErrNoRows
	}
	if err == nil {
		row = rows[0]
	}
	return row, err
}

// selects are the beginnings of statements, by the type of their rows.
var selects sync.Map

// SelectOf is `SELECT columns FROM table AS alias` for the rows of a model, as bun writes it.
func SelectOf[T any](q bun.IDB) string {
	of := reflect.TypeFor[T]()
	if text, ok := selects.Load(of); ok {
		return text.(string)
	}
	table := q.Dialect().Tables().Get(of)
	columns := make([]string, len(table.Fields))
	for i, f := range table.Fields {
		columns[i] = string(table.SQLAlias) + "." + string(f.SQLName)
	}
	text := "SELECT " + strings.Join(columns, ", ") + " FROM " + string(table.SQLName) + " AS " + string(table.SQLAlias)
	selects.Store(of, text)
	return text
}
