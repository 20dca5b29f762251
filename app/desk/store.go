package desk

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/chat"
	"ichat/storage"
)

type ticketRow struct {
	bun.BaseModel `bun:"table:tickets,alias:t"`

	ID             int64 `bun:",pk"`
	SiteID         int64
	QueueID        int64
	ConversationID int64
	VisitorID      int64
	State          string
	AgentID        int64
	FromSeq        int64
	ToSeq          int64
	Version        int64
	Page           string
	LastText       string
	LastSenderID   int64
	LastAt         time.Time
	OpenedAt       time.Time
	AssignedAt     *time.Time
	ClosedAt       *time.Time
	Stars          int
	Comment        string
	RatedAt        *time.Time
	AskedAt        *time.Time
	AnsweredAt     *time.Time // when an agent first wrote
	DueAt          *time.Time // when the hours began, of what was written before them
	TurnedAt       *time.Time // since when the visitor, or who answers him, had the last word
	PassedBy       int64      // who gave it back to a queue: it is not his again unless he takes it
	RepliedAt      *time.Time // when the agent who has it, or a colleague in his place, first wrote
	AnswerBy       *time.Time // until when he has to
	Nudged         int        // 1: he was called
	Apologized     int        // 1: nobody answered in time, and the visitor was told
	Priority       int        // more is served first
	Locale         string     // the visitor's language
	Wanted         int64      // the agent he asked for
	LastAgent      int64      // who had him last
}

// step gives a changed ticket its next version: the conversation's, when that moved too, and always more
// than before. Whoever calls it holds the conversation's lock.
func (t *ticketRow) step(conversation int64) { t.Version = max(t.Version+1, conversation) }

type seatRow struct {
	bun.BaseModel `bun:"table:seats,alias:s"`

	PersonID  int64 `bun:",pk"`
	State     string
	Cap       int
	Version   int64
	IdleSince time.Time
	Languages string     // separated by spaces
	ServedAt  *time.Time // when a ticket last came
}

func (r seatRow) languages() []string { return strings.Fields(r.Languages) }

func (r seatRow) servedAt() time.Time {
	if r.ServedAt == nil {
		return time.Time{}
	}
	return *r.ServedAt
}

type queueRow struct {
	bun.BaseModel `bun:"table:queues,alias:q"`

	ID        int64 `bun:",pk"`
	SiteID    int64
	Name      string
	Position  int64
	Rules     string // readRules
	Timed     int    // 1 where the rules have hours, for those who look for such queues
	CreatedAt time.Time
	RemovedAt *time.Time // its name stays for the tickets it had
}

type queueAgentRow struct {
	bun.BaseModel `bun:"table:queue_agents,alias:qa"`

	QueueID  int64 `bun:",pk"`
	PersonID int64 `bun:",pk"`
	Level    int
}

type assignmentRow struct {
	bun.BaseModel `bun:"table:assignments,alias:a"`

	ID       int64 `bun:",pk"`
	TicketID int64
	AgentID  int64
	Why      string
	At       time.Time
	EndedAt  *time.Time
	EndedBy  string
}

func ticketByID(ctx context.Context, q bun.IDB, id int64) (ticketRow, error) {
	t, err := storage.Row[ticketRow](ctx, q, storage.SelectOf[ticketRow](q)+` WHERE t.id = ?`, id)
	return t, storage.Found(err, "ticket")
}

// lastTicket is the newest ticket of a conversation; ok is false when it never had one.
func lastTicket(ctx context.Context, q bun.IDB, conversation int64) (t ticketRow, ok bool, err error) {
	err = q.NewSelect().Model(&t).Where("t.conversation_id = ?", conversation).OrderExpr("t.id DESC").Limit(1).Scan(ctx)
	return t, err == nil, unlessNone(err)
}

