package people

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// account is the part of a person that signs in.
type account struct {
	Person
	Email        string     `bun:"email"`
	PasswordHash string     `bun:"password_hash"`
	Locale       string     `bun:"locale"`
	SiteID       int64      `bun:"site_id"`
	DisabledAt   *time.Time `bun:"disabled_at"`
}

const accountColumns = `p.id, p.kind, p.name, p.avatar, COALESCE(p.email, '') AS email, p.password_hash, p.locale, p.site_id, p.disabled_at`

func accountByID(ctx context.Context, db bun.IDB, id int64) (account, error) {
	a, err := storage.Row[account](ctx, db, `SELECT `+accountColumns+` FROM people p WHERE p.id = ?`, id)
	return a, storage.Found(err, "person")
}

func accountByEmail(ctx context.Context, db bun.IDB, email string) (account, error) {
	var a account
	err := db.NewRaw(`SELECT `+accountColumns+` FROM people p WHERE p.email = ?`, email).Scan(ctx, &a)
	return a, storage.Found(err, "person")
}

func insertPerson(ctx context.Context, tx *storage.Tx, a account, now time.Time) error {
	_, err := tx.NewRaw(`
		INSERT INTO people (id, kind, site_id, name, avatar, email, password_hash, locale, created_at)
		VALUES (?, ?, ?, ?, '', NULLIF(?, ''), ?, ?, ?)`,
		a.ID, a.Kind, a.SiteID, a.Name, a.Email, a.PasswordHash, a.Locale, now).Exec(ctx)
	if storage.IsUnique(err) {
		return fault.New(fault.Conflict, "this e-mail address is already in use").With("email", "is already in use")
	}
	return err
}

func peopleByID(ctx context.Context, db bun.IDB, ids []int64) ([]Person, error) {
	var found []Person
	if len(ids) == 0 {
		return nil, nil
	}
	err := storage.Many(ctx, db, &found, `SELECT id, kind, name, avatar FROM people WHERE id IN (?)`, ids)
	return found, err
}

// signIn is a session with its person, in one query: it runs before every request.
type signIn struct {
	PersonID  int64
	Kind      string
	SiteID    int64
	Disabled  bool
	ExpiresAt time.Time
	Address   string // a visitor's, where he was last seen
}

func sessionByHash(ctx context.Context, db *storage.DB, hash string) (signIn, error) {
	var in signIn
	var until storage.Time
	err := db.One(ctx, `
		SELECT s.person_id, p.kind, p.site_id, p.disabled_at IS NOT NULL, s.expires_at, s.address
		FROM sessions s JOIN people p ON p.id = s.person_id WHERE s.token_hash = ?`, []any{hash},
		&in.PersonID, &in.Kind, &in.SiteID, &in.Disabled, &until, &in.Address)
	in.ExpiresAt = until.Time
	return in, err
}

// living are those of the sessions that still count.
func living(ctx context.Context, db bun.IDB, hashes []string, now time.Time) ([]string, error) {
	var left []string
	err := db.NewRaw(`
		SELECT s.token_hash FROM sessions s JOIN people p ON p.id = s.person_id AND p.disabled_at IS NULL
		WHERE s.token_hash IN (?) AND s.expires_at > ?`, bun.List(hashes), now).Scan(ctx, &left)
	return left, err
}

func insertSession(ctx context.Context, tx *storage.Tx, hash string, person int64, now, until time.Time) error {
	_, err := tx.NewRaw(`INSERT INTO sessions (token_hash, person_id, created_at, expires_at) VALUES (?, ?, ?, ?)`,
		hash, person, now, until).Exec(ctx)
	return err
}

// describeSession notes what a member signed in with, for the list of his devices.
func describeSession(ctx context.Context, tx *storage.Tx, hash, device, address string) error {
	return tx.Do(ctx, `UPDATE sessions SET device = ?, address = ? WHERE token_hash = ?`, device, address, hash)
}

// prolong moves the end of a session, unless another request of the day has done so.
func prolong(ctx context.Context, tx *storage.Tx, hash string, until time.Time) error {
	_, err := tx.NewRaw(`UPDATE sessions SET expires_at = ? WHERE token_hash = ? AND expires_at < ?`,
		until, hash, until.Add(-renewAfter)).Exec(ctx)
	return err
}

// moveSession notes where a visitor is seen now.
func moveSession(ctx context.Context, tx *storage.Tx, hash, address string) error {
	_, err := tx.NewRaw(`UPDATE sessions SET address = ? WHERE token_hash = ?`, address, hash).Exec(ctx)
	return err
}

func visitorByID(ctx context.Context, db bun.IDB, id int64) (Visitor, error) {
	var v Visitor
	err := db.NewRaw(`
		SELECT p.id, p.kind, p.name, p.avatar, p.site_id,
			COALESCE((SELECT s.address FROM sessions s WHERE s.person_id = p.id ORDER BY s.created_at DESC LIMIT 1), '') AS address
		FROM people p WHERE p.id = ?`, id).Scan(ctx, &v)
	return v, storage.Found(err, "person")
}

