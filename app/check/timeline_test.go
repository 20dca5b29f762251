package check

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestATimelineIsTheSameWhateverComesWhen: changes in any order, twice, or only by sync, lead to the same screen.
func TestATimelineIsTheSameWhateverComesWhen(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for round := range 200 {
		var truth []Message
		var pushes []change
		for v := int64(1); v <= 30; v++ {
			m := Message{ID: v, Seq: int64(len(truth)) + 1, Version: v, Type: "text", Body: body{Text: "x"}}
			if len(truth) > 0 && random.IntN(4) == 0 { // a recall of an earlier one
				at := random.IntN(len(truth))
				m = truth[at]
				m.Version, m.Recalled = v, true
				truth[at] = m
			} else {
				truth = append(truth, m)
			}
			pushes = append(pushes, change{version: v, message: &m})
			if random.IntN(3) == 0 {
				pushes = append(pushes, change{version: v, message: &m})
			}
		}
		asked := 0
		line := &timeline{members: map[int64]Member{}, placed: func(Message) {}, gap: func() { asked++ }}
		line.late = func(func(), time.Duration) {}
		random.Shuffle(len(pushes), func(i, j int) { pushes[i], pushes[j] = pushes[j], pushes[i] })
		cut := random.IntN(len(pushes))
		for _, c := range pushes[:cut] {
			line.apply(c)
		}
		line.sync(syncConversation{Version: 30, Seq: int64(len(truth)), Reset: true, Messages: truth})
		for _, c := range pushes[cut:] {
			line.apply(c)
		}
		same := slices.EqualFunc(line.messages, truth, func(a, b Message) bool { return a.ID == b.ID && a.Seq == b.Seq && a.hash() == b.hash() })
		if !same || line.version != 30 {
			t.Fatalf("round %d: version %d, %d messages of %d", round, line.version, len(line.messages), len(truth))
		}
	}
}

func TestTheSameSeedMakesTheSameChoices(t *testing.T) {
	choices := func(seed uint64) (words []string) {
		st := &stage{}
		st.nodes = []*node{{stage: st}}
		c := &company{stage: st, seed: seed, ctx: context.Background()}
		for _, p := range []*person{c.newPerson("visitor-1", "visitor", 1), c.walkIn(7)} {
			for range 20 {
				words = append(words, p.words())
			}
		}
		return words
	}
	if a, b := choices(3), choices(3); !slices.Equal(a, b) {
		t.Fatal("one seed, two workloads")
	}
	if a, b := choices(3), choices(4); slices.Equal(a, b) {
		t.Fatal("two seeds, one workload")
	}
}
