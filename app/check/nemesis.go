package check

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"
)

// fault is one thing that goes wrong and is put right again.
type fault struct {
	name string
	// strike does both. It returns when what it broke is up again.
	strike func(ctx context.Context, n *nemesis) error
}

// nemesis lets faults strike one after the other, with quiet stretches between them, and measures how everybody comes
// back. It touches only what the stage started.
type nemesis struct {
	stage   *stage
	company *company
	history *history
	say     func(format string, args ...any)

	mu      sync.Mutex
	figures Figures  // guarded by mu
	touched []string // devices that the fault at work is limited to; used by run and its faults only
}

// calmOf is the stretch before the first fault and after the last one, in which nothing is wrong.
func calmOf(over time.Duration) time.Duration { return min(3*time.Second, over/8) }

// run spreads the faults evenly over the time there is.
func (n *nemesis) run(ctx context.Context, over time.Duration, faults []fault) error {
	if len(faults) == 0 {
		return nil
	}
	began := time.Now()
	calm := calmOf(over)
	room := (over - 2*calm) / time.Duration(len(faults))
	for i, f := range faults {
		wait(ctx, time.Until(began.Add(calm+time.Duration(i)*room)))
		if ctx.Err() != nil {
			n.say("no time left for %s", f.name)
			return nil
		}
		s := Struck{Name: f.name, At: n.history.now()}
		n.say("%6.1f s  %s", s.At.Seconds(), f.name)
		// A fault is put right also when the time is over meanwhile.
		n.history.setTroubled(true)
		n.touched = nil
		err := f.strike(context.WithoutCancel(ctx), n)
		n.history.setTroubled(false)
		s.Over, s.Devices = n.history.now(), n.touched
		n.history.struck(s)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// killNode is kill -9 and a start at once.
func killNode(nth int) fault {
	return fault{fmt.Sprintf("kill -9 of node %d", nth+1), func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[nth%len(n.stage.nodes)]
		if err := one.kill(); err != nil {
			return err
		}
		ready, err := one.start(ctx)
		if err != nil {
			return err
		}
		n.back(ctx, ready)
		return nil
	}}
}

// level waits until everybody is back; that somebody is not is the product's fault and not ours.
func (n *nemesis) level(ctx context.Context) error {
	if err := n.company.settled(ctx, 30*time.Second); err != nil {
		n.history.clash(violation("not-level", 0, 0, err.Error()))
	}
	return nil
}

// What a restart may take.
const (
	readyBound = 2 * time.Second
	levelBound = 10 * time.Second
)

// back measures how long it takes until every device is level again.
func (n *nemesis) back(ctx context.Context, ready time.Duration) {
	began := time.Now()
	err := n.company.settled(ctx, 30*time.Second)
	took := time.Since(began)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.figures.Ready = append(n.figures.Ready, millis(ready))
	n.figures.Level = append(n.figures.Level, millis(took))
	switch slack := 2 * n.history.stallNow(); {
	case err != nil:
		n.history.clash(violation("not-level", 0, 0, "after a restart "+err.Error()))
	case ready > readyBound+slack:
		n.history.clash(violation("not-level", 0, 0, fmt.Sprintf("a node was ready only %s after its start", ready)))
	case took > levelBound+slack:
		n.history.clash(violation("not-level", 0, 0, fmt.Sprintf("everybody was level only %s after a restart", took)))
	}
}

// freezeNode is SIGSTOP for a while.
func freezeNode(nth int, d time.Duration) fault {
	return fault{fmt.Sprintf("SIGSTOP of node %d for %s", nth+1, d), func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[nth%len(n.stage.nodes)]
		if err := one.signal(syscall.SIGSTOP); err != nil {
			return err
		}
		if len(n.stage.nodes) > 1 {
			one.setAway(true)
		}
		wait(ctx, d)
		one.setAway(false)
		return one.signal(syscall.SIGCONT)
	}}
}

