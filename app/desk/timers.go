package desk

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// The kinds of timers. What is due is a row, written with what causes it, so a restart forgets nothing.
const (
	timerNudge     = "nudge"      // the agent has not answered: call him (ladder.go)
	timerAnswer    = "answer"     // he still has not: somebody else (ladder.go)
	timerAbsent    = "absent"     // he is not there any more (absence.go)
	timerBoost     = "boost"      // waited long: a higher priority (overflow.go)
	timerOverflow  = "overflow"   // waited too long: another queue (overflow.go)
	timerIdleWarn  = "idle_warn"  // the visitor is silent (idle.go)
	timerIdleClose = "idle_close" // he still is (idle.go)
	timerGone      = "gone"       // he is not there any more (idle.go)
)

// firedMost is how many due rows are read at once.
const firedMost = 100

// timerRow is something that happens to a ticket at a time, unless it does not fit any more then. N counts, where
// there is something to count.
type timerRow struct {
	bun.BaseModel `bun:"table:timers,alias:d"`

	TicketID int64  `bun:",pk"`
	Kind     string `bun:",pk"`
	At       time.Time
	SiteID   int64
	N        int
}

// alarm wakes the goroutine that fires timers when a row is due before what it sleeps for.
type alarm struct {
	wake chan struct{} // one slot

	mu   sync.Mutex
	next time.Time // what it sleeps for; zero while it reads; guarded by mu
}

func newAlarm() *alarm { return &alarm{wake: make(chan struct{}, 1)} }

func (a *alarm) ring() {
	select {
	case a.wake <- struct{}{}:
	default: // already awake
	}
}

// before rings unless it will be awake by then.
func (a *alarm) before(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next.IsZero() || at.Before(a.next) {
		a.next = at
		a.ring()
	}
}

func (a *alarm) sleepsUntil(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next = at
}

// never is when the next timer is due while there is none.
var never = time.Unix(1<<40, 0)

// setTimerTx sets a timer of a ticket, anew if it has one of the kind.
func (s *Service) setTimerTx(ctx context.Context, tx *storage.Tx, t *ticketRow, kind string, at time.Time, n int) error {
	tx.After(func() { s.announce(t.SiteID, at) })
	return tx.Do(ctx, `
		INSERT INTO timers (ticket_id, kind, at, site_id, n) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (ticket_id, kind) DO UPDATE SET at = excluded.at, n = excluded.n`,
		t.ID, kind, storage.Time{Time: at}, t.SiteID, n)
}

// startTimerTx sets a timer of a ticket unless it has one of the kind: that one goes on.
func (s *Service) startTimerTx(ctx context.Context, tx *storage.Tx, t *ticketRow, kind string, at time.Time) error {
	tx.After(func() { s.announce(t.SiteID, at) })
	return tx.Do(ctx, `
		INSERT INTO timers (ticket_id, kind, at, site_id, n) VALUES (?, ?, ?, ?, 0)
		ON CONFLICT (ticket_id, kind) DO NOTHING`,
		t.ID, kind, storage.Time{Time: at}, t.SiteID)
}

// announce says to the node that works a site's queue when a timer is due: this one, another, or either.
func (s *Service) announce(site int64, at time.Time) {
	mine, known := s.leases.mine(site)
	if mine || !known {
		s.alarm.before(at)
	}
	if !mine {
		s.passOn(topicDue, hint{Sites: []int64{site}, At: at})
	}
}

// endTimersTx takes all timers of a ticket away.
func endTimersTx(ctx context.Context, tx *storage.Tx, ticket int64) error {
	return tx.Do(ctx, `DELETE FROM timers WHERE ticket_id = ?`, ticket)
}

// dropTimersTx takes away what does not outlast an assignment or a wait: the rounds without an answer do.
func dropTimersTx(ctx context.Context, tx *storage.Tx, ticket int64) error {
	return tx.Do(ctx, `DELETE FROM timers WHERE ticket_id = ? AND kind <> 'answer'`, ticket)
}

