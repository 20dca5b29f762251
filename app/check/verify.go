package check

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Verified is what became of one story: what everybody had before, and what was pushed to him since, is what a fresh
// client reads now. Problem says where it is not; it is empty when all is well.
type Verified struct {
	Route   string
	Problem string
}

// board is what a person shows beside conversations: the desk of an agent, or what a visitor sees of it. It is filled
// once and from then on only by frames.
type board struct {
	mu      sync.Mutex
	tickets map[int64]map[string]any // waiting, or one's own; guarded by mu, as is all below
	seats   map[int64]map[string]any
	live    map[string]any
}

// What is compared. An open ticket's last words are not pushed: its agent is in the conversation and gets the message.
var (
	ticketKeys = []string{"id", "state", "agent", "guests", "queue_id", "queue", "opened_at", "assigned_at", "rating", "rating_comment", "contact", "visitor"}
	seatKeys   = []string{"state", "present", "cap", "load", "person"}
	liveKeys   = []string{"conversation_id", "ticket_id", "state", "place", "agent", "rating", "may_rate", "ask_rating"}
)

func only(m map[string]any, keys []string) map[string]any {
	out := map[string]any{}
	for _, k := range keys {
		out[k] = m[k]
	}
	return out
}

// number is an id in a decoded JSON object.
func number(m map[string]any, path ...string) int64 {
	for _, k := range path[:len(path)-1] {
		m, _ = m[k].(map[string]any)
	}
	n, _ := m[path[len(path)-1]].(float64)
	return int64(n)
}

// helps tells whether somebody is a guest in a ticket.
func helps(ticket map[string]any, who int64) bool {
	guests, _ := ticket["guests"].([]any)
	return slices.ContainsFunc(guests, func(g any) bool {
		guest, _ := g.(map[string]any)
		return number(guest, "id") == who
	})
}

// hear takes a pushed frame.
func (b *board) hear(me int64, kind string, data json.RawMessage) {
	var m map[string]any
	if json.Unmarshal(data, &m) != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch kind {
	case "ticket":
		id := number(m, "id")
		was, known := b.tickets[id]
		if known && number(was, "version") > number(m, "version") {
			return
		}
		delete(b.tickets, id)
		if m["state"] == "waiting" || m["state"] == "open" && (number(m, "agent", "id") == me || helps(m, me)) {
			b.tickets[id] = m
		}
	case "seat":
		b.seats[number(m, "person", "id")] = m
	case "live":
		if number(b.live, "version") <= number(m, "version") {
			b.live = m
		}
	}
}

// read is what a fresh client reads.
func (p *person) readBoard(ctx context.Context) (*board, error) {
	b := &board{tickets: map[int64]map[string]any{}, seats: map[int64]map[string]any{}}
	if p.kind == "visitor" {
		return b, p.call.call(ctx, "GET", "/api/live", nil, &b.live).err()
	}
	var d struct{ Waiting, Mine, Seats []map[string]any }
	if p := p.call.call(ctx, "GET", "/api/desk", nil, &d); p != nil {
		return nil, p
	}
	for _, t := range append(d.Waiting, d.Mine...) {
		b.tickets[number(t, "id")] = t
	}
	for _, s := range d.Seats {
		b.seats[number(s, "person", "id")] = s
	}
	return b, nil
}

// differs names the first thing that is not as in the fresh board.
func (b *board) differs(fresh *board) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(fresh.live) > 0 && !reflect.DeepEqual(only(b.live, liveKeys), only(fresh.live, liveKeys)) {
		return fmt.Sprintf("live is %v instead of %v", only(b.live, liveKeys), only(fresh.live, liveKeys))
	}
	for _, one := range []struct {
		what       string
		have, want map[int64]map[string]any
		keys       []string
	}{{"ticket", b.tickets, fresh.tickets, ticketKeys}, {"seat", b.seats, fresh.seats, seatKeys}} {
		ids := slices.Collect(maps.Keys(one.have))
		for _, id := range append(ids, slices.Collect(maps.Keys(one.want))...) {
			if have, want := only(one.have[id], one.keys), only(one.want[id], one.keys); !reflect.DeepEqual(have, want) {
				return fmt.Sprintf("%s %d is %v instead of %v", one.what, id, have, want)
			}
		}
	}
	return ""
}

// cast is everybody who watches while one of them does something.
type cast struct {
	*company
	visitor               *person
	agent, other, founder *person
	boards                map[*person]*board
	conv, group           int64
	ticket                int64
	last                  Message // what was said last in conv
	next                  int
}

// verifyWithin is how long pushes may take. What comes by a repair does not count: see repairs.
const verifyWithin = 10 * time.Second

