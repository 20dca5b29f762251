package desk

import (
	"reflect"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// seat is a candidate who is there, with room for two, idle since `minutes` after noon.
func seat(person int64, load, minutes int, more ...func(*candidate)) *candidate {
	c := &candidate{
		Person: person, State: seatOnline, Connected: true,
		Cap: 2, Load: load, In: map[int64]int{}, IdleSince: noon.Add(time.Duration(minutes) * time.Minute),
	}
	for _, change := range more {
		change(c)
	}
	return c
}

func is(state string) func(*candidate)      { return func(c *candidate) { c.State = state } }
func lost(c *candidate)                     { c.Connected = false }
func here(n int) func(*candidate)           { return func(c *candidate) { c.In[7] = n } }
func speaks(all ...string) func(*candidate) { return func(c *candidate) { c.Languages = all } }
func servedAt(minutes int) func(*candidate) {
	return func(c *candidate) { c.ServedAt = noon.Add(time.Duration(minutes) * time.Minute) }
}

// queue is queue 7 with the usual rules but for what is changed.
func queue(change func(*Rules), levels map[int64]int) *line {
	q := &line{queueRow: queueRow{ID: 7}, rules: defaultRules(), levels: levels}
	if change != nil {
		change(&q.rules)
	}
	return q
}

func strategy(name string) func(*Rules) { return func(r *Rules) { r.Strategy = name } }

func TestPickFollowsTheRulesOfTheQueue(t *testing.T) {
	skilled := map[int64]int{1: 2, 2: 5, 3: 5}
	named := func(r *Rules) { r.Everyone = false }
	for _, c := range []struct {
		name   string
		queue  *line
		ticket ticketRow
		seats  []*candidate
		want   int64
		rule   string
		why    []string // the reasons of those passed over, closest first
	}{
		{"nobody works here", queue(nil, nil), ticketRow{}, nil, 0, "least busy", nil},
		{"alone and free", queue(nil, nil), ticketRow{}, []*candidate{seat(1, 0, 0)}, 1, "least busy", nil},
		{"less busy wins over longer idle", queue(nil, nil), ticketRow{}, []*candidate{seat(1, 1, 0), seat(2, 0, 9)}, 2, "least busy", []string{"busier"}},
		{"longer idle wins among equals", queue(nil, nil), ticketRow{}, []*candidate{seat(1, 1, 5), seat(2, 1, 4)}, 2, "least busy", []string{"not idle longer"}},
		{"lower id when all else is equal", queue(nil, nil), ticketRow{}, []*candidate{seat(2, 0, 0), seat(1, 0, 0)}, 1, "least busy", []string{"not idle longer"}},
		{"never over the cap", queue(nil, nil), ticketRow{}, []*candidate{seat(1, 2, 0), seat(2, 3, 0)}, 0, "least busy", []string{"full", "full"}},
		{"a cap of zero takes nothing", queue(nil, nil), ticketRow{}, []*candidate{seat(1, 0, 0, func(c *candidate) { c.Cap = 0 })}, 0, "least busy", []string{"full"}},
		{"full, away and lost are passed over", queue(nil, nil), ticketRow{}, []*candidate{seat(8, 0, 0, lost), seat(7, 0, 0, is(seatAway)), seat(1, 2, 0), seat(2, 1, 9)}, 2, "least busy",
			[]string{"away", "not connected", "full"}},
		{"busy gets none, and nobody is told who is invisible", queue(nil, nil), ticketRow{}, []*candidate{seat(1, 0, 0, is(seatBusy)), seat(2, 0, 0, is(seatInvisible)), seat(3, 1, 0)}, 3, "least busy",
			[]string{"busy", "away"}},
		{"not to whom passed it on", queue(nil, nil), ticketRow{PassedBy: 1}, []*candidate{seat(1, 0, 0), seat(2, 1, 9)}, 2, "least busy", []string{"passed it on"}},
		{"nobody but whom passed it on", queue(nil, nil), ticketRow{PassedBy: 1}, []*candidate{seat(1, 0, 0)}, 0, "least busy", []string{"passed it on"}},

		{"the cap of the queue", queue(func(r *Rules) { r.Cap = 1 }, nil), ticketRow{}, []*candidate{seat(1, 1, 0, here(1)), seat(2, 1, 9)}, 2, "least busy", []string{"full in this queue"}},
		{"the agent's own cap comes first", queue(func(r *Rules) { r.Cap = 9 }, nil), ticketRow{}, []*candidate{seat(1, 2, 0, here(1))}, 0, "least busy", []string{"full"}},
		{"only who is named serves a queue of its own", queue(named, map[int64]int{2: 3}), ticketRow{}, []*candidate{seat(1, 0, 0), seat(2, 1, 0)}, 2, "least busy", []string{"does not serve the queue"}},
		{"who does not serve it is the farthest", queue(named, map[int64]int{2: 3, 3: 3}), ticketRow{}, []*candidate{seat(1, 0, 0), seat(2, 2, 0), seat(3, 1, 0)}, 3, "least busy", []string{"full", "does not serve the queue"}},

		{"round robin: who was served longest ago", queue(strategy(byRoundRobin), nil), ticketRow{}, []*candidate{seat(1, 0, 0, servedAt(5)), seat(2, 1, 9, servedAt(4))}, 2, "round robin", []string{"served more recently"}},
		{"round robin: who never was", queue(strategy(byRoundRobin), nil), ticketRow{}, []*candidate{seat(1, 0, 0, servedAt(5)), seat(2, 0, 0)}, 2, "round robin", []string{"served more recently"}},
		{"round robin: not who is full", queue(strategy(byRoundRobin), nil), ticketRow{}, []*candidate{seat(1, 0, 0, servedAt(5)), seat(2, 2, 0)}, 1, "round robin", []string{"full"}},
		{"longest idle, whoever is busier", queue(strategy(byLongestIdle), nil), ticketRow{}, []*candidate{seat(1, 0, 5), seat(2, 1, 4)}, 2, "longest idle", []string{"not idle longer"}},
		{"skill: the highest level", queue(strategy(bySkill), skilled), ticketRow{}, []*candidate{seat(1, 0, 0), seat(2, 1, 9), seat(4, 0, 0)}, 2, "skill", []string{"less skilled", "less skilled"}},
		{"skill: then the visitor's language", queue(strategy(bySkill), skilled), ticketRow{Locale: "zh-CN"}, []*candidate{seat(2, 0, 0, speaks("en")), seat(3, 1, 9, speaks("fr", "zh"))}, 3, "skill", []string{"does not speak the language"}},
		{"skill: then the least busy", queue(strategy(bySkill), skilled), ticketRow{Locale: "en"}, []*candidate{seat(2, 1, 0, speaks("en")), seat(3, 0, 9, speaks("en-GB"))}, 3, "skill", []string{"busier"}},

		{"back to who had the visitor last", queue(nil, nil), ticketRow{LastAgent: 1}, []*candidate{seat(1, 1, 9), seat(2, 0, 0)}, 1, "sticky", []string{"did not have the visitor last"}},
		{"who had him last is full", queue(nil, nil), ticketRow{LastAgent: 1}, []*candidate{seat(1, 2, 9), seat(2, 0, 0)}, 2, "least busy", []string{"full"}},
		{"who had him last does not count where that is off", queue(func(r *Rules) { r.Sticky = false }, nil), ticketRow{LastAgent: 1}, []*candidate{seat(1, 1, 9), seat(2, 0, 0)}, 2, "least busy", []string{"busier"}},
		{"whom he asked for comes before who had him last", queue(nil, nil), ticketRow{LastAgent: 1, Wanted: 2}, []*candidate{seat(1, 0, 0), seat(2, 1, 9), seat(3, 0, 0)}, 2, "wanted", []string{"not asked for", "not asked for"}},
		{"whom he asked for is away", queue(nil, nil), ticketRow{Wanted: 2}, []*candidate{seat(1, 0, 0), seat(2, 0, 0, is(seatAway))}, 1, "least busy", []string{"away"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			picked, why := pick(c.queue, c.seats, c.ticket)
			var got int64
			if picked != nil {
				got = picked.Person
			}
			var reasons []string
			for _, s := range why.Skipped {
				reasons = append(reasons, s.Reason)
			}
			if got != c.want || why.Picked != c.want || why.Rule != c.rule || !reflect.DeepEqual(reasons, c.why) {
				t.Fatalf("picked %d because %+v, want %d by %s with %q", got, why, c.want, c.rule, c.why)
			}
		})
	}
}

func TestPickKeepsOnlyTheClosestOfAnArmy(t *testing.T) {
	var seats []*candidate
	for n := range 200 {
		seats = append(seats, seat(int64(200-n), 0, n))
	}
	got, why := pick(queue(nil, nil), seats, ticketRow{})
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
		slots    float64
		want     *Estimate
	}{
		{"nothing known", 1, nil, 5, nil},
		{"too few known", 1, minutes(4, 4), 5, nil},
		{"nobody at work", 1, minutes(4, 4, 4), 0, nil},
		{"not in the queue", 0, minutes(4, 4, 4), 1, nil},
		{"next of one slot", 1, minutes(4, 4, 4), 1, &Estimate{0, 480}},
		{"third of one slot", 3, minutes(4, 4, 4), 1, &Estimate{480, 960}},
		{"third of six slots", 3, minutes(4, 4, 4), 6, &Estimate{60, 180}},
		{"quick and slow quarters", 2, minutes(20, 2, 9, 4, 6), 1, &Estimate{240, 1620}},
		{"half of a slot", 2, minutes(4, 4, 4), 0.5, &Estimate{480, 1440}},
		{"rounded outwards", 2, []time.Duration{100 * time.Second, 100 * time.Second, 100 * time.Second}, 1, &Estimate{90, 300}},
		{"soon is not never", 1, []time.Duration{time.Second, time.Second, time.Second}, 5, &Estimate{0, 30}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := estimate(c.place, c.handling, c.slots); !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
