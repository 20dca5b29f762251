package faq

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// What a language model costs is bounded: a site asks it so often a day, and so often for one conversation. Beyond
// that the bot goes on without it. A question is counted before it is asked, so a crash, or several nodes at once, let
// nothing through.

// A new bot's budget, and what it may be at most.
const (
	dayFirst  = 500
	dayMost   = 1_000_000
	talkFirst = 20
	talkMost  = 1_000
)

// errSpent: the budget of the site, or of the conversation, is used up for today.
var errSpent = errors.New("today's budget for the language model is used up")

// spend counts a question to the language model, and refuses it with errSpent when there were enough today: for the
// conversation (0: it is for none), or on the site.
func (s *Service) spend(ctx context.Context, e Endpoint, site, conversation int64) error {
	day, err := s.today(ctx, site)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if conversation != 0 {
			if err := countAsked(ctx, tx, conversation, day, e.MostTalk); err != nil {
				return err
			}
			if err := forgetAsked(ctx, tx, conversation, day); err != nil {
				return err
			}
		}
		return countAsked(ctx, tx, site, day, e.MostDay)
	})
}

// today is the date where the site is.
func (s *Service) today(ctx context.Context, site int64) (string, error) {
	known, err := s.sites.Known(ctx, site)
	return known.Hours.Date(s.now()), err
}

// withSpent puts on a bot how much of today's budget is used.
func (s *Service) withSpent(ctx context.Context, site int64, b Bot) (Bot, error) {
	day, err := s.today(ctx, site)
	if err == nil {
		b.Endpoint.AskedToday, err = askedOn(ctx, s.db.R, site, day)
	}
	return b, err
}

// countAsked counts one more for a site or a conversation, in one statement, unless there are as many as may be.
func countAsked(ctx context.Context, tx *storage.Tx, id int64, day string, most int) error {
	res, err := tx.NewRaw(`
		INSERT INTO faq_asked (id, day, asked) VALUES (?, ?, 1)
		ON CONFLICT (id, day) DO UPDATE SET asked = faq_asked.asked + 1 WHERE faq_asked.asked < ?`, id, day, most).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errSpent
}

// forgetAsked takes away what was counted for a conversation on earlier days; that of sites is kept.
func forgetAsked(ctx context.Context, tx *storage.Tx, conversation int64, day string) error {
	_, err := tx.NewRaw(`DELETE FROM faq_asked WHERE id = ? AND day < ?`, conversation, day).Exec(ctx)
	return err
}

func askedOn(ctx context.Context, q bun.IDB, id int64, day string) (n int, err error) {
	err = q.NewRaw(`SELECT COALESCE(MAX(asked), 0) FROM faq_asked WHERE id = ? AND day = ?`, id, day).Scan(ctx, &n)
	return n, err
}
