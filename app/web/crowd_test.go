package web_test

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app/web"
)

func TestWhoComesWhenThereIsNoRoomIsToldAndTheOthersAreServed(t *testing.T) {
	var sockets atomic.Int64
	s := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Room: 16, Sockets: func() int { return int(sockets.Load()) }})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	ask := func(c net.Conn) *http.Response {
		t.Helper()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.Write([]byte("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	sockets.Store(13)
	first := dial()
	if r := ask(first); r.StatusCode != 200 || r.Close {
		t.Fatalf("%d, close %v", r.StatusCode, r.Close)
	}
	second := dial()
	if r := ask(second); r.StatusCode != 200 || !r.Close {
		t.Fatalf("%d, close %v: where room is short, no connection is kept for later", r.StatusCode, r.Close)
	}
	sockets.Store(16)
	refused, err := http.ReadResponse(bufio.NewReader(dial()), nil) // told before it asks
	if err != nil || refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" {
		t.Fatalf("%v %v", refused, err)
	}
	if r := ask(first); r.StatusCode != 200 {
		t.Fatalf("who is in is not served: %d", r.StatusCode)
	}
	sockets.Store(0)
	if r := ask(dial()); r.StatusCode != 200 || r.Close {
		t.Fatalf("%d, close %v after others went", r.StatusCode, r.Close)
	}
}
