package notify

import (
	"context"

	"ichat/app/people"
	"ichat/storage"
)

// InviteTx mails an invitation, where that can be done, and tells whether it will. It is a hook for people.OnInvited.
func (s *Service) InviteTx(ctx context.Context, tx *storage.Tx, in people.Invited) (mailed bool, err error) {
	if !s.links() {
		return false, nil
	}
	row := mailRow{Kind: kindInvitation, SiteID: in.Site, PersonID: in.Person, Address: in.Email, Locale: in.Locale}
	return true, s.queueTx(ctx, tx, row, details{By: in.By, Path: in.Path})
}

func (s *Service) invitation(l *letter, d details, site string) {
	w := wordsIn(l.Locale)
	l.Subject = fill(w.invited, d.By, site)
	l.Lines = []string{fill(w.invitedLine, d.By, site), w.invitedUntil}
	l.Button, l.Link, l.Foot = w.invitedButton, s.base+d.Path, w.invitedFoot
}
