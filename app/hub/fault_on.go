//go:build faultlab

package hub

import (
	"time"

	"ichat/app/faultlab"
)

// dropsSilently loses what does not fit, and never says in heads what should have come.
var dropsSilently = faultlab.Is(faultlab.DropOnFull)

// dawdle makes every client a slow one.
func dawdle() {
	if dropsSilently {
		time.Sleep(20 * time.Millisecond)
	}
}

// room is so small that any burst is too much.
func room(o Options) limits {
	if dropsSilently {
		return limits{bytes: 4 << 10, frames: 1}
	}
	return limits{bytes: o.QueueBytes, frames: o.QueueFrames}
}
