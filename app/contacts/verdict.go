package contacts

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// What follows from a report.
const (
	toWarn    = "warn"
	toMute    = "mute"   // in the group it happened in
	toPutOut  = "remove" // of it
	toDisable = "disable"
)

// Report is a report as the back office sees it.
type Report struct {
	ID             int64          `json:"id"`
	By             people.Person  `json:"by"`
	Person         people.Person  `json:"person"`
	Disabled       bool           `json:"disabled"` // the reported person
	ConversationID int64          `json:"conversation_id"`
	Group          *ReportGroup   `json:"group"`   // it happened in or is about, if that is still there
	Subject        *ReportedGroup `json:"subject"` // what is reported, if it is a group
	Seq            int64          `json:"seq"`
	Category       string         `json:"category"`
	Text           string         `json:"text"`
	Evidence       []Evidence     `json:"evidence"`
	State          string         `json:"state" enum:"open,done"`
	Verdict        string         `json:"verdict"`
	Sanctions      []string       `json:"sanctions"` // warn, mute, remove, disable; of a group warn, hush, dissolve
	CreatedAt      time.Time      `json:"created_at"`
	DoneAt         *time.Time     `json:"done_at"`
	DoneBy         people.Person  `json:"done_by"`
}

// ReportGroup is the group something was reported in. Inside: the reported person is in it.
type ReportGroup struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Inside bool   `json:"inside"`
}

// ReportPage is a stretch of the reports, the latest first.
type ReportPage struct {
	Reports []Report `json:"reports"`
	More    bool     `json:"more"`
}

// Judgement is what somebody decides about a report. Verdict is told to who reported, Warning to the reported one.
type Judgement struct {
	State       string   `json:"state" enum:"open,done"`
	Verdict     string   `json:"verdict,omitempty" maxLength:"8192"`
	Sanctions   []string `json:"sanctions,omitempty" maxItems:"4" enum:"warn,mute,remove,disable,hush,dissolve"`
	MuteMinutes int64    `json:"mute_minutes,omitempty" minimum:"0" maximum:"525600"`
	Warning     string   `json:"warning,omitempty" maxLength:"8192"`
}

// checked is the judgement with its words in order, or a refusal by field.
func (j Judgement) checked() (Judgement, error) {
	var err error
	if j.Verdict, err = line("verdict", j.Verdict, longestReport); err != nil {
		return j, err
	}
	if j.Warning, err = line("warning", j.Warning, longestReport); err != nil {
		return j, err
	}
	slices.Sort(j.Sanctions)
	j.Sanctions = slices.Compact(j.Sanctions)
	problem := func(field, text string) (Judgement, error) {
		return j, fault.New(fault.Invalid, text).With(field, text)
	}
	switch {
	case j.State != reportDone && len(j.Sanctions) > 0:
		return problem("sanctions", "close the report to do this")
	case j.has(toWarn) && j.Warning == "":
		return problem("warning", "say what the warning is about")
	case j.has(toMute) && j.MuteMinutes == 0:
		return problem("mute_minutes", "say for how long")
	}
	return j, nil
}

// fits refuses what cannot follow from a report of this kind.
func (j Judgement) fits(row reportRow) error {
	all := []string{toWarn, toMute, toPutOut, toDisable}
	if row.PersonID == 0 {
		all = []string{toWarn, toHush, toDissolve}
	}
	for _, sanction := range j.Sanctions {
		if !slices.Contains(all, sanction) {
			return fault.New(fault.Invalid, "this cannot follow from this report").With("sanctions", "this cannot follow from this report")
		}
	}
	return nil
}

