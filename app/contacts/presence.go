package contacts

import (
	"context"
	"maps"
	"slices"
	"time"

	"ichat/app/hub"
)

const (
	// gather is how long arrivals and departures are collected before their friends are told: after a restart
	// everybody comes at once.
	gather = 200 * time.Millisecond

	// presenceSlice is how many people one question names.
	presenceSlice = 500
)

// Presence hears from the hub that somebody came, or that his grace is over, and only takes note. Every node
// hears of everybody, so each tells its own sockets.
func (s *Service) Presence(person int64, _ bool) {
	s.mu.Lock()
	s.moved[person] = true
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it is awake, and will find this too
	}
}

// Run tells friends who came and went, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		}
		timer := time.NewTimer(gather)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		s.mu.Lock()
		moved := slices.Collect(maps.Keys(s.moved))
		s.moved = map[int64]bool{}
		s.mu.Unlock()
		for some := range slices.Chunk(moved, presenceSlice) {
			if err := s.tellPresence(ctx, some); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "friends are not told who came and went", "err", err)
			}
		}
	}
}

func (s *Service) tellPresence(ctx context.Context, people []int64) error {
	rows, err := watchersOf(ctx, s.db.R, people)
	if err != nil {
		return err
	}
	states := map[int64]string{}
	for _, r := range rows {
		states[r.PersonID] = seen(r.Presence, s.hub.Present(r.PersonID), true, false)
	}
	for person, watchers := range byPerson(rows) {
		s.hub.PushHere(watchers, presenceFrame(person, states[person]))
	}
	return nil
}

func byPerson(rows []watcherRow) map[int64][]int64 {
	found := map[int64][]int64{}
	for _, r := range rows {
		found[r.PersonID] = append(found[r.PersonID], r.WatcherID)
	}
	return found
}

func presenceFrame(person int64, state string) hub.Frame {
	return hub.Frame{Type: "presence", Data: Presence{PersonID: person, State: state}}
}
