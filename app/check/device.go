package check

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// What a client waits for on its line. Pings are more frequent than a browser's, so that a dead line is
// noticed within the act.
const (
	pingEvery  = 3 * time.Second
	silentFor  = pingEvery + 5*time.Second
	initWithin = 8 * time.Second
)

// device is one installation of the client: a socket that is kept up, and everything it knows. It survives the server, and
// forgets only what the protocol tells it to forget.
type device struct {
	name string
	who  *person
	call caller
	ws   func() string
	h    *history

	mu      sync.Mutex
	epoch   string // guarded by mu, as is all below
	list    int64
	convs   map[int64]*timeline
	live    bool
	since   time.Duration // when it became live
	conn    *websocket.Conn
	socket  int64
	source  string // of what is being taken, for the history
	op      int64
	syncing bool
	again   bool
	tried   int              // syncs that failed, one after the other
	pushed  map[int64]int64  // the highest version that was pushed, by conversation, whatever became of it here
	repairs int              // syncs because something was not pushed
	off     bool             // switched off by its owner
	deaf    bool             // reads nothing: a phone in a tunnel
	told    map[int64]Member // the cursors it has to tell
	resting map[int64]bool
	rest    time.Duration // between two posts of one conversation's cursors

	contacts *keeper // of a member of the messenger; nil: of nobody

	events func(kind string, data json.RawMessage) // frames the client itself does not use; may be nil
	skips  func(frame []byte) bool                 // frames that say nothing to this person, found without reading them; may be nil
}

func newDevice(p *person, name string, call caller, ws func() string, h *history) *device {
	return &device{name: name, who: p, call: call, ws: ws, h: h, convs: map[int64]*timeline{}, pushed: map[int64]int64{}, told: map[int64]Member{},
		resting: map[int64]bool{}, rest: cursorsEvery}
}

// run keeps the line up until ctx ends.
func (d *device) run(ctx context.Context) {
	for attempt := 0; ctx.Err() == nil; {
		began := time.Now()
		if !d.isOff() && d.connect(ctx) || time.Since(began) > silentFor {
			attempt = 0
		}
		pause := time.Duration(rand.Float64() * float64(min(5*time.Second, 300*time.Millisecond<<min(attempt, 5))))
		attempt++
		if d.isOff() {
			pause, attempt = 50*time.Millisecond, 0
		}
		wait(ctx, pause)
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (d *device) isOff() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.off
}

// power switches the device on or off.
func (d *device) power(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = !on
	if !on && d.conn != nil {
		d.conn.NetConn().Close()
	}
}

// drop cuts the line once, as a lift does.
func (d *device) drop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		d.conn.NetConn().Close()
	}
}

// setDeaf makes the device stop reading, or go on.
func (d *device) setDeaf(deaf bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.deaf = deaf
}

func (d *device) isLive() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live
}

func (d *device) setLive(live bool) {
	d.live = live
	d.since = d.h.now()
}

// connect opens a socket, binds it and listens until it ends; true when it was bound.
func (d *device) connect(ctx context.Context) (bound bool) {
	dialer := websocket.Dialer{HandshakeTimeout: 4 * time.Second}
	conn, _, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(d.ws(), "http")+"/ws", nil)
	if err != nil {
		return false
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	d.mu.Lock()
	d.conn, d.socket = conn, d.h.socketNumber()
	d.mu.Unlock()
	closed := make(chan struct{})
	defer func() {
		close(closed)
		conn.Close()
		d.mu.Lock()
		d.conn = nil
		bound = d.live
		d.setLive(false)
		d.note(Apply{Kind: "dead"})
		d.mu.Unlock()
	}()
	conn.SetReadDeadline(time.Now().Add(initWithin))
	for {
		d.ear(ctx, conn)
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return
		}
		conn.SetReadDeadline(time.Now().Add(silentFor))
		if d.skips != nil && d.skips(frame) {
			continue
		}
		for _, e := range eventsOf(frame) {
			if e.Type == "init" {
				go d.bind(ctx, conn, closed, e.ClientID)
				continue
			}
			d.receive(ctx, e)
		}
	}
}

// ear waits while the device is deaf; its line stays open meanwhile.
func (d *device) ear(ctx context.Context, conn *websocket.Conn) {
	for ctx.Err() == nil {
		d.mu.Lock()
		deaf := d.deaf
		d.mu.Unlock()
		if !deaf {
			return
		}
		conn.SetReadDeadline(time.Now().Add(silentFor))
		wait(ctx, 50*time.Millisecond)
	}
}

