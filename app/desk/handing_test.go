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
		first := &handing{done: make(chan struct{})}
		answer := make(chan error, 1)
		go func() { answer <- turn(t.Context(), []*handing{first}) }()
		select {
		case err := <-answer:
			t.Fatalf("did not wait: %v", err)
		default:
		}
		first.err = one.met
		close(first.done)
		if err := <-answer; !errors.Is(err, one.later) || (one.later == nil) != (err == nil) {
			t.Errorf("after %v: %v, want %v", one.met, err, one.later)
		}
	}
}
