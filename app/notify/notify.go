// Package notify reaches those who are away, by mail.
//
// A mail is a row of the outbox, written in the transaction of what causes it. One worker sends what is due: it
// claims the row by moving its due time (a lease, so of several nodes one sends), words the mail from what the
// database says now, hands it to the mail server and settles the row. A crash between commit and send, or between
// send and settling, leaves a row that is due again when the lease is over: the mail is sent at least once, always
// under the same Message-ID. What the mail server refuses for good, and what does not get through for three days,
// fails with the reason beside it. Nothing is queued while no mail server is set up.
//
// A push is such a row too (push.go), one for each browser an agent wants to be called in, with a worker of its own.
// Browsers are registered for a sign-in and forgotten with it.
package notify

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/door"
	"ichat/app/hub"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

// The kinds of mail.
const (
	kindInvitation = "invitation" // to a new colleague
	kindMissed     = "missed"     // to a visitor who was answered while he was away
	kindTranscript = "transcript" // of a conversation
)

// The states of a mail.
const (
	stateQueued  = "queued"
	stateSent    = "sent"
	stateFailed  = "failed"
	stateDropped = "dropped" // not needed any more when it was due
)

const (
	// missedAfter is the usual time of Options.MissedAfter.
	missedAfter = 5 * time.Minute
	// giveUpAfter is how long a mail that does not get through is tried.
	giveUpAfter = 72 * time.Hour
	// keptSent and keptFailed are how long the rows of finished mails stay.
	keptSent   = 30 * 24 * time.Hour
	keptFailed = 90 * 24 * time.Hour
)

// Reach is how a visitor can be reached, and the page he wrote from.
type Reach struct {
	Email string
	Page  string
}

// Options are what the environment says.
type Options struct {
	SMTP    *Server // nil: mail is not set up
	BaseURL string  // public address; links in mails need it
	// MissedAfter is how long a visitor has to come back before he gets a mail about an answer; 0 is the usual time.
	MissedAfter time.Duration
	// LocalPush lets push services be on this machine, without encryption: for tests.
	LocalPush bool
}

// Service sends.
type Service struct {
	db     *storage.DB
	ids    *id.Source
	now    func() time.Time
	hub    *hub.Hub
	people *people.Service
	sites  *sites.Service
	chat   *chat.Service
	audit  *audit.Log
	log    *slog.Logger
	server *Server
	base   string // without a slash at its end; empty when unknown
	reach  func(ctx context.Context, q bun.IDB, conversation, visitor int64) (Reach, error)

	missedAfter time.Duration

	identity *identity
	door     *door.Door

	mails, pushes worker
	ended         chan struct{} // one slot: a sign-in is over
}

// New makes the room; it sends while Run runs. It reads the key of pushes, and makes it in a new database.
func New(ctx context.Context, db *storage.DB, ids *id.Source, now func() time.Time, h *hub.Hub, p *people.Service, st *sites.Service, c *chat.Service, acts *audit.Log, o Options, log *slog.Logger) (*Service, error) {
	s := &Service{db: db, ids: ids, now: now, hub: h, people: p, sites: st, chat: c, audit: acts, log: log,
		server: o.SMTP, base: strings.TrimRight(o.BaseURL, "/"), missedAfter: cmp.Or(o.MissedAfter, missedAfter), door: door.New(pushWithin, reachOf(o)), ended: make(chan struct{}, 1),
		reach: func(context.Context, bun.IDB, int64, int64) (Reach, error) { return Reach{}, nil }}
	s.mails = s.worker("mails not looked at", outMails.next, s.oneMail)
	s.pushes = s.worker("pushes not looked at", outPushes.next, s.onePush)
	fresh, err := newKey()
	if err != nil {
		return nil, err
	}
	kept, err := pushKey(ctx, db, fresh)
	if err == nil {
		s.identity, err = parseIdentity(kept, s.contact())
	}
	if err != nil {
		return nil, fmt.Errorf("the key of pushes: %w", err)
	}
	return s, nil
}

func (s *Service) worker(trouble string, next func(context.Context, bun.IDB) (time.Time, bool, error), one func(context.Context) (bool, error)) worker {
	return worker{
		wake: make(chan struct{}, 1), now: s.now, one: one,
		due:  func(ctx context.Context) (time.Time, bool, error) { return next(ctx, s.db.R) },
		fail: func(ctx context.Context, err error) { s.log.ErrorContext(ctx, trouble, "err", err) },
	}
}

// contact is where operators of push services can complain.
func (s *Service) contact() string {
	switch {
	case strings.HasPrefix(s.base, "https:"):
		return s.base
	case s.server != nil:
		return "mailto:" + s.server.From()
	}
	return "mailto:webmaster@localhost"
}

// ReachedBy tells the room where a floor above keeps what visitors leave.
func (s *Service) ReachedBy(reach func(ctx context.Context, q bun.IDB, conversation, visitor int64) (Reach, error)) {
	s.reach = reach
}

// Mails tells whether mail is set up.
func (s *Service) Mails() bool { return s.server != nil }

// links tells whether mails with a link in them can be sent.
func (s *Service) links() bool { return s.server != nil && s.base != "" }

func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// SignInEnded and PersonEnded are hooks for people: whose sign-in is over gets no more pushes.
func (s *Service) SignInEnded(string) { s.forget() }

// PersonEnded is like SignInEnded, for all of somebody's sign-ins.
func (s *Service) PersonEnded(int64) { s.forget() }

func (s *Service) forget() {
	select {
	case s.ended <- struct{}{}:
	default:
	}
}

// forgetDevices removes the devices of sign-ins as they end. What a crash keeps it from is done by CleanUp.
func (s *Service) forgetDevices(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.ended:
		}
		if err := s.dropEnded(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "devices of ended sign-ins not removed", "err", err)
		}
	}
}
