//go:build !faultlab

package app

import (
	"log/slog"
	"time"
)

func clock() time.Time { return time.Now() }

func confess(*slog.Logger) {}
