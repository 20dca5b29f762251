package hub

import (
	"maps"
	"slices"
	"sync"
)

const (
	shardBits  = 6
	shardCount = 1 << shardBits
)

// shardOf spreads ids: their low bits are a counter that is mostly zero, so they are mixed.
func shardOf(person int64) int {
	return int(uint64(person) * 0x9E3779B97F4A7C15 >> (64 - shardBits))
}

// index is person -> attached sockets. The slices are replaced, never changed, so a push holds
// no lock while it enqueues.
type index struct {
	shards [shardCount]struct {
		sync.RWMutex
		sockets map[int64][]*socket // guarded by the mutex
	}
}

func newIndex() *index {
	x := new(index)
	for i := range x.shards {
		x.shards[i].sockets = make(map[int64][]*socket)
	}
	return x
}

func (x *index) of(person int64) []*socket {
	sh := &x.shards[shardOf(person)]
	sh.RLock()
	defer sh.RUnlock()
	return sh.sockets[person]
}

func (x *index) add(person int64, s *socket) {
	sh := &x.shards[shardOf(person)]
	sh.Lock()
	defer sh.Unlock()
	old := sh.sockets[person]
	sh.sockets[person] = append(slices.Clip(old), s)
}

func (x *index) remove(person int64, s *socket) {
	sh := &x.shards[shardOf(person)]
	sh.Lock()
	defer sh.Unlock()
	old := sh.sockets[person]
	left := make([]*socket, 0, len(old))
	for _, other := range old {
		if other != s {
			left = append(left, other)
		}
	}
	if len(left) == 0 {
		delete(sh.sockets, person)
		return
	}
	sh.sockets[person] = left
}

func (x *index) list() []int64 {
	var people []int64
	for i := range x.shards {
		sh := &x.shards[i]
		sh.RLock()
		people = slices.AppendSeq(people, maps.Keys(sh.sockets))
		sh.RUnlock()
	}
	return people
}

// reaches is how everybody is connected.
func (x *index) reaches() map[int64]Reach {
	all := map[int64]Reach{}
	for i := range x.shards {
		sh := &x.shards[i]
		sh.RLock()
		for person, sockets := range sh.sockets {
			all[person] = OnlyAside
			if slices.ContainsFunc(sockets, func(s *socket) bool { return !s.aside }) {
				all[person] = InFront
			}
		}
		sh.RUnlock()
	}
	return all
}

// where walks all attached sockets; for rare questions only. What ask reads of a socket must
// not change after it was added.
func (x *index) where(ask func(*socket) bool) (found []*socket) {
	for i := range x.shards {
		sh := &x.shards[i]
		sh.RLock()
		for _, sockets := range sh.sockets {
			for _, s := range sockets {
				if ask(s) {
					found = append(found, s)
				}
			}
		}
		sh.RUnlock()
	}
	return found
}
