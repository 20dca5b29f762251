package ops

import (
	"embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

//go:embed demo/*.json
var demoFiles embed.FS

// demoTexts is what people say in one language.
type demoTexts struct {
	Visitors []string      `json:"visitors"`
	Hello    []string      `json:"hello"`
	Taken    []string      `json:"taken"`
	Canned   []cannedReply `json:"canned"`
	Stories  []story       `json:"stories"`
	Waiting  []string      `json:"waiting"`
}

type cannedReply struct {
	Shortcut string `json:"shortcut"`
	Text     string `json:"text"`
}

// story is one conversation: each line begins with "v " or "a " for who says it, or with "p " for a
// picture the visitor sends.
type story struct {
	Page    string   `json:"page"`
	Lines   []string `json:"lines"`
	Stars   int      `json:"stars"`
	Comment string   `json:"comment"`
	Note    string   `json:"note"`
}

// demoLanguages are the languages of the demo in the order in which visitors come.
var demoLanguages = []string{"zh-CN", "en"}

func readTexts() (map[string]demoTexts, error) {
	all := map[string]demoTexts{}
	for _, language := range demoLanguages {
		b, err := demoFiles.ReadFile("demo/" + language[:2] + ".json")
		if err != nil {
			return nil, err
		}
		var texts demoTexts
		if err := json.Unmarshal(b, &texts); err != nil {
			return nil, fmt.Errorf("texts of %s: %w", language, err)
		}
		all[language] = texts
	}
	return all, nil
}

// How a session ends.
const (
	endWaiting = iota
	endOpen
	endClosed
)

// session is one ticket before it is played: who comes when, what is said with which pauses, and how it ends.
type session struct {
	visitor   *visitor
	agent     int // index in the cast
	opened    time.Time
	first     string
	page      string
	wait      time.Duration // until an agent takes it
	lines     []line        // after the first
	end       int
	byVisitor bool          // the visitor ends it
	pause     time.Duration // before the end
	stars     int           // 0: not rated
	comment   string
	note      string
	byHand    bool
}

type line struct {
	agent   bool
	picture string // what it shows, instead of a text
	text    string
	after   time.Duration
}

// visitor is somebody who comes, perhaps again.
type visitor struct {
	language string
	name     string // empty: stays unknown
	email    string
	id       int64
	until    time.Time // when the last visit was over
}

// planner makes sessions out of one stream of chance, so that a seed makes the same month again.
type planner struct {
	*rand.Rand
	texts map[string]demoTexts
	now   time.Time
	days  int
	come  []*visitor
}

func (p *planner) between(least, most time.Duration) time.Duration {
	return least + time.Duration(p.Int64N(int64(most-least))).Truncate(time.Millisecond)
}

func pickOne[T any](p *planner, from []T) T { return from[p.IntN(len(from))] }

// plan makes n sessions; the last few of them are still going on or waiting.
func (p *planner) plan(n int) []*session {
	waiting := min(max(n/40, 1), 5)
	open := min(max(n/25, 1), 8)
	var all []*session
	for i := range n {
		s := &session{end: endClosed}
		switch {
		case i < waiting:
			s.end = endWaiting
		case i < waiting+open:
			s.end = endOpen
		}
		p.fill(s)
		all = append(all, s)
	}
	return all
}

func (p *planner) fill(s *session) {
	language := demoLanguages[0]
	if p.IntN(100) < 40 {
		language = demoLanguages[1]
	}
	texts := p.texts[language]
	tale := pickOne(p, texts.Stories)
	order := "A" + strconv.Itoa(100000+p.IntN(900000))
	s.wait = p.between(4*time.Second, 3*time.Minute)
	s.byHand = p.IntN(100) < 20
	s.agent = p.agentFor(language)
	s.page = p.worded("https://shop.example.com"+tale.Page, order, "")
	s.first = p.worded(pickOne(p, texts.Hello)+strings.TrimPrefix(tale.Lines[0], "v "), order, "")
	if s.end == endWaiting {
		s.first = p.worded(pickOne(p, texts.Waiting), order, "")
	} else {
		p.talk(s, texts, tale, order)
	}
	if s.end == endClosed {
		s.pause, s.byVisitor = p.between(30*time.Second, 4*time.Minute), p.IntN(100) < 25
		s.note = tale.Note
		if p.IntN(100) < 60 {
			s.stars, s.comment = p.mood(tale)
		}
	}
	s.opened = p.moment(s)
	s.visitor = p.who(s, language)
}

// talk gives a session its lines; one that is still open stops early, with the agent's answer.
func (p *planner) talk(s *session, texts demoTexts, tale story, order string) {
	lines := append([]string{"a " + pickOne(p, texts.Taken)}, tale.Lines[1:]...)
	if s.end == endOpen {
		lines = lines[:1+p.IntN(len(lines)-1)]
		for !strings.HasPrefix(lines[len(lines)-1], "a ") {
			lines = lines[:len(lines)-1]
		}
	}
	mail := fmt.Sprintf("buyer%d@example.com", 100+p.IntN(900))
	for _, text := range lines {
		l := line{agent: text[0] == 'a', after: p.between(4*time.Second, 40*time.Second)}
		if text[0] == 'p' {
			l.picture = text[2:]
		} else {
			l.text = p.worded(text[2:], order, mail)
			l.after += time.Duration(utf8.RuneCountInString(l.text)) * 180 * time.Millisecond
		}
		s.lines = append(s.lines, l)
	}
}

func (p *planner) worded(text, order, mail string) string {
	return strings.NewReplacer("{order}", order, "{mail}", mail, "{n}", strconv.Itoa(1000+p.IntN(9000))).Replace(text)
}

// mood is the rating a story leads to: mostly as written, now and then a star less.
func (p *planner) mood(tale story) (stars int, comment string) {
	stars, comment = tale.Stars, tale.Comment
	if roll := p.IntN(100); roll < 12 {
		stars--
	} else if roll < 15 {
		return max(stars-3, 1), ""
	}
	if p.IntN(100) < 50 {
		comment = ""
	}
	return stars, comment
}

// length is how long a session takes from its first message to its last event.
func (s *session) length() time.Duration {
	all := s.wait
	for _, l := range s.lines {
		all += l.after
	}
	return all + s.pause
}

// moment says when a session begins: what is over in the shop's hours of the last days, more of it
// lately, what goes on just now.
func (p *planner) moment(s *session) time.Time {
	switch s.end {
	case endWaiting:
		return p.now.Add(-p.between(time.Minute, 9*time.Minute))
	case endOpen:
		return p.now.Add(-s.length() - p.between(30*time.Second, 12*time.Minute))
	}
	for {
		back := min(p.IntN(p.days), p.IntN(p.days+10))
		day := p.now.AddDate(0, 0, -back).Truncate(24 * time.Hour) // in UTC; the shop is eight hours ahead
		at := day.Add(p.between(time.Hour, 14*time.Hour))
		weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
		if at.Add(s.length()).Before(p.now.Add(-20*time.Minute)) && (!weekend || p.IntN(2) == 0) {
			return at
		}
	}
}

// who comes: somebody new, or one time in five somebody who was there a day before or earlier.
func (p *planner) who(s *session, language string) *visitor {
	if p.IntN(100) < 20 {
		for _, v := range p.come {
			if v.language == language && v.until.Add(20*time.Hour).Before(s.opened) {
				v.until = s.opened.Add(s.length())
				return v
			}
		}
	}
	v := &visitor{language: language, until: s.opened.Add(s.length())}
	if p.IntN(100) < 45 {
		v.name = pickOne(p, p.texts[language].Visitors)
		v.email = fmt.Sprintf("visitor%d@example.com", 1000+len(p.come))
	}
	p.come = append(p.come, v)
	return v
}

func (p *planner) agentFor(language string) int {
	var able []int
	for i, one := range demoCast {
		if one.language == language || one.language == "" {
			able = append(able, i)
		}
	}
	return pickOne(p, able)
}
