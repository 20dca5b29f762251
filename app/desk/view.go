package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/people"
)

var errNoSeat = fault.New(fault.NotFound, "seat not found")

// Desk is an agent's first screen. It also puts him among those who are told of changes, so he misses
// nothing that happens after it was read.
func (s *Service) Desk(ctx context.Context, by int64) (Desk, error) {
	sites, err := s.sitesOf(ctx, by)
	if err != nil {
		return Desk{}, err
	}
	seat, err := s.seat(ctx, by)
	if err != nil {
		return Desk{}, err
	}
	s.join(by, sites)
	s.work.add(news{seats: setOf(by)}) // he may be back within the grace, of which presence says nothing
	waiting, err := waitingOn(ctx, s.db.R, sites...)
	if err != nil {
		return Desk{}, err
	}
	mine, err := openOf(ctx, s.db.R, by)
	if err != nil {
		return Desk{}, err
	}
	helped, err := helpedBy(ctx, s.db.R, by)
	if err != nil {
		return Desk{}, err
	}
	mine = append(mine, helped...)
	tickets, err := s.views(ctx, append(waiting, mine...))
	if err != nil {
		return Desk{}, err
	}
	seats, err := s.colleagues(ctx, by, sites)
	return Desk{Seat: seat, Waiting: tickets[:len(waiting)], Mine: tickets[len(waiting):], Seats: seats}, err
}

// colleagues are the seats of all agents of the sites, as one of them sees them.
func (s *Service) colleagues(ctx context.Context, by int64, sites []int64) ([]Seat, error) {
	var rows []seatRow
	for _, site := range sites {
		more, err := s.seatsOn(ctx, site)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	slices.SortFunc(rows, func(a, b seatRow) int { return int(a.PersonID - b.PersonID) })
	rows = slices.CompactFunc(rows, func(a, b seatRow) bool { return a.PersonID == b.PersonID })
	return s.seatViews(ctx, by, rows)
}

// Ticket is a ticket with everybody who had it and why.
func (s *Service) Ticket(ctx context.Context, by, ticket int64) (TicketDetail, error) {
	t, _, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return TicketDetail{}, err
	}
	view, err := s.view(ctx, t)
	if err != nil {
		return TicketDetail{}, err
	}
	rows, err := assignmentsOf(ctx, s.db.R, t.ID)
	if err != nil {
		return TicketDetail{}, err
	}
	var agents []int64
	for _, a := range rows {
		agents = append(agents, a.AgentID)
	}
	who, err := s.people.PeopleByID(ctx, agents)
	if err != nil {
		return TicketDetail{}, err
	}
	history := make([]Assignment, len(rows))
	for i, a := range rows {
		history[i] = Assignment{ID: a.ID, Agent: who[a.AgentID], At: a.At.UTC(), EndedAt: utc(a.EndedAt), EndedBy: a.EndedBy}
		if err := json.Unmarshal([]byte(a.Why), &history[i].Why); err != nil {
			return TicketDetail{}, fmt.Errorf("why of assignment %d: %w", a.ID, err)
		}
	}
	events, err := eventsOf(ctx, s.db.R, t.ID)
	return TicketDetail{Ticket: view, History: history, Events: events}, err
}

// Messages reads the conversation of a ticket by role, without being in it: what waits, what colleagues
// have, what is over. Of a closed ticket it ends where the ticket ended.
func (s *Service) Messages(ctx context.Context, by, ticket, before int64, limit int) (chat.MessagePage, error) {
	t, _, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return chat.MessagePage{}, err
	}
	if t.State == stateClosed && (before == 0 || before > t.ToSeq) {
		before = t.ToSeq + 1
	}
	return s.chat.Page(ctx, t.ConversationID, before, limit)
}

// Live is what the visitor of a site sees of the desk.
func (s *Service) Live(ctx context.Context, site, visitor int64) (Live, error) {
	c, err := s.chat.Live(ctx, site, visitor)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Live{}, err
	}
	if err == nil {
		t, ok, err := lastTicket(ctx, s.db.R, c.ID)
		if err != nil {
			return Live{}, err
		}
		if ok {
			return s.liveOf(ctx, t)
		}
	}
	return s.comes(ctx, site, visitor, c.ID)
}

