package check

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"
)

// State is one conversation as a device shows it.
type State struct {
	Conv     int64            `json:"conv"`
	Kind     string           `json:"kind"`
	Version  int64            `json:"version"`
	Seq      int64            `json:"seq"`
	Count    int64            `json:"count"` // of a group's members
	Messages []Message        `json:"messages"`
	Members  map[int64]Member `json:"members"`
}

// Screen is everything one device shows at the end.
type Screen struct {
	Who    int64
	Device string
	Convs  map[int64]State
}

// Fresh is what a client without any past reads for a person: one sync, then every page.
type Fresh struct {
	Who   int64
	Convs map[int64]State
}

// Final is the world after everything healed.
type Final struct {
	Screens  []Screen
	Fresh    []Fresh
	Logs     map[int64][]Message // of each conversation of a ticket, whole, read by role
	Tickets  []TicketStory
	Caps     map[int64]int
	Visitors map[int64]bool // who is one
	Uploads  []Upload
	Rules    map[string]queueRules // of the queues, by name
	Circles  []Circle
	Began    time.Time // of the run, on the clock that everybody here has
	Nodes    int
	Restored bool
	Hurried  bool // more was asked of the machine than it can do in time: nothing is late
	Converge time.Duration
}

// TicketStory is a ticket and who had it.
type TicketStory struct {
	Ticket  Ticket        `json:"ticket"`
	History []Assignment  `json:"history"`
	Events  []TicketEvent `json:"events"`
}

// TicketEvent is a decision about a ticket that gave it to nobody.
type TicketEvent struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Why  struct {
		Rule string `json:"rule"`
		From string `json:"from"` // the queue it left, by name
		To   string `json:"to"`
	} `json:"why"`
}

// Assignment is one stretch of an agent having a ticket.
type Assignment struct {
	Agent   whoIs      `json:"agent"`
	At      time.Time  `json:"at"`
	EndedAt *time.Time `json:"ended_at"`
	EndedBy string     `json:"ended_by"`
	Why     struct {
		Rule string `json:"rule"`
	} `json:"why"`
}

// quiesce waits until nobody has anything more to say and everybody is level, and reads the world.
func (c *company) quiesce(ctx context.Context, within time.Duration) (Final, error) {
	began := time.Now()
	f := Final{Logs: map[int64][]Message{}, Caps: map[int64]int{}, Visitors: map[int64]bool{}, Began: c.history.began, Rules: c.rules, Nodes: len(c.stage.nodes), Restored: c.restored, Hurried: c.stage.direct}
	for _, p := range c.people() {
		for _, d := range p.devices {
			d.power(true)
			d.setDeaf(false)
		}
	}
	deadline, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for why := "nobody could ask"; ; {
		behind, err := c.behind(deadline)
		if err == nil && behind == "" {
			break
		}
		if err == nil {
			why = behind
		}
		if deadline.Err() != nil {
			c.history.clash(violation("not-converged", 0, 0, fmt.Sprintf("after %s: %s", within, why)))
			break
		}
		wait(deadline, 100*time.Millisecond)
	}
	f.Converge = time.Since(began)
	return f, c.read(ctx, &f)
}

// behind names somebody who is not level yet; "" when all are.
func (c *company) behind(ctx context.Context) (string, error) {
	for _, d := range c.absent() {
		return d.name + " is not connected", nil
	}
	for _, p := range append(c.people(), c.walkIns...) {
		if !p.outbox.empty() {
			return p.name + " has messages that are not answered", nil
		}
	}
	for _, p := range c.people() {
		fresh, err := c.freshSync(ctx, p)
		if err != nil {
			return "", err
		}
		for _, d := range p.devices {
			if why := d.differs(c.ctx, fresh); why != "" {
				return why, nil
			}
		}
	}
	return c.contactsBehind(ctx)
}

// differs compares versions and cursors only: whole screens are the judge's business. A cursor that was missed is seen at
// the next sync, so that is asked for.
func (d *device) differs(ctx context.Context, fresh syncAnswer) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.told) > 0 {
		return d.name + " has cursors to tell"
	}
	if len(d.convs) != len(fresh.Conversations) {
		return fmt.Sprintf("%s shows %d conversations of %d", d.name, len(d.convs), len(fresh.Conversations))
	}
	for _, s := range fresh.Conversations {
		t := d.convs[s.ID]
		if t == nil {
			return fmt.Sprintf("%s does not show conversation %d", d.name, s.ID)
		}
		if t.version != s.Version {
			return fmt.Sprintf("%s shows version %d of conversation %d, which has %d", d.name, t.version, s.ID, s.Version)
		}
		truth := &timeline{members: map[int64]Member{}, placed: func(Message) {}}
		truth.sync(s)
		if t.reads(d.who.id) != truth.reads(d.who.id) {
			d.sync(ctx)
			return fmt.Sprintf("%s shows other cursors in conversation %d", d.name, s.ID)
		}
	}
	return ""
}

