package desk

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// A goroutine of the desk that failed (the database was away) tries again after a pause that doubles
// between these two.
const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
)

type set map[int64]bool

// setOf leaves out 0, which stands for nobody.
func setOf(ids ...int64) set {
	s := make(set, len(ids))
	for _, id := range ids {
		if id != 0 {
			s[id] = true
		}
	}
	return s
}

func (s set) add(more set) { maps.Copy(s, more) }

func union(a, b set) set {
	all := maps.Clone(a)
	if all == nil {
		all = set{}
	}
	all.add(b)
	return all
}

// list is the ids in ascending order.
func (s set) list() []int64 { return slices.Sorted(maps.Keys(s)) }

// news is what changed, by id; how often does not matter.
type news struct {
	sites   set // their queues: something may be to hand out, or places to tell
	tickets set
	seats   set // people whose state, load or presence changed; not all of them have a seat
	gone    set // people whose absence outlasted the grace
	came    set // people who are there again
	left    set // people whose last connection is gone for the grace: gone, but told once

	// What was perhaps told on another node, and is told here again. Places are those of these sites.
	lostTickets, lostSeats, lostPlaces set

	heard, heardGone set // sites and gone that another node, or the clock, has named: they are not passed on
}

func (n *news) merge(more news) {
	for _, part := range []struct{ to, from *set }{
		{&n.sites, &more.sites}, {&n.tickets, &more.tickets}, {&n.seats, &more.seats}, {&n.gone, &more.gone}, {&n.came, &more.came}, {&n.left, &more.left},
		{&n.lostTickets, &more.lostTickets}, {&n.lostSeats, &more.lostSeats}, {&n.lostPlaces, &more.lostPlaces},
		{&n.heard, &more.heard}, {&n.heardGone, &more.heardGone},
	} {
		if *part.to == nil {
			*part.to = set{}
		}
		part.to.add(*part.from)
	}
}

func (n news) empty() bool {
	return len(n.sites)+len(n.tickets)+len(n.seats)+len(n.gone)+len(n.came)+len(n.left)+len(n.lostTickets)+len(n.lostSeats)+len(n.lostPlaces)+len(n.heard)+len(n.heardGone) == 0
}

// inbox collects news for one goroutine. Adding never blocks: the same news twice is one, and the
// wake-up has one slot.
type inbox struct {
	wake chan struct{}

	mu   sync.Mutex
	news news // guarded by mu
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

func (b *inbox) add(n news) {
	b.mu.Lock()
	b.news.merge(n)
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default: // already awake, and will find this too
	}
}

func (b *inbox) take() news {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.news
	b.news = news{}
	return n
}

// serve gives the news to work, one call at a time, until ctx ends. What work could not do it returns,
// and gets again after a pause, however much other news comes meanwhile.
func (b *inbox) serve(ctx context.Context, work func(ctx context.Context, n news) (failed news)) {
	var late news
	pause := firstPause
	retry := time.NewTimer(longPause)
	retry.Stop()
	defer retry.Stop()
	for {
		n := news{}
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
			n = b.take()
		case <-retry.C:
			n, late = late, news{}
		}
		failed := work(ctx, n)
		if ctx.Err() != nil {
			return
		}
		if failed.empty() {
			if late.empty() {
				pause = firstPause
			}
			continue
		}
		if late.empty() {
			retry.Reset(pause)
			pause = min(2*pause, longPause)
		}
		late.merge(failed)
	}
}

// behind logs what took longer than anybody should wait for it: the database is slow, or holds a lock for somebody.
func behind(ctx context.Context, log *slog.Logger, what string, began time.Time) {
	if took := time.Since(began); took > longPause && ctx.Err() == nil {
		log.WarnContext(ctx, "the desk is behind", "with", what, "ms", took.Milliseconds())
	}
}

// missed logs what could not be done and will be tried again, unless we are stopping.
func missed(ctx context.Context, log *slog.Logger, what string, err error, more ...any) {
	if ctx.Err() == nil {
		log.ErrorContext(ctx, what, append(more, "err", err)...)
	}
}
