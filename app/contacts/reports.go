package contacts

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

const (
	longestReport = 1000

	reportOpen = "open"
	reportDone = "done"

	// around is how many messages before and after the reported one are kept as evidence.
	around = 5
)

// Evidence is one message as it was when it was reported. Of a file only the name is kept, of a merged message what
// it says line by line.
type Evidence struct {
	Seq      int64     `json:"seq"`
	SenderID int64     `json:"sender_id"`
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
}

// Reporting is what somebody reports: a person, and the message it is about, if there is one; or, without a person, a
// group of members.
type Reporting struct {
	Person         int64  `json:"person,omitempty" minimum:"0"`
	ConversationID int64  `json:"conversation_id,omitempty" minimum:"0"`
	Seq            int64  `json:"seq,omitempty" minimum:"0"`
	Category       string `json:"category" minLength:"1" maxLength:"16"` // the code of one
	Text           string `json:"text,omitempty" maxLength:"8192"`
}

type reportRow struct {
	bun.BaseModel `bun:"table:member_reports,alias:r"`

	ID             int64      `bun:"id,pk"`
	ByID           int64      `bun:"by_id"`
	PersonID       int64      `bun:"person_id"`
	ConversationID int64      `bun:"conversation_id"`
	Seq            int64      `bun:"seq"`
	Category       string     `bun:"category"`
	Text           string     `bun:"text"`
	Evidence       string     `bun:"evidence"`
	Subject        string     `bun:"subject"` // a reported group as it was; empty: a person
	State          string     `bun:"state"`
	Verdict        string     `bun:"verdict"`
	Sanctions      string     `bun:"sanctions"` // joined by commas
	DoneBy         int64      `bun:"done_by"`
	CreatedAt      time.Time  `bun:"created_at"`
	DoneAt         *time.Time `bun:"done_at"`
}

// EvidenceFor is what would be kept with a report of a message: it is shown before it is sent. Who does not see
// the message gets NotFound.
func (s *Service) EvidenceFor(ctx context.Context, me, conversation, seq int64) ([]Evidence, error) {
	page, err := s.chat.History(ctx, me, conversation, seq+around+1, 2*around+1)
	if err != nil {
		return nil, err
	}
	list, err := s.evidenceOf(ctx, conversation, page, seq-around)
	if err == nil && !slices.ContainsFunc(list, func(e Evidence) bool { return e.Seq == seq }) {
		err = fault.New(fault.NotFound, "message not found")
	}
	return list, err
}

// evidenceOf is what was said on a page of a conversation, from a number on.
func (s *Service) evidenceOf(ctx context.Context, conversation int64, page chat.MessagePage, from int64) ([]Evidence, error) {
	names := map[int64]string{}
	for _, p := range page.People {
		names[p.ID] = p.Name
	}
	list, merged := []Evidence{}, []int64{}
	for _, m := range page.Messages {
		if m.Seq < from || m.Type == chat.System || m.Hidden {
			continue
		}
		e := Evidence{Seq: m.Seq, SenderID: m.SenderID, Name: names[m.SenderID], Type: m.Type, Text: m.Body.Text, At: m.CreatedAt}
		switch {
		case m.Body.FileID != 0:
			e.Text = m.Body.Name
		case m.Body.Card != nil:
			e.Text = m.Body.Card.Name
		case m.Type == chat.Merged:
			merged = append(merged, m.Seq)
		}
		list = append(list, e)
	}
	words, err := s.chat.Words(ctx, conversation, merged)
	for i, e := range list {
		if e.Type == chat.Merged {
			list[i].Text = words[e.Seq]
		}
	}
	return list, err
}

// Report keeps what somebody reports, with what was said around it. Faults: Invalid by field, NotFound.
func (s *Service) Report(ctx context.Context, me int64, in Reporting) (id int64, err error) {
	if in.Person == me {
		return 0, errSelf
	}
	text, err := line("text", in.Text, longestReport)
	if err != nil {
		return 0, err
	}
	row := reportRow{ID: s.ids.Next(), ByID: me, PersonID: in.Person, ConversationID: in.ConversationID, Seq: in.Seq, Category: in.Category, Text: text,
		State: reportOpen, CreatedAt: s.time()}
	if in.Person == 0 {
		row.Seq = 0
		row.Evidence, row.Subject, err = s.groupEvidence(ctx, me, in.ConversationID)
	} else {
		row.Evidence, err = s.personEvidence(ctx, me, in)
	}
	if err != nil {
		return 0, err
	}
	return row.ID, s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := choosableTx(ctx, tx, row.Category); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.waitingTx(ctx, tx)
	})
}

// personEvidence is what is kept of a person's message and what stands around it.
func (s *Service) personEvidence(ctx context.Context, me int64, in Reporting) (string, error) {
	if _, err := s.people.MemberIn(ctx, s.db.R, in.Person); err != nil {
		return "", err
	}
	evidence := []Evidence{}
	if in.ConversationID != 0 {
		var err error
		if evidence, err = s.EvidenceFor(ctx, me, in.ConversationID, in.Seq); err != nil {
			return "", err
		}
		for _, e := range evidence {
			if e.Seq == in.Seq && e.SenderID != in.Person {
				return "", fault.New(fault.Invalid, "this message is somebody else's").With("seq", "this message is somebody else's")
			}
		}
	}
	return encoded(evidence), nil
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // words and numbers
	}
	return string(b)
}
