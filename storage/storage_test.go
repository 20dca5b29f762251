package storage_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"

	"ichat/app/fault"
	"ichat/migrations"
	"ichat/storage"
	"ichat/storage/storagetest"
)

var ctx = context.Background()

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func TestAWriteIsThereForReadersAndItsAfterRunsOnce(t *testing.T) {
	db := storagetest.Test(t)
	ran := 0
	must(t, db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		tx.After(func() { ran++ })
		_, err := tx.NewRaw("INSERT INTO meta (name, value) VALUES ('a', 'b')").Exec(ctx)
		return err
	}))
	var value string
	must(t, db.R.NewRaw("SELECT value FROM meta WHERE name = 'a'").Scan(ctx, &value))
	if value != "b" || ran != 1 {
		t.Fatalf("value %q, After ran %d times", value, ran)
	}
	err := db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		tx.After(func() { t.Error("the After of a failed write ran") })
		_, err := tx.NewRaw("INSERT INTO meta (name, value) VALUES ('a', 'c')").Exec(ctx)
		return err
	})
	if !storage.IsUnique(err) {
		t.Fatalf("second insert: %v", err)
	}
	err = storage.Found(db.R.NewRaw("SELECT value FROM meta WHERE name = 'zz'").Scan(ctx, &value), "setting")
	if !fault.Is(err, fault.NotFound) {
		t.Fatalf("missing row: %v", err)
	}
}

func TestManyWritersNumberOneRowWithoutHoles(t *testing.T) {
	db := storagetest.Test(t)
	must(t, db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw("INSERT INTO nodes (number, boot, lease_until) VALUES (1000, '', ?)", time.Now()).Exec(ctx)
		return err
	}))
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				var n int64
				err := db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
					return tx.NewRaw("UPDATE job_leases SET node = node + 1 WHERE name = 'n' RETURNING node").Scan(ctx, &n)
				})
				if err != nil {
					err = db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
						return tx.NewRaw("INSERT INTO job_leases (name, node, lease_until) VALUES ('n', 1, ?) ON CONFLICT (name) DO UPDATE SET node = job_leases.node + 1 RETURNING node", time.Now()).Scan(ctx, &n)
					})
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[n] {
					t.Errorf("number %d twice", n)
				}
				seen[n] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 200 || !seen[1] || !seen[200] {
		t.Fatalf("%d numbers", len(seen))
	}
}

func TestASnapshotDoesNotSeeLaterWrites(t *testing.T) {
	db := storagetest.Test(t)
	must(t, db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		var before, after int
		must(t, r.NewRaw("SELECT COUNT(*) FROM meta").Scan(ctx, &before))
		must(t, db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
			_, err := tx.NewRaw("INSERT INTO meta (name, value) VALUES ('later', '')").Exec(ctx)
			return err
		}))
		must(t, r.NewRaw("SELECT COUNT(*) FROM meta").Scan(ctx, &after))
		if before != after {
			t.Fatalf("saw %d rows, then %d", before, after)
		}
		return nil
	}))
}

func TestNodeNumbersAreLeasedOnceAndComeBackWhenTheLeaseIsOver(t *testing.T) {
	db := storagetest.Test(t)
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	a, err := db.LeaseNode(ctx, now)
	must(t, err)
	b, err := db.LeaseNode(ctx, now)
	must(t, err)
	if a.Number != 0 || b.Number != 1 {
		t.Fatalf("numbers %d and %d", a.Number, b.Number)
	}
	must(t, db.RenewNode(ctx, b, now.Add(50*time.Second)))
	c, err := db.LeaseNode(ctx, now.Add(61*time.Second))
	must(t, err)
	if c.Number != 0 {
		t.Fatalf("got number %d, want the one that ran out", c.Number)
	}
	if db.RenewNode(ctx, a, now.Add(62*time.Second)) == nil {
		t.Fatal("a lost lease was renewed")
	}
}

// TestANodeThatSleptLongerThanItsLeaseKeepsNothing: whatever the moment at which it fell asleep, an id that may be another
// node's by now is not written.
func TestANodeThatSleptLongerThanItsLeaseKeepsNothing(t *testing.T) {
	url := storagetest.URL(t)
	db, there := storagetest.Open(t, url), storagetest.Open(t, url)
	var asleep time.Duration
	db.CountBy(func() time.Duration { return asleep })
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	mint := func(name string, freeze time.Duration) error {
		return db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
			_, err := tx.NewRaw("INSERT INTO meta (name, value) VALUES (?, 'minted')", name).Exec(ctx)
			asleep += freeze
			return err
		})
	}
	must(t, mint("by a command that has no number", 2*storage.NodeLease))
	a, err := db.LeaseNode(ctx, now)
	must(t, err)
	must(t, mint("within the lease", storage.NodeLease/2))
	select {
	case <-db.LeaseOver():
		t.Fatal("a lease that holds is said to be over")
	default:
	}
	for i, freeze := range []time.Duration{storage.NodeLease / 2, 0} { // asleep in the middle, and just awake
		if err := mint(fmt.Sprint("too late ", i), freeze); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("frozen for %s in a write: got %v", freeze, err)
		}
		<-db.LeaseOver()
	}
	must(t, db.RenewNode(ctx, a, now.Add(2*storage.NodeLease)))
	must(t, mint("renewed", 0))
	asleep += storage.NodeLease
	late := now.Add(10 * storage.NodeLease)
	if b, err := there.LeaseNode(ctx, late); err != nil || b.Number != a.Number {
		t.Fatalf("got number %d, %v", b.Number, err)
	}
	if db.RenewNode(ctx, a, late) == nil || mint("as somebody else", 0) == nil {
		t.Fatal("a number that another process has is used on")
	}
	var kept []string
	must(t, db.R.NewRaw("SELECT name FROM meta WHERE value = 'minted' ORDER BY name").Scan(ctx, &kept))
	if want := []string{"by a command that has no number", "renewed", "within the lease"}; !slices.Equal(kept, want) {
		t.Fatalf("kept %q", kept)
	}
}

