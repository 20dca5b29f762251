// Command services runs what several nodes share besides the database, each as a process of its own so that
// it can be killed: `services nats PORT` is a NATS server, `services s3 PORT FOLDER` an S3 store. Both are the
// real servers, from the modules the tests use. They listen on loopback only and are for tests.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// The S3 store's only account.
const (
	s3Key    = "testkey"
	s3Secret = "testsecret"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "services: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "nats":
		port, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return runNATS(ctx, port)
	case len(args) == 3 && args[0] == "s3":
		return runS3(ctx, args[1], args[2])
	}
	return fmt.Errorf("usage: services nats PORT | services s3 PORT FOLDER")
}

func runNATS(ctx context.Context, port int) error {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true})
	if err != nil {
		return err
	}
	s.Start()
	<-ctx.Done()
	s.Shutdown()
	return nil
}

func runS3(ctx context.Context, port, folder string) error {
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
		RootUserAccess: s3Key, RootUserSecret: s3Secret, Ports: []string{"127.0.0.1:" + port}, Quiet: true, KeepAlive: true,
		MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10000, HealthPath: "/healthz",
	})
}
