package check

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	ownerEmail    = "owner@check.example"
	ownerPassword = "correct horse battery"
)

// queueNames are the site's queues: its first one, the one that is added, and another one in a race.
var queueNames = []string{"Support", "Sales", "Care"}

// person is somebody who uses the product, with a mind of his own: the choices come from his part of the seed.
type person struct {
	id      int64
	name    string
	kind    string // visitor, agent, member
	cap     int
	reads   bool // somebody looks at his screen
	ctx     context.Context
	call    caller
	outbox  *outbox
	devices []*device
	mind    *mrand.Rand    // used by his script only
	founded int            // groups, by his script only
	blocks  map[int64]bool // whom he has blocked, by his script only

	mu      sync.Mutex
	tickets map[int64]Ticket // an agent's own, as he was told; guarded by mu
}

// size is how many people there are.
type size struct {
	visitors, agents, members int
	friends                   int // members of the messenger, who register themselves
	devices                   int // each
	caps                      int // of agents: 1 up to this, or all this when fixed
	vary                      bool
}

// company is everybody, at one site.
type company struct {
	history  *history
	stage    *stage
	http     *http.Client
	ctx      context.Context
	end      context.CancelFunc
	running  sync.WaitGroup
	owner    *person
	site     int64
	key      string
	queues   []int64
	visitors []*person
	agents   []*person
	members  []*person
	friends  []*person
	seed     uint64
	restored bool
	walkIns  []*person    // visitors without devices, of a race
	closed   atomic.Int64 // tickets, in a race
	rules    map[string]queueRules

	circleMu   sync.Mutex
	openGroups []int64 // of the friends; guarded by circleMu
}

func (c *company) people() []*person {
	return slices.Concat(c.visitors, c.agents, c.members, c.friends)
}

// assemble brings everybody into place on an empty database.
func assemble(ctx context.Context, o Options, s *stage, h *history, z size) (*company, error) {
	c := &company{history: h, stage: s, http: newHTTP(), seed: o.Seed}
	c.ctx, c.end = context.WithCancel(ctx)
	if err := c.open(ctx, ownerEmail, ownerPassword); err != nil {
		return c, err
	}
	for n := range z.agents {
		a := c.newPerson(fmt.Sprintf("agent-%d", n+1), "agent", z.devices)
		a.cap = z.caps
		if z.vary {
			a.cap = 1 + n%z.caps
		}
		c.agents = append(c.agents, a)
	}
	for n := range z.members {
		c.members = append(c.members, c.newPerson(fmt.Sprintf("member-%d", n+1), "member", z.devices))
	}
	if err := c.each(c.people(), func(p *person) error { return c.hire(ctx, p) }); err != nil {
		return c, err
	}
	if err := c.makeFriends(ctx, z); err != nil {
		return c, err
	}
	for n := range z.visitors {
		v, err := c.visitor(ctx, n, z.devices)
		if err != nil {
			return c, err
		}
		c.visitors = append(c.visitors, v)
	}
	for _, p := range c.people() {
		for _, d := range p.devices {
			c.running.Go(func() { d.run(c.ctx) })
		}
	}
	c.running.Go(func() { c.pulse() })
	return c, c.settled(ctx, 60*time.Second)
}

// pulse measures how long the machine keeps us waiting: what is late because of that is not the product's fault.
func (c *company) pulse() {
	const beat = 20 * time.Millisecond
	for c.ctx.Err() == nil {
		before := time.Now()
		wait(c.ctx, beat)
		c.history.stalled(time.Since(before) - beat)
	}
}

// open signs the owner in and finds his site.
func (c *company) open(ctx context.Context, email, password string) error {
	o := c.newPerson("owner", "owner", 0)
	in := map[string]string{"email": email, "password": password}
	if err := c.signIn(ctx, o, "/api/session", in); err != nil {
		return err
	}
	var sites struct {
		Sites []struct {
			ID  int64
			Key string
		}
	}
	if p := o.call.call(ctx, "GET", "/api/admin/sites", nil, &sites); p != nil || len(sites.Sites) == 0 {
		return errors.Join(errors.New("the owner has no site"), p.err())
	}
	c.owner, c.site, c.key = o, sites.Sites[0].ID, sites.Sites[0].Key
	path := fmt.Sprintf("/api/admin/sites/%d/queues", c.site)
	if p := o.call.call(ctx, "POST", path, map[string]string{"name": queueNames[1]}, nil); p != nil {
		return p
	}
	return c.readQueues(ctx)
}

func (c *company) readQueues(ctx context.Context) error {
	var queues struct{ Queues []struct{ ID int64 } }
	if p := c.owner.call.call(ctx, "GET", "/api/desk/queues", nil, &queues); p != nil {
		return p
	}
	c.queues = nil
	for _, q := range queues.Queues {
		c.queues = append(c.queues, q.ID)
	}
	return nil
}

func (c *company) newPerson(name, kind string, devices int) *person {
	p := &person{name: name, kind: kind, ctx: c.ctx, reads: true}
	nth := len(c.visitors) + 1000*len(c.agents) + 1000000*len(c.members) + 1000000000*len(c.friends)
	p.mind = mrand.New(mrand.NewPCG(c.seed, uint64(nth)+hashNumber(kind)))
	p.outbox = newOutbox(p, c.history)
	door := c.stage.door(nth)
	p.call = caller{http: c.http, base: door}
	for n := range devices {
		d := newDevice(p, fmt.Sprintf("%s.%d", name, n+1), p.call, door, c.history)
		p.devices = append(p.devices, d)
	}
	return p
}

