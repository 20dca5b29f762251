package faq

import (
	"math"
	"slices"
	"strings"
)

const (
	// sure is the score from which an entry answers by itself. testdata/asked.txt says what comes of it.
	sure = 0.5

	// keywordSays is the least score of an entry one of whose keywords stands in the question.
	keywordSays = 0.55

	// nearTo is the score below which an entry has nothing to do with the question.
	nearTo = 0.2
)

// Match is an entry and how well it answers, 0 to 1.
type Match struct {
	Entry Entry   `json:"entry"`
	Score float64 `json:"score"`
	Sure  bool    `json:"sure"` // good enough to be the answer
}

// index is a site's entries, made for searching. It is never changed, only replaced.
type index struct {
	entries []indexed
	seen    map[string]int // in how many entries a term occurs
}

type indexed struct {
	Entry
	phrases  []map[string]bool // the question and each other way to ask it
	all      map[string]bool   // the terms of these
	keywords []string          // folded
}

func newIndex(entries []Entry) *index {
	x := &index{seen: map[string]int{}}
	for _, e := range entries {
		one := indexed{Entry: e, all: map[string]bool{}}
		for _, phrase := range append([]string{e.Question}, e.Alternatives...) {
			one.phrases = append(one.phrases, terms(phrase))
		}
		for _, k := range e.Keywords {
			one.keywords = append(one.keywords, fold(k))
			one.phrases = append(one.phrases, terms(k))
		}
		for _, p := range one.phrases {
			for t := range p {
				one.all[t] = true
			}
		}
		for t := range one.all {
			x.seen[t]++
		}
		x.entries = append(x.entries, one)
	}
	return x
}

// weight is how much a term tells: the fewer entries have it, the more. What no entry has counts half: people
// say much that is beside the point.
func (x *index) weight(term string) float64 {
	n := x.seen[term]
	w := math.Log(1 + float64(len(x.entries)+1)/(float64(n)+0.5))
	if n == 0 {
		return w / 2
	}
	return w
}

// search finds the entries that answer a question, best first, at most so many; of equal ones that in the asker's
// language, and then the order the site gave them.
func (x *index) search(question, language string, most int) []Match {
	folded, asked := fold(question), terms(question)
	var found []Match
	for _, e := range x.entries {
		score := x.score(e, folded, asked)
		if score < nearTo {
			continue
		}
		found = append(found, Match{Entry: e.Entry, Score: math.Round(score*1000) / 1000, Sure: score >= sure})
	}
	slices.SortStableFunc(found, func(a, b Match) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return b.Entry.fits(language) - a.Entry.fits(language)
	})
	return found[:min(most, len(found))]
}

// score is 1 for a phrase that is asked as it stands, and otherwise how much of the question the entry speaks of
// together with how much of one of its phrases was asked.
func (x *index) score(e indexed, folded string, asked map[string]bool) float64 {
	of := x.part(asked, e.all)
	best := 0.0
	for _, phrase := range e.phrases {
		best = max(best, 0.55*of+0.45*x.part(phrase, asked))
	}
	for _, k := range e.keywords {
		if holds(folded, k) {
			best = max(best+0.1, keywordSays)
		}
	}
	return min(best, 1)
}

// part is how much of one set of terms the other has, by weight.
func (x *index) part(of, in map[string]bool) float64 {
	var sum, both float64
	for t := range of {
		w := x.weight(t)
		sum += w
		if in[t] {
			both += w
		}
	}
	if sum == 0 {
		return 0
	}
	return both / sum
}

// holds tells whether a folded text holds a folded phrase: as whole words, where the script has words.
func holds(text, phrase string) bool {
	if phrase == "" {
		return false
	}
	if dense([]rune(phrase)[0]) {
		return strings.Contains(text, phrase)
	}
	return strings.Contains(" "+text+" ", " "+phrase+" ")
}
