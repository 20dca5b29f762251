package storage

import (
	"context"
	"net"
	"time"
)

const (
	// vanished is how long a network may swallow what was sent to PostgreSQL before the connection counts as dead. The
	// system's own answer is a quarter of an hour, for which every request would hang.
	vanished = 5 * time.Second

	// keepAlive finds a connection on which nothing is under way, or that only waits for an answer.
	keepAlive = 2 * time.Second
)

// dial opens a connection that notices when nobody is at the other end any more. A statement may still
// take as long as it likes: what lives answers keep-alives.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Control: impatient, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepAlive, Interval: keepAlive, Count: int(vanished / keepAlive)}}
	return d.DialContext(ctx, network, address)
}
