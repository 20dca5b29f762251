package desk

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatFailedIsTriedAgainAfterAPauseThatGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		b := newInbox()
		start := time.Now()
		var tried, other []time.Duration
		work := func(_ context.Context, n news) (failed news) {
			if n.sites[2] {
				other = append(other, time.Since(start))
			}
			if !n.sites[1] {
				return news{}
			}
			tried = append(tried, time.Since(start))
			if len(tried) < 4 {
				return news{sites: setOf(1)}
			}
			return news{}
		}
		done := make(chan struct{})
		go func() { defer close(done); b.serve(ctx, work) }()
		b.add(news{sites: setOf(1)})
		synctest.Wait()
		b.add(news{sites: setOf(2)}) // other news is not held up, and does not shorten the pause
		time.Sleep(time.Minute)      // of the bubble: no real time passes
		stop()
		<-done
		if want := []time.Duration{0, firstPause, 3 * firstPause, 7 * firstPause}; !reflect.DeepEqual(tried, want) {
			t.Fatalf("tried at %v, want %v", tried, want)
		}
		if !reflect.DeepEqual(other, []time.Duration{0}) {
			t.Fatalf("other news came at %v", other)
		}
	})
}

func TestTheSameNewsTwiceIsOne(t *testing.T) {
	b := newInbox()
	for range 3 {
		b.add(news{tickets: setOf(7), seats: setOf(0)}) // 0 is nobody
	}
	<-b.wake
	if n := b.take(); !reflect.DeepEqual(n.tickets.list(), []int64{7}) || len(n.seats) != 0 {
		t.Fatalf("got %+v", n)
	}
	if len(b.wake) != 0 || !b.take().empty() {
		t.Fatal("the news came twice")
	}
}
