package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// controls are the builds that are broken on purpose (ICHAT_FAULT of a build with the tag faultlab), each with the violation
// that must name it. A checker that lets one of them pass proves nothing.
var controls = []struct{ fault, own string }{
	{"", ""}, // the same build without a fault: nothing may be found
	{"ack-before-commit", "lost-ack"},
	{"no-unique-key", "duplicate"},
	{"sequence", "seq-hole"},
	{"push-before-commit", "uncommitted"},
	{"drop-on-full", "silent-drop"},
	{"cap-outside", "over-cap"},
	{"no-membership", "leak"},
	{"block-outside", "let-in"},
}

// Control is one run of a broken build.
type Control struct {
	Fault   string   `json:"fault"`
	Own     string   `json:"own"` // the violation it must show
	Seed    uint64   `json:"seed"`
	Found   []string `json:"found"`
	Passed  bool     `json:"passed"`
	Seconds float64  `json:"seconds"`
	Folder  string   `json:"folder,omitempty"`

	first *Violation
}

// ControlReport is what `ichat check --controls` prints.
type ControlReport struct {
	Failed   int       `json:"failed"`
	Seconds  float64   `json:"seconds"`
	Controls []Control `json:"controls"`

	healthy *Violation // what was found in the build without a fault
}

// FaultFree returns what was found in the build that is not broken.
func (r ControlReport) FaultFree() *Violation { return r.healthy }

const (
	controlSeeds = 3
	controlFor   = 9 * time.Second
)

// Controls runs every broken build with three seeds, side by side, and the sound one with the same.
func Controls(ctx context.Context, o Options) (ControlReport, error) {
	began := time.Now()
	var r ControlReport
	if o.Binary == "" {
		o.Binary = broken()
	}
	if o.Binary == "" {
		return r, &MissingError{"bin/ichat-faultlab: `make faultlab` builds it"}
	}
	for _, one := range controls {
		if o.Only != "" && o.Only != one.fault {
			continue
		}
		results, err := control(ctx, o, one.fault, one.own)
		if err != nil {
			return r, fmt.Errorf("control %q: %w", one.fault, err)
		}
		for _, c := range results {
			o.say("%-18s seed %d: %v, passed %v", c.Fault, c.Seed, c.Found, c.Passed)
			r.Controls = append(r.Controls, c)
			if c.Passed {
				continue
			}
			r.Failed++
			if c.Fault == "" && r.healthy == nil {
				r.healthy = c.first
			}
		}
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// broken finds the broken build beside this one.
func broken() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	for _, path := range []string{filepath.Join(filepath.Dir(self), "ichat-faultlab"), "bin/ichat-faultlab"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

func control(ctx context.Context, o Options, fault, own string) ([]Control, error) {
	results, errs := make([]Control, controlSeeds), make([]error, controlSeeds)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			one := o
			one.Seed, one.Nodes, one.For, one.LevelWithin = o.Seed+uint64(i), 1, controlFor, 10*time.Second
			one.Fault, one.Progress = fault, nil
			results[i], errs[i] = controlRun(ctx, one, fault, own)
			if errs[i] == nil && fault != "" && !results[i].Passed {
				// On a busy machine little happens in that time, and a fault is a matter of moments.
				one.For *= 3
				results[i], errs[i] = controlRun(ctx, one, fault, own)
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

func controlRun(ctx context.Context, o Options, broken, own string) (Control, error) {
	name := "sound"
	if broken != "" {
		name = broken
	}
	z, work := size{visitors: 20, agents: 6, devices: 2, caps: 3, vary: true}, liveWork(80*time.Millisecond)
	if broken == "" || own == "let-in" { // only friends fall out
		z.friends, work = 6, together(work, circleWork(80*time.Millisecond))
	}
	a, err := play(ctx, script{
		name: name, options: o, workload: work, size: z, noise: noise{Eat: 0.05, Cut: 0.01, Duplicate: 0.05, Delay: 3 * time.Millisecond},
		faults: func(*stage, *company) []fault { return []fault{killNode(0), killNode(0), killNode(0), killNode(0)} },
	})
	if err != nil {
		return Control{}, err
	}
	c := Control{Fault: broken, Own: own, Seed: o.Seed, Seconds: a.Seconds, Folder: a.Folder, Found: []string{}}
	for i, v := range a.found {
		c.Found = append(c.Found, v.Name)
		if c.first == nil || v.Name == own {
			c.first = &a.found[i]
		}
	}
	c.Passed = own == "" && len(c.Found) == 0 || own != "" && slices.Contains(c.Found, own)
	return c, nil
}
