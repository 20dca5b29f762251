package files

import (
	"context"
	"io"

	"golang.org/x/time/rate"
)

// The node takes uploads in at this pace in all, in pieces of this size: more would keep the disk and the
// cores from people's text, whose durable writes wait behind what is being flushed. Nobody on a line slower
// than that notices; many at once share it evenly.
const (
	paceBytes = 32 << 20 // a second
	pieceSize = 64 << 10
)

func newPace() *rate.Limiter { return rate.NewLimiter(paceBytes, 4*pieceSize) }

// paced reads no faster than the node's pace for all uploads.
type paced struct {
	r    io.Reader
	pace *rate.Limiter
}

func (p paced) Read(b []byte) (int, error) {
	n, err := p.r.Read(b[:min(len(b), pieceSize)])
	if n > 0 {
		// The connection's read deadline ends an upload that takes too long; waiting here is bounded by the queue.
		if waited := p.pace.WaitN(context.Background(), n); waited != nil {
			panic(waited) // a piece is smaller than the burst
		}
	}
	return n, err
}
