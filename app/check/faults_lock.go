package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// writeLock is where SQLite's writers lock each other out, in the file beside the log: what BEGIN IMMEDIATE holds.
const writeLock = 120

// lockDatabase is another program that holds a write transaction open. Writes wait for it, and those that have waited long
// enough are refused and may be sent again.
func lockDatabase(d time.Duration) fault {
	return fault{"another program's write lock for " + d.String(), func(ctx context.Context, n *nemesis) error {
		f, err := os.OpenFile(filepath.Join(n.stage.folder, "data", "ichat.db-shm"), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		lock := unix.Flock_t{Type: unix.F_WRLCK, Start: writeLock, Len: 1}
		for began := time.Now(); ; wait(ctx, time.Millisecond) {
			if err = unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock); err == nil {
				break
			}
			if time.Since(began) > 10*time.Second {
				f.Close()
				return fmt.Errorf("take the lock: %w", err)
			}
		}
		struck := time.Now()
		one := n.stage.nodes[0]
		if d > 20*time.Second {
			n.mustName(ctx, one, "does not take writes")
			wait(ctx, d-time.Since(struck))
		} else {
			wait(ctx, d)
		}
		if err := f.Close(); err != nil { // and the lock is gone
			return err
		}
		n.canWriteAgain(ctx)
		return n.company.settled(ctx, 30*time.Second)
	}}
}

func (n *nemesis) canWriteAgain(ctx context.Context) {
	began := time.Now()
	for !n.company.canWrite(ctx) {
		if time.Since(began) > backWithin+n.history.stallNow() {
			n.history.clash(violation("not-level", 0, 0, "the server does not take messages again"))
			return
		}
		wait(ctx, 20*time.Millisecond)
	}
	n.say("         writes are taken again after %.1f s", time.Since(began).Seconds())
}
