package storage

import (
	"time"

	"golang.org/x/sys/unix"
)

// uptime is the time since the machine was started, its sleep included, which Go's own clock leaves out.
func uptime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		panic(err) // every kernel since 2.6.39 has it
	}
	return time.Duration(t.Nano())
}
