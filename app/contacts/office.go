package contacts

import (
	"context"
	"encoding/json"
	"strings"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

// Waiting is a group that waits for approval.
type Waiting struct {
	Request Request       `json:"request"`
	By      people.Person `json:"by"`
	Group   NewGroup      `json:"group"`
}

// WaitingPage is a stretch of the groups that wait, the oldest first. Next asks for those that follow, 0 at the end.
type WaitingPage struct {
	Waiting []Waiting `json:"waiting"`
	Next    int64     `json:"next"`
}

// OfficeGroup is a group of members as the back office sees it.
type OfficeGroup struct {
	chat.Header
	Owner people.Person `json:"owner"`
}

// OfficeGroups is a stretch of the groups there are, or of those that were dissolved, the newest first.
type OfficeGroups struct {
	Groups []OfficeGroup `json:"groups"`
	Next   int64         `json:"next"`
}

// OfficeCounts is how much waits for somebody who runs the server.
type OfficeCounts struct {
	Groups  int `json:"groups"`
	Reports int `json:"reports"`
}

// OfficeCounts counts it for an owner.
func (s *Service) OfficeCounts(ctx context.Context, by int64) (n OfficeCounts, err error) {
	if err := s.office(ctx, by); err != nil {
		return n, err
	}
	err = s.db.R.NewRaw(`SELECT
		(SELECT COUNT(*) FROM requests WHERE kind = ? AND to_id = 0 AND state = ?) AS groups,
		(SELECT COUNT(*) FROM member_reports WHERE state = ?) AS reports`, forFound, pending, reportOpen).Scan(ctx, &n)
	return n, err
}

// waitingTx tells those who run the server, once the write is done, that more or less waits for them now. The frame says
// nothing else: who reads what waits after the last one knows what is so.
func (s *Service) waitingTx(ctx context.Context, tx *storage.Tx) error {
	owners, err := s.people.OwnersIn(ctx, tx)
	if err != nil {
		return err
	}
	tx.After(func() { s.hub.Push(owners, hub.Frame{Type: "waiting"}) })
	return nil
}

// WaitingGroups reads which groups wait for an owner's answer, above an id.
func (s *Service) WaitingGroups(ctx context.Context, by int64, q string, after int64, limit int) (p WaitingPage, err error) {
	if err := s.office(ctx, by); err != nil {
		return p, err
	}
	rows, err := waitingGroups(ctx, s.db.R, strings.TrimSpace(q), after, limit+1)
	if err != nil {
		return p, err
	}
	p.Waiting = []Waiting{}
	var ids []int64
	for _, r := range rows[:min(len(rows), limit)] {
		w := Waiting{Request: r.Request}
		if err := json.Unmarshal([]byte(r.Asked), &w.Group); err != nil {
			return p, err
		}
		ids, p.Waiting = append(ids, r.FromID), append(p.Waiting, w)
	}
	who, err := s.people.PeopleIn(ctx, s.db.R, ids)
	for i := range p.Waiting {
		p.Waiting[i].By = who[p.Waiting[i].Request.FromID]
	}
	if len(rows) > limit {
		p.Next = p.Waiting[limit-1].Request.ID
	}
	return p, err
}

// OfficeGroups reads the groups there are for an owner, or those that were dissolved, by name or number.
func (s *Service) OfficeGroups(ctx context.Context, by int64, q string, over bool, before int64, limit int) (p OfficeGroups, err error) {
	if err := s.office(ctx, by); err != nil {
		return p, err
	}
	f := groupFilter(q, before, limit)
	f.All, f.Over = true, over
	page, err := s.groupPage(ctx, by, f)
	if err != nil {
		return p, err
	}
	var headers []chat.Header
	for _, g := range page.Groups {
		headers = append(headers, g.Header)
	}
	p.Next = page.Next
	p.Groups, err = s.officeGroups(ctx, headers)
	return p, err
}

// OfficeGroup reads one of them.
func (s *Service) OfficeGroup(ctx context.Context, by, group int64) (g OfficeGroup, err error) {
	if err := s.office(ctx, by); err != nil {
		return g, err
	}
	h, err := s.chat.GroupIn(ctx, s.db.R, group)
	if err != nil {
		return g, err
	}
	list, err := s.officeGroups(ctx, []chat.Header{h})
	if err != nil {
		return g, err
	}
	return list[0], nil
}

// OfficeMembers reads who is in a group, for an owner.
func (s *Service) OfficeMembers(ctx context.Context, by, group, after int64, limit int) (p chat.MemberPage, err error) {
	if err := s.office(ctx, by); err != nil {
		return p, err
	}
	return s.chat.Insiders(ctx, group, after, limit)
}

func (s *Service) officeGroups(ctx context.Context, headers []chat.Header) ([]OfficeGroup, error) {
	var ids, people []int64
	for _, h := range headers {
		ids = append(ids, h.ID)
	}
	owners, err := s.chat.OwnersIn(ctx, s.db.R, ids)
	if err != nil {
		return nil, err
	}
	for _, owner := range owners {
		people = append(people, owner)
	}
	who, err := s.people.PeopleIn(ctx, s.db.R, people)
	list := []OfficeGroup{}
	for _, h := range headers {
		list = append(list, OfficeGroup{Header: h, Owner: who[owners[h.ID]]})
	}
	return list, err
}

// Approve makes the group somebody asked for, or refuses it with a reason; he is told in his box. Friends who are
// none any more are left out.
func (s *Service) Approve(ctx context.Context, by, request int64, yes bool, reason string) (m MadeGroup, err error) {
	if err := s.office(ctx, by); err != nil {
		return m, err
	}
	if reason, err = line("reason", reason, longestNote); err != nil {
		return m, err
	}
	row, err := requestByID(ctx, s.db.R, request)
	if err != nil || row.Kind != forFound {
		return m, orElse(err, errRequest)
	}
	row.State, row.Reason = refusal, reason
	if yes {
		row.State = agreed
	}
	decided := func(ctx context.Context, tx *storage.Tx) error { return s.decidedTx(ctx, tx, row, by) }
	if !yes {
		err = s.db.Write(ctx, decided)
		return MadeGroup{Request: &row.Request}, err
	}
	var g NewGroup
	if err := json.Unmarshal([]byte(row.Asked), &g); err != nil {
		return m, err
	}
	if !s.categoryThere(ctx, g.Category) {
		g.Category = 0
	}
	if g.People, err = s.stillFriends(ctx, row.FromID, g.People); err != nil {
		return m, err
	}
	allow := s.allowed(row.FromID, true)
	h, err := s.chat.FoundAmong(ctx, row.FromID, g.founding(), func(ctx context.Context, tx *storage.Tx, fresh []int64) error {
		if err := allow(ctx, tx, fresh); err != nil {
			return err
		}
		return decided(ctx, tx)
	})
	return MadeGroup{Group: &h, Request: &row.Request}, err
}

// decidedTx writes down what became of a wish to make a group, and tells the one who had it.
func (s *Service) decidedTx(ctx context.Context, tx *storage.Tx, row requestRow, by int64) error {
	if err := answerRequest(ctx, tx, row, by, s.time()); err != nil {
		return err
	}
	e := audit.Entry{By: by, Action: "group.approve", TargetID: row.ID, Target: row.Note, Changes: []audit.Change{{Field: "state", Old: pending, New: row.State}}}
	if err := s.audit.WriteTx(ctx, tx, e); err != nil {
		return err
	}
	notice := boxRow{PersonID: row.FromID, ID: s.ids.Next(), Kind: forFound + "_" + row.State, RequestID: row.ID, About: row.Note, Text: row.Reason, At: s.time()}
	if err := s.deliverTx(ctx, tx, []boxRow{notice}, nil); err != nil {
		return err
	}
	return s.waitingTx(ctx, tx)
}

// stillFriends is who of these people is a friend now.
func (s *Service) stillFriends(ctx context.Context, person int64, some []int64) ([]int64, error) {
	if len(some) == 0 {
		return nil, nil
	}
	rows, err := friendsOf(ctx, s.db.R, person, some...)
	var ids []int64
	for _, f := range rows {
		if f.Mutual && !f.Hides {
			ids = append(ids, f.ID)
		}
	}
	return ids, err
}
