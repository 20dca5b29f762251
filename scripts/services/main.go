// Command services runs what several nodes share besides the database, each as a process of its own so that
// it can be killed: `services nats PORT` is a NATS server, `services s3 PORT FOLDER` an S3 store. Both are the
// real servers, from the modules the tests use. They listen on loopback only and are for tests.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"

	"ichat/storage/blob/blobtest"
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
		return blobtest.Serve(ctx, "127.0.0.1:"+args[1], args[2])
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
