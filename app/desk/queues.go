package desk

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

// queueNameMost is how many characters the name of a queue may have.
const queueNameMost = 64

var (
	errNoSite     = fault.New(fault.NotFound, "site not found")
	errNoQueue    = fault.New(fault.NotFound, "queue not found")
	errLastQueue  = fault.New(fault.Conflict, "a site needs a queue: add another one first")
	errQueueInUse = fault.New(fault.Conflict, "somebody waits in this queue")
)

// Queue is a line of waiting visitors. Every agent of the site serves all its queues.
type Queue struct {
	ID     int64  `json:"id"`
	SiteID int64  `json:"site_id"`
	Name   string `json:"name"`
}

func (r queueRow) queue() Queue { return Queue{ID: r.ID, SiteID: r.SiteID, Name: r.Name} }

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
	queues := make([]Queue, len(rows))
	for i, r := range rows {
		queues[i] = r.queue()
	}
	return queues, err
}

// AddQueue makes a queue behind those the site has. Only its owners may.
func (s *Service) AddQueue(ctx context.Context, by, site int64, name string) (Queue, error) {
	row := queueRow{ID: s.ids.Next(), SiteID: site, CreatedAt: s.time()}
	if err := s.mustOwn(ctx, by, site, errNoSite); err != nil {
		return Queue{}, err
	}
	if err := row.rename(name); err != nil {
		return Queue{}, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		others, err := lockQueues(ctx, tx, site)
		if err != nil {
			return err
		}
		for _, o := range others {
			row.Position = max(row.Position, o.Position+1)
		}
		tx.After(func() { s.boardChanged(site) })
		if _, err = tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, row.act(by, "queue.add"))
	})
	return row.queue(), err
}

// act is an administrative act on a queue.
func (r queueRow) act(by int64, action string, changes ...audit.Change) audit.Entry {
	return audit.Entry{By: by, Action: action, Site: r.SiteID, TargetID: r.ID, Target: r.Name, Changes: changes}
}

// RenameQueue gives a queue another name. Only owners of its site may.
func (s *Service) RenameQueue(ctx context.Context, by, queue int64, name string) (Queue, error) {
	row, err := s.ownQueue(ctx, by, queue)
	if err != nil {
		return Queue{}, err
	}
	was := row.Name
	if err := row.rename(name); err != nil {
		return Queue{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		tx.After(func() { s.boardChanged(row.SiteID) })
		if _, err := tx.NewUpdate().Model(&row).Column("name").WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, row.act(by, "queue.update", audit.Change{Field: "name", Old: was, New: row.Name}))
	})
	return row.queue(), err
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
		tx.After(func() { s.boardChanged(row.SiteID) })
		if _, err = tx.NewUpdate().Model(&row).Column("removed_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, row.act(by, "queue.remove"))
	})
}

func (r *queueRow) rename(name string) error {
	r.Name = sites.OneLine(name)
	problem := ""
	switch n := utf8.RuneCountInString(r.Name); {
	case n == 0:
		problem = "must not be empty"
	case n > queueNameMost:
		problem = fmt.Sprintf("must be at most %d characters", queueNameMost)
	default:
		return nil
	}
	return errInvalid.With("name", problem)
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

// queueOf is where a site's visitors begin to wait.
func queueOf(ctx context.Context, q bun.IDB, site int64) (int64, error) {
	var id int64
	err := q.NewRaw(`SELECT id FROM queues WHERE site_id = ? AND removed_at IS NULL ORDER BY position, id LIMIT 1`, site).Scan(ctx, &id)
	return id, storage.Found(err, "queue")
}

func queueByID(ctx context.Context, q bun.IDB, id int64) (queueRow, error) {
	var row queueRow
	err := q.NewSelect().Model(&row).Where("q.id = ?", id).Where("q.removed_at IS NULL").Scan(ctx)
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
