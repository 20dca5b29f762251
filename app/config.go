package app

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"ichat/app/door"
	"ichat/app/notify"
)

// Config is what must be known before the database is open; everything else is a setting in the
// back office. The tags are the names of flags and environment variables.
type Config struct {
	Addr           string        `env:"ICHAT_ADDR" default:":8080" help:"Listen address."`
	BaseURL        string        `env:"ICHAT_BASE_URL" help:"Public address; links that leave the page need it."`
	Data           string        `env:"ICHAT_DATA" default:"./data" help:"Folder for the embedded default."`
	DatabaseURL    string        `env:"ICHAT_DATABASE_URL" help:"sqlite:PATH or postgres://... (default: sqlite in the data folder)."`
	BlobURL        string        `env:"ICHAT_BLOB_URL" help:"file:DIR or s3://KEY:SECRET@host/bucket?region=&insecure= (default: files in the data folder)."`
	NatsURL        string        `env:"ICHAT_NATS_URL" help:"nats://USER:PASSWORD@host:4222, for several nodes on one PostgreSQL."`
	OwnerEmail     string        `env:"ICHAT_OWNER_EMAIL" help:"Creates the owner on an empty database."`
	OwnerPassword  string        `env:"ICHAT_OWNER_PASSWORD" help:"Password of that owner."`
	SMTPURL        string        `name:"smtp-url" env:"ICHAT_SMTP_URL" help:"Mail server: smtp://user:pass@host:port?from=address, or smtps://..."`
	TrustedProxies []string      `env:"ICHAT_TRUSTED_PROXIES" help:"CIDRs whose forwarded headers count."`
	StopPause      time.Duration `env:"ICHAT_STOP_PAUSE" default:"1s" help:"How long /readyz says no before the door closes, so that proxies notice."`
	DebugAddr      string        `env:"ICHAT_DEBUG_ADDR" help:"Loopback listener for /metrics and the profiler, such as 127.0.0.1:6060."`
	LocalModels    bool          `env:"ICHAT_LOCAL_MODELS" help:"Lets owners name language models on this machine and in its network."`
	LocalVerifier  bool          `env:"ICHAT_LOCAL_VERIFIER" help:"Lets owners name a verifier of registrations on this machine and in its network."`
	Log            string        `env:"ICHAT_LOG" default:"info" enum:"debug,info,warn,error" help:"Log level; JSON when not a terminal."`

	// NoLimits lifts the limits per person and address; only the load runs set it.
	NoLimits bool `hidden:"" env:"ICHAT_NO_LIMITS"`

	// MissedAfter is how long visitors have to come back before a mail tells them of an answer; only tests shorten it.
	MissedAfter time.Duration `hidden:"" env:"ICHAT_MISSED_AFTER" default:"5m"`

	// Grace is how long who is not connected counts as present; 0: as the hub has it. Only tests shorten it.
	Grace time.Duration `hidden:"" env:"ICHAT_GRACE"`

	// LocalPush lets push services be on this machine; only tests set it.
	LocalPush bool `kong:"-"`
}

// models is where language models may be.
func (c Config) models() door.Reach {
	if c.LocalModels {
		return door.House
	}
	return door.Internet
}

// verifiers is where the service may be that vouches for who registers.
func (c Config) verifiers() door.Reach {
	if c.LocalVerifier {
		return door.House
	}
	return door.Internet
}

// later are variables that have a fixed meaning which this version does not act on yet.
var later = []string{"ICHAT_TLS_DOMAIN",
	"ICHAT_GATEWAY_REGISTER", "ICHAT_GATEWAY_LISTEN", "ICHAT_GATEWAY_ADVERTISE"}

// Unused names the variables that are set and that this version does not act on.
func Unused() []string {
	var set []string
	for _, name := range later {
		if os.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	return set
}

// Database is the effective database URL.
func (c Config) Database() string {
	if c.DatabaseURL != "" {
		return c.DatabaseURL
	}
	return "sqlite:" + filepath.Join(c.Data, "ichat.db")
}

// Blobs is the effective URL of the place where uploads are kept.
func (c Config) Blobs() string {
	if c.BlobURL != "" {
		return c.BlobURL
	}
	return "file:" + filepath.Join(c.Data, "files")
}

// Link is an address of a page that a person can open: on the public address, or on this machine.
func (c Config) Link(path string) string {
	if c.BaseURL != "" {
		return strings.TrimSuffix(c.BaseURL, "/") + path
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return path
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + path
}

// Check refuses what cannot work, naming the variable.
func (c Config) Check() error {
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("ICHAT_BASE_URL must look like https://chat.example.com, not %q", c.BaseURL)
		}
	}
	if (c.OwnerEmail == "") != (c.OwnerPassword == "") {
		return fmt.Errorf("ICHAT_OWNER_EMAIL and ICHAT_OWNER_PASSWORD go together")
	}
	if c.DebugAddr != "" {
		if err := debugAddr(c.DebugAddr); err != nil {
			return err
		}
	}
	if c.NatsURL != "" && !strings.HasPrefix(c.Database(), "postgres") {
		return fmt.Errorf("ICHAT_NATS_URL is for several nodes, which need PostgreSQL: set ICHAT_DATABASE_URL")
	}
	if _, err := c.mailServer(); err != nil {
		return err
	}
	_, err := c.proxies()
	return err
}

// mailServer is nil when none is set up.
func (c Config) mailServer() (*notify.Server, error) {
	if c.SMTPURL == "" {
		return nil, nil
	}
	s, err := notify.ParseServer(c.SMTPURL)
	if err != nil {
		return nil, fmt.Errorf("ICHAT_SMTP_URL %w", err)
	}
	return s, nil
}

func (c Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("ICHAT_TRUSTED_PROXIES: %q is not a CIDR such as 10.0.0.0/8", text)
		}
		out = append(out, p)
	}
	return out, nil
}

// Effective lists the values in force, secrets masked.
func (c Config) Effective() map[string]string {
	password := ""
	if c.OwnerPassword != "" {
		password = "***"
	}
	return map[string]string{
		"ICHAT_ADDR": c.Addr, "ICHAT_BASE_URL": c.BaseURL, "ICHAT_DATA": c.Data, "ICHAT_DATABASE_URL": redacted(c.Database()),
		"ICHAT_BLOB_URL":    redacted(c.Blobs()),
		"ICHAT_NATS_URL":    redacted(c.NatsURL),
		"ICHAT_DEBUG_ADDR":  c.DebugAddr,
		"ICHAT_SMTP_URL":    redacted(c.SMTPURL),
		"ICHAT_OWNER_EMAIL": c.OwnerEmail, "ICHAT_OWNER_PASSWORD": password,
		"ICHAT_TRUSTED_PROXIES": strings.Join(c.TrustedProxies, ","), "ICHAT_LOG": c.Log,
		"ICHAT_STOP_PAUSE": c.StopPause.String(),
	}
}

var passwordInQuery = regexp.MustCompile(`password=[^&]*`)

// redacted masks what is secret in a URL: the password, and all that stands before the last @ when that is no name and
// password, for a token may stand there or a secret that is not escaped.
func redacted(address string) string {
	address = passwordInQuery.ReplaceAllString(address, "password=xxxxx")
	if u, err := url.Parse(address); err == nil && u.User != nil {
		if _, has := u.User.Password(); has || strings.HasPrefix(u.Scheme, "postgres") {
			return u.Redacted()
		}
	}
	if at := strings.LastIndex(address, "@"); at >= 0 {
		scheme, _, _ := strings.Cut(address, ":")
		return scheme + "://xxxxx" + address[at:]
	}
	return address
}
