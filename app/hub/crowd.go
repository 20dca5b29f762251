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

	// crowdSlice is how many people are pushed to before everybody else has a turn: as many sockets want the
	// processor at once, here and perhaps where they are read, and who comes then waits for all of them.
	crowdSlice = 32

	// crowdPause is that turn, where nothing is pressing.
	crowdPause = time.Millisecond

	// crowdRest is how long all turns of one push may take: nobody should be told much later than the first.
	crowdRest = 100 * time.Millisecond

	// crowdsHurry is how many pushes may wait until there are no turns any more: then all there is must go out.
	crowdsHurry = 8

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
	slices := (len(p.people) + crowdSlice - 1) / crowdSlice
	for len(p.people) > 0 {
		n := min(crowdSlice, len(p.people))
		p.letter.deliver(p.people[:n])
		p.people = p.people[n:]
		if len(p.people) > 0 {
			time.Sleep(turn(slices, len(c.places)))
		}
	}
}

// turn is the pause between two slices of a push: the shorter, the more slices it has and the more pushes wait, itself
// among them.
func turn(slices, waiting int) time.Duration {
	if waiting > crowdsHurry {
		return 0
	}
	return min(crowdPause, crowdRest/time.Duration(slices)) / time.Duration(max(waiting, 1))
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
