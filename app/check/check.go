// Package check is the outsider who does not believe us: `ichat check`.
//
// A stage starts the real program, one node on SQLite or several beside PostgreSQL, NATS and S3. Before each
// node stands a proxy of our own. Virtual people (person.go) with several devices each (device.go: the whole
// algorithm of a client, timeline.go) write, answer, take, pass on and close by a seeded workload, over public HTTP and
// sockets, while a seeded nemesis kills, freezes and cuts. Every request and everything a device was shown is
// kept in a history. Then everything heals, all devices must come level with what a fresh client reads, and the
// judge, which is pure, holds the history against the promises of DESIGN.md: each is kept, or it is a named
// violation with the shortest story that shows it.
//
// It imports nothing of the product: what it knows of it is what any client knows.
package check

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// The exit codes of the command.
const (
	ExitViolated = 7 // the product broke a promise
	ExitHarness  = 8 // the checker itself could not do its work
	ExitMissing  = 9 // a part that was asked for is not there
)

// Options say what to check.
type Options struct {
	Seed   uint64
	Nodes  int           // 1: SQLite; more: PostgreSQL and NATS from the environment
	Only   string        // the name of one act; "": all
	For    time.Duration // of workload in each act; 0: what the act says
	Binary string        // the program under test; "": this one
	Folder string        // where the history goes; "": a temporary one, removed when nothing was found
	Env    []string      // for the program under test, beside what the stage sets

	LevelWithin time.Duration // how long everybody may take to come level at the end; 0: 30 s

	Direct bool // no proxy before the nodes: for what is about numbers and not about lines

	Fault string // ICHAT_FAULT of a broken build, once everybody is in place

	BadStore  bool // the file store is behind a line that can fail
	SmallDisk bool // the data lies on a disk that can be filled; root only

	Progress io.Writer // nil: none
}

func (o Options) say(format string, args ...any) {
	if o.Progress != nil {
		fmt.Fprintf(o.Progress, format+"\n", args...)
	}
}

// Report is what a check found out; its first keys are fixed by the contract of the command.
type Report struct {
	Violations     int            `json:"violations"`
	Acked          int            `json:"acked"`     // messages whose sender was told that they are kept
	Delivered      int            `json:"delivered"` // messages shown on devices for the first time
	Faults         map[string]int `json:"faults"`
	FirstViolation *Violation     `json:"first_violation"`
	Seed           uint64         `json:"seed"`
	Seconds        float64        `json:"seconds"`
	Acts           []Act          `json:"acts"`
	All            []Violation    `json:"all,omitempty"`     // the first of each name
	Missing        string         `json:"missing,omitempty"` // a part without which the rest could not be checked
}

// Act is one stretch of workload on one stage.
type Act struct {
	Name       string         `json:"name"`
	Nodes      int            `json:"nodes"`
	Seconds    float64        `json:"seconds"`
	Acked      int            `json:"acked"`
	Delivered  int            `json:"delivered"`
	Violations int            `json:"violations"`
	Faults     map[string]int `json:"faults"`
	Figures    Figures        `json:"figures"`
	Folder     string         `json:"folder,omitempty"`

	found []Violation
}

// add takes an act into the report.
func (r *Report) add(a Act) {
	r.Violations += a.Violations
	r.Acked += a.Acked
	r.Delivered += a.Delivered
	if r.Faults == nil {
		r.Faults = map[string]int{}
	}
	for name, n := range a.Faults {
		r.Faults[name] += n
	}
	if r.FirstViolation == nil && len(a.found) > 0 {
		r.FirstViolation = &a.found[0]
	}
	r.All = append(r.All, a.found...)
	r.Acts = append(r.Acts, a)
}

// MissingError names a part that was asked for and is not there.
type MissingError struct{ Part string }

func (m *MissingError) Error() string { return "missing: " + m.Part }

// ExitCode is what the command ends with.
func ExitCode(r Report, err error) int {
	var missing *MissingError
	switch {
	case errors.As(err, &missing):
		return ExitMissing
	case err != nil:
		return ExitHarness
	case r.Violations > 0:
		return ExitViolated
	}
	return 0
}

