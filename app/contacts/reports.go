package contacts

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

const (
	longestReport = 1000

	// around is how many messages before and after the reported one are kept as evidence.
	around = 5
)

// Evidence is one message as it was when it was reported. Of a file only the name is kept.
type Evidence struct {
	Seq      int64     `json:"seq"`
	SenderID int64     `json:"sender_id"`
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
}

// Reporting is what somebody reports: a person, and the message it is about, if there is one.
type Reporting struct {
	Person         int64  `json:"person" minimum:"1"`
	ConversationID int64  `json:"conversation_id,omitempty" minimum:"0"`
	Seq            int64  `json:"seq,omitempty" minimum:"0"`
	Category       string `json:"category" enum:"spam,fraud,abuse,sexual,violence,illegal,impersonation,other"`
	Text           string `json:"text,omitempty" maxLength:"8192"`
}

// Report is a report as the back office sees it.
type Report struct {
	ID             int64         `json:"id"`
	By             people.Person `json:"by"`
	Person         people.Person `json:"person"`
	ConversationID int64         `json:"conversation_id"`
	Seq            int64         `json:"seq"`
	Category       string        `json:"category"`
	Text           string        `json:"text"`
	Evidence       []Evidence    `json:"evidence"`
	State          string        `json:"state" enum:"open,done"`
	Verdict        string        `json:"verdict"`
	CreatedAt      time.Time     `json:"created_at"`
	DoneAt         *time.Time    `json:"done_at"`
}

// ReportPage is a stretch of the reports, the latest first.
type ReportPage struct {
	Reports []Report `json:"reports"`
	More    bool     `json:"more"`
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
	State          string     `bun:"state"`
	Verdict        string     `bun:"verdict"`
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
	names := map[int64]string{}
	for _, p := range page.People {
		names[p.ID] = p.Name
	}
	list, there := []Evidence{}, false
	for _, m := range page.Messages {
		if m.Seq < seq-around || m.Type == chat.System {
			continue
		}
		there = there || m.Seq == seq
		e := Evidence{Seq: m.Seq, SenderID: m.SenderID, Name: names[m.SenderID], Type: m.Type, Text: m.Body.Text, At: m.CreatedAt}
		if m.Body.FileID != 0 {
			e.Text = m.Body.Name
		}
		list = append(list, e)
	}
	if !there {
		return nil, fault.New(fault.NotFound, "message not found")
	}
	return list, nil
}

// Report keeps what somebody reports, with what was said around it.
func (s *Service) Report(ctx context.Context, me int64, in Reporting) (id int64, err error) {
	if in.Person == me {
		return 0, errSelf
	}
	text, err := line("text", in.Text, longestReport)
	if err != nil {
		return 0, err
	}
	if _, err := s.people.MemberIn(ctx, s.db.R, in.Person); err != nil {
		return 0, err
	}
	evidence := []Evidence{}
	if in.ConversationID != 0 {
		if evidence, err = s.EvidenceFor(ctx, me, in.ConversationID, in.Seq); err != nil {
			return 0, err
		}
		for _, e := range evidence {
			if e.Seq == in.Seq && e.SenderID != in.Person {
				return 0, fault.New(fault.Invalid, "this message is somebody else's").With("seq", "this message is somebody else's")
			}
		}
	}
	kept, err := json.Marshal(evidence)
	if err != nil {
		panic(err) // words and numbers
	}
	row := reportRow{ID: s.ids.Next(), ByID: me, PersonID: in.Person, ConversationID: in.ConversationID, Seq: in.Seq, Category: in.Category, Text: text,
		Evidence: string(kept), State: "open", CreatedAt: s.time()}
	return row.ID, s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
}

// Reports lists reports for the back office, the latest first.
func (s *Service) Reports(ctx context.Context, by int64, state string, before int64, limit int) (p ReportPage, err error) {
	if err := s.office(ctx, by); err != nil {
		return p, err
	}
	var rows []reportRow
	q := s.db.R.NewSelect().Model(&rows).Where("state = ?", state).Order("id DESC").Limit(int64(limit) + 1)
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	if err := q.Scan(ctx); err != nil {
		return p, err
	}
	p.More = len(rows) > limit
	p.Reports, err = s.reportsIn(ctx, s.db.R, rows[:min(len(rows), limit)])
	return p, err
}

func (s *Service) reportsIn(ctx context.Context, r bun.IDB, rows []reportRow) ([]Report, error) {
	var ids []int64
	for _, row := range rows {
		ids = append(ids, row.ByID, row.PersonID)
	}
	who, err := s.people.PeopleIn(ctx, r, ids)
	list := []Report{}
	for _, row := range rows {
		one := Report{ID: row.ID, By: who[row.ByID], Person: who[row.PersonID], ConversationID: row.ConversationID, Seq: row.Seq, Category: row.Category, Text: row.Text,
			Evidence: []Evidence{}, State: row.State, Verdict: row.Verdict, CreatedAt: row.CreatedAt.UTC(), DoneAt: row.DoneAt}
		if err := json.Unmarshal([]byte(row.Evidence), &one.Evidence); err != nil {
			s.log.WarnContext(ctx, "the evidence of a report cannot be read", "report", row.ID, "err", err)
		}
		list = append(list, one)
	}
	return list, err
}

// Judge closes a report with a verdict, or opens it again. Who reported is told in his box when it is done.
func (s *Service) Judge(ctx context.Context, by, report int64, state, verdict string) (out Report, err error) {
	if err := s.office(ctx, by); err != nil {
		return out, err
	}
	if verdict, err = line("verdict", verdict, longestReport); err != nil {
		return out, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		var row reportRow
		if err := storage.Found(tx.NewSelect().Model(&row).Where("id = ?", report).Scan(ctx), "report"); err != nil {
			return err
		}
		before := row
		row.State, row.Verdict, row.DoneBy, row.DoneAt = state, verdict, by, nil
		if state == "done" {
			now := s.time()
			row.DoneAt = &now
		}
		if _, err := tx.NewUpdate().Model(&row).Column("state", "verdict", "done_by", "done_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		changes := []audit.Change{{Field: "state", Old: before.State, New: state}, {Field: "verdict", Old: before.Verdict, New: verdict}}
		if err := s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "report.judge", TargetID: report, Target: row.Category, Changes: changes}); err != nil {
			return err
		}
		if before.State != "done" && state == "done" {
			notice := boxRow{PersonID: row.ByID, ID: s.ids.Next(), Kind: "report_done", AboutID: 0, Text: verdict, At: s.time()}
			if err := s.deliverTx(ctx, tx, []boxRow{notice}, nil); err != nil {
				return err
			}
		}
		list, err := s.reportsIn(ctx, tx, []reportRow{row})
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}
