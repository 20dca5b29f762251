package notify

import (
	"context"

	"ichat/app/audit"
	"ichat/app/web"
	"ichat/storage"
)

// State is what an owner sees of mail.
func (s *Service) State(ctx context.Context, by int64) (Mail, error) {
	owned, err := s.owned(ctx, by)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Ready: s.Mails(), Links: s.links()}
	if m.Ready {
		m.From = s.server.From()
	}
	if m.Queued, err = countMails(ctx, s.db.R, owned, stateQueued); err != nil {
		return Mail{}, err
	}
	if m.Failed, err = countMails(ctx, s.db.R, owned, stateFailed); err != nil {
		return Mail{}, err
	}
	rows, err := troubled(ctx, s.db.R, owned, stateQueued, 0, 1)
	for _, r := range rows {
		at := r.DueAt.UTC()
		m.LastError, m.LastErrorAt = r.Error, &at
	}
	return m, err
}

// Test sends an owner a mail and waits for what the mail server says: problem is empty when it took the mail.
func (s *Service) Test(ctx context.Context, by int64) (to, problem string, err error) {
	owned, err := s.owned(ctx, by)
	if err != nil {
		return "", "", err
	}
	if !s.Mails() {
		return "", "", errNotSetUp
	}
	if to, err = s.people.EmailOf(ctx, by); err != nil {
		return "", "", err
	}
	site, err := s.sites.Site(ctx, owned[0])
	if err != nil {
		return "", "", err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "mail.test", Site: site.ID, Target: to})
	})
	if err != nil {
		return "", "", err
	}
	w := wordsIn(web.Lang(ctx))
	l := letter{ID: s.ids.Next(), To: to, At: s.time(), Locale: web.Lang(ctx), From: site.Name,
		Subject: w.test, Lines: []string{w.testLine}, Foot: fill(w.testFoot, site.Name)}
	if err := s.server.send(ctx, l); err != nil {
		s.log.WarnContext(ctx, "test mail not sent", "err", reason(err))
		return to, reason(err), nil
	}
	return to, "", nil
}

// Failed lists the mails of an owner's sites that were given up, newest first.
func (s *Service) Failed(ctx context.Context, by, before, limit int64) (mails []FailedMail, more bool, err error) {
	owned, err := s.owned(ctx, by)
	if err != nil {
		return nil, false, err
	}
	rows, err := troubled(ctx, s.db.R, owned, stateFailed, before, limit+1)
	if err != nil {
		return nil, false, err
	}
	if more = int64(len(rows)) > limit; more {
		rows = rows[:limit]
	}
	mails = make([]FailedMail, len(rows))
	for i, r := range rows {
		mails[i] = FailedMail{ID: r.ID, Kind: r.Kind, Address: r.Address, Error: r.Error, FailedAt: r.DueAt.UTC()}
	}
	return mails, more, nil
}

// Retry gives a failed mail of an owner's sites new time.
func (s *Service) Retry(ctx context.Context, by, id int64) error {
	owned, err := s.owned(ctx, by)
	if err != nil {
		return err
	}
	if !s.Mails() {
		return errNotSetUp
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		row, err := requeue(ctx, tx, owned, id, s.time())
		if err != nil {
			return err
		}
		tx.After(s.mails.look)
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "mail.retry", Site: row.SiteID, TargetID: row.ID, Target: row.Address})
	})
}
