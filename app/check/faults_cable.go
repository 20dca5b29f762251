package check

import (
	"context"
	"errors"
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

// pull pulls cables for a while.
func (k *cabling) pull(name string, d time.Duration, which ...*cableTo) fault {
	return k.part(fmt.Sprintf("node %d cut from %s for %s", k.nth+1, name, d), d, (*cable).pull, (*cable).plug, which...)
}

// oneWay cuts one direction of both cables: what the node says arrives, and no answer does, or the other way round.
func (k *cabling) oneWay(toPart bool, d time.Duration) fault {
	name := fmt.Sprintf("node %d hears nothing for %s", k.nth+1, d)
	if toPart {
		name = fmt.Sprintf("node %d is not heard for %s", k.nth+1, d)
	}
	return k.part(name, d, func(c *cable) error { return c.mute(toPart) }, func(c *cable) error { return c.unmute(toPart) }, &k.nats, &k.database)
}

// flap pulls both cables and plugs them in again, at every beat.
func (k *cabling) flap(beat, d time.Duration) fault {
	return fault{fmt.Sprintf("the cables of node %d come and go every %s for %s", k.nth+1, beat, d), func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[k.nth]
		for began := time.Now(); time.Since(began) < d; {
			for _, turn := range []func(*cable) error{(*cable).pull, (*cable).plug} {
				if err := errors.Join(turn(k.nats.cable), turn(k.database.cable)); err != nil {
					return err
				}
				n.balance(ctx, one, beat)
			}
		}
		n.mustReturn(ctx, one)
		one.setAway(false)
		return n.company.settled(ctx, 30*time.Second)
	}}
}

// balance is a balancer for a while: nobody is sent to a node that says that it is not ready.
func (n *nemesis) balance(ctx context.Context, one *node, d time.Duration) {
	for struck := time.Now(); time.Since(struck) < d; wait(ctx, 250*time.Millisecond) {
		ready := one.isReady(ctx)
		if !ready && !one.isAway() {
			n.say("         not ready after %.1f s", time.Since(struck).Seconds())
		}
		one.setAway(!ready)
	}
}

func (k *cabling) part(name string, d time.Duration, cut, mend func(*cable) error, which ...*cableTo) fault {
	return fault{name, func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[k.nth]
		for _, c := range which {
			if err := cut(c.cable); err != nil {
				return err
			}
		}
		n.balance(ctx, one, d)
		if ready, named := one.problems(ctx); len(named) == 0 {
			n.history.clash(violation("unnamed", 0, 0, fmt.Sprintf("%s, and /readyz names nothing (ready: %v)", name, ready)))
		} else {
			n.say("         /readyz: %s", strings.Join(named, "; "))
		}
		for _, c := range which {
			if err := mend(c.cable); err != nil {
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
