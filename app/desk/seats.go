package desk

import (
	"context"

	"ichat/app/people"
	"ichat/storage"
)

// SeatTx gives a new agent a seat: away, until he says otherwise. It is a hook for people.OnAgent and
// harmless for somebody who has one.
func (s *Service) SeatTx(ctx context.Context, tx *storage.Tx, person int64) error {
	row := seatRow{PersonID: person, State: seatAway, Cap: firstCap, Version: 1, IdleSince: s.time()}
	tx.After(func() { s.seatChanged(person) }) // colleagues may pass him tickets from now on
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (person_id) DO NOTHING").Exec(ctx)
	return err
}

// SetSeat is an agent saying whether he takes new conversations. Those he has he keeps.
func (s *Service) SetSeat(ctx context.Context, by int64, state string) (Seat, error) {
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return s.changeSeatTx(ctx, tx, by, func(row *seatRow) {
			if state == seatOnline && row.State != seatOnline {
				row.IdleSince = s.time() // also after a pause: nobody is idle who took nothing
			}
			row.State = state
		})
	})
	if err != nil {
		return Seat{}, err
	}
	return s.seat(ctx, by)
}

// SetCapTx changes how many conversations an agent takes at once, and returns how many it was. Above it he
// keeps what he has.
func (s *Service) SetCapTx(ctx context.Context, tx *storage.Tx, person int64, most int) (was int, err error) {
	err = s.changeSeatTx(ctx, tx, person, func(row *seatRow) { was, row.Cap = row.Cap, most })
	return was, err
}

func (s *Service) changeSeatTx(ctx context.Context, tx *storage.Tx, person int64, change func(*seatRow)) error {
	row, err := lockSeat(ctx, tx, person)
	if err != nil {
		return err
	}
	change(&row)
	tx.After(func() { s.seatChanged(person) })
	return saveSeat(ctx, tx, &row)
}

// SeatsOf tells the back office how these people are seated; who has no seat is left out.
func (s *Service) SeatsOf(ctx context.Context, persons []int64) (map[int64]people.Seat, error) {
	rows, err := seatsByID(ctx, s.db.R, persons)
	seats := make(map[int64]people.Seat, len(rows))
	for _, row := range rows {
		seen := Seat{State: row.State, Present: s.hub.Present(row.PersonID)}.toOthers()
		seats[row.PersonID] = people.Seat{Cap: row.Cap, State: seen.State, Present: seen.Present}
	}
	return seats, err
}

// seatChanged tells Dispatch and the colleagues that an agent can take more, or less, than before.
func (s *Service) seatChanged(person int64) {
	s.tell.add(news{seats: setOf(person)})
	s.work.add(news{seats: setOf(person)})
}

func (s *Service) seat(ctx context.Context, person int64) (Seat, error) {
	rows, err := seatsByID(ctx, s.db.R, []int64{person})
	if err != nil {
		return Seat{}, err
	}
	if len(rows) == 0 {
		return Seat{}, errNoSeat
	}
	seats, err := s.seatViews(ctx, person, rows)
	if err != nil {
		return Seat{}, err
	}
	return seats[0], nil
}

// visible tells whether an agent is there for others to see.
func (s *Service) visible(ctx context.Context, agent int64) (bool, error) {
	if !s.hub.Present(agent) {
		return false, nil
	}
	rows, err := seatsByID(ctx, s.db.R, []int64{agent})
	return err == nil && len(rows) == 1 && rows[0].State != seatInvisible, err
}

// candidates are the agents of a site as pick wants them.
func (s *Service) candidates(ctx context.Context, site int64) ([]candidate, error) {
	rows, err := s.seatsOn(ctx, site)
	if err != nil {
		return nil, err
	}
	loads, err := loadsOf(ctx, s.db.R, idsOf(rows)...)
	if err != nil {
		return nil, err
	}
	all := make([]candidate, len(rows))
	for i, row := range rows {
		all[i] = candidate{
			Person: row.PersonID, Online: row.State == seatOnline, Connected: s.hub.Connected(row.PersonID),
			Cap: row.Cap, Load: loads[row.PersonID], IdleSince: row.IdleSince,
		}
	}
	return all, nil
}

func idsOf(rows []seatRow) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.PersonID
	}
	return ids
}

// crew is how many agents of a site are there, and how many conversations they take at once.
type crew struct{ agents, slots int }

func (s *Service) atWork(ctx context.Context, site int64) (c crew, err error) {
	rows, err := s.seatsOn(ctx, site)
	for _, row := range rows {
		// Present, not Connected: a lift ride of the only agent is nothing a visitor need know.
		if row.State == seatOnline && s.hub.Present(row.PersonID) {
			c.agents++
			c.slots += row.Cap
		}
	}
	return c, err
}

func (s *Service) seatsOn(ctx context.Context, site int64) ([]seatRow, error) {
	agents, err := s.people.AgentsOf(ctx, site)
	if err != nil {
		return nil, err
	}
	return seatsByID(ctx, s.db.R, agents)
}
