// Package nodes knows the other processes on this database: whether they live, and who is connected to
// them.
//
// The rows decide. A node says every two seconds that it lives, and writes down who came to it and who
// left, numbered by turns of its own; the others read what is newer than they know and tell the hub,
// for which somebody connected elsewhere is as present as somebody here. A hint over the relay makes
// that immediate, but nothing is missed without it. Who was connected to a node that died has the same
// grace as everybody whose connection broke.
package nodes

import (
	"context"
	"log/slog"
	"time"

	"ichat/app/hub"
	"ichat/storage"
)

const (
	// beatEvery is how often a node says that it lives and looks at the others.
	beatEvery = 2 * time.Second

	// aliveFor outlasts three beats that came to nothing.
	aliveFor = 8 * time.Second

	// together is how long a change waits for others, to be written down with them: after a restart
	// everybody comes at once.
	together = 100 * time.Millisecond

	// atOnce is how many changes one write takes: others wait behind it.
	atOnce = 500

	// keepGone is how long it stays written that somebody left. A node that has not looked for longer
	// than readAnew reads everything, so it does not need what was removed.
	keepGone = 5 * time.Minute
	readAnew = time.Minute

	topic = "presence" // of the hints
)

// Service is this node among the others.
type Service struct {
	db   *storage.DB
	hub  *hub.Hub
	self storage.Node
	log  *slog.Logger
	wake chan struct{}

	// Owned by the goroutine of Run.
	begun  bool
	turn   int64
	here   map[int64]hub.Reach // who is connected to this node and how, as it is written down
	mark   int64               // turns up to this one are older than keepGone at swept+keepGone
	swept  time.Time
	others map[int]*other
	beaten time.Time
}

// other is what this node knows of another one.
type other struct {
	boot   string
	turn   int64 // read up to this one
	read   time.Time
	people map[int64]hub.Reach
}

// New makes the room and registers its hooks with the hub.
func New(db *storage.DB, h *hub.Hub, self storage.Node, log *slog.Logger) *Service {
	s := &Service{db: db, hub: h, self: self, log: log, wake: make(chan struct{}, 1), here: map[int64]hub.Reach{}, others: map[int]*other{}}
	h.OnStir(s.look)
	h.OnMissed(s.look)
	h.OnTold(topic, func([]byte) { s.look() })
	return s
}

// look wakes Run.
func (s *Service) look() {
	select {
	case s.wake <- struct{}{}:
	default: // already awake, and will find this too
	}
}

// Run keeps this node among the others until ctx ends, and then takes it out.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	failed := false
	for {
		if err := s.Look(ctx); err != nil && ctx.Err() == nil {
			if !failed {
				s.log.ErrorContext(ctx, "nodes not compared", "err", err)
			}
			failed = true
		} else {
			failed = false
		}
		select {
		case <-ctx.Done():
			return s.leave(context.WithoutCancel(ctx))
		case <-tick.C:
		case <-s.wake:
			select {
			case <-ctx.Done():
			case <-time.After(together):
			}
		}
	}
}

// Look writes down what changed here and reads what changed elsewhere. Run calls it; nobody else may
// while Run does.
func (s *Service) Look(ctx context.Context) error {
	if err := s.write(ctx); err != nil {
		return err
	}
	return s.read(ctx)
}

func (s *Service) write(ctx context.Context) error {
	if !s.begun {
		if err := clearRows(ctx, s.db, s.self.Number); err != nil { // of the process that had the number before
			return err
		}
		s.begun = true
	}
	if err := s.beat(ctx); err != nil {
		return err
	}
	now := s.hub.Reaches()
	var changes []change
	for person, reach := range now {
		if s.here[person] != reach {
			changes = append(changes, change{person, reach})
		}
	}
	for person := range s.here {
		if now[person] == hub.Nowhere {
			changes = append(changes, change{person, hub.Nowhere})
		}
	}
	for len(changes) > 0 {
		some := changes[:min(len(changes), atOnce)]
		changes = changes[len(some):]
		if err := writeChanges(ctx, s.db, s.self, s.turn+1, some); err != nil {
			return err
		}
		s.turn++
		for _, c := range some {
			note(s.here, c.person, c.reach)
		}
		s.hub.Tell(topic, nil)
	}
	return s.sweep(ctx)
}

// beat says that this node lives.
func (s *Service) beat(ctx context.Context) error {
	if time.Since(s.beaten) < beatEvery/2 {
		return nil
	}
	if err := alive(ctx, s.db, s.self, aliveFor); err != nil {
		return err
	}
	s.beaten = time.Now()
	return nil
}

// sweep forgets who left long ago.
func (s *Service) sweep(ctx context.Context) error {
	if time.Since(s.swept) < keepGone {
		return nil
	}
	if err := removeGone(ctx, s.db, s.self.Number, s.mark); err != nil {
		return err
	}
	s.mark, s.swept = s.turn, time.Now()
	return nil
}

func (s *Service) read(ctx context.Context) error {
	living, err := livingNodes(ctx, s.db, s.self.Number)
	if err != nil {
		return err
	}
	for number, o := range s.others {
		if living[number] != o.boot {
			s.lost(number, o)
		}
	}
	for number, boot := range living {
		o := s.others[number]
		if o == nil {
			o = &other{boot: boot, people: map[int64]hub.Reach{}}
			s.others[number] = o
		}
		if err := s.readOne(ctx, number, o); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) readOne(ctx context.Context, number int, o *other) error {
	whole := time.Since(o.read) > readAnew
	from := o.turn
	if whole {
		from = -1
	}
	asked := time.Now()
	rows, err := changesOf(ctx, s.db.R, number, o.boot, from)
	if err != nil {
		return err
	}
	named := map[int64]bool{}
	for _, r := range rows {
		named[r.PersonID] = true
		o.turn = max(o.turn, r.Turn)
		s.tell(o, r.PersonID, r.Here)
	}
	if whole {
		for person := range o.people {
			if !named[person] {
				s.tell(o, person, hub.Nowhere)
			}
		}
	}
	o.read = asked
	return nil
}

// tell passes on what is news to the hub.
func (s *Service) tell(o *other, person int64, reach hub.Reach) {
	s.hub.Elsewhere(person, o.people[person], reach)
	note(o.people, person, reach)
}

func note(people map[int64]hub.Reach, person int64, reach hub.Reach) {
	if reach == hub.Nowhere {
		delete(people, person)
		return
	}
	people[person] = reach
}

// lost gives the grace to everybody who was connected to a node that left, died or began anew.
func (s *Service) lost(number int, o *other) {
	delete(s.others, number)
	for person, reach := range o.people {
		s.hub.Elsewhere(person, reach, hub.Nowhere)
	}
}

// leave takes this node's rows away, so that the graces begin at once.
func (s *Service) leave(ctx context.Context) error {
	err := clearRows(ctx, s.db, s.self.Number)
	s.hub.Tell(topic, nil)
	return err
}
