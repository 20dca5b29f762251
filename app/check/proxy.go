package check

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// noise is what is wrong with a line, in shares of 1 for each request or pushed frame.
type noise struct {
	Eat       float64       // the node has answered, the client never hears of it
	Cut       float64       // the line breaks before the request is through
	Duplicate float64       // the request arrives twice
	Delay     time.Duration // at most, for each request
	DropPush  float64       // of the pushed frames, all but init, bye and heads
	Refuse    float64       // answered 503 at once
	Rate      int           // bytes of a request a second; 0: as fast as it goes
	Only      string        // of these paths only; "": all
}

// proxy stands before one node. Clients talk to it over lines that can fail in every way a line fails.
type proxy struct {
	url      string
	upstream string // host:port
	history  *history
	server   *http.Server
	client   *http.Client

	mu      sync.Mutex
	noisy   noise // guarded by mu, as is all below
	random  *rand.Rand
	hang    bool // nothing goes through, and nobody is told
	sockets map[*line]struct{}
}

func newProxy(upstream string, h *history, seed uint64) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{url: "http://" + l.Addr().String(), upstream: upstream, history: h, random: rand.New(rand.NewPCG(seed, 77)), sockets: map[*line]struct{}{}}
	p.client = &http.Client{Transport: &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024, DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	p.server = &http.Server{Handler: p}
	go p.server.Serve(l) // ends with close
	return p, nil
}

func (p *proxy) close() { p.server.Close() }

func (p *proxy) setNoise(n noise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noisy = n
}

// setHang makes the line half-open: both ends think it is there.
func (p *proxy) setHang(hang bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hang = hang
}

func (p *proxy) hanging() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hang
}

// fate is what happens to one request.
type fate struct {
	cut, eat, duplicate, refuse bool

	delay time.Duration
	rate  int
}

func (p *proxy) fate(path string) (f fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.noisy
	if n.Only != "" && !strings.Contains(path, n.Only) {
		return f
	}
	f.cut, f.eat, f.duplicate = p.random.Float64() < n.Cut, p.random.Float64() < n.Eat, p.random.Float64() < n.Duplicate
	f.refuse, f.rate = p.random.Float64() < n.Refuse, n.Rate
	if n.Delay > 0 {
		f.delay = time.Duration(p.random.Int64N(int64(n.Delay)))
	}
	return f
}

// decides tells the requests by which somebody comes in or is shut out. Their answer waits for the double: one that came
// through later would let him in again, after the judge has seen him shut out.
func decides(path string) bool {
	return strings.HasPrefix(path, "/api/im/") || strings.HasPrefix(path, "/api/chat/groups")
}

// ServeHTTP carries one request, or a socket.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/ws" {
		p.carrySocket(w, r)
		return
	}
	p.patience(r.Context())
	f := p.fate(r.URL.Path)
	wait(r.Context(), f.delay)
	if f.cut {
		p.history.count("cut before the request")
		p.reset(w)
		return
	}
	said, err := io.ReadAll(r.Body)
	if err != nil {
		p.reset(w)
		return
	}
	if f.refuse {
		p.history.count("request refused")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if f.rate > 0 {
		wait(r.Context(), time.Duration(len(said))*time.Second/time.Duration(f.rate))
	}
	var double chan *answer
	if f.duplicate && r.Method != http.MethodGet {
		p.history.count("request duplicated")
		double = make(chan *answer, 1)
		go func() {
			a, _ := p.forward(context.WithoutCancel(r.Context()), r, said)
			double <- a
		}()
	}
	a, err := p.forward(r.Context(), r, said)
	if double != nil && (decides(r.URL.Path) || a.refused()) { // by then what was refused may be allowed, and is done
		if d := <-double; a.refused() && d != nil && !d.refused() {
			a = d
		}
	}
	p.patience(r.Context())
	if err != nil || f.eat {
		if err == nil {
			p.history.count("answer eaten")
		}
		p.reset(w)
		return
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	w.Write(a.text)
}

// answer is what a node said to a request.
type answer struct {
	status int
	header http.Header
	text   []byte
}

func (a *answer) refused() bool { return a != nil && a.status >= 400 && a.status < 500 }

// patience waits while the line hangs.
func (p *proxy) patience(ctx context.Context) {
	for p.hanging() && ctx.Err() == nil {
		wait(ctx, 20*time.Millisecond)
	}
}

func (p *proxy) forward(ctx context.Context, r *http.Request, said []byte) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	out, err := http.NewRequestWithContext(ctx, r.Method, "http://"+p.upstream+r.URL.RequestURI(), bytes.NewReader(said))
	if err != nil {
		return nil, err
	}
	out.Header = r.Header.Clone()
	out.Host = r.Host
	a, err := p.client.Do(out)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return nil, err
	}
	return &answer{status: a.StatusCode, header: a.Header, text: text}, nil
}

// reset breaks the client's line with an RST.
func (p *proxy) reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	rst(conn)
}

func rst(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