// clearTimersTx takes timers of these kinds away.
func clearTimersTx(ctx context.Context, tx *storage.Tx, ticket int64, kinds ...string) error {
	_, err := tx.NewRaw(`DELETE FROM timers WHERE ticket_id = ? AND kind IN (?)`, ticket, bun.List(kinds)).Exec(ctx)
	return err
}

// timerN is the count of a ticket's timer; 0 when it has none.
func timerN(ctx context.Context, tx *storage.Tx, ticket int64, kind string) (n int, err error) {
	err = tx.One(ctx, `SELECT n FROM timers WHERE ticket_id = ? AND kind = ?`, []any{ticket, kind}, &n)
	return n, unlessNone(err)
}

// claim takes a due row away, which is the right to do what it says; false when it is not there as it was, or when
// the queue is another node's by now.
func (s *Service) claim(ctx context.Context, tx *storage.Tx, f fence, d timerRow) (bool, error) {
	q := tx.NewDelete().Model((*timerRow)(nil)).Where("ticket_id = ?", d.TicketID).Where("kind = ?", d.Kind).Where("at = ?", d.At)
	if f.epoch != 0 {
		q = q.Where(fenceHolds, f.site, f.epoch, bun.Safe(s.db.ClockMS()))
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// dueTimers lists rows that are due, behind one of them; behind none when that is zero. Those of others' queues are left out.
func dueTimers(ctx context.Context, q bun.IDB, now time.Time, after timerRow, others []int64) ([]timerRow, error) {
	var rows []timerRow
	query := notOf(others, q.NewSelect().Model(&rows)).Where("d.at <= ?", now).OrderExpr("d.at, d.ticket_id, d.kind").Limit(firedMost)
	if after.TicketID != 0 {
		query = query.Where("(d.at, d.ticket_id, d.kind) > (?, ?, ?)", after.At, after.TicketID, after.Kind)
	}
	err := query.Scan(ctx)
	return rows, err
}

// nextTimer is when the first row behind now is due, of those that are not others'.
func nextTimer(ctx context.Context, q bun.IDB, now time.Time, others []int64) (time.Time, error) {
	var row timerRow
	err := notOf(others, q.NewSelect().Model(&row)).Column("at").Where("d.at > ?", now).OrderExpr("d.at").Limit(1).Scan(ctx)
	if row.At.IsZero() {
		row.At = never
	}
	return row.At, unlessNone(err)
}

func notOf(sites []int64, q *bun.SelectQuery) *bun.SelectQuery {
	if len(sites) > 0 {
		q = q.Where("d.site_id NOT IN (?)", bun.List(sites))
	}
	return q
}

// keepTime fires timers until ctx ends. It sleeps until the first is due on the sites that may be this node's, and is
// woken when an earlier one was written, here or elsewhere, and by the beat, which finds what got lost.
func (s *Service) keepTime(ctx context.Context) {
	pause := firstPause
	for {
		s.alarm.sleepsUntil(time.Time{})
		now := s.time()
		err := s.fireDue(ctx, now)
		next, err2 := nextTimer(ctx, s.db.R, now, s.leases.others())
		wait := next.Sub(s.now())
		if err = errors.Join(err, err2); err != nil {
			missed(ctx, s.log, "timers not fired", err)
			wait = pause
			pause = min(2*pause, longPause)
		} else {
			pause = firstPause
		}
		s.alarm.sleepsUntil(s.now().Add(wait))
		timer := time.NewTimer(max(wait, 0))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-s.alarm.wake:
			timer.Stop()
		}
	}
}

// firedAtOnce is how many timers strike side by side: each is a write of its own, and on PostgreSQL they do not wait
// for one another.
const firedAtOnce = 8

// fireDue fires what is due on the sites this node works.
func (s *Service) fireDue(ctx context.Context, now time.Time) error {
	defer behind(ctx, s.log, "timers", time.Now())
	var failures []error
	for after, more := (timerRow{}), true; more; {
		due, err := dueTimers(ctx, s.db.R, now, after, s.leases.others())
		if err != nil {
			return err
		}
		there, err := s.whoIsThere(ctx, due)
		if err != nil {
			return err
		}
		var mine []func() error
		for _, d := range due {
			f, holds, err := s.leases.hold(ctx, d.SiteID)
			if err != nil {
				failures = append(failures, err)
			} else if holds {
				mine = append(mine, func() error { return s.fire(ctx, f, d, there[d.SiteID]) })
			}
		}
		failures = append(failures, together(mine, firedAtOnce)...)
		if more = len(due) == firedMost; more {
			after = due[len(due)-1]
		}
	}
	return errors.Join(failures...)
}

// whoIsThere is who works on the sites from which somebody may move on to another queue. It is read once for all of them,
// and not inside their writes: a write that waits for a second connection may wait for itself.
func (s *Service) whoIsThere(ctx context.Context, rows []timerRow) (map[int64]shift, error) {
	there := map[int64]shift{}
	for _, d := range rows {
		if _, known := there[d.SiteID]; known || d.Kind != timerOverflow {
			continue
		}
		at, err := s.atWork(ctx, d.SiteID)
		if err != nil {
			return nil, err
		}
		there[d.SiteID] = at
	}
	return there, nil
}

// together runs all, at most so many at once, and returns what failed.
func together(all []func() error, most int) (failures []error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	places := make(chan struct{}, most)
	for _, f := range all {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			if err := f(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, err)
			}
		})
	}
	group.Wait()
	return failures
}