// freshSync asks as a client that knows nothing, and past the noise on the line.
func (c *company) freshSync(ctx context.Context, p *person) (syncAnswer, error) {
	op := c.history.invoke(Op{Kind: "sync", Who: p.id, Device: "fresh"})
	var a syncAnswer
	problem := p.call.call(ctx, "POST", "/api/chat/sync", syncRequest{Known: map[int64][2]int64{}}, &a)
	op.Epoch = a.Epoch
	c.history.returned(op, problem)
	if problem != nil {
		return a, fmt.Errorf("fresh sync of %s: %w", p.name, problem)
	}
	for _, s := range a.Conversations {
		for _, m := range s.Cursors {
			c.history.apply(Apply{Who: p.id, Device: "fresh", Source: bySync, Op: op.ID, Kind: "cursor", Conv: s.ID, Member: &m, Epoch: a.Epoch})
		}
	}
	return a, nil
}

// read fills in everything the judge compares.
func (c *company) read(ctx context.Context, f *Final) error {
	for _, p := range c.people() {
		f.Caps[p.id], f.Visitors[p.id] = p.cap, p.kind == "visitor"
		fresh, err := c.fresh(ctx, p)
		if err != nil {
			return err
		}
		f.Fresh = append(f.Fresh, fresh)
		for _, d := range p.devices {
			f.Screens = append(f.Screens, d.screen())
		}
	}
	for _, p := range c.walkIns {
		f.Visitors[p.id] = true
	}
	if err := c.readCircles(ctx, f); err != nil {
		return err
	}
	c.readUploads(ctx, f)
	return c.readTickets(ctx, f)
}

func (d *device) screen() Screen {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := Screen{Who: d.who.id, Device: d.name, Convs: map[int64]State{}}
	for id, t := range d.convs {
		s.Convs[id] = t.shown()
	}
	return s
}

func (c *company) fresh(ctx context.Context, p *person) (Fresh, error) {
	f := Fresh{Who: p.id, Convs: map[int64]State{}}
	a, err := c.freshSync(ctx, p)
	if err != nil {
		return f, err
	}
	for _, s := range a.Conversations {
		t := &timeline{id: s.ID, members: map[int64]Member{}, placed: func(Message) {}}
		t.sync(s)
		state := t.shown()
		state.Members = maps.Clone(t.members)
		messages, err := pages(ctx, p.call, fmt.Sprintf("/api/chat/conversations/%d/messages", s.ID))
		if err != nil {
			return f, err
		}
		state.Messages = messages
		f.Convs[s.ID] = state
	}
	return f, nil
}

// pages reads a whole log backwards.
func pages(ctx context.Context, c caller, path string) (all []Message, err error) {
	before := int64(0)
	for {
		var page messagePage
		if p := c.call(ctx, "GET", fmt.Sprintf("%s?limit=200&before=%d", path, before), nil, &page); p != nil {
			return nil, fmt.Errorf("%s: %w", path, p)
		}
		all = append(page.Messages, all...)
		if !page.More || len(page.Messages) == 0 {
			return all, nil
		}
		before = page.Messages[0].Seq
	}
}

// readTickets reads every ticket of the site, who had it, and the whole log of each conversation.
func (c *company) readTickets(ctx context.Context, f *Final) error {
	var all []int64
	newest := map[int64]int64{} // of a conversation
	for _, state := range []string{"waiting", "open", "closed"} {
		for before := int64(0); ; {
			var page struct {
				Tickets []Ticket
				More    bool
			}
			path := fmt.Sprintf("/api/desk/tickets?state=%s&limit=100&before=%d", state, before)
			if p := c.owner.call.call(ctx, "GET", path, nil, &page); p != nil {
				return fmt.Errorf("%s: %w", path, p)
			}
			for _, t := range page.Tickets {
				all, before = append(all, t.ID), t.ID
				newest[t.Conv] = max(newest[t.Conv], t.ID)
			}
			if !page.More {
				break
			}
		}
	}
	for _, fresh := range f.Fresh {
		for id, state := range fresh.Convs { // the visitor's own log is whole
			if f.Visitors[fresh.Who] && state.Kind == "live" {
				f.Logs[id] = state.Messages
				delete(newest, id)
			}
		}
	}
	return c.readEach(ctx, f, all, newest)
}

// readEach reads tickets, a few at a time, and the logs of those conversations that nobody here has read.
func (c *company) readEach(ctx context.Context, f *Final, all []int64, newest map[int64]int64) error {
	var mu sync.Mutex // of f and first
	var first error
	slots := make(chan struct{}, 6)
	for _, id := range all {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			path := fmt.Sprintf("/api/desk/tickets/%d", id)
			var one TicketStory
			var log []Message
			err := c.owner.call.call(ctx, "GET", path, nil, &one).err()
			if err == nil && newest[one.Ticket.Conv] == id {
				log, err = pages(ctx, c.owner.call, path+"/messages")
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil && first == nil {
				first = fmt.Errorf("%s: %w", path, err)
			}
			f.Tickets = append(f.Tickets, one)
			if log != nil {
				f.Logs[one.Ticket.Conv] = log
			}
		}()
	}
	for range cap(slots) {
		slots <- struct{}{}
	}
	return first
}