func deleteSession(ctx context.Context, tx *storage.Tx, hash string) error {
	_, err := tx.NewRaw(`DELETE FROM sessions WHERE token_hash = ?`, hash).Exec(ctx)
	return err
}

func deleteSessionsOf(ctx context.Context, tx *storage.Tx, person int64) error {
	_, err := tx.NewRaw(`DELETE FROM sessions WHERE person_id = ?`, person).Exec(ctx)
	return err
}

// deleteExpired removes up to n sessions that are over and returns their hashes.
func deleteExpired(ctx context.Context, tx *storage.Tx, now time.Time, n int) ([]string, error) {
	var hashes []string
	err := tx.NewRaw(`
		DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions WHERE expires_at <= ? LIMIT ?)
		RETURNING token_hash`, now, n).Scan(ctx, &hashes)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return hashes, err
}

func rolesOf(ctx context.Context, db bun.IDB, person int64) ([]Role, error) {
	roles := []Role{}
	err := db.NewRaw(`
		SELECT r.site_id, s.name AS site_name, r.role FROM roles r
		JOIN people p ON p.id = r.person_id AND p.disabled_at IS NULL
		JOIN sites s ON s.id = r.site_id WHERE r.person_id = ? ORDER BY r.site_id`, person).Scan(ctx, &roles)
	return roles, err
}

func sitesOfEach(ctx context.Context, db bun.IDB, persons []int64) (map[int64][]int64, error) {
	sites := make(map[int64][]int64, len(persons))
	if len(persons) == 0 {
		return sites, nil
	}
	var rows []struct{ PersonID, SiteID int64 }
	err := db.NewRaw(`
		SELECT r.person_id, r.site_id FROM roles r JOIN people p ON p.id = r.person_id AND p.disabled_at IS NULL
		WHERE r.person_id IN (?) ORDER BY r.site_id`, bun.List(persons)).Scan(ctx, &rows)
	for _, row := range rows {
		sites[row.PersonID] = append(sites[row.PersonID], row.SiteID)
	}
	return sites, err
}

func roleOn(ctx context.Context, db bun.IDB, person, site int64) (string, error) {
	var role string
	err := db.NewRaw(`
		SELECT r.role FROM roles r JOIN people p ON p.id = r.person_id
		WHERE r.site_id = ? AND r.person_id = ? AND p.disabled_at IS NULL`, site, person).Scan(ctx, &role)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return role, err
}

// insertRole answers whether the person had no role on the site before.
func insertRole(ctx context.Context, tx *storage.Tx, person, site int64, role string) (bool, error) {
	return changed(tx.NewRaw(`INSERT INTO roles (site_id, person_id, role) VALUES (?, ?, ?) ON CONFLICT (site_id, person_id) DO NOTHING`,
		site, person, role).Exec(ctx))
}

func agentIDs(ctx context.Context, db bun.IDB, site int64) ([]int64, error) {
	var ids []int64
	err := storage.Many(ctx, db, &ids, `
		SELECT r.person_id FROM roles r JOIN people p ON p.id = r.person_id
		WHERE r.site_id = ? AND p.disabled_at IS NULL ORDER BY r.person_id`, site)
	return ids, err
}

func leaderIDs(ctx context.Context, db bun.IDB, site int64) ([]int64, error) {
	var ids []int64
	err := db.NewRaw(`
		SELECT r.person_id FROM roles r JOIN people p ON p.id = r.person_id
		WHERE r.site_id = ? AND r.role IN (?, ?) AND p.disabled_at IS NULL ORDER BY r.person_id`, site, RoleOwner, RoleSupervisor).Scan(ctx, &ids)
	return ids, err
}

// hasOwner tells whether anybody owns a site and can sign in.
func hasOwner(ctx context.Context, db bun.IDB) (bool, error) {
	var n int
	err := db.NewRaw(`
		SELECT COUNT(*) FROM roles r JOIN people p ON p.id = r.person_id
		WHERE r.role = ? AND p.disabled_at IS NULL AND p.password_hash <> ''`, RoleOwner).Scan(ctx, &n)
	return n > 0, err
}

// ownersBeside counts the owners of a site, other than person, who can sign in.
func ownersBeside(ctx context.Context, db bun.IDB, site, person int64) (int, error) {
	var n int
	err := db.NewRaw(`
		SELECT COUNT(*) FROM roles r JOIN people p ON p.id = r.person_id
		WHERE r.site_id = ? AND r.role = ? AND r.person_id <> ? AND p.disabled_at IS NULL AND p.password_hash <> ''`,
		site, RoleOwner, person).Scan(ctx, &n)
	return n, err
}

func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
