// Command ichat is a live-chat platform in one binary: the chat window for websites, the agents'
// console, the back office and the sockets between them.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"ichat/app"
	"ichat/app/bench"
)

// version is set by the build.
var version = "dev"

// notYet is the exit code of commands whose name is fixed and whose feature is still to come.
const notYet = 2

type commands struct {
	app.Config `embed:""`
	JSON       bool `name:"json" help:"Print one JSON document on stdout and nothing else there."`

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Run the server (default)."`
	Migrate migrateCommand `cmd:"" help:"Bring the database up to this version."`
	Admin   struct {
		Create createCommand `cmd:"" help:"Create an owner."`
		Reset  resetCommand  `cmd:"" help:"Set a new password and sign the person out everywhere."`
	} `cmd:"" help:"Accounts, from the server's own machine."`
	Bench struct {
		Send  benchSend  `cmd:"" help:"Durable sends from visitors to agents' sockets."`
		Start benchStart `cmd:"" help:"Time from start to ready on an existing database."`
		Storm benchStorm `cmd:"" help:"How everybody comes back after the server was killed."`
		Queue benchQueue `cmd:"" help:"Handing waiting visitors to agents who become free."`
		Group benchGroup `cmd:"" help:"A large group of members: every message to every socket, and a direct conversation beside it."`

		Idle    laterCommand `cmd:"" help:"Not in this version yet."`
		Growth  laterCommand `cmd:"" help:"Not in this version yet."`
		Push    laterCommand `cmd:"" help:"Not in this version yet."`
		Search  laterCommand `cmd:"" help:"Not in this version yet."`
		Report  laterCommand `cmd:"" help:"Not in this version yet."`
		Gateway laterCommand `cmd:"" help:"Not in this version yet."`
	} `cmd:"" help:"Measure this build."`
	Backup  backupCommand  `cmd:"" help:"Copy database and files into one archive, beside a running server."`
	Restore restoreCommand `cmd:"" help:"Put an archive into an empty database, of either engine."`
	Check   checkCommand   `cmd:"" help:"Check this build from outside: virtual people, faults, and the promises one by one."`
	Demo    demoCommand    `cmd:"" help:"Fill the database with a month of a small shop's conversations."`
	Version versionCommand `cmd:"" help:"Print the version."`

	Doctor laterCommand `cmd:"" help:"Not in this version yet."`
	Import laterCommand `cmd:"" help:"Not in this version yet."`
}

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("ichat"), kong.UsageOnError(),
		kong.Description("A self-hosted live-chat platform: one binary, SQLite by default."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := logger(c.Log)
	slog.SetDefault(log)
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(&c, log); err != nil {
		fmt.Fprintln(os.Stderr, "ichat: "+err.Error())
		var code interface{ Code() int }
		if errors.As(err, &code) {
			os.Exit(code.Code())
		}
		os.Exit(1)
	}
}

func logger(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if isatty.IsTerminal(os.Stderr.Fd()) {
		return slog.New(slog.NewTextHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, opts))
}

