package sites

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // so that every zone is known on a machine that has none
)

// Bounds of a timetable.
const (
	maxSpans     = 6   // a day
	maxHolidays  = 100 // a site
	maxLastChats = 240 // minutes
	minutesADay  = 24 * 60
)

// Hours is when somebody answers: a weekly timetable and days that differ from it, in one time zone.
// The zero value is always open. Times are those of the clock on the wall: where it is put forward or
// back, an hour that comes twice counts twice, and one that is left out is missing.
type Hours struct {
	On        bool      `json:"on"`                     // false: always open, whatever the timetable says
	Zone      string    `json:"zone" maxLength:"64"`    // such as Asia/Shanghai
	Week      [7][]Span `json:"week"`                   // Monday first; a day without spans is closed
	Holidays  []Holiday `json:"holidays"`               // by date
	LastChats int       `json:"last_chats" minimum:"0"` // minutes before closing from which nothing new is begun

	zone *time.Location // Zone, looked up once
}

// Span is a stretch of a day, as "09:00" to "18:00". One that ends at or before its beginning ends on the
// next day; "24:00" is the end of the day.
type Span struct {
	From string `json:"from" maxLength:"5"`
	To   string `json:"to" maxLength:"5"`
}

// Holiday is a day with hours of its own instead of its weekday's; without any it is closed. What began
// the night before still ends when it would.
type Holiday struct {
	Date  string `json:"date" maxLength:"10"` // such as 2026-12-25
	Name  string `json:"name" maxLength:"64"`
	Spans []Span `json:"spans"`
}

// newHours is what a new site begins with: always open, and office hours for when that is changed.
func newHours() Hours {
	h := Hours{Holidays: []Holiday{}}
	for day := range h.Week {
		h.Week[day] = []Span{}
		if day < 5 {
			h.Week[day] = []Span{{"09:00", "18:00"}}
		}
	}
	return h
}

// Checked returns the hours normalised, or what is wrong, by field.
func (h Hours) Checked() (Hours, map[string]string) {
	wrong := map[string]string{}
	h.Zone = strings.TrimSpace(h.Zone)
	zone, err := time.LoadLocation(h.Zone)
	switch {
	case h.On && (err != nil || h.Zone == "" || h.Zone == "Local"):
		wrong["hours.zone"] = "must be a time zone such as Asia/Shanghai"
	case err == nil:
		h.zone = zone
	}
	if h.LastChats < 0 || h.LastChats > maxLastChats {
		wrong["hours.last_chats"] = fmt.Sprintf("must be from 0 to %d minutes", maxLastChats)
	}
	for day, spans := range h.Week {
		h.Week[day] = inOrder(spans)
		if problem := spansProblem(spans); problem != "" {
			wrong[fmt.Sprintf("hours.week.%d", day)] = problem
		}
	}
	if len(wrong) == 0 {
		for day, spans := range h.Week {
			if next := h.Week[(day+1)%7]; runsInto(spans, next) {
				wrong[fmt.Sprintf("hours.week.%d", day)] = "runs into the next day's hours"
			}
		}
	}
	h.Holidays = checkedHolidays(h.Holidays, wrong)
	return h, wrong
}

func checkedHolidays(holidays []Holiday, wrong map[string]string) []Holiday {
	if len(holidays) > maxHolidays {
		wrong["hours.holidays"] = fmt.Sprintf("must be at most %d days", maxHolidays)
		return holidays
	}
	all := make([]Holiday, len(holidays))
	seen := map[string]bool{}
	for i, day := range holidays {
		field := fmt.Sprintf("hours.holidays.%d", i)
		day.Name = OneLine(day.Name)
		if _, err := time.Parse(time.DateOnly, day.Date); err != nil {
			wrong[field] = "must be a date such as 2026-01-31"
		} else if seen[day.Date] {
			wrong[field] = "this date is there already"
		} else if problem := spansProblem(day.Spans); problem != "" {
			wrong[field] = problem
		}
		seen[day.Date] = true
		day.Spans = inOrder(day.Spans)
		all[i] = day
	}
	slices.SortFunc(all, func(a, b Holiday) int { return strings.Compare(a.Date, b.Date) })
	return all
}

// inOrder is a copy, and never nil: clients read a list.
func inOrder(spans []Span) []Span {
	sorted := append([]Span{}, spans...)
	slices.SortFunc(sorted, func(a, b Span) int { return strings.Compare(a.From, b.From) })
	return sorted
}

// spansProblem says what is wrong with the spans of one day; empty when nothing is.
func spansProblem(spans []Span) string {
	if len(spans) > maxSpans {
		return fmt.Sprintf("must be at most %d intervals a day", maxSpans)
	}
	for i, s := range spans {
		from, to, ok := s.minutes()
		if !ok {
			return "must be times such as 09:00"
		}
		for _, other := range spans[:i] {
			if begun, ended, _ := other.minutes(); from < ended && begun < to {
				return "intervals must not overlap"
			}
		}
	}
	return ""
}

// runsInto tells whether the last of a day's spans lasts into the first of the next day.
func runsInto(today, next []Span) bool {
	for _, s := range today {
		for _, n := range next {
			_, to, _ := s.minutes()
			if from, _, _ := n.minutes(); to > from+minutesADay {
				return true
			}
		}
	}
	return false
}

// minutes are the span's ends in minutes from the beginning of its day; past midnight they go on.
func (s Span) minutes() (from, to int, ok bool) {
	from, okFrom := clockMinutes(s.From)
	to, okTo := clockMinutes(s.To)
	if to <= from {
		to += minutesADay
	}
	return from, to, okFrom && okTo && from < minutesADay
}

// clockMinutes reads "09:00", two digits each; "24:00" is the end of the day.
func clockMinutes(text string) (int, bool) {
	if text == "24:00" {
		return minutesADay, true
	}
	at, err := time.Parse("15:04", text)
	return at.Hour()*60 + at.Minute(), err == nil && len(text) == len("15:04")
}
