package hub

import (
	"fmt"
	"strings"
	"testing"
)

func must(text string) item { return item{data: []byte(text), kind: "message"} }

func may(kind string, conversation int64, text string) item {
	return item{data: []byte(text), kind: kind, conversation: conversation, droppable: true}
}

func (o *outbox) String() string {
	var all []string
	size := 0
	for _, it := range o.items {
		all = append(all, string(it.data))
		size += len(it.data)
	}
	if size != o.bytes {
		return fmt.Sprintf("%d bytes counted as %d", size, o.bytes)
	}
	return strings.Join(all, " ")
}

func TestOutboxRules(t *testing.T) {
	for _, c := range []struct {
		name  string
		items []item
		lost  int
		ok    bool
		want  string
	}{
		{"keeps order", []item{must("a"), may("typing", 1, "t"), must("b")}, 0, true, "a t b"},
		{"droppable frames fill half", []item{may("typing", 1, "t"), may("typing", 2, "u"), may("cursor", 1, "c")}, 1, true, "t u"},
		{"the newest of a kind is replaced", []item{may("cursor", 1, "c"), may("typing", 1, "t"), may("cursor", 1, "d")}, 1, true, "d t"},
		{"but not by a larger one", []item{may("cursor", 1, "c"), may("typing", 1, "t"), may("cursor", 1, "dd")}, 1, true, "c t"},
		{"droppable frames make way, oldest first", []item{may("typing", 1, "t"), may("typing", 2, "u"), must("a"), must("b"), must("c")}, 1, true, "u a b c"},
		{"only what is undroppable makes it full", []item{must("a"), must("b"), must("c"), must("d"), must("e")}, 0, false, "a b c d"},
		{"bytes count too", []item{may("typing", 1, "tttt"), must("aaaaa"), must("bbbbb")}, 1, true, "aaaaa bbbbb"},
		{"and make it full", []item{must("aaaaa"), must("bbbbb"), must("c")}, 0, false, "aaaaa bbbbb"},
		{"one frame of any size fits", []item{must("aaaaaaaaaaaaaaaaaaaa")}, 0, true, "aaaaaaaaaaaaaaaaaaaa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var o outbox
			lost, ok := 0, true
			for _, it := range c.items {
				n, fits := o.add(it, limits{bytes: 10, frames: 4})
				lost, ok = lost+n, ok && fits
			}
			if lost != c.lost || ok != c.ok || o.String() != c.want {
				t.Fatalf("lost %d, ok %v, holds %q", lost, ok, o.String())
			}
		})
	}
}

func TestOutboxTakesBatches(t *testing.T) {
	var o outbox
	wide := limits{bytes: 1 << 30, frames: 1 << 20}
	for n := range batchFrames + 1 {
		o.add(must(fmt.Sprint(n)), wide)
	}
	batch, shared := o.take(nil)
	if shared || !strings.HasPrefix(string(batch), "[0,1,") || !strings.HasSuffix(string(batch), ",127]") {
		t.Fatalf("%v %s", shared, batch)
	}
	if batch, shared = o.take(nil); !shared || string(batch) != "128" || o.items != nil || o.bytes != 0 {
		t.Fatalf("%v %s, left %s", shared, batch, o.String())
	}
	large := strings.Repeat("x", batchBytes)
	o.add(must(large), wide)
	o.add(must("y"), wide)
	if batch, shared = o.take(nil); !shared || len(batch) != batchBytes || o.String() != "y" {
		t.Fatalf("%v, %d bytes", shared, len(batch))
	}
}
