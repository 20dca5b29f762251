package storage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"ichat/app/fault"
)

// open gives a database with one numbered log, as a conversation is one.
func open(tb testing.TB, path string) *DB {
	tb.Helper()
	db, err := Open(context.Background(), "sqlite:"+path, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	must(tb, db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
		for _, s := range []string{
			"CREATE TABLE IF NOT EXISTS heads (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL)",
			"INSERT INTO heads VALUES (1, 0) ON CONFLICT DO NOTHING",
			"CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, who TEXT NOT NULL UNIQUE, head INTEGER REFERENCES heads(id) DEFERRABLE INITIALLY DEFERRED)",
		} {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}))
	return db
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// number is a send in small: take the next number, insert under it.
func number(ctx context.Context, tx *Tx, who string) error {
	var seq int64
	if err := tx.NewRaw("UPDATE heads SET seq = seq + 1 WHERE id = 1 RETURNING seq").Scan(ctx, &seq); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO log (seq, who) VALUES (?, ?)", seq, who)
	return err
}

func checkDense(tb testing.TB, db *DB, want int) {
	tb.Helper()
	var head, rows, last int
	must(tb, db.R.NewRaw("SELECT (SELECT seq FROM heads), COUNT(*), COALESCE(MAX(seq), 0) FROM log").Scan(context.Background(), &head, &rows, &last))
	if head != want || rows != want || last != want {
		tb.Fatalf("head %d, %d rows up to %d; want %d everywhere", head, rows, last, want)
	}
}

// inOneGroup makes the given writes share one group: it holds the writer until all of them wait.
func inOneGroup(tb testing.TB, db *DB, n int, write func(i int) error) []error {
	tb.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		db.Write(context.Background(), func(context.Context, *Tx) error { close(held); <-release; return nil })
	})
	<-held
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = write(i) })
		for len(db.group.queue) <= i {
		}
	}
	close(release)
	wg.Wait()
	return errs
}

func TestOneGroupOf64WithOneFailingAndOnePanicking(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	refused := errors.New("refused")
	var mu sync.Mutex
	var after []int
	errs := inOneGroup(t, db, groupSize, func(i int) error {
		return db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
			tx.After(func() { mu.Lock(); after = append(after, i); mu.Unlock() })
			if err := number(ctx, tx, strconv.Itoa(i)); err != nil {
				return err
			}
			if i == 10 {
				return refused
			}
			if i == 20 {
				panic("twenty")
			}
			return nil
		})
	})
	for i, err := range errs {
		switch {
		case i == 10 && !errors.Is(err, refused), i == 20 && !fault.Is(err, fault.Internal), i != 10 && i != 20 && err != nil:
			t.Errorf("call %d: %v", i, err)
		}
	}
	checkDense(t, db, groupSize-2)
	if len(after) != groupSize-2 {
		t.Fatalf("%d Afters ran", len(after))
	}
	for i := 1; i < len(after); i++ {
		if after[i] <= after[i-1] {
			t.Fatalf("Afters out of commit order: %v", after)
		}
	}
}

func TestSeqIsDenseAfterACancelledCaller(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	inside, early := context.WithCancel(context.Background())
	waiting, cancelWaiting := context.WithCancel(context.Background())
	errs := inOneGroup(t, db, 9, func(i int) error {
		ctx := context.Background()
		if i == 3 {
			ctx = inside
		}
		if i == 6 {
			ctx = waiting
			defer cancelWaiting()
		}
		return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
			if i == 0 {
				cancelWaiting() // its turn has not come: it must not run
			}
			if i == 3 {
				early() // in the middle of its own write: changes nothing any more
			}
			return number(ctx, tx, strconv.Itoa(i))
		})
	})
	for i, err := range errs {
		if i == 6 != errors.Is(err, context.Canceled) || i != 6 && err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	checkDense(t, db, 8)
}

