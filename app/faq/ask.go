package faq

import (
	"context"
	"slices"
	"strconv"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// Question is what the card in the chat window shows of an entry.
type Question struct {
	ID       int64  `json:"id"`
	Question string `json:"question"`
}

// Card is what a visitor is offered before he asks.
type Card struct {
	Questions []Question `json:"questions"`
}

// Answered is a question that was clicked, and what it was answered: both stand in the conversation.
type Answered struct {
	Question chat.Message `json:"question"`
	Answer   chat.Message `json:"answer"`
}

// CardFor lists the questions a site shows in a language.
func (s *Service) CardFor(ctx context.Context, site int64, language string) (Card, error) {
	x, err := s.indexOf(ctx, site)
	if err != nil {
		return Card{}, err
	}
	card := Card{Questions: []Question{}}
	for _, e := range x.entries {
		if e.Shown && e.fits(language) > 0 && len(card.Questions) < cardMost {
			card.Questions = append(card.Questions, Question{ID: e.ID, Question: e.Question})
		}
	}
	return card, nil
}

// Ask puts a question of the FAQ and its answer into the visitor's conversation, which begins with that if he never
// wrote. No ticket is opened by it. The same client id again gets the first answer.
func (s *Service) Ask(ctx context.Context, site, visitor, entry int64, clientMsgID string) (a Answered, err error) {
	request := chat.Draft{ClientMsgID: clientMsgID, Type: chat.Text, Body: chat.Body{EntryID: entry}}
	e, err := entryByID(ctx, s.db.R, site, entry)
	if err == nil {
		err = s.chat.Ready(ctx, visitor, chat.Draft{ClientMsgID: clientMsgID, Type: chat.Text, Body: chat.Body{Text: e.Question}})
	}
	if err == nil {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
			c, err := s.chat.LiveTx(ctx, tx, site, visitor)
			if err != nil {
				return err
			}
			if a.Question, err = s.chat.AskTx(ctx, tx, visitor, c.ID, request, chat.Body{Text: e.Question, EntryID: e.ID}); err != nil {
				return err
			}
			if a.Answer, err = s.sayTx(ctx, tx, site, c.ID, answerID(a.Question.ID), chat.Body{Text: e.Answer, EntryID: e.ID}); err != nil {
				return err
			}
			return countUse(ctx, tx, e.ID)
		})
	}
	if s.chat.MayBeAsked(err) {
		if first, found, err := s.asked(ctx, site, visitor, request); found || err != nil {
			return first, err
		}
	}
	return a, err
}

// asked finds what a retry got the first time.
func (s *Service) asked(ctx context.Context, site, visitor int64, request chat.Draft) (a Answered, found bool, err error) {
	c, err := s.chat.Live(ctx, site, visitor)
	if err != nil {
		return Answered{}, false, unlessMissing(err)
	}
	if a.Question, found, err = s.chat.Asked(ctx, visitor, c.ID, request); !found || err != nil {
		return Answered{}, found, err
	}
	row, err := siteOf(ctx, s.db.R, site)
	if err != nil {
		return Answered{}, true, err
	}
	a.Answer, err = s.chat.Said(ctx, row.BotID, c.ID, answerID(a.Question.ID))
	return a, true, err
}

// answerID is the client id of what a bot says to a message: so it answers it once.
func answerID(message int64) string { return "answer-" + strconv.FormatInt(message, 36) }

// sayTx lets the bot of a site say something; it is made when it says its first word.
func (s *Service) sayTx(ctx context.Context, tx *storage.Tx, site, conversation int64, clientMsgID string, body chat.Body) (chat.Message, error) {
	bot, err := s.botTx(ctx, tx, site)
	if err != nil {
		return chat.Message{}, err
	}
	body.Bot = true
	return s.chat.BotTx(ctx, tx, bot, conversation, chat.Draft{ClientMsgID: clientMsgID, Type: chat.Text, Body: body})
}

// botTx is the person the bot of a site speaks as.
func (s *Service) botTx(ctx context.Context, tx *storage.Tx, site int64) (int64, error) {
	row, err := siteOf(ctx, tx, site)
	if err != nil || row.BotID != 0 {
		return row.BotID, err
	}
	if err := touch(ctx, tx, site); err != nil { // of two at once the second finds the first one's
		return 0, err
	}
	if row, err = siteOf(ctx, tx, site); err != nil || row.BotID != 0 {
		return row.BotID, err
	}
	b, err := row.bot()
	if err != nil {
		return 0, err
	}
	if row.BotID, err = s.people.BotTx(ctx, tx, site, b.Name); err != nil {
		return 0, err
	}
	return row.BotID, saveSite(ctx, tx, row)
}

// Mark keeps whether an answer was useful to a visitor; he may think again.
func (s *Service) Mark(ctx context.Context, site, visitor, entry int64, useful bool) error {
	if _, err := entryByID(ctx, s.db.R, site, entry); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return mark(ctx, tx, entry, visitor, useful) })
}

// Attends is the bot that answers first on a site; nil where none does.
func (s *Service) Attends(ctx context.Context, site int64) (*people.Person, error) {
	row, err := siteOf(ctx, s.db.R, site)
	if err != nil {
		return nil, err
	}
	if b, err := row.bot(); err != nil || !b.On {
		return nil, err
	}
	p, err := s.people.Person(ctx, row.BotID)
	return &p, err
}

func unlessMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// inLanguage is the language somebody is answered in: Chinese when he writes it, and else his own.
func inLanguage(text, locale string) string {
	if slices.ContainsFunc([]rune(text), func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) {
		return "zh-CN"
	}
	return locale
}
