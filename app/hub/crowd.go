package hub

import (
	"sync"
	"time"
)

// A push to very many people would hold up everything behind it: whoever pushes, which on SQLite is the one that
// answers all writes, and the processor, with thousands of sockets that all want to write at once. So it is made
// beside, a slice at a time.
const (
	// manyReceivers is the size from which a push is made beside.
	manyReceivers = 256

	// crowdSlice is how many people are pushed to before everybody else has a turn.
	crowdSlice = 128

	// crowdPause is that turn. Nobody pauses while another crowd waits: then all there is must go out.
	crowdPause = time.Millisecond

	// crowdsWaiting is how many pushes may wait; who makes one more waits himself until there is room.
	crowdsWaiting = 64
)

// crowd makes large pushes one after the other, in the order in which they came, with a goroutine that runs while
// there are any.
type crowd struct {
	places chan struct{} // one for each that waits
	all    sync.WaitGroup

	mu      sync.Mutex
	waiting []gatheredPush // guarded by mu
	running bool           // guarded by mu
	closed  bool           // guarded by mu
}

type gatheredPush struct {
	people []int64
	letter *letter
}

func newCrowd() *crowd { return &crowd{places: make(chan struct{}, crowdsWaiting)} }

// add takes a push over. Its people may not be changed any more.
func (c *crowd) add(people []int64, l *letter) {
	c.places <- struct{}{}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed { // all sockets are going
		<-c.places
		return
	}
	c.waiting = append(c.waiting, gatheredPush{people, l})
	if !c.running {
		c.running = true
		c.all.Go(c.run)
	}
}

func (c *crowd) run() {
	for {
		c.mu.Lock()
		if len(c.waiting) == 0 {
			c.running = false
			c.mu.Unlock()
			return
		}
		next := c.waiting[0]
		c.waiting = c.waiting[1:]
		c.mu.Unlock()
		c.deliver(next)
		<-c.places
	}
}

func (c *crowd) deliver(p gatheredPush) {
	for len(p.people) > 0 {
		n := min(crowdSlice, len(p.people))
		p.letter.deliver(p.people[:n])
		p.people = p.people[n:]
		if len(p.people) > 0 && len(c.places) == 1 {
			time.Sleep(crowdPause)
		}
	}
}

// close drops what waits and returns when nothing is pushed any more.
func (c *crowd) close() {
	c.mu.Lock()
	c.closed = true
	for range c.waiting {
		<-c.places
	}
	c.waiting = nil
	c.mu.Unlock()
	c.all.Wait()
}
