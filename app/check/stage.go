package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	readyWithin = 30 * time.Second
	stopWithin  = 30 * time.Second
)

// stage is what is under test: the nodes, each with a proxy before it.
type stage struct {
	binary  string
	folder  string
	env     []string
	nodes   []*node
	history *history
	cluster *cluster // nil on one node
	undo    func()   // of the small disk
	store   *proxy   // before the file store; nil: nodes reach it themselves
	direct  bool     // clients talk to the nodes themselves
}

// node is one process of the product, again and again on the same address.
type node struct {
	stage *stage
	n     int
	addr  string
	front *proxy

	mu    sync.Mutex
	cmd   *exec.Cmd     // guarded by mu, as is all below
	ended chan struct{} // closed when the process is gone
	away  bool
}

// raise starts the nodes on an empty house.
func raise(ctx context.Context, o Options, folder string, h *history) (*stage, error) {
	s := &stage{binary: o.Binary, folder: folder, history: h, direct: o.Direct}
	var err error
	if s.binary == "" {
		if s.binary, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	if err := s.furnish(ctx, o); err != nil {
		return nil, err
	}
	for n := range max(o.Nodes, 1) {
		one := &node{stage: s, n: n + 1}
		if one.addr, err = freeAddress(); err != nil {
			return nil, err
		}
		if one.front, err = newProxy(one.addr, h, o.Seed+uint64(n)); err != nil {
			return nil, err
		}
		s.nodes = append(s.nodes, one)
		if _, err := one.start(ctx); err != nil {
			s.strike()
			return nil, err
		}
	}
	return s, nil
}

// furnish sets the environment: ours, and nothing that happens to be set, for a check must never meet a database in
// use. Several nodes need the parts that scripts/cluster.sh starts.
func (s *stage) furnish(ctx context.Context, o Options) (err error) {
	s.env = slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "ICHAT_") })
	s.env = append(s.env, "ICHAT_NO_LIMITS=1", "ICHAT_OWNER_EMAIL="+ownerEmail, "ICHAT_OWNER_PASSWORD="+ownerPassword, "ICHAT_LOG=warn",
		"ICHAT_DATA="+filepath.Join(s.folder, "data"))
	s.env = append(s.env, o.Env...)
	if o.SmallDisk {
		if s.undo, err = smallDisk(s.folder); err != nil {
			return err
		}
	}
	if o.Nodes <= 1 {
		return nil
	}
	s.cluster, err = findCluster(ctx)
	if err != nil {
		return err
	}
	s.env = append(s.env, s.cluster.env...)
	if o.BadStore {
		return s.behindProxy()
	}
	return nil
}

// start starts the process and waits until it is ready; it returns how long that took.
func (n *node) start(ctx context.Context) (time.Duration, error) {
	log, err := os.OpenFile(filepath.Join(n.stage.folder, fmt.Sprintf("node-%d.log", n.n)), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	cmd := exec.Command(n.stage.binary, "serve", "--addr", n.addr)
	cmd.Env, cmd.Stderr, cmd.Stdout = n.stage.env, log, log
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", n.stage.binary, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cmd.Wait() // how it ended is in its log
	}()
	n.mu.Lock()
	n.cmd, n.ended = cmd, ended
	n.mu.Unlock()
	if err := n.ready(ctx, ended); err != nil {
		return 0, err
	}
	n.setAway(false)
	return time.Since(began), nil
}

func (n *node) ready(ctx context.Context, ended chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		if n.isReady(ctx) {
			return nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ended:
			return fmt.Errorf("node %d ended before it was ready: %s", n.n, n.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("node %d is not ready: %w: %s", n.n, ctx.Err(), n.lastWords())
		}
	}
}

func (n *node) isReady(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+n.addr+"/readyz", nil)
	if err != nil {
		return false
	}
	r.Close = true
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	a.Body.Close()
	return a.StatusCode == http.StatusOK
}

// lastWords is the end of the node's log.
func (n *node) lastWords() string {
	text, err := os.ReadFile(filepath.Join(n.stage.folder, fmt.Sprintf("node-%d.log", n.n)))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-2000):]))
}

// url is where clients find the node.
func (n *node) url() string {
	if n.stage.direct {
		return "http://" + n.addr
	}
	return n.front.url
}

func (n *node) setAway(away bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.away = away
}

func (n *node) isAway() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.away
}

func (n *node) process() (*exec.Cmd, chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cmd, n.ended
}

// spoil starts the nodes anew, broken in one way. What they stand on was made by sound ones.
func (s *stage) spoil(ctx context.Context, fault string) error {
	if fault == "" {
		return nil
	}
	s.env = append(s.env, "ICHAT_FAULT="+fault)
	for _, n := range s.nodes {
		if _, err := n.leave(); err != nil {
			return err
		}
		if _, err := n.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// signal sends a signal to the process, which is always one that this stage started.
func (n *node) signal(s syscall.Signal) error {
	cmd, _ := n.process()
	return cmd.Process.Signal(s)
}

// kill is kill -9.
func (n *node) kill() error {
	n.setAway(true)
	_, ended := n.process()
	if err := n.signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-ended
	return nil
}

// leave asks the process to go and returns how long it took and whether it went by itself and well.
func (n *node) leave() (time.Duration, error) {
	n.setAway(true)
	cmd, ended := n.process()
	began := time.Now()
	if err := n.signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case <-ended:
	case <-time.After(stopWithin):
		n.kill()
		return time.Since(began), fmt.Errorf("node %d did not leave within %s", n.n, stopWithin)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return time.Since(began), fmt.Errorf("node %d left with exit code %d: %s", n.n, code, n.lastWords())
	}
	return time.Since(began), nil
}

// door is a way into the product for the nth customer: his own node, or another one while that is away, as
// a load balancer sends him.
func (s *stage) door(nth int) func() string {
	return func() string {
		for i := range s.nodes {
			if one := s.nodes[(nth+i)%len(s.nodes)]; !one.isAway() {
				return one.url()
			}
		}
		return s.nodes[nth%len(s.nodes)].url()
	}
}

// noise sets what is wrong with every line.
func (s *stage) noise(n noise) {
	for _, one := range s.nodes {
		one.front.setNoise(n)
	}
}

// strike ends everything that was started.
func (s *stage) strike() {
	for _, n := range s.nodes {
		if cmd, ended := n.process(); cmd != nil {
			n.signal(syscall.SIGCONT)
			n.signal(syscall.SIGKILL)
			<-ended
		}
		n.front.close()
	}
	if s.undo != nil {
		s.undo()
	}
	if s.store != nil {
		s.store.close()
	}
	s.nodes, s.undo, s.store = nil, nil, nil // a second time there is nothing left to do
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
