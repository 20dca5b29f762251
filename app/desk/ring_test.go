package desk_test

import (
	"context"
	"testing"
	"time"

	"ichat/app/desk"
	"ichat/storage"
)

// Somebody holds the conversation of the first ticket and asks for the seat of the agent who gets the second: a ring of
// waiting if the second ticket were on its way already, because it arrives after the first.
func TestWhatIsHandedOutWaitsForNobodyWhoWaitsForIt(t *testing.T) {
	p := open(t, longGrace)
	if !p.db.Postgres() {
		t.Skip("SQLite has one writer")
	}
	eve := p.member("Eve", "owner", 0)
	queue := eve.firstQueue().ID
	eve.rules(queue, `{"auto":false}`)
	p.agent("Ann", 1)
	p.agent("Bob", 1)
	one, two := p.visitor("one"), p.visitor("two")
	one.connect()
	two.connect()
	first := one.says("hello")
	one.waitsAt(1)
	two.says("hello")
	two.waitsAt(2)

	begun := time.Now()
	p.write(func(ctx context.Context, tx *storage.Tx) error {
		if err := tx.Do(ctx, "UPDATE conversations SET version = version WHERE id = ?", first); err != nil {
			return err
		}
		eve.rules(queue, `{}`)
		for waits := 0; waits < 200 && time.Since(begun) < p.patience(); waits++ { // so often that the second would be on its way
			var first bool
			err := tx.NewRaw("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))").Scan(ctx, &first)
			if err != nil {
				return err
			}
			if !first {
				waits = 0
			}
		}
		if err := tx.Do(ctx, "SET LOCAL lock_timeout = '3s'"); err != nil {
			return err
		}
		return tx.Do(ctx, "UPDATE seats SET version = version")
	})
	for _, v := range []*client{one, two} {
		v.seesLive(func(l desk.Live) bool { return l.State == "open" })
	}
}
