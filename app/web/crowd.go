package web

import (
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// turnAwayIn is how long the refusal of a connection may take: it fits into the buffer of a fresh one.
const turnAwayIn = time.Second

// full is the answer to whoever comes when there is no room; it is written before anything is read.
const full = `{"code":"unavailable","message":"this server has no room for more connections","request_id":"","retry":"same","retry_after_ms":2000,"fields":{}}` + "\n"

// crowd counts the connections of a listener and turns away those that are too many, so that descriptors stay
// free for the database and for files. Without it the process would have none left, and fail everywhere at once.
type crowd struct {
	net.Listener
	room    int        // 0: any number
	sockets func() int // connections that left HTTP and are still open
	http    *atomic.Int64
}

// taken is how many connections are open.
func (c *crowd) taken() int { return int(c.http.Load()) + c.sockets() }

// tight tells whether room is so short that connections nobody speaks on should go.
func (c *crowd) tight() bool { return c.room > 0 && c.taken() > c.room-c.room/8 }

// watch is the server's ConnState.
func (c *crowd) watch(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.http.Add(1)
	case http.StateHijacked, http.StateClosed:
		c.http.Add(-1)
	}
}

// Accept returns the next connection for which there is room.
func (c *crowd) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil || c.room == 0 || c.taken() < c.room {
			return conn, err
		}
		turnAway(conn)
	}
}

func turnAway(conn net.Conn) {
	defer conn.Close()
	if conn.SetWriteDeadline(time.Now().Add(turnAwayIn)) != nil {
		return
	}
	fmt.Fprintf(conn, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(full), full)
}