// Verify plays one story for every route that changes something, on a running server with one site and an owner, and
// compares after each. The routes are those the server itself describes; one that has neither a story nor a reason to
// have none is a problem of its own.
func Verify(ctx context.Context, address, email, password, folder string) ([]Verified, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	h, err := newHistory(folder)
	if err != nil {
		return nil, err
	}
	defer h.close()
	st := &stage{history: h, direct: true}
	st.nodes = []*node{{stage: st, n: 1, addr: u.Host}}
	w := &cast{company: &company{history: h, stage: st, http: newHTTP(), seed: 1}, boards: map[*person]*board{}}
	w.ctx, w.end = context.WithCancel(ctx)
	defer w.dismiss()
	if err := w.enter(ctx, email, password); err != nil {
		return nil, err
	}
	var all []Verified
	for _, s := range stories {
		problem, err := w.tell(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.route, err)
		}
		all = append(all, Verified{s.route, problem})
	}
	untold, err := w.untold(ctx)
	return append(all, untold...), err
}

// enter brings everybody in.
func (w *cast) enter(ctx context.Context, email, password string) error {
	if err := w.open(ctx, email, password); err != nil {
		return err
	}
	w.agents = []*person{w.newPerson("agent-1", "agent", 1), w.newPerson("agent-2", "agent", 1), w.newPerson("agent-3", "agent", 1)}
	for _, a := range w.agents {
		a.cap = 5
		if err := w.hire(ctx, a); err != nil {
			return err
		}
	}
	v, err := w.company.visitor(ctx, 0, 1)
	if err != nil {
		return err
	}
	w.visitors = []*person{v}
	w.visitor, w.agent, w.other, w.founder = v, w.agents[0], w.agents[1], w.agents[2]
	for _, p := range w.people() {
		b := &board{tickets: map[int64]map[string]any{}, seats: map[int64]map[string]any{}}
		w.boards[p] = b
		p.devices[0].rest = 20 * time.Millisecond
		p.devices[0].events = func(kind string, data json.RawMessage) { b.hear(p.id, kind, data) }
		w.running.Go(func() { p.devices[0].run(w.ctx) })
	}
	return w.settled(ctx, 20*time.Second)
}

// tell plays one story. Everybody's board is read anew before it, so that each story stands for itself.
func (w *cast) tell(ctx context.Context, s story) (problem string, err error) {
	if s.before != nil {
		if err := s.before(ctx, w); err != nil {
			return "", err
		}
	}
	if problem, err = w.level(ctx, true); problem != "" || err != nil {
		return "before: " + problem, err
	}
	repaired := w.repairs()
	if err := s.act(ctx, w); err != nil {
		return "", err
	}
	if problem, err = w.level(ctx, false); problem == "" && err == nil && w.repairs() > repaired {
		problem = "it was level only after a repair: something was not pushed"
	}
	return problem, err
}

// level waits until everybody shows what a fresh client reads; with anew boards are read and not only compared.
func (w *cast) level(ctx context.Context, anew bool) (string, error) {
	late := time.Now().Add(verifyWithin)
	for {
		problem, err := w.different(ctx, anew)
		if problem == "" || err != nil || time.Now().After(late) {
			return problem, err
		}
		wait(ctx, 20*time.Millisecond)
	}
}

func (w *cast) different(ctx context.Context, anew bool) (string, error) {
	for _, p := range w.people() {
		fresh, err := w.freshSync(ctx, p)
		if err != nil {
			return "", err
		}
		if why := p.devices[0].differs(w.ctx, fresh); why != "" {
			return why, nil
		}
		b, err := p.readBoard(ctx)
		if err != nil {
			return "", err
		}
		have := w.boards[p]
		why := have.differs(b)
		if anew && why != "" {
			have.mu.Lock()
			have.tickets, have.seats, have.live = b.tickets, b.seats, b.live
			have.mu.Unlock()
		}
		if why != "" {
			return p.name + ": " + why, nil
		}
	}
	return "", nil
}

// repairs counts how often a device had to ask for what it was not told.
func (w *cast) repairs() (n int) {
	for _, p := range w.people() {
		d := p.devices[0]
		d.mu.Lock()
		n += d.repairs
		d.mu.Unlock()
	}
	return n
}

// untold lists the routes that change something and have neither a story nor a reason.
func (w *cast) untold(ctx context.Context) (all []Verified, err error) {
	var described struct {
		Paths map[string]map[string]json.RawMessage
	}
	if p := w.owner.call.call(ctx, "GET", "/api/openapi.json", nil, &described); p != nil {
		return nil, p
	}
	told := map[string]bool{}
	for _, s := range stories {
		told[s.route] = true
	}
	routes := map[string]bool{}
	for path, methods := range described.Paths {
		for method := range methods {
			route := strings.ToUpper(method) + " " + path
			routes[route] = true
			if method != "get" && method != "head" && !told[route] && exempt[route] == "" {
				all = append(all, Verified{route, "has neither a story nor a reason to have none"})
			}
		}
	}
	for route := range exempt {
		if !routes[route] {
			all = append(all, Verified{route, "has a reason, and is not a route"})
		}
	}
	return all, nil
}
