package desk_test

import (
	"cmp"
	"slices"
	"time"

	"ichat/app/desk"
)

// simTicket is a ticket that is not closed, as the database has it.
type simTicket struct {
	ID, QueueID, VisitorID, ConversationID int64
	State                                  string
	AgentID                                int64
	Priority                               int
	OpenedAt                               time.Time
	AssignedAt                             *time.Time
	PassedBy                               int64
}

// before tells whether a is served before b: they wait in the same queue.
func (a simTicket) before(b simTicket) bool {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID)) < 0
}

// promises are what is to be true whenever nothing moves.
type promises struct {
	d       *days
	last    map[int64]simTicket // what was there when they were looked at last
	opened  map[int64]time.Time // by ticket: when it was opened, for ever
	told    map[int64]*desk.Estimate
	came    []foretold
	waits   []time.Duration
	checked int
}

func newPromises(d *days) promises {
	return promises{d: d, last: map[int64]simTicket{}, opened: map[int64]time.Time{}, told: map[int64]*desk.Estimate{}}
}

func (p *promises) broken(format string, args ...any) {
	p.d.p.t.Helper()
	p.d.p.t.Fatalf("after %d steps, at %s: "+format, append([]any{p.d.steps, time.Now().Format(time.TimeOnly)}, args...)...)
}

func (p *promises) look() {
	var rows []simTicket
	err := p.d.p.db.R.NewRaw(`SELECT id, queue_id, visitor_id, conversation_id, state, agent_id, priority, opened_at, assigned_at, passed_by
		FROM tickets WHERE state <> 'closed' ORDER BY id`).Scan(p.d.p.t.Context(), &rows)
	if err != nil {
		p.d.p.t.Fatal(err)
	}
	now := make(map[int64]simTicket, len(rows))
	load, in := map[int64]int{}, map[[2]int64]int{}
	var waiting []simTicket
	for _, t := range rows {
		now[t.ID] = t
		if t.State == "open" {
			load[t.AgentID]++
			in[[2]int64{t.AgentID, t.QueueID}]++
		} else {
			waiting = append(waiting, t)
		}
	}
	slices.SortFunc(waiting, func(a, b simTicket) int { return cmp.Or(cmp.Compare(a.QueueID, b.QueueID), order(a, b)) })
	p.owners(rows)
	p.caps(load, in)
	p.nobodyWaitsForNothing(waiting, load, in)
	p.inOrder(rows, waiting)
	p.places(waiting)
	p.estimates(rows)
	for _, t := range rows {
		if before, known := p.last[t.ID]; t.State == "open" && (!known || before.AgentID != t.AgentID || !before.AssignedAt.Equal(*t.AssignedAt)) {
			if a := p.d.agent(t.AgentID); a != nil {
				p.d.given(a, t)
			}
		}
	}
	p.last = now
	p.checked++
}

func order(a, b simTicket) int {
	if a.before(b) {
		return -1
	}
	return 1
}

func (d *days) agent(id int64) *simAgent {
	for _, a := range d.agents {
		if a.id == id {
			return a
		}
	}
	return nil
}

// owners: an open ticket has one owner, a waiting one none, and each says so in one open assignment.
func (p *promises) owners(rows []simTicket) {
	var wrong int
	p.d.p.one(&wrong, `SELECT COUNT(*) FROM tickets AS t WHERE t.state <> 'closed' AND
		(SELECT COUNT(*) FROM assignments AS a WHERE a.ticket_id = t.id AND a.ended_at IS NULL AND (t.state = 'waiting' OR a.agent_id = t.agent_id))
		<> CASE WHEN t.state = 'open' THEN 1 ELSE 0 END`)
	if wrong > 0 {
		p.broken("%d of %d tickets have not one owner or none", wrong, len(rows))
	}
}

// caps: nobody has more than he takes, in all and in a queue.
func (p *promises) caps(load map[int64]int, in map[[2]int64]int) {
	for _, a := range p.d.agents {
		if load[a.id] > a.cap {
			p.broken("%s has %d, at most %d", a.name, load[a.id], a.cap)
		}
		for _, q := range p.d.queues {
			if n := in[[2]int64{a.id, q.id}]; q.cap > 0 && n > q.cap {
				p.broken("%s has %d of a queue, at most %d", a.name, n, q.cap)
			}
		}
	}
}

// nobodyWaitsForNothing: no agent who could have a ticket is left without it.
func (p *promises) nobodyWaitsForNothing(waiting []simTicket, load map[int64]int, in map[[2]int64]int) {
	for _, t := range waiting {
		q := p.queue(t.QueueID)
		for _, a := range p.d.agents {
			if a.state == "online" && a.connected && q.serves(a.id) && load[a.id] < a.cap && t.PassedBy != a.id &&
				(q.cap == 0 || in[[2]int64{a.id, q.id}] < q.cap) {
				p.broken("ticket %d waits while %s is free (%d of %d)", t.ID, a.name, load[a.id], a.cap)
			}
		}
	}
}

func (p *promises) queue(id int64) simQueue {
	return p.d.queues[slices.IndexFunc(p.d.queues, func(q simQueue) bool { return q.id == id })]
}

