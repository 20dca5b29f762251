package nodes

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/hub"
	"ichat/storage"
)

// change is somebody who came to this node, left it, or is connected to it in another way.
type change struct {
	person int64
	reach  hub.Reach
}

type presenceRow struct {
	bun.BaseModel `bun:"table:presences,alias:p"`

	Node     int       `bun:"node,pk"`
	PersonID int64     `bun:"person_id,pk"`
	Boot     string    `bun:"boot"`
	Here     hub.Reach `bun:"here"`
	Turn     int64     `bun:"turn"`
}

// alive prolongs a node's life.
func alive(ctx context.Context, db *storage.DB, n storage.Node, until time.Duration) error {
	return db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `UPDATE nodes SET alive_ms = `+db.ClockMS()+` + ? WHERE number = ? AND boot = ?`, until.Milliseconds(), n.Number, n.Boot)
	})
}

// livingNodes are the boots of the other nodes that live, by number.
func livingNodes(ctx context.Context, db *storage.DB, self int) (map[int]string, error) {
	var rows []struct {
		Number int
		Boot   string
	}
	err := db.R.NewRaw(`SELECT number, boot FROM nodes WHERE number <> ? AND alive_ms > `+db.ClockMS(), self).Scan(ctx, &rows)
	living := make(map[int]string, len(rows))
	for _, r := range rows {
		living[r.Number] = r.Boot
	}
	return living, err
}

func writeChanges(ctx context.Context, db *storage.DB, n storage.Node, turn int64, changes []change) error {
	rows := make([]presenceRow, len(changes))
	for i, c := range changes {
		rows[i] = presenceRow{Node: n.Number, PersonID: c.person, Boot: n.Boot, Here: c.reach, Turn: turn}
	}
	return db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewInsert().Model(&rows).
			On("CONFLICT (node, person_id) DO UPDATE").
			Set("boot = EXCLUDED.boot, here = EXCLUDED.here, turn = EXCLUDED.turn").Exec(ctx)
		return err
	})
}

// changesOf reads what a node wrote after a turn.
func changesOf(ctx context.Context, r bun.IDB, node int, boot string, turn int64) ([]presenceRow, error) {
	var rows []presenceRow
	err := r.NewSelect().Model(&rows).Where("node = ? AND boot = ? AND turn > ?", node, boot, turn).Order("turn").Scan(ctx)
	return rows, err
}

func clearRows(ctx context.Context, db *storage.DB, node int) error {
	return db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `DELETE FROM presences WHERE node = ?`, node)
	})
}

func removeGone(ctx context.Context, db *storage.DB, node int, turn int64) error {
	return db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `DELETE FROM presences WHERE node = ? AND here = 0 AND turn <= ?`, node, turn)
	})
}
