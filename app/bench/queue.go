package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	turnsPerS   = 20               // while assignments are timed: 1,200 a minute
	turnWorkers = 16               // while they are counted, as fast as it goes
	turnIn      = 10 * time.Second // the longest a place may stay free
	setters     = 8                // requests at once while the stage is set
	queueUpIn   = time.Minute
)

// QueueResult is what `ichat bench queue` prints.
type QueueResult struct {
	Assign     Spread   `json:"assign_ms"`         // from the request that frees a place to the agent being told
	PerS       float64  `json:"assignments_per_s"` // as fast as it goes, with what visitors and agents do beside it
	Queries    *float64 `json:"queries_per_assignment"`
	AllQueries *float64 `json:"all_queries_per_assignment"` // with the request that ended and the one that queued up again
	Figures             // seconds and CPU of both halves
	Agents     int      `json:"agents"`
	Waiting    int      `json:"waiting"`
	Timed      int      `json:"timed"`
	SyncMs     *float64 `json:"disk_sync_ms"` // 4 KiB made durable: a turn waits for two, and writes a third
}

// Queue measures the dispatcher with capacity that becomes free: every agent has one conversation and takes no
// more, the others wait. In a turn a visitor ends his conversation, the agent gets the one who has waited
// longest, and the visitor who left queues up again, so as many wait all the time. The first half of the
// seconds has 20 turns a second and times them; the second half makes as many as it can.
func Queue(ctx context.Context, o Options) (QueueResult, error) {
	o, err := o.forQueue()
	if err != nil {
		return QueueResult{}, err
	}
	if o.URL != "" {
		return queue(ctx, o, caller{api: newAPI(o.URL), token: o.Token}, nil)
	}
	h, err := newHome()
	if err != nil {
		return QueueResult{}, err
	}
	defer h.remove()
	if h.debug, err = freeAddr(); err != nil {
		return QueueResult{}, err
	}
	took, err := syncTime(h.dir)
	if err != nil {
		return QueueResult{}, err
	}
	server, owner, err := h.open(ctx)
	if err != nil {
		return QueueResult{}, err
	}
	defer server.stop()
	r, err := queue(ctx, o, owner, server)
	syncMs := millis(took)
	r.SyncMs = &syncMs
	return r, err
}

func (o Options) forQueue() (Options, error) {
	if o.Agents == 0 {
		o.Agents = 200
	}
	if o.Waiting == 0 {
		o.Waiting = 1000
	}
	if o.Agents < 1 || o.Agents > 2000 || o.Waiting < 1 || o.Waiting > 20000 {
		return o, errors.New("agents must be 1 to 2000 and waiting 1 to 20000")
	}
	return o.checked(1)
}

func queue(ctx context.Context, o Options, owner caller, server *server) (QueueResult, error) {
	at, err := siteOf(ctx, owner, o.Site)
	if err != nil {
		return QueueResult{}, err
	}
	f := &floor{stage: &stage{api: owner.api, owner: owner, site: at, prefix: randomPrefix(), lost: make(chan error, o.Agents)}, free: make(chan *place, o.Agents)}
	defer f.close()
	began := time.Now()
	if err := f.open(ctx, o); err != nil {
		return QueueResult{}, err
	}
	o.say("%d agents at work and %d visitors waiting after %s", o.Agents, o.Waiting, time.Since(began).Round(time.Second))
	r, err := f.measure(ctx, o, server)
	if err == nil && server == nil {
		err = f.tidy(ctx)
	}
	return r, err
}

func (f *floor) measure(ctx context.Context, o Options, server *server) (QueueResult, error) {
	r := QueueResult{Agents: o.Agents, Waiting: o.Waiting}
	half := time.Duration(o.Seconds) * time.Second / 2
	before, _ := server.usage()
	counters, err := server.counters(ctx)
	if err != nil {
		return r, err
	}
	began := time.Now()
	timed, problems := f.paced(ctx, half)
	count, more := f.flatOut(ctx, half)
	r.Seconds = seconds(time.Since(began))
	problems = append(problems, more...)
	for _, problem := range problems {
		o.say("  %v", problem)
	}
	r.Errors, r.Timed, r.Assign = len(problems), len(timed), spreadOf(timed)
	r.PerS = round(float64(count) / half.Seconds())
	if u, ok := server.usage(); ok {
		cpu := seconds(u.cpu - before.cpu)
		r.CPU, r.RSS = &cpu, &u.rss
	}
	after, err := server.counters(ctx)
	if err != nil {
		return r, err
	}
	if made := after["ichat_assignments_total"] - counters["ichat_assignments_total"]; made > 0 {
		own := round((after["ichat_dispatch_queries_total"] - counters["ichat_dispatch_queries_total"]) / made)
		all := round((after["ichat_queries_total"] - counters["ichat_queries_total"]) / made)
		r.Queries, r.AllQueries = &own, &all
	}
	if len(timed) == 0 {
		return r, errors.Join(append(problems, errors.New("nothing was timed"))...)
	}
	return r, ctx.Err()
}

// floor is a stage on which everybody has one conversation or waits.
type floor struct {
	*stage
	mu       sync.Mutex
	visitors map[int64]caller // by conversation; guarded by mu
	free     chan *place      // agents with a conversation that nobody is about to end
}

// place is one agent and what he was given last.
type place struct {
	*agent
	given chan given // one slot
	has   int64      // the conversation; owned by whoever took the place from free
}

type given struct {
	conversation int64
	at           time.Time
}