// rollNodes asks every node to leave, one after the other, and starts it again.
func rollNodes() fault {
	return fault{"SIGTERM of every node in turn", func(ctx context.Context, n *nemesis) error {
		for _, one := range n.stage.nodes {
			took, err := one.leave()
			if err != nil {
				n.history.clash(violation("bad-exit", 0, 0, err.Error()))
			}
			ready, err := one.start(ctx)
			if err != nil {
				return err
			}
			n.mu.Lock()
			n.figures.Leave = append(n.figures.Leave, millis(took))
			n.mu.Unlock()
			n.back(ctx, ready)
		}
		return nil
	}}
}

// cutLines breaks every socket of a node at once.
func cutLines(nth int) fault {
	return fault{fmt.Sprintf("all sockets of node %d cut", nth+1), func(ctx context.Context, n *nemesis) error {
		n.stage.nodes[nth%len(n.stage.nodes)].front.cutAll()
		return n.level(ctx)
	}}
}

// hangLines makes every line of a node half-open for a while.
func hangLines(nth int, d time.Duration) fault {
	return fault{fmt.Sprintf("lines of node %d half-open for %s", nth+1, d), func(ctx context.Context, n *nemesis) error {
		front := n.stage.nodes[nth%len(n.stage.nodes)].front
		front.setHang(true)
		wait(ctx, d)
		front.setHang(false)
		return n.level(ctx)
	}}
}

// losePushes drops every pushed frame for a while, so that everybody lives on heads and sync.
func losePushes(d time.Duration) fault {
	return fault{fmt.Sprintf("all pushes lost for %s", d), func(ctx context.Context, n *nemesis) error {
		var before []noise
		for _, one := range n.stage.nodes {
			one.front.mu.Lock()
			before = append(before, one.front.noisy)
			one.front.noisy.DropPush = 1
			one.front.mu.Unlock()
		}
		wait(ctx, d)
		for i, one := range n.stage.nodes {
			one.front.setNoise(before[i])
		}
		return nil
	}}
}

// deafen makes some devices stop reading for a while: nobody else may notice.
func deafen(d time.Duration) fault {
	return fault{fmt.Sprintf("every fifth device deaf for %s", d), func(ctx context.Context, n *nemesis) error {
		var deaf []*device
		for i, p := range n.company.people() {
			if i%5 == 0 {
				d := p.devices[len(p.devices)-1]
				deaf, n.touched = append(deaf, d), append(n.touched, d.name)
			}
		}
		for _, one := range deaf {
			one.setDeaf(true)
		}
		wait(ctx, d)
		for _, one := range deaf {
			one.setDeaf(false)
		}
		return nil
	}}
}

// Figures are what a run measured, in milliseconds.
type Figures struct {
	Ready     []float64 `json:"ready_ms"` // from a start after kill -9 until the node is ready
	Level     []float64 `json:"level_ms"` // from there until every device is level
	Leave     []float64 `json:"leave_ms"` // from SIGTERM to the end of the process
	AckP50    float64   `json:"ack_p50_ms"`
	AckP99    float64   `json:"ack_p99_ms"`
	PushP50   float64   `json:"push_p50_ms"` // from an acknowledgement to another device, in quiet times
	PushP99   float64   `json:"push_p99_ms"`
	PushMax   float64   `json:"push_max_ms"`
	RepairP99 float64   `json:"repair_p99_ms"` // the same, while wake-ups between nodes were lost
	RepairMax float64   `json:"repair_max_ms"`
	Converge  float64   `json:"converge_ms"`                 // from the last healing until all devices are level
	WaitP99   float64   `json:"queue_wait_p99_ms,omitempty"` // of tickets that came while there was room
	Stall     float64   `json:"stall_ms"`                    // the longest the machine itself stood still
	Visitors  int       `json:"visitors,omitempty"`          // how many came to the desk in a race
}

func millis(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

func percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(float64(len(all))*p/100))]
}
