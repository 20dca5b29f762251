package chat

import (
	"errors"
	"testing"
)

func TestOneMergedMessageHoldsNoMoreThanItShould(t *testing.T) {
	texts := func(n int) []MergedItem {
		items := make([]MergedItem, n)
		for i := range items {
			items[i].Type = Text
		}
		return items
	}
	within := func(items ...MergedItem) MergedItem { return MergedItem{Type: Merged, Items: items} }
	for _, row := range []struct {
		name  string
		items []MergedItem
		bytes int
		want  error
	}{
		{"as many as there may be", texts(mostWithin), 0, nil},
		{"one more", texts(mostWithin + 1), 0, errMuch},
		{"as many, in one another", append(texts(mostWithin-101), within(texts(100)...)), 0, nil},
		{"one more, in one another", append(texts(mostWithin-100), within(texts(100)...)), 0, errMuch},
		{"as large as it may be", texts(1), mostSnap, nil},
		{"a byte more", texts(1), mostSnap + 1, errMuch},
		{"as deep as they may lie", []MergedItem{within(within(texts(1)...))}, 0, nil},
		{"deeper", []MergedItem{within(within(within(texts(1)...)))}, 0, errDeep},
		{"deeper and too many", append(texts(mostWithin), within(within(within()))), 0, errDeep},
	} {
		if err := bounded(row.items, make([]byte, row.bytes)); !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
}