func (j Judgement) has(sanction string) bool { return slices.Contains(j.Sanctions, sanction) }

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
	var ids, reported []int64
	for _, row := range rows {
		ids = append(ids, row.ByID, row.PersonID, row.DoneBy)
		reported = append(reported, row.PersonID)
	}
	who, err := s.people.PeopleIn(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	disabled, err := s.people.DisabledIn(ctx, r, reported)
	if err != nil {
		return nil, err
	}
	places, err := reportPlaces(ctx, r, rows)
	list := []Report{}
	for _, row := range rows {
		one := Report{ID: row.ID, By: who[row.ByID], Person: who[row.PersonID], Disabled: slices.Contains(disabled, row.PersonID), ConversationID: row.ConversationID, Seq: row.Seq,
			Category: row.Category, Text: row.Text, Evidence: []Evidence{}, State: row.State, Verdict: row.Verdict, Sanctions: split(row.Sanctions),
			CreatedAt: row.CreatedAt.UTC(), DoneAt: row.DoneAt, DoneBy: who[row.DoneBy]}
		if err := json.Unmarshal([]byte(row.Evidence), &one.Evidence); err != nil {
			s.log.WarnContext(ctx, "the evidence of a report cannot be read", "report", row.ID, "err", err)
		}
		if row.Subject != "" {
			one.Subject = &ReportedGroup{}
			if err := json.Unmarshal([]byte(row.Subject), one.Subject); err != nil {
				s.log.WarnContext(ctx, "what a report is about cannot be read", "report", row.ID, "err", err)
			}
		}
		for _, p := range places {
			if p.ID != row.ConversationID {
				continue
			}
			if one.Group == nil {
				one.Group = &ReportGroup{ID: p.ID, Name: p.Name}
			}
			one.Group.Inside = one.Group.Inside || p.PersonID == row.PersonID
		}
		list = append(list, one)
	}
	return list, err
}

type placeRow struct {
	ID       int64  `bun:"id"`
	Name     string `bun:"name"`
	PersonID int64  `bun:"person_id"` // of one reported person who is in it; 0: nobody of them
}

// reportPlaces reads the groups of members the reports are about, with who of the reported is in them.
func reportPlaces(ctx context.Context, r bun.IDB, rows []reportRow) (places []placeRow, err error) {
	var groups, people []int64
	for _, row := range rows {
		groups, people = append(groups, row.ConversationID), append(people, row.PersonID)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	err = r.NewRaw(`
		SELECT c.id, c.name, COALESCE(m.person_id, 0) AS person_id FROM conversations c
			LEFT JOIN members m ON m.conversation_id = c.id AND m.person_id IN (?) AND m.left_seq IS NULL
		WHERE c.id IN (?) AND c.kind = 'group' AND c.number <> 0 AND c.dissolved_at IS NULL`, bun.List(people), bun.List(groups)).Scan(ctx, &places)
	return places, err
}

// Judge closes a report with a verdict and what follows from it, in one write, or opens it again. Who reported is told
// when it is done, with what followed; the reported person is told what is done to him. Faults: NotFound, Invalid by
// field, Conflict (he is not in the group any more, or owns it, or works here and cannot be disabled as a member).
func (s *Service) Judge(ctx context.Context, by, report int64, j Judgement) (out Report, err error) {
	if err := s.office(ctx, by); err != nil {
		return out, err
	}
	if j, err = j.checked(); err != nil {
		return out, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		before, err := lockReport(ctx, tx, report)
		if err != nil {
			return err
		}
		if err := j.fits(before); err != nil {
			return err
		}
		row := before.judged(by, j, s.time())
		if _, err := tx.NewUpdate().Model(&row).Column("state", "verdict", "sanctions", "done_by", "done_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		if err := s.followTx(ctx, tx, by, row, j); err != nil {
			return err
		}
		changes := audit.Compare(before.shown(), row.shown())
		if err := s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "report.judge", TargetID: report, Target: row.Category, Changes: changes}); err != nil {
			return err
		}
		if before.State != reportDone && row.State == reportDone {
			notice := boxRow{PersonID: row.ByID, ID: s.ids.Next(), Kind: "report_done", FromID: row.PersonID, About: row.Sanctions, Text: row.Verdict, At: s.time()}
			if err := s.deliverTx(ctx, tx, []boxRow{notice}, nil); err != nil {
				return err
			}
		}
		list, err := s.reportsIn(ctx, tx, []reportRow{row})
		if err != nil {
			return err
		}
		out = list[0]
		return s.waitingTx(ctx, tx)
	})
	return out, err
}

