package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/hub"
	"ichat/storage"
)

const (
	// takeEvery is how late a socket is bound when the hint was lost.
	takeEvery = time.Second

	// handedFor is longer than a socket waits to be bound.
	handedFor = time.Minute

	handed = "bind" // topic of the hint
)

// bindingRow is a bind that came to another node than its socket, on its way there.
type bindingRow struct {
	bun.BaseModel `bun:"table:bindings,alias:b"`

	ClientID string `bun:"client_id,pk"`
	PersonID int64  `bun:"person_id"`
	Session  string `bun:"session"`
	Origin   string `bun:"origin"`
	List     int64  `bun:"list"`
	Has      string `bun:"has"` // what the answer held: conversation -> Known
	AtMS     int64  `bun:"at_ms"`
}

// handOver answers a bind whose socket is not here but perhaps on another node, which finds the row and
// lets frames flow to it. When no node has the socket it is closed already, and its client knows.
func (s *Service) handOver(ctx context.Context, clientID string, who hub.Who, req SyncRequest) (SyncAnswer, error) {
	answer, err := s.Sync(ctx, who.Person, req)
	if err != nil {
		return SyncAnswer{}, err
	}
	row := bindingRow{ClientID: clientID, PersonID: who.Person, Session: who.Session, Origin: who.Origin, List: answer.List, Has: string(encode(answer.has))}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		tx.After(func() { s.hub.Tell(handed, nil) })
		_, err := tx.NewInsert().Model(&row).Value("at_ms", s.db.ClockMS()).On("CONFLICT DO NOTHING").Exec(ctx)
		return err
	})
	return answer, err
}

// take binds the sockets here whose bind went to another node.
func (s *Service) take(ctx context.Context) error {
	waiting := s.hub.Unbound()
	if len(waiting) == 0 {
		return nil
	}
	var rows []bindingRow
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		rows = nil
		_, err := tx.NewDelete().Model((*bindingRow)(nil)).Where("client_id IN (?)", bun.List(waiting)).Returning("*").Exec(ctx, &rows)
		return err
	})
	if err != nil {
		return fmt.Errorf("take what was bound elsewhere: %w", err)
	}
	var errs []error
	for _, row := range rows {
		errs = append(errs, s.takeOne(ctx, row))
	}
	return errors.Join(errs...)
}

func (s *Service) takeOne(ctx context.Context, row bindingRow) error {
	var has map[int64]Known
	if err := json.Unmarshal([]byte(row.Has), &has); err != nil {
		return fmt.Errorf("binding %s: %w", row.ClientID, err)
	}
	socket, err := s.hub.Attach(row.ClientID, hub.Who{Person: row.PersonID, Session: row.Session, Origin: row.Origin})
	if err != nil {
		return nil // gone by now, or not his: it stays unbound and is closed in a moment
	}
	s.begin(socket, row.PersonID, row.List, has)
	return s.sinceSnapshot(ctx, row.PersonID, row.List, has)
}

// sinceSnapshot tells a person what happened between an answer and the moment his socket was ready.
func (s *Service) sinceSnapshot(ctx context.Context, person, list int64, has map[int64]Known) error {
	lists, err := listsOf(ctx, s.db.R, []int64{person})
	if err != nil {
		return err
	}
	where, err := whereabouts(ctx, s.db.R, []int64{person})
	if err != nil {
		return err
	}
	heads, moved := map[int64]int64{}, map[int64]Known{}
	for id, now := range where[person] {
		before, covered := has[id]
		if covered && now[0] > before[0] {
			heads[id] = now[0]
		}
		if covered && now[1] != before[1] {
			moved[id] = now
		}
	}
	if len(heads) > 0 {
		s.hub.PushHere([]int64{person}, hub.Frame{Type: "heads", Data: heads})
	}
	if lists[person] != list {
		s.hub.PushHere([]int64{person}, listFrame(lists[person]))
	}
	return s.tellCursors(ctx, moved)
}

// taking takes until ctx ends what other nodes hand over.
func (s *Service) taking(ctx context.Context) {
	tick := time.NewTicker(takeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.handed:
		}
		if err := s.take(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "a socket is not bound", "err", err)
		}
	}
}

// forgetHandedOver removes what no node took.
func (s *Service) forgetHandedOver(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `DELETE FROM bindings WHERE at_ms < `+s.db.ClockMS()+` - ?`, handedFor.Milliseconds())
	})
}