// bind gives the socket to its person and then keeps it alive.
func (d *device) bind(ctx context.Context, conn *websocket.Conn, closed chan struct{}, clientID string) {
	if p := d.fetch(ctx, "bind", "/api/chat/bind", clientID, func() {
		d.setLive(true)
		d.note(Apply{Kind: "live"})
	}); p != nil {
		if p.status == 401 {
			d.h.clash(violation("signed-out", 0, 0, fmt.Sprintf("%s of %d lost its sign-in", d.name, d.who.id)))
		}
		conn.Close()
		return
	}
	d.who.outbox.kick()
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			d.mu.Lock()
			conn.SetWriteDeadline(time.Now().Add(2 * time.Second))
			conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) // a dead line is found by its silence
			d.mu.Unlock()
		case <-closed:
			return
		case <-ctx.Done():
			return
		}
	}
}

type event struct {
	Type     string          `json:"type"`
	Conv     int64           `json:"conversation_id"`
	Version  int64           `json:"version"`
	List     int64           `json:"list"`
	ClientID string          `json:"client_id"`
	Epoch    string          `json:"epoch"`
	Data     json.RawMessage `json:"data"`
}

func eventsOf(frame []byte) []event {
	var many []event
	if json.Unmarshal(frame, &many) == nil {
		return many
	}
	var one event
	if json.Unmarshal(frame, &one) != nil {
		return nil
	}
	return []event{one}
}

// receive is what a client does with each frame.
func (d *device) receive(ctx context.Context, e event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.source, d.op = bySocket, 0
	switch e.Type {
	case "message":
		var m Message
		if json.Unmarshal(e.Data, &m) == nil {
			d.heard(ctx, e, change{version: e.Version, message: &m})
			if m.Sender == d.who.id {
				d.who.outbox.settle(m)
			}
		}
	case "member":
		var m Member
		if json.Unmarshal(e.Data, &m) == nil {
			d.heard(ctx, e, change{version: e.Version, members: []Member{m}})
		}
	case "act":
		var a struct {
			Header struct {
				MemberCount int64 `json:"member_count"`
			}
			Members []Member
			Message *Message
		}
		if json.Unmarshal(e.Data, &a) == nil {
			d.heard(ctx, e, change{version: e.Version, message: a.Message, members: a.Members, count: a.Header.MemberCount})
		}
	case "version": // of what was said before he came
		d.heard(ctx, e, change{version: e.Version})
	case "cursor":
		var m Member
		if t := d.convs[e.Conv]; json.Unmarshal(e.Data, &m) == nil && t != nil {
			t.cursor(m)
		}
	case "list":
		var l struct{ List int64 }
		if json.Unmarshal(e.Data, &l) == nil && l.List != d.list {
			d.sync(ctx)
		}
	case "heads":
		var heads map[int64]int64
		if json.Unmarshal(e.Data, &heads) == nil && (d.behind(heads) || e.List > d.list) {
			d.sync(ctx)
		}
	case "resync":
		d.sync(ctx)
	default:
		if e.List == d.list+1 {
			d.list = e.List // by this alone: no conversation came or went before it
		}
		if d.events != nil {
			d.events(e.Type, e.Data)
		}
	}
}

// heard takes a pushed change; mu is held.
func (d *device) heard(ctx context.Context, e event, c change) {
	d.pushed[e.Conv] = max(d.pushed[e.Conv], c.version)
	for _, m := range c.members {
		d.note(Apply{Kind: "member", Conv: e.Conv, Version: e.Version, Member: &m})
	}
	if c.message != nil || len(c.members) == 0 {
		d.note(Apply{Kind: "message", Conv: e.Conv, Version: e.Version, Message: c.message})
	}
	d.timeline(ctx, e.Conv).apply(c)
}

// note writes what was shown into the history; mu is held.
func (d *device) note(a Apply) {
	a.Who, a.Device, a.Source, a.Op, a.Epoch, a.Socket = d.who.id, d.name, d.source, d.op, d.epoch, d.socket
	d.h.apply(a)
}

func (d *device) timeline(ctx context.Context, id int64) *timeline {
	t := d.convs[id]
	if t == nil {
		t = &timeline{id: id, members: map[int64]Member{}, gap: func() { d.repairs++; d.sync(ctx) }}
		t.placed = func(m Message) {
			d.note(Apply{Kind: "message", Conv: id, Version: m.Version, Message: &m, Placed: true})
			d.moveCursor(ctx, t)
		}
		t.late = func(after func(), delay time.Duration) {
			time.AfterFunc(delay, func() {
				d.mu.Lock()
				defer d.mu.Unlock()
				after()
			})
		}
		d.convs[id] = t
	}
	return t
}

func (d *device) behind(heads map[int64]int64) bool {
	for id, version := range heads {
		t := d.convs[id]
		if t != nil && t.synced && t.version < version && d.pushed[id] < version {
			d.repairs++ // heads also speak of what was pushed just before one left
		}
		if t == nil || !t.synced || t.version < version {
			return true
		}
	}
	return false
}
