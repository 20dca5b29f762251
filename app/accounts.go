package app

import (
	"context"
	"errors"
	"log/slog"
)

// CreateOwner makes an owner of the first site from the server's own machine.
func CreateOwner(ctx context.Context, c Config, log *slog.Logger, email, name, password string) error {
	return withApp(ctx, c, log, func(a *App) error {
		_, err := a.People.CreateOwner(ctx, email, name, password)
		return err
	})
}

// ResetPassword sets a password and ends every sign-in of the person.
func ResetPassword(ctx context.Context, c Config, log *slog.Logger, email, password string) error {
	return withApp(ctx, c, log, func(a *App) error { return a.People.ResetPassword(ctx, email, password) })
}

// withApp builds the product beside a server that may be running and does one thing on it.
func withApp(ctx context.Context, c Config, log *slog.Logger, do func(*App) error) error {
	c.OwnerEmail, c.OwnerPassword = "", ""
	a, err := New(ctx, c, log)
	if err != nil {
		return err
	}
	err = do(a)
	return errors.Join(err, a.Close(ctx))
}
