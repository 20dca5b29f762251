package check

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Ticket is a ticket as agents see it.
type Ticket struct {
	ID         int64      `json:"id"`
	QueueID    int64      `json:"queue_id"`
	Priority   int        `json:"priority"`
	Conv       int64      `json:"conversation_id"`
	Visitor    whoIs      `json:"visitor"`
	State      string     `json:"state"`
	Agent      *whoIs     `json:"agent"`
	OpenedAt   time.Time  `json:"opened_at"`
	AssignedAt *time.Time `json:"assigned_at"`
	ClosedAt   *time.Time `json:"closed_at"`
	Version    int64      `json:"version"`
}

type whoIs struct {
	ID int64 `json:"id"`
}

// desk is an agent's first screen.
type desk struct {
	Waiting []Ticket `json:"waiting"`
	Mine    []Ticket `json:"mine"`
	Seats   []struct {
		Person  whoIs  `json:"person"`
		State   string `json:"state"`
		Present bool   `json:"present"`
		Cap     int    `json:"cap"`
		Load    int    `json:"load"`
	} `json:"seats"`
}

// liveWork is a day at the desk: visitors write, wait and come back, agents answer, take, pass on, go for a coffee and
// close. Each draws from his own part of the seed, so that the same seed makes the same choices.
func liveWork(pace time.Duration) func(ctx context.Context, c *company) error {
	return func(ctx context.Context, c *company) error {
		var all sync.WaitGroup
		for _, v := range c.visitors {
			all.Go(func() { v.repeat(ctx, pace, func() { v.visit(ctx, c) }) })
		}
		for _, a := range c.agents {
			all.Go(func() { a.repeat(ctx, pace, func() { a.serve(ctx, c) }) })
		}
		all.Go(func() { c.watchDesk(ctx) })
		all.Wait()
		return nil
	}
}

// repeat acts again and again, at an uneven pace.
func (p *person) repeat(ctx context.Context, pace time.Duration, act func()) {
	for ctx.Err() == nil {
		act()
		wait(ctx, pace/2+time.Duration(p.mind.Int64N(int64(pace))))
	}
}

func (p *person) anyDevice() *device { return p.devices[p.mind.IntN(len(p.devices))] }

func (p *person) words() string {
	n := p.mind.Uint64()
	if n%50 == 0 {
		return fmt.Sprintf("%s 说 %x 😀", p.name, n)
	}
	return fmt.Sprintf("%s says %x", p.name, n)
}

// say writes a message and mostly waits for the answer.
func (p *person) say(ctx context.Context, lane int64, patient bool) {
	it := p.outbox.add(p.ctx, p.anyDevice(), lane, p.words())
	if !patient {
		return
	}
	select {
	case <-it.done:
	case <-ctx.Done():
	}
}

// visit is one thing a visitor does.
func (p *person) visit(ctx context.Context, c *company) {
	switch n := p.mind.IntN(100); {
	case n < 62:
		p.say(ctx, live, true)
	case n < 76: // in a hurry
		for range 2 + p.mind.IntN(3) {
			p.say(ctx, live, false)
		}
	case n < 82:
		p.recallLast(ctx)
	case n < 87:
		p.request(ctx, Op{Kind: "end"}, "POST", "/api/live/end", nil)
	case n < 91:
		p.anyDevice().drop()
	case n < 95:
		p.nap(ctx)
	case n < 98:
		p.probe(ctx, c)
	default:
		p.request(ctx, Op{Kind: "rate"}, "POST", "/api/live/rating", map[string]any{"stars": 1 + p.mind.IntN(5)})
	}
}

// nap switches one device off for a while.
func (p *person) nap(ctx context.Context) {
	d, long := p.anyDevice(), time.Duration(300+p.mind.IntN(2500))*time.Millisecond
	d.power(false)
	time.AfterFunc(long, func() { d.power(true) })
}

// request makes one request that is not sent again.
func (p *person) request(ctx context.Context, op Op, method, path string, in any) *problem {
	op.Who = p.id
	op = p.outbox.h.invoke(op)
	var out struct{ ID int64 } // of a group or a direct conversation, which has no number before it is made
	problem := p.call.call(context.WithoutCancel(ctx), method, path, in, &out)
	if op.Kind == "found" || op.Kind == "direct" {
		op.Conv = out.ID
	}
	p.outbox.h.returned(op, problem)
	return problem
}

// lastSaid is what this person said last and was told that it is kept.
func (p *person) lastSaid() (Message, bool) {
	p.outbox.mu.Lock()
	defer p.outbox.mu.Unlock()
	var last *item
	for _, it := range p.outbox.items {
		if it.settled && it.refused == nil && (last == nil || it.message.ID > last.message.ID) {
			last = it
		}
	}
	if last == nil {
		return Message{}, false
	}
	return last.message, true
}

// recallLast takes back what this person said last.
func (p *person) recallLast(ctx context.Context) {
	if m, ok := p.lastSaid(); ok {
		p.recall(ctx, m)
	}
}

