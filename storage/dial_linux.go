package storage

import (
	"errors"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// impatient lets the kernel give up what was sent and not confirmed within vanished.
func impatient(network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(vanished.Milliseconds()))
	})
	return errors.Join(err, failed)
}
