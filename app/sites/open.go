package sites

import (
	"slices"
	"time"
)

// How many days are looked through for the next opening or closing: first those that nearly always hold
// it, then those a long row of holidays may take.
var lookAhead = []int{9, 400}

// stretch is a time without a break in which somebody answers.
type stretch struct{ from, to time.Time }

// Open tells whether somebody answers at this moment.
func (h Hours) Open(at time.Time) bool {
	_, open := h.around(at, 2)
	return open
}

// ClosesAt is when the hours that hold at end; ok is false when closed, and when they do not end.
func (h Hours) ClosesAt(at time.Time) (closes time.Time, ok bool) {
	for _, days := range lookAhead {
		now, open := h.around(at, days)
		if !open {
			return time.Time{}, false
		}
		if now.to.Before(at.AddDate(0, 0, days-1)) {
			return now.to, true
		}
	}
	return time.Time{}, false
}

// Next is when the hours begin the next time after at; ok is false when they do not, or not within a year.
func (h Hours) Next(at time.Time) (opens time.Time, ok bool) {
	if !h.On {
		return time.Time{}, false
	}
	for _, days := range lookAhead {
		for _, s := range h.stretches(at, days) {
			if s.from.After(at) {
				return s.from, true
			}
		}
	}
	return time.Time{}, false
}

// Serves tells whether what began at since is attended to at this moment: within the hours, and in the
// last minutes before closing only what began before them.
func (h Hours) Serves(at, since time.Time) bool {
	if !h.Open(at) {
		return false
	}
	closes, ok := h.ClosesAt(at)
	if !ok || h.LastChats == 0 {
		return true
	}
	last := closes.Add(-time.Duration(h.LastChats) * time.Minute)
	return at.Before(last) || since.Before(last)
}

// Turns is the next moment after at at which Open or Serves may answer differently.
func (h Hours) Turns(at time.Time) (turns time.Time, ok bool) {
	closes, open := h.ClosesAt(at)
	if !open {
		if h.Open(at) {
			return time.Time{}, false
		}
		return h.Next(at)
	}
	if last := closes.Add(-time.Duration(h.LastChats) * time.Minute); last.After(at) {
		return last, true
	}
	return closes, true
}

// around is the stretch that holds at; always open is one without ends.
func (h Hours) around(at time.Time, days int) (now stretch, open bool) {
	if !h.On {
		return stretch{at, at.AddDate(10, 0, 0)}, true
	}
	for _, s := range h.stretches(at, days) {
		if !s.from.After(at) {
			return s, true
		}
	}
	return stretch{}, false
}

// stretches are those that end after at, in order, of the day before it and as many days from it. Spans
// that touch are one stretch.
func (h Hours) stretches(at time.Time, days int) []stretch {
	var all []stretch
	year, month, day := at.In(h.location()).Date()
	for n := -1; n < days; n++ {
		date := time.Date(year, month, day+n, 0, 0, 0, 0, time.UTC)
		for _, span := range h.on(date) {
			from, to, _ := span.minutes()
			s := stretch{h.first(date, from), h.last(date, to)}
			switch end := len(all) - 1; {
			case !s.from.Before(s.to): // the clock was put forward over all of it
			case end >= 0 && !s.from.After(all[end].to):
				all[end].to = later(all[end].to, s.to)
			default:
				all = append(all, s)
			}
		}
	}
	return slices.DeleteFunc(all, func(s stretch) bool { return !s.to.After(at) })
}

// on are the spans of a date: its own, if it is a holiday, else its weekday's.
func (h Hours) on(date time.Time) []Span {
	named := date.Format(time.DateOnly)
	if i := slices.IndexFunc(h.Holidays, func(d Holiday) bool { return d.Date == named }); i >= 0 {
		return h.Holidays[i].Spans
	}
	return h.Week[(date.Weekday()+6)%7]
}

// first is the moment the clock on the wall first shows these minutes of a date, last the moment it shows
// them last; both are the jump itself where it leaves them out.
func (h Hours) first(date time.Time, minutes int) time.Time {
	first, _ := h.moments(date, minutes)
	return first
}

func (h Hours) last(date time.Time, minutes int) time.Time {
	_, last := h.moments(date, minutes)
	return last
}

func (h Hours) moments(date time.Time, minutes int) (first, last time.Time) {
	shown := date.Add(time.Duration(minutes) * time.Minute) // as if the wall were at Greenwich
	before, after := h.offset(shown.AddDate(0, 0, -1)), h.offset(shown.AddDate(0, 0, 1))
	early, late := shown.Add(-before), shown.Add(-after)
	if before < after { // put forward: what is left out reads later by the old clock than by the new one
		early, late = late, early
		switch {
		case h.offset(late) == before:
			return late, late
		case h.offset(early) == after:
			return early, early
		}
		_, jump := early.In(h.location()).ZoneBounds()
		return jump, jump
	}
	if h.offset(late) != after { // before the clock was put back
		return early, early
	}
	if h.offset(early) != before { // after it
		return late, late
	}
	return early, late
}

func (h Hours) offset(at time.Time) time.Duration {
	_, seconds := at.In(h.location()).Zone()
	return time.Duration(seconds) * time.Second
}

// Date is the date of a moment in the zone of the hours, such as 2026-12-25.
func (h Hours) Date(at time.Time) string { return at.In(h.location()).Format(time.DateOnly) }

func (h Hours) location() *time.Location {
	if h.zone != nil {
		return h.zone
	}
	return time.UTC
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
