package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Base is this server's address as the request in ctx reached it, without a slash at its end: the
// public address when one is configured.
func (s *Server) Base(ctx context.Context) string {
	if s.baseHost != "" {
		return s.baseScheme + "://" + s.baseHost
	}
	q := requestOf(ctx)
	if q.secure {
		return "https://" + q.host
	}
	return "http://" + q.host
}

// Listen takes the address, or says in one line why it cannot be had.
func Listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is already in use: stop the other program or choose another address", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}
