package desk

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ichat/app/sites"
)

// The ways a queue chooses among the agents who can take a ticket.
const (
	byLeastBusy   = "least_busy"
	byRoundRobin  = "round_robin"
	byLongestIdle = "longest_idle"
	bySkill       = "skill"
)

// What a visitor may be for a priority of his own.
const (
	whenPage      = "page"
	whenLocale    = "locale"
	whenVIP       = "vip"
	whenReturning = "returning"
)

// Bounds of the rules. Times are in seconds.
const (
	capMost      = 100
	waitingMost  = 10_000
	pagesMost    = 50  // patterns
	patternMost  = 500 // characters
	priorityMost = 100 // up or down
	timesMost    = 10
	aDayS        = 24 * 60 * 60
	aMonthS      = 31 * aDayS
	tellingsMost = 20 // languages
	tellingMost  = 500
)

// Rules are how a queue works. What is left out of their JSON is the default, so rules that were stored before
// a field was invented read as before.
type Rules struct {
	Strategy    string                  `json:"strategy" required:"false" enum:"least_busy,round_robin,longest_idle,skill"`
	Auto        bool                    `json:"auto" required:"false"`         // handed out; off: agents take by hand
	Sticky      bool                    `json:"sticky" required:"false"`       // first to the agent the visitor had last, if he is free
	Everyone    bool                    `json:"everyone" required:"false"`     // all agents of the site serve it, beside those named
	Cap         int                     `json:"cap" required:"false"`          // how many of this queue's tickets one agent has; 0: only his own cap
	MostWaiting int                     `json:"most_waiting" required:"false"` // when so many wait, who comes is asked to leave a message; 0: no limit
	Open        bool                    `json:"open" required:"false"`         // visitors may choose it
	Pages       []string                `json:"pages" required:"false"`        // addresses with * whose visitors begin here
	Priorities  []PriorityRule          `json:"priorities" required:"false"`   // the highest that fits counts
	Boost       Boost                   `json:"boost" required:"false"`
	Answer      AnswerRule              `json:"answer" required:"false"`
	AwayS       int                     `json:"away_s" required:"false"` // after the grace of an absent agent, until his unanswered tickets go back
	Overflow    Overflow                `json:"overflow" required:"false"`
	Idle        IdleRule                `json:"idle" required:"false"`
	Hours       *sites.Hours            `json:"hours" required:"false"` // null: the site's
	Texts       map[string]QueueTelling `json:"texts" required:"false"` // by language; "" is every other
}

// PriorityRule gives those it fits a priority: 0 is usual, more is served first. Match is the address of a page,
// with *, or a language; vip and returning need none.
type PriorityRule struct {
	When     string `json:"when" enum:"page,locale,vip,returning"`
	Match    string `json:"match" required:"false"`
	Priority int    `json:"priority"`
}

// Boost raises the priority of who waits by Step every EveryS, up to Most. EveryS 0: never.
type Boost struct {
	EveryS int `json:"every_s" required:"false"`
	Step   int `json:"step" required:"false"`
	Most   int `json:"most" required:"false"`
}

// AnswerRule is what happens while an agent does not answer what he was given: after NudgeS he is called, after
// RequeueS somebody else gets it, and after so many Times the visitor is asked to leave a message. 0: never.
type AnswerRule struct {
	NudgeS   int `json:"nudge_s" required:"false"`
	RequeueS int `json:"requeue_s" required:"false"`
	Times    int `json:"times" required:"false"`
}

// Overflow moves who waited AfterS on to another queue, at his place. 0: never.
type Overflow struct {
	AfterS  int   `json:"after_s" required:"false"`
	ToQueue int64 `json:"to_queue" required:"false"`
}

// IdleRule ends what the visitor left: when he is silent since the agent's last word he is warned after WarnS, and
// CloseS after that word it is closed; GoneS when he is not connected any more. 0: never.
type IdleRule struct {
	WarnS  int `json:"warn_s" required:"false"`
	CloseS int `json:"close_s" required:"false"`
	GoneS  int `json:"gone_s" required:"false"`
}

