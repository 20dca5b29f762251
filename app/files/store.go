package files

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
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

// refer notes that a message refers to a file, unless the file is on its way out.
func refer(ctx context.Context, tx *storage.Tx, id int64, u use, now time.Time) error {
	var found int64
	err := tx.One(ctx, `UPDATE files SET state = ?, state_at = ? WHERE id = ? AND state IN (?, ?) RETURNING id`,
		[]any{sent, storage.Time{Time: now}, id, fresh, sent}, &found)
	if err != nil {
		return storage.Found(err, "file")
	}
	return tx.Do(ctx, `INSERT INTO file_uses (file_id, conversation_id, seq, site_id) VALUES (?, ?, ?, ?)`,
		id, u.ConversationID, u.Seq, u.SiteID)
}

// unrefer takes back what a message refers to. A file nobody refers to any more is gone.
func unrefer(ctx context.Context, tx *storage.Tx, conversation, seq int64, now time.Time) error {
	var id int64
	err := storage.Found(tx.One(ctx, `DELETE FROM file_uses WHERE conversation_id = ? AND seq = ? RETURNING file_id`,
		[]any{conversation, seq}, &id), "file")
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	return tx.Do(ctx, `
		UPDATE files SET state = ?, state_at = ?
		WHERE id = ? AND NOT EXISTS (SELECT 1 FROM file_uses WHERE file_id = files.id)`, gone, storage.Time{Time: now}, id)
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