func TestSeqIsDenseAfterADyingGroup(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	afters := 0
	errs := inOneGroup(t, db, 9, func(i int) error {
		return db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
			tx.After(func() { afters++ }) // owned by the writer's answering goroutine
			if err := number(ctx, tx, strconv.Itoa(i)); err != nil {
				return err
			}
			if i == 4 {
				tx.ExecContext(ctx, "ROLLBACK") // what SQLite does by itself on an I/O error
				return errors.New("disk I/O error")
			}
			return nil
		})
	})
	for i, err := range errs {
		if i == 4 != (err != nil) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	checkDense(t, db, 8)
	if afters != 8 {
		t.Fatalf("%d Afters ran", afters)
	}
}

func TestAFailingCommitKeepsNothingAndAsksForTheSameAgain(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	write := func(i int, head any) error {
		return db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
			tx.After(func() {
				if head != nil {
					t.Error("an After ran although the commit failed")
				}
			})
			if err := number(ctx, tx, strconv.Itoa(i)); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "UPDATE log SET head = ? WHERE who = ?", head, strconv.Itoa(i))
			return err
		})
	}
	for i, err := range inOneGroup(t, db, 4, func(i int) error { return write(i, 99) }) {
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	checkDense(t, db, 0)
	must(t, write(7, nil))
	checkDense(t, db, 1)
}

func TestAFullDiskRefusesWritesAndLosesNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	must(t, db.Write(context.Background(), func(ctx context.Context, tx *Tx) error { return number(ctx, tx, "before") }))
	limit := func(pages string) {
		if _, err := db.write.Exec("PRAGMA max_page_count = " + pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite answers SQLITE_FULL as it does when the file system is full
	err := db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
		return number(ctx, tx, strings.Repeat("x", 100_000))
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("full disk: %v", err)
	}
	checkDense(t, db, 1)
	limit("1000000")
	must(t, db.Write(context.Background(), func(ctx context.Context, tx *Tx) error { return number(ctx, tx, "after") }))
	checkDense(t, db, 2)
}

// TestKillUnderLoad kills a writing process with SIGKILL and looks for each id it had
// acknowledged: exactly once, under dense numbers.
func TestKillUnderLoad(t *testing.T) {
	if path := os.Getenv("ICHAT_KILL_CHILD"); path != "" {
		writeUntilKilled(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "x.db")
	acked := map[string]bool{}
	for round := range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestKillUnderLoad$")
		child.Env = append(os.Environ(), "ICHAT_KILL_CHILD="+path, fmt.Sprintf("ICHAT_KILL_ROUND=%d", round))
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		lines := bufio.NewScanner(out)
		for seen := 0; lines.Scan(); {
			if who, ok := strings.CutPrefix(lines.Text(), "acked "); ok {
				acked[who] = true
				if seen++; seen == 300 {
					must(t, child.Process.Kill())
				}
			}
		}
		child.Wait()
	}
	db := open(t, path)
	var found []string
	must(t, db.R.NewRaw("SELECT who FROM log ORDER BY seq").Scan(context.Background(), &found))
	checkDense(t, db, len(found))
	kept := map[string]int{}
	for _, who := range found {
		kept[who]++
	}
	for who := range acked {
		if kept[who] != 1 {
			t.Fatalf("%s was acknowledged and is there %d times", who, kept[who])
		}
	}
	if len(acked) < 900 {
		t.Fatalf("only %d were acknowledged", len(acked))
	}
}

func writeUntilKilled(t *testing.T, path string) {
	db := open(t, path)
	out := make(chan string, 64)
	for g := range 16 {
		go func() {
			for i := 0; ; i++ {
				who := fmt.Sprintf("%s-%d-%d", os.Getenv("ICHAT_KILL_ROUND"), g, i)
				if err := db.Write(context.Background(), func(ctx context.Context, tx *Tx) error { return number(ctx, tx, who) }); err == nil {
					out <- who
				}
			}
		}()
	}
	for who := range out {
		fmt.Println("acked " + who)
	}
}