// script is everything that makes one act.
type script struct {
	name     string
	options  Options
	workload func(ctx context.Context, c *company) error
	faults   func(s *stage, c *company) []fault // in the order they strike
	noise    noise                              // on the line, all the time
	size     size
	wait     time.Duration // within which 99 of 100 visitors have an agent while there is room; 0: not judged
}

// play runs one act from an empty house to the verdict.
func play(ctx context.Context, s script) (Act, error) {
	o := s.options
	began := time.Now()
	folder, err := folderFor(o, s.name)
	if err != nil {
		return Act{}, err
	}
	h, err := newHistory(folder)
	if err != nil {
		return Act{}, err
	}
	st, err := raise(ctx, o, folder, h)
	var missing *MissingError
	if errors.As(err, &missing) && o.Folder == "" {
		os.RemoveAll(folder) // there is nothing to be seen in it
	}
	if err != nil {
		return Act{}, err
	}
	defer st.strike()
	c, err := assemble(ctx, o, st, h, s.size)
	if err != nil {
		return Act{}, fmt.Errorf("bring everybody into place: %w", err)
	}
	defer c.dismiss()
	if err := st.spoil(ctx, o.Fault); err != nil {
		return Act{}, err
	}
	o.say("%s: %d nodes, %d visitors, %d agents, seed %d", s.name, o.Nodes, len(c.visitors), len(c.agents), o.Seed)
	figures, err := perform(ctx, s, st, c)
	if err != nil {
		return Act{}, err
	}
	final, err := c.quiesce(ctx, cmp.Or(o.LevelWithin, 30*time.Second))
	if err != nil {
		return Act{}, err
	}
	figures.Visitors = len(c.walkIns)
	c.dismiss()
	if err := h.close(); err != nil {
		return Act{}, err
	}
	st.strike() // before its folder goes
	return verdict(s, h.story(final), h, folder, figures, time.Since(began))
}

// verdict lets the judge read the story and says what came out.
func verdict(s script, story Story, h *history, folder string, figures Figures, took time.Duration) (Act, error) {
	o := s.options
	found := judge(story)
	if s.wait > 0 {
		found = append(found, waitsAreShort(story, s.wait+2*story.Stall)...)
	}
	if len(found) > 0 || o.Folder != "" {
		if err := write(filepath.Join(folder, "final.json"), story.Final); err != nil {
			return Act{}, err
		}
	}
	a := Act{Name: s.name, Nodes: o.Nodes, Seconds: took.Seconds(), Acked: story.acked(), Delivered: story.delivered(),
		Violations: len(found), Faults: h.faultCounts(), Figures: figures.with(story), found: firstOfEach(found)}
	return a, keep(o, &a, folder)
}

// perform lets the workload and the nemesis run side by side.
func perform(ctx context.Context, s script, st *stage, c *company) (Figures, error) {
	ctx, stop := context.WithTimeout(ctx, s.options.For)
	defer stop()
	st.noise(s.noise)
	n := &nemesis{stage: st, company: c, history: c.history, say: s.options.say}
	struck := make(chan error, 1)
	go func() { struck <- n.run(ctx, s.options.For, s.faults(st, c)) }()
	err := s.workload(ctx, c)
	err = errors.Join(err, <-struck)
	st.noise(noise{})
	return n.figures, err
}

// keep leaves the folder of a run that found something, or that was asked for.
func keep(o Options, a *Act, folder string) error {
	if len(a.found) == 0 && o.Folder == "" {
		return os.RemoveAll(folder)
	}
	a.Folder = folder
	for _, v := range a.found {
		o.say("VIOLATED %s", v)
	}
	o.say("history: %s", folder)
	return write(filepath.Join(folder, "violations.json"), a.found)
}

func write(file string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err) // our own structs
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

func folderFor(o Options, name string) (string, error) {
	if o.Folder == "" {
		return os.MkdirTemp("", "ichat-check-"+name+"-")
	}
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(o.Folder, fmt.Sprintf("%s-%d-", name, o.Seed))
}
