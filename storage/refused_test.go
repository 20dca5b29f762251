package storage_test

import (
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"ichat/storage"
)

// bouncer is a PostgreSQL that asks for a password and lets nobody in.
func bouncer(t *testing.T) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := pgproto3.NewBackend(c, c)
			if _, err := b.ReceiveStartupMessage(); err == nil {
				b.Send(&pgproto3.AuthenticationCleartextPassword{})
				b.Flush()
				b.SetAuthType(pgproto3.AuthTypeCleartextPassword)
				b.Receive()
				b.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "28P01", Message: `password authentication failed for user "ichat"`})
				b.Flush()
			}
			c.Close()
		}
	}()
	return l.Addr().String()
}

func TestAWrongPasswordIsNamedAsSuchAndNotShown(t *testing.T) {
	address := bouncer(t)
	_, err := storage.Open(ctx, "postgres://ichat:hunter2@"+address+"/ichat?sslmode=disable", slog.New(slog.DiscardHandler))
	if err == nil {
		t.Fatal("it was opened")
	}
	for _, want := range []string{"refuses the connection", "password authentication failed"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
		t.Errorf("not one line without a secret: %v", err)
	}
}

// TestAnAddressThatCannotBeReadKeepsItsSecret: the parser's own words quote what they could not read.
func TestAnAddressThatCannotBeReadKeepsItsSecret(t *testing.T) {
	for _, url := range []string{
		"postgres://ichat:hunter2@127.0.0.1:port/ichat",
		"postgres://ichat:hunter2%zz@127.0.0.1/ichat",
		"postgres://ichat:hunter2@127.0.0.1/ichat?sslmode=perhaps",
		"postgres://ichat:hun/ter2@127.0.0.1/ichat",
		"postgresql://ichat:hunter2@[::1/ichat",
	} {
		_, err := storage.Open(ctx, url, slog.New(slog.DiscardHandler))
		if err == nil || strings.Contains(err.Error(), "hun") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
