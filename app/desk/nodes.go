package desk

import (
	"context"
	"encoding/json"
	"time"
)

// What the desks of several nodes tell each other. A hint that gets lost costs the wait for the next beat.
const (
	topicNews  = "desk.news"  // something happened, and somebody else works that queue
	topicFreed = "desk.freed" // nobody works these queues any more
	topicDue   = "desk.due"   // a timer of these sites is due at a time
)

// absenceBeats is how many beats pass between two looks at whose agent is gone: 9 s beside a grace of 30.
const absenceBeats = 6

// hint is what one node tells the others: sites, people whose absence outlasted the grace, and a time.
type hint struct {
	Sites []int64   `json:"sites,omitempty"`
	Gone  []int64   `json:"gone,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

func (s *Service) passOn(topic string, h hint) {
	if len(h.Sites)+len(h.Gone) == 0 {
		return
	}
	text, err := json.Marshal(h)
	if err != nil {
		panic(err) // numbers
	}
	s.hub.Tell(topic, text)
}

// hears takes note of what happened on another node. It is not passed on again.
func (s *Service) hears(text []byte) {
	h := s.read(text)
	s.work.add(news{heard: setOf(h.Sites...), heardGone: setOf(h.Gone...)})
}

// freed looks at queues that another node has let go.
func (s *Service) freed(text []byte) {
	h := s.read(text)
	for _, site := range h.Sites {
		if s.leases.epoch(site) == 0 {
			s.leases.forget(site)
		}
	}
	s.work.add(news{heard: setOf(h.Sites...)})
}

func (s *Service) read(text []byte) (h hint) {
	if err := json.Unmarshal(text, &h); err != nil {
		s.log.Error("a hint of another node cannot be read", "err", err)
	}
	return h
}

// beat keeps the leases of this node, and looks where somebody waits and, now and then, whose agent is gone:
// a hint may get lost, and a node that died gives none.
func (s *Service) beat(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		began := time.Now()
		lost, err := s.leases.renew(ctx)
		if behind(ctx, s.log, "its leases", began); len(lost) > 0 {
			s.log.WarnContext(ctx, "leases of queues lost", "sites", lost)
		}
		if err != nil {
			missed(ctx, s.log, "leases of queues not renewed", err)
			continue
		}
		s.alarm.ring()
		if err := s.lookAround(ctx, n%absenceBeats == 0); err != nil {
			missed(ctx, s.log, "waiting visitors not looked for", err)
		}
	}
}

func (s *Service) lookAround(ctx context.Context, forAbsence bool) error {
	sites, err := sitesWaiting(ctx, s.db.R)
	if err != nil {
		return err
	}
	due := news{heard: setOf(sites...), heardGone: set{}}
	if forAbsence {
		tickets, err := unfinished(ctx, s.db.R)
		if err != nil {
			return err
		}
		for _, t := range tickets {
			if t.AgentID != 0 && !s.hub.Front().Present(t.AgentID) {
				due.heardGone[t.AgentID] = true
			}
		}
	}
	if !due.empty() {
		s.work.add(due)
	}
	return nil
}
