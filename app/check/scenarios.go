package check

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// backWithin is how long a node may take to be ready again when what it missed is there again.
const backWithin = 5 * time.Second

// Scenarios plays what goes wrong outside the program: somebody else's lock, a cable, clocks, too few descriptors, a database that is
// away, several nodes that die at once or sleep for long.
func Scenarios(ctx context.Context, o Options) (Report, error) {
	return run(ctx, o, lockedDatabase(75*time.Second), tooMany(40*time.Second), wrongClocks(50*time.Second), cutOff(200*time.Second),
		atOnce(60*time.Second), asleep(230*time.Second), databaseAway(90*time.Second), storeAway(80*time.Second))
}

// atOnce is a day on which two of three nodes die, and then all.
func atOnce(d time.Duration) script {
	return script{
		name: "nodes", options: Options{For: d, Nodes: 3}, workload: everybody, noise: everyday, size: few,
		faults: func(*stage, *company) []fault {
			return []fault{killTogether(8*time.Second, 0, 1), killTogether(3*time.Second, 0, 1, 2), killTogether(0, 1, 2)}
		},
	}
}

// asleep is a day on which nodes stand still for longer than anything they hold lasts.
func asleep(d time.Duration) script {
	return script{
		name: "asleep", options: Options{For: d, Nodes: 3}, workload: everybody, noise: everyday, size: few,
		faults: func(*stage, *company) []fault {
			return []fault{sleepNode(0, 30*time.Second), sleepNode(1, 120*time.Second)}
		},
	}
}

// storeAway is a day on which the file store is slow, refuses, breaks off, and loses its answers, while files are sent.
func storeAway(d time.Duration) script {
	return script{
		name: "store", options: Options{For: d, Nodes: 3, BadStore: true}, workload: together(everybody, uploadWork(2*time.Second)), noise: everyday, size: few,
		faults: func(*stage, *company) []fault {
			return []fault{badStore("takes 10 kB a second", 12*time.Second, noise{Rate: 10_000}), badStore("refuses", 12*time.Second, noise{Refuse: 1}),
				badStore("refuses half", 10*time.Second, noise{Refuse: 0.5}), badStore("breaks off", 8*time.Second, noise{Cut: 0.5}), badStore("loses its answers", 8*time.Second, noise{Eat: 0.5})}
		},
	}
}

// databaseAway is a day on which PostgreSQL is down for long, and then ends connections all the time.
func databaseAway(d time.Duration) script {
	return script{
		name: "database", options: Options{For: d, Nodes: 3}, workload: everybody, noise: everyday, size: few,
		faults: func(*stage, *company) []fault {
			return []fault{backendStorm(10 * time.Second), databaseDown(30 * time.Second)}
		},
	}
}

var few = size{visitors: 12, agents: 4, members: 4, devices: 2, caps: 4}

func lockedDatabase(d time.Duration) script {
	return script{
		name: "locked", options: Options{For: d, Nodes: 1}, workload: everybody, noise: everyday, size: few,
		faults: func(*stage, *company) []fault {
			return []fault{lockDatabase(3 * time.Second), lockDatabase(30 * time.Second)}
		},
	}
}

func tooMany(d time.Duration) script {
	return script{
		name: "crowd", options: Options{For: d, Nodes: 1}, workload: everybody, size: few,
		faults: func(*stage, *company) []fault { return []fault{crowdIn(2000, 256, 12*time.Second)} },
	}
}

func wrongClocks(d time.Duration) script {
	return script{
		name: "clocks", options: Options{For: d, Nodes: 3}, workload: everybody, noise: everyday, size: few,
		faults: func(*stage, *company) []fault {
			return []fault{setClock(0, 10*time.Minute), setClock(1, -time.Hour), setClock(2, time.Hour), cutLines(0), freezeNode(1, 3*time.Second)}
		},
	}
}

