package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

const (
	queueNameMost = 64 // characters
	levelMost     = 5
)

var (
	errNoSite     = fault.New(fault.NotFound, "site not found")
	errNoQueue    = fault.New(fault.NotFound, "queue not found")
	errLastQueue  = fault.New(fault.Conflict, "a site needs a queue: add another one first")
	errQueueInUse = fault.New(fault.Conflict, "somebody waits in this queue")
	errOverflows  = fault.New(fault.Conflict, "another queue overflows into this one")
)

// Queue is a line of waiting visitors, and who serves it besides everybody when its rules say so.
type Queue struct {
	ID     int64        `json:"id"`
	SiteID int64        `json:"site_id"`
	Name   string       `json:"name"`
	Rules  Rules        `json:"rules"`
	Agents []QueueAgent `json:"agents"`
}

// QueueAgent is somebody who serves a queue, and how well, from 1 to 5.
type QueueAgent struct {
	PersonID int64 `json:"person_id"`
	Level    int   `json:"level"`
}

// QueueChange is what somebody wants different; nil leaves it as it is. Rules and agents are given as a whole. First
// makes it the queue where visitors begin whom nothing leads elsewhere; the others keep their order behind it.
type QueueChange struct {
	First  bool          `json:"first,omitempty"`
	Name   *string       `json:"name,omitempty"`
	Rules  *Rules        `json:"rules,omitempty"`
	Agents *[]QueueAgent `json:"agents,omitempty"`
}

// queueViews are queues with their rules and agents, in the same order.
func queueViews(ctx context.Context, q bun.IDB, rows ...queueRow) ([]Queue, error) {
	agents, err := agentsOfQueues(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	queues := make([]Queue, len(rows))
	for i, r := range rows {
		rules, err := readRules(r.Rules)
		if err != nil {
			return nil, fmt.Errorf("rules of queue %d: %w", r.ID, err)
		}
		queues[i] = Queue{ID: r.ID, SiteID: r.SiteID, Name: r.Name, Rules: rules, Agents: append([]QueueAgent{}, agents[r.ID]...)}
	}
	return queues, nil
}

// QueueTx gives a new site its first queue. It is a hook for sites.OnSite.
func (s *Service) QueueTx(ctx context.Context, tx *storage.Tx, site sites.Site) error {
	row := queueRow{ID: s.ids.Next(), SiteID: site.ID, Name: firstQueue, CreatedAt: s.time()}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Queues lists the queues of a member's sites, each site's in its order; the first is where visitors begin.
func (s *Service) Queues(ctx context.Context, by int64) ([]Queue, error) {
	theirs, err := s.sitesOf(ctx, by)
	if err != nil {
		return nil, err
	}
	rows, err := queuesOn(ctx, s.db.R, theirs)
	if err != nil {
		return nil, err
	}
	return queueViews(ctx, s.db.R, rows...)
}

// AddQueue makes a queue behind those the site has. Only its owners may.
func (s *Service) AddQueue(ctx context.Context, by, site int64, name string) (Queue, error) {
	if err := s.mustOwn(ctx, by, site, errNoSite); err != nil {
		return Queue{}, err
	}
	name, problem := queueName(name)
	if problem != "" {
		return Queue{}, errInvalid.With("name", problem)
	}
	row := queueRow{ID: s.ids.Next(), SiteID: site, Name: name, CreatedAt: s.time()}
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		others, err := lockQueues(ctx, tx, site)
		if err != nil {
			return err
		}
		for _, o := range others {
			row.Position = max(row.Position, o.Position+1)
		}
		tx.After(func() { s.queueChanged(site) })
		if _, err = tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, row.act(by, "queue.add"))
	})
	if err != nil {
		return Queue{}, err
	}
	return s.queue(ctx, row)
}

func (s *Service) queue(ctx context.Context, row queueRow) (Queue, error) {
	all, err := queueViews(ctx, s.db.R, row)
	if err != nil {
		return Queue{}, err
	}
	return all[0], nil
}

// act is an administrative act on a queue.
func (r queueRow) act(by int64, action string, changes ...audit.Change) audit.Entry {
	return audit.Entry{By: by, Action: action, Site: r.SiteID, TargetID: r.ID, Target: r.Name, Changes: changes}
}

// ChangeQueue gives a queue another name, other rules or other agents. Those who lead its site may; of two who do it
// at once the later one has the last word. What is wrong is named by field.
func (s *Service) ChangeQueue(ctx context.Context, by, queue int64, c QueueChange) (Queue, error) {
	row, err := queueByID(ctx, s.db.R, queue)
	if err != nil {
		return Queue{}, err
	}
	role, err := s.people.RoleOn(ctx, by, row.SiteID)
	if err != nil {
		return Queue{}, err
	}
	if !people.Leads(role) {
		return Queue{}, errNoQueue
	}
	serves, err := s.people.AgentsOf(ctx, row.SiteID)
	if err != nil {
		return Queue{}, err
	}
	var after Queue
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		after, err = s.changeQueueTx(ctx, tx, by, row, serves, c)
		return err
	})
	return after, err
}

