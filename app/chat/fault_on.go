//go:build faultlab

package chat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/uptrace/bun/dialect"

	"ichat/app/faultlab"
	"ichat/storage"
)

var (
	everybodyMay = faultlab.Is(faultlab.NoMembership)
	sequenced    = faultlab.Is(faultlab.Sequence)
	blocksLate   = faultlab.Is(faultlab.BlockOutside)
)

// looks are what was last read of the blocks of a direct conversation, for the one who wrote in it.
var looks struct {
	mu sync.Mutex
	of map[[2]int64]look // by conversation and person
}

type look struct {
	at              time.Time
	blocks, blocked bool
}

// lookLasts is how long somebody believes what he read of blocks.
const lookLasts = 3 * time.Second

func blocksBefore(conversation, person int64) (blocks, blocked, known bool) {
	looks.mu.Lock()
	defer looks.mu.Unlock()
	l := looks.of[[2]int64{conversation, person}]
	return l.blocks, l.blocked, blocksLate && time.Since(l.at) < lookLasts
}

func noteBlocks(conversation, person int64, blocks, blocked bool) {
	looks.mu.Lock()
	defer looks.mu.Unlock()
	if looks.of == nil {
		looks.of = map[[2]int64]look{}
	}
	looks.of[[2]int64{conversation, person}] = look{time.Now(), blocks, blocked}
}

// counters are the numbers of SQLite's conversations: memory, which no rollback takes back.
var counters struct {
	mu sync.Mutex
	of map[int64]*[2]int64
}

// unlocked numbers a change (and a message) from counters that know nothing of the transaction. The row is
// brought up to them at the end of the statement, as a header that lists sort by would be.
func unlocked(ctx context.Context, tx *storage.Tx, c *Conversation, message bool) (bool, error) {
	if !sequenced {
		return false, nil
	}
	var err error
	if tx.Dialect().Name() == dialect.PG {
		err = fromSequences(ctx, tx, c, message)
	} else {
		err = fromMemory(ctx, tx, c, message)
	}
	if err != nil {
		return true, storage.Found(err, "conversation")
	}
	time.Sleep(rand.N(5 * time.Millisecond))
	_, err = tx.NewRaw(`
		UPDATE conversations SET seq = CASE WHEN seq < ? THEN ? ELSE seq END, version = CASE WHEN version < ? THEN ? ELSE version END WHERE id = ?`,
		c.Seq, c.Seq, c.Version, c.Version, c.ID).Exec(ctx)
	return true, err
}

func header(ctx context.Context, tx *storage.Tx, c *Conversation) error {
	return tx.One(ctx, `SELECT kind, site_id, owner_id, seq, version FROM conversations WHERE id = ?`,
		[]any{c.ID}, &c.Kind, &c.SiteID, &c.OwnerID, &c.Seq, &c.Version)
}

func fromMemory(ctx context.Context, tx *storage.Tx, c *Conversation, message bool) error {
	if err := header(ctx, tx, c); err != nil {
		return err
	}
	counters.mu.Lock()
	defer counters.mu.Unlock()
	if counters.of == nil {
		counters.of = map[int64]*[2]int64{}
	}
	n := counters.of[c.ID]
	if n == nil {
		n = &[2]int64{c.Seq, c.Version}
		counters.of[c.ID] = n
	}
	if message {
		n[0]++
	}
	n[1]++
	c.Seq, c.Version = n[0], n[1]
	return nil
}

func fromSequences(ctx context.Context, tx *storage.Tx, c *Conversation, message bool) error {
	if err := header(ctx, tx, c); err != nil {
		return err
	}
	next := func(name string, from int64, to *int64) error {
		name = fmt.Sprintf("%s_%d", name, c.ID)
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("CREATE SEQUENCE IF NOT EXISTS %s START WITH %d", name, from+1)); err != nil {
			return err
		}
		return tx.NewRaw("SELECT nextval(?)", name).Scan(ctx, to)
	}
	if message {
		if err := next("seq", c.Seq, &c.Seq); err != nil {
			return err
		}
	}
	return next("version", c.Version, &c.Version)
}