func ticketsByID(ctx context.Context, q bun.IDB, ids []int64) ([]ticketRow, error) {
	var rows []ticketRow
	err := storage.Many(ctx, q, &rows, storage.SelectOf[ticketRow](q)+` WHERE t.id IN (?) ORDER BY t.id`, ids)
	return rows, err
}

// waitingOn lists the waiting tickets of the sites in the order they will be served.
func waitingOn(ctx context.Context, q bun.IDB, sites ...int64) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Where("t.site_id IN (?)", bun.List(sites)).Where("t.state = ?", stateWaiting).
		OrderExpr("t.priority DESC, t.opened_at, t.id").Scan(ctx)
	return rows, err
}

// queueOn is waitingOn for one site, with only what telling places needs: it is read again with the changes of
// a long queue.
func queueOn(ctx context.Context, q bun.IDB, site int64) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Column("id", "site_id", "queue_id", "conversation_id", "visitor_id", "state", "version", "stars", "comment", "passed_by", "priority", "locale", "opened_at", "apologized").
		Where("t.site_id = ?", site).Where("t.state = ?", stateWaiting).OrderExpr("t.priority DESC, t.opened_at, t.id").Scan(ctx)
	return rows, err
}

// nextWaiting lists the first tickets that wait in queues behind one of them; behind none of them when that is zero.
func nextWaiting(ctx context.Context, q bun.IDB, queues []int64, after ticketRow, limit int) ([]ticketRow, error) {
	var rows []ticketRow
	query := q.NewSelect().Model(&rows).
		Column("id", "site_id", "queue_id", "conversation_id", "passed_by", "priority", "locale", "wanted", "last_agent", "opened_at").
		Where("t.state = 'waiting'").OrderExpr("t.priority DESC, t.opened_at, t.id").Limit(int64(limit))
	if len(queues) == 1 { // an index has it in order
		query = query.Where("t.queue_id = ?", queues[0])
	} else {
		query = query.Where("t.queue_id IN (?)", bun.List(queues))
	}
	if after.ID != 0 {
		query = query.Where("(t.priority < ? OR (t.priority = ? AND (t.opened_at, t.id) > (?, ?)))", after.Priority, after.Priority, after.OpenedAt, after.ID)
	}
	err := query.Scan(ctx)
	return rows, err
}

// openOf lists the tickets an agent has.
func openOf(ctx context.Context, q bun.IDB, agent int64) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Where("t.agent_id = ?", agent).Where("t.state = ?", stateOpen).OrderExpr("t.id").Scan(ctx)
	return rows, err
}

// openWith lists the tickets of a visitor that an agent has.
func openWith(ctx context.Context, q bun.IDB, visitor int64) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewSelect().Model(&rows).Where("t.visitor_id = ?", visitor).Where("t.state = 'open'").OrderExpr("t.id").Scan(ctx)
	return rows, err
}

// visitorsServed lists the visitors of these queues whom an agent has.
func visitorsServed(ctx context.Context, q bun.IDB, queues []int64) ([]int64, error) {
	var ids []int64
	if len(queues) == 0 {
		return nil, nil
	}
	err := q.NewRaw(`SELECT visitor_id FROM tickets WHERE queue_id IN (?) AND state = ?`, bun.List(queues), stateOpen).Scan(ctx, &ids)
	return ids, err
}

// desertedBy lists the tickets of an agent that go back because he was absent.
func desertedBy(ctx context.Context, q bun.IDB, agent int64) ([]int64, error) {
	var ids []int64
	err := q.NewRaw(`
		SELECT d.ticket_id FROM tickets AS t JOIN timers AS d ON d.ticket_id = t.id AND d.kind = ?
		WHERE t.agent_id = ? AND t.state = ?`, timerAbsent, agent, stateOpen).Scan(ctx, &ids)
	return ids, err
}

