package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"
)

// killTogether is kill -9 of several nodes at one moment. They stay down for a while: whoever is left serves everybody.
func killTogether(d time.Duration, which ...int) fault {
	return fault{fmt.Sprintf("kill -9 of %d nodes at once, down for %s", len(which), d), func(ctx context.Context, n *nemesis) error {
		var nodes []*node
		for _, nth := range which {
			nodes = append(nodes, n.stage.nodes[nth])
		}
		if err := errors.Join(each(nodes, (*node).kill)...); err != nil {
			return err
		}
		struck := time.Now()
		if len(nodes) < len(n.stage.nodes) {
			if err := n.company.settled(ctx, levelBound); err != nil {
				n.history.clash(violation("not-level", 0, 0, "on the nodes that are left "+err.Error()))
			}
			n.say("         everybody is at the nodes that are left after %.1f s", time.Since(struck).Seconds())
		}
		wait(ctx, d-time.Since(struck))
		var mu sync.Mutex
		var slowest time.Duration
		failed := each(nodes, func(one *node) error {
			ready, err := one.start(ctx)
			mu.Lock()
			defer mu.Unlock()
			slowest = max(slowest, ready)
			return err
		})
		if err := errors.Join(failed...); err != nil {
			return err
		}
		n.back(ctx, slowest)
		return nil
	}}
}

// each does something with all nodes at once.
func each(nodes []*node, do func(*node) error) []error {
	failed := make([]error, len(nodes))
	var all sync.WaitGroup
	for i, one := range nodes {
		all.Go(func() { failed[i] = do(one) })
	}
	all.Wait()
	return failed
}

// numberFor is how long a node's number is its own while it is silent.
const numberFor = 60 * time.Second

// sleepNode is SIGSTOP for so long that nothing the node held is its own any more. If that outlasts its number, another node
// begins anew meanwhile, and gets that number.
func sleepNode(nth int, d time.Duration) fault {
	return fault{fmt.Sprintf("SIGSTOP of node %d for %s", nth+1, d), func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[nth]
		struck := time.Now()
		one.setAway(true)
		if err := one.signal(syscall.SIGSTOP); err != nil {
			return err
		}
		wait(ctx, levelBound)
		one.front.cutAll() // clients notice a silent line by themselves, in half a minute; this is about the node
		if d > numberFor {
			wait(ctx, numberFor+5*time.Second-time.Since(struck))
			other := n.stage.nodes[(nth+1)%len(n.stage.nodes)]
			if err := other.kill(); err != nil {
				return err
			}
			ready, err := other.start(ctx)
			if err != nil {
				return err
			}
			n.back(ctx, ready)
		}
		wait(ctx, d-time.Since(struck))
		if err := one.signal(syscall.SIGCONT); err != nil {
			return err
		}
		return n.awake(ctx, one)
	}}
}

// awake waits until a node that slept is ready again, or has ended because its number is another's: then it is started, as whoever
// runs it would.
func (n *nemesis) awake(ctx context.Context, one *node) error {
	began := time.Now()
	for {
		_, ended := one.process()
		if isClosed(ended) {
			n.say("         it ended after %.1f s: %s", time.Since(began).Seconds(), one.lastWords()[strings.LastIndexByte(one.lastWords(), '\n')+1:])
			if _, err := one.start(ctx); err != nil {
				return err
			}
			break
		}
		if time.Since(began) > time.Second && one.isReady(ctx) { // what it finds out, it finds out at once
			break
		}
		if time.Since(began) > backWithin+2*n.history.stallNow() {
			_, named := one.problems(ctx)
			n.history.clash(violation("not-level", 0, 0, fmt.Sprintf("node %d is neither back nor gone %s after it woke up: %v", one.n, backWithin, named)))
			break
		}
		wait(ctx, 50*time.Millisecond)
	}
	one.setAway(false)
	n.mustReturn(ctx, one)
	return n.level(ctx)
}
