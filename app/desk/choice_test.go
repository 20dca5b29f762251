package desk

import (
	"slices"
	"testing"
	"time"
)

func TestAVisitorChoosesAmongTheOpenQueuesThatStand(t *testing.T) {
	gone := time.Now()
	queue := func(id int64, open bool, removed *time.Time) *line {
		q := &line{queueRow: queueRow{ID: id, Name: "queue", RemovedAt: removed}, rules: defaultRules()}
		q.rules.Open = open
		return q
	}
	all := lines{queue(1, true, nil), queue(2, false, nil), queue(3, true, nil), queue(4, true, &gone)}
	if got := all.choices(); !slices.Equal(got, []Choice{{1, "queue"}, {3, "queue"}}) {
		t.Fatalf("choices are %v", got)
	}
	if got := all[1:].choices(); got != nil {
		t.Fatalf("of one open queue there is no choice, got %v", got)
	}
}
