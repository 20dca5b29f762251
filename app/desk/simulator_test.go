package desk_test

import (
	"container/heap"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ichat/app/chat"
	"ichat/app/desk"
)

var (
	simSeed = flag.Uint64("sim.seed", 0, "one more seed for the simulated days")
	simDays = flag.Int("sim.days", 1, "how many days each seed simulates")
)

// TestNoDayBreaksAPromise lets whole days pass in virtual time at the real desk, over its own API, on SQLite: visitors
// come when they like, agents work, are busy, away, cut off or silent, and every timer of every rule runs. After each
// step, when nothing moves any more, the promises are looked at (simulator_promises_test.go).
func TestNoDayBreaksAPromise(t *testing.T) {
	if testing.Short() {
		t.Skip("days take half a minute")
	}
	onSQLite(t)
	seeds := []uint64{1, 2}
	if watched {
		seeds = seeds[1:] // the crowded day has everything in it
	}
	if *simSeed != 0 {
		seeds = append(seeds, *simSeed)
	}
	happened := map[string]int{}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inVirtualTime(t, func(p *product) {
				d := newDays(p, seed)
				d.run(*simDays)
				for kind, n := range d.happened() {
					happened[kind] += n
				}
				d.report()
			})
		})
	}
	if t.Failed() || watched {
		return
	}
	for _, kind := range []string{"boosted", "nudged", "requeued", "apologized", "overflowed", "idle_warned", "closed", "absent", "no_answer", "idle", "gone", "transferred"} {
		if happened[kind] == 0 {
			t.Errorf("nothing was %s in all these days: they try too little", kind)
		}
	}
}

// simQueue is a queue as the promises see it.
type simQueue struct {
	id       int64
	page     string
	cap      int
	everyone bool
	agents   []int64
}

func (q simQueue) serves(agent int64) bool { return q.everyone || slices.Contains(q.agents, agent) }

// simAgent is an agent and what he is up to.
type simAgent struct {
	*client
	cap       int
	state     string
	connected bool
}

// simVisitor is somebody who wants something, for so many exchanges.
type simVisitor struct {
	*client
	left   int
	online bool
}

// days is a run of the simulator.
type days struct {
	p        *product
	rnd      *rand.Rand
	queues   []simQueue
	agents   []*simAgent
	visitors map[int64]*simVisitor // by person
	todo     plan
	arrives  time.Time // nobody comes after this
	steps    int
	promises promises
}

func newDays(p *product, seed uint64) *days {
	d := &days{p: p, rnd: rand.New(rand.NewPCG(seed, seed)), visitors: map[int64]*simVisitor{}}
	d.promises = newPromises(d)
	for n := range 7 {
		a := &simAgent{client: p.member(fmt.Sprint("agent ", n), "agent", 1+n%3), cap: 1 + n%3, connected: true, state: "online"}
		a.connect()
		a.goes("online")
		d.agents = append(d.agents, a)
	}
	owner := p.member("Owner", "owner", 0)
	ids := []int64{owner.queueList()[0].ID}
	for _, name := range []string{"Sales", "Help", "Phone"} {
		ids = append(ids, owner.addsQueue(name).ID)
	}
	ladder := map[string]int{"nudge_s": 30, "requeue_s": 75, "times": 2}
	idle := map[string]int{"warn_s": 240, "close_s": 480, "gone_s": 0}
	boost := map[string]int{"every_s": 150, "step": 1, "most": 2}
	d.queue(owner, ids[0], 0, nil, map[string]any{"strategy": "least_busy", "answer": ladder, "idle": idle, "boost": boost,
		"overflow": map[string]any{"after_s": 420, "to_queue": ids[1]}, "away_s": 45})
	d.queue(owner, ids[1], 2, d.agents[:4], map[string]any{"strategy": "round_robin", "answer": ladder, "idle": idle, "cap": 2})
	d.queue(owner, ids[2], 0, d.agents[3:], map[string]any{"strategy": "skill", "answer": ladder, "idle": idle, "boost": boost,
		"overflow": map[string]any{"after_s": 300, "to_queue": ids[0]}})
	d.queue(owner, ids[3], 0, nil, map[string]any{"strategy": "longest_idle", "idle": map[string]int{"warn_s": 240, "close_s": 480, "gone_s": 300}})
	return d
}

// queue gives a queue its rules, and the agents who are named for it; nil is everybody.
func (d *days) queue(owner *client, id int64, most int, agents []*simAgent, rules map[string]any) {
	q := simQueue{id: id, page: fmt.Sprintf("https://shop.test/%d", len(d.queues)), cap: most, everyone: agents == nil}
	named := []map[string]any{}
	for _, a := range agents {
		q.agents = append(q.agents, a.id)
		named = append(named, map[string]any{"person_id": a.id, "level": 1 + d.rnd.IntN(5)})
	}
	rules["everyone"], rules["pages"] = q.everyone, []string{q.page}
	owner.call("PATCH", fmt.Sprintf("/api/admin/queues/%d", id), map[string]any{"rules": rules, "agents": named}, nil)
	d.queues = append(d.queues, q)
}

// run lets the days pass: people come for some hours of each, and the evening sees the last of them off.
func (d *days) run(n int) {
	for day := range n {
		morning := time.Until(firstDay.Add(time.Duration(day) * 24 * time.Hour))
		d.in(max(morning, 0), d.open)
		end := time.Now().Add(max(morning, 0) + 6*time.Hour)
		for len(d.todo) > 0 && time.Now().Before(end) {
			d.step()
		}
	}
}

// comingFor is how long people come on a day. Under the race detector, which looks for other things than a day without it
// and makes it ten times longer, the morning will do.
func comingFor() time.Duration {
	if watched {
		return 75 * time.Minute
	}
	return 4 * time.Hour
}

