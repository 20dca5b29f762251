package desk

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// rulesFor is how long the rules of a queue are taken for granted: another node may have changed them.
const rulesFor = 5 * time.Second

// ruleBook remembers the rules of queues, which every message of an agent asks for.
type ruleBook struct {
	mu      sync.Mutex
	of      map[int64]knownRules // by queue; guarded by mu
	sites   map[int64]knownLines // by site (line.go); guarded by mu
	edition int                  // how often it was forgotten; guarded by mu
}

type knownRules struct {
	rules Rules
	until time.Time
}

func newRuleBook() *ruleBook {
	return &ruleBook{of: map[int64]knownRules{}, sites: map[int64]knownLines{}}
}

// forget makes the next question look at the rows.
func (b *ruleBook) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of, b.sites, b.edition = map[int64]knownRules{}, map[int64]knownLines{}, b.edition+1
}

func (b *ruleBook) look(queue int64, now time.Time) (rules Rules, fresh bool, edition int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, ok := b.of[queue]
	return known.rules, ok && now.Before(known.until), b.edition
}

func (b *ruleBook) note(queue int64, is knownRules, edition int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.edition == edition {
		b.of[queue] = is
	}
}

// rulesOf are the rules of a queue, also of one that was removed. They may be some seconds old and are not to be
// changed.
func (s *Service) rulesOf(ctx context.Context, q bun.IDB, queue int64) (Rules, error) {
	rules, fresh, edition := s.rules.look(queue, s.now())
	if fresh {
		return rules, nil
	}
	var text string
	if err := q.NewRaw(`SELECT rules FROM queues WHERE id = ?`, queue).Scan(ctx, &text); err != nil {
		return Rules{}, storage.Found(err, "queue")
	}
	rules, err := readRules(text)
	if err != nil {
		return Rules{}, fmt.Errorf("rules of queue %d: %w", queue, err)
	}
	s.rules.note(queue, knownRules{rules, s.now().Add(rulesFor)}, edition)
	return rules, nil
}
