package bench

import (
	"math"
	"slices"
	"time"
)

// Spread is the middle and the slow end of many durations, in milliseconds.
type Spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// spreadOf sorts the durations it is given.
func spreadOf(all []time.Duration) Spread {
	slices.Sort(all)
	return Spread{P50: millis(percentile(all, 50)), P99: millis(percentile(all, 99))}
}

// percentile is the smallest value that p per cent of the sorted values do not exceed; 0 of none.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(float64(len(sorted)) * p / 100))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

func millis(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }

// round keeps three digits behind the point: more is noise.
func round(f float64) float64 { return math.Round(f*1000) / 1000 }
