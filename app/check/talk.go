package check

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	crowdSize  = 200 // of the one large group
	ownGroups  = 2   // that one member founds
	groupStart = 3   // others in a small group
)

// talkWork is a day among colleagues: direct conversations, small groups that people come into and leave, one large
// group, and second thoughts about what one wrote.
func talkWork(pace time.Duration) func(ctx context.Context, c *company) error {
	return func(ctx context.Context, c *company) error {
		if len(c.members) == 0 {
			return nil
		}
		if err := c.gather(ctx); err != nil {
			return err
		}
		var all sync.WaitGroup
		for _, m := range c.members {
			all.Go(func() { m.repeat(ctx, pace, func() { m.talk(ctx, c) }) })
		}
		all.Wait()
		return nil
	}
}

// together lets several workloads run side by side.
func together(works ...func(context.Context, *company) error) func(context.Context, *company) error {
	return func(ctx context.Context, c *company) error {
		failed := make(chan error, len(works))
		for _, work := range works {
			go func() { failed <- work(ctx, c) }()
		}
		var first error
		for range works {
			if err := <-failed; first == nil {
				first = err
			}
		}
		return first
	}
}

// gather founds the large group. Most who are in it have an invitation only and never come.
func (c *company) gather(ctx context.Context) error {
	var everybody []int64
	for _, m := range c.members[1:] {
		everybody = append(everybody, m.id)
	}
	for n := 0; len(everybody) < crowdSize-1; n++ {
		id, _, err := c.invite(ctx, fmt.Sprintf("crowd-%d", n), "agent")
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		everybody = append(everybody, id)
	}
	c.members[0].found(ctx, "Everybody", everybody)
	return nil
}

// found makes a group, asking again until it is answered.
func (p *person) found(ctx context.Context, name string, people []int64) {
	in := map[string]any{"client_id": fmt.Sprintf("group-%d-%s", p.id, name), "name": name, "people": people}
	for ctx.Err() == nil {
		if !p.request(ctx, Op{Kind: "found", Client: name, Targets: people}, "POST", "/api/chat/groups", in).again() {
			return
		}
		wait(ctx, 300*time.Millisecond)
	}
}

// talk is one thing a colleague does.
func (p *person) talk(ctx context.Context, c *company) {
	n, other := p.mind.IntN(100), c.members[p.mind.IntN(len(c.members))]
	directs, groups := p.devices[0].mine("direct"), p.devices[0].mine("group")
	convs := append(directs, groups...)
	which := p.mind.IntN(1 << 20)
	switch {
	case n < 60 && len(convs) > 0:
		p.say(ctx, convs[which%len(convs)], n < 50)
	case n < 72:
		p.editLast(ctx)
	case n < 76:
		p.recallLast(ctx)
	case n < 82:
		if other != p {
			p.request(ctx, Op{Kind: "direct", Targets: []int64{other.id}}, "POST", "/api/chat/direct", map[string]int64{"person": other.id})
		}
	case n < 86:
		if p.founded < ownGroups {
			p.founded++
			p.found(ctx, fmt.Sprintf("%s-%d", p.name, p.founded), c.some(p, groupStart))
		}
	case n < 95 && len(groups) > 0:
		p.churn(ctx, other, groups[which%len(groups)])
	case n < 97:
		p.anyDevice().drop()
	case n < 98:
		p.nap(ctx)
	default:
		p.peep(ctx, other)
	}
}

// some are a few others.
func (c *company) some(but *person, n int) (ids []int64) {
	for _, at := range but.mind.Perm(len(c.members)) {
		if m := c.members[at]; m != but && len(ids) < n {
			ids = append(ids, m.id)
		}
	}
	return ids
}

// churn brings somebody in, puts somebody out, or leaves oneself. What one may not do is refused.
func (p *person) churn(ctx context.Context, other *person, group int64) {
	path := fmt.Sprintf("/api/chat/groups/%d", group)
	switch n := p.mind.IntN(10); {
	case n < 5:
		p.request(ctx, Op{Kind: "invite", Conv: group, Targets: []int64{other.id}}, "POST", path+"/members", map[string]any{"people": []int64{other.id}})
	case n < 9:
		p.request(ctx, Op{Kind: "remove", Conv: group, Targets: []int64{other.id}}, "DELETE", fmt.Sprintf("%s/members/%d", path, other.id), nil)
	default:
		p.request(ctx, Op{Kind: "remove", Conv: group, Targets: []int64{p.id}}, "POST", path+"/leave", nil)
	}
}

// editLast puts other words into what this person wrote last.
func (p *person) editLast(ctx context.Context) {
	m, ok := p.lastSaid()
	if !ok {
		return
	}
	text := p.words() + ", that is"
	in := map[string]string{"edit_id": fmt.Sprintf("edit-%x", p.mind.Uint64()), "text": text}
	op := p.outbox.h.invoke(Op{Kind: "edit", Who: p.id, Conv: m.Conv, Client: m.Client, Seq: m.Seq, Hash: hashOf("text\n" + text + "\n")})
	var now Message
	problem := p.call.call(context.WithoutCancel(ctx), "PATCH", fmt.Sprintf("/api/chat/conversations/%d/messages/%d", m.Conv, m.Seq), in, &now)
	if problem == nil {
		op.Version = now.Version
	}
	p.outbox.h.returned(op, problem)
	if problem == nil {
		p.devices[0].answered(p.ctx, now)
	}
}

// peep tries to read a direct conversation of somebody else. The judge knows whose it is.
func (p *person) peep(ctx context.Context, other *person) {
	convs := other.devices[0].mine("direct")
	if other == p || len(convs) == 0 {
		return
	}
	id := convs[p.mind.IntN(len(convs))]
	p.request(ctx, Op{Kind: "peep", Conv: id}, "GET", fmt.Sprintf("/api/chat/conversations/%d/messages", id), nil)
}
