//go:build !linux

package storage

import "time"

var started = time.Now()

// uptime is whichever clock has gone further: the steady one may leave out the machine's sleep, the one on the wall does not.
func uptime() time.Duration {
	return max(time.Since(started), time.Now().Round(0).Sub(started.Round(0)))
}
