//go:build faultlab

package faultlab

import (
	"fmt"
	"os"
	"slices"
	"time"
)

var chosen = choose()

// choose reads ICHAT_FAULT. A name that is none ends the program: a check must not pass because of a slip.
func choose() string {
	name := os.Getenv("ICHAT_FAULT")
	if name != "" && !slices.Contains(All, name) {
		fmt.Fprintf(os.Stderr, "ICHAT_FAULT must be one of %v, not %q\n", All, name)
		os.Exit(2)
	}
	return name
}

// Is tells whether this process has a fault.
func Is(name string) bool { return chosen == name }

// Clock is how far this node's clock is wrong: ICHAT_FAULT_CLOCK, such as +10m or -1h.
func Clock() time.Duration {
	text := os.Getenv("ICHAT_FAULT_CLOCK")
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		fmt.Fprintf(os.Stderr, "ICHAT_FAULT_CLOCK: %v\n", err)
		os.Exit(2)
	}
	return d
}
