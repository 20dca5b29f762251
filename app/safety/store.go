package safety

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

type row struct {
	bun.BaseModel `bun:"table:blocks,alias:b"`

	ID        int64 `bun:",pk"`
	SiteID    int64
	VisitorID int64  // 0: the block is of a network
	Network   string // a prefix, masked
	Reason    string
	ByID      int64
	At        time.Time
	ExpiresAt *time.Time
}

// mark tells two states of the table apart: rows are added and removed, and never changed.
type mark struct {
	Rows   int64
	Newest int64
}

func markOf(ctx context.Context, r bun.IDB) (m mark, err error) {
	err = r.NewRaw(`SELECT COUNT(*) AS "rows", COALESCE(MAX(id), 0) AS newest FROM blocks`).Scan(ctx, &m)
	return m, err
}

func all(ctx context.Context, r bun.IDB) ([]row, error) {
	var rows []row
	err := r.NewSelect().Model(&rows).Column("site_id", "visitor_id", "network", "expires_at").Scan(ctx)
	return rows, err
}

func newest(ctx context.Context, r bun.IDB, site, before int64, n int) ([]row, error) {
	var rows []row
	q := r.NewSelect().Model(&rows).Where("b.site_id = ?", site).OrderExpr("b.id DESC").Limit(int64(n))
	if before != 0 {
		q = q.Where("b.id < ?", before)
	}
	return rows, q.Scan(ctx)
}

func byID(ctx context.Context, r bun.IDB, site, id int64) (row, error) {
	var found row
	err := r.NewSelect().Model(&found).Where("b.id = ?", id).Where("b.site_id = ?", site).Scan(ctx)
	return found, storage.Found(err, "block")
}

func ofVisitor(ctx context.Context, r bun.IDB, site, visitor int64) (found row, ok bool, err error) {
	err = r.NewSelect().Model(&found).Where("b.site_id = ?", site).Where("b.visitor_id = ?", visitor).Where("b.network = ''").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, false, nil
	}
	return found, err == nil, err
}

// replace puts a block in the place of the one the same target may have.
func replace(ctx context.Context, tx *storage.Tx, r row) error {
	_, err := tx.NewRaw(`DELETE FROM blocks WHERE site_id = ? AND visitor_id = ? AND network = ?`, r.SiteID, r.VisitorID, r.Network).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return err
}

// blockedTx looks a visitor up inside the write of his message.
func blockedTx(ctx context.Context, tx *storage.Tx, site, visitor int64, now time.Time) (bool, error) {
	var until *storage.Time
	err := tx.One(ctx, `SELECT expires_at FROM blocks WHERE site_id = ? AND visitor_id = ? AND network = ''`, []any{site, visitor}, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && (until == nil || now.Before(until.Time)), err
}

func remove(ctx context.Context, tx *storage.Tx, id int64) (bool, error) {
	res, err := tx.NewRaw(`DELETE FROM blocks WHERE id = ?`, id).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// removeOver removes up to n blocks that have ended.
func removeOver(ctx context.Context, tx *storage.Tx, now time.Time, n int64) (int64, error) {
	res, err := tx.NewRaw(`DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE expires_at <= ? LIMIT ?)`, now, n).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
