package hub

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// many is enough people for a crowd; those with a socket are among them.
func many() []int64 {
	people := make([]int64, 4*manyReceivers)
	for i := range people {
		people[i] = int64(i + 1)
	}
	return people
}

func TestACrowdGetsEverythingInOrder(t *testing.T) {
	h := newHouse(t, Options{UnboundPerAddress: -1})
	everybody := many()
	here := []*client{h.join(1, "s"), h.join(manyReceivers, "s"), h.join(4*manyReceivers, "s")}
	const pushes = 3 * crowdsWaiting // more than may wait: whoever pushes waits instead
	for version := range int64(pushes) {
		h.Push(everybody, message(7, version+1))
	}
	for _, c := range here {
		for version := range int64(pushes) {
			c.wants("message", version+1)
		}
	}
}

func TestNobodyWaitsForACrowd(t *testing.T) {
	h := newHouse(t, Options{UnboundPerAddress: -1})
	slow, other := h.join(1, "s"), h.join(2, "s")
	s := h.people.of(1)[0]
	s.mu.Lock() // as if it were being written to for ever
	free := sync.OnceFunc(s.mu.Unlock)
	defer free()
	h.Push(many(), message(7, 1))
	h.Push([]int64{2}, message(8, 1))
	if e := other.next(); e.ConversationID != 8 {
		t.Errorf("the crowd came first: %+v", e)
	}
	free()
	slow.wants("message", 1)
	other.wants("message", 1)
}

func TestACrowdLeavesTurnsToOthersUnlessMoreWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(Options{}, realClock)
		began := time.Now()
		h.Push(many(), message(7, 1))
		h.crowd.all.Wait()
		if slices := time.Duration(4*manyReceivers/crowdSlice - 1); time.Since(began) != slices*crowdPause {
			t.Errorf("one crowd took %s, want a pause between %d slices", time.Since(began), slices+1)
		}
		alone := time.Since(began)
		began = time.Now()
		for version := range int64(10) {
			h.Push(many(), message(7, version+2))
		}
		h.crowd.all.Wait()
		if took := time.Since(began); took > 3*alone {
			t.Errorf("ten crowds took %s, and one took %s: they paused as long while others waited", took, alone)
		}
		h.crowd.close()
		h.Push(many(), message(7, 20)) // nobody is there to hear it
	})
}

func TestTheTurnsOfACrowdAreShorterTheMoreThereIsToDo(t *testing.T) {
	for _, c := range []struct {
		slices, waiting int
		want            time.Duration
	}{
		{63, 1, time.Millisecond}, // 2,000 people
		{63, 2, time.Millisecond / 2},
		{63, 8, time.Millisecond / 8},
		{63, 9, 0},
		{400, 1, time.Millisecond / 4}, // 100 ms for all of them
		{400, 5, time.Millisecond / 20},
		{1, 0, time.Millisecond},
	} {
		if got := turn(c.slices, c.waiting); got != c.want {
			t.Errorf("%d slices, %d waiting: %s, want %s", c.slices, c.waiting, got, c.want)
		}
	}
}