// QueueTelling is what a queue tells its visitors in one language; what is empty is said in the words for every
// language, and where those are empty in the product's own.
type QueueTelling struct {
	Waiting     string `json:"waiting,omitempty"`
	Apology     string `json:"apology,omitempty"`
	IdleWarning string `json:"idle_warning,omitempty"`
	Closing     string `json:"closing,omitempty"`
	Busy        string `json:"busy,omitempty"`
}

// defaultRules are those of a queue nobody changed.
func defaultRules() Rules {
	return Rules{Strategy: byLeastBusy, Auto: true, Sticky: true, Everyone: true,
		Pages: []string{}, Priorities: []PriorityRule{}, Texts: map[string]QueueTelling{}}
}

// UnmarshalJSON reads rules over the defaults.
func (r *Rules) UnmarshalJSON(text []byte) error {
	type plain Rules
	read := plain(defaultRules())
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*r = Rules(read)
	return nil
}

// readRules reads rules as they are stored; "" are the defaults.
func readRules(text string) (Rules, error) {
	r := defaultRules()
	if text != "" {
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return Rules{}, err
		}
	}
	if r.Hours != nil {
		hours, _ := r.Hours.Checked() // they were right when they were written; this finds their zone
		r.Hours = &hours
	}
	return r, nil
}

// stored is what readRules reads.
func (r Rules) stored() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("encode rules: %v", err)) // our own struct
	}
	return string(text)
}

// hoursOr are the queue's own hours, or else its site's.
func (r Rules) hoursOr(site sites.Hours) sites.Hours {
	if r.Hours != nil {
		return *r.Hours
	}
	return site
}

// telling is what the queue says in a language.
func (r Rules) telling(lang string) QueueTelling {
	said, all := r.Texts[lang], r.Texts[""]
	for _, one := range []struct {
		to   *string
		from string
	}{
		{&said.Waiting, all.Waiting}, {&said.Apology, all.Apology}, {&said.IdleWarning, all.IdleWarning}, {&said.Closing, all.Closing}, {&said.Busy, all.Busy},
	} {
		if *one.to == "" {
			*one.to = one.from
		}
	}
	return said
}

// checked returns the rules of a queue normalised, or what is wrong, by field. others are the queues of its site,
// which it may be one of.
func (r Rules) checked(queue int64, others []queueRow) (Rules, map[string]string) {
	c := ruleCheck{}
	if !slices.Contains([]string{byLeastBusy, byRoundRobin, byLongestIdle, bySkill}, r.Strategy) {
		c.wrong("strategy", "must be one of: least_busy, round_robin, longest_idle, skill")
	}
	c.within("cap", r.Cap, 0, capMost)
	c.within("most_waiting", r.MostWaiting, 0, waitingMost)
	c.within("away_s", r.AwayS, 0, aDayS)
	r.Pages = c.pages(r.Pages)
	r.Priorities = c.priorities(r.Priorities)
	c.boost(r.Boost)
	c.answer(r.Answer)
	c.idle(r.Idle)
	c.overflow(r.Overflow, queue, others)
	if r.Hours != nil {
		hours, wrong := r.Hours.Checked()
		for field, problem := range wrong {
			c.wrong(field, problem)
		}
		r.Hours = &hours
	}
	r.Texts = c.tellings(r.Texts)
	return r, c
}

// ruleCheck is what is wrong with rules, by field.
type ruleCheck map[string]string

func (c ruleCheck) wrong(field, problem string) { c["rules."+field] = problem }

func (c ruleCheck) within(field string, n, least, most int) {
	if n < least || n > most {
		c.wrong(field, fmt.Sprintf("must be from %d to %d", least, most))
	}
}

func (c ruleCheck) pattern(field, text string) string {
	text = sites.OneLine(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		c.wrong(field, "must not be empty")
	case n > patternMost:
		c.wrong(field, fmt.Sprintf("must be at most %d characters", patternMost))
	}
	return text
}

