package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"ichat/app/bench"
	"ichat/app/check"
)

type checkCommand struct {
	Quick    bool          `help:"About three minutes: one node with kills, then three (the default)."`
	Long     bool          `help:"Twenty minutes of the same."`
	Controls bool          `help:"Show that builds broken on purpose are found (bin/ichat-faultlab)."`
	Race     bool          `help:"Three nodes hand 5,000 visitors to 200 agents while nodes are killed."`
	Outside  bool          `name:"outside" help:"What goes wrong around the program: another program's lock, too few descriptors, clocks (bin/ichat-faultlab), cables (root), nodes that die at once or sleep, a database that is away."`
	Old      string        `type:"existingfile" help:"An older program: three nodes of it are replaced by this one while everybody works."`
	Visitors int           `default:"5000" help:"How many come in the race."`
	Seed     uint64        `default:"1" help:"The same seed makes the same choices and faults."`
	Nodes    int           `help:"Only the acts on so many nodes; 1 is SQLite, more need PostgreSQL and NATS (scripts/cluster.sh)."`
	Act      string        `help:"Only the act with this name: one, restore, disk or three; locked, crowd, clocks, cutoff, nodes, asleep, database or store of --outside; or the fault with this name, with --controls."`
	For      time.Duration `help:"Workload of each act, instead of what the mode says."`
	Binary   string        `type:"existingfile" help:"The program to check; this one when missing."`
	Keep     string        `type:"path" help:"A folder for the histories; without it they are kept only when something was found."`
}

func (k checkCommand) Run(ctx context.Context, c *commands) error {
	if err := k.besideCluster(); err != nil {
		return err
	}
	o := check.Options{Seed: k.Seed, Nodes: k.Nodes, For: k.For, Only: k.Act, Binary: k.Binary, Folder: k.Keep, Progress: os.Stderr}
	if k.Controls {
		return k.controls(ctx, c, o)
	}
	play := check.Quick
	if k.Long {
		play = check.Long
	}
	if k.Outside {
		play = check.Scenarios
	}
	if k.Race {
		play = func(ctx context.Context, o check.Options) (check.Report, error) {
			return check.Race(ctx, o, k.Visitors)
		}
	}
	if k.Old != "" {
		play = func(ctx context.Context, o check.Options) (check.Report, error) { return check.Upgrade(ctx, o, k.Old) }
	}
	r, err := play(ctx, o)
	if failed := c.print(r, summary(r)); err == nil {
		err = failed
	}
	switch code := check.ExitCode(r, err); code {
	case 0:
		return nil
	case check.ExitViolated:
		return coded{code, broken(r)}
	default:
		return coded{code, err}
	}
}

// broken names every promise that was broken, in one line.
func broken(r check.Report) error {
	names := make([]string, len(r.All))
	for i, v := range r.All {
		names[i] = v.String()
	}
	return errors.New("a promise was broken: " + strings.Join(names, "; "))
}

// onOneNode are the acts on SQLite.
var onOneNode = []string{"one", "restore", "disk", "locked", "crowd"}

// besideCluster starts this very command again under scripts/cluster.sh, when several nodes are asked for, the parts they
// share are not there and the script is. Where it is not, the check says what is missing.
func (k checkCommand) besideCluster() error {
	alone := k.Controls || k.Nodes == 1 || !k.Race && slices.Contains(onOneNode, k.Act)
	if alone || os.Getenv("ICHAT_CLUSTER") != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, top := range []string{".", filepath.Dir(filepath.Dir(self))} {
		script, err := filepath.Abs(filepath.Join(top, "scripts", "cluster.sh"))
		if err != nil {
			return err
		}
		if _, err := os.Stat(script); err == nil {
			return syscall.Exec(script, append([]string{script, self}, os.Args[1:]...), os.Environ())
		}
	}
	return nil
}

// controls ends like a violated promise when the sound build fails, and like a useless checker when a broken one passes.
func (k checkCommand) controls(ctx context.Context, c *commands, o check.Options) error {
	r, err := check.Controls(ctx, o)
	if err != nil {
		return coded{check.ExitCode(check.Report{}, err), err}
	}
	if err := c.print(r, fmt.Sprintf("%d of %d controls failed in %.0f s", r.Failed, len(r.Controls), r.Seconds)); err != nil {
		return err
	}
	switch {
	case r.FaultFree() != nil:
		return coded{check.ExitViolated, errors.New(r.FaultFree().String())}
	case r.Failed > 0:
		return coded{check.ExitHarness, errors.New("a broken build was not found out")}
	}
	return nil
}

func summary(r check.Report) string {
	text := fmt.Sprintf("%d violations, %d acknowledged, %d delivered in %.0f s (seed %d)", r.Violations, r.Acked, r.Delivered, r.Seconds, r.Seed)
	if r.FirstViolation != nil {
		text += "\n" + r.FirstViolation.String()
	}
	return text
}

// coded is an error with an exit code of its own.
type coded struct {
	code int
	err  error
}

func (c coded) Error() string { return c.err.Error() }

// Code satisfies main.
func (c coded) Code() int { return c.code }

type benchStorm struct {
	Sockets int `default:"10000" help:"Open sockets, each of a visitor with a conversation behind him."`
}

func (b benchStorm) Run(ctx context.Context, c *commands) error {
	r, err := bench.Storm(ctx, bench.Options{Progress: os.Stderr}, b.Sockets)
	if err != nil {
		return err
	}
	return c.print(r, pretty(r))
}

type benchGroup struct {
	Members int `default:"2000" help:"Members of the group, each with an open socket."`
	Rate    int `default:"5" help:"Messages a second into the group."`
	Seconds int `default:"30" help:"Measured seconds; a third of that goes to a direct conversation alone, before."`
}

func (b benchGroup) Run(ctx context.Context, c *commands) error {
	r, err := bench.Group(ctx, bench.Options{Members: b.Members, Rate: b.Rate, Seconds: b.Seconds, Progress: os.Stderr})
	if err != nil {
		return err
	}
	return c.print(r, pretty(r))
}