// fire does what a due row says, if it still fits: under the lock of the conversation, and with the row gone in the
// same write, so that it happens once whatever crashes.
func (s *Service) fire(ctx context.Context, f fence, d timerRow, there shift) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		t, err := ticketByID(ctx, tx, d.TicketID)
		if err != nil {
			return err
		}
		if t, err = s.lockTicket(ctx, tx, t); err != nil {
			return err
		}
		claimed, err := s.claim(ctx, tx, f, d)
		if err != nil || !claimed || t.State == stateClosed {
			return err
		}
		rules, err := s.rulesOf(ctx, tx, t.QueueID)
		if err != nil {
			return err
		}
		return s.strike(ctx, tx, due{fence: f, timerRow: d, rules: rules, t: &t, there: there})
	})
	if fault.Is(err, fault.NotFound) { // its ticket, or the conversation, is gone
		return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return endTimersTx(ctx, tx, d.TicketID) })
	}
	return err
}

// due is a timer on its way: the ticket is locked, the row is gone.
type due struct {
	timerRow
	fence fence
	rules Rules
	t     *ticketRow
	there shift // who works on the site, where that matters
}

func (s *Service) strike(ctx context.Context, tx *storage.Tx, d due) error {
	switch d.Kind {
	case timerNudge:
		return s.nudgeTx(ctx, tx, d)
	case timerAnswer:
		return s.unansweredTx(ctx, tx, d)
	case timerAbsent:
		return s.stillAbsentTx(ctx, tx, d)
	case timerBoost:
		return s.boostTx(ctx, tx, d)
	case timerOverflow:
		return s.overflowTx(ctx, tx, d)
	case timerIdleWarn:
		return s.idleWarnTx(ctx, tx, d)
	case timerIdleClose:
		return s.idleCloseTx(ctx, tx, d)
	case timerGone:
		return s.goneTx(ctx, tx, d)
	}
	return nil // of a newer program that ran here: without it nobody would miss it
}

// isDue hears of a timer that another node wrote, on a queue that may be this one's.
func (s *Service) isDue(text []byte) {
	h := s.read(text)
	for _, site := range h.Sites {
		if mine, _ := s.leases.mine(site); mine {
			s.alarm.before(h.At)
		}
	}
}