func cutOff(d time.Duration) script {
	return script{
		name: "cutoff", options: Options{For: d, Nodes: 3}, workload: everybody, noise: everyday, size: few,
		faults: func(*stage, *company) []fault {
			k := &cabling{nth: 1}
			return []fault{k.lay(), k.pull("NATS", 12*time.Second, &k.nats), k.pull("PostgreSQL", 20*time.Second, &k.database),
				k.pull("both", 20*time.Second, &k.nats, &k.database), k.oneWay(true, 15*time.Second), k.oneWay(false, 15*time.Second),
				k.flap(5*time.Second, 20*time.Second), k.remove()}
		},
	}
}

// again ends a node and starts it with more in its environment.
func (n *node) again(ctx context.Context, more ...string) error {
	if _, err := n.leave(); err != nil {
		return err
	}
	own := n.stage.env
	n.stage.env = append(slices.Clone(own), more...)
	defer func() { n.stage.env = own }()
	_, err := n.start(ctx)
	return err
}

// setClock starts a node whose own clock is wrong, which only a build with the tag faultlab can be told.
func setClock(nth int, off time.Duration) fault {
	return fault{fmt.Sprintf("clock of node %d off by %s", nth+1, off), func(ctx context.Context, n *nemesis) error {
		one, sound := n.stage.nodes[nth], n.stage.binary
		if n.stage.binary = broken(); n.stage.binary == "" {
			return &MissingError{"bin/ichat-faultlab: `make faultlab` builds it"}
		}
		defer func() { n.stage.binary = sound }()
		if err := one.again(ctx, "ICHAT_FAULT_CLOCK="+off.String()); err != nil {
			return err
		}
		n.mustName(ctx, one, "clock")
		return n.company.settled(ctx, 30*time.Second)
	}}
}

// problems are what /readyz names.
func (n *node) problems(ctx context.Context) (ready bool, named []string) {
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+n.addr+"/readyz", nil)
	if err != nil {
		panic(err) // our own address
	}
	r.Close = true
	a, err := (&http.Client{Timeout: answerIn}).Do(r)
	if err != nil {
		return false, []string{err.Error()}
	}
	defer a.Body.Close()
	var said struct{ Problems []string }
	if err := json.NewDecoder(a.Body).Decode(&said); err != nil {
		return false, []string{err.Error()}
	}
	return a.StatusCode == http.StatusOK, said.Problems
}

// mustName waits a moment for /readyz to name what is wrong.
func (n *nemesis) mustName(ctx context.Context, one *node, words string) {
	var named []string
	for began := time.Now(); time.Since(began) < 2*answerIn; wait(ctx, 200*time.Millisecond) {
		_, named = one.problems(ctx)
		if slices.ContainsFunc(named, func(p string) bool { return strings.Contains(p, words) }) {
			n.say("         node %d names after %.1f s: %s", one.n, time.Since(began).Seconds(), strings.Join(named, "; "))
			return
		}
	}
	n.history.clash(violation("unnamed", 0, 0, fmt.Sprintf("/readyz of node %d does not name the %s: %v", one.n, words, named)))
}

// mustReturn waits until a node is ready and takes writes again.
func (n *nemesis) mustReturn(ctx context.Context, one *node) {
	began := time.Now()
	for !one.isReady(ctx) || !n.company.canWrite(ctx) {
		if time.Since(began) > backWithin+n.history.stallNow() {
			_, named := one.problems(ctx)
			n.history.clash(violation("not-level", 0, 0, fmt.Sprintf("node %d is not back after %s: %v", one.n, time.Since(began).Round(time.Millisecond), named)))
			return
		}
		wait(ctx, 50*time.Millisecond)
	}
	n.say("         node %d is back after %.1f s", one.n, time.Since(began).Seconds())
}

// limited starts the node anew with fewer descriptors.
func (n *node) limited(ctx context.Context, descriptors int) error {
	sound := n.stage.binary
	script := filepath.Join(n.stage.folder, "limited")
	text := fmt.Sprintf("#!/bin/sh\nulimit -n %d\nexec '%s' \"$@\"\n", descriptors, sound)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		return err
	}
	n.stage.binary = script
	defer func() { n.stage.binary = sound }()
	return n.again(ctx)
}
