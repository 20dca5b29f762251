package check

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// live is the lane of a visitor's own conversation with the site, which the server finds by itself.
const live = 0

// item is an own message on its way, or acknowledged.
type item struct {
	client string
	lane   int64
	text   string
	file   int64   // instead of a text
	by     *device // which of his devices it was written on

	done    chan struct{} // closed when it is settled for the first time
	settled bool
	message Message  // the answer
	refused *problem // for good
	epoch   string   // the life of the database that acknowledged it
	tries   int
}

// outbox keeps what a person wrote until the server has it, like the one in a browser's storage: one at a time and in
// order within a lane, the same client id every time.
type outbox struct {
	who *person
	h   *history

	mu      sync.Mutex
	items   map[string]*item  // guarded by mu, as is all below
	lanes   map[int64][]*item // what waits
	running map[int64]bool
	epoch   string
	next    int
	poke    chan struct{} // closed to end the pauses
}

func newOutbox(p *person, h *history) *outbox {
	return &outbox{who: p, h: h, items: map[string]*item{}, lanes: map[int64][]*item{}, running: map[int64]bool{}, poke: make(chan struct{})}
}

// add takes a message in.
func (o *outbox) add(ctx context.Context, by *device, lane int64, text string) *item {
	return o.take(ctx, &item{lane: lane, text: text, by: by})
}

// addFile takes a message in that shows a file.
func (o *outbox) addFile(ctx context.Context, by *device, lane, file int64) *item {
	return o.take(ctx, &item{lane: lane, file: file, by: by})
}

func (o *outbox) take(ctx context.Context, it *item) *item {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next++
	it.client, it.done = fmt.Sprintf("%s-%d", o.who.name, o.next), make(chan struct{})
	o.items[it.client] = it
	o.enqueue(ctx, it)
	return it
}

func (o *outbox) enqueue(ctx context.Context, it *item) {
	o.lanes[it.lane] = append(o.lanes[it.lane], it)
	if !o.running[it.lane] {
		o.running[it.lane] = true
		go o.drain(ctx, it.lane)
	}
}

// drain sends a lane until it is empty.
func (o *outbox) drain(ctx context.Context, lane int64) {
	for attempt := 0; ; {
		o.mu.Lock()
		if len(o.lanes[lane]) == 0 || ctx.Err() != nil {
			o.running[lane] = false
			o.mu.Unlock()
			return
		}
		it, poke := o.lanes[lane][0], o.poke
		o.mu.Unlock()
		p := o.send(ctx, it)
		if p.again() {
			pause := max(p.after, time.Duration(rand.Float64()*float64(min(5*time.Second, 200*time.Millisecond<<min(attempt, 6)))))
			attempt++
			select {
			case <-time.After(pause):
			case <-poke:
			case <-ctx.Done():
			}
			continue
		}
		attempt = 0
		o.mu.Lock()
		o.lanes[lane] = o.lanes[lane][1:]
		o.mu.Unlock()
	}
}

// send makes one try.
func (o *outbox) send(ctx context.Context, it *item) *problem {
	path := fmt.Sprintf("/api/chat/conversations/%d/messages", it.lane)
	if it.lane == live {
		path = "/api/live/messages"
	}
	draft := map[string]any{"client_msg_id": it.client, "type": "text", "body": map[string]string{"text": it.text}}
	said := Message{Type: "text", Body: body{Text: it.text}}
	if it.file != 0 {
		said = Message{Type: "file", Body: body{File: it.file}}
		draft["type"], draft["body"] = said.Type, said.Body
	}
	op := o.h.invoke(Op{Kind: "send", Who: o.who.id, Device: it.by.label(), Conv: it.lane, Client: it.client, Hash: said.hash()})
	var m Message
	p := o.who.call.call(ctx, "POST", path, draft, &m)
	if p == nil {
		op.Conv, op.MessageID, op.Seq, op.Version = m.Conv, m.ID, m.Seq, m.Version
		if m.Recalled {
			op.Hash = "recalled"
		} else {
			op.Hash = m.hash()
		}
	}
	o.mu.Lock()
	it.tries++
	op.Epoch = o.epoch
	if p == nil {
		it.message, it.epoch = m, o.epoch
	} else if !p.again() {
		it.refused = p
	}
	if !p.again() && !it.settled {
		it.settled = true
		close(it.done)
	}
	o.mu.Unlock()
	o.h.returned(op, p)
	if p == nil && it.by != nil {
		it.by.answered(ctx, m)
	}
	return p
}

// label is the name of a device; of none, which some people have, it is empty.
func (d *device) label() string {
	if d == nil {
		return ""
	}
	return d.name
}

// answered places the answer to an own request.
func (d *device) answered(ctx context.Context, m Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.source, d.op = byAnswer, 0
	d.timeline(ctx, m.Conv).apply(change{version: m.Version, message: &m})
}

// settle hears that an own message was pushed, perhaps before its answer. It is sent on until the answer is there all
// the same: a retry must be harmless.
func (o *outbox) settle(Message) {}

// kick ends the pauses: the line is back.
func (o *outbox) kick() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.poke)
	o.poke = make(chan struct{})
}

// life hears the name of the database's life. What another life acknowledged is asked about by sending it again.
func (o *outbox) life(epoch string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.epoch == epoch {
		return
	}
	before := o.epoch
	o.epoch = epoch
	if before == "" {
		return
	}
	for n := 1; n <= o.next; n++ {
		it := o.items[fmt.Sprintf("%s-%d", o.who.name, n)]
		if it.settled && it.refused == nil && it.epoch != epoch {
			o.enqueue(o.who.ctx, it)
		}
	}
}

// empty tells whether everything is answered.
func (o *outbox) empty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, lane := range o.lanes {
		if len(lane) > 0 {
			return false
		}
	}
	return true
}