// heard keeps the last message on the open ticket of its conversation, and when its agent first wrote; ok is
// false when there is none. by is whose words they count as.
func heard(ctx context.Context, tx *storage.Tx, m *chat.Message, text string, by int64) (t ticketRow, ok bool, err error) {
	var answered, replied, due, turned storage.Time
	at := storage.Time{Time: m.CreatedAt}
	err = tx.One(ctx, `
		UPDATE tickets SET last_text = ?, last_sender_id = ?, last_at = ?,
			answered_at = CASE WHEN answered_at IS NULL AND visitor_id <> ? THEN ? ELSE answered_at END,
			replied_at = CASE WHEN replied_at IS NULL AND visitor_id <> ? THEN ? ELSE replied_at END,
			answer_by = CASE WHEN visitor_id <> ? THEN NULL ELSE answer_by END,
			nudged = CASE WHEN visitor_id <> ? THEN 0 ELSE nudged END,
			apologized = CASE WHEN visitor_id <> ? THEN 0 ELSE apologized END,
			turned_at = CASE WHEN (last_sender_id = visitor_id AND visitor_id = ?) OR (last_sender_id <> visitor_id AND visitor_id <> ?) THEN turned_at ELSE ? END,
			version = CASE WHEN version < ? THEN ? ELSE version + 1 END
		WHERE conversation_id = ? AND state <> 'closed'
		RETURNING id, site_id, queue_id, visitor_id, agent_id, state, answered_at, replied_at, answer_by, turned_at`,
		[]any{text, by, at, by, at, by, at, by, by, by,
			by, by, at, m.Version, m.Version, m.ConversationID},
		&t.ID, &t.SiteID, &t.QueueID, &t.VisitorID, &t.AgentID, &t.State, &answered, &replied, &due, &turned)
	t.AnsweredAt, t.RepliedAt, t.AnswerBy, t.TurnedAt, t.LastSenderID = answered.Pointer(), replied.Pointer(), due.Pointer(), turned.Pointer(), by
	return t, err == nil, unlessNone(err)
}

// reword changes the last words of the tickets that end with this message, and lists them.
func reword(ctx context.Context, tx *storage.Tx, m *chat.Message, text string) ([]int64, error) {
	var ids []int64
	err := tx.NewRaw(`
		UPDATE tickets SET last_text = ?, version = version + 1
		WHERE conversation_id = ? AND last_sender_id = ? AND last_at = ? RETURNING id`,
		text, m.ConversationID, m.SenderID, m.CreatedAt).Scan(ctx, &ids)
	return ids, err
}

// moved writes the columns of t that a change of state touches; errFenced when the node may not any more.
func (s *Service) moved(ctx context.Context, tx *storage.Tx, f fence, t *ticketRow) error {
	res, err := f.apply(s.db, tx.NewUpdate().Model(t).
		Column("state", "agent_id", "queue_id", "passed_by", "to_seq", "version", "assigned_at", "closed_at", "last_agent",
			"priority", "replied_at", "answer_by", "nudged", "apologized").WherePK()).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return cmp.Or(err, errFenced)
	}
	return nil
}

func insertAssignment(ctx context.Context, tx *storage.Tx, a assignmentRow, why Why) error {
	text, err := json.Marshal(why)
	if err != nil {
		return fmt.Errorf("encode why: %w", err)
	}
	a.Why = string(text)
	_, err = tx.NewInsert().Model(&a).Exec(ctx)
	return err
}

func endAssignment(ctx context.Context, tx *storage.Tx, ticket int64, by string, at time.Time) error {
	_, err := tx.NewRaw(`UPDATE assignments SET ended_at = ?, ended_by = ? WHERE ticket_id = ? AND ended_at IS NULL`,
		at, by, ticket).Exec(ctx)
	return err
}

func assignmentsOf(ctx context.Context, q bun.IDB, ticket int64) ([]assignmentRow, error) {
	var rows []assignmentRow
	err := q.NewSelect().Model(&rows).Where("a.ticket_id = ?", ticket).OrderExpr("a.id").Scan(ctx)
	return rows, err
}

