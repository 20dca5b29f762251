package people

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/id"
	"ichat/storage"
)

// Purposes of one-time links.
const (
	forSetup      = "setup"
	forInvitation = "invite"
)

// newLink stores a link and returns its token, which is written down nowhere else.
func newLink(ctx context.Context, tx *storage.Tx, purpose string, site, person int64, until time.Time) (string, error) {
	token := id.Token()
	_, err := tx.NewRaw(`INSERT INTO links (token_hash, purpose, site_id, person_id, expires_at) VALUES (?, ?, ?, ?, ?)`,
		id.Hash(token), purpose, site, person, until).Exec(ctx)
	return token, err
}

// dropLinks ends the unused links of a purpose, so that only the newest works.
func dropLinks(ctx context.Context, tx *storage.Tx, purpose string, person int64) error {
	_, err := tx.NewRaw(`DELETE FROM links WHERE purpose = ? AND person_id = ? AND used_at IS NULL`, purpose, person).Exec(ctx)
	return err
}

// dropOldLinks removes the links nobody can use any more.
func dropOldLinks(ctx context.Context, tx *storage.Tx, now time.Time) error {
	_, err := tx.NewRaw(`DELETE FROM links WHERE expires_at <= ?`, now).Exec(ctx)
	return err
}

// openLink looks whether a link may still be used, and for whom, without using it. A wrong, a used
// and a late one are answered alike.
func openLink(ctx context.Context, db bun.IDB, token, purpose string, now time.Time) (person int64, err error) {
	err = db.NewRaw(`
		SELECT person_id FROM links WHERE token_hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?`,
		id.Hash(token), purpose, now).Scan(ctx, &person)
	return person, storage.Found(err, "link")
}

// useLink uses a link up; of many who try at once one succeeds.
func useLink(ctx context.Context, tx *storage.Tx, token, purpose string, now time.Time) error {
	mine, err := changed(tx.NewRaw(`
		UPDATE links SET used_at = ? WHERE token_hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?`,
		now, id.Hash(token), purpose, now).Exec(ctx))
	if err == nil && !mine {
		return fault.New(fault.NotFound, "link not found")
	}
	return err
}
