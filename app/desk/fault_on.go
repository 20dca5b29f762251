//go:build faultlab

package desk

import (
	"context"
	"sync"
	"time"

	"ichat/app/faultlab"
)

var capOutside = faultlab.Is(faultlab.CapOutside)

// checks are the loads of agents as they were counted a moment ago: a check made before the transaction
// waits for its turn is as old as this.
var checks struct {
	mu sync.Mutex
	of map[int64]check
}

type check struct {
	load int
	at   time.Time
}

const checkLasts = 100 * time.Millisecond

// roomOutside looks at an agent's load as it was, and holds no lock while that is acted on.
func (s *Service) roomOutside(ctx context.Context, agent int64) (bool, error) {
	if !capOutside {
		return false, nil
	}
	ctx = context.Background() // as if the write around it were none
	rows, err := seatsByID(ctx, s.db.R, []int64{agent})
	if err != nil {
		return true, err
	}
	load, err := s.loadAMomentAgo(ctx, agent)
	switch {
	case err != nil:
		return true, err
	case len(rows) == 0:
		return true, errNoSeat
	case rows[0].State != seatOnline:
		return true, errAway
	case load >= rows[0].Cap:
		return true, errFull
	}
	return true, nil
}

func (s *Service) loadAMomentAgo(ctx context.Context, agent int64) (int, error) {
	checks.mu.Lock()
	defer checks.mu.Unlock()
	if c := checks.of[agent]; time.Since(c.at) < checkLasts {
		return c.load, nil
	}
	loads, err := loadsOf(ctx, s.db.R, agent)
	if checks.of == nil {
		checks.of = map[int64]check{}
	}
	checks.of[agent] = check{load: loads[agent], at: time.Now()}
	return loads[agent], err
}
