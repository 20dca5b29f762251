package desk

import (
	"reflect"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// seat is a candidate who is there, with room for two, idle since `minutes` after noon.
func seat(person int64, load, minutes int) candidate {
	return candidate{
		Person: person, Online: true, Connected: true,
		Cap: 2, Load: load, IdleSince: noon.Add(time.Duration(minutes) * time.Minute),
	}
}

func TestPickTakesTheLeastBusyThenTheLongestIdle(t *testing.T) {
	away, lost := seat(7, 0, 0), seat(8, 0, 0)
	away.Online, lost.Connected = false, false
	none := seat(9, 0, 0)
	none.Cap = 0
	for _, c := range []struct {
		name  string
		seats []candidate
		want  int64
		why   []string // the reasons of those passed over, closest first

		passedBy int64
	}{
		{"nobody works here", nil, 0, nil, 0},
		{"alone and free", []candidate{seat(1, 0, 0)}, 1, nil, 0},
		{"less busy wins over longer idle", []candidate{seat(1, 1, 0), seat(2, 0, 9)}, 2, []string{"busier"}, 0},
		{"longer idle wins among equals", []candidate{seat(1, 1, 5), seat(2, 1, 4)}, 2, []string{"not idle longer"}, 0},
		{"lower id when all else is equal", []candidate{seat(2, 0, 0), seat(1, 0, 0)}, 1, []string{"not idle longer"}, 0},
		{"never over the cap", []candidate{seat(1, 2, 0), seat(2, 3, 0)}, 0, nil, 0},
		{"a cap of zero takes nothing", []candidate{none}, 0, nil, 0},
		{"full, away and lost are passed over", []candidate{lost, away, seat(1, 2, 0), seat(2, 1, 9)}, 2,
			[]string{"away", "not connected", "full"}, 0},
		{"only those who cannot", []candidate{away, lost}, 0, nil, 0},
		{"not to whom passed it on", []candidate{seat(1, 0, 0), seat(2, 1, 9)}, 2, []string{"passed it on"}, 1},
		{"nobody but whom passed it on", []candidate{seat(1, 0, 0)}, 0, nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			picked, why := pick(c.seats, c.passedBy)
			var got int64
			if picked != nil {
				got = picked.Person
			}
			var reasons []string
			for _, s := range why.Skipped {
				reasons = append(reasons, s.Reason)
			}
			if got != c.want || why.Picked != c.want || !reflect.DeepEqual(reasons, c.why) {
				t.Fatalf("picked %d because %+v, want %d with %q", got, why, c.want, c.why)
			}
		})
	}
}

func TestPickKeepsOnlyTheClosestOfAnArmy(t *testing.T) {
	var seats []candidate
	for n := range 200 {
		seats = append(seats, seat(int64(200-n), 0, n))
	}
	got, why := pick(seats, 0)
	if got.Person != 200 || len(why.Skipped) != skippedKept || why.Skipped[0].PersonID != 199 {
		t.Fatalf("picked %+v, kept %d, first %+v", got, len(why.Skipped), why.Skipped)
	}
}

func TestEstimateIsARangeOrNothing(t *testing.T) {
	minutes := func(n ...int) []time.Duration {
		var all []time.Duration
		for _, m := range n {
			all = append(all, time.Duration(m)*time.Minute)
		}
		return all
	}
	for _, c := range []struct {
		name     string
		place    int
		handling []time.Duration
		slots    int
		want     *Estimate
	}{
		{"nothing known", 1, nil, 5, nil},
		{"too few known", 1, minutes(4, 4), 5, nil},
		{"nobody at work", 1, minutes(4, 4, 4), 0, nil},
		{"not in the queue", 0, minutes(4, 4, 4), 1, nil},
		{"next of one slot", 1, minutes(4, 4, 4), 1, &Estimate{240, 270}},
		{"third of one slot", 3, minutes(4, 4, 4), 1, &Estimate{720, 750}},
		{"third of six slots", 3, minutes(4, 4, 4), 6, &Estimate{120, 150}},
		{"quick and slow quarters", 1, minutes(20, 2, 9, 4, 6), 1, &Estimate{240, 540}},
		{"rounded outwards", 1, []time.Duration{100 * time.Second, 100 * time.Second, 100 * time.Second}, 1, &Estimate{90, 120}},
		{"soon is not never", 1, []time.Duration{time.Second, time.Second, time.Second}, 5, &Estimate{0, 30}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := estimate(c.place, c.handling, c.slots); !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
