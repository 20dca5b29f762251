package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/hub/relaytest"
	"ichat/app/id"
	"ichat/app/settings"
	"ichat/storage"
)

func TestAFullDiskRefusesWritesKeepsReadingAndTakesTheSameAgain(t *testing.T) {
	p := apptest.New(t)
	if p.DB.Postgres() {
		t.Skip("SQLite answers a full disk here; PostgreSQL's would need a file system of its own")
	}
	visitor := p.Visitor()
	visitor.Say("before")
	pages := func(limit string) {
		if err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
			_, err := tx.ExecContext(ctx, "PRAGMA max_page_count = "+limit)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	pages("1")
	draft := p.Draft(strings.Repeat("满", settings.Default().Chat.MaxText))
	refused := visitor.Refused("POST", "/api/live/messages", draft, 503)
	if refused.Retry != "same" || refused.Code != "unavailable" {
		t.Fatalf("refusal %+v", refused)
	}
	conversation := visitor.Live().ConversationID
	var page chat.MessagePage
	visitor.OK("GET", "/api/chat/conversations/"+fmt.Sprint(conversation)+"/messages", nil, &page)
	if len(page.Messages) != 1 {
		t.Fatalf("%d messages are read while the disk is full", len(page.Messages))
	}
	pages("1000000")
	var first, again chat.Message
	visitor.OK("POST", "/api/live/messages", draft, &first)
	visitor.OK("POST", "/api/live/messages", draft, &again)
	if first.ID != again.ID || first.Seq != 2 {
		t.Fatalf("first %d at %d, again %d", first.ID, first.Seq, again.ID)
	}
}

func TestWhatKeepsTheProductFromStartingIsNamedInOneLine(t *testing.T) {
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.db")
	if err := os.WriteFile(broken, bytes.Repeat([]byte("not a database "), 400), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	good := app.Config{Addr: "127.0.0.1:0", DatabaseURL: "sqlite:" + filepath.Join(folder, "good.db")}
	for want, change := range map[string]func(*app.Config){
		"cannot be opened":              func(c *app.Config) { c.DatabaseURL = "sqlite:" + broken },
		"must begin with":               func(c *app.Config) { c.DatabaseURL = "mysql://localhost/x" },
		"does not answer":               func(c *app.Config) { c.DatabaseURL = "postgres://u:secret@127.0.0.1:1/x" },
		"already in use":                func(c *app.Config) { c.Addr = taken.Addr().String() },
		"ICHAT_BASE_URL must look like": func(c *app.Config) { c.BaseURL = "chat.example.com" },
		"go together":                   func(c *app.Config) { c.OwnerEmail = "owner@example.com" },
		"is not a CIDR":                 func(c *app.Config) { c.TrustedProxies = []string{"10.0.0.1"} },
	} {
		c := good
		change(&c)
		err := start(c)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
			t.Errorf("want one line with %q, got: %v", want, err)
		}
	}
}

// start runs a product that is expected not to come up; should it, it ends at once.
func start(c app.Config) error {
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.New(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		cancel()
		return err
	}
	defer cancel()
	if c.Addr == "127.0.0.1:0" {
		cancel()
	}
	return a.Run(ctx)
}

func TestSecretsAreMaskedInTheEffectiveConfiguration(t *testing.T) {
	c := app.Config{DatabaseURL: "postgres://user:hunter2@db/x", OwnerEmail: "o@example.com", OwnerPassword: "hunter2"}
	for name, value := range c.Effective() {
		if strings.Contains(value, "hunter2") {
			t.Errorf("%s shows a secret: %s", name, value)
		}
	}
}

func TestNoSecretIsShownWhateverIsWrongWithAnAddress(t *testing.T) {
	for _, secret := range []string{"hunter2", "hunter2%zz", "hunter2/x", "hunter2@x", "hunter2 x", "hunter2#x"} {
		for _, address := range []string{"postgres://ichat:" + secret + "@127.0.0.1:1/x", "postgres://127.0.0.1:1/x?password=" + secret, "nats://" + secret + "@127.0.0.1:1",
			"nats://ichat:" + secret + "@127.0.0.1:1", "s3://key:" + secret + "@127.0.0.1/b", "smtp://me:" + secret + "@127.0.0.1:1"} {
			for name, c := range map[string]app.Config{
				"database": {DatabaseURL: address}, "blob": {BlobURL: address}, "smtp": {SMTPURL: address},
				"nats": {NatsURL: address, DatabaseURL: "postgres://127.0.0.1:1/x"},
			} {
				c.Addr, c.Data = "127.0.0.1:0", t.TempDir()
				shown := fmt.Sprint(c.Effective())
				if err := start(c); err != nil {
					shown += err.Error()
				}
				if strings.Contains(shown, "hunter2") {
					t.Errorf("%s %s: %s", name, address, shown)
				}
			}
		}
	}
}

func TestAFileStoreThatIsAwayAtTheStartIsNamedAndTextGoesOn(t *testing.T) {
	p := apptest.New(t, func(c *app.Config) { c.BlobURL = "s3://key:hunter2@127.0.0.1:1/bucket?insecure=true" })
	visitor := p.Visitor()
	visitor.Say("hello")
	status, named := problems(t, visitor)
	if status != 200 || !slices.Contains(named, "the file store does not answer") || names(named, "hunter2") {
		t.Fatalf("/readyz says %d %v", status, named)
	}
}

func TestARelayThatIsAwayAtTheStartIsNamedAndTextGoesOn(t *testing.T) {
	guarded := relaytest.Guarded(t, "right")
	for address, want := range map[string]string{
		"nats://ichat:hunter2@127.0.0.1:1":                                  "the relay between nodes",
		strings.Replace(guarded.URL(), "ichat:right@", "ichat:hunter2@", 1): "refuses the name or password",
	} {
		p := apptest.New(t, func(c *app.Config) {
			if strings.HasPrefix(c.DatabaseURL, "sqlite") {
				t.Skip("nodes with a relay share a PostgreSQL; this run is on SQLite")
			}
			c.NatsURL = address
		})
		visitor := p.Visitor()
		visitor.Say("hello")
		until(t, "the relay is named", func() bool {
			status, named := problems(t, visitor)
			return status == 200 && names(named, want) && !names(named, "hunter2")
		})
	}
}

func TestANodeUnderWhichTheDatabaseWasMigratedSaysSoAndServes(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	newer := func() bool { _, named := problems(t, visitor); return names(named, "newer version") }
	if newer() {
		t.Fatal("the newest node says that it is outdated")
	}
	if err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw("INSERT INTO bun_migrations (name, group_id) VALUES ('29990101000001', 99)").Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	visitor.Say("hello")
	if status, _ := problems(t, visitor); status != 200 || !newer() {
		t.Fatalf("/readyz answers %d and does not say it", status)
	}
}

// TestAStartThatFailsGivesItsNodeNumberBack: there are 32 of them, and a supervisor tries often.
func TestAStartThatFailsGivesItsNodeNumberBack(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	folder := t.TempDir()
	c := app.Config{Addr: taken.Addr().String(), Data: folder}
	for range id.MaxNode + 2 {
		if err := start(c); err == nil || !strings.Contains(err.Error(), "already in use") {
			t.Fatalf("got: %v", err)
		}
	}
}
