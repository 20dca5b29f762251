package notify

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// outbox is a table of what is to be sent, by the type of its rows: one is queued and due for its next try, or leased, or finished.
type outbox[R any] string

const (
	outMails  outbox[mailRow] = "mails"
	outPushes outbox[pushRow] = "pushes"
)

// next is when the next row is due; ok is false when none waits.
func (o outbox[R]) next(ctx context.Context, q bun.IDB) (at time.Time, ok bool, err error) {
	var rows []struct{ DueAt time.Time }
	err = q.NewRaw(`SELECT due_at FROM ? WHERE state = ? ORDER BY due_at LIMIT 1`, bun.Ident(o), stateQueued).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return time.Time{}, false, err
	}
	return rows[0].DueAt, true, nil
}

// claim takes one row that is due until the lease is over; ok is false when there is none. Of many who try at once
// each gets another one or none.
func (o outbox[R]) claim(ctx context.Context, tx *storage.Tx, now, until time.Time) (row R, ok bool, err error) {
	var rows []R
	err = tx.NewRaw(`
		UPDATE ?0 SET due_at = ?1, tries = tries + 1
		WHERE id = (SELECT id FROM ?0 WHERE state = ?2 AND due_at <= ?3 ORDER BY due_at, id LIMIT 1) AND state = ?2 AND due_at <= ?3
		RETURNING *`, bun.Ident(o), until, stateQueued, now).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return row, false, err
	}
	return rows[0], true, nil
}

// sweep removes up to n finished rows of a state that are older than before.
func (o outbox[R]) sweep(ctx context.Context, tx *storage.Tx, state string, before time.Time, n int) (int64, error) {
	res, err := tx.NewRaw(`DELETE FROM ?0 WHERE id IN (SELECT id FROM ?0 WHERE state = ?1 AND due_at < ?2 LIMIT ?3)`, bun.Ident(o), state, before, n).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
