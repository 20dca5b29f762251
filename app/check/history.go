package check

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// How a request ended, as far as its sender knows.
const (
	resultOK      = "ok"
	resultFail    = "fail"    // refused: it has no effect
	resultUnknown = "unknown" // no answer, or one that says to ask again: it may have had its effect
)

// Op is one request of somebody. A message that is sent again is another Op with the same Client id.
type Op struct {
	ID     int64         `json:"id"`
	Kind   string        `json:"kind"` // send, recall, cursor, sync, page, take, close, transfer, probe ...
	Who    int64         `json:"who"`
	Device string        `json:"device,omitempty"`
	Conv   int64         `json:"conv,omitempty"`
	Ticket int64         `json:"ticket,omitempty"`
	Client string        `json:"client,omitempty"` // client_msg_id
	Hash   string        `json:"hash,omitempty"`   // of what it says
	Begin  time.Duration `json:"begin"`
	End    time.Duration `json:"end,omitempty"`
	Result string        `json:"result,omitempty"`
	Status int           `json:"status,omitempty"`
	Code   string        `json:"code,omitempty"`

	Targets []int64 `json:"targets,omitempty"` // whom it is about

	MessageID int64  `json:"message_id,omitempty"`
	Seq       int64  `json:"seq,omitempty"`
	Version   int64  `json:"version,omitempty"`
	Read      int64  `json:"read,omitempty"`
	Received  int64  `json:"received,omitempty"`
	Epoch     string `json:"epoch,omitempty"` // the life of the database that answered
}

// Where a device got something from.
const (
	bySocket = "push"
	bySync   = "sync"
	byPage   = "page"
	byAnswer = "answer" // of one's own request
)

// Apply is something a device was shown. Placed says that it took effect there: an early push waits first.
type Apply struct {
	At      time.Duration `json:"at"`
	Who     int64         `json:"who"`
	Device  string        `json:"device"`
	Socket  int64         `json:"socket,omitempty"` // the connection the device had
	Source  string        `json:"source"`
	Op      int64         `json:"op,omitempty"` // the request whose answer it was
	Kind    string        `json:"kind"`         // message, member, cursor, reset, gone
	Conv    int64         `json:"conv"`
	Version int64         `json:"version,omitempty"`
	Placed  bool          `json:"placed,omitempty"`
	Epoch   string        `json:"epoch,omitempty"`

	Message *Message `json:"message,omitempty"`
	Member  *Member  `json:"member,omitempty"`
}

// Struck is a fault of the nemesis.
type Struck struct {
	Name string        `json:"name"`
	At   time.Duration `json:"at"`
	Over time.Duration `json:"over"` // healed, and what it broke is up again

	Devices []string `json:"devices,omitempty"` // the only ones that may feel it; empty: everybody may
}

// history collects what happens, in memory for the judge and as JSON lines for a person.
type history struct {
	began time.Time
	file  *os.File

	mu       sync.Mutex
	out      *bufio.Writer // guarded by mu, as is all below
	next     int64
	sockets  int64
	ops      []Op
	applies  []Apply
	faults   []Struck
	counts   map[string]int      // of small faults on the line
	stall    time.Duration       // the longest the machine kept us waiting
	clashes  []Violation         // what was found on the way
	uploads  []Upload            // that were taken
	opened   map[int64]time.Time // of tickets, as they were told first
	had      map[[2]int64]bool   // a ticket and an agent who was told that it is his
	striking bool                // a fault is at work
}

func newHistory(folder string) (*history, error) {
	f, err := os.Create(filepath.Join(folder, "history.jsonl"))
	if err != nil {
		return nil, err
	}
	return &history{began: time.Now(), file: f, out: bufio.NewWriterSize(f, 1<<16), counts: map[string]int{}, had: map[[2]int64]bool{}}, nil
}

// socketNumber names a connection.
func (h *history) socketNumber() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sockets++
	return h.sockets
}

func (h *history) now() time.Duration { return time.Since(h.began) }

// line writes one JSON line; mu is held.
func (h *history) line(kind string, v any) {
	text, err := json.Marshal(map[string]any{kind: v})
	if err != nil {
		panic(err) // our own structs
	}
	h.out.Write(append(text, '\n')) // the writer keeps its error for the flush
}

// invoke notes that a request begins.
func (h *history) invoke(op Op) Op {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next++
	op.ID, op.Begin = h.next, h.now()
	h.line("invoke", op)
	return op
}

// returned notes how a request ended.
func (h *history) returned(op Op, p *problem) {
	h.mu.Lock()
	defer h.mu.Unlock()
	op.End, op.Result = h.now(), resultOK
	if p != nil {
		op.Status, op.Code, op.Result = p.status, p.code, p.result()
	}
	h.line("return", op)
	h.ops = append(h.ops, op)
}

func (h *history) apply(a Apply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a.At = h.now()
	h.line("apply", a)
	h.applies = append(h.applies, a)
}

func (h *history) struck(f Struck) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line("fault", f)
	h.faults = append(h.faults, f)
}

// count notes a small fault on the line.
func (h *history) count(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[name]++
}

// clash notes a violation that was seen on the way.
func (h *history) clash(v Violation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line("clash", v)
	h.clashes = append(h.clashes, v)
}

func (h *history) uploaded(u Upload) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line("upload", u)
	h.uploads = append(h.uploads, u)
}

func (h *history) allUploads() []Upload {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.uploads)
}

func (h *history) stalled(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stall = max(h.stall, d)
}

func (h *history) stallNow() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stall
}

func (h *history) faultCounts() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[string]int{}
	for name, n := range h.counts {
		all[name] = n
	}
	for _, f := range h.faults {
		all[f.Name]++
	}
	return all
}

func (h *history) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return errors.Join(h.out.Flush(), h.file.Close())
}

// story hands everything to the judge.
func (h *history) story(final Final) Story {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Story{Ops: h.ops, Applies: h.applies, Faults: h.faults, Clashes: h.clashes, Stall: h.stall, Final: final}
}
