package faq

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/entries.txt
var labelledEntries string

//go:embed testdata/asked.txt
var labelledAsked string

// rows are the lines of a table with | between its columns; # begins a comment.
func rows(t *testing.T, table string, columns int) [][]string {
	t.Helper()
	var all [][]string
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) != columns {
			t.Fatalf("%q has not %d columns", line, columns)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all = append(all, cells)
	}
	return all
}

func labelledIndex(t *testing.T) *index {
	t.Helper()
	var entries []Entry
	for _, r := range rows(t, labelledEntries, 4) {
		entries = append(entries, Entry{Question: r[1], Answer: r[0], Alternatives: strings.Split(r[2], " / "), Keywords: strings.Split(r[3], " / ")})
	}
	return newIndex(entries)
}

// TestTheLabelledQuestionsFindTheirAnswers says how good the search is, and keeps it so: wrong answers weigh most,
// for a visitor believes them.
func TestTheLabelledQuestionsFindTheirAnswers(t *testing.T) {
	x := labelledIndex(t)
	var answerable, hits, silent, wrong, none, kept int
	for _, r := range rows(t, labelledAsked, 2) {
		found := x.search(r[1], "", 3)
		said := "-"
		if len(found) > 0 && found[0].Sure {
			said = found[0].Entry.Answer
		}
		if r[0] == "-" {
			none++
			if said == "-" {
				kept++
			}
		} else if answerable++; said == r[0] {
			hits++
		} else if said == "-" {
			silent++
		}
		if said != r[0] {
			t.Logf("%-36s want %-9s got %-9s %v", r[1], r[0], said, short(found))
			if said != "-" {
				wrong++
			}
		}
	}
	t.Logf("%d of %d answered, %d not found, %d of %d left unanswered that have no answer, %d wrong", hits, answerable, silent, kept, none, wrong)
	if answerable < 50 || none < 15 || hits*100 < answerable*90 || wrong > 2 {
		t.Fatalf("%d of %d answered, %d wrong", hits, answerable, wrong)
	}
}

func short(found []Match) (s []any) {
	for _, m := range found {
		s = append(s, m.Entry.Answer, m.Score)
	}
	return s
}