func (s *Service) changeQueueTx(ctx context.Context, tx *storage.Tx, by int64, row queueRow, serves []int64, c QueueChange) (Queue, error) {
	if _, err := lockQueues(ctx, tx, row.SiteID); err != nil {
		return Queue{}, err
	}
	others, err := queuesOn(ctx, tx, []int64{row.SiteID})
	if err != nil {
		return Queue{}, err
	}
	at := slices.IndexFunc(others, func(o queueRow) bool { return o.ID == row.ID })
	if at < 0 {
		return Queue{}, errNoQueue // removed since
	}
	views, err := queueViews(ctx, tx, others[at])
	if err != nil {
		return Queue{}, err
	}
	before := views[0]
	after, err := c.apply(before, others, serves)
	if err != nil {
		return Queue{}, err
	}
	row = others[at]
	row.Name, row.Rules, row.Timed = after.Name, after.Rules.stored(), 0
	if after.Rules.Hours != nil {
		row.Timed = 1
	}
	changes := audit.Compare(before, after)
	if c.First && at > 0 {
		row.Position = others[0].Position - 1
		changes = append(changes, audit.Change{Field: "first", Old: others[0].Name, New: row.Name})
	}
	tx.After(func() { s.queueChanged(row.SiteID) })
	if _, err := tx.NewUpdate().Model(&row).Column("name", "rules", "timed", "position").WherePK().Exec(ctx); err != nil {
		return Queue{}, err
	}
	if c.Agents != nil {
		if err := keepQueueAgents(ctx, tx, row.ID, after.Agents); err != nil {
			return Queue{}, err
		}
	}
	return after, s.audit.WriteTx(ctx, tx, row.act(by, "queue.update", changes...))
}

// queueChanged tells Dispatch and the boards that a queue works in another way.
func (s *Service) queueChanged(site int64) {
	s.boardChanged(site)
	s.SiteChanged(site)
}

// apply puts a change on a queue, normalised; every field that is wrong is named in the refusal.
func (c QueueChange) apply(q Queue, others []queueRow, serves []int64) (Queue, error) {
	refusal := errInvalid
	if c.Name != nil {
		name, problem := queueName(*c.Name)
		if q.Name = name; problem != "" {
			refusal = refusal.With("name", problem)
		}
	}
	if c.Rules != nil {
		rules, wrong := c.Rules.checked(q.ID, others)
		q.Rules = rules
		for field, problem := range wrong {
			refusal = refusal.With(field, problem)
		}
	}
	if c.Agents != nil {
		q.Agents = slices.SortedFunc(slices.Values(*c.Agents), func(a, b QueueAgent) int { return cmp.Compare(a.PersonID, b.PersonID) })
		for i, a := range *c.Agents {
			if problem := a.problem((*c.Agents)[:i], serves); problem != "" {
				refusal = refusal.With(fmt.Sprintf("agents.%d", i), problem)
			}
		}
	}
	if len(refusal.Fields) > 0 {
		return Queue{}, refusal
	}
	return q, nil
}

func (a QueueAgent) problem(before []QueueAgent, serves []int64) string {
	switch {
	case !slices.Contains(serves, a.PersonID):
		return "must be an agent of the site"
	case slices.ContainsFunc(before, func(b QueueAgent) bool { return b.PersonID == a.PersonID }):
		return "is given twice"
	case a.Level < 1 || a.Level > levelMost:
		return fmt.Sprintf("must be from 1 to %d", levelMost)
	}
	return ""
}

// RemoveQueue takes a queue away unless somebody waits in it or it is the site's last. Tickets that were in
// it keep its name.
func (s *Service) RemoveQueue(ctx context.Context, by, queue int64) error {
	row, err := s.ownQueue(ctx, by, queue)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		left, err := lockQueues(ctx, tx, row.SiteID)
		if err != nil {
			return err
		}
		if len(left) < 2 {
			return errLastQueue
		}
		others, err := queuesOn(ctx, tx, []int64{row.SiteID})
		if err != nil {
			return err
		}
		for _, o := range others {
			if rules, err := readRules(o.Rules); err != nil || rules.Overflow.ToQueue == queue {
				return cmp.Or(err, error(errOverflows))
			}
		}
		// Somebody who comes to wait in it right now is not lost: agents serve a site, not a queue.
		waits, err := waitsIn(ctx, tx, queue)
		if err != nil {
			return err
		}
		if waits {
			return errQueueInUse
		}
		at := s.time()
		row.RemovedAt = &at
		tx.After(func() { s.queueChanged(row.SiteID) })
		if _, err = tx.NewUpdate().Model(&row).Column("removed_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, row.act(by, "queue.remove"))
	})
}

