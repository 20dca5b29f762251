package bench

import (
	"bytes"
	"context"
	"crypto/rand"
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
	ownerEmail = "owner@bench.example"
	readyIn    = 30 * time.Second
	stopIn     = 10 * time.Second // then it is killed
	readyPoll  = 2 * time.Millisecond
)

// home is the folder and the owner of a server of our own. Servers of one home follow each other.
type home struct {
	dir      string
	password string
	debug    string // the loopback address for /metrics; empty: none
}

func newHome() (*home, error) {
	dir, err := os.MkdirTemp("", "ichat-bench-")
	if err != nil {
		return nil, fmt.Errorf("a folder for the server: %w", err)
	}
	return &home{dir: dir, password: rand.Text()}, nil
}

func (h *home) remove() { os.RemoveAll(h.dir) }

// environ hands ICHAT_* on, lifts the limits and names the owner. A database file is left out:
// the run promises an empty folder, and must never write into a file that is in use.
func (h *home) environ(inherited []string) []string {
	kept := slices.DeleteFunc(slices.Clone(inherited), func(entry string) bool {
		return strings.HasPrefix(entry, "ICHAT_DATABASE_URL=sqlite:")
	})
	if h.debug != "" {
		kept = append(kept, "ICHAT_DEBUG_ADDR="+h.debug)
	}
	return append(kept, "ICHAT_NO_LIMITS=1", "ICHAT_OWNER_EMAIL="+ownerEmail, "ICHAT_OWNER_PASSWORD="+h.password, "ICHAT_LOG=warn")
}

// server is a process of this same program.
type server struct {
	url   string
	debug string // its home's
	cmd   *exec.Cmd
	said  *tail
	ended chan struct{} // closed when the process is gone
	ready time.Duration // from its start to its first 200 at /readyz
}

// start runs a server and waits until it is ready. It also ends with ctx.
func (h *home) start(ctx context.Context) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	return h.startAt(ctx, addr)
}

// startAt is start on an address that another server has left.
func (h *home) startAt(ctx context.Context, addr string) (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("this program's own file: %w", err)
	}
	s := &server{url: "http://" + addr, debug: h.debug, said: &tail{}, ended: make(chan struct{})}
	s.cmd = exec.CommandContext(ctx, program, "serve", "--addr", addr, "--data", filepath.Join(h.dir, "data"))
	s.cmd.Env = h.environ(os.Environ())
	s.cmd.Stderr = s.said
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = stopIn
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	go func() {
		defer close(s.ended)
		s.cmd.Wait() // how it ended is seen in what it said
	}()
	if err := s.waitReady(ctx); err != nil {
		s.stop()
		return nil, err
	}
	s.ready = time.Since(began)
	return s, nil
}

func (s *server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyIn)
	defer cancel()
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	for {
		if isReady(ctx, s.url) {
			return nil
		}
		select {
		case <-poll.C:
		case <-s.ended:
			return fmt.Errorf("the server ended before it was ready: %s", s.said)
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w: %s", ctx.Err(), s.said)
		}
	}
}

func isReady(ctx context.Context, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return false
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// stop asks the server to leave and makes it leave when it does not.
func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(stopIn):
		s.cmd.Process.Kill()
		<-s.ended
	}
}

// usage is nil-safe: of a server that is not ours nothing is known.
func (s *server) usage() (usage, bool) {
	if s == nil {
		return usage{}, false
	}
	return usageOf(s.cmd.Process.Pid)
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// tail keeps the end of what a server writes, for the message when it fails.
type tail struct {
	mu   sync.Mutex
	kept []byte // guarded by mu
}

const tailKept = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-tailKept):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.kept))
}
