// Package jobs is the timetable: work that is due again and again, run by robfig/cron, each
// job by one node at a time because it first takes its lease in the database.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"ichat/storage"
)

const (
	// leaseFor is how long a silent node keeps a job; a running one renews long before.
	leaseFor = time.Minute
	// renewEvery leaves two failed renewals before the lease is over.
	renewEvery = 20 * time.Second
	// holdShare of a job's interval passes before another node may run it again, so nodes whose
	// clocks or starts differ do not repeat each other's work.
	holdShare = 0.9
)

// Jobs is the timetable of one node.
type Jobs struct {
	db   *storage.DB
	now  func() time.Time
	node int
	log  *slog.Logger
	list []job // complete before Run
}

// job is one line of the timetable.
type job struct {
	name     string
	schedule cron.Schedule
	do       func(context.Context) error
}

// New makes an empty timetable for a node.
func New(db *storage.DB, now func() time.Time, node int, log *slog.Logger) *Jobs {
	return &Jobs{db: db, now: now, node: node, log: log}
}

// Every adds a job under a name that is its own in the whole product. spec is a cron line of five
// fields in UTC, or "@every 1m". It is to be called before Run; a spec that cannot be read is a
// bug of the caller and panics.
func (j *Jobs) Every(name, spec string, do func(context.Context) error) {
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		panic(fmt.Sprintf("job %s: %v", name, err))
	}
	j.list = append(j.list, job{name: name, schedule: schedule, do: do})
}

// Run keeps the timetable until ctx ends, and returns when the jobs then running have ended too;
// they are told by their own ctx.
func (j *Jobs) Run(ctx context.Context) {
	log := cronLog{j.log}
	// Recover is the inner one: a panic that passed through SkipIfStillRunning would leave its job
	// "running" for ever.
	table := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log),
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	for _, due := range j.list {
		table.Schedule(due.schedule, cron.FuncJob(func() { j.run(ctx, due) }))
	}
	table.Start()
	<-ctx.Done()
	<-table.Stop().Done()
}

// run does one job if this node gets its lease.
func (j *Jobs) run(ctx context.Context, due job) {
	began := j.now().UTC()
	interval := due.schedule.Next(began).Sub(began)
	held := began.Add(time.Duration(holdShare * float64(interval)))
	taken, err := j.take(ctx, due.name, began, later(held, began.Add(leaseFor)))
	if err != nil && ctx.Err() == nil {
		j.log.ErrorContext(ctx, "job lease not taken", "job", due.name, "err", err)
	}
	if err != nil || !taken {
		return
	}
	defer func() {
		if err := j.extend(context.WithoutCancel(ctx), due.name, later(held, j.now().UTC())); err != nil {
			j.log.WarnContext(ctx, "job lease not given back", "job", due.name, "err", err)
		}
	}()
	if err := j.do(ctx, due, held); err != nil && ctx.Err() == nil {
		j.log.ErrorContext(ctx, "job failed", "job", due.name, "err", err)
		return
	}
	j.log.DebugContext(ctx, "job done", "job", due.name, "ms", j.now().Sub(began).Milliseconds())
}

// do runs the job's function and renews the lease beside it; a job that loses its lease is stopped.
func (j *Jobs) do(ctx context.Context, due job, held time.Time) error {
	inner, stop := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		j.renew(inner, stop, due.name, held)
	}()
	defer func() {
		stop()
		<-renewed
	}()
	return due.do(inner)
}

func (j *Jobs) renew(ctx context.Context, stop func(), name string, held time.Time) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := j.extend(ctx, name, later(held, j.now().UTC().Add(leaseFor))); errors.Is(err, errLost) {
			j.log.WarnContext(ctx, "job lease lost", "job", name)
			stop()
			return
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// cronLog lets cron write to the product's log.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, kv ...any) { l.log.Debug("cron "+msg, kv...) }

func (l cronLog) Error(err error, msg string, kv ...any) {
	l.log.Error("cron "+msg, append(kv, "err", err)...)
}
