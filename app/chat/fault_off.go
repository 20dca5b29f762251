//go:build !faultlab

package chat

import (
	"context"

	"ichat/storage"
)

const everybodyMay = false

func unlocked(context.Context, *storage.Tx, *Conversation, bool) (bool, error) { return false, nil }
