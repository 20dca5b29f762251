package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"ichat/app/id"
	"ichat/storage"
)

// lease is how long a claimed mail is nobody else's: longer than the mail server has, and words to find.
const lease = 2 * sendWithin

// waits are the times between the tries; the last one is repeated.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}

// errNotNeeded drops a mail: what it would say is not news any more.
var errNotNeeded = errors.New("not needed any more")

// queueTx queues a mail with the write that causes it. Whoever calls it has asked Mails or links first.
func (s *Service) queueTx(ctx context.Context, tx *storage.Tx, r mailRow, d details) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode the details of a mail: %w", err)
	}
	r.ID, r.Details, r.Stop, r.State, r.CreatedAt = s.ids.Next(), string(text), id.Token(), stateQueued, s.time()
	if r.DueAt.IsZero() {
		r.DueAt = r.CreatedAt
	}
	queued, err := insertMail(ctx, tx, r)
	if queued {
		tx.After(s.mails.look)
	}
	return err
}

// Run sends what is due until ctx ends. Without a mail server it ends what an earlier configuration left waiting, so
// that nothing waits for ever.
func (s *Service) Run(ctx context.Context) error {
	if !s.Mails() {
		if err := s.failLeftovers(ctx); err != nil {
			return err
		}
	}
	var all sync.WaitGroup
	if s.Mails() {
		all.Go(func() { s.mails.run(ctx) })
	}
	all.Go(func() { s.pushes.run(ctx) })
	all.Go(func() { s.forgetDevices(ctx) })
	all.Wait()
	s.door.Close()
	return nil
}

func (s *Service) failLeftovers(ctx context.Context) error {
	_, waiting, err := outMails.next(ctx, s.db.R)
	if err != nil || !waiting {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return failQueued(ctx, tx, errNotSetUp.Message, s.time())
	})
}

// oneMail claims and sends one mail; answered is false when the mail server could not be spoken to.
func (s *Service) oneMail(ctx context.Context) (answered bool, err error) {
	var row mailRow
	var mine bool
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		row, mine, err = outMails.claim(ctx, tx, s.time(), s.time().Add(lease))
		return err
	})
	if err != nil || !mine {
		return true, err
	}
	return s.try(ctx, row)
}

// try sends a claimed mail and settles its row. answered is false when the mail server could not be spoken to.
func (s *Service) try(ctx context.Context, row mailRow) (answered bool, err error) {
	l, err := s.write(ctx, &row)
	if err == nil {
		err = s.server.send(ctx, l)
	}
	if ctx.Err() != nil && err != nil {
		return false, nil // leaving: the lease ends by itself, and the next process tries again
	}
	now := s.time()
	var refused refusedError
	row.DueAt, row.Error = now, ""
	switch {
	case err == nil:
		row.State, row.Details = stateSent, "{}"
	case errors.Is(err, errNotNeeded):
		row.State, row.Details = stateDropped, "{}"
	case errors.As(err, &refused):
		row.State, row.Error = stateFailed, reason(err)
	case now.Sub(row.CreatedAt) > giveUpAfter:
		row.State, row.Error = stateFailed, "tried for three days: "+reason(err)
	default:
		row.DueAt, row.Error = now.Add(waits[min(row.Tries, len(waits))-1]), reason(err)
	}
	if row.Error != "" {
		s.log.WarnContext(ctx, "mail not sent", "mail", row.ID, "kind", row.Kind, "tries", row.Tries, "state", row.State)
	}
	answered = row.Error == "" || row.State == stateFailed
	return answered, s.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *storage.Tx) error { return settle(ctx, tx, row) })
}

// write words a mail from what the database says now; errNotNeeded when nothing is to be said.
func (s *Service) write(ctx context.Context, row *mailRow) (letter, error) {
	d, err := row.read()
	if err != nil {
		return letter{}, refusedError{fmt.Errorf("the details of this mail cannot be read")}
	}
	site, err := s.sites.Site(ctx, row.SiteID)
	if err != nil {
		return letter{}, err
	}
	l := letter{ID: row.ID, To: row.Address, At: row.CreatedAt, Locale: row.Locale, From: site.Name}
	switch row.Kind {
	case kindInvitation:
		s.invitation(&l, d, site.Name)
	case kindMissed:
		err = s.missed(ctx, &l, row, d, site)
	case kindTranscript:
		err = s.transcript(ctx, &l, *row, d, site.Name)
	default:
		err = refusedError{fmt.Errorf("this version does not know mails of the kind %q", row.Kind)}
	}
	return l, err
}

// sweepSlice keeps each write of CleanUp short.
const sweepSlice = 500

// CleanUp removes the rows of mails and pushes that were finished long ago, and devices whose sign-in is over. jobs
// calls it.
func (s *Service) CleanUp(ctx context.Context) error {
	for state, kept := range map[string]time.Duration{stateSent: keptSent, stateDropped: keptSent, stateFailed: keptFailed} {
		if err := s.sweep(ctx, outMails.sweep, state, kept); err != nil {
			return err
		}
		if err := s.sweep(ctx, outPushes.sweep, state, keptPush); err != nil {
			return err
		}
	}
	return s.dropEnded(ctx)
}

func (s *Service) sweep(ctx context.Context, some func(context.Context, *storage.Tx, string, time.Time, int) (int64, error), state string, kept time.Duration) error {
	for removed := int64(sweepSlice); removed == sweepSlice; {
		err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			removed, err = some(ctx, tx, state, s.time().Add(-kept), sweepSlice)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