// print answers on stdout: one JSON document, or the same fact for a person.
func (c *commands) print(value any, text string) error {
	if !c.JSON {
		_, err := fmt.Println(text)
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(value)
}

// exitCode is an error that carries its own exit code.
type exitCode int

func (e exitCode) Error() string { return "this command is not in this version yet" }

// Code satisfies main.
func (e exitCode) Code() int { return int(e) }

type laterCommand struct {
	Args []string `arg:"" optional:"" passthrough:""`
}

func (laterCommand) Run() error { return exitCode(notYet) }

type versionCommand struct{}

func (versionCommand) Run(c *commands) error {
	return c.print(map[string]string{"version": version}, "ichat "+version)
}

type serveCommand struct {
	PrintConfig bool `help:"Print the effective values, secrets masked, and stop."`
}

func (s serveCommand) Run(ctx context.Context, c *commands, log *slog.Logger) error {
	if s.PrintConfig {
		return c.print(c.Effective(), lines(c.Effective()))
	}
	if unused := app.Unused(); len(unused) > 0 {
		log.Warn("set, but not used by this version yet", "variables", strings.Join(unused, " "))
	}
	a, err := app.New(ctx, c.Config, log)
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, c *commands, log *slog.Logger) error {
	applied, err := app.Migrate(ctx, c.Config, log)
	if err != nil {
		return err
	}
	return c.print(map[string]any{"applied": applied}, fmt.Sprintf("%d migrations applied", len(applied)))
}

type account struct {
	Email    string `arg:"" help:"E-mail address the person signs in with."`
	Password string `env:"ICHAT_PASSWORD" help:"Password; asked for on stdin when missing."`
}

// secret is the password from the flag, the environment or the first line of stdin.
func (a account) secret() (string, error) {
	if a.Password != "" {
		return a.Password, nil
	}
	fmt.Fprint(os.Stderr, "Password: ")
	var line string
	if _, err := fmt.Scanln(&line); err != nil {
		return "", errors.New("no password given")
	}
	return line, nil
}

type createCommand struct {
	account `embed:""`
	Name    string `default:"Owner" help:"Display name."`
}

func (a createCommand) Run(ctx context.Context, c *commands, log *slog.Logger) error {
	password, err := a.secret()
	if err != nil {
		return err
	}
	if err := app.CreateOwner(ctx, c.Config, log, a.Email, a.Name, password); err != nil {
		return err
	}
	return c.print(map[string]string{"email": a.Email}, "owner "+a.Email+" created")
}

type resetCommand struct {
	account `embed:""`
}

func (a resetCommand) Run(ctx context.Context, c *commands, log *slog.Logger) error {
	password, err := a.secret()
	if err != nil {
		return err
	}
	if err := app.ResetPassword(ctx, c.Config, log, a.Email, password); err != nil {
		return err
	}
	return c.print(map[string]string{"email": a.Email}, "password of "+a.Email+" set; signed out everywhere")
}

type benchSend struct {
	Seconds int    `default:"10" help:"Measured seconds."`
	Senders int    `default:"64" help:"Visitors sending at once, each in a conversation of its own."`
	Uploads int    `help:"Also measure beside this many uploads of 5 MB going on at any time."`
	URL     string `name:"url" help:"A running server instead of one of its own."`
	Site    string `help:"Site key, with --url."`
	Token   string `help:"Owner's session token, with --url."`
}

func (b benchSend) Run(ctx context.Context, c *commands) error {
	r, err := bench.Send(ctx, bench.Options{Seconds: b.Seconds, Senders: b.Senders, Uploads: b.Uploads, URL: b.URL, Site: b.Site, Token: b.Token, Progress: os.Stderr})
	if err != nil {
		return err
	}
	return c.print(r, pretty(r))
}

type benchStart struct{}

func (benchStart) Run(ctx context.Context, c *commands) error {
	r, err := bench.Start(ctx, bench.Options{Progress: os.Stderr})
	if err != nil {
		return err
	}
	return c.print(r, pretty(r))
}

type benchQueue struct {
	Agents  int    `default:"200" help:"Agents at work, each with one conversation at a time."`
	Waiting int    `default:"1000" help:"Visitors who wait all the time."`
	Seconds int    `default:"10" help:"Measured seconds: half of them paced, half as fast as it goes."`
	URL     string `name:"url" help:"A running server instead of one of its own."`
	Site    string `help:"Site key, with --url."`
	Token   string `help:"Owner's session token, with --url."`
}

func (b benchQueue) Run(ctx context.Context, c *commands) error {
	r, err := bench.Queue(ctx, bench.Options{Seconds: b.Seconds, Agents: b.Agents, Waiting: b.Waiting, URL: b.URL, Site: b.Site, Token: b.Token, Progress: os.Stderr})
	if err != nil {
		return err
	}
	return c.print(r, pretty(r))
}

func pretty(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // our own result structs
	}
	return string(b)
}

func lines(values map[string]string) string {
	var b strings.Builder
	for _, name := range []string{"ICHAT_ADDR", "ICHAT_BASE_URL", "ICHAT_DATA", "ICHAT_DATABASE_URL", "ICHAT_BLOB_URL", "ICHAT_NATS_URL", "ICHAT_SMTP_URL", "ICHAT_OWNER_EMAIL",
		"ICHAT_OWNER_PASSWORD", "ICHAT_TRUSTED_PROXIES", "ICHAT_DEBUG_ADDR", "ICHAT_LOG", "ICHAT_STOP_PAUSE"} {
		fmt.Fprintf(&b, "%s=%s\n", name, values[name])
	}
	return strings.TrimSuffix(b.String(), "\n")
}
