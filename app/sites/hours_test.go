package sites

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// week makes hours from what is said of each day, Monday first: "09:00-12:00 13:00-18:00", "" is closed.
func week(t *testing.T, zone string, days ...string) Hours {
	t.Helper()
	h := Hours{On: true, Zone: zone}
	for day, said := range days {
		h.Week[day] = spans(said)
	}
	h, wrong := h.Checked()
	if len(wrong) > 0 {
		t.Fatalf("%v: %v", days, wrong)
	}
	return h
}

func spans(said string) []Span {
	var all []Span
	for part := range strings.FieldsSeq(said) {
		from, to, _ := strings.Cut(part, "-")
		all = append(all, Span{from, to})
	}
	return all
}

// everyDay is the same hours on seven days.
func everyDay(said string) []string { return slices.Repeat([]string{said}, 7) }

// office is Monday to Friday with a break.
func office() []string {
	return append(slices.Repeat([]string{"09:00-12:00 13:00-18:00"}, 5), "", "")
}

// wall reads a time on the wall of the hours' zone.
func (h Hours) wall(t *testing.T, wall string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", wall, h.location())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestHoursSayWhetherWhenAndUntil(t *testing.T) {
	shanghai := week(t, "Asia/Shanghai", office()...)
	night := week(t, "Europe/Berlin", "", "", "", "", "22:00-02:00", "22:00-02:00", "")
	around := week(t, "UTC", everyDay("00:00-24:00")...)
	touching := week(t, "UTC", "20:00-24:00", "00:00-03:00 03:00-05:00", "", "", "", "", "")
	never := week(t, "UTC", everyDay("")...)
	for name, c := range map[string]struct {
		h                Hours
		at, next, closes string // on the wall; empty: it does not
		open             bool
	}{
		"before the day":         {shanghai, "2026-11-25 08:59:59", "2026-11-25 09:00:00", "", false},
		"the first moment":       {shanghai, "2026-11-25 09:00:00", "2026-11-25 13:00:00", "2026-11-25 12:00:00", true},
		"the last moment":        {shanghai, "2026-11-25 11:59:59", "2026-11-25 13:00:00", "2026-11-25 12:00:00", true},
		"the break":              {shanghai, "2026-11-25 12:00:00", "2026-11-25 13:00:00", "", false},
		"after work":             {shanghai, "2026-11-25 18:00:00", "2026-11-26 09:00:00", "", false},
		"over the weekend":       {shanghai, "2026-11-27 18:00:00", "2026-11-30 09:00:00", "", false},
		"the evening of a night": {night, "2026-11-27 23:00:00", "2026-11-28 22:00:00", "2026-11-28 02:00:00", true},
		"past midnight":          {night, "2026-11-28 01:59:59", "2026-11-28 22:00:00", "2026-11-28 02:00:00", true},
		"past the night":         {night, "2026-11-28 02:00:00", "2026-11-28 22:00:00", "", false},
		"Sunday into Monday":     {night, "2026-11-29 01:00:00", "2026-12-04 22:00:00", "2026-11-29 02:00:00", true},
		"round the clock":        {around, "2026-11-25 00:00:00", "", "", true},
		"touching is one":        {touching, "2026-11-30 21:00:00", "2026-12-07 20:00:00", "2026-12-01 05:00:00", true},
		"never":                  {never, "2026-11-25 12:00:00", "", "", false},
	} {
		at := c.h.wall(t, c.at)
		if c.h.Open(at) != c.open {
			t.Errorf("%s: open is %v", name, !c.open)
		}
		next, ok := c.h.Next(at)
		if ok != (c.next != "") || ok && !next.Equal(c.h.wall(t, c.next)) {
			t.Errorf("%s: opens next %v %v, want %s", name, next, ok, c.next)
		}
		closes, ok := c.h.ClosesAt(at)
		if ok != (c.closes != "") || ok && !closes.Equal(c.h.wall(t, c.closes)) {
			t.Errorf("%s: closes %v %v, want %s", name, closes, ok, c.closes)
		}
	}
}

func TestWithoutHoursItIsAlwaysOpen(t *testing.T) {
	for name, h := range map[string]Hours{"none": {}, "a timetable that is switched off": newHours()} {
		at := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
		_, closes := h.ClosesAt(at)
		_, opens := h.Next(at)
		_, turns := h.Turns(at)
		if !h.Open(at) || !h.Serves(at, at) || closes || opens || turns {
			t.Errorf("%s: open %v, closes %v, opens %v, turns %v", name, h.Open(at), closes, opens, turns)
		}
	}
}