// inOrder: who was handed out since the last look was before all who waited in his queue then and still do, unless
// they had been passed over by the one who got him.
func (p *promises) inOrder(rows, waiting []simTicket) {
	for _, t := range rows {
		was, known := p.last[t.ID]
		if t.State != "open" || !known || was.State != "waiting" || was.QueueID != t.QueueID || !p.byRule(t) {
			continue
		}
		for _, w := range waiting {
			before, waited := p.last[w.ID]
			if waited && before.State == "waiting" && before.QueueID == t.QueueID && w.QueueID == t.QueueID &&
				before.before(was) && w.before(t) && w.PassedBy != t.AgentID && before.PassedBy != t.AgentID {
				p.broken("ticket %d was served before ticket %d", t.ID, w.ID)
			}
		}
	}
}

// byRule tells whether the rule gave the ticket to its agent; a person may do as he likes.
func (p *promises) byRule(t simTicket) bool {
	var n int
	p.d.p.one(&n, `SELECT COUNT(*) FROM assignments WHERE ticket_id = ? AND ended_at IS NULL AND why LIKE '%"by":0,%'`, t.ID)
	return n == 1
}

// places: who comes back to the queue has come when he came, and everybody is told the place he has.
func (p *promises) places(waiting []simTicket) {
	for _, t := range waiting {
		if first, known := p.opened[t.ID]; known && !first.Equal(t.OpenedAt) {
			p.broken("ticket %d was opened at %s, and now at %s", t.ID, first, t.OpenedAt)
		}
		p.opened[t.ID] = t.OpenedAt
	}
	if len(waiting) == 0 || p.checked%4 != 0 {
		return
	}
	n := p.d.rnd.IntN(len(waiting))
	t, place := waiting[n], 1
	for _, w := range waiting[:n] {
		if w.QueueID == t.QueueID {
			place++
		}
	}
	if l := p.d.visitors[t.VisitorID].live(); l.Place != place {
		p.broken("ticket %d is told place %d, and has %d", t.ID, l.Place, place)
	}
}

// estimates keeps what was told at the first sight of a waiting ticket, and how it came.
func (p *promises) estimates(rows []simTicket) {
	for _, t := range rows {
		told, known := p.told[t.ID]
		switch {
		case t.State == "waiting" && !known:
			p.told[t.ID] = p.d.visitors[t.VisitorID].live().Estimate
		case t.State == "open" && known && told != nil:
			p.came = append(p.came, foretold{*told, t.AssignedAt.Sub(t.OpenedAt)})
			fallthrough
		case t.State == "open" && known:
			delete(p.told, t.ID)
			p.waits = append(p.waits, t.AssignedAt.Sub(t.OpenedAt))
		}
	}
}

// happened counts events by kind, and assignments by how they ended.
func (d *days) happened() map[string]int {
	var rows []struct {
		Kind string
		N    int
	}
	err := d.p.db.R.NewRaw(`SELECT kind, COUNT(*) AS n FROM ticket_events GROUP BY kind
		UNION ALL SELECT ended_by, COUNT(*) FROM assignments GROUP BY ended_by`).Scan(d.p.t.Context(), &rows)
	if err != nil {
		d.p.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, r := range rows {
		counts[r.Kind] += r.N
	}
	return counts
}

// report says what these days were, and how good the estimates.
func (d *days) report() {
	var tickets, overlaps int
	d.p.one(&tickets, `SELECT COUNT(*) FROM tickets`)
	d.p.one(&overlaps, `SELECT COUNT(*) FROM assignments AS a JOIN assignments AS b ON b.ticket_id = a.ticket_id AND b.id > a.id WHERE b.at < a.ended_at`)
	if overlaps > 0 {
		d.p.t.Errorf("%d times two had a ticket at once", overlaps)
	}
	t := d.p.t
	t.Logf("%d tickets, %d steps, %d looks: %v", tickets, d.steps, d.promises.checked, d.happened())
	t.Logf("%d waited, %v at the median, %v at p90", len(d.promises.waits), at(d.promises.waits, 0.5).Round(time.Second), at(d.promises.waits, 0.9).Round(time.Second))
	var off []time.Duration
	within := 0
	for _, f := range d.promises.came {
		from, to := time.Duration(f.estimate.FromS)*time.Second, time.Duration(f.estimate.ToS)*time.Second
		if f.waited >= from && f.waited <= to {
			within++
		}
		off = append(off, max(from-f.waited, f.waited-to, 0))
	}
	if len(off) > 0 {
		t.Logf("%d had an estimate: %d %% of the waits fell into it; from its nearer end they were %v off at the median, %v at p90",
			len(off), 100*within/len(off), at(off, 0.5).Round(time.Second), at(off, 0.9).Round(time.Second))
	}
}

func at(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(all))[int(share*float64(len(all)-1))]
}

// one reads one number.
func (p *product) one(n *int, query string, args ...any) {
	p.t.Helper()
	if err := p.db.R.NewRaw(query, args...).Scan(p.t.Context(), n); err != nil {
		p.t.Fatal(err)
	}
}
