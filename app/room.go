package app

import "golang.org/x/sys/unix"

const (
	// keptBack are the descriptors that connections never get: 24 of PostgreSQL or a dozen of SQLite, the relay, the
	// file store, uploads under way, the log.
	keptBack = 64

	// plenty is a limit nobody reaches.
	plenty = 1 << 20
)

// roomOf is how many connections this process may hold, and how many of them may be sockets: the rest is for
// requests, which sockets must not keep out. 0 is any number.
func roomOf() (connections, sockets int) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > plenty {
		return 0, 0
	}
	connections = max(int(limit.Cur)-keptBack, keptBack)
	return connections, connections - connections/4
}
