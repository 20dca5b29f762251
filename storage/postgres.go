package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// connections is what one node holds of PostgreSQL at most; 100 is the server's usual limit for all.
const connections = 24

// abandoned is how long a transaction may hold its locks without a word: a node that was stopped or cut off
// must not keep the others waiting, and must not commit when it wakes up.
const abandoned = 10 * time.Second

// answerIn is how long a write may take in all, waiting for a connection and for locks included: a server that is
// there and does nothing must not hold requests for ever. Whoever waits is told to send the same again.
const answerIn = 10 * time.Second

// attempts is how often a write that PostgreSQL refused for a conflict is tried in all.
const attempts = 6

func openPostgres(ctx context.Context, url string, log *slog.Logger) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be read: %w", err)
	}
	// bun writes the arguments into the statement, so a statement cache would only thrash.
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["synchronous_commit"] = "on"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = strconv.FormatInt(abandoned.Milliseconds(), 10)
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	config.DialFunc = dial
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db := bun.NewDB(pool, pgdialect.New())
	if err := db.PingContext(ctx); err != nil {
		pool.Close()
		return nil, noEntry(config.Host, err)
	}
	c := &counter{}
	db = db.WithQueryHook(c)
	read := db.WithQueryHook(alone{})
	return &DB{R: reads{read, c}, read: read, write: db, log: log, counter: c, tenure: newTenure()}, nil
}

// noEntry says in one line why there is no connection: the server refuses, or nobody is there. The driver's own words would name
// the user and each address it tried.
func noEntry(host string, err error) error {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		return fmt.Errorf("the database at %s refuses the connection: %s", host, refusal.Message)
	}
	lines := strings.Split(err.Error(), "\n") // one a host tried; the last says as much as all
	return fmt.Errorf("the database at %s does not answer: %s", host, strings.TrimSpace(lines[len(lines)-1]))
}

func (db *DB) writePostgres(ctx context.Context, fn func(context.Context, *Tx) error) error {
	own, cancel := bounded(ctx)
	defer cancel()
	var err error
	for n := range attempts {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var after []func()
		if after, err = db.tryPostgres(own, fn); err == nil {
			db.counter.kept(1)
			runAfters(after, db.log)
			return nil
		}
		if state := sqlState(err); state != "40001" && state != "40P01" {
			break
		}
		pause(ctx, time.Duration(rand.Int64N(int64(5*time.Millisecond)<<n)))
	}
	return Classify(err)
}

// slow marks a context whose writes may take their time.
type slow struct{}

// Unhurried lets the writes under ctx take longer than a person would wait: for whole tables, while nobody is served.
func Unhurried(ctx context.Context) context.Context { return context.WithValue(ctx, slow{}, true) }

// bounded is the context in which a write runs: its caller's leaving changes nothing, only its time is bounded.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Value(slow{}) != nil {
		return context.WithoutCancel(ctx), func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), answerIn)
}

func (db *DB) tryPostgres(ctx context.Context, fn func(context.Context, *Tx) error) ([]func(), error) {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	inner := &Tx{IDB: tx, counter: db.counter, tenure: db.tenure, scans: db.write}
	if err := attempt(&call{ctx: ctx, fn: fn}, inner, db.log); err != nil {
		tx.Rollback()
		return nil, err
	}
	if commitsLater(tx, inner.after, db.log) {
		return nil, nil
	}
	if err := tx.Commit(); err != nil && err != sql.ErrTxDone {
		return nil, fmt.Errorf("commit: %w", err)
	} else if err != nil {
		return nil, fmt.Errorf("commit: the transaction had ended: %w", err)
	}
	return inner.after, nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
