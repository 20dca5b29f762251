package contacts

import (
	"context"
	"encoding/json"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/people"
	"ichat/storage"
)

// Waiting is a group that waits for approval.
type Waiting struct {
	Request Request       `json:"request"`
	By      people.Person `json:"by"`
	Group   NewGroup      `json:"group"`
}

// OfficeGroups is what the back office shows of groups: those that wait, and those there are, the newest first.
type OfficeGroups struct {
	Waiting []Waiting         `json:"waiting"` // at most 100, the oldest first
	Groups  []chat.FoundGroup `json:"groups"`
	Next    int64             `json:"next"`
}

// OfficeGroups reads it for an owner.
func (s *Service) OfficeGroups(ctx context.Context, by int64, q string, before int64, limit int) (o OfficeGroups, err error) {
	if err := s.office(ctx, by); err != nil {
		return o, err
	}
	rows, err := requestsTo(ctx, s.db.R, forFound, 0, 0, 100)
	if err != nil {
		return o, err
	}
	o.Waiting = []Waiting{}
	for _, r := range rows {
		w := Waiting{Request: r.Request}
		if err := json.Unmarshal([]byte(r.Asked), &w.Group); err != nil {
			return o, err
		}
		if w.By, err = s.people.Person(ctx, r.FromID); err != nil {
			return o, err
		}
		o.Waiting = append(o.Waiting, w)
	}
	page, err := s.groupPage(ctx, by, chat.GroupFilter{Name: q, Before: before, Limit: limit + 1, All: true})
	o.Groups, o.Next = page.Groups, page.Next
	return o, err
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
	return s.deliverTx(ctx, tx, []boxRow{notice}, nil)
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

// Dissolve ends a group from the back office.
func (s *Service) Dissolve(ctx context.Context, by, group int64) error {
	if err := s.office(ctx, by); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		h, err := s.chat.CloseGroupTx(ctx, tx, by, group)
		if err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "group.dissolve", TargetID: group, Target: h.Name})
	})
}
