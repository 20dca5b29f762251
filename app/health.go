package app

import (
	"context"
	"fmt"
	"time"

	"ichat/storage"
)

// renewEvery leaves three tries before a node's lease is over.
const renewEvery = storage.NodeLease / 4

// askAgain is when a database that did not answer is asked again: a node that is well again should say so soon.
const askAgain = time.Second

// clockOff is by how much this machine's clock may differ from the database's before that is named. What
// the product does goes by the database's; its cookies and certificates go by this one.
const clockOff = 5 * time.Second

// askWithin is how long the database may take to answer a question about itself.
const askWithin = 3 * time.Second

// logGrown is the size of SQLite's write-ahead log from which it is named: it takes the disk.
const logGrown = 256 << 20

// renew holds the node's number. When it is lost, no further id may be minted: the process ends
// and a new one leases another.
func (a *App) renew(ctx context.Context) error {
	next := time.NewTimer(renewEvery)
	defer next.Stop()
	until := time.Now().Add(storage.NodeLease)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		case <-a.DB.LeaseOver(): // this process has slept
		}
		asked := time.Now()
		err := a.prolong(ctx)
		switch {
		case err == nil:
			until = asked.Add(storage.NodeLease)
			a.setWrong(nil)
			next.Reset(renewEvery)
		case time.Now().After(until.Add(-renewEvery)):
			return fmt.Errorf("the node number is lost: %w", err)
		default:
			a.setWrong(err)
			next.Reset(askAgain)
		}
	}
}

func (a *App) prolong(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if err := a.clock.Measure(asking); err != nil {
		return err
	}
	return a.DB.RenewNode(ctx, a.node, a.clock.Now())
}

func (a *App) setWrong(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wrong = err
}

// ready names what keeps this process from serving.
func (a *App) ready(ctx context.Context) []string {
	if a.leaving.Load() {
		return []string{"the server is stopping"}
	}
	var wrong []string
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if err := a.DB.Ping(asking); err != nil {
		wrong = append(wrong, "the database does not answer")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.wrong != nil {
		wrong = append(wrong, "the database does not take writes")
	}
	return wrong
}

// limping names what is wrong while text goes on.
func (a *App) limping(ctx context.Context) []string {
	var wrong []string
	if err := a.Files.Ping(ctx); err != nil {
		wrong = append(wrong, "the file store does not answer")
	}
	if problem := a.Hub.RelayProblem(); problem != "" {
		wrong = append(wrong, "the relay between nodes "+problem)
	}
	if a.outdated(ctx) {
		wrong = append(wrong, "the database belongs to a newer version by now: replace this node")
	}
	if size := a.DB.Log(); size > logGrown {
		wrong = append(wrong, fmt.Sprintf("the database's log has grown to %d MB: another program reads it for too long", size>>20))
	}
	if a.Hub.Full() {
		wrong = append(wrong, "there is no room for more connections: the limit of open files (ulimit -n) is too low")
	}
	if off := a.clock.Off().Abs(); off >= clockOff {
		wrong = append(wrong, fmt.Sprintf("this machine's clock is %s off the database's", off))
	}
	return wrong
}

// outdated tells whether another node, of a newer version, has migrated the database under this one.
func (a *App) outdated(ctx context.Context) bool {
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	set, err := schema(a.DB)
	if err != nil {
		return false
	}
	ahead, err := a.DB.Ahead(asking, set)
	return err == nil && ahead // an error is named as the database's
}
