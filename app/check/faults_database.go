package check

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"time"
)

// databaseDown takes PostgreSQL away for longer than any request waits. Every node says so, and is back soon after.
func databaseDown(d time.Duration) fault {
	return fault{"PostgreSQL down for " + d.String(), func(ctx context.Context, n *nemesis) error {
		struck := time.Now()
		if err := n.stage.cluster.control(ctx, "postgres", "kill"); err != nil {
			return err
		}
		for _, one := range n.stage.nodes {
			n.mustName(ctx, one, "the database does not answer")
			if one.isReady(ctx) {
				n.history.clash(violation("unnamed", 0, 0, fmt.Sprintf("node %d says that it is ready while the database is down", one.n)))
			}
		}
		wait(ctx, d-time.Since(struck))
		if err := n.stage.cluster.control(ctx, "postgres", "start"); err != nil {
			return err
		}
		for _, one := range n.stage.nodes {
			n.mustReturn(ctx, one)
		}
		return n.level(ctx)
	}}
}

// backendStorm ends every connection to the database, again and again.
func backendStorm(d time.Duration) fault {
	return fault{"every backend of PostgreSQL ended once a second for " + d.String(), func(ctx context.Context, n *nemesis) error {
		address := n.stage.value("ICHAT_DATABASE_URL")
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		ended := 0
		for began := time.Now(); time.Since(began) < d; wait(ctx, time.Second) {
			out, err := exec.CommandContext(ctx, ofPostgres("psql"), "-h", u.Hostname(), "-p", u.Port(), "-U", u.User.Username(), "-d", u.Path[1:], "-Atc",
				"SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").CombinedOutput()
			if err != nil {
				return fmt.Errorf("psql: %w: %s", err, out)
			}
			var now int
			fmt.Sscan(string(out), &now)
			ended += now
		}
		n.say("         %d connections were ended", ended)
		if ended == 0 {
			return fmt.Errorf("there was no connection to end")
		}
		for _, one := range n.stage.nodes {
			n.mustReturn(ctx, one)
		}
		return n.level(ctx)
	}}
}
