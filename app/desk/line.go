package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/sites"
)

// line is a queue as those who work it see it: its rules read, and who serves it.
type line struct {
	queueRow
	rules  Rules
	levels map[int64]int // of those who are named for it
}

// serves tells whether an agent of the site gets tickets of the queue.
func (q *line) serves(agent int64) bool { return q.rules.Everyone || q.levels[agent] > 0 }

// hasRoom tells whether anybody could get a ticket of the queue now.
func (q *line) hasRoom(seats []*candidate) bool {
	return slices.ContainsFunc(seats, func(c *candidate) bool { return c.obstacle(q, 0) == "" })
}

// lines are the queues of a site in their order. One that was removed while somebody came to wait in it stands at the
// end until he is served.
type lines []*line

// of finds a queue; nil when it is gone.
func (l lines) of(queue int64) *line {
	for _, q := range l {
		if q.ID == queue {
			return q
		}
	}
	return nil
}

// standing are the queues somebody can still come to.
func (l lines) standing() lines {
	return slices.DeleteFunc(slices.Clone(l), func(q *line) bool { return q.RemovedAt != nil })
}

// hoursOf are the hours of a queue; those of its site where it has none of its own, or is gone.
func (l lines) hoursOf(queue int64, site sites.Hours) sites.Hours {
	if q := l.of(queue); q != nil {
		return q.rules.hoursOr(site)
	}
	return site
}

// linesOf reads the queues of a site. They may be some seconds old, as another node may have changed them, and are
// not to be changed.
func (s *Service) linesOf(ctx context.Context, q bun.IDB, site int64) (lines, error) {
	known, fresh, edition := s.rules.lookSite(site, s.now())
	if fresh {
		return known, nil
	}
	rows, err := queuesServed(ctx, q, site)
	if err != nil {
		return nil, err
	}
	agents, err := agentsOfQueues(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	all := make(lines, len(rows))
	for i, row := range rows {
		rules, err := readRules(row.Rules)
		if err != nil {
			return nil, fmt.Errorf("rules of queue %d: %w", row.ID, err)
		}
		all[i] = &line{queueRow: row, rules: rules, levels: map[int64]int{}}
		for _, a := range agents[row.ID] {
			all[i].levels[a.PersonID] = a.Level
		}
	}
	s.rules.noteSite(site, knownLines{all, s.now().Add(rulesFor)}, edition)
	return all, nil
}

// queuesServed lists the queues of a site and, behind them, those that are gone while somebody waits in them.
func queuesServed(ctx context.Context, q bun.IDB, site int64) ([]queueRow, error) {
	var rows []queueRow
	err := q.NewSelect().Model(&rows).Where("q.site_id = ?", site).
		Where("(q.removed_at IS NULL OR EXISTS (SELECT 1 FROM tickets AS t WHERE t.queue_id = q.id AND t.state = 'waiting'))").
		OrderExpr("q.removed_at IS NOT NULL, q.position, q.id").Scan(ctx)
	return rows, err
}

// knownLines are the queues of a site as they were read a moment ago.
type knownLines struct {
	lines lines
	until time.Time
}

func (b *ruleBook) lookSite(site int64, now time.Time) (known lines, fresh bool, edition int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, ok := b.sites[site]
	return k.lines, ok && now.Before(k.until), b.edition
}

func (b *ruleBook) noteSite(site int64, is knownLines, edition int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.edition == edition {
		b.sites[site] = is
	}
}
