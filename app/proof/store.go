package proof

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"ichat/storage"
)

// keyOf is the key that signs challenges; the first start of a database makes it.
func keyOf(ctx context.Context, db *storage.DB) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // it never fails
	err := db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `INSERT INTO meta (name, value) VALUES ('proof_key', ?) ON CONFLICT DO NOTHING`, base64.RawStdEncoding.EncodeToString(fresh))
	})
	if err != nil {
		return nil, err
	}
	var key string
	if err := db.R.NewRaw(`SELECT value FROM meta WHERE name = 'proof_key'`).Scan(ctx, &key); err != nil {
		return nil, fmt.Errorf("the key of proofs: %w", err)
	}
	return base64.RawStdEncoding.DecodeString(key)
}

// spend writes down that a proof was used; until: afterwards it would not count anyhow.
func spend(ctx context.Context, tx *storage.Tx, hash string, until, now time.Time) error {
	if _, err := tx.NewRaw(`DELETE FROM used_proofs WHERE until < ?`, now).Exec(ctx); err != nil {
		return err
	}
	done, err := tx.NewRaw(`INSERT INTO used_proofs (hash, until) VALUES (?, ?) ON CONFLICT DO NOTHING`, hash, until).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return refused("was used already")
}
