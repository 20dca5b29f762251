package check

import (
	"context"
	"fmt"
	"time"
)

// cursorsEvery is how often a device tells the server how far it is in one conversation.
const cursorsEvery = time.Second

// moveCursor counts everything that is here as received, and as read on the device somebody looks at. The server
// hears it within a second. The device's mutex is held.
func (d *device) moveCursor(ctx context.Context, t *timeline) {
	mine, in := t.members[d.who.id]
	if !in || mine.Left || len(t.messages) == 0 {
		return
	}
	to := Member{Person: d.who.id, Received: t.messages[len(t.messages)-1].Seq}
	if d.who.reads {
		to.Read = to.Received
	}
	if !t.cursor(to) {
		return
	}
	d.told[t.id] = to
	if !d.resting[t.id] {
		d.resting[t.id] = true
		go d.tell(ctx, t.id)
	}
}

// tell posts the cursors of a conversation until there is nothing left to tell.
func (d *device) tell(ctx context.Context, conv int64) {
	for ctx.Err() == nil {
		d.mu.Lock()
		to, due := d.told[conv]
		delete(d.told, conv)
		if !due {
			d.resting[conv] = false
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
		op := d.h.invoke(Op{Kind: "cursor", Who: d.who.id, Device: d.name, Conv: conv, Read: to.Read, Received: to.Received})
		p := d.call.call(ctx, "POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", conv), map[string]int64{"read": to.Read, "received": to.Received}, nil)
		d.h.returned(op, p)
		if p.again() {
			d.mu.Lock()
			if _, newer := d.told[conv]; !newer {
				d.told[conv] = to
			}
			d.mu.Unlock()
		}
		wait(ctx, d.rest)
	}
}