// queueName is a name as it is kept, or what is wrong with it.
func queueName(typed string) (name, problem string) {
	name = sites.OneLine(typed)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		problem = "must not be empty"
	case n > queueNameMost:
		problem = fmt.Sprintf("must be at most %d characters", queueNameMost)
	}
	return name, problem
}

// ownQueue finds a queue for an owner of its site; for anybody else there is none.
func (s *Service) ownQueue(ctx context.Context, by, queue int64) (queueRow, error) {
	row, err := queueByID(ctx, s.db.R, queue)
	if err != nil {
		return queueRow{}, err
	}
	return row, s.mustOwn(ctx, by, row.SiteID, errNoQueue)
}

func (s *Service) mustOwn(ctx context.Context, by, site int64, otherwise error) error {
	owns, err := s.people.Owns(ctx, by, site)
	if err == nil && !owns {
		return otherwise
	}
	return err
}

func queueByID(ctx context.Context, q bun.IDB, id int64) (queueRow, error) {
	row, err := storage.Row[queueRow](ctx, q, storage.SelectOf[queueRow](q)+` WHERE q.id = ? AND q.removed_at IS NULL`, id)
	return row, storage.Found(err, "queue")
}

// siteOfQueue finds the site of a queue, also of one that is gone.
func siteOfQueue(ctx context.Context, q bun.IDB, queue int64) (site int64, err error) {
	err = q.NewRaw(`SELECT site_id FROM queues WHERE id = ?`, queue).Scan(ctx, &site)
	return site, storage.Found(err, "queue")
}

func queuesOn(ctx context.Context, q bun.IDB, sites []int64) ([]queueRow, error) {
	var rows []queueRow
	err := q.NewSelect().Model(&rows).Where("q.site_id IN (?)", bun.List(sites)).Where("q.removed_at IS NULL").
		OrderExpr("q.site_id, q.position, q.id").Scan(ctx)
	return rows, err
}

// lockQueues locks the queues a site has, so that its last two are not removed at once.
func lockQueues(ctx context.Context, tx *storage.Tx, site int64) ([]queueRow, error) {
	var rows []queueRow
	err := tx.NewRaw(`UPDATE queues SET position = position WHERE site_id = ? AND removed_at IS NULL RETURNING id, position`, site).Scan(ctx, &rows)
	return rows, err
}

func waitsIn(ctx context.Context, q bun.IDB, queue int64) (bool, error) {
	var n int
	err := q.NewRaw(`SELECT COUNT(*) FROM tickets WHERE queue_id = ? AND state = ?`, queue, stateWaiting).Scan(ctx, &n)
	return n > 0, err
}

// queueNames names queues, those that are gone too.
func queueNames(ctx context.Context, q bun.IDB, ids []int64) (map[int64]string, error) {
	var rows []queueRow
	err := q.NewSelect().Model(&rows).Where("q.id IN (?)", bun.List(ids)).Scan(ctx)
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}

// agentsOfQueues lists who is named for each queue.
func agentsOfQueues(ctx context.Context, q bun.IDB, queues []queueRow) (map[int64][]QueueAgent, error) {
	agents := map[int64][]QueueAgent{}
	if len(queues) == 0 {
		return agents, nil
	}
	ids := make([]int64, len(queues))
	for i, r := range queues {
		ids[i] = r.ID
	}
	var rows []queueAgentRow
	err := q.NewSelect().Model(&rows).Where("qa.queue_id IN (?)", bun.List(ids)).OrderExpr("qa.queue_id, qa.person_id").Scan(ctx)
	for _, r := range rows {
		agents[r.QueueID] = append(agents[r.QueueID], QueueAgent{PersonID: r.PersonID, Level: r.Level})
	}
	return agents, err
}

// keepQueueAgents names these people for a queue, and nobody else.
func keepQueueAgents(ctx context.Context, tx *storage.Tx, queue int64, agents []QueueAgent) error {
	if _, err := tx.NewRaw(`DELETE FROM queue_agents WHERE queue_id = ?`, queue).Exec(ctx); err != nil || len(agents) == 0 {
		return err
	}
	rows := make([]queueAgentRow, len(agents))
	for i, a := range agents {
		rows[i] = queueAgentRow{QueueID: queue, PersonID: a.PersonID, Level: a.Level}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}
