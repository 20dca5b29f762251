package chat

import (
	"maps"
	"slices"
	"sync"
)

// watch is what the devices connected to this node have been told, so that repair can compare it with
// the database: the conversations of the people here, and how far each has passed by.
type watch struct {
	mu     sync.Mutex
	heard  map[int64]Known  // conversation -> highest version that passed, sum of cursors; guarded by mu
	places map[int64]places // person -> where he is; guarded by mu
}

// places are the conversations somebody is in, as of his list.
type places struct {
	list int64
	in   []int64
}

func newWatch() *watch {
	return &watch{heard: map[int64]Known{}, places: map[int64]places{}}
}

// begin looks after what a device of a person got from a snapshot. Where others have been told less, that
// counts: they still lack it.
func (w *watch) begin(person, list int64, has map[int64]Known) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.places[person] = places{list: list, in: slices.Collect(maps.Keys(has))}
	for id, known := range has {
		if _, watched := w.heard[id]; !watched {
			w.heard[id] = known
		}
	}
}

// pass is a hook for hub.OnPass.
func (w *watch) pass(conversation, version, moved int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if h, watched := w.heard[conversation]; watched {
		w.heard[conversation] = Known{max(h[0], version), h[1] + moved}
	}
}

// keep forgets everybody but these people, and the conversations nobody of them is in. It returns the
// list each was last told of, and what has passed.
func (w *watch) keep(people []int64) (lists map[int64]int64, heard map[int64]Known) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lists, heard = make(map[int64]int64, len(people)), map[int64]Known{}
	for _, person := range people {
		p := w.places[person]
		lists[person] = p.list
		for _, id := range p.in {
			heard[id] = w.heard[id]
		}
	}
	maps.DeleteFunc(w.places, func(person int64, _ places) bool { _, here := lists[person]; return !here })
	maps.DeleteFunc(w.heard, func(id int64, _ Known) bool { _, kept := heard[id]; return !kept })
	return lists, heard
}

// level takes note of what the database has and repair is about to tell. It answers whether the cursors
// need telling: not when they moved while the database was asked, for then the next round knows better.
func (w *watch) level(conversation int64, asked, has Known) (cursors bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.heard[conversation]
	cursors = h[1] == asked[1] && h[1] != has[1]
	if cursors {
		h[1] = has[1]
	}
	w.heard[conversation] = Known{max(h[0], has[0]), h[1]}
	return cursors
}

// inside lists who of the people here is in each of these conversations.
func (w *watch) inside(conversations map[int64]Known) map[int64][]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := map[int64][]int64{}
	for person, p := range w.places {
		for _, id := range p.in {
			if _, asked := conversations[id]; asked {
				found[id] = append(found[id], person)
			}
		}
	}
	return found
}
