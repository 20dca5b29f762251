package desk

import (
	"context"
	"fmt"
	"strings"

	"ichat/app/people"
	"ichat/app/sites"
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

// languagesMost is how many languages somebody may say he speaks.
const languagesMost = 20

// languages is what somebody speaks as it is kept.
func languages(spoken []string) (string, error) {
	if len(spoken) > languagesMost {
		return "", errInvalid.With("languages", fmt.Sprintf("must have at most %d entries", languagesMost))
	}
	for _, one := range spoken {
		if !languageTag.MatchString(one) {
			return "", errInvalid.With("languages", "must be a language such as en or zh-CN")
		}
	}
	return strings.Join(spoken, " "), nil
}

// SetSeat is an agent saying whether he takes new conversations, and which languages he speaks: nil leaves them as
// they are. The conversations he has he keeps.
func (s *Service) SetSeat(ctx context.Context, by int64, state string, spoken *[]string) (Seat, error) {
	var speaks string
	if spoken != nil {
		var err error
		if speaks, err = languages(*spoken); err != nil {
			return Seat{}, err
		}
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return s.changeSeatTx(ctx, tx, by, func(row *seatRow) {
			if state == seatOnline && row.State != seatOnline {
				row.IdleSince = s.time() // also after a pause: nobody is idle who took nothing
			}
			row.State = state
			if spoken != nil {
				row.Languages = speaks
			}
		})
	})
	if err != nil {
		return Seat{}, err
	}
	return s.seat(ctx, by)
}

// SetSeatTx changes how many conversations an agent takes at once and which languages he speaks, and returns what
// was there. Above the cap he keeps what he has.
func (s *Service) SetSeatTx(ctx context.Context, tx *storage.Tx, person int64, c people.SeatChange) (was people.SeatChange, err error) {
	var speaks string
	if c.Languages != nil {
		if speaks, err = languages(*c.Languages); err != nil {
			return was, err
		}
	}
	err = s.changeSeatTx(ctx, tx, person, func(row *seatRow) {
		if c.Cap != nil {
			before := row.Cap
			was.Cap, row.Cap = &before, *c.Cap
		}
		if c.Languages != nil {
			before := append([]string{}, row.languages()...)
			was.Languages, row.Languages = &before, speaks
		}
	})
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
		seen := Seat{State: row.State, Present: s.hub.Front().Present(row.PersonID)}.toOthers()
		seats[row.PersonID] = people.Seat{Cap: row.Cap, Languages: row.languages(), State: seen.State, Present: seen.Present}
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
	if !s.hub.Front().Present(agent) {
		return false, nil
	}
	rows, err := seatsByID(ctx, s.db.R, []int64{agent})
	return err == nil && len(rows) == 1 && rows[0].State != seatInvisible, err
}

// candidates are the agents of a site as pick wants them.
func (s *Service) candidates(ctx context.Context, site int64) ([]*candidate, error) {
	rows, err := s.seatsOn(ctx, site)
	if err != nil {
		return nil, err
	}
	loads, err := loadsIn(ctx, s.db.R, idsOf(rows)...)
	if err != nil {
		return nil, err
	}
	all := make([]*candidate, len(rows))
	for i, row := range rows {
		load := loads[row.PersonID]
		if load.in == nil {
			load.in = map[int64]int{}
		}
		all[i] = &candidate{
			Person: row.PersonID, State: row.State, Connected: s.hub.Front().Connected(row.PersonID), Cap: row.Cap, Load: load.all, In: load.in,
			Languages: row.languages(), IdleSince: row.IdleSince, ServedAt: row.servedAt(),
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

// crew is how many agents of a queue are there, and how many of the conversations they take at once are for it.
type crew struct {
	agents int
	slots  float64
}

// shift is who is at work on a site, and the queues they serve.
type shift struct {
	lines lines
	seats []seatRow
	hours sites.Hours // the site's
}

func (s *Service) atWork(ctx context.Context, site int64) (there shift, err error) {
	if there.lines, err = s.linesOf(ctx, s.db.R, site); err != nil {
		return there, err
	}
	if there.hours, err = s.hoursOf(ctx, site); err != nil {
		return there, err
	}
	rows, err := s.seatsOn(ctx, site)
	for _, row := range rows {
		// Present, not Connected: a lift ride of the only agent is nothing a visitor need know.
		if row.State == seatOnline && s.hub.Front().Present(row.PersonID) {
			there.seats = append(there.seats, row)
		}
	}
	return there, err
}

// in is who of them serves a queue. waiting is how many wait in each queue of the site: who serves several is shared by
// those who wait for him, in proportion.
func (w shift) in(queue int64, waiting map[int64]int) (c crew) {
	q := w.lines.of(queue)
	here := max(1, waiting[queue])
	for _, row := range w.seats {
		if q != nil && !q.serves(row.PersonID) {
			continue
		}
		room, all := row.Cap, here
		if q != nil && q.rules.Cap > 0 {
			room = min(room, q.rules.Cap)
		}
		for _, other := range w.lines {
			if other.ID != queue && other.serves(row.PersonID) {
				all += waiting[other.ID]
			}
		}
		c.agents++
		c.slots += float64(room*here) / float64(all)
	}
	return c
}

// hoursOf are the hours of a queue.
func (w shift) hoursOf(queue int64) sites.Hours { return w.lines.hoursOf(queue, w.hours) }

func (s *Service) seatsOn(ctx context.Context, site int64) ([]seatRow, error) {
	agents, err := s.people.AgentsOf(ctx, site)
	if err != nil {
		return nil, err
	}
	return seatsByID(ctx, s.db.R, agents)
}
