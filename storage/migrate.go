package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
	"golang.org/x/sys/unix"

	"ichat/app/id"
)

// migrationLock is the number of the PostgreSQL advisory lock under which one node migrates.
const migrationLock = 0x69636861 // "icha"

// Migrate brings the schema up to what set holds, under a lock that dies with its holder, and
// returns the names of what it applied. A schema newer than set is refused: an old binary must not
// write into it. A process killed in the middle leaves each migration applied whole or not at all.
func (db *DB) Migrate(ctx context.Context, set *migrate.Migrations) ([]string, error) {
	release, err := db.lockMigrations(ctx)
	if err != nil {
		return nil, fmt.Errorf("wait for another migration to end: %w", err)
	}
	defer release()

	m := migrate.NewMigrator(db.write, set, migrate.WithUpsert(true), migrate.WithMarkAppliedOnSuccess(true),
		migrate.AfterMigration(markInside))
	if err := m.Init(ctx); err != nil {
		return nil, fmt.Errorf("make the migration table: %w", err)
	}
	missing, err := m.MissingMigrations(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the migration table: %w", err)
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the database is newer than this program (it has migration %s): run a newer ichat", missing[0].Name)
	}
	group, err := m.Migrate(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	var names []string
	for _, one := range group.Migrations {
		names = append(names, one.Name)
	}
	return names, errors.Join(db.weaken(ctx), db.begin(ctx))
}

// Ahead tells whether the schema is newer than set by now: while nodes are replaced one by one, the old ones go on, for
// migrations only add.
func (db *DB) Ahead(ctx context.Context, set *migrate.Migrations) (bool, error) {
	var newest string
	if err := db.R.NewRaw("SELECT COALESCE(MAX(name), '') FROM bun_migrations").Scan(ctx, &newest); err != nil {
		return false, fmt.Errorf("read the migration table: %w", err)
	}
	for _, one := range set.Sorted() {
		if one.Name >= newest {
			return false, nil
		}
	}
	return true, nil
}

// markInside marks a migration as applied in its own transaction: marked before it, a kill would
// skip it for ever; after it, a kill would run it twice.
func markInside(ctx context.Context, conn bun.IConn, m *migrate.Migration) error {
	mark := *m
	mark.MigratedAt = time.Now().UTC()
	insert, ok := conn.(interface{ NewInsert() *bun.InsertQuery })
	if !ok {
		return fmt.Errorf("migration %s: not in a transaction", m.Name)
	}
	_, err := insert.NewInsert().Model(&mark).ModelTableExpr("bun_migrations").On("CONFLICT (name) DO NOTHING").Exec(ctx)
	return err
}

func (db *DB) lockMigrations(ctx context.Context) (release func(), err error) {
	if db.lock != nil {
		fd := int(db.lock.Fd())
		if err := unix.Flock(fd, unix.LOCK_EX); err != nil {
			return nil, err
		}
		return func() { unix.Flock(fd, unix.LOCK_UN) }, nil
	}
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", migrationLock); err != nil {
		conn.Close()
		return nil, err
	}
	return func() {
		conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(?)", migrationLock)
		conn.Close()
	}, nil
}

// begin gives a new database its epoch.
func (db *DB) begin(ctx context.Context) error {
	return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.NewRaw("INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT (name) DO NOTHING", id.Token()).Exec(ctx)
		return err
	})
}

// Epoch returns the name of this database's life. It changes with every restore or promotion,
// and clients that know another one start over.
func (db *DB) Epoch(ctx context.Context) (string, error) {
	var epoch string
	err := db.R.NewRaw("SELECT value FROM meta WHERE name = 'epoch'").Scan(ctx, &epoch)
	return epoch, Found(err, "epoch")
}
