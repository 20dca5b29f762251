package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The rules an assignment can be explained with.
const (
	ruleLeastBusy   = "least busy"
	ruleRoundRobin  = "round robin"
	ruleLongestIdle = "longest idle"
	ruleSkill       = "skill"
	ruleWanted      = "wanted" // the visitor asked for him
	ruleSticky      = "sticky" // he had the visitor last
	ruleByHand      = "taken by hand"
	ruleTransferred = "transferred"
	ruleTakenOver   = "taken over"
)

// skippedKept bounds what one assignment stores: the colleagues who came closest. With hundreds of
// agents the full list would weigh more than the conversation.
const skippedKept = 20

// candidate is an agent of the site as the moment of choosing saw him.
type candidate struct {
	Person    int64
	State     string        // what he chose
	Connected bool          // has a socket right now
	Cap, Load int           // over all queues
	In        map[int64]int // of that, by queue
	Languages []string
	IdleSince time.Time // when he last became freer or came online
	ServedAt  time.Time // when a ticket last came to him
}

// given counts one more ticket of a queue.
func (c *candidate) given(queue int64, at time.Time) {
	c.Load++
	c.In[queue]++
	c.ServedAt = at
}

// notGiven takes that back.
func (c *candidate) notGiven(queue int64, servedAt time.Time) {
	c.Load--
	c.In[queue]--
	c.ServedAt = servedAt
}

// obstacle says why c cannot get a ticket of the queue that passedBy gave away; empty when he can. Nobody is told
// that somebody is invisible.
func (c *candidate) obstacle(q *line, passedBy int64) string {
	switch {
	case !q.serves(c.Person):
		return "does not serve the queue"
	case c.Person == passedBy:
		return "passed it on"
	case c.State == seatBusy:
		return "busy"
	case c.State != seatOnline:
		return "away"
	case !c.Connected:
		return "not connected"
	case c.Load >= c.Cap:
		return "full"
	case q.rules.Cap > 0 && c.In[q.ID] >= q.rules.Cap:
		return "full in this queue"
	}
	return ""
}

// speaks tells whether c speaks a visitor's language: zh-TW is the language of zh-CN.
func (c *candidate) speaks(locale string) bool {
	return locale != "" && slices.ContainsFunc(c.Languages, func(l string) bool { return sameLanguage(l, locale) })
}

func sameLanguage(a, b string) bool {
	a, _, _ = strings.Cut(a, "-")
	b, _, _ = strings.Cut(b, "-")
	return strings.EqualFold(a, b)
}

// criterion orders candidates, those who should get the ticket first, and says what the others lack.
type criterion struct {
	compare func(a, b *candidate) int
	lack    string
}

var (
	lessBusy   = criterion{func(a, b *candidate) int { return cmp.Compare(a.Load, b.Load) }, "busier"}
	idleLonger = criterion{func(a, b *candidate) int { return a.IdleSince.Compare(b.IdleSince) }, "not idle longer"}
	nextInTurn = criterion{func(a, b *candidate) int { return a.ServedAt.Compare(b.ServedAt) }, "served more recently"}
)

// first puts those before the others of whom it is so.
func first(is func(c *candidate) bool, lack string) criterion {
	rank := func(c *candidate) int {
		if is(c) {
			return 0
		}
		return 1
	}
	return criterion{func(a, b *candidate) int { return cmp.Compare(rank(a), rank(b)) }, lack}
}

// criteria are what decides in the queue about a ticket, in their order. Whoever the visitor asked for and whoever
// had him last come before the strategy; both are passed over when they have an obstacle.
func (q *line) criteria(t ticketRow) []criterion {
	all := []criterion{first(func(c *candidate) bool { return c.Person == t.Wanted }, "not asked for")}
	if q.rules.Sticky {
		all = append(all, first(func(c *candidate) bool { return c.Person == t.LastAgent }, "did not have the visitor last"))
	}
	switch q.rules.Strategy {
	case byRoundRobin:
		return append(all, nextInTurn)
	case byLongestIdle:
		return append(all, idleLonger)
	case bySkill:
		skill := criterion{func(a, b *candidate) int { return cmp.Compare(q.levels[b.Person], q.levels[a.Person]) }, "less skilled"}
		language := first(func(c *candidate) bool { return c.speaks(t.Locale) }, "does not speak the language")
		return append(all, skill, language, lessBusy, idleLonger)
	}
	return append(all, lessBusy, idleLonger)
}

// rule names what chose an agent for a ticket; 0: what would have.
func (q *line) rule(t ticketRow, agent int64) string {
	switch {
	case agent == 0:
	case agent == t.Wanted:
		return ruleWanted
	case q.rules.Sticky && agent == t.LastAgent:
		return ruleSticky
	}
	switch q.rules.Strategy {
	case byRoundRobin:
		return ruleRoundRobin
	case byLongestIdle:
		return ruleLongestIdle
	case bySkill:
		return ruleSkill
	}
	return ruleLeastBusy
}

// placed is a candidate beside what keeps him from the ticket.
type placed struct {
	*candidate
	obstacle string
	rank     int // those who can get it, those who serve the queue, the rest
}

// pick chooses the agent for a ticket of the queue by its rules, nil when nobody can take it. Among equals the lower
// id decides, so that the choice can be repeated. The Why names the others and what kept each from it, those who came
// closest first; also when it is nobody.
func pick(q *line, seats []*candidate, t ticketRow) (*candidate, Why) {
	all := make([]placed, len(seats))
	for i, c := range seats {
		all[i] = placed{c, c.obstacle(q, t.PassedBy), 0}
		if all[i].obstacle != "" {
			all[i].rank = 1
		}
		if !q.serves(c.Person) {
			all[i].rank = 2
		}
	}
	criteria := q.criteria(t)
	slices.SortFunc(all, func(a, b placed) int {
		if c := cmp.Compare(a.rank, b.rank); c != 0 {
			return c
		}
		for _, one := range criteria {
			if c := one.compare(a.candidate, b.candidate); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.Person, b.Person)
	})
	why := Why{Rule: q.rule(t, 0), Skipped: []Skipped{}}
	var best *candidate
	others := all
	if len(all) > 0 && all[0].obstacle == "" {
		best, others = all[0].candidate, all[1:]
		why.Rule, why.Picked = q.rule(t, best.Person), best.Person
	}
	for _, c := range others[:min(len(others), skippedKept)] {
		why.Skipped = append(why.Skipped, Skipped{PersonID: c.Person, Reason: cmp.Or(c.obstacle, lack(criteria, best, c.candidate))})
	}
	return best, why
}

// lack is what the best had before another who could have got it as well.
func lack(criteria []criterion, best, other *candidate) string {
	if best == nil {
		return ""
	}
	for _, one := range criteria {
		if one.compare(best, other) != 0 {
			return one.lack
		}
	}
	return criteria[len(criteria)-1].lack // the lower id
}
