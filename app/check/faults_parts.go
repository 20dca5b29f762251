package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// natsAway starts the name of the fault in which wake-ups between nodes are lost; repair has to do without.
const natsAway = "NATS killed"

// partAway kills a part of the cluster hard and starts it again after a while.
func partAway(part, name string, d time.Duration) fault {
	return fault{fmt.Sprintf("%s for %s", name, d), func(ctx context.Context, n *nemesis) error {
		c := n.stage.cluster
		if err := c.control(ctx, part, "kill"); err != nil {
			return err
		}
		wait(ctx, d)
		if err := c.control(ctx, part, "start"); err != nil {
			return err
		}
		return n.level(ctx)
	}}
}

func killNATS(d time.Duration) fault     { return partAway("nats", natsAway, d) }
func killPostgres(d time.Duration) fault { return partAway("postgres", "PostgreSQL killed", d) }
func killS3(d time.Duration) fault       { return partAway("s3", "S3 away", d) }

// command runs the program under test for something else than serving.
func (s *stage) command(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env = s.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("ichat %s: %w: %s", args[0], err, out)
	}
	return nil
}

// restoreBackup takes a backup, lets everybody go on, and then puts the backup back: what was acknowledged since is gone from the
// server, and whoever wrote it has to bring it again.
func restoreBackup(goOn time.Duration) fault {
	return fault{"restore of a backup", func(ctx context.Context, n *nemesis) error {
		file := filepath.Join(n.stage.folder, "backup.tar.gz")
		if err := n.stage.command(ctx, "backup", file); err != nil {
			return err
		}
		wait(ctx, goOn)
		for _, one := range n.stage.nodes {
			if _, err := one.leave(); err != nil {
				return err
			}
		}
		n.company.restored = true
		if err := n.stage.command(ctx, "restore", "--force", file); err != nil {
			return err
		}
		for _, one := range n.stage.nodes {
			if _, err := one.start(ctx); err != nil {
				return err
			}
		}
		return n.level(ctx)
	}}
}

// diskSize is the small disk of an act in which it fills up.
const diskSize = "64m"

// smallDisk puts the data folder on a disk of its own, which only root can.
func smallDisk(folder string) (undo func(), err error) {
	data := filepath.Join(folder, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+diskSize, "ichat-check", data).CombinedOutput(); err != nil {
		return nil, &MissingError{fmt.Sprintf("a small disk (root can mount one): %s", out)}
	}
	return func() { exec.Command("umount", "-l", data).Run() }, nil // lazily: a node may just be ending
}

// fillDisk fills the data folder to the last byte for a while. Nothing may be acknowledged that is not kept, and when there is room
// again everything goes on without a restart.
func fillDisk(d time.Duration) fault {
	return fault{"disk full for " + d.String(), func(ctx context.Context, n *nemesis) error {
		file := filepath.Join(n.stage.folder, "data", "filler")
		if err := fill(file); err != nil {
			return err
		}
		wait(ctx, d)
		if err := os.Remove(file); err != nil {
			return err
		}
		began := time.Now()
		for !n.stage.nodes[0].isReady(ctx) || !n.company.canWrite(ctx) {
			if time.Since(began) > 5*time.Second+n.history.stallNow() {
				n.history.clash(violation("not-level", 0, 0, "the server does not take messages again 5 s after the disk has room"))
				return nil
			}
			wait(ctx, 50*time.Millisecond)
		}
		return n.level(ctx)
	}}
}

// fill writes until nothing more goes in, again and again, for the server makes room for itself meanwhile.
func fill(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 4 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	if errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// canWrite tells whether a write of the owner is taken.
func (c *company) canWrite(ctx context.Context) bool {
	return c.owner.call.call(ctx, "PUT", "/api/desk/seat", map[string]string{"state": "away"}, nil) == nil
}
