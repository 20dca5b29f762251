package people_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"ichat/app/audit"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/app/web"
	"ichat/storage"
	"ichat/storage/storagetest"
)

const password = "correct horse"

// world is one server with one site and a clock that is set by hand.
type world struct {
	t      *testing.T
	db     *storage.DB
	people *people.Service
	sites  *sites.Service
	site   sites.Site
	url    string

	mu    sync.Mutex
	at    time.Time // guarded by mu
	ended []string  // sessions and persons whose sign-in ended, in order; guarded by mu
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: storagetest.Test(t), at: time.Now().UTC().Truncate(time.Second)}
	ids := id.NewSource(1, w.now)
	server := web.New(web.Options{Now: w.now})
	acts := audit.New(w.db, ids, w.now, web.AddressOf)
	w.sites = sites.New(w.db, ids, w.now, acts, sites.Files{Frame: fstest.MapFS{}})
	w.people = people.New(w.db, ids, w.now, w.sites, acts, "epoch-1")
	w.people.OnSessionEnd(func(session string) { w.note("session " + session) })
	w.people.OnPersonEnd(func(person int64) { w.note("person " + strconv.FormatInt(person, 10)) })
	w.sites.OwnedBy(w.people.Owns, w.people.SitesOwned)
	server.Authenticate(w.people.SignedIn)
	w.sites.Routes(server)
	w.people.Routes(server)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	w.url = listening.URL
	var err error
	if w.site, err = w.sites.EnsureFirst(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *world) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = append(w.ended, what)
}

func (w *world) sawEnd(what string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Contains(strings.Join(w.ended, "\n"), what)
}

type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// ask sends a request as token's holder ("" for nobody).
func (w *world) ask(token, method, path, body string) answer {
	w.t.Helper()
	a, err := w.send(token, method, path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *world) send(token, method, path, body string) (answer, error) {
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{w.t, res.StatusCode, res.Header, string(b)}, err
}

func (a answer) must(status int, parts ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			a.t.Fatalf("%q is missing in %s", part, a.body)
		}
	}
	return a
}

func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
}

// token is the sign-in the answer's cookie carries.
func (a answer) token() string {
	a.t.Helper()
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		a.t.Fatalf("cookies %v", cookies)
	}
	return cookies[0].Value
}

// owner makes an owner and signs in.
func (w *world) owner(email string) (token string, who people.Person) {
	w.t.Helper()
	who, err := w.people.CreateOwner(w.t.Context(), email, "Olive Owner", password)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.signIn(email).must(200).token(), who
}

func (w *world) signIn(email string) answer {
	w.t.Helper()
	return w.ask("", "POST", "/api/session", `{"email":"`+email+`","password":"`+password+`"}`)
}

func (w *world) agents() string {
	return "/api/admin/sites/" + strconv.FormatInt(w.site.ID, 10) + "/agents"
}

func (w *world) agent(person int64) string {
	return w.agents() + "/" + strconv.FormatInt(person, 10)
}

type invited struct {
	Agent people.Agent
	Link  string
}

func (i invited) token() string {
	_, token, _ := strings.Cut(i.Link, "#invite=")
	return token
}

func (w *world) invite(owner, email, role string) (i invited) {
	w.t.Helper()
	w.ask(owner, "POST", w.agents(), `{"email":"`+email+`","name":"Ann Agent","role":"`+role+`"}`).must(200).into(&i)
	return i
}

// hired is an agent who has accepted an invitation.
func (w *world) hired(owner, email, role string) (token string, person int64) {
	w.t.Helper()
	i := w.invite(owner, email, role)
	a := w.ask("", "POST", "/api/invitations/accept", `{"token":"`+i.token()+`","name":"Ann","password":"`+password+`"}`).must(200)
	return a.token(), i.Agent.Person.ID
}

// atOnce runs do n times together and counts the answers by status.
func atOnce(t *testing.T, n int, do func(int) (answer, error)) map[int]int {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	for i := range n {
		wg.Go(func() {
			a, err := do(i)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			counts[a.status]++
			mu.Unlock()
		})
	}
	wg.Wait()
	return counts
}

func TestTheHookOfANewAgentRunsInsideTheWrite(t *testing.T) {
	w := newWorld(t)
	var came atomic.Int64
	w.people.OnAgent(func(_ context.Context, _ *storage.Tx, person int64) error { came.Store(person); return nil })
	owner, who := w.owner("owner@shop.example")
	if came.Load() != who.ID {
		t.Fatalf("the hook saw %d, want %d", came.Load(), who.ID)
	}
	if i := w.invite(owner, "ann@shop.example", "agent"); came.Load() != i.Agent.Person.ID {
		t.Fatalf("the hook saw %d, want %d", came.Load(), i.Agent.Person.ID)
	}
}
