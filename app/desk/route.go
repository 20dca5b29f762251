package desk

import (
	"cmp"
	"slices"
	"time"
)

// The rules an assignment can be explained with.
const (
	ruleLeastBusy   = "least busy"
	ruleByHand      = "taken by hand"
	ruleTransferred = "transferred"
)

// skippedKept bounds what one assignment stores: the colleagues who came closest. With hundreds of
// agents the full list would weigh more than the conversation.
const skippedKept = 20

// candidate is an agent of the site as the moment of choosing saw him.
type candidate struct {
	Person    int64
	Online    bool // the state he chose
	Connected bool // has a socket right now
	Cap, Load int
	IdleSince time.Time // when he last became freer or came online
}

// obstacle says why c cannot get a ticket that passedBy gave away; empty when he can.
func (c candidate) obstacle(passedBy int64) string {
	switch {
	case c.Person == passedBy:
		return "passed it on"
	case !c.Online:
		return "away"
	case !c.Connected:
		return "not connected"
	case c.Load >= c.Cap:
		return "full"
	}
	return ""
}

// pick chooses the agent for the next waiting ticket, nil when nobody can take it: the least busy of
// those who are online, connected, below their cap and not passedBy, who gave it back to the queue; among
// equals the longest idle; then the lower id, so that the choice can be repeated. The Why names the others,
// those who came closest first. It leaves the seats in that order.
func pick(seats []candidate, passedBy int64) (*candidate, Why) {
	slices.SortFunc(seats, func(a, b candidate) int { return byClaim(a, b, passedBy) })
	if len(seats) == 0 || seats[0].obstacle(passedBy) != "" {
		return nil, Why{}
	}
	best, others := &seats[0], seats[1:]
	why := Why{Rule: ruleLeastBusy, Picked: best.Person, Skipped: []Skipped{}}
	for _, c := range others[:min(len(others), skippedKept)] {
		reason := c.obstacle(passedBy)
		switch {
		case reason != "":
		case c.Load > best.Load:
			reason = "busier"
		default:
			reason = "not idle longer"
		}
		why.Skipped = append(why.Skipped, Skipped{PersonID: c.Person, Reason: reason})
	}
	return best, why
}

// byClaim orders candidates by who should get the next ticket; those with an obstacle come last.
func byClaim(a, b candidate, passedBy int64) int {
	free := func(c candidate) int {
		if c.obstacle(passedBy) == "" {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(free(a), free(b)),
		cmp.Compare(a.Load, b.Load),
		a.IdleSince.Compare(b.IdleSince),
		cmp.Compare(a.Person, b.Person),
	)
}
