package check

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	circleGroups = 2  // that one member founds
	muteMinutes  = 60 // longer than any act
	openTries    = 50 // until a node that does not let people register is taken at its word
)

// register makes somebody a member of the messenger, as anybody may where registration is open. He asks again under
// another name when the answer is lost, for the first one may be taken.
func (c *company) register(ctx context.Context, p *person) error {
	for try := 0; ; try++ {
		var s struct{ Person struct{ ID int64 } }
		in := map[string]string{"name": fmt.Sprintf("%s.%d", p.name, try), "password": fmt.Sprintf("%x-%s", p.mind.Uint64(), p.name)}
		header, problem := p.call.exchange(ctx, "POST", "/api/im/register", in, &s)
		if problem == nil {
			p.signedIn(s.Person.ID, session(header))
			for _, d := range p.devices {
				newContacts(d)
			}
			return nil
		}
		notYet := problem.status == 403 && try < openTries // another node has not heard that anybody may
		if !problem.again() && problem.status != 409 && !notYet || ctx.Err() != nil {
			return fmt.Errorf("register %s: %w", p.name, problem)
		}
		wait(ctx, 200*time.Millisecond)
	}
}

// makeFriends lets those in who will be friends.
func (c *company) makeFriends(ctx context.Context, z size) error {
	if z.friends == 0 {
		return nil
	}
	if err := c.openHouse(ctx); err != nil {
		return err
	}
	for n := range z.friends {
		c.friends = append(c.friends, c.newPerson(fmt.Sprintf("friend-%d", n+1), "friend", z.devices))
	}
	return c.each(c.friends, func(p *person) error { return c.register(ctx, p) })
}

// openHouse lets everybody register.
func (c *company) openHouse(ctx context.Context) error {
	in := map[string]any{"members": map[string]string{"registration": "open"}}
	return c.owner.call.call(ctx, "PATCH", "/api/admin/settings", in, nil).err()
}

// circleWork is a day in the messenger: people ask to be friends, agree and refuse, fall out, block each other and think
// better of it, and make groups which others come into, are put out of and are silenced in. All the while they write, also
// where they may not.
func circleWork(pace time.Duration) func(ctx context.Context, c *company) error {
	return func(ctx context.Context, c *company) error {
		var all sync.WaitGroup
		for _, f := range c.friends {
			all.Go(func() { f.repeat(ctx, pace, func() { f.socialize(ctx, c) }) })
		}
		all.Wait()
		return nil
	}
}

// socialize is one thing a member does.
func (p *person) socialize(ctx context.Context, c *company) {
	n, other, which := p.mind.IntN(100), c.friends[p.mind.IntN(len(c.friends))], p.mind.IntN(1<<20)
	directs := p.devices[0].mine("direct")
	convs := append(slices.Clone(directs), p.devices[0].mine("group")...)
	switch {
	case n < 42 && len(convs) > 0:
		p.say(ctx, convs[which%len(convs)], n < 36)
	case n < 46:
		p.editLast(ctx)
	case n < 49:
		p.recallLast(ctx)
	case n < 58:
		if other != p {
			p.request(ctx, Op{Kind: "ask", Targets: []int64{other.id}}, "POST", "/api/im/requests", map[string]any{"person": other.id, "note": p.words()})
		}
	case n < 70:
		p.answerRequests(ctx)
	case n < 73:
		p.fallOut(ctx, other, which%2 == 0)
	case n < 80:
		p.quarrel(ctx, c, other)
	case n < 82:
		p.foundOpen(ctx, c)
	case n < 94:
		p.mingle(ctx, c, other, which)
	case n < 96:
		p.anyDevice().drop()
	case n < 98:
		p.nap(ctx)
	default:
		p.peep(ctx, other)
	}
}

// answerRequests agrees to most of what waits in one's box, and refuses the rest.
func (p *person) answerRequests(ctx context.Context) {
	var box boxPage
	agrees := p.mind.IntN(5) > 0
	if p.call.call(ctx, "GET", "/api/im/box", nil, &box) != nil {
		return
	}
	for _, item := range box.Items {
		if item.Kind != "friend_request" || item.Request == nil || item.Request.State != "pending" {
			continue
		}
		what := "agree"
		if !agrees {
			what = "refuse"
		}
		p.request(ctx, Op{Kind: what, Targets: []int64{item.From.ID}}, "POST", fmt.Sprintf("/api/im/requests/%d/%s", item.Request.ID, what), map[string]any{})
		break
	}
	if len(box.Items) > 0 {
		p.request(ctx, Op{Kind: "box"}, "POST", "/api/im/box/read", map[string]int64{"up_to": box.Items[0].ID})
	}
}

