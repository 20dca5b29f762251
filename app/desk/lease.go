package desk

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/id"
	"ichat/storage"
)

const (
	// leaseFor is how long a silent node keeps a site's queue; what it would write later is refused.
	leaseFor = 5 * time.Second

	// beatEvery leaves two failed renewals before the lease is over. It is also how often the holder
	// looks for what it was not woken for.
	beatEvery = 1500 * time.Millisecond
)

// errFenced ends a write of a node that is no longer the one that works the site's queue.
var errFenced = errors.New("another node works this queue")

// fence is the right to work a site's queue, as long as the lease has this number. The zero value is for
// what a person does, who needs no lease, and for a database that only one node can use.
type fence struct{ site, epoch int64 }

// fenceHolds is true while the lease of a site has this number.
const fenceHolds = "EXISTS (SELECT 1 FROM dispatch_leases WHERE site_id = ? AND epoch = ? AND until_ms > ?)"

// apply lets the statement change nothing when the lease is over or has another number.
func (f fence) apply(db *storage.DB, q *bun.UpdateQuery) *bun.UpdateQuery {
	if f.epoch == 0 {
		return q
	}
	return q.Where(fenceHolds, f.site, f.epoch, bun.Safe(db.ClockMS()))
}

// leases is what this node knows of who works which site's queue. All of it is a shortcut: the row decides.
type leases struct {
	db     *storage.DB
	holder string // this process

	asking sync.Mutex // one looks at the row at a time: two of this process would each take the other for another node

	mu    sync.Mutex
	known map[int64]lease // by site; guarded by mu
}

// lease is what was last read or written of a row. Until is on this machine's clock, counted from before the
// question was asked, so it never ends later than the row says.
type lease struct {
	epoch int64 // 0: it is another node's
	until time.Time
}

func newLeases(db *storage.DB) *leases {
	return &leases{db: db, holder: id.Token(), known: map[int64]lease{}}
}

// hold returns the fence under which this node works a site's queue; ok is false when another node does.
func (l *leases) hold(ctx context.Context, site int64) (f fence, ok bool, err error) {
	if !l.db.Postgres() {
		return fence{}, true, nil
	}
	if known, fresh := l.look(site); fresh {
		return fence{site, known.epoch}, known.epoch != 0, nil
	}
	l.asking.Lock()
	defer l.asking.Unlock()
	if known, fresh := l.look(site); fresh {
		return fence{site, known.epoch}, known.epoch != 0, nil
	}
	asked := time.Now()
	left, err := leaseLeft(ctx, l.db, site)
	if err != nil {
		return fence{}, false, err
	}
	if left > 0 { // ours, if it is, is in known; another process's is to be left alone
		l.note(site, lease{until: asked.Add(min(left, beatEvery))})
		return fence{}, false, nil
	}
	asked = time.Now()
	epoch, err := takeLease(ctx, l.db, site, l.holder)
	if err != nil {
		return fence{}, false, err
	}
	taken := lease{epoch: epoch, until: asked.Add(leaseFor)}
	if epoch == 0 { // somebody was quicker
		taken.until = asked.Add(beatEvery)
	}
	l.note(site, taken)
	return fence{site, epoch}, epoch != 0, nil
}

// mine tells whether this node works a site's queue, as far as is known without looking.
func (l *leases) mine(site int64) (mine, known bool) {
	if !l.db.Postgres() {
		return true, true
	}
	is, fresh := l.look(site)
	return fresh && is.epoch != 0, fresh
}

// others lists the sites whose queues are known to be other nodes', which the next hold looks at only when that is stale.
func (l *leases) others() []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var sites []int64
	for site, is := range l.known {
		if is.epoch == 0 && time.Now().Before(is.until) {
			sites = append(sites, site)
		}
	}
	return sites
}

// epoch is the number of the lease this node holds, or held last, on a site.
func (l *leases) epoch(site int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[site].epoch
}

func (l *leases) look(site int64) (known lease, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.known[site]
	return known, ok && time.Now().Before(known.until)
}

