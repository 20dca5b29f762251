package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

const upgradeFor = 75 * time.Second

// Upgrade starts three nodes of an older version and replaces them one by one, while everybody works: both versions run on one
// database, which the new one has migrated.
func Upgrade(ctx context.Context, o Options, old string) (Report, error) {
	newer := o.Binary
	if newer == "" {
		self, err := os.Executable()
		if err != nil {
			return Report{}, err
		}
		newer = self
	}
	o.Binary = old
	return run(ctx, o, script{
		name: "upgrade", options: Options{For: cmp.Or(o.For, upgradeFor), Nodes: 3}, workload: everybody, noise: everyday,
		size: size{visitors: 24, agents: 8, members: 8, devices: 2, caps: 4},
		faults: func(*stage, *company) []fault {
			return []fault{replaceNode(0, newer), outdated(old, 1, 2), killNode(0), freezeNode(1, 3*time.Second), replaceNode(1, newer), cutLines(2), replaceNode(2, newer)}
		},
	})
}

// replaceNode ends a node of the one version and starts one of the other at its place. Others are started from that file too from
// now on.
func replaceNode(nth int, binary string) fault {
	return fault{fmt.Sprintf("node %d replaced by the new version", nth+1), func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[nth]
		took, err := one.leave()
		if err != nil {
			n.history.clash(violation("bad-exit", 0, 0, err.Error()))
		}
		n.stage.binary = binary
		ready, err := one.start(ctx)
		if err != nil {
			return err
		}
		n.mu.Lock()
		n.figures.Leave = append(n.figures.Leave, millis(took))
		n.mu.Unlock()
		n.back(ctx, ready)
		return nil
	}}
}

// outdated looks at what the old version does beside a database that has been migrated: nodes that run go on and say so, and one that
// starts is refused in a line.
func outdated(old string, nodes ...int) fault {
	return fault{"the old version beside the new one's database", func(ctx context.Context, n *nemesis) error {
		for _, nth := range nodes {
			one := n.stage.nodes[nth]
			n.mustName(ctx, one, "newer version")
			if !one.isReady(ctx) {
				n.history.clash(violation("not-level", 0, 0, fmt.Sprintf("node %d does not serve beside the new version", one.n)))
			}
		}
		address, err := freeAddress()
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, readyWithin)
		defer cancel()
		cmd := exec.CommandContext(ctx, old, "serve", "--addr", address)
		cmd.Env = n.stage.env
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		said := strings.TrimSpace(string(out))
		if !errors.As(err, &exit) || exit.ExitCode() <= 0 || !strings.Contains(said, "newer") || strings.Contains(said, "\n") {
			n.history.clash(violation("unnamed", 0, 0, fmt.Sprintf("an old node at a newer database ended with %v and said: %s", err, said)))
		}
		n.say("         an old node that starts says: %s", said)
		return nil
	}}
}