// with is the direct conversation with another one, as a device knows it; 0 when there is none.
func (p *person) with(other *person) int64 {
	d := p.devices[0]
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, t := range d.convs {
		if _, in := t.members[other.id]; in && t.kind == "direct" {
			return id
		}
	}
	return 0
}

// fallOut takes somebody off one's list, or both off both, and tries to write to him all the same.
func (p *person) fallOut(ctx context.Context, other *person, both bool) {
	conv := p.with(other)
	if other == p || conv == 0 {
		return
	}
	problem := p.request(ctx, Op{Kind: "unfriend", Targets: []int64{other.id}}, "DELETE", fmt.Sprintf("/api/im/friends/%d?both=%v", other.id, both), nil)
	if problem == nil {
		p.say(ctx, conv, true)
	}
}

// quarrel blocks somebody in the middle of a talk and goes on talking, which is refused; or makes up with whom one has blocked.
func (p *person) quarrel(ctx context.Context, c *company, other *person) {
	for _, one := range c.friends {
		if p.blocks[one.id] && p.mind.IntN(2) == 0 {
			if p.request(ctx, Op{Kind: "unblock", Targets: []int64{one.id}}, "DELETE", fmt.Sprintf("/api/im/blocked/%d", one.id), nil) == nil {
				delete(p.blocks, one.id)
			}
			return
		}
	}
	conv := p.with(other)
	if other == p || conv == 0 {
		return
	}
	p.say(ctx, conv, true)
	if p.request(ctx, Op{Kind: "block", Targets: []int64{other.id}}, "PUT", fmt.Sprintf("/api/im/blocked/%d", other.id), nil) == nil {
		if p.blocks == nil {
			p.blocks = map[int64]bool{}
		}
		p.blocks[other.id] = true
		p.say(ctx, conv, true)
	}
}

// foundOpen makes a group that anybody may come into.
func (p *person) foundOpen(ctx context.Context, c *company) {
	if p.founded >= circleGroups {
		return
	}
	p.founded++
	name := fmt.Sprintf("%s-%d", p.name, p.founded)
	in := map[string]any{"client_id": "group-of-" + name, "name": name, "join_rule": "open"}
	for ctx.Err() == nil {
		op := p.outbox.h.invoke(Op{Kind: "found", Who: p.id, Client: name})
		var made struct{ Group struct{ ID int64 } }
		problem := p.call.call(context.WithoutCancel(ctx), "POST", "/api/im/groups", in, &made)
		op.Conv = made.Group.ID
		p.outbox.h.returned(op, problem)
		if problem == nil {
			c.circleMu.Lock()
			c.openGroups = append(c.openGroups, made.Group.ID)
			c.circleMu.Unlock()
		}
		if !problem.again() {
			return
		}
		wait(ctx, 300*time.Millisecond)
	}
}

// mingle comes into a group, leaves one, or puts out and silences others, where one may.
func (p *person) mingle(ctx context.Context, c *company, other *person, which int) {
	c.circleMu.Lock()
	groups := slices.Clone(c.openGroups)
	c.circleMu.Unlock()
	if len(groups) == 0 {
		return
	}
	group := groups[which%len(groups)]
	path := fmt.Sprintf("/api/chat/groups/%d", group)
	mute := func(kind string, minutes int) *problem {
		return p.request(ctx, Op{Kind: kind, Conv: group, Targets: []int64{other.id}}, "PUT", fmt.Sprintf("%s/members/%d/mute", path, other.id), map[string]int{"minutes": minutes})
	}
	switch n := p.mind.IntN(12); {
	case n < 5:
		p.request(ctx, Op{Kind: "invite", Conv: group, Targets: []int64{p.id}}, "POST", fmt.Sprintf("/api/im/groups/%d/join", group), map[string]any{})
	case n < 6:
		if p.request(ctx, Op{Kind: "remove", Conv: group, Targets: []int64{p.id}}, "POST", path+"/leave", nil) == nil {
			p.say(ctx, group, true)
		}
	case n < 8 && other != p:
		p.request(ctx, Op{Kind: "remove", Conv: group, Targets: []int64{other.id}}, "DELETE", fmt.Sprintf("%s/members/%d", path, other.id), nil)
	case n < 10 && other != p:
		mute("mute", muteMinutes)
	case other != p:
		mute("unmute", 0)
	}
}
