package check

import (
	"context"
	"math/rand/v2"
	"time"
)

// known is what the device has, as it asks with it; mu is held.
func (d *device) known() syncRequest {
	r := syncRequest{Epoch: d.epoch, Known: map[int64][2]int64{}, List: d.list}
	for id, t := range d.convs {
		if t.synced {
			r.Known[id] = [2]int64{t.version, t.reads(d.who.id)}
		}
	}
	return r
}

// sync asks for everything that is missing, one request at a time; mu is held.
func (d *device) sync(ctx context.Context) {
	if d.syncing {
		d.again = true
		return
	}
	d.syncing = true
	go func() {
		p := d.fetch(ctx, "sync", "/api/chat/sync", "", nil)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.syncing = false
		again := d.again
		d.again = false
		if p == nil {
			d.tried = 0
		} else if p.again() && ctx.Err() == nil && d.live {
			d.tried++
			delay := time.Duration(rand.Float64() * float64(200*time.Millisecond<<min(d.tried, 5)))
			time.AfterFunc(delay, func() {
				d.mu.Lock()
				defer d.mu.Unlock()
				d.sync(ctx)
			})
			return
		}
		if again && ctx.Err() == nil {
			d.sync(ctx)
		}
	}()
}

// fetch asks by bind or sync and takes the answer.
func (d *device) fetch(ctx context.Context, kind, path, clientID string, then func()) *problem {
	d.mu.Lock()
	ask := d.known()
	d.mu.Unlock()
	ask.ClientID = clientID
	op := d.h.invoke(Op{Kind: kind, Who: d.who.id, Device: d.name, Epoch: ask.Epoch})
	var a syncAnswer
	p := d.call.call(ctx, "POST", path, ask, &a)
	op.Epoch = a.Epoch
	d.h.returned(op, p)
	if p != nil {
		return p
	}
	d.mu.Lock()
	d.take(ctx, op, a)
	if then != nil {
		then()
	}
	d.mu.Unlock()
	d.who.outbox.life(a.Epoch)
	return nil
}

// take brings the device level with an answer; mu is held.
func (d *device) take(ctx context.Context, op Op, a syncAnswer) {
	if d.epoch != "" && d.epoch != a.Epoch {
		named := map[int64]bool{}
		for _, c := range a.Conversations {
			named[c.ID] = true
		}
		for id, t := range d.convs {
			t.held = nil // what was early belongs to the other life
			if !named[id] {
				delete(d.convs, id)
			}
		}
	}
	d.epoch, d.list = a.Epoch, a.List
	if d.contacts != nil {
		d.contacts.check(a.List)
	}
	d.source, d.op = bySync, op.ID
	for _, c := range a.Conversations {
		t := d.timeline(ctx, c.ID)
		if c.Reset {
			d.note(Apply{Kind: "reset", Conv: c.ID, Version: c.Version})
		}
		d.source, d.op = bySync, op.ID
		t.sync(c)
		d.moveCursor(ctx, t)
		for _, m := range c.Cursors {
			d.note(Apply{Kind: "cursor", Conv: c.ID, Member: &m})
		}
	}
	for _, id := range a.Gone {
		d.note(Apply{Kind: "gone", Conv: id})
		delete(d.convs, id)
	}
	for id, t := range d.convs {
		if !t.synced {
			delete(d.convs, id) // pushed, but not ours
		}
	}
}
