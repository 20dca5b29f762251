package notify

import (
	"context"
	"net/url"

	"ichat/app/chat"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

const (
	// missedShown is how many answers a mail shows, missedText how much of each.
	missedShown = 5
	missedText  = 500
)

// AnsweredTx queues a mail to a visitor who left an address and is not connected when he is answered: one for each
// absence, due in some minutes, and only if he has not come back until then. It is a hook for chat.OnSend.
func (s *Service) AnsweredTx(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message) error {
	if !s.links() || c.Kind != chat.Live || m.Type == chat.System || m.SenderID == c.OwnerID || s.hub.Connected(c.OwnerID) {
		return nil
	}
	to, err := s.reach(ctx, tx, c.ID, c.OwnerID)
	if err != nil || to.Email == "" {
		return err
	}
	read, err := s.chat.ReadUpTo(ctx, tx, c.ID, c.OwnerID)
	if err != nil {
		return err
	}
	if told, err := lastMissed(ctx, tx, c.ID); err != nil || told > read {
		return err // he knows that there is something, and has not looked since
	}
	if none, err := stopped(ctx, tx, c.SiteID, to.Email); err != nil || none {
		return err
	}
	locale, err := s.people.LocaleOf(ctx, tx, c.OwnerID)
	if err != nil {
		return err
	}
	row := mailRow{Kind: kindMissed, SiteID: c.SiteID, PersonID: c.OwnerID, ConversationID: c.ID, Seq: m.Seq, Address: to.Email,
		Locale: locale, DueAt: s.time().Add(s.missedAfter)}
	return s.queueTx(ctx, tx, row, details{Page: to.Page})
}

// missed words what the visitor has not read yet. row.Seq moves to the newest answer the mail covers.
func (s *Service) missed(ctx context.Context, l *letter, row *mailRow, d details, site sites.Site) error {
	if s.hub.Connected(row.PersonID) {
		return errNotNeeded
	}
	if none, err := stopped(ctx, s.db.R, row.SiteID, row.Address); err != nil || none {
		return orNotNeeded(err)
	}
	read, err := s.chat.ReadUpTo(ctx, s.db.R, row.ConversationID, row.PersonID)
	if err != nil {
		return err
	}
	page, err := s.chat.Page(ctx, row.ConversationID, 0, transcriptPage)
	if err != nil {
		return err
	}
	var unread []chat.Message
	for _, m := range page.Messages {
		if m.Seq > read && m.SenderID != row.PersonID && m.Type != chat.System && !m.Recalled {
			unread = append(unread, m)
		}
	}
	if len(unread) == 0 {
		return errNotNeeded
	}
	row.Seq = max(row.Seq, unread[len(unread)-1].Seq)
	w := wordsIn(l.Locale)
	if len(unread) > missedShown {
		unread, l.Cut = unread[:missedShown], w.missedMore
	}
	for _, m := range unread {
		l.Said = append(l.Said, w.said(m, page.People, missedText))
	}
	l.Subject, l.Lines = fill(w.missed, site.Name), []string{w.missedLine}
	l.Button, l.Link, l.Foot = w.missedButton, s.chatLink(site, d.Page), fill(w.missedFoot, site.Name)
	l.Stop, l.StopBy = s.base+"/mail/stop/"+row.Stop, w.stop
	return nil
}

// chatLink is where a visitor finds his chat again. The browser knows him on the page he wrote from: it keeps what
// belongs to a frame apart for each site around it. A page that is not one of the site's domains is nothing to send
// people to, whoever named it.
func (s *Service) chatLink(site sites.Site, page string) string {
	if u, err := url.Parse(page); err == nil && u.Host != "" && (site.Allows(u.Scheme+"://"+u.Host) || u.Scheme+"://"+u.Host == s.base) {
		return page
	}
	return s.base + "/c/" + site.Key
}

func orNotNeeded(err error) error {
	if err == nil {
		return errNotNeeded
	}
	return err
}

// said is a message as a mail shows it.
func (w words) said(m chat.Message, who []people.Person, most int) said {
	one := said{Who: w.visitor, When: w.time(m.CreatedAt)}
	for _, p := range who {
		if p.ID == m.SenderID && p.Name != "" {
			one.Who = p.Name
		}
	}
	switch {
	case m.Recalled:
		one.Text = w.recalled
	case m.Type == chat.Image:
		one.Text = fill(w.picture, m.Body.Name)
	case m.Type == chat.File:
		one.Text = fill(w.file, m.Body.Name)
	default:
		one.Text = m.Body.Text
	}
	if runes := []rune(one.Text); len(runes) > most {
		one.Text = string(runes[:most]) + "…"
	}
	return one
}
