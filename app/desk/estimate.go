package desk

import (
	"slices"
	"time"
)

const (
	// samplesWanted is how many finished conversations an estimate needs before it says anything:
	// two can both be odd.
	samplesWanted = 3

	// samplesRead is how many of the latest it looks at: enough to be steady, few enough to follow the day.
	samplesRead = 20

	// estimateStep is what a range is rounded to, so that it does not flicker with each conversation.
	estimateStep = 30 * time.Second
)

// estimate tells how long the visitor at place (1 is next) will wait, as an honest range, or nil when
// nothing is known: nobody at work, or too few conversations behind us.
//
// With `slots` conversations going on at once, one of them ends every handling/slots on average, and the
// visitor waits until `place` of them have ended. The first of them may end at once, and one more than usual may
// come before him, so the range goes from place-1 of the quarter of the recent handling times that was quick to
// place+1 of the quarter that was slow, and is rounded outwards to whole half-minutes.
func estimate(place int, handling []time.Duration, slots float64) *Estimate {
	if place < 1 || slots <= 0 || len(handling) < samplesWanted {
		return nil
	}
	sorted := slices.Sorted(slices.Values(handling))
	last := len(sorted) - 1
	quick, slow := sorted[last/4], sorted[last-last/4]
	wait := func(ended int, each time.Duration) time.Duration {
		return time.Duration(float64(each) * float64(ended) / slots)
	}
	from := wait(place-1, quick).Truncate(estimateStep)
	to := (wait(place+1, slow) + estimateStep - 1).Truncate(estimateStep)
	return &Estimate{FromS: int(from.Seconds()), ToS: int(max(to, from+estimateStep).Seconds())}
}
