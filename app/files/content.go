package files

import (
	"context"
	"errors"
	"io"

	"ichat/storage/blob"
)

// content reads a file of the store from wherever it is told to, for http.ServeContent. Nothing is
// asked of the store before the first byte is wanted.
type content struct {
	ctx   context.Context // of the request; io.Reader takes none
	store blob.Store
	key   string
	size  int64

	at   int64
	open io.ReadCloser // reads from at; nil: not asked for
	err  error         // why reading ended early
}

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	if c.at >= c.size {
		return 0, io.EOF
	}
	if c.open == nil {
		if c.open, c.err = c.store.Get(c.ctx, c.key, c.at, -1); c.err != nil {
			return 0, c.err
		}
	}
	n, err := c.open.Read(p)
	c.at += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// Seek implements io.Seeker.
func (c *content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.at
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	if offset != c.at {
		c.close()
		c.at = offset
	}
	return offset, nil
}

func (c *content) close() {
	if c.open != nil {
		_ = c.open.Close() // only read from
		c.open = nil
	}
}
