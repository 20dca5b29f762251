package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"ichat/app/fault"
)

// refusal is the body of every error answer, from huma, echo or a panic alike.
type refusal struct {
	Code       string            `json:"code" doc:"what sort of refusal it is" example:"not_found"`
	Message    string            `json:"message" doc:"for a person, in the request's language"`
	RequestID  string            `json:"request_id" doc:"the same as in the header X-Request-Id and in the server's log"`
	Retry      string            `json:"retry" enum:"never,same,later" doc:"same: send the same request again"`
	RetryAfter int64             `json:"retry_after_ms" doc:"when trying again is worth it"`
	Fields     map[string]string `json:"fields" doc:"what is wrong with which field"`

	status int
}

// Error satisfies huma.StatusError.
func (f *refusal) Error() string { return f.Message }

// GetStatus satisfies huma.StatusError.
func (f *refusal) GetStatus() int { return f.status }

// GetHeaders satisfies huma.HeadersError.
func (f *refusal) GetHeaders() http.Header {
	if f.RetryAfter == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.FormatInt((f.RetryAfter+999)/1000, 10)}}
}

// refusalFor says e in the language of the request.
func refusalFor(ctx context.Context, e *fault.Error, status int) *refusal {
	q := requestOf(ctx)
	f := &refusal{
		Code:       string(e.Kind),
		Message:    fault.Say(e.Message, q.lang),
		RequestID:  q.id,
		Retry:      e.Kind.Retry(),
		RetryAfter: int64((e.RetryAfter + time.Millisecond - 1) / time.Millisecond),
		Fields:     make(map[string]string, len(e.Fields)),
		status:     status,
	}
	for field, problem := range e.Fields {
		f.Fields[field] = fault.Say(problem, q.lang)
	}
	return f
}

// refuse is the one function that turns an error into an answer, and the one place that
// logs what a client must not see.
func (s *Server) refuse(ctx context.Context, method, path string, err error) *refusal {
	var ready *refusal
	if errors.As(err, &ready) {
		return ready
	}
	e, status := s.faultOf(err)
	if status >= http.StatusInternalServerError && !clientLeft(ctx, err) {
		s.logFailure(ctx, method, path, err)
	}
	return refusalFor(ctx, e, status)
}

// clientLeft tells an error that only says that nobody waits for the answer any more.
func clientLeft(ctx context.Context, err error) bool {
	var broken *net.OpError
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.As(err, &broken))
}

// faultOf finds what a client may know of err.
func (s *Server) faultOf(err error) (*fault.Error, int) {
	if e, ok := fault.As(err); ok {
		if e.Kind.Status() == http.StatusInternalServerError {
			e = fault.New(fault.Internal, "something went wrong")
		}
		return e, e.Kind.Status()
	}
	var he *echo.HTTPError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return fault.New(fault.TooLarge, "the request is too large"), http.StatusRequestEntityTooLarge
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Unavailable, "this took too long, please try again"), http.StatusServiceUnavailable
	case errors.As(err, &he):
		return faultOfStatus(he.Code)
	case s.away != nil && s.away(err):
		return fault.New(fault.Unavailable, "the server cannot answer right now"), http.StatusServiceUnavailable
	}
	return faultOfStatus(http.StatusInternalServerError)
}

// faultOfStatus names the refusals that echo and huma make by themselves.
func faultOfStatus(status int) (*fault.Error, int) {
	switch {
	case status == http.StatusNotFound:
		return fault.New(fault.NotFound, "there is nothing at this address"), status
	case status == http.StatusMethodNotAllowed:
		return fault.New(fault.Invalid, "this cannot be done at this address"), status
	case status == http.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "the request is too large"), status
	case status == http.StatusRequestTimeout:
		return fault.New(fault.Unavailable, "this took too long, please try again"), http.StatusServiceUnavailable
	case status >= 400 && status < 500:
		return fault.New(fault.Invalid, "the request is not valid"), http.StatusBadRequest
	}
	return fault.New(fault.Internal, "something went wrong"), http.StatusInternalServerError
}

func (s *Server) logFailure(ctx context.Context, method, path string, err error) {
	var c *crash
	if errors.As(err, &c) {
		s.log.ErrorContext(ctx, "handler panicked", "method", method, "path", path,
			"panic", fmt.Sprint(c.value), "stack", string(c.stack))
		return
	}
	s.log.ErrorContext(ctx, "request failed", "method", method, "path", path, "err", err)
}

// fail is echo's error handler: JSON for the API, a small page for people.
func (s *Server) fail(err error, c echo.Context) {
	r := c.Request()
	ctx := r.Context()
	f := s.refuse(ctx, r.Method, c.Path(), err) // the pattern: a real path may hold a key
	if c.Response().Committed {
		if f.status >= http.StatusInternalServerError {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		return
	}
	for name, values := range f.GetHeaders() {
		c.Response().Header()[name] = values
	}
	accept := r.Header.Get("Accept")
	switch {
	case isAPI(r.URL.Path) || strings.Contains(accept, "application/json"):
		err = writeJSON(c, f)
	case strings.Contains(accept, "text/html"):
		err = writeErrorPage(c, f)
	default:
		err = c.String(f.status, f.Message+"\n")
	}
	if err != nil {
		s.log.DebugContext(ctx, "answer not delivered", "err", err)
	}
}

func writeJSON(c echo.Context, f *refusal) error {
	c.Response().Header().Set("Content-Type", "application/json")
	c.Response().WriteHeader(f.status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	return marshal(c.Response(), f)
}

// humaError is huma's side of the same shape: what huma finds wrong before a handler runs.
func humaError(hc huma.Context, status int, _ string, problems ...error) huma.StatusError {
	ctx := hc.Context()
	if status < http.StatusInternalServerError {
		e, status := faultOfStatus(status)
		for _, p := range problems {
			if field, problem, ok := problemOf(p); ok {
				e = e.With(field, problem)
			}
		}
		if len(problems) == 0 && status == http.StatusBadRequest {
			e = e.With("body", "is required")
		}
		return refusalFor(ctx, e, status)
	}
	// The body could not be read: the client stopped, or sent more than it may.
	var tooLarge *http.MaxBytesError
	if errors.As(errors.Join(problems...), &tooLarge) {
		return refusalFor(ctx, fault.New(fault.TooLarge, "the request is too large"), http.StatusRequestEntityTooLarge)
	}
	return refusalFor(ctx, fault.New(fault.Unavailable, "the request did not arrive whole"), http.StatusServiceUnavailable)
}
