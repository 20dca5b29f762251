package chat

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/hub"
)

const (
	// repairEvery keeps the promise that whoever is online lacks nothing for longer than three seconds,
	// whatever was lost between a commit and his socket.
	repairEvery = 2 * time.Second

	// repairSlice is how many ids one question names.
	repairSlice = 1000

	// signInsEvery is how many rounds pass between looks at the sign-ins behind the sockets.
	signInsEvery = 15
)

// Run compares until ctx ends what the devices here were told with what the database has. A single
// process on SQLite pushes all there is by itself, and has only sign-ins to look at.
func (s *Service) Run(ctx context.Context) error {
	var taking sync.WaitGroup
	defer taking.Wait()
	if s.hub.Several() {
		taking.Go(func() { s.taking(ctx) })
	}
	tick := time.NewTicker(repairEvery)
	defer tick.Stop()
	failed := false
	for round := 1; ; round++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.wake:
		}
		var errs []error
		if s.db.Postgres() {
			errs = append(errs, s.Repair(ctx))
		}
		if round%signInsEvery == 0 {
			errs = append(errs, s.CheckSignIns(ctx), s.forgetHandedOver(ctx))
		}
		err := errors.Join(errs...)
		if err != nil && !failed && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "what was told is not compared", "err", err)
		}
		failed = err != nil
	}
}

// wake fills a slot that one goroutine waits for.
func wake(slot chan struct{}) {
	select {
	case slot <- struct{}{}:
	default: // already awake, and will find this too
	}
}

// Repair does one round: whoever is connected here and was not told of a conversation he is in, of a
// change or of a cursor is told now. His devices then ask for what they lack.
func (s *Service) Repair(ctx context.Context) error {
	people := s.hub.People()
	lists, _ := s.watch.keep(people)
	for some := range slices.Chunk(people, repairSlice) {
		if err := s.repairLists(ctx, some, lists); err != nil {
			return err
		}
	}
	_, heard := s.watch.keep(people)
	for some := range slices.Chunk(slices.Collect(maps.Keys(heard)), repairSlice) {
		if err := s.repairConversations(ctx, some, heard); err != nil {
			return err
		}
	}
	return nil
}

// repairLists tells those whose set of conversations is another than they were told.
func (s *Service) repairLists(ctx context.Context, people []int64, told map[int64]int64) error {
	lists, err := listsOf(ctx, s.db.R, people)
	if err != nil {
		return err
	}
	maps.DeleteFunc(lists, func(person, list int64) bool { return told[person] == list })
	if len(lists) == 0 {
		return nil
	}
	where, err := whereabouts(ctx, s.db.R, slices.Collect(maps.Keys(lists)))
	if err != nil {
		return err
	}
	for person, list := range lists {
		s.watch.begin(person, list, where[person])
		s.hub.PushHere([]int64{person}, listFrame(list))
	}
	return nil
}

// repairConversations tells who is in a conversation that went further than what passed here.
func (s *Service) repairConversations(ctx context.Context, ids []int64, asked map[int64]Known) error {
	has, err := standOf(ctx, s.db.R, ids)
	if err != nil {
		return err
	}
	ahead, moved := map[int64]Known{}, map[int64]Known{}
	for id, known := range has {
		if known == asked[id] {
			continue
		}
		if s.watch.level(id, asked[id], known) {
			moved[id] = known
		}
		if known[0] > asked[id][0] {
			ahead[id] = known
		}
	}
	s.tellHeads(ahead)
	return s.tellCursors(ctx, moved)
}

func (s *Service) tellHeads(ahead map[int64]Known) {
	if len(ahead) == 0 {
		return
	}
	heads := map[int64]map[int64]int64{}
	for id, people := range s.watch.inside(ahead) {
		for _, person := range people {
			if heads[person] == nil {
				heads[person] = map[int64]int64{}
			}
			heads[person][id] = ahead[id][0]
		}
	}
	for person, h := range heads {
		s.hub.PushHere([]int64{person}, hub.Frame{Type: "heads", Data: h})
	}
}

