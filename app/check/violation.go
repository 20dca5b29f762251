package check

import (
	"encoding/json"
	"fmt"
)

// promises says which promise of DESIGN.md section 3 each violation breaks; 0 is the harness's own ground rules.
var promises = map[string]int{
	"lost-ack":        1, // acknowledged, and not there
	"lost-file":       1, // uploaded, and not there
	"duplicate":       2, // one client id, two messages
	"retry-differs":   2, // the same send was answered in two ways
	"seq-hole":        3, // the numbers of a log are not 1, 2, 3 ...
	"order":           3, // later said, earlier placed
	"two-truths":      3, // one place of the log, two messages
	"not-converged":   4, // a device does not come to show what the server has
	"late":            4, // it does, but not in time
	"not-level":       4, // devices do not come back after a restart
	"shown-twice":     5, // on one screen
	"phantom":         5, // shown, or kept, and never said
	"uncommitted":     6, // pushed, and not there
	"cursor-back":     7,
	"leak":            8, // shown to somebody who is not in
	"recalled-served": 8, // said after it was taken back
	"let-in":          8, // written by somebody who was blocked, no friend, silenced or outside
	"stale-contacts":  4, // a device shows other friends, blocks or entries of the box than there are
	"two-owners":      9,
	"two-tickets":     9, // of one visitor at once
	"over-cap":        9,
	"fifo":            9,  // somebody who came later was served first
	"requeued-place":  9,  // a place in the queue moved
	"visitor-lost":    9,  // wrote, and has no ticket
	"early":           9,  // a rule of the queue struck before its time
	"said-twice":      9,  // taken back to the queue once, told otherwise
	"unserved":        9,  // waits while an agent is free
	"slow-peer":       10, // somebody else's line was felt
	"silent-drop":     10, // a line stayed open and something on it was left out
	"signed-out":      1,
	"bad-exit":        1,
	"blunt":           1, // answered 500, which says neither yes nor no
	"unnamed":         0, // trouble that nobody is told of
}

// Violation is a promise that was broken, with the shortest part of the history that shows it.
type Violation struct {
	Name    string            `json:"name"`
	Promise int               `json:"promise"`
	Conv    int64             `json:"conv,omitempty"`
	Seq     int64             `json:"seq,omitempty"`
	Client  string            `json:"client,omitempty"`
	Detail  string            `json:"detail"`
	Story   []json.RawMessage `json:"story,omitempty"`
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (promise %d): %s", v.Name, v.Promise, v.Detail)
}

func violation(name string, conv, seq int64, detail string) Violation {
	promise, known := promises[name]
	if !known {
		panic("no promise for " + name)
	}
	return Violation{Name: name, Promise: promise, Conv: conv, Seq: seq, Detail: detail}
}

// firstOfEach keeps one violation of each name, in order.
func firstOfEach(all []Violation) (some []Violation) {
	seen := map[string]bool{}
	for _, v := range all {
		if !seen[v.Name] {
			seen[v.Name] = true
			some = append(some, v)
		}
	}
	return some
}

// storyMost bounds what one violation carries; the rest is in the history's file.
const storyMost = 40

// shorten gives each violation the operations and screens that belong to its message, or else to its conversation.
func shorten(s Story, found []Violation) []Violation {
	for i := range found {
		v := &found[i]
		add := func(kind string, one any) {
			if len(v.Story) < storyMost {
				text, err := json.Marshal(map[string]any{kind: one})
				if err != nil {
					panic(err) // our own structs
				}
				v.Story = append(v.Story, text)
			}
		}
		for _, op := range s.Ops {
			if v.about(op.Conv, op.Seq, op.Client) {
				add("op", op)
			}
		}
		for _, a := range s.Applies {
			if a.Message != nil && v.about(a.Conv, a.Message.Seq, a.Message.Client) {
				add("apply", a)
			}
		}
		for _, f := range s.Faults {
			add("fault", f)
		}
	}
	return found
}

func (v *Violation) about(conv, seq int64, client string) bool {
	if v.Client != "" {
		return client == v.Client
	}
	return v.Conv != 0 && conv == v.Conv && (v.Seq == 0 || seq == 0 || seq == v.Seq)
}
