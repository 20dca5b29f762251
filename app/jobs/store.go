package jobs

import (
	"context"
	"errors"
	"time"

	"ichat/storage"
)

var errLost = errors.New("the lease is another node's")

// take gets the lease of a job, atomically: of many nodes that ask at once one is told true.
func (j *Jobs) take(ctx context.Context, name string, now, until time.Time) (bool, error) {
	var taken bool
	err := j.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		res, err := tx.NewRaw(`
			INSERT INTO job_leases (name, node, lease_until, ran_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE
			SET node = excluded.node, lease_until = excluded.lease_until, ran_at = excluded.ran_at
			WHERE job_leases.lease_until <= excluded.ran_at`,
			name, j.node, until, now).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		taken = n == 1
		return err
	})
	return taken, err
}

// extend sets the end of a lease this node holds, or returns errLost.
func (j *Jobs) extend(ctx context.Context, name string, until time.Time) error {
	return j.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		res, err := tx.NewRaw(`UPDATE job_leases SET lease_until = ? WHERE name = ? AND node = ?`,
			until, name, j.node).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return errLost
	})
}
