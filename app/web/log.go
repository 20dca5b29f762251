package web

import (
	"context"
	"log/slog"
)

// LogHandler adds the request id and the person to every line written with a request's
// ctx. Wrapping twice adds them once.
func LogHandler(h slog.Handler) slog.Handler {
	if _, ok := h.(logHandler); ok {
		return h
	}
	return logHandler{h}
}

type logHandler struct{ slog.Handler }

// Handle adds what the request knows.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if q := requestOf(ctx); q != nobody {
		r.AddAttrs(slog.String("req", q.id))
		if q.caller.Person != 0 {
			r.AddAttrs(slog.Int64("person", q.caller.Person))
		}
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the wrapping.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the wrapping.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name)}
}
