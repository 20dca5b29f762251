package faq

import (
	"context"
	"strings"

	"ichat/app/chat"
	"ichat/storage"
)

// Two lists of what always means: I want a person. The first are whole words, the second stand anywhere.
var (
	personWords = []string{"agent", "human", "operator", "representative", "real person", "live person", "talk to a person", "speak to a person",
		"talk to someone", "speak to someone", "speak with someone", "talk to somebody", "speak to somebody", "customer service", "live chat", "live agent"}
	personHan   = []string{"转人工", "人工客服", "人工服务", "找人工", "要人工", "接人工", "转客服", "找客服", "联系客服", "真人", "轉人工", "人工客服", "真人客服"}
	personAlone = []string{"人工", "客服", "person", "support"}
)

// HandOver opens a conversation to people: from is where the bot's part of it began, m the visitor's last words,
// page the address he wrote from.
type HandOver func(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message, from int64, page string) error

// OnHandOver says who takes over from the bot. It runs inside the write by which the bot gives up, with the
// conversation's row locked.
func (s *Service) OnHandOver(h HandOver) { s.onHandOver = h }

// Hear is asked about every message of a visitor who has no ticket, inside its write. Taken means that none is to be
// opened: it was a question of the FAQ, or the bot has a turn now. Else a ticket is to be opened at once, and from
// is where its part of the conversation begins.
func (s *Service) Hear(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message) (taken bool, from int64, err error) {
	if m.Body.EntryID != 0 {
		return true, 0, nil
	}
	row, err := siteOf(ctx, tx, c.SiteID)
	if err != nil || row.Bot == "" {
		return false, m.Seq, err
	}
	b, err := row.bot()
	if err != nil {
		return false, m.Seq, err
	}
	if !b.On || m.Type != chat.Text || b.means(m.Body.Text) {
		talk, found, err := endTalk(ctx, tx, c.ID)
		if err != nil || !found {
			return false, m.Seq, err
		}
		return false, talk.FromSeq, nil
	}
	if err := beginTalk(ctx, tx, talkRow{ConversationID: c.ID, SiteID: c.SiteID, FromSeq: m.Seq}); err != nil {
		return false, 0, err
	}
	tx.After(s.wake)
	return true, 0, insertTurn(ctx, tx, turnRow{ConversationID: c.ID, Seq: m.Seq, SiteID: c.SiteID, DueAt: s.time()})
}

// means tells whether a text asks for a person.
func (b Bot) means(text string) bool {
	folded := fold(text)
	for _, word := range personAlone {
		if folded == word {
			return true
		}
	}
	for _, word := range personHan {
		if strings.Contains(folded, word) {
			return true
		}
	}
	for _, word := range personWords {
		if holds(folded, word) {
			return true
		}
	}
	for _, word := range b.Words {
		if holds(folded, fold(word)) {
			return true
		}
	}
	return false
}

// KeepPage remembers the page a visitor talks with the bot from, for the ticket that may come of it.
func (s *Service) KeepPage(ctx context.Context, conversation int64, page string) error {
	known, found, err := talkOf(ctx, s.db.R, conversation)
	if err != nil || !found || known.Page == page {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return savePage(ctx, tx, conversation, page) })
}

// wake lets the worker look; it never blocks.
func (s *Service) wake() {
	select {
	case s.awake <- struct{}{}:
	default: // awake already
	}
}
