package files

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// slice is how many rows one write of the clean-up touches.
const slice = 200

type fileRow struct {
	bun.BaseModel `bun:"table:files,alias:f"`

	ID         int64     `bun:"id,pk"`
	UploaderID int64     `bun:"uploader_id"`
	Kind       string    `bun:"kind"`
	Name       string    `bun:"name"`
	Size       int64     `bun:"size"`
	Mime       string    `bun:"mime"`
	ThumbMime  string    `bun:"thumb_mime"`
	Width      int64     `bun:"width"`
	Height     int64     `bun:"height"`
	State      string    `bun:"state"`
	StateAt    time.Time `bun:"state_at"`
	CreatedAt  time.Time `bun:"created_at"`
}

func (r fileRow) file() File {
	return File{ID: r.ID, Kind: r.Kind, Name: r.Name, Size: r.Size, Mime: r.Mime, Width: r.Width, Height: r.Height}
}

// use is a message that refers to a file.
type use struct {
	ConversationID int64 `bun:"conversation_id"`
	Seq            int64 `bun:"seq"`
	SiteID         int64 `bun:"site_id"`
}

// served reads a file that may be shown: whole, and not taken back.
func served(ctx context.Context, r bun.IDB, id int64) (fileRow, error) {
	var row fileRow
	err := r.NewSelect().Model(&row).Where("id = ?", id).Where("state IN (?, ?)", fresh, sent).Scan(ctx)
	return row, storage.Found(err, "file")
}

func insertFile(ctx context.Context, tx *storage.Tx, row fileRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func setState(ctx context.Context, tx *storage.Tx, id int64, state string, now time.Time) error {
	return tx.Do(ctx, `UPDATE files SET state = ?, state_at = ? WHERE id = ?`, state, storage.Time{Time: now}, id)
}

// refer notes that a message refers to files, each named once, unless one of them is on its way out.
func refer(ctx context.Context, tx *storage.Tx, ids []int64, u use, now time.Time) error {
	res, err := tx.NewRaw(`UPDATE files SET state = ?, state_at = ? WHERE id IN (?) AND state IN (?, ?)`,
		sent, now, bun.List(ids), fresh, sent).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != int64(len(ids)) {
		return storage.Found(errors.Join(err, sql.ErrNoRows), "file")
	}
	_, err = tx.NewRaw(`INSERT INTO file_uses (file_id, conversation_id, seq, site_id) SELECT id, ?, ?, ? FROM files WHERE id IN (?)`,
		u.ConversationID, u.Seq, u.SiteID, bun.List(ids)).Exec(ctx)
	return err
}

// unrefer takes back what a message refers to. Files nobody refers to any more are gone.
func unrefer(ctx context.Context, tx *storage.Tx, conversation, seq int64, now time.Time) error {
	ids, err := tx.Numbers(ctx, `DELETE FROM file_uses WHERE conversation_id = ? AND seq = ? RETURNING file_id`, conversation, seq)
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = tx.NewRaw(`
		UPDATE files SET state = ?, state_at = ?
		WHERE id IN (?) AND NOT EXISTS (SELECT 1 FROM file_uses WHERE file_id = files.id)`, gone, now, bun.List(ids)).Exec(ctx)
	return err
}

// newestUses is the newest message of each conversation that refers to a file.
func newestUses(ctx context.Context, r bun.IDB, id int64) ([]use, error) {
	var found []use
	err := r.NewRaw(`
		SELECT conversation_id, MAX(site_id) AS site_id, MAX(seq) AS seq FROM file_uses
		WHERE file_id = ? GROUP BY conversation_id`, id).Scan(ctx, &found)
	return found, err
}

// giveUp marks uploads that nobody referred to since before, and uploads that never became whole. It
// tells how many.
func giveUp(ctx context.Context, tx *storage.Tx, before, now time.Time) (int64, error) {
	res, err := tx.NewRaw(`
		UPDATE files SET state = ?, state_at = ? WHERE id IN (
		  SELECT id FROM files WHERE state IN (?, ?) AND state_at < ? LIMIT ?)
		AND state IN (?, ?)`, gone, now, coming, fresh, before, slice, coming, fresh).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// goneFiles reads files whose bytes wait for the clean-up.
func goneFiles(ctx context.Context, r bun.IDB) (rows []fileRow, err error) {
	err = r.NewSelect().Model(&rows).Where("state = ?", gone).Order("state_at").Limit(slice).Scan(ctx)
	return rows, err
}

func forget(ctx context.Context, tx *storage.Tx, id int64) error {
	return tx.Do(ctx, `DELETE FROM files WHERE id = ?`, id)
}

// signingKey reads the key of the links; the first call of a database's life stores it.
func signingKey(ctx context.Context, db *storage.DB, fresh string) (string, error) {
	err := db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `INSERT INTO meta (name, value) VALUES ('files_key', ?) ON CONFLICT DO NOTHING`, fresh)
	})
	if err != nil {
		return "", err
	}
	var key string
	err = db.R.NewRaw(`SELECT value FROM meta WHERE name = 'files_key'`).Scan(ctx, &key)
	return key, err
}