// lockSeat takes the lock that every change of an agent's load holds until it is committed.
func lockSeat(ctx context.Context, tx *storage.Tx, agent int64) (seatRow, error) {
	var row seatRow
	err := tx.NewRaw(`
		UPDATE seats SET version = version + 1 WHERE person_id = ?
		RETURNING person_id, state, cap, version, idle_since, languages`, agent).Scan(ctx, &row)
	return row, storage.Found(err, "seat")
}

// lockToServe is lockSeat of an agent to whom a ticket comes.
func lockToServe(ctx context.Context, tx *storage.Tx, agent int64, at time.Time) (seatRow, error) {
	var row seatRow
	err := tx.NewRaw(`
		UPDATE seats SET version = version + 1, served_at = ? WHERE person_id = ?
		RETURNING person_id, state, cap, version, idle_since, languages`, at, agent).Scan(ctx, &row)
	return row, storage.Found(err, "seat")
}

func saveSeat(ctx context.Context, tx *storage.Tx, row *seatRow) error {
	_, err := tx.NewUpdate().Model(row).Column("state", "cap", "idle_since", "languages").WherePK().Exec(ctx)
	return err
}

func seatsByID(ctx context.Context, q bun.IDB, people []int64) ([]seatRow, error) {
	if len(people) == 0 {
		return nil, nil
	}
	var rows []seatRow
	err := storage.Many(ctx, q, &rows, storage.SelectOf[seatRow](q)+` WHERE s.person_id IN (?) ORDER BY s.person_id`, people)
	return rows, err
}

// loadsOf counts the open tickets of each agent; who has none is not in the map.
func loadsOf(ctx context.Context, q bun.IDB, agents ...int64) (map[int64]int, error) {
	loads := map[int64]int{}
	if len(agents) == 0 {
		return loads, nil
	}
	var rows []struct {
		AgentID int64
		N       int
	}
	err := storage.Many(ctx, q, &rows, `SELECT agent_id, COUNT(*) AS n FROM tickets WHERE agent_id IN (?) AND state = ? GROUP BY agent_id`,
		agents, stateOpen)
	for _, r := range rows {
		loads[r.AgentID] = r.N
	}
	return loads, err
}

// load is how many open tickets an agent has, and how many of them in each queue.
type load struct {
	all int
	in  map[int64]int
}

// loadsIn is loadsOf by queue.
func loadsIn(ctx context.Context, q bun.IDB, agents ...int64) (map[int64]load, error) {
	loads := map[int64]load{}
	if len(agents) == 0 {
		return loads, nil
	}
	var rows []struct {
		AgentID, QueueID int64
		N                int
	}
	err := storage.Many(ctx, q, &rows, `SELECT agent_id, queue_id, COUNT(*) AS n FROM tickets WHERE agent_id IN (?) AND state = ? GROUP BY agent_id, queue_id`,
		agents, stateOpen)
	for _, r := range rows {
		l := loads[r.AgentID]
		if l.in == nil {
			l.in = map[int64]int{}
		}
		l.all += r.N
		l.in[r.QueueID] = r.N
		loads[r.AgentID] = l
	}
	return loads, err
}

// agentsAtWork lists who said he is there.
func agentsAtWork(ctx context.Context, q bun.IDB) ([]int64, error) {
	var ids []int64
	err := q.NewRaw(`SELECT person_id FROM seats WHERE state <> ?`, seatAway).Scan(ctx, &ids)
	return ids, err
}

// unfinished lists the sites, queues and agents of all tickets that are not closed. The condition on the
// conversation, which is always true, leads SQLite to the small index of open tickets instead of the table.
func unfinished(ctx context.Context, q bun.IDB) ([]ticketRow, error) {
	var rows []ticketRow
	err := q.NewRaw(`SELECT DISTINCT site_id, queue_id, agent_id FROM tickets WHERE conversation_id > 0 AND state <> 'closed'`).Scan(ctx, &rows)
	return rows, err
}

func unlessNone(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
