package check

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// crowdIn sends more strangers to a node than it has descriptors for. Each wants a socket and keeps what he gets.
func crowdIn(strangers, descriptors int, d time.Duration) fault {
	return fault{fmt.Sprintf("%d sockets at a node with %d descriptors", strangers, descriptors), func(ctx context.Context, n *nemesis) error {
		one := n.stage.nodes[0]
		if err := one.limited(ctx, descriptors); err != nil {
			return err
		}
		if err := n.company.settled(ctx, 30*time.Second); err != nil {
			return err
		}
		in, told := knock(strangers, one.addr)
		defer func() {
			for _, c := range in {
				c.Close()
			}
		}()
		n.say("         %d of %d were let in, %d were told that there is no room", len(in), strangers, told)
		if len(in) == 0 || len(in) > descriptors || told == 0 {
			n.history.clash(violation("unnamed", 0, 0, fmt.Sprintf("of %d strangers %d were let in and %d told that there is no room", strangers, len(in), told)))
		}
		n.mustName(ctx, one, "no room")
		began := time.Now()
		n.canWriteAgain(ctx) // also while they are there
		wait(ctx, d-time.Since(began))
		for _, c := range in {
			c.Close()
		}
		n.mustReturn(ctx, one)
		if _, ended := one.process(); isClosed(ended) {
			n.history.clash(violation("bad-exit", 0, 0, "the crowd ended the process: "+one.lastWords()))
		}
		return n.company.settled(ctx, 30*time.Second)
	}}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// knock opens sockets, many at a time, and returns those that are in and how many were refused in words.
func knock(strangers int, address string) (in []net.Conn, told int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	turns := make(chan struct{}, strangers)
	for range strangers {
		turns <- struct{}{}
	}
	close(turns)
	for range 64 {
		all.Go(func() {
			for range turns {
				c, status := knockOnce(address)
				mu.Lock()
				switch status {
				case http.StatusSwitchingProtocols:
					in = append(in, c)
				case http.StatusServiceUnavailable:
					told++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return in, told
}

// knockOnce leaves the connection open only when it is a socket.
func knockOnce(address string) (net.Conn, int) {
	c, err := net.DialTimeout("tcp", address, 2*time.Second)
	if err != nil {
		return nil, 0
	}
	c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(c, "GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", address)
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		c.Close()
		return nil, 0
	}
	if r.StatusCode != http.StatusSwitchingProtocols {
		c.Close()
		return nil, r.StatusCode
	}
	return c, r.StatusCode
}
