package people

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// ColleaguesTx tells whether two people have a role on a common site now. Nobody is a colleague of somebody disabled.
func (s *Service) ColleaguesTx(ctx context.Context, tx *storage.Tx, a, b int64) (bool, error) {
	return yes(tx.One(ctx, `
		SELECT 1 FROM roles ra JOIN roles rb ON rb.site_id = ra.site_id AND rb.person_id = ?
		JOIN people pa ON pa.id = ra.person_id AND pa.disabled_at IS NULL
		JOIN people pb ON pb.id = rb.person_id AND pb.disabled_at IS NULL
		WHERE ra.person_id = ? LIMIT 1`, []any{b, a}, new(int64)))
}

// OwnersIn is everybody who owns a site, and so runs the server.
func (s *Service) OwnersIn(ctx context.Context, r bun.IDB) (owners []int64, err error) {
	err = r.NewRaw(`SELECT DISTINCT r.person_id FROM roles r JOIN people p ON p.id = r.person_id AND p.disabled_at IS NULL WHERE r.role = 'owner'`).Scan(ctx, &owners)
	return owners, err
}

// WorksOnTx tells whether a person has a role on a site now.
func (s *Service) WorksOnTx(ctx context.Context, tx *storage.Tx, person, site int64) (bool, error) {
	return yes(tx.One(ctx, `
		SELECT 1 FROM roles r JOIN people p ON p.id = r.person_id AND p.disabled_at IS NULL
		WHERE r.site_id = ? AND r.person_id = ?`, []any{site, person}, new(int64)))
}

// CommonSitesTx lists the sites on which all of these people have a role now, the oldest first. ids holds
// nobody twice.
func (s *Service) CommonSitesTx(ctx context.Context, tx *storage.Tx, ids []int64) ([]int64, error) {
	var sites []int64
	err := tx.NewRaw(`
		SELECT r.site_id FROM roles r JOIN people p ON p.id = r.person_id AND p.disabled_at IS NULL
		WHERE r.person_id IN (?) GROUP BY r.site_id HAVING COUNT(*) = ? ORDER BY r.site_id`, bun.List(ids), len(ids)).Scan(ctx, &sites)
	return sites, err
}

func yes(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