func (c ruleCheck) pages(pages []string) []string {
	if len(pages) > pagesMost {
		c.wrong("pages", fmt.Sprintf("must have at most %d entries", pagesMost))
		return pages
	}
	clean := make([]string, len(pages))
	for i, page := range pages {
		clean[i] = c.pattern(fmt.Sprintf("pages.%d", i), page)
	}
	return clean
}

func (c ruleCheck) priorities(rules []PriorityRule) []PriorityRule {
	if len(rules) > pagesMost {
		c.wrong("priorities", fmt.Sprintf("must have at most %d entries", pagesMost))
		return rules
	}
	clean := make([]PriorityRule, len(rules))
	for i, p := range rules {
		field := fmt.Sprintf("priorities.%d.", i)
		c.within(field+"priority", p.Priority, -priorityMost, priorityMost)
		switch p.When {
		case whenPage:
			p.Match = c.pattern(field+"match", p.Match)
		case whenLocale:
			if p.Match = strings.TrimSpace(p.Match); !languageTag.MatchString(p.Match) {
				c.wrong(field+"match", "must be a language such as en or zh-CN")
			}
		case whenVIP, whenReturning:
			p.Match = ""
		default:
			c.wrong(field+"when", "must be one of: page, locale, vip, returning")
		}
		clean[i] = p
	}
	return clean
}

func (c ruleCheck) boost(b Boost) {
	c.within("boost.every_s", b.EveryS, 0, aDayS)
	if b.EveryS != 0 {
		c.within("boost.step", b.Step, 1, priorityMost)
		c.within("boost.most", b.Most, 1, priorityMost)
	}
}

func (c ruleCheck) answer(a AnswerRule) {
	c.within("answer.nudge_s", a.NudgeS, 0, aDayS)
	c.within("answer.requeue_s", a.RequeueS, 0, aDayS)
	c.within("answer.times", a.Times, 0, timesMost)
	if a.RequeueS != 0 && a.NudgeS >= a.RequeueS {
		c.wrong("answer.requeue_s", fmt.Sprintf("must be more than %d", a.NudgeS))
	}
}

func (c ruleCheck) idle(i IdleRule) {
	c.within("idle.warn_s", i.WarnS, 0, aMonthS)
	c.within("idle.close_s", i.CloseS, 0, aMonthS)
	c.within("idle.gone_s", i.GoneS, 0, aMonthS)
	if i.CloseS != 0 && i.WarnS >= i.CloseS {
		c.wrong("idle.close_s", fmt.Sprintf("must be more than %d", i.WarnS))
	}
}

func (c ruleCheck) overflow(o Overflow, queue int64, others []queueRow) {
	c.within("overflow.after_s", o.AfterS, 0, aDayS)
	there := slices.ContainsFunc(others, func(q queueRow) bool { return q.ID == o.ToQueue })
	switch {
	case o.AfterS == 0 && o.ToQueue == 0:
	case o.ToQueue == queue:
		c.wrong("overflow.to_queue", "must be another queue")
	case !there:
		c.wrong("overflow.to_queue", "must be a queue of the same site")
	}
}

func (c ruleCheck) tellings(texts map[string]QueueTelling) map[string]QueueTelling {
	if len(texts) > tellingsMost {
		c.wrong("texts", fmt.Sprintf("must have at most %d entries", tellingsMost))
		return texts
	}
	clean := map[string]QueueTelling{}
	for lang, t := range texts {
		if lang != "" && !languageTag.MatchString(lang) {
			c.wrong("texts", "must be a language such as en or zh-CN")
			continue
		}
		for _, one := range []struct {
			name string
			text *string
		}{{"waiting", &t.Waiting}, {"apology", &t.Apology}, {"idle_warning", &t.IdleWarning}, {"closing", &t.Closing}, {"busy", &t.Busy}} {
			if *one.text = sites.Paragraphs(*one.text); utf8.RuneCountInString(*one.text) > tellingMost {
				c.wrong("texts."+lang+"."+one.name, fmt.Sprintf("must be at most %d characters", tellingMost))
			}
		}
		if t != (QueueTelling{}) {
			clean[lang] = t
		}
	}
	return clean
}

// languageTag is what stands for a language: en, zh-CN.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$`)
