package desk

import (
	"errors"
	"slices"
	"testing"

	"ichat/app/fault"
	"ichat/app/sites"
)

// What is handed out side by side goes to another agent each, in the order of the queue, and what is left is looked at next.
func TestWhoIsChosenAtOnceIsServedByAnotherEach(t *testing.T) {
	page := []ticketRow{{ID: 1, QueueID: 7}, {ID: 2, QueueID: 7}, {ID: 3, QueueID: 7}, {ID: 4, QueueID: 7}, {ID: 5, QueueID: 7}}
	r := &round{open: lines{queue(nil, nil)}, seats: []*candidate{seat(1, 0, 0), seat(2, 1, 0), seat(3, 2, 0)}, atOnce: 2, at: noon, hours: sites.Hours{}}
	var got [][2]int64
	var batches []int
	for rest := page; len(rest) > 0; {
		var chosen []*handing
		chosen, _, rest = r.choose(rest)
		batches = append(batches, len(chosen))
		for _, h := range chosen {
			got = append(got, [2]int64{h.ticket.ID, h.agent.Person})
		}
	}
	// Seat 1 has room for two and is the less busy one at first; then both have one.
	if want := [][2]int64{{1, 1}, {2, 1}, {3, 2}}; !slices.Equal(got, want) {
		t.Errorf("handed out %v, want %v", got, want)
	}
	if want := []int{1, 2}; !slices.Equal(batches[:2], want) {
		t.Errorf("at once %v, want %v first", batches, want)
	}
}

// A ticket arrives after those before it, and not at all while one of them still waits.
func TestATicketDoesNotOvertakeOneOnItsWay(t *testing.T) {
	for _, one := range []struct {
		met   error
		later error
	}{
		{nil, nil},
		{errTaken, nil},
		{errClosed, nil},
		{errors.New("something of its own"), nil},
		{errFull, errAnew},
		{errFullHere, errAnew},
		{errAway, errAnew},
		{errBusy, errAnew},
		{errFenced, errAnew},
		{errAnew, errAnew},
		{fault.New(fault.Unavailable, "later"), errAnew},
	} {
		three := inLine(3)
		three[1].ended(errTaken) // what came of the second says nothing of the first
		answer := make(chan error, 1)
		go func() { answer <- three[2].turn(t.Context()) }()
		select {
		case err := <-answer:
			t.Fatalf("did not wait: %v", err)
		default:
		}
		three[0].ended(one.met)
		if err := <-answer; !errors.Is(err, one.later) || (one.later == nil) != (err == nil) {
			t.Errorf("after %v: %v, want %v", one.met, err, one.later)
		}
	}
}

// A ticket takes its first lock when all before it have their last.
func TestATicketBeginsWhenThoseBeforeItWaitForNobody(t *testing.T) {
	three := inLine(3)
	three[1].ended(errTaken)
	begun := make(chan error, 1)
	go func() { begun <- three[2].begins(t.Context()) }()
	select {
	case err := <-begun:
		t.Fatalf("did not wait: %v", err)
	default:
	}
	three[0].hasLocks()
	three[0].hasLocks() // its write was tried again
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
}

func inLine(n int) (all []*handing) {
	for range n {
		all = append(all, newHanding(ticketRow{}, &candidate{}, Why{}, all))
	}
	return all
}