func (s *Service) tellCursors(ctx context.Context, moved map[int64]Known) error {
	if len(moved) == 0 {
		return nil
	}
	rows, err := cursorsOf(ctx, s.db.R, slices.Collect(maps.Keys(moved)))
	if err != nil {
		return err
	}
	discreet, err := discreetIn(ctx, s.db.R, slices.Collect(maps.Keys(moved)))
	if err != nil {
		return err
	}
	to := s.watch.inside(moved)
	for _, m := range rows {
		seen := map[Cursor][]int64{}
		for _, person := range to[m.ConversationID] {
			cursor := m.seenBy(viewpoint{person: person, discreet: slices.Contains(discreet[m.ConversationID], person)}).cursor()
			seen[cursor] = append(seen[cursor], person)
		}
		for cursor, people := range seen {
			s.hub.PushHere(people, hub.Frame{Type: "cursor", ConversationID: m.ConversationID, Droppable: true, Data: cursor})
		}
	}
	return nil
}

// CheckSignIns ends the sockets whose sign-in is over, whoever ended it and wherever: another node, a
// command, or time.
func (s *Service) CheckSignIns(ctx context.Context) error {
	for some := range slices.Chunk(s.hub.Sessions(), repairSlice) {
		ended, err := s.people.Ended(ctx, some)
		if err != nil {
			return err
		}
		for _, session := range ended {
			s.hub.EndSessionHere(session)
		}
	}
	return nil
}

func listsOf(ctx context.Context, r bun.IDB, people []int64) (map[int64]int64, error) {
	var rows []struct{ PersonID, List int64 }
	err := r.NewRaw(`SELECT person_id, list FROM lists WHERE person_id IN (?)`, bun.List(people)).Scan(ctx, &rows)
	lists := make(map[int64]int64, len(rows))
	for _, row := range rows {
		lists[row.PersonID] = row.List
	}
	return lists, err
}

// readsOf is the sum of the cursors, where everybody sees them.
var readsOf = `CASE WHEN c.member_count > ` + strconv.Itoa(shownCursors) + ` THEN 0 ELSE
	(SELECT COALESCE(SUM(o.read_seq + o.received_seq), 0) FROM members o WHERE o.conversation_id = c.id AND o.left_seq IS NULL) END`

// standOf is how far conversations are, by id.
func standOf(ctx context.Context, r bun.IDB, ids []int64) (map[int64]Known, error) {
	var rows []struct{ ID, Version, Reads int64 }
	err := r.NewRaw(`SELECT c.id, c.version, `+readsOf+` AS reads FROM conversations c WHERE c.id IN (?)`, bun.List(ids)).Scan(ctx, &rows)
	has := make(map[int64]Known, len(rows))
	for _, row := range rows {
		has[row.ID] = Known{row.Version, row.Reads}
	}
	return has, err
}

// whereabouts is where people are, and how far each conversation is.
func whereabouts(ctx context.Context, r bun.IDB, people []int64) (map[int64]map[int64]Known, error) {
	var rows []struct{ PersonID, ID, Version, Reads int64 }
	err := r.NewRaw(`
		SELECT m.person_id, c.id, c.version, `+readsOf+` AS reads FROM members m JOIN conversations c ON c.id = m.conversation_id
		WHERE m.person_id IN (?) AND m.left_seq IS NULL`, bun.List(people)).Scan(ctx, &rows)
	where := map[int64]map[int64]Known{}
	for _, row := range rows {
		if where[row.PersonID] == nil {
			where[row.PersonID] = map[int64]Known{}
		}
		where[row.PersonID][row.ID] = Known{row.Version, row.Reads}
	}
	return where, err
}

func cursorsOf(ctx context.Context, r bun.IDB, conversations []int64) ([]memberRow, error) {
	var rows []memberRow
	err := r.NewSelect().Model(&rows).Column("conversation_id", "person_id", "read_seq", "received_seq", "unshown").
		Where("conversation_id IN (?) AND left_seq IS NULL", bun.List(conversations)).Scan(ctx)
	return rows, err
}
