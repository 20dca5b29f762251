package hub

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// diary is what the hook of a presence heard, and who was forgotten.
type diary struct {
	mu    sync.Mutex
	lines []string // guarded by mu
}

func (d *diary) add(facts ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprint(facts...))
}

// wants is for a synctest bubble: it waits until nothing moves.
func (d *diary) wants(t *testing.T, want string) {
	t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if got := fmt.Sprint(d.lines); got != want {
		t.Fatalf("heard %s, want %s", got, want)
	}
}

// watched is a presence that writes a diary.
func watched() (*presence, *diary) {
	d := new(diary)
	p := newPresence(30*time.Second, realClock.after, func(person int64) { d.add("forget ", person) }, func(string) {})
	p.hook(func(person int64, present bool) { d.add(person, present) })
	return p, d
}

func TestAReloadIsNoAbsence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, heard := watched()
		p.arrive(1)
		p.arrive(1)
		p.leave(1)
		time.Sleep(time.Minute)
		heard.wants(t, "[1 true]")
		p.leave(1)
		time.Sleep(30*time.Second - 1)
		if !p.present(1) {
			t.Fatal("absent within the grace")
		}
		p.arrive(1)
		time.Sleep(time.Minute)
		p.leave(1)
		time.Sleep(29 * time.Second)
		heard.wants(t, "[1 true 1 true]")
		time.Sleep(time.Second)
		heard.wants(t, "[1 true 1 true forget 1 1 false]")
		if p.present(1) {
			t.Fatal("present after the grace")
		}
		p.arrive(1)
		heard.wants(t, "[1 true 1 true forget 1 1 false 1 true]")
		p.close()
	})
}

func TestSomeoneExpectedHasTheGraceToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, heard := watched()
		p.expect(1)
		p.expect(2)
		time.Sleep(20 * time.Second)
		p.expect(2) // is expected already: the grace does not begin anew
		p.arrive(1)
		time.Sleep(10 * time.Second)
		heard.wants(t, "[1 true forget 2 2 false]")
		if !p.present(1) || p.present(2) {
			t.Fatal("wrong presence")
		}
		p.close()
		p.leave(1)
		time.Sleep(time.Hour)
		heard.wants(t, "[1 true forget 2 2 false]")
	})
}

func TestASlowHookHearsEverythingInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPresence(time.Second, realClock.after, func(int64) {}, func(string) {})
		var heard []bool
		p.hook(func(_ int64, present bool) {
			time.Sleep(10 * time.Second)
			heard = append(heard, present)
		})
		for range 3 {
			p.arrive(1)
			p.leave(1)
			time.Sleep(2 * time.Second)
		}
		p.calls.Wait()
		if got := fmt.Sprint(heard); got != "[true false true false true false]" {
			t.Fatalf("heard %s", got)
		}
	})
}

func TestALateTimerEndsNothing(t *testing.T) {
	p := newPresence(time.Second, func(time.Duration, func()) func() bool { return func() bool { return false } },
		func(int64) { t.Fatal("forgotten") }, func(string) {})
	p.arrive(1)
	p.leave(1)
	st := p.stays[1]
	p.arrive(1)
	p.leave(1)
	p.lapse(1, st, 1) // the timer of the first grace, which could not be stopped any more
	if !p.present(1) {
		t.Fatal("absent in the middle of the second grace")
	}
}

func TestAPanicInAPresenceHookIsCounted(t *testing.T) {
	h := newHouse(t, Options{})
	h.OnPresence(func(int64, bool) { panic("a hook's bug") })
	called := make(chan int64, 1)
	h.OnPresence(func(person int64, _ bool) { called <- person })
	c := h.join(1, "a")
	if <-called != 1 || h.Stats().Panics != 1 {
		t.Fatalf("%+v", h.Stats())
	}
	c.settled()
}
