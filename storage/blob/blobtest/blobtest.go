// Package blobtest is a real S3 server on loopback, for tests.
package blobtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// The server's only account.
const (
	key    = "testkey"
	secret = "testsecret"
)

// Serve runs the server on a host and port until ctx ends; objects lie in folder.
func Serve(ctx context.Context, host, folder string) error {
	facts := filepath.Join(folder, "facts") // not every temporary folder knows extended attributes
	for _, dir := range []string{filepath.Join(folder, "data"), facts} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	side, err := meta.NewSideCar(facts)
	if err != nil {
		return err
	}
	store, err := posix.New(filepath.Join(folder, "data"), side, posix.PosixOpts{SideCarDir: facts})
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, store, &embedgw.Config{
		RootUserAccess: key, RootUserSecret: secret, Ports: []string{host}, Quiet: true, KeepAlive: true,
		MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10000, HealthPath: "/healthz",
	})
}

// URL is that of a bucket on such a server, as ICHAT_BLOB_URL takes it. The bucket need not exist.
func URL(host, bucket string) string {
	return fmt.Sprintf("s3://%s:%s@%s/%s?insecure=true", key, secret, host, bucket)
}

var buckets atomic.Int64

// Bucket is the URL of a bucket that nobody used yet. Its server starts with the first test that wants one
// and lives as long as the process, because the library allows only one; a TestMain ends with Stop.
func Bucket(tb testing.TB) string {
	tb.Helper()
	host, err := server()
	if err != nil {
		tb.Fatal(err)
	}
	return URL(host, fmt.Sprintf("files-%d", buckets.Add(1)))
}

// Stop ends the server that Bucket started, if it did.
func Stop() { stop() }

var stop = func() {}

var server = sync.OnceValues(func() (string, error) {
	host, err := Nobody()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "ichat-s3")
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	stop = func() {
		cancel()
		<-ended
		os.RemoveAll(dir)
	}
	go func() { ended <- Serve(ctx, host, dir) }()
	return host, answers(host, ended)
})

// Nobody is an address where nobody listens.
func Nobody() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// answers waits until the server does.
func answers(host string, ended chan error) error {
	late := time.After(15 * time.Second)
	for {
		res, err := http.Get("http://" + host + "/healthz")
		if err == nil {
			return res.Body.Close()
		}
		select {
		case err := <-ended:
			ended <- err // for Stop
			return fmt.Errorf("the S3 server did not start: %w", err)
		case <-late:
			return fmt.Errorf("the S3 server does not answer: %w", err)
		case <-time.After(2 * time.Millisecond):
		}
	}
}
