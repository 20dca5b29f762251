//go:build faultlab

package app

import (
	"log/slog"
	"os"
	"time"

	"ichat/app/faultlab"
)

var wrongBy = faultlab.Clock()

// clock is this machine's clock, which may be wrong.
func clock() time.Time { return time.Now().Add(wrongBy) }

func confess(log *slog.Logger) {
	log.Warn("this build is broken on purpose", "fault", os.Getenv("ICHAT_FAULT"), "clock", wrongBy.String())
}
