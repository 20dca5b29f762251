package blob_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

const (
	testKey    = "testkey"
	testSecret = "testsecret"
)

var buckets atomic.Int64

// newBucket is the URL of a bucket that nobody used yet.
func newBucket(tb testing.TB) string {
	tb.Helper()
	host, err := server()
	if err != nil {
		tb.Fatal(err)
	}
	return bucketAt(host, fmt.Sprintf("files-%d", buckets.Add(1)))
}

func bucketAt(host, name string) string {
	return fmt.Sprintf("s3://%s:%s@%s/%s?insecure=true", testKey, testSecret, host, name)
}

// server starts an S3 server inside the process with the first test that wants it. It lives as long
// as the process, because the library allows only one.
var server = sync.OnceValues(func() (string, error) {
	host, err := freePort()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "ichat-s3")
	if err != nil {
		return "", err
	}
	stop = append(stop, func() { os.RemoveAll(dir) })
	for _, sub := range []string{"/data", "/facts"} {
		if err := os.Mkdir(dir+sub, 0o700); err != nil {
			return "", err
		}
	}
	facts, err := meta.NewSideCar(dir + "/facts") // not every temporary folder knows extended attributes
	if err != nil {
		return "", err
	}
	backend, err := posix.New(dir+"/data", facts, posix.PosixOpts{SideCarDir: dir + "/facts"})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error, 1)
	stop = append(stop, func() { cancel(); <-failed })
	go func() {
		failed <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: testKey, RootUserSecret: testSecret, Ports: []string{host}, Quiet: true, KeepAlive: true,
			MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10000, HealthPath: "/healthz",
		})
	}()
	return host, answers(host, failed)
})

// stop ends what server started, last first.
var stop []func()

func TestMain(m *testing.M) {
	code := m.Run()
	for i := len(stop) - 1; i >= 0; i-- {
		stop[i]()
	}
	os.Exit(code)
}

// freePort is an address where nobody listens.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// answers waits until the server does.
func answers(host string, failed chan error) error {
	late := time.After(15 * time.Second)
	for {
		res, err := http.Get("http://" + host + "/healthz")
		if err == nil {
			return res.Body.Close()
		}
		select {
		case err := <-failed:
			failed <- err // for stop
			return fmt.Errorf("the S3 server did not start: %w", err)
		case <-late:
			return fmt.Errorf("the S3 server does not answer: %w", err)
		case <-time.After(2 * time.Millisecond):
		}
	}
}
