// Package blob keeps the bytes of files: in a folder, or in a bucket of an S3 store. Both answer the
// same way to the same calls, so that nobody above needs to know which one it is.
package blob

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"ichat/app/fault"
)

// Store keeps bytes under keys such as "7f/123-full". A key is written once and never changes. Every
// call may be made from many goroutines. Faults: NotFound, and Unavailable when the store is away or
// full (the same call may be made again).
type Store interface {
	// Put keeps size bytes of r, at least one. Unless all of them came, nothing is kept. What was kept is durable.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	// Get reads length bytes from offset; a length below 0 means up to the end.
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	// Size is how many bytes are kept under the key.
	Size(ctx context.Context, key string) (int64, error)
	// Delete removes what is kept under the key; that nothing is there is no error.
	Delete(ctx context.Context, key string) error
	// Ping says whether the store answers.
	Ping(ctx context.Context) error
}

// Open returns the store at "file:DIR" or "s3://KEY:SECRET@host/bucket?region=&insecure=". It reaches
// out to nothing: a store that is away shows at the first call. The error names what is wrong in one line.
func Open(url string) (Store, error) {
	if dir, ok := strings.CutPrefix(url, "file:"); ok && dir != "" {
		return folder{dir: filepath.Clean(dir)}, nil
	}
	if strings.HasPrefix(url, "s3://") {
		return openS3(url)
	}
	return nil, fmt.Errorf("must begin with file: or s3://")
}

// gone is the refusal for a key that holds nothing.
func gone(err error) error {
	return fault.New(fault.NotFound, "file not found").Because(err)
}

// away is the refusal of a store that does not do its work.
func away(doing, key string, err error) error {
	return fault.New(fault.Unavailable, "the file store does not answer right now").Because(fmt.Errorf("%s %s: %w", doing, key, err))
}