// lockReport reads a report that nobody else judges until the write is over.
func lockReport(ctx context.Context, tx *storage.Tx, report int64) (row reportRow, err error) {
	if err := tx.Do(ctx, `UPDATE member_reports SET done_by = done_by WHERE id = ?`, report); err != nil {
		return row, err
	}
	err = tx.NewSelect().Model(&row).Where("id = ?", report).Scan(ctx)
	return row, storage.Found(err, "report")
}

// judged is the report after a judgement; what followed before stays noted.
func (row reportRow) judged(by int64, j Judgement, now time.Time) reportRow {
	row.State, row.Verdict, row.DoneBy, row.DoneAt = j.State, j.Verdict, by, nil
	if j.State == reportDone {
		row.DoneAt = &now
	}
	all := append(split(row.Sanctions), j.Sanctions...)
	slices.Sort(all)
	row.Sanctions = strings.Join(slices.Compact(all), ",")
	return row
}

// shown is what a judgement changes, for the audit log.
func (row reportRow) shown() map[string]string {
	return map[string]string{"state": row.State, "verdict": row.Verdict, "sanctions": row.Sanctions}
}

// followTx does what follows from a report: what concerns the group first, whose lock comes before people's.
func (s *Service) followTx(ctx context.Context, tx *storage.Tx, by int64, row reportRow, j Judgement) error {
	ways := []way{
		{toMute, func() error { return s.muteTx(ctx, tx, by, row.ConversationID, row.PersonID, j.MuteMinutes, j.Warning) }},
		{toPutOut, func() error { return s.putOutTx(ctx, tx, by, row.ConversationID, row.PersonID, j.Warning) }},
		{toWarn, func() error { return s.warnTx(ctx, tx, by, row, j.Warning) }},
		{toDisable, func() error { return s.disableTx(ctx, tx, by, row.PersonID, true, reportWords(row.ID)) }},
	}
	if row.PersonID == 0 {
		ways = []way{
			{toHush, func() error { return s.hushTx(ctx, tx, by, row.ConversationID, j.Warning) }},
			{toDissolve, func() error { return s.dissolveTx(ctx, tx, by, row.ConversationID, j.Warning) }},
			{toWarn, func() error { return s.warnOwnerTx(ctx, tx, by, row.ConversationID, j.Warning) }},
		}
	}
	for _, one := range ways {
		if !j.has(one.sanction) {
			continue
		}
		if err := one.do(); err != nil {
			return gone(err)
		}
	}
	return nil
}

// way is one thing that follows.
type way struct {
	sanction string
	do       func() error
}

// gone says of what is not there any more that it is too late, not that there is no such report.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Conflict, "this person is not in the group any more").With("sanctions", "this person is not in the group any more")
	}
	return err
}

// warnTx puts words of those who run the server into somebody's box.
func (s *Service) warnTx(ctx context.Context, tx *storage.Tx, by int64, row reportRow, words string) error {
	if err := s.auditMemberTx(ctx, tx, by, "member.warn", row.PersonID, reasonOf(words)); err != nil {
		return err
	}
	return s.deliverTx(ctx, tx, []boxRow{{PersonID: row.PersonID, ID: s.ids.Next(), Kind: "warned", Text: words, At: s.time()}}, nil)
}

func reportWords(report int64) string { return "report " + strconv.FormatInt(report, 10) }

func split(joined string) []string {
	if joined == "" {
		return []string{}
	}
	return strings.Split(joined, ",")
}
