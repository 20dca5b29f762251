// Package fault is the one error type a client can act on: a kind, which decides the
// HTTP status and whether to try again, and a message for a person.
package fault

import (
	"errors"
	"maps"
	"net/http"
	"time"
)

// Kind says what sort of refusal an error is. It is the `code` of the JSON answer.
type Kind string

// The kinds, each with its HTTP status in Status.
const (
	Invalid     Kind = "invalid"
	SignedOut   Kind = "signed_out"
	Denied      Kind = "denied"
	NotFound    Kind = "not_found"
	Conflict    Kind = "conflict"
	TooLarge    Kind = "too_large"
	TooMany     Kind = "too_many"
	Unavailable Kind = "unavailable"
	Internal    Kind = "internal"
)

// Status is the HTTP status of a kind; an unknown kind is an internal error.
func (k Kind) Status() int {
	switch k {
	case Invalid:
		return http.StatusBadRequest
	case SignedOut:
		return http.StatusUnauthorized
	case Denied:
		return http.StatusForbidden
	case NotFound:
		return http.StatusNotFound
	case Conflict:
		return http.StatusConflict
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case TooMany:
		return http.StatusTooManyRequests
	case Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Retry tells a client what to do next: send the same request again, try later, or never.
func (k Kind) Retry() string {
	switch k {
	case Unavailable:
		return "same"
	case TooMany:
		return "later"
	default:
		return "never"
	}
}

// Error is a refusal. Message and the values of Fields are English, in sentence case
// without a full stop; Say turns them into the reader's language.
type Error struct {
	Kind       Kind
	Message    string
	Fields     map[string]string
	RetryAfter time.Duration

	err error
}

// New makes a refusal of kind k.
func New(k Kind, message string) *Error {
	return &Error{Kind: k, Message: message}
}

// Error is the English message, with the cause for the log when there is one.
func (e *Error) Error() string {
	if e.err != nil {
		return e.Message + ": " + e.err.Error()
	}
	return e.Message
}

// Unwrap is the cause given to Because.
func (e *Error) Unwrap() error { return e.err }

// With returns a copy that also names what is wrong with one field.
func (e *Error) With(field, problem string) *Error {
	c := *e
	c.Fields = make(map[string]string, len(e.Fields)+1)
	maps.Copy(c.Fields, e.Fields)
	c.Fields[field] = problem
	return &c
}

// After returns a copy that says when trying again is worth it.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Because returns a copy that keeps the cause for the log; clients never see it.
func (e *Error) Because(err error) *Error {
	c := *e
	c.err = err
	return &c
}

// Is tells whether err is, or wraps, a refusal of kind k.
func Is(err error, k Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == k
}

// As finds the refusal in err.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
