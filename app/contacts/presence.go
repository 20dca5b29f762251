package contacts

import (
	"context"
	"maps"
	"slices"
	"time"

	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

const (
	// gather is how long arrivals and departures are collected before their friends are told: after a restart
	// everybody comes at once. And of 2,000 members who confirm something, its author is told five times a second.
	gather = 200 * time.Millisecond

	// presenceSlice is how many people one question names.
	presenceSlice = 500

	// seenEvery is how often it is noted at most that somebody is there, and stayEvery how often while he stays: a
	// node that dies forgets no more than that.
	seenEvery = time.Minute
	stayEvery = 5 * time.Minute
)

// Presence hears from the hub that somebody came, or that his grace is over, and only takes note. Every node
// hears of everybody, so each tells its own sockets.
func (s *Service) Presence(person int64, present bool) {
	s.mu.Lock()
	s.moved[person] = true
	if present {
		s.there[person] = true
	} else {
		delete(s.there, person)
	}
	s.mu.Unlock()
	s.awake()
}

// awake has Run tell what is noted.
func (s *Service) awake() {
	select {
	case s.wake <- struct{}{}:
	default: // it is awake, and will find this too
	}
}

// Run tells friends who came and went and managers of groups how many confirmed, and notes who is there, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	stays := time.NewTicker(stayEvery)
	defer stays.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.noteAll(context.WithoutCancel(ctx))
		case <-stays.C:
			if err := s.noteAll(ctx); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "it is not noted who is there", "err", err)
			}
		case <-s.wake:
			s.tellMoved(ctx)
		}
	}
}

// tellMoved waits a moment for others who come, go or confirm, and tells of all.
func (s *Service) tellMoved(ctx context.Context) {
	timer := time.NewTimer(gather)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return
	case <-timer.C:
	}
	s.mu.Lock()
	moved, asked := slices.Collect(maps.Keys(s.moved)), slices.Collect(maps.Keys(s.asked))
	clear(s.moved)
	clear(s.asked)
	s.mu.Unlock()
	for some := range slices.Chunk(moved, presenceSlice) {
		if err := s.tellPresence(ctx, some); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "friends are not told who came and went", "err", err)
		}
	}
	for _, group := range asked {
		if err := s.tellConfirmed(ctx, group); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "nobody is told how many confirmed", "group", group, "err", err)
		}
	}
}

func (s *Service) tellPresence(ctx context.Context, people []int64) error {
	if err := s.note(ctx, people); err != nil {
		return err
	}
	rows, err := watchersOf(ctx, s.db.R, people)
	if err != nil {
		return err
	}
	for what, watchers := range s.presences(rows) {
		s.hub.PushHere(watchers, presenceFrame(what.presence()))
	}
	return nil
}

// noteAll notes that whoever is there is.
func (s *Service) noteAll(ctx context.Context) error {
	s.mu.Lock()
	there := slices.Collect(maps.Keys(s.there))
	s.mu.Unlock()
	for some := range slices.Chunk(there, presenceSlice) {
		if err := s.note(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// note writes down that people are, or were until now, there; of those of whom it was written a moment ago, perhaps
// by another node, nothing.
func (s *Service) note(ctx context.Context, people []int64) error {
	now := s.now()
	due, err := s.people.LongUnseen(ctx, s.db.R, people, now.Add(-seenEvery))
	if err != nil || len(due) == 0 {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return s.people.SeenTx(ctx, tx, due, now) })
}

// shown is how somebody is, as some of those who watch him see it.
type shown struct {
	person int64
	state  string
	last   time.Time // zero: they do not see it
}

func (w shown) presence() Presence {
	p := Presence{PersonID: w.person, State: w.state}
	if !w.last.IsZero() {
		p.LastSeen = &w.last
	}
	return p
}

// presences divides watchers by what they see of whom they watch.
func (s *Service) presences(rows []watcherRow) map[shown][]int64 {
	found, states, now := map[shown][]int64{}, map[int64]string{}, s.now()
	for _, r := range rows {
		state, known := states[r.PersonID]
		if !known {
			state = seen(r.Presence, s.hub.Present(r.PersonID), true, false)
			states[r.PersonID] = state
		}
		w := shown{person: r.PersonID, state: state}
		if last := r.lastSeen(now); state == people.Offline && last != nil {
			w.last = *last
		}
		found[w] = append(found[w], r.WatcherID)
	}
	return found
}

func presenceFrame(p Presence) hub.Frame { return hub.Frame{Type: "presence", Data: p} }
