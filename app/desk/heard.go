package desk

import (
	"cmp"
	"context"
	"time"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/notify"
	"ichat/storage"
)

// lastTextKept is how many characters of the last message a ticket shows.
const lastTextKept = 120

// Heard is the desk's part of every send: the open ticket of a live conversation keeps the last message,
// and a visitor's message opens a ticket when there is none, unless the bot answers first. It is a hook for chat.OnSend.
//
// A waiting ticket is told to the agents of the site. An open one is not: its agent is in the conversation
// and gets the message itself.
func (s *Service) Heard(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message) error {
	if c.Kind != "live" || m.Type == "system" {
		return nil
	}
	text, by := lastText(m), m.SenderID
	if m.Body.Bot {
		by = c.OwnerID // it answers nothing an agent owes
	}
	t, ok, err := heard(ctx, tx, m, text, by)
	switch {
	case err != nil:
		return err
	case !ok && m.SenderID == c.OwnerID:
		taken, from, err := s.faq.Hear(ctx, tx, c, m)
		if err != nil || taken {
			return err
		}
		return s.openTx(ctx, tx, c, m, opening{from: from, at: m.CreatedAt})
	case ok && t.State == stateWaiting:
		tx.After(func() { s.tell.add(news{tickets: setOf(t.ID)}) })
	case ok && (m.Body.Bot || m.Body.EntryID != 0): // who asks the FAQ has his answer
		tx.After(func() { s.missing(t.AgentID) })
	case ok && m.SenderID == t.VisitorID:
		tx.After(func() { s.missing(t.AgentID) })
		s.turned(tx, t, m)
		if t.RepliedAt == nil && t.AnswerBy == nil {
			if err := s.askedTx(ctx, tx, &t); err != nil {
				return err
			}
		}
		return s.notify.CallTx(ctx, tx, t.call(notify.CalledForMessage, m.ConversationID, m.Seq))
	case ok:
		return s.wroteTx(ctx, tx, &t, m)
	}
	return nil
}

// wroteTx is what the words of an agent, or of a colleague in his place, end and begin.
func (s *Service) wroteTx(ctx context.Context, tx *storage.Tx, t *ticketRow, m *chat.Message) error {
	s.turned(tx, *t, m)
	if t.RepliedAt != nil && t.RepliedAt.Equal(m.CreatedAt) {
		if err := s.answeredTx(ctx, tx, t); err != nil {
			return err
		}
	}
	return s.silenceTx(ctx, tx, t, m.CreatedAt)
}

// turned has the board told of a message that began a wait for an answer, or ended one.
func (s *Service) turned(tx *storage.Tx, t ticketRow, m *chat.Message) {
	if t.TurnedAt != nil && t.TurnedAt.Equal(m.CreatedAt) {
		tx.After(func() { s.boardChanged(t.SiteID) })
	}
}

// opening is where and when a new ticket begins.
type opening struct {
	from int64 // seq
	at   time.Time
}

func (s *Service) openTx(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message, o opening) error {
	last, returning, err := lastTicket(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	v, err := s.visitTx(ctx, tx, c, returning)
	if err != nil {
		return err
	}
	way, err := s.wayTx(ctx, tx, c.SiteID, v)
	if err != nil {
		return err
	}
	t := ticketRow{
		ID: s.ids.Next(), Version: last.Version, SiteID: c.SiteID, QueueID: way.queue.ID, ConversationID: c.ID, VisitorID: c.OwnerID,
		State: stateWaiting, FromSeq: o.from, Page: v.page, Priority: way.priority, Locale: v.locale, Wanted: v.wanted, LastAgent: last.LastAgent,
		LastText: lastText(m), LastSenderID: m.SenderID, LastAt: m.CreatedAt, OpenedAt: o.at, TurnedAt: &o.at,
	}
	if t.DueAt, err = s.dueTx(ctx, tx, t, way.queue); err != nil {
		return err
	}
	t.step(m.Version)
	if _, err := tx.NewInsert().Model(&t).Exec(ctx); err != nil {
		return err
	}
	if err := s.waitsTx(ctx, tx, &t, t.waitsSince(), 0); err != nil {
		return err
	}
	s.changed(tx, t.SiteID, t.ID, 0)
	return s.eventTx(ctx, tx, t.ID, eventReached, way.why())
}

// Recalled takes what was said off the tickets that show it last. It is a hook for chat.OnRecall.
func (s *Service) Recalled(ctx context.Context, tx *storage.Tx, c chat.Conversation, was *chat.Message) error {
	if c.Kind != "live" {
		return nil
	}
	return s.rewordTx(ctx, tx, was, "")
}

// Edited puts what a message says now on the tickets that show it last. It is a hook for chat.OnEdit.
func (s *Service) Edited(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message) error {
	if c.Kind != "live" {
		return nil
	}
	return s.rewordTx(ctx, tx, m, firstRunes(m.Body.Text, lastTextKept))
}

func (s *Service) rewordTx(ctx context.Context, tx *storage.Tx, m *chat.Message, text string) error {
	tickets, err := reword(ctx, tx, m, text)
	if len(tickets) > 0 {
		tx.After(func() { s.tell.add(news{tickets: setOf(tickets...)}) })
	}
	return err
}

// Say puts a visitor's message into his conversation with the site, which begins with his first.
func (s *Service) Say(ctx context.Context, site, visitor int64, d chat.Draft) (chat.Message, error) {
	c, err := s.chat.Live(ctx, site, visitor)
	if fault.Is(err, fault.NotFound) {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			c, err = s.chat.LiveTx(ctx, tx, site, visitor)
			return err
		})
	}
	if err != nil {
		return chat.Message{}, err
	}
	return s.chat.Send(ctx, visitor, c.ID, d)
}

// lastText is what a ticket shows of a message.
func lastText(m *chat.Message) string {
	return firstRunes(cmp.Or(m.Body.Text, m.Body.Name), lastTextKept)
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
