package desk

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// placeOf counts the waiting tickets of the same queue up to and including this one.
func placeOf(ctx context.Context, q bun.IDB, t ticketRow) (int, error) {
	n, err := waitingBefore(ctx, q, t.QueueID, t.Priority, t.OpenedAt, t.ID)
	return n + 1, err
}

// waitingBefore counts those who wait in a queue before a ticket.
func waitingBefore(ctx context.Context, q bun.IDB, queue int64, priority int, openedAt time.Time, id int64) (n int, err error) {
	err = q.NewRaw(`
		SELECT COUNT(*) FROM tickets
		WHERE queue_id = ? AND state = 'waiting' AND (priority > ? OR (priority = ? AND (opened_at, id) < (?, ?)))`,
		queue, priority, priority, openedAt.UTC(), id).Scan(ctx, &n)
	return n, err
}

// countWaiting counts those who wait in a queue.
func countWaiting(ctx context.Context, q bun.IDB, queue int64) (n int, err error) {
	err = q.NewRaw(`SELECT COUNT(*) FROM tickets WHERE queue_id = ? AND state = 'waiting'`, queue).Scan(ctx, &n)
	return n, err
}

// queueLengths counts those who wait in each queue of a site.
func queueLengths(ctx context.Context, q bun.IDB, site int64) (map[int64]int, error) {
	var rows []struct {
		QueueID int64
		N       int
	}
	err := q.NewRaw(`SELECT queue_id, COUNT(*) AS n FROM tickets WHERE site_id = ? AND state = 'waiting' GROUP BY queue_id`, site).Scan(ctx, &rows)
	lengths := map[int64]int{}
	for _, r := range rows {
		lengths[r.QueueID] = r.N
	}
	return lengths, err
}

// recentHandling is how long the latest finished tickets of a queue took from hand to close.
func recentHandling(ctx context.Context, q bun.IDB, queue int64) ([]time.Duration, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Column("assigned_at", "closed_at").
		Where("t.queue_id = ?", queue).Where("t.state = ?", stateClosed).Where("t.assigned_at IS NOT NULL").
		OrderExpr("t.assigned_at DESC").Limit(samplesRead).Scan(ctx)
	var took []time.Duration
	for _, r := range rows {
		if r.AssignedAt != nil && r.ClosedAt != nil {
			took = append(took, r.ClosedAt.Sub(*r.AssignedAt))
		}
	}
	return took, err
}
