package notify

import (
	"context"
	"slices"
	"strings"
	"time"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

const (
	// transcriptPage is how many messages are read at once, transcriptMost how many a transcript has.
	transcriptPage = 200
	transcriptMost = 1000
	// Somebody gets so many transcripts in a day, by his own asking and at his address by anybody's.
	transcriptsBy = 3
	transcriptsTo = 5
	// transcriptText is more than the longest message.
	transcriptText = 20000
)

var errNotSetUp = fault.New(fault.Conflict, "mail is not set up on this server")

var errManyTranscripts = fault.New(fault.TooMany, "enough transcripts were sent for today").After(24 * time.Hour)

// Transcript is a stretch of a visitor's conversation that somebody wants at an address.
type Transcript struct {
	Site         int64
	Conversation int64
	First, Last  int64 // seqs
	By           int64
	Address      string
	Locale       string
}

// TranscriptTx queues a transcript. What is said among colleagues is in another conversation, so it cannot be in it.
// A visitor's own asking (limited) counts for the day, and so does what reaches one address.
func (s *Service) TranscriptTx(ctx context.Context, tx *storage.Tx, t Transcript, limited bool) error {
	if !s.Mails() {
		return errNotSetUp
	}
	t.Address = strings.ToLower(t.Address)
	since := s.time().Add(-24 * time.Hour)
	if limited {
		if n, err := recentBy(ctx, tx, t.By, kindTranscript, since); err != nil || n >= transcriptsBy {
			return orTooMany(err)
		}
	}
	if n, err := recentTo(ctx, tx, t.Address, kindTranscript, since); err != nil || n >= transcriptsTo {
		return orTooMany(err)
	}
	row := mailRow{Kind: kindTranscript, SiteID: t.Site, PersonID: t.By, ConversationID: t.Conversation, Address: t.Address, Locale: t.Locale}
	return s.queueTx(ctx, tx, row, details{First: t.First, Last: t.Last})
}

func orTooMany(err error) error {
	if err == nil {
		return errManyTranscripts
	}
	return err
}

func (s *Service) transcript(ctx context.Context, l *letter, row mailRow, d details, site string) error {
	w := wordsIn(l.Locale)
	for before := d.Last + 1; before > d.First; {
		page, err := s.chat.Page(ctx, row.ConversationID, before, transcriptPage)
		if err != nil {
			return err
		}
		if len(page.Messages) == 0 {
			break
		}
		for _, m := range slices.Backward(page.Messages) {
			if m.Seq < d.First || m.Type == chat.System {
				continue
			}
			if len(l.Said) == transcriptMost {
				l.Cut = w.transcriptCut
				break
			}
			l.Said = append(l.Said, w.said(m, page.People, transcriptText))
		}
		if before = page.Messages[0].Seq; l.Cut != "" {
			break
		}
	}
	if len(l.Said) == 0 {
		return errNotNeeded
	}
	slices.Reverse(l.Said)
	lines := []string{w.transcriptLine}
	if l.Cut != "" {
		lines = append(lines, l.Cut)
	}
	l.Cut, l.Subject, l.Lines, l.Foot = "", fill(w.transcript, site), lines, fill(w.transcriptFoot, site)
	return nil
}
