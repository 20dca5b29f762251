package hub

import (
	"sync"
	"time"
)

// presence says who is here: everyone with an attached socket, on whatever node, and for the grace
// everyone who had one, so a reload or a ride in a lift is not an absence.
type presence struct {
	grace  time.Duration
	after  func(time.Duration, func()) (stop func() bool)
	gone   func(person int64) // called with mu held, so that nobody who came back is forgotten
	caught func(where string) // deferred around hooks: a panic of theirs ends there
	hooks  []func(person int64, present bool)

	mu     sync.Mutex
	stays  map[int64]*stay  // guarded by mu
	news   map[int64][]bool // guarded by mu; a key for every person whose hooks are being called
	closed bool             // guarded by mu
	calls  sync.WaitGroup
}

// stay is one uninterrupted presence, guarded by presence.mu.
type stay struct {
	sockets int
	round   int         // of the grace; a timer that fires for an older one is late
	stop    func() bool // ends the grace; nil while there are sockets
}

func newPresence(grace time.Duration, after func(time.Duration, func()) func() bool, gone func(int64), caught func(string)) *presence {
	return &presence{grace: grace, after: after, gone: gone, caught: caught,
		stays: make(map[int64]*stay), news: make(map[int64][]bool)}
}

func (p *presence) hook(f func(int64, bool)) { p.hooks = append(p.hooks, f) }

// arrive counts a socket of person, or another node that has some.
func (p *presence) arrive(person int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	st := p.stays[person]
	if st == nil {
		st = new(stay)
		p.stays[person] = st
	}
	if st.sockets == 0 {
		p.tell(person, true) // within the grace too: who hands out work wants to know
	}
	st.sockets++
	if st.stop != nil {
		st.stop()
		st.stop = nil
	}
}

// leave takes back one arrive; after the last one the grace begins.
func (p *presence) leave(person int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	st := p.stays[person]
	if st.sockets--; st.sockets == 0 {
		p.wait(person, st)
	}
}

// expect begins a grace for someone who is not here.
func (p *presence) expect(person int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.stays[person] != nil {
		return
	}
	st := new(stay)
	p.stays[person] = st
	p.wait(person, st)
}

// wait starts the grace; called with mu held.
func (p *presence) wait(person int64, st *stay) {
	st.round++
	round := st.round
	st.stop = p.after(p.grace, func() { p.lapse(person, st, round) })
}

// lapse ends a stay whose grace is over, unless a socket came or a newer grace began.
func (p *presence) lapse(person int64, st *stay, round int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.stays[person] != st || st.sockets > 0 || st.round != round {
		return
	}
	delete(p.stays, person)
	p.gone(person)
	p.tell(person, false)
}

func (p *presence) present(person int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stays[person] != nil
}

func (p *presence) connected(person int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	st := p.stays[person]
	return st != nil && st.sockets > 0
}

// whilePresent runs f if person is present; the person stays so until f returns.
func (p *presence) whilePresent(person int64, f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stays[person] != nil {
		f()
	}
}

// tell queues a change for the hooks; called with mu held. One goroutine a person calls them,
// so a slow hook delays only news about the same person and order is kept.
func (p *presence) tell(person int64, present bool) {
	if len(p.hooks) == 0 || p.closed {
		return
	}
	_, calling := p.news[person]
	p.news[person] = append(p.news[person], present)
	if !calling {
		p.calls.Go(func() { p.call(person) })
	}
}

func (p *presence) call(person int64) {
	for {
		p.mu.Lock()
		news := p.news[person]
		if len(news) == 0 {
			delete(p.news, person)
			p.mu.Unlock()
			return
		}
		p.news[person] = news[1:]
		p.mu.Unlock()
		for _, f := range p.hooks {
			p.callOne(f, person, news[0])
		}
	}
}

func (p *presence) callOne(f func(int64, bool), person int64, present bool) {
	defer p.caught("presence hook")
	f(person, present)
}

// close stops the graces. From now on nobody leaves: who was here when the server went away is
// not absent, and a dispatcher that still runs must not think so.
func (p *presence) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, st := range p.stays {
		if st.stop != nil {
			st.stop()
		}
	}
}