func (l *leases) note(site int64, is lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[site] = is
}

// forget makes the next hold look at the row.
func (l *leases) forget(site int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, site)
}

// renew prolongs what this node holds, forgets what it lost, and says of which sites.
func (l *leases) renew(ctx context.Context) (lost []int64, err error) {
	held := l.held()
	if len(held) == 0 {
		return nil, nil
	}
	asked := time.Now()
	kept, err := renewLeases(ctx, l.db, l.holder)
	if err != nil {
		return nil, err
	}
	return l.renewed(held, kept, asked.Add(leaseFor)), nil
}

// held is what this node holds or held last: the numbers of leases by site.
func (l *leases) held() map[int64]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := map[int64]int64{}
	for site, is := range l.known {
		if is.epoch != 0 {
			held[site] = is.epoch
		}
	}
	return held
}

// renewed notes which of the leases that were held were kept. One that was taken anew while that was asked stays: forgetting
// it would leave the queue to nobody until it is over.
func (l *leases) renewed(held, kept map[int64]int64, until time.Time) (lost []int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for site, epoch := range held {
		switch {
		case l.known[site].epoch != epoch:
		case kept[site] == epoch:
			l.known[site] = lease{epoch: epoch, until: until}
		default:
			delete(l.known, site)
			lost = append(lost, site)
		}
	}
	return lost
}

// release lets other nodes take over at once, and says of which sites.
func (l *leases) release(ctx context.Context) (freed []int64, err error) {
	if len(l.held()) == 0 {
		return nil, nil
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		freed, err = tx.Numbers(ctx, `
			UPDATE dispatch_leases SET until_ms = 0 WHERE holder = ? AND until_ms > `+l.db.ClockMS()+` RETURNING site_id`, l.holder)
		return err
	})
	return freed, err
}

// leaseLeft is how much longer somebody has a site's lease; nothing when nobody has.
func leaseLeft(ctx context.Context, db *storage.DB, site int64) (time.Duration, error) {
	var ms int64
	err := db.One(ctx, `SELECT until_ms - `+db.ClockMS()+` FROM dispatch_leases WHERE site_id = ?`, []any{site}, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return time.Duration(ms) * time.Millisecond, err
}

// takeLease takes a site's lease if it is over, and returns its new number; 0 when somebody was quicker.
func takeLease(ctx context.Context, db *storage.DB, site int64, holder string) (epoch int64, err error) {
	err = db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		epoch = 0
		return unlessNone(tx.One(ctx, `
			INSERT INTO dispatch_leases (site_id, holder, epoch, until_ms) VALUES (?, ?, 1, `+db.ClockMS()+` + ?)
			ON CONFLICT (site_id) DO UPDATE SET holder = excluded.holder, epoch = dispatch_leases.epoch + 1, until_ms = excluded.until_ms
			WHERE dispatch_leases.until_ms <= `+db.ClockMS()+`
			RETURNING epoch`, []any{site, holder, leaseFor.Milliseconds()}, &epoch))
	})
	return epoch, err
}

// renewLeases prolongs the leases a node still has and returns their numbers by site.
func renewLeases(ctx context.Context, db *storage.DB, holder string) (map[int64]int64, error) {
	kept := map[int64]int64{}
	err := db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		var rows []struct{ SiteID, Epoch int64 }
		err := tx.NewRaw(`
			UPDATE dispatch_leases SET until_ms = `+db.ClockMS()+` + ? WHERE holder = ? AND until_ms > `+db.ClockMS()+`
			RETURNING site_id, epoch`, leaseFor.Milliseconds(), holder).Scan(ctx, &rows)
		for _, r := range rows {
			kept[r.SiteID] = r.Epoch
		}
		return err
	})
	return kept, err
}

// sitesWaiting lists the sites where somebody waits: one look into a small index.
func sitesWaiting(ctx context.Context, q bun.IDB) ([]int64, error) {
	var sites []int64
	err := q.NewRaw(`SELECT DISTINCT site_id FROM tickets WHERE state = 'waiting'`).Scan(ctx, &sites)
	return sites, err
}
