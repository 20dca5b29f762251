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
// visitor waits until `place` of them have ended. The range takes the quarter of the recent handling
// times that was quick and the quarter that was slow, and is rounded outwards to whole half-minutes.
func estimate(place int, handling []time.Duration, slots int) *Estimate {
	if place < 1 || slots < 1 || len(handling) < samplesWanted {
		return nil
	}
	sorted := slices.Sorted(slices.Values(handling))
	last := len(sorted) - 1
	quick, slow := sorted[last/4], sorted[last-last/4]
	wait := func(each time.Duration) time.Duration { return each * time.Duration(place) / time.Duration(slots) }
	from := wait(quick).Truncate(estimateStep)
	to := (wait(slow) + estimateStep - 1).Truncate(estimateStep)
	return &Estimate{FromS: int(from.Seconds()), ToS: int(max(to, from+estimateStep).Seconds())}
}
