// Package faq answers what is asked again and again: a site's questions and answers, shown to visitors before
// they ask and found when they do, and the bot that answers first where a site wants that.
//
// A visitor who clicks a question gets both, question and answer, into his conversation at once (ask.go). With the
// bot on, his first words open no ticket: Hear, inside the write of his message, leaves a turn for the bot
// (faq_turns), and of all nodes one works it (bot.go): it answers from the entries (search.go), or from a language
// model the site named (endpoint.go), or hands the conversation over to people. It hands over as well when somebody
// asks for a person, when it has missed too often, and when whatever it needs does not work: nobody is left with it.
//
// The room knows nothing of tickets. Who opens them, a floor above, asks Hear and is told by the hook OnHandOver.
package faq

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ichat/app/fault"
	"ichat/app/sites"
)

// What a site may keep.
const (
	entriesMost  = 500
	questionMost = 200
	answerMost   = 4000
	phrasesMost  = 20
	keywordMost  = 40

	// cardMost is how many questions the card in the chat window shows.
	cardMost = 8
)

var (
	errInvalid = fault.New(fault.Invalid, "the request is not valid")
	errNoSite  = fault.New(fault.NotFound, "site not found")
	errNoEntry = fault.New(fault.NotFound, "question not found")
	errFull    = fault.New(fault.Conflict, "a site has at most 500 questions")
	errOrder   = fault.New(fault.Conflict, "the questions have changed, look again before you sort them")
)

// Entry is a question with its answer.
type Entry struct {
	ID           int64     `json:"id"`
	SiteID       int64     `json:"site_id"`
	Question     string    `json:"question"`
	Alternatives []string  `json:"alternatives"` // other ways to ask it
	Keywords     []string  `json:"keywords"`     // words that mean this question wherever they stand
	Answer       string    `json:"answer"`
	Language     string    `json:"language" enum:",en,zh-CN"` // empty: every
	Shown        bool      `json:"shown"`                     // on the card in the chat window
	Uses         int64     `json:"uses"`
	Helpful      int64     `json:"helpful"`
	Unhelpful    int64     `json:"unhelpful"`
	CreatedAt    time.Time `json:"created_at"`
}

// EntryChange is what somebody changes of an entry; nil stays.
type EntryChange struct {
	Question     *string   `json:"question,omitempty"`
	Alternatives *[]string `json:"alternatives,omitempty"`
	Keywords     *[]string `json:"keywords,omitempty"`
	Answer       *string   `json:"answer,omitempty"`
	Language     *string   `json:"language,omitempty"`
	Shown        *bool     `json:"shown,omitempty"`
}

// fits is 2 for an entry in this language, 1 for one in every language, 0 for the rest.
func (e Entry) fits(language string) int {
	switch e.Language {
	case language:
		return 2
	case "":
		return 1
	}
	return 0
}

// apply makes the change, or names every field that is wrong.
func (e *Entry) apply(c EntryChange) error {
	refusal := errInvalid
	check := func(field, problem string) {
		if problem != "" {
			refusal = refusal.With(field, problem)
		}
	}
	if c.Question != nil {
		e.Question = sites.OneLine(*c.Question)
		check("question", length(e.Question, questionMost))
	}
	if c.Answer != nil {
		e.Answer = strings.TrimSpace(strings.ReplaceAll(*c.Answer, "\r\n", "\n"))
		check("answer", length(e.Answer, answerMost))
	}
	if c.Alternatives != nil {
		var problem string
		e.Alternatives, problem = phrases(*c.Alternatives, questionMost)
		check("alternatives", problem)
	}
	if c.Keywords != nil {
		var problem string
		e.Keywords, problem = phrases(*c.Keywords, keywordMost)
		check("keywords", problem)
	}
	if c.Language != nil {
		e.Language = *c.Language
		if !slices.Contains([]string{"", "en", "zh-CN"}, e.Language) {
			check("language", "must be one of: en, zh-CN")
		}
	}
	if c.Shown != nil {
		e.Shown = *c.Shown
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

func length(text string, most int) string {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "must not be empty"
	case n > most:
		return fmt.Sprintf("must be at most %d characters", most)
	}
	return ""
}

// phrases cleans a list: one line each, none twice, none empty.
func phrases(typed []string, most int) (clean []string, problem string) {
	clean = []string{}
	for _, p := range typed {
		p = sites.OneLine(p)
		if p == "" || slices.Contains(clean, p) {
			continue
		}
		if problem == "" {
			problem = length(p, most)
		}
		clean = append(clean, p)
	}
	if len(clean) > phrasesMost {
		problem = fmt.Sprintf("must be at most %d entries", phrasesMost)
	}
	return clean, problem
}
