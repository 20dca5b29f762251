package notify

import (
	"context"
	"crypto/ecdh"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// deviceRow is a browser that takes pushes for as long as a sign-in of it lasts.
type deviceRow struct {
	bun.BaseModel `bun:"table:push_devices,alias:d"`

	Session      string `bun:",pk"`
	PersonID     int64
	Endpoint     string
	EndpointHash string
	PublicKey    string // of the browser, base64url
	Secret       string // base64url
	Locale       string
	CreatedAt    time.Time
}

func (d deviceRow) keys() (*ecdh.PublicKey, []byte, error) {
	raw, err := decode(d.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	key, err := ecdh.P256().NewPublicKey(raw)
	if err != nil {
		return nil, nil, err
	}
	secret, err := decode(d.Secret)
	if err == nil && len(secret) != 16 {
		err = errors.New("the secret has not 16 bytes")
	}
	return key, secret, err
}

// pushRow is a push to one device, written with what causes it.
type pushRow struct {
	bun.BaseModel `bun:"table:pushes,alias:p"`

	ID             int64 `bun:",pk"`
	Kind           string
	Session        string
	PersonID       int64
	ConversationID int64
	TicketID       int64
	VisitorID      int64
	Seq            int64
	State          string
	Tries          int
	DueAt          time.Time // as a mail's
	Error          string
	CreatedAt      time.Time
}

// pushKey reads the key this server pushes with; the first call of a database's life stores it.
func pushKey(ctx context.Context, db *storage.DB, fresh string) (key string, err error) {
	err = db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `INSERT INTO meta (name, value) VALUES ('push_key', ?) ON CONFLICT DO NOTHING`, fresh)
	})
	if err != nil {
		return "", err
	}
	err = db.R.NewRaw(`SELECT value FROM meta WHERE name = 'push_key'`).Scan(ctx, &key)
	return key, err
}

// saveDevice keeps the device of a sign-in. A browser has one: what another sign-in in it left is replaced.
func saveDevice(ctx context.Context, tx *storage.Tx, d deviceRow) error {
	if _, err := tx.NewRaw(`DELETE FROM push_devices WHERE session = ? OR endpoint_hash = ?`, d.Session, d.EndpointHash).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(&d).Exec(ctx)
	return err
}

// dropDevices removes the devices of sign-ins.
func dropDevices(ctx context.Context, tx *storage.Tx, sessions []string) error {
	_, err := tx.NewRaw(`DELETE FROM push_devices WHERE session IN (?)`, bun.List(sessions)).Exec(ctx)
	return err
}

// dropDevice removes a device unless the sign-in has another one by now.
func dropDevice(ctx context.Context, tx *storage.Tx, d deviceRow) error {
	_, err := tx.NewRaw(`DELETE FROM push_devices WHERE session = ? AND endpoint_hash = ?`, d.Session, d.EndpointHash).Exec(ctx)
	return err
}

func deviceOf(ctx context.Context, q bun.IDB, session string) (d deviceRow, ok bool, err error) {
	err = q.NewSelect().Model(&d).Where("d.session = ?", session).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, err
}

// devicesOf lists the sign-ins of a person that have a device.
func devicesOf(ctx context.Context, q bun.IDB, person int64) (sessions []string, err error) {
	err = q.NewRaw(`SELECT session FROM push_devices WHERE person_id = ?`, person).Scan(ctx, &sessions)
	return sessions, err
}

// deviceSessions pages through all of them.
func deviceSessions(ctx context.Context, q bun.IDB, after string, n int) (sessions []string, err error) {
	err = q.NewRaw(`SELECT session FROM push_devices WHERE session > ? ORDER BY session LIMIT ?`, after, n).Scan(ctx, &sessions)
	return sessions, err
}

// insertPush queues a push, unless one about the same conversation waits for the same device.
func insertPush(ctx context.Context, tx *storage.Tx, r pushRow) error {
	_, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx)
	return err
}

// settlePush is settle for a push.
func settlePush(ctx context.Context, tx *storage.Tx, r pushRow) error {
	_, err := tx.NewUpdate().Model(&r).Column("state", "due_at", "error").WherePK().
		Where("state = ?", stateQueued).Where("tries = ?", r.Tries).Exec(ctx)
	return err
}
