package hub

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"
)

// JoinGroup makes person a receiver of the group's pushes for as long as the person is
// present: through a reconnect, until the grace is over. Someone absent does not join.
func (h *Hub) JoinGroup(group string, person int64) {
	h.joinHere(group, person)
	h.tellNodes(note{Join: person, Group: group}, nil)
}

// LeaveGroup ends what JoinGroup began.
func (h *Hub) LeaveGroup(group string, person int64) {
	h.groups.leave(group, person)
	h.tellNodes(note{Leave: person, Group: group}, nil)
}

func (h *Hub) joinHere(group string, person int64) {
	h.presence.whilePresent(person, func() { h.groups.join(group, person) })
}

// groups is group -> people, and back for those who go.
type groups struct {
	mu   sync.Mutex                    // held by every change
	of   map[int64]map[string]struct{} // guarded by mu
	seed maphash.Seed

	shards [shardCount]struct {
		sync.RWMutex
		groups map[string]*group // guarded by the shard's mutex
	}
}

// group is guarded by its shard's mutex.
type group struct {
	people map[int64]struct{}
	list   []int64 // of people; replaced, never changed; nil after a change until it is asked for
}

func newGroups() *groups {
	g := &groups{of: make(map[int64]map[string]struct{}), seed: maphash.MakeSeed()}
	for i := range g.shards {
		g.shards[i].groups = make(map[string]*group)
	}
	return g
}

func (g *groups) shard(name string) int {
	return int(maphash.String(g.seed, name) % shardCount)
}

func (g *groups) join(name string, person int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of[person] == nil {
		g.of[person] = make(map[string]struct{})
	}
	g.of[person][name] = struct{}{}
	sh := &g.shards[g.shard(name)]
	sh.Lock()
	defer sh.Unlock()
	gr := sh.groups[name]
	if gr == nil {
		gr = &group{people: make(map[int64]struct{})}
		sh.groups[name] = gr
	}
	gr.people[person], gr.list = struct{}{}, nil
}

func (g *groups) leave(name string, person int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.of[person], name)
	if len(g.of[person]) == 0 {
		delete(g.of, person)
	}
	g.drop(name, person)
}

// forget takes person out of every group.
func (g *groups) forget(person int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name := range g.of[person] {
		g.drop(name, person)
	}
	delete(g.of, person)
}

// drop is called with mu held.
func (g *groups) drop(name string, person int64) {
	sh := &g.shards[g.shard(name)]
	sh.Lock()
	defer sh.Unlock()
	gr := sh.groups[name]
	if gr == nil {
		return
	}
	delete(gr.people, person)
	gr.list = nil
	if len(gr.people) == 0 {
		delete(sh.groups, name)
	}
}

func (g *groups) members(name string) []int64 {
	sh := &g.shards[g.shard(name)]
	sh.RLock()
	gr := sh.groups[name]
	if gr == nil || gr.list != nil {
		defer sh.RUnlock()
		if gr == nil {
			return nil
		}
		return gr.list
	}
	sh.RUnlock()

	sh.Lock()
	defer sh.Unlock()
	gr = sh.groups[name] // it may have gone between the two locks
	if gr == nil {
		return nil
	}
	if gr.list == nil {
		gr.list = slices.Collect(maps.Keys(gr.people))
	}
	return gr.list
}
