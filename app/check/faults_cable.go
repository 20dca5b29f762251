package check

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// cabling puts one node behind cables to the parts that it shares with the others.
type cabling struct {
	nth            int
	nats, database cableTo
}

// cableTo is the cable to one part, by the variable in which the node reads the part's address.
type cableTo struct {
	variable string
	cable    *cable
}

// lay starts the node anew, behind its cables.
func (k *cabling) lay() fault {
	k.nats.variable, k.database.variable = "ICHAT_NATS_URL", "ICHAT_DATABASE_URL"
	return fault{fmt.Sprintf("node %d behind cables", k.nth+1), func(ctx context.Context, n *nemesis) error {
		var env []string
		for i, one := range []*cableTo{&k.nats, &k.database} {
			u, err := url.Parse(n.stage.value(one.variable))
			if err != nil {
				return err
			}
			if one.cable, err = layCable(i, u.Host); err != nil {
				return err
			}
			u.Host = one.cable.address
			env = append(env, one.variable+"="+u.String())
		}
		if err := n.stage.nodes[k.nth].again(ctx, env...); err != nil {
			return err
		}
		return n.company.settled(ctx, 30*time.Second)
	}}
}

// value is what the nodes find in a variable.
func (s *stage) value(name string) (value string) {
	for _, one := range s.env {
		if v, ok := strings.CutPrefix(one, name+"="); ok {
			value = v
		}
	}
	return value
}

// pull pulls cables for a while. A balancer, played by us, sends nobody to a node that says that it is not ready.
func (k *cabling) pull(name string, d time.Duration, which ...*cableTo) fault {
	name = fmt.Sprintf("node %d cut from %s for %s", k.nth+1, name, d)
	return fault{name, func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[k.nth]
		struck := time.Now()
		for _, c := range which {
			if err := c.cable.pull(); err != nil {
				return err
			}
		}
		for time.Since(struck) < d {
			ready := one.isReady(ctx)
			if !ready && !one.isAway() {
				n.say("         not ready after %.1f s", time.Since(struck).Seconds())
			}
			one.setAway(!ready)
			wait(ctx, 250*time.Millisecond)
		}
		if ready, named := one.problems(ctx); len(named) == 0 {
			n.history.clash(violation("unnamed", 0, 0, fmt.Sprintf("%s, and /readyz names nothing (ready: %v)", name, ready)))
		} else {
			n.say("         /readyz: %s", strings.Join(named, "; "))
		}
		for _, c := range which {
			if err := c.cable.plug(); err != nil {
				return err
			}
		}
		n.mustReturn(ctx, one)
		one.setAway(false)
		return n.company.settled(ctx, 30*time.Second)
	}}
}

// remove starts the node as it was and takes the cables away.
func (k *cabling) remove() fault {
	return fault{fmt.Sprintf("node %d without cables", k.nth+1), func(ctx context.Context, n *nemesis) error {
		if err := n.stage.nodes[k.nth].again(ctx); err != nil {
			return err
		}
		k.nats.cable.remove()
		k.database.cable.remove()
		return n.company.settled(ctx, 30*time.Second)
	}}
}
