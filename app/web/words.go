package web

import (
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// Problems whose tail names the field itself, since huma and our JSON reader report them
// at the object around it.
const (
	problemRequired = "is required"
	problemTwice    = "is given twice"
	problemNUL      = "must not contain a NUL character"
	problemDeep     = "is nested too deeply"
	problemFit      = "has the wrong type"
	problemJSON     = "is not valid JSON"
	problemTrailing = "must be a single JSON value"
	problemUTF8     = "must be UTF-8 text"
	problemOneOf    = "must be one of"
	problemUnknown  = "is not a known field"
)

// teachWords replaces huma's messages by ones for people. huma builds its messages when a
// route is registered, so this comes first.
func teachWords() {
	v := map[*string]string{
		&validation.MsgUnexpectedProperty:                problemUnknown,
		&validation.MsgExpectedRFC3339DateTime:           "must be a time such as 2026-01-31T08:00:00Z",
		&validation.MsgExpectedRFC3339Date:               "must be a date such as 2026-01-31",
		&validation.MsgExpectedRFC3339Time:               "must be a time of day such as 08:00:00",
		&validation.MsgExpectedRFC5322Email:              "must be an e-mail address: %v",
		&validation.MsgExpectedRFC5890Hostname:           "must be a host name",
		&validation.MsgExpectedRFCIPAddr:                 "must be an IP address",
		&validation.MsgExpectedRFC3986URI:                "must be an address: %v",
		&validation.MsgExpectedBoolean:                   "must be true or false",
		&validation.MsgExpectedNumber:                    "must be a number",
		&validation.MsgExpectedInteger:                   "must be a whole number",
		&validation.MsgExpectedString:                    "must be text",
		&validation.MsgExpectedArray:                     "must be a list",
		&validation.MsgExpectedObject:                    "must be an object",
		&validation.MsgExpectedArrayItemsUnique:          "must not repeat a value",
		&validation.MsgExpectedOneOf:                     problemOneOf + ": %s",
		&validation.MsgExpectedMinimumNumber:             "must be at least %v",
		&validation.MsgExpectedExclusiveMinimumNumber:    "must be more than %v",
		&validation.MsgExpectedMaximumNumber:             "must be at most %v",
		&validation.MsgExpectedExclusiveMaximumNumber:    "must be less than %v",
		&validation.MsgExpectedMinLength:                 "must be at least %d characters",
		&validation.MsgExpectedMaxLength:                 "must be at most %d characters",
		&validation.MsgExpectedBePattern:                 "is not in the expected form: %s",
		&validation.MsgExpectedMatchPattern:              "is not in the expected form: %s",
		&validation.MsgExpectedMinItems:                  "must have at least %d entries",
		&validation.MsgExpectedMaxItems:                  "must have at most %d entries",
		&validation.MsgExpectedMinProperties:             "must have at least %d entries",
		&validation.MsgExpectedMaxProperties:             "must have at most %d entries",
		&validation.MsgExpectedRequiredProperty:          problemRequired + ": %s",
		&validation.MsgExpectedDependentRequiredProperty: problemRequired + ": %s (%s)",
	}
	for msg, words := range v {
		*msg = words
	}
}

// problemOf reads what huma found: the field as the client knows it ("text",
// "domains[0]"), and the problem as fault.Say knows it.
func problemOf(err error) (field, problem string, ok bool) {
	var d *huma.ErrorDetail
	if !errors.As(err, &d) {
		return "", "", false
	}
	field = d.Location
	problem, tail, _ := strings.Cut(d.Message, ": ")
	switch problem {
	case problemOneOf:
		return shortField(field), d.Message, true
	case problemRequired, problemTwice, problemNUL, problemDeep, problemFit:
		if tail != "" {
			name, _, _ := strings.Cut(tail, " (")
			field += "." + name
		}
		return shortField(field), problem, true
	case "must be at least 1 characters":
		return shortField(field), "must not be empty", true
	case "invalid integer":
		return shortField(field), "must be a whole number", true
	case "invalid float", "invalid floating value":
		return shortField(field), "must be a number", true
	case "invalid boolean":
		return shortField(field), "must be true or false", true
	case "unknown query parameter":
		return shortField(field), problemUnknown, true
	}
	switch {
	case strings.HasPrefix(problem, "required "):
		return shortField(field), problemRequired, true
	case strings.HasPrefix(problem, "must ") || strings.HasPrefix(problem, "is "):
		return shortField(field), problem, true
	}
	return shortField(field), "is not valid", true // a part of huma we do not use yet, or json's own words
}

func shortField(location string) string {
	where, field, ok := strings.Cut(location, ".")
	if !ok || field == "" {
		return location
	}
	switch where {
	case "body", "query", "path", "header":
		return field
	}
	return location
}
