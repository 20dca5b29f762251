package people

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// Device is one sign-in of a person. ID names it to its owner only; it opens nothing.
type Device struct {
	ID        string    `json:"id"`
	Device    string    `json:"device"` // what the browser calls itself
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at"` // to the day
	Mine      bool      `json:"mine"`    // this one
}

// mostDevices bounds what is shown: more sign-ins are ended all together.
const mostDevices = 100

// deviceID is how much of a sign-in's hash names it.
const deviceID = 24

// Devices lists the sign-ins of a person, the latest first.
func (s *Service) Devices(ctx context.Context, by int64, session string) ([]Device, error) {
	rows, err := sessionsOf(ctx, s.db.R, by, s.now().UTC())
	all := []Device{}
	for _, r := range rows {
		all = append(all, Device{ID: r.TokenHash[:deviceID], Device: r.Device, Address: r.Address, CreatedAt: r.CreatedAt.UTC(),
			UsedAt: r.ExpiresAt.Add(-memberSession).UTC(), Mine: r.TokenHash == session})
	}
	return all, err
}

// EndDevice ends one of one's own sign-ins, and its sockets.
func (s *Service) EndDevice(ctx context.Context, by int64, device string) error {
	if len(device) != deviceID {
		return fault.New(fault.NotFound, "device not found")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		var hash string
		err := tx.NewRaw(`SELECT token_hash FROM sessions WHERE person_id = ? AND SUBSTR(token_hash, 1, ?) = ?`, by, deviceID, device).Scan(ctx, &hash)
		if err := storage.Found(err, "device"); err != nil {
			return err
		}
		tx.After(func() { s.sessionEnded(hash) })
		return deleteSession(ctx, tx, hash)
	})
}

// EndOthers ends all of one's sign-ins but this one.
func (s *Service) EndOthers(ctx context.Context, by int64, session string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return s.endOthersTx(ctx, tx, by, session) })
}

func (s *Service) endOthersTx(ctx context.Context, tx *storage.Tx, by int64, session string) error {
	var hashes []string
	if err := tx.NewRaw(`SELECT token_hash FROM sessions WHERE person_id = ? AND token_hash <> ?`, by, session).Scan(ctx, &hashes); err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := deleteSession(ctx, tx, hash); err != nil {
			return err
		}
	}
	tx.After(func() {
		for _, hash := range hashes {
			s.sessionEnded(hash)
		}
	})
	return nil
}

type sessionRow struct {
	TokenHash string    `bun:"token_hash"`
	Device    string    `bun:"device"`
	Address   string    `bun:"address"`
	CreatedAt time.Time `bun:"created_at"`
	ExpiresAt time.Time `bun:"expires_at"`
}

func sessionsOf(ctx context.Context, r bun.IDB, person int64, now time.Time) (rows []sessionRow, err error) {
	err = r.NewRaw(`
		SELECT token_hash, device, address, created_at, expires_at FROM sessions WHERE person_id = ? AND expires_at > ?
		ORDER BY expires_at DESC, created_at DESC LIMIT ?`, person, now, mostDevices).Scan(ctx, &rows)
	return rows, err
}
