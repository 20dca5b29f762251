package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// api calls a server for everything around a run: setting the stage and looking at it. What is
// measured goes over a wire instead.
type api struct {
	base string
	http http.Client
}

func newAPI(base string) *api {
	return &api{base: strings.TrimRight(base, "/"), http: http.Client{Timeout: 30 * time.Second}}
}

// caller is somebody signed in.
type caller struct {
	api   *api
	token string
}

type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.status, r.message) }

// call sends in as JSON and reads the answer into out; nil leaves either away. It returns the
// headers, where a new session's cookie is.
func (c caller) call(ctx context.Context, method, path string, in, out any) (http.Header, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.api.base+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.api.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		var problem struct{ Message string }
		json.NewDecoder(answer.Body).Decode(&problem) // a proxy's page has no message
		return nil, fmt.Errorf("%s %s: %w", method, path, &refusal{answer.StatusCode, problem.Message})
	}
	if out == nil {
		return answer.Header, nil
	}
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return answer.Header, nil
}

// signIn calls a route that answers with a session and returns its owner.
func (a *api) signIn(ctx context.Context, path string, in any) (caller, int64, error) {
	var session struct{ Person struct{ ID int64 } }
	header, err := caller{api: a}.call(ctx, http.MethodPost, path, in, &session)
	if err != nil {
		return caller{}, 0, err
	}
	token, ok := cookieToken(header)
	if !ok {
		return caller{}, 0, fmt.Errorf("POST %s: no session cookie", path)
	}
	return caller{api: a, token: token}, session.Person.ID, nil
}

// cookieToken finds the session token: its cookie has another name on https.
func cookieToken(header http.Header) (string, bool) {
	for _, cookie := range (&http.Response{Header: header}).Cookies() {
		if cookie.Name == "sid" || cookie.Name == "__Host-sid" {
			return cookie.Value, cookie.Value != ""
		}
	}
	return "", false
}

// visitor makes a visitor of a site.
func (a *api) visitor(ctx context.Context, site string) (caller, error) {
	var session struct{ Token string }
	in := map[string]string{"site": site, "locale": "en", "parent_origin": a.base}
	if _, err := (caller{api: a}).call(ctx, http.MethodPost, "/api/visitors", in, &session); err != nil {
		return caller{}, err
	}
	return caller{api: a, token: session.Token}, nil
}
