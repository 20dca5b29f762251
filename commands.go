package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"ichat/app/ops"
)

// options are what the commands about a whole installation share.
func (c *commands) options(log *slog.Logger) ops.Options {
	return ops.Options{Config: c.Config, Log: log, Version: version, Progress: os.Stderr}
}

type backupCommand struct {
	File string `arg:"" help:"The archive to write, such as ichat.tar.gz; it appears when it is complete."`
}

func (b backupCommand) Run(ctx context.Context, c *commands, log *slog.Logger) error {
	r, err := ops.Backup(ctx, c.options(log), b.File)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s: %d rows and %d files of %s, %.1f MB in %.1f s", r.File, r.Rows, r.Files, r.Created.Format("2006-01-02 15:04:05Z"),
		float64(r.Bytes)/1e6, r.Seconds)
	if len(r.Missing) > 0 {
		text += fmt.Sprintf("\n%d files were not in the store", len(r.Missing))
	}
	return c.print(r, text)
}

type restoreCommand struct {
	File  string `arg:"" help:"An archive that ichat backup wrote."`
	Force bool   `help:"Replace what is in the database."`
}

func (r restoreCommand) Run(ctx context.Context, c *commands, log *slog.Logger) error {
	done, err := ops.Restore(ctx, c.options(log), r.File, r.Force)
	if err != nil {
		return err
	}
	return c.print(done, fmt.Sprintf("restored %d rows and %d files as of %s in %.1f s", done.Rows, done.Files,
		done.Created.Format("2006-01-02 15:04:05Z"), done.Seconds))
}

type demoCommand struct {
	Force    bool   `help:"Also into a database that has tickets: the demo comes beside them."`
	Tickets  int    `default:"200" help:"How many."`
	Days     int    `default:"30" help:"How many days back they go."`
	Seed     uint64 `default:"1" help:"The same seed makes the same conversations."`
	Password string `env:"ICHAT_DEMO_PASSWORD" help:"Password of the demo's accounts; a random one when missing."`
}

func (d demoCommand) Run(ctx context.Context, c *commands, log *slog.Logger) error {
	plan := ops.DemoPlan{Tickets: d.Tickets, Days: d.Days, Seed: d.Seed, Password: d.Password}
	r, err := ops.Demo(ctx, c.options(log), plan, d.Force)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d tickets of %d visitors with %d messages. Start the server and sign in at %s:\n", r.Tickets, r.Visitors, r.Messages, c.Link("/agent"))
	for _, one := range r.SignIns {
		fmt.Fprintf(&b, "  %-22s %-6s %s\n", one.Email, one.Role, one.Name)
	}
	fmt.Fprintf(&b, "Password of all: %s", r.Password)
	return c.print(r, b.String())
}
