package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const (
	// tries is low because a person waits for the answer, and his client tries again by itself.
	tries       = 2
	dialTimeout = 3 * time.Second
	// answerTimeout begins when the request has been sent whole.
	answerTimeout = 20 * time.Second
	pingTimeout   = 3 * time.Second
	// partSize is how much of a large file is held in memory while it goes out; S3 takes no smaller parts.
	partSize = 5 << 20
)

// bucket keeps each key as an object.
type bucket struct {
	client *minio.Client
	name   string
	region string

	mu     sync.Mutex // so that only one of the first uploads makes the bucket
	exists bool       // it was seen once; guarded by mu
}

func openS3(address string) (Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("must look like s3://KEY:SECRET@host/bucket, with /, + and @ of the secret percent-encoded")
	}
	secret, _ := u.User.Password()
	name := strings.Trim(u.Path, "/")
	if u.Host == "" || u.User.Username() == "" || secret == "" || name == "" || strings.Contains(name, "/") {
		return nil, errors.New("must look like s3://KEY:SECRET@host/bucket")
	}
	region := u.Query().Get("region")
	if region == "" {
		region = "us-east-1"
	}
	insecure := u.Query().Get("insecure")
	transport, err := minio.DefaultTransport(insecure == "" || insecure == "false" || insecure == "0")
	if err != nil {
		return nil, fmt.Errorf("the roots of trust: %w", err)
	}
	transport.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	transport.ResponseHeaderTimeout = answerTimeout
	client, err := minio.New(u.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(u.User.Username(), secret, ""),
		Secure:       transport.TLSClientConfig != nil,
		Transport:    transport,
		Region:       region,                 // else it is asked for at the first call
		BucketLookup: minio.BucketLookupPath, // every store has it
		MaxRetries:   tries,
	})
	if err != nil {
		return nil, errors.New("must look like s3://KEY:SECRET@host/bucket")
	}
	return &bucket{client: client, name: name, region: region}, nil
}

func (b *bucket) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := b.ensure(ctx); err != nil {
		return away("find the bucket for", key, err)
	}
	whole := &counted{r: io.LimitReader(r, size)}
	_, err := b.client.PutObject(ctx, b.name, key, whole, size, minio.PutObjectOptions{
		ContentType: "application/octet-stream",
		PartSize:    partSize,
		NumThreads:  1, // each would hold a part of its own
	})
	if err == nil && whole.n != size {
		err = fmt.Errorf("%d of %d bytes came", whole.n, size)
	}
	if err != nil {
		return away("keep", key, err)
	}
	return nil
}

// ensure makes the bucket if it is not there. A key that may not look for buckets goes on: the
// upload itself will tell.
func (b *bucket) ensure(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.exists {
		return nil
	}
	found, err := b.client.BucketExists(ctx, b.name)
	if err == nil && !found {
		err = b.client.MakeBucket(ctx, b.name, minio.MakeBucketOptions{Region: b.region})
	}
	code := minio.ToErrorResponse(err).StatusCode
	if err != nil && code != http.StatusForbidden && code != http.StatusConflict {
		return err
	}
	b.exists = true
	return nil
}

func (b *bucket) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	opts := minio.GetObjectOptions{}
	switch {
	case length == 0:
		return http.NoBody, nil // HTTP has no range of nothing
	case length > 0:
		if err := opts.SetRange(offset, offset+length-1); err != nil {
			return nil, fmt.Errorf("range of %s: %w", key, err)
		}
	case offset > 0:
		if err := opts.SetRange(offset, 0); err != nil {
			return nil, fmt.Errorf("range of %s: %w", key, err)
		}
	}
	core := minio.Core{Client: b.client} // one request; the client's own object looks first
	body, _, _, err := core.GetObject(ctx, b.name, key, opts)
	if err != nil {
		return nil, lostObject("read", key, err)
	}
	return body, nil
}

func (b *bucket) Size(ctx context.Context, key string) (int64, error) {
	info, err := b.client.StatObject(ctx, b.name, key, minio.StatObjectOptions{})
	if err != nil {
		return 0, lostObject("look at", key, err)
	}
	return info.Size, nil
}

func (b *bucket) Delete(ctx context.Context, key string) error {
	err := b.client.RemoveObject(ctx, b.name, key, minio.RemoveObjectOptions{})
	if err != nil && minio.ToErrorResponse(err).StatusCode != http.StatusNotFound {
		return away("remove", key, err)
	}
	return nil
}

func (b *bucket) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if _, err := b.client.BucketExists(ctx, b.name); err != nil {
		return away("look at", b.name, err)
	}
	return nil
}

func lostObject(doing, key string, err error) error {
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
		return gone(err)
	}
	return away(doing, key, err)
}

// counted counts what was read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
