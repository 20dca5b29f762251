package desk

import (
	"strings"
	"testing"
)

func TestAPageFitsAPattern(t *testing.T) {
	const page = "https://shop.example/sale/shoes?utm=1&size=42#top"
	for pattern, want := range map[string]bool{
		"*": true, "https://shop.example/sale/*": true, "https://shop.example/sale/shoes": true, "https://shop.example/sale/shoes?utm=1*": true, "*size=42*": true,
		"shop.example/sale/*": true, "shop.example/*/shoes": true, "*.example/sale/shoes": true, "/sale/shoes": true, "/sale/*": true, "/*shoes": true,
		"": false, "/": false, "/sale": false, "sale": false, "http://shop.example/sale/*": false, "other.example/*": false, "/sale/*/x": false, "https://shop.example": false,
	} {
		if got := onPage(pattern, page); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
	if !onPage("/", "https://shop.example") || !onPage("shop.example*", "https://shop.example") {
		t.Error("the front page has no path")
	}
	if onPage(strings.Repeat("*a", 250), "https://shop.example/"+strings.Repeat("a", 1900)+"b") { // a careless matcher never returns
		t.Error("it does not end so")
	}
}

func TestTheWayToAQueue(t *testing.T) {
	all := lines{
		{queueRow: queueRow{ID: 1}, rules: defaultRules()},
		{queueRow: queueRow{ID: 2}, rules: defaultRules()},
		{queueRow: queueRow{ID: 3}, rules: defaultRules()},
	}
	all[1].rules.Open, all[1].rules.Pages = true, []string{"/sale/*"}
	all[2].rules.Pages = []string{"/help", "/sale/shoes"}
	all[1].rules.Priorities = []PriorityRule{{whenReturning, "", 1}, {whenVIP, "", 9}, {whenLocale, "zh", 3}, {whenPage, "/sale/*", 2}}
	all[2].rules.Priorities = []PriorityRule{{whenLocale, "zh-CN", -5}}
	on := func(path string) approach { return approach{page: "https://shop.example" + path} }
	for _, c := range []struct {
		name     string
		visit    visit
		queue    int64
		by       string
		priority int
		fits     string
	}{
		{"nothing known", visit{}, 1, byDefault, 0, ""},
		{"a page without a rule", visit{approach: on("/cart"), vip: true}, 1, byDefault, 0, ""},
		{"the first queue whose page fits", visit{approach: on("/sale/shoes")}, 2, byPage, 2, whenPage},
		{"another page", visit{approach: on("/help"), locale: "en"}, 3, byPage, 0, ""},
		{"a priority below the usual", visit{approach: on("/help"), locale: "zh-CN"}, 3, byPage, -5, whenLocale},
		{"the queue he asks for", visit{approach: approach{queue: 2, page: "https://shop.example/help"}}, 2, byAsking, 0, ""},
		{"one that is not open to that", visit{approach: approach{queue: 3}}, 1, byDefault, 0, ""},
		{"one that is not there", visit{approach: approach{queue: 4}}, 1, byDefault, 0, ""},
		{"the highest priority that fits", visit{approach: approach{queue: 2}, returning: true, locale: "zh-CN"}, 2, byAsking, 3, whenLocale},
		{"vip", visit{approach: approach{queue: 2}, returning: true, vip: true}, 2, byAsking, 9, whenVIP},
	} {
		w, err := all.way(c.visit)
		if err != nil || w.queue.ID != c.queue || w.by != c.by || w.priority != c.priority || w.fits != c.fits {
			t.Errorf("%s: queue %d by %s, priority %d for %q (%v)", c.name, w.queue.ID, w.by, w.priority, w.fits, err)
		}
	}
}
