package check

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// Of a request that arrives twice one is refused and the other one done, in whichever order: it is done, and the client
// must not be told that it was refused.
func TestARequestThatArrivesTwiceIsRefusedOnlyWhenBothAre(t *testing.T) {
	var came atomic.Int64
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/never" || came.Add(1)%2 == 1 {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(node.Close)
	h, err := newHistory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p, err := newProxy(strings.TrimPrefix(node.URL, "http://"), h, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	p.setNoise(noise{Duplicate: 1})
	for path, want := range map[string]int{"/then": 200, "/never": 404} {
		for range 20 {
			a, err := http.Post(p.url+path, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			a.Body.Close()
			if a.StatusCode != want {
				t.Fatalf("%s is answered %d, want %d", path, a.StatusCode, want)
			}
		}
	}
}
