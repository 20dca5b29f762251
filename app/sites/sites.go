// Package sites holds the websites that carry the chat window: the public key of each, the domains
// it may appear on and how it looks. It serves the loader, the frame page and the sample shop.
package sites

import (
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ichat/app/fault"
)

// Lengths in characters, counted after cleaning.
const (
	maxName     = 64
	maxTitle    = 64
	maxGreeting = 500
	maxAway     = 300
	maxHint     = 60
	maxDomains  = 50
)

// What a website shows of the chat while it is closed or nobody is there to answer.
const (
	awayMessage  = "message"  // asks for a message and how the visitor can be reached
	awayHide     = "hide"     // no launcher
	awayContinue = "continue" // goes on as ever: the answer comes later in the same place
)

// SiteLook is what everybody may know of a site: what its chat window looks like.
type SiteLook struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Accent   string `json:"accent"`
	Title    string `json:"title"`
	Greeting string `json:"greeting"`
	Away     string `json:"away"`  // said while nobody is there
	Hint     string `json:"hint"`  // stands in the empty composer
	Texts    Texts  `json:"texts"` // what is said instead of the four above in one language
	Position string `json:"position" enum:"right,left"`
	Theme    string `json:"theme" enum:"auto,light,dark"`
	WhenAway string `json:"when_away" enum:"message,hide,continue"`
	Hidden   bool   `json:"hidden,omitempty"` // no launcher at the moment; said in public answers only
}

// Site is a website as its owner sees it.
type Site struct {
	SiteLook
	ID        int64     `json:"id"`
	Domains   []string  `json:"domains"`
	Hours     Hours     `json:"hours"`
	Embed     string    `json:"embed"` // the line to copy; filled in for the owner's answers only
	CreatedAt time.Time `json:"created_at"`
}

// Change is what an owner wants different; nil leaves a field as it is.
type Change struct {
	Name     *string   `json:"name,omitempty"`
	Domains  *[]string `json:"domains,omitempty"`
	Accent   *string   `json:"accent,omitempty"`
	Title    *string   `json:"title,omitempty"`
	Greeting *string   `json:"greeting,omitempty"`
	Away     *string   `json:"away,omitempty"`
	Hint     *string   `json:"hint,omitempty"`
	Texts    *Texts    `json:"texts,omitempty"`
	Position *string   `json:"position,omitempty"`
	Theme    *string   `json:"theme,omitempty"`
	WhenAway *string   `json:"when_away,omitempty"`
	Hours    *Hours    `json:"hours,omitempty"`
}

// apply puts a change on a site, normalised; every field that is wrong is named in the refusal.
func (c Change) apply(s *Site) error {
	refusal := fault.New(fault.Invalid, "the request is not valid")
	check := func(field, problem string) {
		if problem != "" {
			refusal = refusal.With(field, problem)
		}
	}
	if c.Name != nil {
		s.Name = OneLine(*c.Name)
		check("name", length(s.Name, 1, maxName))
	}
	c.applyTexts(s, check)
	if c.Accent != nil {
		s.Accent = strings.ToLower(*c.Accent)
		if !isColour(s.Accent) {
			check("accent", "must be a colour like #1a73e8")
		}
	}
	if c.Position != nil {
		s.Position = *c.Position
		check("position", oneOf(s.Position, "right", "left"))
	}
	if c.Theme != nil {
		s.Theme = *c.Theme
		check("theme", oneOf(s.Theme, "auto", "light", "dark"))
	}
	if c.WhenAway != nil {
		s.WhenAway = *c.WhenAway
		check("when_away", oneOf(s.WhenAway, awayMessage, awayHide, awayContinue))
	}
	if c.Hours != nil {
		var wrong map[string]string
		s.Hours, wrong = c.Hours.Checked()
		for field, problem := range wrong {
			check(field, problem)
		}
	}
	if c.Domains != nil {
		var problem string
		s.Domains, problem = normalDomains(*c.Domains)
		check("domains", problem)
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

// EmbedLine is the one line an owner pastes into a website, for the product's public address.
func (s Site) EmbedLine(baseURL string) string {
	return fmt.Sprintf(`<script async src="%s/widget.js?site=%s"></script>`, html.EscapeString(strings.TrimRight(baseURL, "/")), s.Key)
}

// script is the look as JSON that is safe inside a script: encoding/json writes <, >, & and the
// two line separators of JavaScript as escapes.
func (l SiteLook) script() []byte {
	b, err := json.Marshal(l)
	if err != nil {
		panic(fmt.Sprintf("encode a look: %v", err))
	}
	return b
}

// OneLine is text as one clean line, for names and titles: no control, zero-width or
// direction-changing characters, spaces joined.
func OneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(visible, text)), " ")
}

// Paragraphs is like OneLine but keeps line breaks.
func Paragraphs(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = OneLine(line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co), r == utf8.RuneError,
		r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0', r == '\u034f': // fillers: letters that show nothing
		return -1
	}
	return r
}

func length(s string, least, most int) string {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		return "must not be empty"
	case n > most:
		return fmt.Sprintf("must be at most %d characters", most)
	}
	return ""
}

func oneOf(s string, choices ...string) string {
	if slices.Contains(choices, s) {
		return ""
	}
	return "must be one of: " + strings.Join(choices, ", ")
}

func isColour(s string) bool {
	return len(s) == 7 && s[0] == '#' && strings.Trim(s[1:], "0123456789abcdef") == ""
}
