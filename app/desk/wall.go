package desk

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"ichat/app/hub"
	"ichat/app/people"
)

const (
	// watchFor is how long somebody watches a board after he last asked for it. His page asks again before.
	watchFor = 5 * time.Minute

	// boardEvery is how often boards are told at most: a person reads no faster, and a busy site would
	// read its whole day for every message.
	boardEvery = time.Second
)

// wall is a board of a site for the readers whose day began at the same moment (Unix milliseconds).
type wall struct{ site, from int64 }

func (w wall) group() string { return fmt.Sprintf("board:%d:%d", w.site, w.from) }

// walls is who watches which board, by way of this node.
type walls struct {
	mu    sync.Mutex
	until map[wall]map[int64]time.Time // person -> end; guarded by mu
}

func newWalls() *walls { return &walls{until: map[wall]map[int64]time.Time{}} }

func (a *walls) watch(w wall, person int64, until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.until[w] == nil {
		a.until[w] = map[int64]time.Time{}
	}
	a.until[w][person] = until
}

func (a *walls) leave(w wall, person int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.until[w], person)
	if len(a.until[w]) == 0 {
		delete(a.until, w)
	}
}

func (a *walls) sites() set {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := set{}
	for w := range a.until {
		all[w.site] = true
	}
	return all
}

// of lists the boards of a site that are watched, with their watchers and when each of them ends.
func (a *walls) of(site int64) map[wall]map[int64]time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := map[wall]map[int64]time.Time{}
	for w, watchers := range a.until {
		if w.site != site {
			continue
		}
		found[w] = map[int64]time.Time{}
		for person, until := range watchers {
			found[w][person] = until
		}
	}
	return found
}

// toldBoards is the topic under which nodes tell each other whose board changed.
const toldBoards = "boards"

// boardChanged has the board of a site told, also to those who watch it by way of another node.
func (s *Service) boardChanged(site int64) {
	s.boards.add(news{sites: setOf(site)})
	s.hub.Tell(toldBoards, strconv.AppendInt(nil, site, 10))
}

// hearNodes listens to what other nodes tell of boards, and looks at all that are watched when some of it may be lost.
func (s *Service) hearNodes() {
	s.hub.OnTold(toldBoards, func(hint []byte) {
		if site, err := strconv.ParseInt(string(hint), 10, 64); err == nil {
			s.boards.add(news{sites: setOf(site)})
		}
	})
	s.hub.OnMissed(func() { s.boards.add(news{sites: s.walls.sites()}) })
}

// showing tells the boards of the sites something happened on, then rests, so that what happens
// meanwhile is told at once afterwards.
func (s *Service) showing(ctx context.Context, n news) (failed news) {
	shown := false
	for _, site := range n.sites.list() {
		some, err := s.showBoards(ctx, site)
		if err != nil {
			missed(ctx, s.log, "board not told", err, "site", site)
			failed.merge(news{sites: setOf(site)})
		}
		shown = shown || some
	}
	if shown {
		select {
		case <-ctx.Done():
		case <-time.After(boardEvery):
		}
	}
	return failed
}

// showBoards pushes the boards of a site that somebody watches; shown is false when nobody does.
func (s *Service) showBoards(ctx context.Context, site int64) (shown bool, err error) {
	for w, watchers := range s.walls.of(site) {
		some, err := s.stillWatched(ctx, w, watchers)
		if err != nil {
			return shown, err
		}
		if !some {
			continue
		}
		b, err := s.board(ctx, w)
		if err != nil {
			return shown, err
		}
		s.hub.PushGroup(w.group(), hub.Frame{Type: "board", Data: b, Droppable: true}) // the next one has all of it
		shown = true
	}
	return shown, nil
}

// stillWatched takes leave of the watchers who went away, or lead the site no more, and tells whether any is left.
func (s *Service) stillWatched(ctx context.Context, w wall, watchers map[int64]time.Time) (some bool, err error) {
	for person, until := range watchers {
		role, err := s.people.RoleOn(ctx, person, w.site)
		if err != nil {
			return false, err
		}
		if people.Leads(role) && s.hub.Present(person) && s.now().Before(until) {
			some = true
			continue
		}
		s.walls.leave(w, person)
		s.hub.LeaveGroup(w.group(), person)
	}
	return some, nil
}
