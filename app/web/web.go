// Package web is the front door: echo and huma, one shape for every error, who is
// calling, limits, cookies and the pages. Rooms register their routes with Route and Raw
// and never see a header that decides about trust.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

const (
	bodyLimit     = 256 << 10        // the largest honest JSON request is a sync with 200 conversations: about 10 KiB
	headerLimit   = 32 << 10         // cookies of a shared domain included
	headerTimeout = 5 * time.Second  // a client that trickles headers holds a connection, nothing else
	readTimeout   = 30 * time.Second // 256 KiB over a bad mobile line
	answerIn      = 10 * time.Second // reads of a JSON route; nobody waits longer, and a part that hangs must not gather requests
	knowIn        = 5 * time.Second  // who is calling
	idleTimeout   = 2 * time.Minute  // above the 60 s most proxies keep, so that they close first
	goodbye       = 10 * time.Second // what requests under way get when the server leaves
)

// Options are what the server is told once.
type Options struct {
	BaseURL        string                             // public address; "" when unknown
	TrustedProxies []netip.Prefix                     // peers whose X-Forwarded-* count
	Log            *slog.Logger                       // nil: slog.Default
	Limits         bool                               // false lifts every PerPerson and PerAddress
	Ready          func(ctx context.Context) []string // what keeps the server from serving, in plain words; nil: nothing
	Limping        func(ctx context.Context) []string // what is wrong while it serves all the same; nil: nothing
	Away           func(err error) bool               // tells the errors that mean that a part is not there just now; nil: none
	Room           int                                // connections at once, sockets among them; 0: any number
	Sockets        func() int                         // how many of them are sockets; nil: none
	Now            func() time.Time                   // nil: time.Now
}

// Server answers HTTP. Register every route before it serves.
type Server struct {
	echo         *echo.Echo
	api          huma.API
	log          *slog.Logger
	now          func() time.Time
	limits       bool
	ready        func(ctx context.Context) []string
	limping      func(ctx context.Context) []string
	away         func(err error) bool
	crowd        crowd
	authenticate func(ctx context.Context, token string) (Caller, error)
	proxies      []netip.Prefix
	baseScheme   string
	baseHost     string
	routes       []RouteInfo
	ownBody      map[string]bool // method and path of the routes that read their body themselves
	spec         func() ([]byte, error)
}

// New makes a server with /healthz, /readyz and /api/openapi.json.
func New(o Options) *Server {
	teachHuma()
	s := &Server{echo: echo.New(), log: o.Log, now: o.Now, limits: o.Limits, ready: o.Ready, limping: o.Limping, away: o.Away, proxies: o.TrustedProxies,
		ownBody: map[string]bool{}}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.log = slog.New(LogHandler(s.log.Handler()))
	if s.now == nil {
		s.now = time.Now
	}
	s.crowd = crowd{room: o.Room, sockets: o.Sockets, http: new(atomic.Int64)}
	if s.crowd.sockets == nil {
		s.crowd.sockets = func() int { return 0 }
	}
	if base, err := url.Parse(o.BaseURL); err == nil {
		s.baseScheme, s.baseHost = base.Scheme, base.Host
	}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.Logger.SetOutput(io.Discard) // slog is the only log
	s.echo.HTTPErrorHandler = s.fail
	s.echo.IPExtractor = addressExtractor(o.TrustedProxies)
	s.echo.Use(s.begin)
	s.api = newAPI(s.echo)
	s.spec = sync.OnceValues(s.describe)
	s.health()
	return s
}

// Authenticate says who holds a token. It answers fault.SignedOut for an unknown one.
func (s *Server) Authenticate(f func(ctx context.Context, token string) (Caller, error)) {
	s.authenticate = f
}

// Handler is the whole server, for tests and for an outer listener.
func (s *Server) Handler() http.Handler { return s.echo }

// Serve answers on l until ctx ends, then lets requests under way finish.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.crowd.Listener = l
	server := &http.Server{
		ConnState:         s.crowd.watch,
		Handler:           s.echo,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerLimit,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // broken clients, not our faults
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(&s.crowd) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		s.log.Warn("requests were still under way when the server left", "after", goodbye, "err", errors.Join(err, server.Close()))
	}
	<-failed
	return nil
}

func (s *Server) health() {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		s.Raw(Public, method, "/healthz", func(c echo.Context) error {
			return c.JSONBlob(http.StatusOK, []byte(`{"alive":true}`))
		})
		s.Raw(Public, method, "/readyz", s.getReady)
	}
	s.Raw(Public, http.MethodGet, "/api/openapi.json", func(c echo.Context) error {
		spec, err := s.spec()
		if err != nil {
			return fmt.Errorf("describe the API: %w", err)
		}
		return c.Blob(http.StatusOK, "application/json", spec)
	})
}

func (s *Server) getReady(c echo.Context) error {
	problems := []string{}
	if s.ready != nil {
		problems = append(problems, s.ready(c.Request().Context())...)
	}
	status, ready := http.StatusOK, len(problems) == 0
	if !ready {
		status = http.StatusServiceUnavailable
	}
	if s.limping != nil {
		problems = append(problems, s.limping(c.Request().Context())...)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, map[string]any{"ready": ready, "problems": problems})
}