// comes is what somebody sees who has not written yet.
func (s *Service) comes(ctx context.Context, site, visitor, conversation int64) (Live, error) {
	there, err := s.atWork(ctx, site)
	if err != nil {
		return Live{}, err
	}
	locale, err := s.people.LocaleOf(ctx, s.db.R, visitor)
	if err != nil {
		return Live{}, err
	}
	way, err := there.lines.way(visit{approach: approachOf(ctx), locale: locale})
	if err != nil {
		return Live{}, err
	}
	agents := there.in(way.queue.ID, nil).agents
	l, err := s.crowded(ctx, Live{ConversationID: conversation, State: stateNone, AgentsOnline: agents, Away: agents == 0, Choose: there.lines.choices()}, way.queue, locale)
	if err != nil {
		return Live{}, err
	}
	return s.withBot(ctx, site, closing(l, way.queue.rules.hoursOr(there.hours), s.now(), s.now()))
}

// crowded puts on l that so many wait in the queue that who comes is asked to leave a message. It opens a ticket all
// the same.
func (s *Service) crowded(ctx context.Context, l Live, q *line, locale string) (Live, error) {
	if q.rules.MostWaiting == 0 {
		return l, nil
	}
	n, err := countWaiting(ctx, s.db.R, q.ID)
	if l.Busy = n >= q.rules.MostWaiting; l.Busy {
		l.Words = q.rules.telling(locale).Busy
	}
	return l, err
}

// liveOf is what the visitor of a ticket sees.
func (s *Service) liveOf(ctx context.Context, t ticketRow) (Live, error) {
	there, err := s.atWork(ctx, t.SiteID)
	if err != nil {
		return Live{}, err
	}
	return s.liveWith(ctx, t, there)
}

func (s *Service) liveWith(ctx context.Context, t ticketRow, there shift) (Live, error) {
	l := live(t, there.in(t.QueueID, nil).agents)
	switch t.State {
	case stateWaiting:
		place, err := placeOf(ctx, s.db.R, t)
		if err != nil {
			return Live{}, err
		}
		at, err := s.walkTo(ctx, t, there, place)
		if err != nil {
			return Live{}, err
		}
		l = s.waits(l, t, there, at)
	case stateClosed:
		l.Choose = there.lines.choices()
	case stateOpen:
		agent, err := s.people.Person(ctx, t.AgentID)
		if err != nil {
			return Live{}, err
		}
		l.Agent = &agent
		visible, err := s.visible(ctx, t.AgentID) // he answers what he has, also when he takes nothing new
		if err != nil {
			return Live{}, err
		}
		l.Away = !visible
	}
	if t.State == stateClosed {
		l = closing(l, there.hoursOf(t.QueueID), s.now(), s.now())
		if q := there.lines.of(t.QueueID); q != nil {
			var err error
			if l, err = s.crowded(ctx, l, q, t.Locale); err != nil {
				return Live{}, err
			}
		}
	}
	l.MayMail = s.notify.Mails() && t.AgentID != 0
	l.MayRate = t.rateable(s.now()) == nil
	l.AskRating = l.MayRate && t.AskedAt != nil && t.Stars == 0
	if t.State == stateClosed {
		return s.withBot(ctx, t.SiteID, l)
	}
	return l, nil
}

// withBot puts the bot on what a visitor without a ticket sees: where one answers first, somebody is always there.
func (s *Service) withBot(ctx context.Context, site int64, l Live) (Live, error) {
	bot, err := s.faq.Attends(ctx, site)
	if err != nil || bot == nil {
		return l, err
	}
	l.Bot, l.Away = bot, false
	return l, nil
}

// live is what can be said of a ticket without asking further.
func live(t ticketRow, agents int) Live {
	return Live{ConversationID: t.ConversationID, TicketID: t.ID, State: t.State, AgentsOnline: agents, Away: agents == 0,
		Rating: t.rating(), Version: t.Version, Apology: t.State == stateWaiting && t.Apologized == 1}
}

