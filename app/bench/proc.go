package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc: USER_HZ, which is 100 on every Linux.
const tick = time.Second / 100

// usage is what a process has used up.
type usage struct {
	cpu     time.Duration
	rss     int64 // KiB now
	rssPeak int64 // KiB at most
}

// usageOf reads it from /proc; ok is false where there is none.
func usageOf(pid int) (u usage, ok bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return usage{}, false
	}
	if u.cpu, err = cpuOf(stat); err != nil {
		return usage{}, false
	}
	u.rss, u.rssPeak = kilobytes(status, "VmRSS"), kilobytes(status, "VmHWM")
	return u, true
}

// cpuOf is the user and system time in a stat line. The name of the program is in parentheses
// and may hold spaces and parentheses itself, so fields are counted from the last one.
func cpuOf(stat []byte) (time.Duration, error) {
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("a stat line of %d fields", len(fields))
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("ticks in a stat line: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}

// kilobytes finds a line such as "VmRSS:   21340 kB"; 0 when there is none.
func kilobytes(status []byte, name string) int64 {
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n
		}
	}
	return 0
}