// open begins a day.
func (d *days) open() {
	d.arrives = time.Now().Add(comingFor())
	d.tick()
	d.comes()
	for _, a := range d.agents {
		d.lives(a)
		d.lineBreaks(a)
	}
}

// step lets the next thing happen, and looks at the promises before and after it, when nothing moves.
func (d *days) step() {
	next := heap.Pop(&d.todo).(planned)
	time.Sleep(time.Until(next.at))
	synctest.Wait()
	d.promises.look()
	next.do()
	synctest.Wait()
	d.promises.look()
	d.steps++
}

func (d *days) in(wait time.Duration, do func()) {
	heap.Push(&d.todo, planned{time.Now().Add(wait), len(d.todo), do})
}

// between is a random time.
func (d *days) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.rnd.Int64N(int64(most-least)))
}

func (d *days) chance(p float64) bool { return d.rnd.Float64() < p }

// tick looks at the promises also while nobody does anything.
func (d *days) tick() {
	if time.Now().Before(d.arrives.Add(2 * time.Hour)) {
		d.in(30*time.Second, d.tick)
	}
}

// comes is a visitor, and the next one.
func (d *days) comes() {
	if time.Now().After(d.arrives) {
		return
	}
	d.in(time.Duration(d.rnd.ExpFloat64()*float64(65*time.Second)), d.comes)
	v := &simVisitor{client: d.p.visitor("visitor"), left: 1 + d.rnd.IntN(4), online: d.chance(0.15)}
	d.visitors[v.id] = v
	if v.online {
		v.connect()
	}
	said := text("hello")
	said["page"] = d.queues[d.rnd.IntN(len(d.queues))].page
	var m chat.Message
	v.call("POST", "/api/live/messages", said, &m)
	if d.chance(0.08) {
		d.in(d.between(3*time.Minute, 15*time.Minute), func() { v.try("POST", "/api/live/end", nil, nil) })
	}
	if v.online && d.chance(0.5) {
		d.in(d.between(time.Minute, 20*time.Minute), v.vanishes)
	}
}

// given is what an agent does with a ticket that came to him.
func (d *days) given(a *simAgent, t simTicket) {
	switch {
	case d.chance(0.12): // nothing
	case d.chance(0.06):
		d.in(d.between(5*time.Second, 40*time.Second), func() { a.try("POST", path(t.ID, "/transfer"), d.somewhere(), nil) })
	default:
		d.in(d.between(5*time.Second, 70*time.Second), func() { d.answers(a, t) })
	}
}

// somewhere is where a ticket may be passed to.
func (d *days) somewhere() map[string]any {
	if d.chance(0.5) {
		return toQueue(d.queues[d.rnd.IntN(len(d.queues))].id)
	}
	return toAgent(d.agents[d.rnd.IntN(len(d.agents))].client)
}

func (d *days) answers(a *simAgent, t simTicket) {
	if a.try("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", t.ConversationID), text("let me see"), nil) != nil {
		return // it is somebody else's by now
	}
	v := d.visitors[t.VisitorID]
	v.left--
	switch {
	case v.left <= 0 && d.chance(0.75):
		d.in(d.between(20*time.Second, 3*time.Minute), func() { a.try("POST", path(t.ID, "/close"), nil, nil) })
	case v.left > 0 && d.chance(0.85):
		d.in(d.between(10*time.Second, 2*time.Minute), func() { d.asks(v, a, t) })
	}
}

func (d *days) asks(v *simVisitor, a *simAgent, t simTicket) {
	if l := v.live(); l.State != "open" || l.TicketID != t.ID {
		return
	}
	v.call("POST", "/api/live/messages", text("and this?"), nil)
	d.in(d.between(10*time.Second, 90*time.Second), func() { d.answers(a, t) })
}

// lives is an agent's day: a pause now and then, in which he sometimes takes somebody by hand.
func (d *days) lives(a *simAgent) {
	d.in(d.between(20*time.Minute, 90*time.Minute), func() {
		if time.Now().After(d.arrives) {
			return
		}
		d.turns(a, []string{"busy", "away", "invisible"}[d.rnd.IntN(3)])
		if waiting := a.desk().Waiting; len(waiting) > 0 && d.chance(0.5) {
			a.try("POST", path(waiting[d.rnd.IntN(len(waiting))].ID, "/take"), nil, nil)
		}
		d.in(d.between(2*time.Minute, 15*time.Minute), func() {
			d.turns(a, "online")
			d.lives(a)
		})
	})
}

func (d *days) turns(a *simAgent, state string) {
	a.goes(state)
	a.state = state
}

// lineBreaks cuts an agent off for a while: shorter or longer than the grace.
func (d *days) lineBreaks(a *simAgent) {
	d.in(d.between(30*time.Minute, 3*time.Hour), func() {
		if time.Now().After(d.arrives) {
			return
		}
		a.vanishes()
		a.connected = false
		d.in(d.between(5*time.Second, 3*time.Minute), func() {
			a.connect()
			a.connected = true
			d.lineBreaks(a)
		})
	})
}

// planned is something that will happen.
type planned struct {
	at time.Time
	n  int // of those at the same moment the first planned is the first
	do func()
}

type plan []planned

func (p plan) Len() int { return len(p) }
func (p plan) Less(i, j int) bool {
	return p[i].at.Before(p[j].at) || p[i].at.Equal(p[j].at) && p[i].n < p[j].n
}
func (p plan) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *plan) Push(x any)   { *p = append(*p, x.(planned)) }
func (p *plan) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// foretold is what a visitor was told when he began to wait, and how it came.
type foretold struct {
	estimate desk.Estimate
	waited   time.Duration
}
