// Package relaytest gives tests a real NATS server of their own that they can stop and start.
package relaytest

import (
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// patience is how long a server may take to come up.
const patience = 10 * time.Second

// Server is a NATS server on a port that stays its own.
type Server struct {
	tb       testing.TB
	options  server.Options
	running  *server.Server
	password string
}

// New starts a server that asks nobody who he is and is gone with the test.
func New(tb testing.TB) *Server { return start(tb, "") }

// Guarded is New for a server that lets in "ichat" with this password only.
func Guarded(tb testing.TB, password string) *Server { return start(tb, password) }

func start(tb testing.TB, password string) *Server {
	tb.Helper()
	s := &Server{tb: tb, password: password}
	s.options = server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true}
	if password != "" {
		s.options.Username, s.options.Password = "ichat", password
	}
	s.Start()
	tb.Cleanup(s.Stop)
	return s
}

// Start lets a stopped server serve again at the same address.
func (s *Server) Start() {
	s.tb.Helper()
	o := s.options // the server fills it in
	running, err := server.NewServer(&o)
	if err != nil {
		s.tb.Fatal(err)
	}
	go running.Start()
	if !running.ReadyForConnections(patience) {
		s.tb.Fatal("the NATS server does not come up")
	}
	s.options.Port = running.Addr().(*net.TCPAddr).Port
	s.running = running
}

// Stop ends the server and every connection to it.
func (s *Server) Stop() {
	s.running.Shutdown()
	s.running.WaitForShutdown()
}

// URL is its address as ICHAT_NATS_URL wants it.
func (s *Server) URL() string {
	u := url.URL{Scheme: "nats", Host: s.running.Addr().String()}
	if s.password != "" {
		u.User = url.UserPassword("ichat", s.password)
	}
	return u.String()
}