// same tells whether a visitor would see no difference. The version alone is none.
func (l Live) same(o Live) bool {
	sameEstimate := l.Estimate == o.Estimate || l.Estimate != nil && o.Estimate != nil && *l.Estimate == *o.Estimate
	sameWords := l.Busy == o.Busy && l.Words == o.Words
	sameHours := l.Closed == o.Closed && (l.OpensAt == o.OpensAt || l.OpensAt != nil && o.OpensAt != nil && l.OpensAt.Equal(*o.OpensAt))
	return sameEstimate && sameHours && sameWords && l.TicketID == o.TicketID && l.State == o.State && l.Apology == o.Apology && l.Place == o.Place && l.AgentsOnline == o.AgentsOnline
}

func (s *Service) view(ctx context.Context, t ticketRow) (Ticket, error) {
	all, err := s.views(ctx, []ticketRow{t})
	if err != nil {
		return Ticket{}, err
	}
	return all[0], nil
}

// views are the tickets with names on them, in the same order.
func (s *Service) views(ctx context.Context, rows []ticketRow) ([]Ticket, error) {
	if len(rows) == 0 {
		return []Ticket{}, nil
	}
	persons, visitors, queues := set{}, set{}, set{}
	for _, t := range rows {
		persons[t.VisitorID], visitors[t.VisitorID], queues[t.QueueID] = true, true, true
		if t.AgentID != 0 {
			persons[t.AgentID] = true
		}
	}
	who, err := s.people.PeopleByID(ctx, persons.list())
	if err != nil {
		return nil, err
	}
	names, err := queueNames(ctx, s.db.R, queues.list())
	if err != nil {
		return nil, err
	}
	guests, err := s.guestsOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	contacts, err := contactRowsOf(ctx, s.db.R, visitors.list())
	if err != nil {
		return nil, err
	}
	all := make([]Ticket, len(rows))
	for i, t := range rows {
		all[i] = Ticket{
			ID: t.ID, SiteID: t.SiteID, QueueID: t.QueueID, Queue: names[t.QueueID], ConversationID: t.ConversationID,
			Visitor: who[t.VisitorID], State: t.State, OpenedAt: t.OpenedAt.UTC(), AssignedAt: utc(t.AssignedAt), AnsweredAt: utc(t.AnsweredAt), ClosedAt: utc(t.ClosedAt), DueAt: utc(t.DueAt),
			Version: t.Version, FromSeq: t.FromSeq, LastText: t.LastText, LastAt: t.LastAt.UTC(), Page: t.Page,
			Rating: t.Stars, RatingComment: t.Comment, Contact: contacts[t.VisitorID].contact(),
			VIP: contacts[t.VisitorID].VIP == 1, Priority: t.Priority, Locale: t.Locale, Wanted: t.Wanted,
			AnswerBy: utc(t.AnswerBy), Nudged: t.Nudged == 1,
			Guests: []people.Person{},
		}
		if in := guests[t.ID]; in != nil {
			all[i].Guests = in
		}
		if agent, ok := who[t.AgentID]; ok {
			all[i].Agent = &agent
		}
	}
	return all, nil
}

// seatViews are the seats with names, loads and presence on them, in the same order, as a person sees them: 0 is
// nobody's own eyes.
func (s *Service) seatViews(ctx context.Context, by int64, rows []seatRow) ([]Seat, error) {
	ids := idsOf(rows)
	who, err := s.people.PeopleByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	loads, err := loadsOf(ctx, s.db.R, ids...)
	if err != nil {
		return nil, err
	}
	seats := make([]Seat, len(rows))
	for i, row := range rows {
		seats[i] = Seat{
			Person: who[row.PersonID], State: row.State, Present: s.hub.Front().Present(row.PersonID),
			Cap: row.Cap, Load: loads[row.PersonID], Languages: append([]string{}, row.languages()...), Version: row.Version,
		}
		if row.PersonID != by {
			seats[i] = seats[i].toOthers()
		}
	}
	return seats, nil
}

// toOthers is the seat as colleagues see it: nobody is told of one who wants to be invisible.
func (s Seat) toOthers() Seat {
	if s.State == seatInvisible {
		s.State, s.Present = seatAway, false
	}
	return s
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