// walkIn is a visitor without a device.
func (c *company) walkIn(n int) *person {
	p := &person{name: fmt.Sprintf("walk-in-%d", n), kind: "visitor", ctx: c.ctx, mind: mrand.New(mrand.NewPCG(c.seed, uint64(n)+hashNumber("walk-in")))}
	p.outbox = newOutbox(p, c.history)
	p.call = caller{http: c.http, base: c.stage.door(n)}
	return p
}

func hashNumber(text string) (n uint64) {
	for _, b := range []byte(text) {
		n = n*131 + uint64(b)
	}
	return n << 32
}

// signedIn gives everything of a person his token.
func (p *person) signedIn(id int64, token string) {
	p.id, p.call.token = id, token
	for _, d := range p.devices {
		d.call.token = token
	}
}

func (c *company) signIn(ctx context.Context, p *person, path string, in any) error {
	var s struct{ Person struct{ ID int64 } }
	header, problem := p.call.exchange(ctx, "POST", path, in, &s)
	if problem != nil {
		return fmt.Errorf("%s: %w", path, problem)
	}
	p.signedIn(s.Person.ID, session(header))
	return nil
}

// invite makes somebody's account and returns the token with which he can accept; it asks again when the answer is lost,
// under another address, for the first one may be taken.
func (c *company) invite(ctx context.Context, name, role string) (id int64, token string, err error) {
	path := fmt.Sprintf("/api/admin/sites/%d/agents", c.site)
	for try := 0; ; try++ {
		var invited struct {
			Link  string
			Agent struct{ Person struct{ ID int64 } }
		}
		in := map[string]string{"email": fmt.Sprintf("%s.%d@check.example", name, try), "name": name, "role": role}
		p := c.owner.call.call(ctx, "POST", path, in, &invited)
		if p == nil {
			_, token, _ = strings.Cut(invited.Link, "#invite=")
			return invited.Agent.Person.ID, token, nil
		}
		if !p.again() && p.status != 409 || ctx.Err() != nil {
			return 0, "", fmt.Errorf("invite %s: %w", name, p)
		}
		wait(ctx, 200*time.Millisecond)
	}
}

// each does something for everybody, a few at a time.
func (c *company) each(all []*person, do func(*person) error) error {
	const atOnce = 4
	next, failed := make(chan *person), make(chan error, atOnce)
	for range atOnce {
		go func() {
			var first error
			for p := range next {
				if err := do(p); first == nil {
					first = err
				}
			}
			failed <- first
		}()
	}
	for _, p := range all {
		next <- p
	}
	close(next)
	var first error
	for range atOnce {
		if err := <-failed; first == nil {
			first = err
		}
	}
	return first
}

// hire invites an agent, or another member, who accepts; an agent goes online.
func (c *company) hire(ctx context.Context, a *person) error {
	_, token, err := c.invite(ctx, a.name, "agent")
	if err != nil {
		return err
	}
	if err := c.signIn(ctx, a, "/api/invitations/accept", map[string]string{"token": token, "name": a.name, "password": rand.Text()}); err != nil {
		return err
	}
	if a.kind == "member" {
		return nil // a colleague who takes no visitors
	}
	path := fmt.Sprintf("/api/admin/sites/%d/agents/%d", c.site, a.id)
	if p := c.owner.call.call(ctx, "PATCH", path, map[string]int{"cap": a.cap}, nil); p != nil {
		return fmt.Errorf("set a cap: %w", p)
	}
	if p := a.call.call(ctx, "PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil); p != nil {
		return fmt.Errorf("go online: %w", p)
	}
	a.watch()
	return nil
}

// watch lets an agent keep what he is told of tickets.
func (p *person) watch() {
	for _, d := range p.devices {
		d.events = func(kind string, data json.RawMessage) {
			if kind == "ticket" {
				var t Ticket
				if json.Unmarshal(data, &t) == nil {
					d.h.ticket(t)
					p.holds(t)
				}
			}
		}
	}
}

// holds keeps whether a ticket is this agent's.
func (p *person) holds(t Ticket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tickets == nil {
		p.tickets = map[int64]Ticket{}
	}
	if t.State == "open" && t.Agent != nil && t.Agent.ID == p.id {
		p.tickets[t.ID] = t
	} else {
		delete(p.tickets, t.ID)
	}
}

func (c *company) visitor(ctx context.Context, n, devices int) (*person, error) {
	v := c.newPerson(fmt.Sprintf("visitor-%d", n+1), "visitor", devices)
	var s struct {
		Token  string
		Person struct{ ID int64 }
	}
	in := map[string]string{"site": c.key, "locale": "en", "parent_origin": v.call.base()}
	if p := v.call.call(ctx, "POST", "/api/visitors", in, &s); p != nil {
		return nil, fmt.Errorf("become a visitor: %w", p)
	}
	v.signedIn(s.Person.ID, s.Token)
	return v, nil
}

// settled waits until every device that is not live now, and should be, has come back once.
func (c *company) settled(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	absent := c.absent()
	for len(absent) > 0 && ctx.Err() == nil {
		wait(ctx, 20*time.Millisecond)
		absent = slices.DeleteFunc(absent, func(d *device) bool { return d.isLive() || d.isOff() })
	}
	if len(absent) > 0 {
		return fmt.Errorf("%d devices did not come online within %s, such as %s", len(absent), within, absent[0].name)
	}
	return nil
}

// absent are the devices that should be live and are not.
func (c *company) absent() (all []*device) {
	for _, p := range c.people() {
		for _, d := range p.devices {
			d.mu.Lock()
			if !d.off && !d.live {
				all = append(all, d)
			}
			d.mu.Unlock()
		}
	}
	return all
}

// dismiss sends everybody home.
func (c *company) dismiss() {
	if c.end != nil {
		c.end()
		c.running.Wait()
	}
}
