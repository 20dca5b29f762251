package desk

import (
	"cmp"
	"context"

	"ichat/app/fault"
	"ichat/app/notify"
	"ichat/app/people"
	"ichat/app/web"
	"ichat/storage"
)

var errNotYoursToMail = fault.New(fault.Denied, "only the agent who has this conversation, or a supervisor, can mail it")

// Mailbox is where a transcript goes.
type Mailbox struct {
	Email string `json:"email" maxLength:"254"`
}

func (m Mailbox) checked() error {
	if !isEmail(m.Email) {
		return errInvalid.With("email", "must be an e-mail address")
	}
	return nil
}

// MailMine sends a visitor the transcript of his last ticket. What nobody answered is not mailed: it would be a way to
// write to strangers in the site's name.
func (s *Service) MailMine(ctx context.Context, site, visitor int64, to Mailbox) error {
	if err := to.checked(); err != nil {
		return err
	}
	t, ok, err := s.lastOf(ctx, site, visitor)
	if err != nil {
		return err
	}
	if !ok || t.AgentID == 0 {
		return errNobodyAnswered
	}
	return s.mail(ctx, visitor, t, to, true)
}

// MailTicket sends the transcript of a ticket for its agent, or for a supervisor.
func (s *Service) MailTicket(ctx context.Context, by, ticket int64, to Mailbox) error {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return err
	}
	if t.AgentID != by && !people.Leads(role) {
		return errNotYoursToMail
	}
	if err := to.checked(); err != nil {
		return err
	}
	return s.mail(ctx, by, t, to, false)
}

func (s *Service) mail(ctx context.Context, by int64, t ticketRow, to Mailbox, limited bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		c, err := s.chat.LockTx(ctx, tx, t.ConversationID)
		if err != nil {
			return err
		}
		return s.notify.TranscriptTx(ctx, tx, notify.Transcript{Site: t.SiteID, Conversation: t.ConversationID, First: t.FromSeq,
			Last: cmp.Or(t.ToSeq, c.Seq), By: by, Address: to.Email, Locale: web.Lang(ctx)}, limited)
	})
}
