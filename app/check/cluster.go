package check

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// cluster are the parts that several nodes share. scripts/cluster.sh starts them, tells where they are, and leaves
// a program for each with which it is killed and started.
type cluster struct {
	controls string // the folder of those programs
	env      []string
}

// findCluster makes a fresh database beside the others and returns what the nodes have to know.
func findCluster(ctx context.Context) (*cluster, error) {
	c := &cluster{controls: os.Getenv("ICHAT_CLUSTER")}
	if c.controls == "" {
		return nil, &MissingError{"PostgreSQL, NATS and S3: run it under scripts/cluster.sh"}
	}
	for _, part := range []struct{ name, variable string }{{"NATS", "ICHAT_NATS_URL"}, {"S3", "ICHAT_BLOB_URL"}} {
		value := os.Getenv(part.variable)
		if value == "" {
			return nil, &MissingError{part.name + ": " + part.variable + " is not set"}
		}
		c.env = append(c.env, part.variable+"="+value)
	}
	database, err := freshDatabase(ctx, os.Getenv("ICHAT_DATABASE_URL"))
	if err != nil {
		return nil, err
	}
	c.env = append(c.env, "ICHAT_DATABASE_URL="+database)
	return c, nil
}

// freshDatabase makes an empty database in the cluster that address names.
func freshDatabase(ctx context.Context, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" {
		return "", &MissingError{"PostgreSQL: ICHAT_DATABASE_URL is not set"}
	}
	program := ofPostgres("createdb")
	if program == "" {
		return "", &MissingError{"createdb of PostgreSQL"}
	}
	name := fmt.Sprintf("check_%d", time.Now().UnixNano())
	out, err := exec.CommandContext(ctx, program, "-h", u.Hostname(), "-p", u.Port(), "-U", u.User.Username(), "--maintenance-db", strings.TrimPrefix(u.Path, "/"), name).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("createdb: %w: %s", err, out)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// ofPostgres finds one of the programs that come with PostgreSQL; "" when it is not there.
func ofPostgres(name string) string {
	if program, err := exec.LookPath(name); err == nil {
		return program
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}

// control kills or starts a part.
func (c *cluster) control(ctx context.Context, part, what string) error {
	out, err := exec.CommandContext(ctx, filepath.Join(c.controls, part), what).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", part, what, err, out)
	}
	return nil
}
