package check

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// answers is a server without a network, so that a device that reads it can be waited for.
type answers func(w http.ResponseWriter, r *http.Request)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	a(w, r)
	return w.Result(), nil
}

// contactsServer has a list of its own number, and answers what a device asks it.
func contactsServer(list *atomic.Int64) (c caller, syncs *atomic.Int64) {
	syncs = new(atomic.Int64)
	server := answers(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/chat/sync":
			syncs.Add(1)
			fmt.Fprintf(w, `{"epoch":"e","list":%d}`, list.Load())
		case "/api/im":
			fmt.Fprintf(w, `{"list":%d,"unread":%d}`, list.Load(), list.Load())
		default:
			fmt.Fprint(w, `{"items":[]}`)
		}
	})
	return caller{http: &http.Client{Transport: server}, base: func() string { return "http://node" }}, syncs
}

// Heads that name a later list make a device read its contacts anew; a list it has by a frame does not.
func TestAKeeperIsLevelWhenHeadsNameALaterList(t *testing.T) {
	synctest.Test(t, keeperIsLevel)
}

func keeperIsLevel(t *testing.T) {
	var list atomic.Int64
	list.Store(4)
	h, err := newHistory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, syncs := contactsServer(&list)
	p := &person{id: friendA, name: "a", ctx: t.Context(), call: c}
	p.outbox = newOutbox(p, h)
	d := newDevice(p, "a.1", c, nil, h)
	d.live = true
	newContacts(d)
	level := func(to int64) {
		t.Helper()
		synctest.Wait()
		d.mu.Lock()
		k := *d.contacts
		d.mu.Unlock()
		if !k.ready || k.reading || k.shown.List != to || k.shown.Unread != int(to) {
			t.Fatalf("shows list %d with %d unread, not %d", k.shown.List, k.shown.Unread, to)
		}
	}
	hear := func(frame string) {
		for _, e := range eventsOf([]byte(frame)) {
			d.receive(context.Background(), e)
		}
	}
	hear(`{"type":"resync"}`)
	level(4)
	list.Store(5)
	hear(`[{"type":"contacts","list":5,"data":{"list":5,"unread":5}},{"type":"heads","list":5,"data":{}}]`)
	level(5)
	if n := syncs.Load(); n != 1 {
		t.Fatalf("%d syncs for a list that came by itself", n)
	}
	list.Store(6) // its frame is lost
	hear(`{"type":"heads","list":6,"data":{}}`)
	level(6)
}
