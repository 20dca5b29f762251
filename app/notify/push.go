package notify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

// What an agent is called for.
const (
	CalledForTicket  = "assigned" // a visitor is now his
	CalledForMessage = "message"  // his visitor wrote
	CalledAgain      = "nudge"    // his visitor still waits for an answer
)

const (
	// pushAfter is how long an agent has to come back first: loading a page again is not an absence, and what is
	// said meanwhile goes into the same push.
	pushAfter = 5 * time.Second
	// pushFor is how long a push is news: tried by us, and kept by the push service for a browser that is off.
	pushFor = 4 * time.Hour
	// pushLease is how long a claimed push is nobody else's.
	pushLease = 2 * pushWithin
	// keptPush is how long the rows of finished pushes stay.
	keptPush = 7 * 24 * time.Hour
	// pushText is how much of a message a push shows.
	pushText = 140
	// pushLooksAt is how many of the last messages are looked at for the visitor's newest.
	pushLooksAt = 20
)

// pushWaits are the times between the tries of a push; the last one is repeated.
var pushWaits = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute}

// Call is what an agent is told who is not connected.
type Call struct {
	Kind         string
	Agent        int64
	Conversation int64
	Ticket       int64
	Visitor      int64
	Seq          int64 // what he has not read
}

// CallTx queues a push to every browser in which an agent wants to be called, if he is not connected. It is due in
// some seconds, and dropped if he has come back until then. While one waits about a conversation there is no second.
func (s *Service) CallTx(ctx context.Context, tx *storage.Tx, c Call) error {
	if c.Agent == 0 || s.hub.Front().Connected(c.Agent) {
		return nil
	}
	sessions, err := devicesOf(ctx, tx, c.Agent)
	for _, session := range sessions {
		now := s.time()
		err := insertPush(ctx, tx, pushRow{ID: s.ids.Next(), Kind: c.Kind, Session: session, PersonID: c.Agent, ConversationID: c.Conversation,
			TicketID: c.Ticket, VisitorID: c.Visitor, Seq: c.Seq, State: stateQueued, DueAt: now.Add(pushAfter), CreatedAt: now})
		if err != nil {
			return err
		}
		tx.After(s.pushes.look)
	}
	return err
}

// onePush claims and sends one push. One push service that does not answer is no reason to let the others wait.
func (s *Service) onePush(ctx context.Context) (answered bool, err error) {
	var row pushRow
	var mine bool
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		row, mine, err = outPushes.claim(ctx, tx, s.time(), s.time().Add(pushLease))
		return err
	})
	if err != nil || !mine {
		return true, err
	}
	d, err := s.deliver(ctx, row)
	if ctx.Err() != nil && err != nil {
		return false, nil // leaving: the lease ends by itself, and the next process tries again
	}
	now := s.time()
	var refused refusedError
	row.DueAt, row.Error = now, ""
	switch {
	case err == nil:
		row.State = stateSent
	case errors.Is(err, errNotNeeded), errors.Is(err, errGone):
		row.State = stateDropped
	case errors.As(err, &refused), now.Sub(row.CreatedAt) > pushFor:
		row.State, row.Error = stateFailed, reason(err)
	default:
		row.DueAt, row.Error = now.Add(pushWaits[min(row.Tries, len(pushWaits))-1]), reason(err)
	}
	if row.Error != "" {
		s.log.WarnContext(ctx, "push not sent", "push", row.ID, "tries", row.Tries, "state", row.State, "err", row.Error)
	}
	return true, s.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *storage.Tx) error {
		if errors.Is(err, errGone) {
			if err := dropDevice(ctx, tx, d); err != nil {
				return err
			}
		}
		return settlePush(ctx, tx, row)
	})
}

// deliver sends a push to its device, if there still is somebody to tell something.
func (s *Service) deliver(ctx context.Context, row pushRow) (deviceRow, error) {
	d, ok, err := deviceOf(ctx, s.db.R, row.Session)
	if err != nil {
		return d, err
	}
	ended, err := s.people.Ended(ctx, []string{row.Session})
	if err != nil {
		return d, err
	}
	if !ok || len(ended) > 0 || s.hub.Front().Connected(row.PersonID) {
		return d, errNotNeeded
	}
	text, err := s.notice(ctx, row, d.Locale)
	if err != nil {
		return d, err
	}
	body, err := sealFresh(text, d)
	if err != nil {
		return d, refusedError{err}
	}
	proof, err := s.identity.proofFor(d.Endpoint, s.now())
	if err != nil {
		return d, refusedError{err}
	}
	// The push service need not know which conversation it is, so the topic is a hash.
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", row.Session, row.ConversationID))
	return d, send(ctx, s.door, push{endpoint: d.Endpoint, proof: proof, topic: encode(sum[:18]), body: body})
}

// notice is what the browser shows, from what the database says now.
func (s *Service) notice(ctx context.Context, row pushRow, locale string) ([]byte, error) {
	read, err := s.chat.ReadUpTo(ctx, s.db.R, row.ConversationID, row.PersonID)
	if err != nil && !fault.Is(err, fault.NotFound) { // not in it any more: the visitor went back to the queue meanwhile
		return nil, err
	}
	if read >= row.Seq {
		return nil, errNotNeeded
	}
	page, err := s.chat.Page(ctx, row.ConversationID, 0, pushLooksAt)
	if err != nil {
		return nil, err
	}
	w := wordsIn(locale)
	last := said{Who: w.visitor, Text: w.pushOpen}
	for _, m := range page.Messages {
		if m.SenderID == row.VisitorID && m.Type != chat.System && !m.Recalled {
			last = w.said(m, page.People, pushText)
		}
	}
	title := last.Who
	if row.Kind == CalledForTicket {
		title = fill(w.pushAssigned, last.Who)
	}
	if row.Kind == CalledAgain {
		title = fill(w.pushWaits, last.Who)
	}
	return json.Marshal(Notice{ID: row.ID, Ticket: row.TicketID, Title: title, Text: last.Text, Lang: locale})
}

// dropEnded removes the devices whose sign-in is over.
func (s *Service) dropEnded(ctx context.Context) error {
	for after := ""; ; {
		sessions, err := deviceSessions(ctx, s.db.R, after, sweepSlice)
		if err != nil || len(sessions) == 0 {
			return err
		}
		after = sessions[len(sessions)-1]
		ended, err := s.people.Ended(ctx, sessions)
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			continue
		}
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return dropDevices(ctx, tx, ended) })
		if err != nil {
			return err
		}
	}
}