func (f *floor) open(ctx context.Context, o Options) error {
	f.visitors = map[int64]caller{}
	var places []*place
	var mu sync.Mutex
	err := atOnce(ctx, setters, o.Agents, func(ctx context.Context, n int) error {
		a, err := f.invite(ctx, n, 1)
		if err != nil {
			return err
		}
		if a.socket, err = a.connect(ctx); err != nil {
			return err
		}
		p := &place{agent: a, given: make(chan given, 1)}
		f.listening.Go(func() { f.lost <- a.socket.listen(p.heard) })
		if _, err := a.call(ctx, http.MethodGet, "/api/desk", nil, nil); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		f.agents, places = append(f.agents, a), append(places, p)
		_, err = a.call(ctx, http.MethodPut, "/api/desk/seat", map[string]string{"state": "online"}, nil)
		return err
	})
	if err != nil {
		return err
	}
	err = atOnce(ctx, setters, o.Agents+o.Waiting, func(ctx context.Context, n int) error {
		v, err := f.api.visitor(ctx, f.site.Key)
		if err != nil {
			return err
		}
		conversation, err := f.queueUp(ctx, v, n)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.stage.visitors = append(f.stage.visitors, v)
		f.visitors[conversation] = v
		return err
	})
	if err != nil {
		return err
	}
	late, cancel := context.WithTimeout(ctx, queueUpIn)
	defer cancel()
	for _, p := range places {
		if err := p.waits(late); err != nil {
			return fmt.Errorf("wait until everybody has a conversation: %w", err)
		}
		f.free <- p
	}
	return nil
}

// queueUp lets a visitor write, which puts him at the end of the queue.
func (f *floor) queueUp(ctx context.Context, v caller, n int) (conversation int64, err error) {
	var said struct {
		ConversationID int64 `json:"conversation_id"`
	}
	in := map[string]any{"client_msg_id": fmt.Sprintf("%sturn-%d", f.prefix, n), "type": "text", "body": map[string]string{"text": hundred}}
	_, err = v.call(ctx, http.MethodPost, sayPath, in, &said)
	return said.ConversationID, err
}

var assignedLine = []byte(`"key":"ticket.assigned"`)

// heard is called with every frame of the agent's socket. Only he and the visitor get the line that says whose
// the conversation is now.
func (p *place) heard(frame []byte) {
	at := time.Now()
	line := bytes.Index(frame, assignedLine)
	if line < 0 {
		return
	}
	key := []byte(`"conversation_id":`)
	from := bytes.LastIndex(frame[:line], key)
	if from < 0 {
		return
	}
	var id int64
	for _, c := range frame[from+len(key) : line] {
		if c < '0' || c > '9' {
			break
		}
		id = 10*id + int64(c-'0')
	}
	select {
	case p.given <- given{conversation: id, at: at}:
	default: // more than one at a time: the turn that waits will notice
	}
}

// waits takes the next conversation.
func (p *place) waits(ctx context.Context) error {
	select {
	case g := <-p.given:
		p.has = g.conversation
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// turn ends the conversation of a place and returns how long it took until the agent had the next one.
func (f *floor) turn(ctx context.Context, p *place, n int) (time.Duration, error) {
	defer func() { f.free <- p }()
	f.mu.Lock()
	v := f.visitors[p.has]
	f.mu.Unlock()
	began := time.Now()
	if _, err := v.call(ctx, http.MethodPost, "/api/live/end", nil, nil); err != nil {
		return 0, err
	}
	late := time.NewTimer(turnIn)
	defer late.Stop()
	select {
	case g := <-p.given:
		p.has = g.conversation
		_, err := f.queueUp(ctx, v, n)
		return g.at.Sub(began), err
	case <-late.C:
		return 0, fmt.Errorf("an agent was free for %s", turnIn)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// turns are numbered from here on: the numbers below are those of the first messages.
const firstTurn = 1_000_000

// paced makes turnsPerS turns a second and times them.
func (f *floor) paced(ctx context.Context, d time.Duration) (timed []time.Duration, problems []error) {
	tick := time.NewTicker(time.Second / turnsPerS)
	defer tick.Stop()
	var going sync.WaitGroup
	var mu sync.Mutex
	for n := range int(d.Seconds() * turnsPerS) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return timed, append(problems, ctx.Err())
		}
		p := <-f.free
		going.Go(func() {
			took, err := f.turn(ctx, p, firstTurn+n)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				problems = append(problems, err)
				return
			}
			timed = append(timed, took)
		})
	}
	going.Wait()
	return timed, problems
}

// flatOut makes turns for as long as d lasts and counts them.
func (f *floor) flatOut(ctx context.Context, d time.Duration) (count int, problems []error) {
	var made, next atomic.Int64
	var mu sync.Mutex
	until := time.Now().Add(d)
	err := atOnce(ctx, turnWorkers, turnWorkers, func(ctx context.Context, _ int) error {
		for time.Now().Before(until) {
			if _, err := f.turn(ctx, <-f.free, 2*firstTurn+int(next.Add(1))); err != nil {
				mu.Lock()
				problems = append(problems, err)
				mu.Unlock()
				continue
			}
			made.Add(1)
		}
		return nil
	})
	if err != nil {
		problems = append(problems, err)
	}
	return int(made.Load()), problems
}

// atOnce does n things, some at a time, and stops at the first failure.
func atOnce(ctx context.Context, some, n int, do func(ctx context.Context, i int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	for range some {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := do(ctx, int(i)); err != nil {
					stop(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
