//go:build faultlab

package storage

import (
	"context"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/faultlab"
)

var (
	ackFirst  = faultlab.Is(faultlab.AckBeforeCommit)
	pushFirst = faultlab.Is(faultlab.PushBeforeCommit)
	noKey     = faultlab.Is(faultlab.NoUniqueKey)
)

// late is how long a commit is put off, so that what happened too early is there to be seen.
const late = 40 * time.Millisecond

// early tells at once what is to be told after the commit.
func early(f func()) {
	if pushFirst {
		f()
	}
}

// beforeCommit answers the whole group while nothing of it is durable.
func beforeCommit(group []*call) {
	if ackFirst {
		for _, c := range group {
			done := c.done
			c.done = make(chan struct{})
			close(done)
		}
	}
	if ackFirst || pushFirst {
		time.Sleep(late)
	}
}

// commitsLater takes the commit over and lets the caller answer before it.
func commitsLater(tx bun.Tx, after []func(), log *slog.Logger) bool {
	if pushFirst {
		time.Sleep(late)
	}
	if !ackFirst {
		return false
	}
	go func() {
		time.Sleep(late)
		if tx.Commit() == nil {
			runAfters(after, log)
		}
	}()
	return true
}

// weaken takes away the key that makes a retry find the first try.
func (db *DB) weaken(ctx context.Context) error {
	if !noKey {
		return nil
	}
	return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.ExecContext(ctx, "DROP INDEX IF EXISTS messages_client")
		return err
	})
}
