package faq

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"ichat/app/audit"
	"ichat/app/sites"
	"ichat/storage"
)

const (
	nameMost         = 64
	wordMost         = 40
	triesMost        = 10
	addressMost      = 500
	modelMost        = 100
	keyMost          = 500
	instructionsMost = 4000
)

// Bot is how the bot of a site works.
type Bot struct {
	On       bool     `json:"on"`    // it answers first
	Name     string   `json:"name"`  // empty: clients have a word for it
	Tries    int      `json:"tries"` // it hands over when it missed so often in a row
	Words    []string `json:"words"` // who says one of them wants a person, beside those that always mean it
	Endpoint Endpoint `json:"endpoint"`
}

// Endpoint is a language model that is asked what the entries do not answer. Its key is told to nobody again.
type Endpoint struct {
	On           bool   `json:"on"`
	URL          string `json:"url"` // of an API as OpenAI's, up to its version
	Model        string `json:"model"`
	Instructions string `json:"instructions"`
	KeyEnd       string `json:"key_end"`     // what can be shown of the key; empty: there is none
	MostDay      int    `json:"most_day"`    // so often it is asked on a day; then the bot goes on without it
	MostTalk     int    `json:"most_talk"`   // and so often for one conversation
	AskedToday   int    `json:"asked_today"` // in the day of the site's zone; only read
}

// BotChange is what somebody changes of a bot; nil stays.
type BotChange struct {
	On       *bool           `json:"on,omitempty"`
	Name     *string         `json:"name,omitempty"`
	Tries    *int            `json:"tries,omitempty"`
	Words    *[]string       `json:"words,omitempty"`
	Endpoint *EndpointChange `json:"endpoint,omitempty"`
}

// EndpointChange is what somebody changes of an endpoint; nil stays, an empty key takes it away.
type EndpointChange struct {
	On           *bool   `json:"on,omitempty"`
	URL          *string `json:"url,omitempty"`
	Model        *string `json:"model,omitempty"`
	Instructions *string `json:"instructions,omitempty"`
	Key          *string `json:"key,omitempty"`
	MostDay      *int    `json:"most_day,omitempty"`
	MostTalk     *int    `json:"most_talk,omitempty"`
}

func newBot() Bot {
	return Bot{Tries: 2, Words: []string{}, Endpoint: Endpoint{MostDay: dayFirst, MostTalk: talkFirst}}
}

// masked is what can be shown of a secret.
func masked(secret string) string {
	switch n := len(secret); {
	case n == 0:
		return ""
	case n < 12:
		return "•••"
	default:
		return "•••" + secret[n-4:]
	}
}

// apply makes the change, or names every field that is wrong. key is the secret, as it is and will be.
func (b *Bot) apply(c BotChange, key *string, admits func(string) bool) error {
	refusal := errInvalid
	check := func(field, problem string) {
		if problem != "" {
			refusal = refusal.With(field, problem)
		}
	}
	set(&b.On, c.On)
	if c.Name != nil {
		b.Name = sites.OneLine(*c.Name)
		check("name", atMost(b.Name, nameMost))
	}
	if set(&b.Tries, c.Tries); b.Tries < 1 || b.Tries > triesMost {
		check("tries", fmt.Sprintf("must be between 1 and %d", triesMost))
	}
	if c.Words != nil {
		var problem string
		b.Words, problem = phrases(*c.Words, wordMost)
		check("words", problem)
	}
	if c.Endpoint != nil {
		b.Endpoint.apply(*c.Endpoint, key, admits, func(field, problem string) { check("endpoint."+field, problem) })
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

func (e *Endpoint) apply(c EndpointChange, key *string, admits func(string) bool, check func(field, problem string)) {
	set(&e.On, c.On)
	if c.URL != nil {
		moved := e.URL
		if e.URL = strings.TrimRight(strings.TrimSpace(*c.URL), "/"); e.URL != moved && c.Key == nil {
			*key = "" // a key is for the address it was given for, and goes nowhere else
		}
	}
	if c.Model != nil {
		e.Model = sites.OneLine(*c.Model)
		check("model", atMost(e.Model, modelMost))
	}
	if c.Instructions != nil {
		e.Instructions = strings.TrimSpace(*c.Instructions)
		check("instructions", atMost(e.Instructions, instructionsMost))
	}
	if c.Key != nil {
		*key = strings.TrimSpace(*c.Key)
		check("key", atMost(*key, keyMost))
		if strings.ContainsFunc(*key, func(r rune) bool { return r <= ' ' || r > '~' }) {
			check("key", "is not in the expected form")
		}
	}
	if set(&e.MostDay, c.MostDay); e.MostDay < 1 || e.MostDay > dayMost {
		check("most_day", fmt.Sprintf("must be between 1 and %d", dayMost))
	}
	if set(&e.MostTalk, c.MostTalk); e.MostTalk < 1 || e.MostTalk > talkMost {
		check("most_talk", fmt.Sprintf("must be between 1 and %d", talkMost))
	}
	if c.URL != nil && e.URL != "" && (len(e.URL) > addressMost || !admits(e.URL)) {
		check("url", "must be an https address on the internet")
	}
	if e.On && e.URL == "" {
		check("url", "must not be empty")
	}
	if e.On && e.Model == "" {
		check("model", "must not be empty")
	}
	e.KeyEnd = masked(*key)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func atMost(text string, most int) string {
	if utf8.RuneCountInString(text) > most {
		return fmt.Sprintf("must be at most %d characters", most)
	}
	return ""
}

// Bot is how a site's bot works, for those who lead there.
func (s *Service) Bot(ctx context.Context, by, site int64) (Bot, error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return Bot{}, err
	}
	row, err := siteOf(ctx, s.db.R, site)
	if err != nil {
		return Bot{}, err
	}
	b, err := row.bot()
	if err != nil {
		return Bot{}, err
	}
	return s.withSpent(ctx, site, b)
}

// ChangeBot changes how a site's bot works. Who talks with it meanwhile is answered, or handed over, with his next turn.
func (s *Service) ChangeBot(ctx context.Context, by, site int64, c BotChange) (b Bot, err error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return Bot{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if _, err := s.botTx(ctx, tx, site); err != nil {
			return err
		}
		if err := touch(ctx, tx, site); err != nil {
			return err
		}
		row, err := siteOf(ctx, tx, site)
		if err != nil {
			return err
		}
		if b, err = row.bot(); err != nil {
			return err
		}
		was := b
		if err := b.apply(c, &row.Secret, s.door.Admits); err != nil {
			return err
		}
		text, err := json.Marshal(b)
		if err != nil {
			return err
		}
		row.Bot = string(text)
		if err := saveSite(ctx, tx, row); err != nil {
			return err
		}
		if err := s.people.NameBotTx(ctx, tx, row.BotID, b.Name); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "bot.update", Site: site, TargetID: row.BotID, Target: b.Name, Changes: audit.Compare(was, b)})
	})
	if err != nil {
		return Bot{}, err
	}
	return s.withSpent(ctx, site, b)
}