func TestAnOlderProgramRefusesANewerDatabase(t *testing.T) {
	url := storagetest.URL(t)
	db := storagetest.Open(t, url)
	name := "sqlite"
	if db.Postgres() {
		name = "postgres"
	}
	newer, err := migrations.Set(name)
	must(t, err)
	newer.Add(migrate.Migration{Name: "29990101000000", Comment: "from_the_future", Up: nil})
	applied, err := db.Migrate(ctx, newer)
	must(t, err)
	if len(applied) != 1 {
		t.Fatalf("applied %v", applied)
	}
	older, err := migrations.Set(name)
	must(t, err)
	if _, err := db.Migrate(ctx, older); err == nil || !strings.Contains(err.Error(), "newer than this program") {
		t.Fatalf("older program: %v", err)
	}
}

func TestTwoNodesMigrateOnce(t *testing.T) {
	url := storagetest.URL(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { storagetest.Open(t, url) })
	}
	wg.Wait()
}

// TestAKilledMigrationLeavesNothingBehind kills a process whose migration holds the lock and has
// made a table that the real one makes too; the next start applies everything.
func TestAKilledMigrationLeavesNothingBehind(t *testing.T) {
	if url := os.Getenv("ICHAT_KILL_MIGRATION"); url != "" {
		migrateUntilKilled(t, url)
		return
	}
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	child := exec.Command(os.Args[0], "-test.run=^TestAKilledMigrationLeavesNothingBehind$")
	child.Env = append(os.Environ(), "ICHAT_KILL_MIGRATION="+url)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatalf("the child said nothing: %v", err)
	}
	must(t, child.Process.Kill())
	child.Wait()
	storagetest.Open(t, url)
}

func migrateUntilKilled(t *testing.T, url string) {
	db, err := storage.Open(ctx, url, slog.New(slog.DiscardHandler))
	must(t, err)
	stuck := migrate.NewMigrations()
	stuck.Add(migrate.Migration{Name: "20261123000001", Up: func(ctx context.Context, m *migrate.Migrator, _ *migrate.Migration) error {
		tx, err := m.DB().BeginTx(ctx, nil)
		must(t, err)
		_, err = tx.ExecContext(ctx, "CREATE TABLE meta (name VARCHAR(64) PRIMARY KEY, value TEXT NOT NULL)")
		must(t, err)
		os.Stdout.WriteString("!")
		select {}
	}})
	_, err = db.Migrate(ctx, stuck)
	t.Fatalf("the migration ended: %v", err)
}

func TestWhatCannotBeOpenedIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, []byte("this is not a database, but it is long enough to look like one"), 0o600))
	for url, want := range map[string]string{
		"mysql://x":                     "must begin with sqlite: or postgres://",
		"sqlite:" + file:                "cannot be opened",
		"sqlite:" + file + "/sub/x.db":  "data folder",
		"postgres://u:p@127.0.0.1:1/db": "does not answer",
	} {
		db, err := storage.Open(ctx, url, slog.New(slog.DiscardHandler))
		if err == nil {
			db.Close()
			t.Errorf("%s was opened", url)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestAWriteThatFellSilentKeepsNothing: PostgreSQL ends it for the others' sake, and whoever wakes up later is
// told to send the same again.
func TestAWriteThatFellSilentKeepsNothing(t *testing.T) {
	db := storagetest.Test(t)
	if !db.Postgres() {
		t.Skip("SQLite has one writer and nobody who could wait for it")
	}
	var limit string
	must(t, db.R.NewRaw("SHOW idle_in_transaction_session_timeout").Scan(ctx, &limit))
	if limit != "10s" {
		t.Fatalf("a silent transaction lasts %s", limit)
	}
	elsewhere := ctx
	err := db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		var backend int
		must(t, tx.NewRaw("SELECT pg_backend_pid()").Scan(ctx, &backend))
		_, err := tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 20")
		must(t, err)
		_, err = tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('asleep', '')")
		must(t, err)
		for alive := 1; alive > 0; {
			must(t, db.R.NewRaw("SELECT COUNT(*) FROM pg_stat_activity WHERE pid = ?", backend).Scan(elsewhere, &alive))
		}
		return nil
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("the silent write ended with %v", err)
	}
	var kept int
	must(t, db.R.NewRaw("SELECT COUNT(*) FROM meta WHERE name = 'asleep'").Scan(ctx, &kept))
	if kept != 0 {
		t.Fatal("it was kept")
	}
}