func (p *person) recall(ctx context.Context, m Message) {
	path := fmt.Sprintf("/api/chat/conversations/%d/messages/%d/recall", m.Conv, m.Seq)
	op := p.outbox.h.invoke(Op{Kind: "recall", Who: p.id, Conv: m.Conv, Client: m.Client, Seq: m.Seq})
	var tombstone Message
	problem := p.call.call(context.WithoutCancel(ctx), "POST", path, nil, &tombstone)
	if problem == nil {
		op.Version = tombstone.Version
	}
	p.outbox.h.returned(op, problem)
	if problem == nil {
		p.devices[0].answered(p.ctx, tombstone)
	}
}

// probe tries what must not work: to read and to write where one is not in.
func (p *person) probe(ctx context.Context, c *company) {
	other := c.visitors[p.mind.IntN(len(c.visitors))]
	if other == p {
		return
	}
	conv := other.ownConversation()
	if conv == 0 {
		return
	}
	path := fmt.Sprintf("/api/chat/conversations/%d/messages", conv)
	p.request(ctx, Op{Kind: "probe", Conv: conv}, "GET", path, nil)
	draft := map[string]any{"client_msg_id": fmt.Sprintf("probe-%d-%d", p.id, p.mind.Uint64()), "type": "text", "body": map[string]string{"text": "let me in"}}
	p.request(ctx, Op{Kind: "probe", Conv: conv}, "POST", path, draft)
	p.request(ctx, Op{Kind: "probe", Conv: conv}, "POST", fmt.Sprintf("/api/chat/conversations/%d/messages/1/recall", conv), nil)
}

// ownConversation is a visitor's conversation as his first device knows it; 0 before there is one.
func (p *person) ownConversation() int64 {
	d := p.devices[0]
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, t := range d.convs {
		if m, in := t.members[p.id]; in && m.Role == "visitor" {
			return id
		}
	}
	return 0
}

// mine lists the conversations a device thinks its person is in, in order.
func (d *device) mine(kind string) (ids []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, t := range d.convs {
		if m, in := t.members[d.who.id]; in && !m.Left && t.kind == kind {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// serve is one thing an agent does.
func (p *person) serve(ctx context.Context, c *company) {
	n := p.mind.IntN(100)
	if n < 78 {
		if convs := p.devices[0].mine("live"); len(convs) > 0 {
			p.say(ctx, convs[p.mind.IntN(len(convs))], n < 70)
			return
		}
	}
	switch {
	case n < 90:
		p.workTicket(ctx, c)
	case n < 93:
		p.anyDevice().drop()
	case n < 95:
		p.nap(ctx)
	case n < 97:
		p.coffee(ctx)
	default:
		p.recallLast(ctx)
	}
}

// coffee is a short absence that the agent announces.
func (p *person) coffee(ctx context.Context) {
	p.request(ctx, Op{Kind: "seat", Code: "away"}, "PUT", "/api/desk/seat", map[string]string{"state": "away"})
	wait(ctx, time.Duration(200+p.mind.IntN(800))*time.Millisecond)
	p.seat(ctx, "online")
}

// seat insists: an agent who does not come back would make the others wait.
func (p *person) seat(ctx context.Context, state string) {
	for range 20 {
		if !p.request(ctx, Op{Kind: "seat", Code: state}, "PUT", "/api/desk/seat", map[string]string{"state": state}).again() {
			return
		}
		wait(p.ctx, 300*time.Millisecond)
	}
}

// grabMost is how many tickets a greedy agent asks for at once, from several tabs.
const grabMost = 4

func (p *person) grab(ctx context.Context, waiting []Ticket) {
	var all sync.WaitGroup
	for _, t := range waiting {
		all.Go(func() {
			p.request(ctx, Op{Kind: "take", Ticket: t.ID, Conv: t.Conv}, "POST", fmt.Sprintf("/api/desk/tickets/%d/take", t.ID), nil)
		})
	}
	all.Wait()
}

// workTicket closes, passes on or takes a ticket.
func (p *person) workTicket(ctx context.Context, c *company) {
	var d desk
	choice, target, queue := p.mind.IntN(10), p.mind.IntN(len(c.agents)), p.mind.IntN(len(c.queues))
	which := p.mind.IntN(1 << 20)
	if p.call.call(ctx, "GET", "/api/desk", nil, &d) != nil {
		return
	}
	if choice < 4 && len(d.Waiting) > 0 {
		p.grab(ctx, d.Waiting[:min(len(d.Waiting), 1+which%grabMost)])
		return
	}
	if len(d.Mine) == 0 {
		return
	}
	t := d.Mine[which%len(d.Mine)]
	path := fmt.Sprintf("/api/desk/tickets/%d", t.ID)
	switch {
	case choice < 7:
		p.request(ctx, Op{Kind: "close", Ticket: t.ID, Conv: t.Conv}, "POST", path+"/close", nil)
	case choice < 9:
		p.request(ctx, Op{Kind: "transfer", Ticket: t.ID, Conv: t.Conv}, "POST", path+"/transfer", map[string]any{"to_agent": c.agents[target].id, "note": p.words()})
	default:
		p.request(ctx, Op{Kind: "transfer", Ticket: t.ID, Conv: t.Conv}, "POST", path+"/transfer", map[string]any{"to_queue": c.queues[queue], "note": p.words()})
	}
}