func TestHolidaysStandInForTheirWeekday(t *testing.T) {
	h := Hours{On: true, Zone: "Europe/Berlin", Holidays: []Holiday{
		{Date: "2026-12-26", Spans: spans("10:00-12:00")}, {Date: "2026-12-25", Name: " Christmas "}, {Date: "2026-12-24", Spans: spans("09:00-01:00")},
	}}
	for day := range 7 {
		h.Week[day] = spans("08:00-20:00")
	}
	h, wrong := h.Checked()
	if len(wrong) > 0 || h.Holidays[0].Date != "2026-12-24" || h.Holidays[1].Name != "Christmas" {
		t.Fatalf("%+v %v", h.Holidays, wrong)
	}
	for at, open := range map[string]bool{
		"2026-12-24 08:30:00": false, "2026-12-24 21:00:00": true,
		"2026-12-25 00:30:00": true, // what began the night before
		"2026-12-25 01:00:00": false, "2026-12-25 12:00:00": false,
		"2026-12-26 11:00:00": true, "2026-12-26 13:00:00": false, "2026-12-27 13:00:00": true,
	} {
		if h.Open(h.wall(t, at)) != open {
			t.Errorf("%s: open is %v", at, !open)
		}
	}
	if next, _ := h.Next(h.wall(t, "2026-12-25 02:00:00")); !next.Equal(h.wall(t, "2026-12-26 10:00:00")) {
		t.Errorf("after Christmas it opens %v", next)
	}
}

func TestALongRowOfHolidaysIsLookedThrough(t *testing.T) {
	h := week(t, "UTC", everyDay("00:00-24:00")...)
	begins := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for n := range 60 {
		h.Holidays = append(h.Holidays, Holiday{Date: begins.AddDate(0, 0, n).Format(time.DateOnly)})
	}
	if closes, ok := h.ClosesAt(begins.AddDate(0, 0, -30)); !ok || !closes.Equal(begins) {
		t.Errorf("closes %v %v", closes, ok)
	}
	if next, ok := h.Next(begins); !ok || !next.Equal(begins.AddDate(0, 0, 60)) {
		t.Errorf("opens %v %v", next, ok)
	}
}

