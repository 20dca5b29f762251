package contacts

import (
	"context"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

// What follows from a report about a group, beside a warning to its owner.
const (
	toHush     = "hush"     // nobody but its owner and admins writes there
	toDissolve = "dissolve" // it ends
)

// latestSaid is how many of a group's messages are kept with a report about it.
const latestSaid = 20

// ReportedGroup is a group as it was when it was reported.
type ReportedGroup struct {
	Name    string `json:"name"`
	Number  int64  `json:"number"`
	About   string `json:"about"`
	Notice  string `json:"notice"`
	Members int64  `json:"members"`
	Avatar  string `json:"avatar"`
}

// GroupEvidence is what would be kept with a report about a group: how it shows itself, and what was said last, as far as
// the one who reports sees it.
type GroupEvidence struct {
	Group ReportedGroup `json:"group"`
	Said  []Evidence    `json:"said"`
}

// GroupEvidenceFor is shown before a group is reported. Faults: NotFound, Invalid (one owns it), Conflict (it is dissolved).
func (s *Service) GroupEvidenceFor(ctx context.Context, me, group int64) (e GroupEvidence, err error) {
	h, err := s.chat.GroupIn(ctx, s.db.R, group)
	if err != nil {
		return e, err
	}
	role, err := s.chat.RoleOf(ctx, group, me)
	switch {
	case err != nil:
		return e, err
	case role == "" && h.JoinRule == chat.JoinInvite:
		return e, fault.New(fault.NotFound, "group not found") // it is seen by its members only
	case h.Dissolved:
		return e, fault.New(fault.Conflict, "this group was dissolved")
	case role == chat.RoleOwner:
		return e, fault.New(fault.Invalid, "this is your own group").With("conversation_id", "this is your own group")
	}
	e.Group = ReportedGroup{Name: h.Name, Number: h.Number, About: h.About, Notice: h.Notice, Members: h.MemberCount, Avatar: h.Avatar}
	e.Said = []Evidence{}
	if role == "" {
		e.Group.Notice = "" // it is for members
		return e, nil
	}
	page, err := s.chat.History(ctx, me, group, 0, latestSaid)
	if err == nil {
		e.Said, err = s.evidenceOf(ctx, group, page, 0)
	}
	return e, err
}

// groupEvidence is what is kept of a group.
func (s *Service) groupEvidence(ctx context.Context, me, group int64) (said, subject string, err error) {
	e, err := s.GroupEvidenceFor(ctx, me, group)
	return encoded(e.Said), encoded(e.Group), err
}

// hushTx lets nobody but its owner and admins write in a group.
func (s *Service) hushTx(ctx context.Context, tx *storage.Tx, by, group int64, reason string) error {
	on := true
	return s.editTx(ctx, tx, by, group, chat.GroupChange{Hushed: &on}, reason)
}

// warnOwnerTx warns whoever owns a group, and says which group it is about.
func (s *Service) warnOwnerTx(ctx context.Context, tx *storage.Tx, by, group int64, words string) error {
	owners, err := s.chat.OwnersIn(ctx, tx, []int64{group})
	if err != nil {
		return err
	}
	h, err := s.chat.GroupIn(ctx, tx, group)
	if err != nil {
		return err
	}
	owner := owners[group]
	if owner == 0 {
		return fault.New(fault.Conflict, "the group has no owner any more").With("sanctions", "the group has no owner any more")
	}
	changes := append([]audit.Change{{Field: "group", New: h.Name}}, reasonOf(words)...)
	if err := s.auditMemberTx(ctx, tx, by, "member.warn", owner, changes); err != nil {
		return err
	}
	return s.deliverTx(ctx, tx, []boxRow{{PersonID: owner, ID: s.ids.Next(), Kind: "warned", AboutID: group, About: h.Name, Text: words, At: s.time()}}, nil)
}
