package check

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// RaceVisitors is how many visitors come in the dispatcher's race.
const RaceVisitors = 5000

const (
	raceAgents = 200
	raceCaps   = 5
	wave       = 12 * time.Second // more than there is room for, then less, and so on
	comers     = 24               // visitors that come at once
	calmRate   = 32               // a second, between the rushes
	lastOnes   = 8                // one of so many comes after the last rush, and half as often: these find room
	queueWait  = time.Second      // of 99 of 100 visitors, while there is room
	raceFor    = 215 * time.Second
)

// Race lets three nodes, or one on SQLite, hand thousands of visitors to two hundred agents, who take, answer or not, close, pass on, go
// away and drop out at random, while nodes are killed and frozen: nobody may be lost, doubled, or given to an agent who is
// full. Who is not answered in time goes to somebody else, and who waits for long to another queue.
func Race(ctx context.Context, o Options, visitors int) (Report, error) {
	began := time.Now()
	r := Report{Seed: o.Seed, Faults: map[string]int{}, Acts: []Act{}}
	o.Nodes, o.Direct = cmp.Or(o.Nodes, 3), true
	if o.For == 0 {
		o.For = raceFor
	}
	a, err := play(ctx, script{
		name: "race", options: o, size: size{agents: raceAgents, devices: 1, caps: raceCaps, vary: true}, wait: queueWait,
		workload: func(ctx context.Context, c *company) error { return race(ctx, c, visitors) },
		faults: func(*stage, *company) []fault {
			if o.Nodes == 1 {
				return []fault{killNode(0), freezeNode(0, 3*time.Second), killNode(0)}
			}
			return []fault{killNode(0), freezeNode(1, 7*time.Second), killNode(2), killNATS(4 * time.Second), killNode(1)}
		},
	})
	if err != nil {
		return r, err
	}
	r.add(a)
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// crowdOf is everybody who comes to the desk in a race. They have no devices: they write, and some leave by themselves.
type crowdOf struct {
	c      *company
	next   atomic.Int64
	opened atomic.Int64
	most   int64
	mu     sync.Mutex
	came   []*person // guarded by mu
}

func race(ctx context.Context, c *company, visitors int) error {
	if err := c.setRules(ctx); err != nil {
		return err
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	q := &crowdOf{c: c, most: int64(visitors)}
	var all, coming sync.WaitGroup
	for _, a := range c.agents {
		for _, d := range a.devices {
			d.skips = a.boring
		}
		all.Go(func() { a.repeat(ctx, 1500*time.Millisecond, func() { a.race(ctx, c) }) })
	}
	all.Go(func() { c.watchDesk(ctx) })
	began := time.Now()
	for range comers {
		coming.Go(func() { q.come(ctx, began) })
	}
	coming.Wait()
	c.walkIns = q.came
	// The last ones are served too, as far as time allows.
	for ctx.Err() == nil && q.waiting(ctx) > 0 {
		wait(ctx, 300*time.Millisecond)
	}
	done()
	all.Wait()
	// Nothing may move while the world is read.
	if err := c.endRules(c.ctx); err != nil {
		return err
	}
	return c.each(c.agents, func(a *person) error {
		a.seat(c.ctx, "away")
		return nil
	})
}

// boring tells whether a frame is only about other people's tickets and seats.
func (p *person) boring(frame []byte) bool {
	about := bytes.Count(frame, []byte(`{"type":"ticket"`)) + bytes.Count(frame, []byte(`{"type":"seat"`))
	if about == 0 || about < bytes.Count(frame, []byte(`{"type":"`)) {
		return false
	}
	if !bytes.Contains(frame, fmt.Appendf(nil, `"agent":{"id":%d`, p.id)) {
		p.mu.Lock()
		defer p.mu.Unlock()
		for id := range p.tickets { // one of his may have gone to somebody else
			if bytes.Contains(frame, fmt.Appendf(nil, `"id":%d`, id)) {
				return false
			}
		}
		return true
	}
	return false
}

// come lets visitors in, as many as the wave allows.
func (q *crowdOf) come(ctx context.Context, began time.Time) {
	room := int64(0)
	for _, a := range q.c.agents {
		room += int64(a.cap)
	}
	for ctx.Err() == nil {
		at := q.next.Add(1)
		if at > q.most {
			return
		}
		for ctx.Err() == nil {
			level, rate := room/2, time.Duration(calmRate)
			switch rush := int(time.Since(began)/wave)%2 == 1; {
			case at > q.most*(lastOnes-1)/lastOnes:
				rate /= 2
			case rush:
				level, rate = room*5/4, 0
			}
			if rate > 0 {
				wait(ctx, time.Duration(float64(comers*time.Second/rate)*(0.5+rand.Float64())))
			}
			if q.opened.Load()-q.c.closed.Load() < level {
				break
			}
			wait(ctx, 20*time.Millisecond)
		}
		q.opened.Add(1)
		if !q.visitor(ctx, int(at)) {
			q.opened.Add(-1)
		}
	}
}

// visitor is one short visit.
func (q *crowdOf) visitor(ctx context.Context, n int) bool {
	v := q.c.walkIn(n)
	var s struct {
		Token  string
		Person struct{ ID int64 }
	}
	in := map[string]string{"site": q.c.key, "locale": "en", "parent_origin": v.call.base()}
	if n%8 == 0 {
		in["locale"] = urgentLocale
	}
	for v.call.call(ctx, "POST", "/api/visitors", in, &s) != nil {
		if wait(ctx, 100*time.Millisecond); ctx.Err() != nil {
			return false
		}
	}
	v.signedIn(s.Person.ID, s.Token)
	q.mu.Lock()
	q.came = append(q.came, v)
	q.mu.Unlock()
	it := v.outbox.add(q.c.ctx, nil, live, v.words())
	select {
	case <-it.done:
	case <-ctx.Done():
	}
	switch v.mind.IntN(10) {
	case 0, 1:
		v.outbox.add(q.c.ctx, nil, live, v.words())
	case 2:
		time.AfterFunc(time.Duration(v.mind.IntN(4000))*time.Millisecond, func() {
			if ctx.Err() == nil && v.request(ctx, Op{Kind: "end"}, "POST", "/api/live/end", nil) == nil {
				q.c.closed.Add(1)
			}
		})
	}
	return true
}

func (q *crowdOf) waiting(ctx context.Context) int {
	var page struct{ Tickets []Ticket }
	if q.c.owner.call.call(ctx, "GET", "/api/desk/tickets?state=waiting&limit=1", nil, &page) != nil {
		return 1
	}
	return len(page.Tickets)
}

// race is one thing an agent does in it.
func (p *person) race(ctx context.Context, c *company) {
	p.mu.Lock()
	var mine []Ticket
	for _, t := range p.tickets {
		mine = append(mine, t)
	}
	p.mu.Unlock()
	n, which, target := p.mind.IntN(100), p.mind.IntN(1<<20), c.agents[p.mind.IntN(len(c.agents))]
	switch {
	case n < 4:
		p.coffee(ctx)
	case n < 7:
		p.devices[0].drop()
	case n < 14:
		p.raceTake(ctx, which)
	case n < 20:
		p.refresh(ctx)
	case len(mine) == 0:
	case n < 40:
		p.outbox.add(p.ctx, p.devices[0], mine[which%len(mine)].Conv, p.words())
	default:
		t := mine[which%len(mine)]
		path := fmt.Sprintf("/api/desk/tickets/%d", t.ID)
		op := Op{Kind: "transfer", Ticket: t.ID, Conv: t.Conv}
		switch {
		case n < 46:
			p.request(ctx, op, "POST", path+"/transfer", map[string]any{"to_agent": target.id})
		case n < 49:
			p.request(ctx, op, "POST", path+"/transfer", map[string]any{"to_queue": c.queues[which%len(c.queues)]})
		default:
			op.Kind = "close"
			if p.request(ctx, op, "POST", path+"/close", nil) == nil {
				c.closed.Add(1)
			}
		}
	}
}

// raceTake takes some of those who wait longest, all at once.
func (p *person) raceTake(ctx context.Context, which int) {
	var page struct{ Tickets []Ticket }
	if p.call.call(ctx, "GET", "/api/desk/tickets?state=waiting&limit=10", nil, &page) == nil && len(page.Tickets) > 0 {
		p.grab(ctx, page.Tickets[:min(len(page.Tickets), 1+which%grabMost)])
	}
}

// refresh reads what an agent has: frames are missed while he is not connected.
func (p *person) refresh(ctx context.Context) {
	var page struct{ Tickets []Ticket }
	if p.call.call(ctx, "GET", fmt.Sprintf("/api/desk/tickets?state=open&limit=20&agent=%d", p.id), nil, &page) != nil {
		return
	}
	p.mu.Lock()
	clear(p.tickets)
	p.mu.Unlock()
	for _, t := range page.Tickets {
		p.holds(t)
	}
}