func TestTheClockIsPutForwardAndBack(t *testing.T) {
	utc := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for name, c := range map[string]struct{ zone, hours, from, to string }{
		"an ordinary day before":            {"America/New_York", "09:00-17:00", "2026-03-07T14:00:00Z", "2026-03-07T22:00:00Z"},
		"forward: the day has an hour less": {"America/New_York", "00:00-12:00", "2026-03-08T05:00:00Z", "2026-03-08T16:00:00Z"},
		"forward: opens in the gap":         {"America/New_York", "02:30-05:00", "2026-03-08T07:00:00Z", "2026-03-08T09:00:00Z"},
		"forward: closes in the gap":        {"America/New_York", "01:00-02:30", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z"},
		"forward: over the night":           {"America/New_York", "22:00-06:00", "2026-03-08T03:00:00Z", "2026-03-08T10:00:00Z"},
		"back: the hour that comes twice":   {"America/New_York", "01:00-02:00", "2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z"},
		"back: opens at the first":          {"America/New_York", "01:30-04:00", "2026-11-01T05:30:00Z", "2026-11-01T09:00:00Z"},
		"back: closes at the last":          {"America/New_York", "00:00-01:30", "2026-11-01T04:00:00Z", "2026-11-01T06:30:00Z"},
		"half an hour":                      {"Australia/Lord_Howe", "02:15-04:00", "2026-10-03T15:30:00Z", "2026-10-03T17:00:00Z"},
		"east, forward":                     {"Europe/Berlin", "02:30-05:00", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"},
		"no such thing":                     {"Asia/Shanghai", "01:30-02:30", "2026-03-28T17:30:00Z", "2026-03-28T18:30:00Z"},
	} {
		h := week(t, c.zone, everyDay(c.hours)...)
		from, to := utc(c.from), utc(c.to)
		if h.Open(from.Add(-time.Second)) || !h.Open(from) || !h.Open(to.Add(-time.Second)) || h.Open(to) {
			t.Errorf("%s: %v %v %v %v", name, h.Open(from.Add(-time.Second)), h.Open(from), h.Open(to.Add(-time.Second)), h.Open(to))
		}
		if next, _ := h.Next(from.Add(-time.Second)); !next.Equal(from) {
			t.Errorf("%s: opens %v, want %v", name, next.UTC(), from)
		}
		if closes, _ := h.ClosesAt(from); !closes.Equal(to) {
			t.Errorf("%s: closes %v, want %v", name, closes.UTC(), to)
		}
	}
	gone := week(t, "America/New_York", everyDay("02:10-02:50")...)
	if next, _ := gone.Next(utc("2026-03-07T20:00:00Z")); !next.Equal(utc("2026-03-09T06:10:00Z")) {
		t.Errorf("hours the clock leaves out: opens %v", next.UTC())
	}
}

func TestTheLastMinutesAreForWhoCameBefore(t *testing.T) {
	h := week(t, "UTC", office()...)
	h.LastChats = 15
	early, late := h.wall(t, "2026-11-25 17:44:00"), h.wall(t, "2026-11-25 17:45:00")
	for name, c := range map[string]struct {
		at, since time.Time
		serves    bool
	}{
		"in time":             {early, early, true},
		"too late":            {late, late, false},
		"waiting since early": {late.Add(10 * time.Minute), early, true},
		"closed":              {late.Add(15 * time.Minute), early, false},
		"the next morning":    {h.wall(t, "2026-11-26 09:00:00"), late, true},
	} {
		if h.Serves(c.at, c.since) != c.serves {
			t.Errorf("%s: served is %v", name, !c.serves)
		}
	}
	turns := h.wall(t, "2026-11-25 12:30:00")
	for _, want := range []string{"13:00", "17:45", "18:00"} {
		var ok bool
		if turns, ok = h.Turns(turns); !ok || turns.Format("15:04") != want {
			t.Fatalf("turns at %v, want %s", turns, want)
		}
	}
}

func TestWrongHoursAreRefusedByField(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Hours)
		field  string
	}{
		"no zone":            {func(h *Hours) { h.Zone = "" }, "hours.zone"},
		"unknown zone":       {func(h *Hours) { h.Zone = "Mars/Olympus" }, "hours.zone"},
		"the server's zone":  {func(h *Hours) { h.Zone = "Local" }, "hours.zone"},
		"a file":             {func(h *Hours) { h.Zone = "../../etc/passwd" }, "hours.zone"},
		"one digit":          {func(h *Hours) { h.Week[2] = spans("9:00-18:00") }, "hours.week.2"},
		"no such minute":     {func(h *Hours) { h.Week[2] = spans("09:60-18:00") }, "hours.week.2"},
		"after the end":      {func(h *Hours) { h.Week[2] = spans("24:00-24:00") }, "hours.week.2"},
		"nothing":            {func(h *Hours) { h.Week[2] = []Span{{}} }, "hours.week.2"},
		"overlap":            {func(h *Hours) { h.Week[0] = spans("13:00-18:00 09:00-13:01") }, "hours.week.0"},
		"into the next day":  {func(h *Hours) { h.Week[0] = spans("22:00-09:30") }, "hours.week.0"},
		"Sunday into Monday": {func(h *Hours) { h.Week[6] = spans("22:00-09:30") }, "hours.week.6"},
		"too many": {func(h *Hours) {
			h.Week[0] = spans("01:00-02:00 03:00-04:00 05:00-06:00 07:00-08:00 09:00-10:00 11:00-12:00 13:00-14:00")
		}, "hours.week.0"},
		"last chats":         {func(h *Hours) { h.LastChats = 241 }, "hours.last_chats"},
		"no such date":       {func(h *Hours) { h.Holidays = []Holiday{{Date: "2026-02-30"}} }, "hours.holidays.0"},
		"the same date":      {func(h *Hours) { h.Holidays = []Holiday{{Date: "2026-02-20"}, {Date: "2026-02-20"}} }, "hours.holidays.1"},
		"hours of a holiday": {func(h *Hours) { h.Holidays = []Holiday{{Date: "2026-02-20", Spans: spans("9-10")}} }, "hours.holidays.0"},
		"too many holidays":  {func(h *Hours) { h.Holidays = make([]Holiday, maxHolidays+1) }, "hours.holidays"},
	} {
		h := week(t, "UTC", office()...)
		c.change(&h)
		_, wrong := h.Checked()
		if fields := slices.Collect(maps.Keys(wrong)); len(fields) != 1 || fields[0] != c.field {
			t.Errorf("%s: %v, want %s", name, wrong, c.field)
		}
	}
}
