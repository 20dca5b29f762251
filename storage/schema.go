package storage

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// Kind is what a column holds, the same on both engines.
type Kind string

// The kinds of column a schema for two engines is made of; any other type is Unknown.
const (
	Integer Kind = "integer"
	Text    Kind = "text"
	Instant Kind = "instant"
	Unknown Kind = ""
)

// Column is a column of a table.
type Column struct {
	Name string
	Kind Kind
}

// Table is a table of the open database, with its columns in order.
type Table struct {
	Name    string
	Columns []Column
}

// Tables lists every table of the database in the order they were made, bookkeeping included. It
// asks the engine, so nobody has to keep a list beside the migrations.
func (db *DB) Tables(ctx context.Context, r bun.IDB) ([]Table, error) {
	text := `
		SELECT m.name AS "table", c.name AS "column", c.type AS "type" FROM sqlite_master AS m, pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.rowid, c.cid`
	if db.Postgres() {
		text = `
			SELECT t.relname AS "table", c.attname AS "column", format_type(c.atttypid, NULL) AS "type"
			FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
			WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace ORDER BY t.oid, c.attnum`
	}
	var rows []struct {
		Table, Column, Type string
	}
	if err := r.NewRaw(text).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	var tables []Table
	for _, row := range rows {
		if n := len(tables); n == 0 || tables[n-1].Name != row.Table {
			tables = append(tables, Table{Name: row.Table})
		}
		last := &tables[len(tables)-1]
		last.Columns = append(last.Columns, Column{Name: row.Column, Kind: kindOf(row.Type)})
	}
	return tables, nil
}

func kindOf(declared string) Kind {
	name, _, _ := strings.Cut(strings.ToLower(declared), "(")
	switch name {
	case "bigint", "integer", "int", "smallint":
		return Integer
	case "text", "varchar", "character varying":
		return Text
	case "timestamptz", "timestamp with time zone":
		return Instant
	}
	return Unknown
}

// Applied lists the migrations the database has, oldest first; none for a database without tables.
func (db *DB) Applied(ctx context.Context, r bun.IDB) ([]string, error) {
	tables, err := db.Tables(ctx, r)
	if err != nil || !has(tables, "bun_migrations") {
		return nil, err
	}
	var names []string
	err = r.NewRaw(`SELECT name FROM bun_migrations ORDER BY name`).Scan(ctx, &names)
	return names, err
}

func has(tables []Table, name string) bool {
	for _, t := range tables {
		if t.Name == name {
			return true
		}
	}
	return false
}
