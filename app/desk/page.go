package desk

import (
	"context"
	"net/url"

	"ichat/app/chat"
	"ichat/storage"
)

// pageAddressMost is how long the address of a visitor's page may be to be kept.
const pageAddressMost = 2000

// pageAddress is the address of a web page as it is kept; empty for anything else. Name and password in it
// are nobody's business.
func pageAddress(text string) string {
	if len(text) > pageAddressMost {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.User = nil
	if text = u.String(); len(text) > pageAddressMost { // escaped it is longer
		return ""
	}
	return text
}

// SayFrom is Say for a visitor who tells which page he is on, and to which queue or agent he would like to speak.
func (s *Service) SayFrom(ctx context.Context, site, visitor int64, d chat.Draft, from Approach) (chat.Message, error) {
	a, err := s.approach(ctx, site, from)
	if err != nil {
		return chat.Message{}, err
	}
	m, err := s.Say(a.in(ctx), site, visitor, d)
	if err != nil {
		return chat.Message{}, err
	}
	if err := s.keepPage(ctx, m.ConversationID, from.Page); err != nil { // the message is kept, which is what counts
		s.log.WarnContext(ctx, "page not kept", "conversation", m.ConversationID, "err", err)
	}
	return m, nil
}

// keepPage remembers the page a visitor writes from on his unfinished ticket. Most of what he writes comes from the
// same one, so a look saves the write.
func (s *Service) keepPage(ctx context.Context, conversation int64, page string) error {
	page = pageAddress(page)
	if page == "" {
		return nil
	}
	t, ok, err := lastTicket(ctx, s.db.R, conversation)
	if err == nil && (!ok || t.State == stateClosed) {
		return s.faq.KeepPage(ctx, conversation, page) // he talks with the bot
	}
	if err != nil || t.Page == page {
		return err
	}
	_, err = s.touch(ctx, t, func(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
		t.Page = page
		_, err := tx.NewUpdate().Model(t).Column("page", "version").WherePK().Exec(ctx)
		return err
	})
	return err
}
