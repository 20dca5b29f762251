package contacts

import (
	"context"
	"strconv"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/storage"
)

// What those who run the server do to a group; its owner finds it in his box.
const (
	groupChanged   = "group_changed"
	groupDissolved = "group_dissolved"
	groupMuted     = "group_muted"
	groupUnmuted   = "group_unmuted"
	groupRemoved   = "group_removed"
)

// Dissolve ends a group from the back office. Faults of this and of what follows: NotFound (no owner of the server,
// no group of members, nobody in it), Conflict (dissolved, or its owner is meant), Invalid.
func (s *Service) Dissolve(ctx context.Context, by, group int64, reason string) error {
	return s.above(ctx, by, reason, func(ctx context.Context, tx *storage.Tx, reason string) error {
		return s.dissolveTx(ctx, tx, by, group, reason)
	})
}

func (s *Service) dissolveTx(ctx context.Context, tx *storage.Tx, by, group int64, reason string) error {
	h, err := s.chat.CloseGroupTx(ctx, tx, by, group)
	if err != nil {
		return err
	}
	if err := s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "group.dissolve", TargetID: group, Target: h.Name, Changes: reasonOf(reason)}); err != nil {
		return err
	}
	return s.tellOwnerTx(ctx, tx, h, groupDissolved, 0, reason)
}

// EditGroup changes what a group says of itself, or lets nobody but its owner and admins write.
func (s *Service) EditGroup(ctx context.Context, by, group int64, g chat.GroupChange, reason string) (out OfficeGroup, err error) {
	err = s.above(ctx, by, reason, func(ctx context.Context, tx *storage.Tx, reason string) error {
		return s.editTx(ctx, tx, by, group, g, reason)
	})
	if err != nil {
		return out, err
	}
	return s.OfficeGroup(ctx, by, group)
}

func (s *Service) editTx(ctx context.Context, tx *storage.Tx, by, group int64, g chat.GroupChange, reason string) error {
	before, after, err := s.chat.ChangeGroupTx(ctx, tx, by, group, g)
	if err != nil || before.Version == after.Version {
		return err
	}
	changes := append(audit.Compare(office(before), office(after)), reasonOf(reason)...)
	if err := s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "group.edit", TargetID: group, Target: after.Name, Changes: changes}); err != nil {
		return err
	}
	return s.tellOwnerTx(ctx, tx, after, groupChanged, 0, reason)
}

// office is what of a group can be edited, for the audit log.
func office(h chat.Header) (shown struct {
	Name     string `json:"name"`
	About    string `json:"about"`
	Notice   string `json:"notice"`
	JoinRule string `json:"join_rule"`
	Hushed   bool   `json:"hushed"`
	Category int64  `json:"category"`
	Slow     int64  `json:"slow"`
}) {
	shown.Name, shown.About, shown.Notice, shown.JoinRule, shown.Hushed, shown.Category, shown.Slow = h.Name, h.About, h.Notice, h.JoinRule, h.Hushed, h.Category, h.Slow
	return shown
}

// MuteInGroup keeps a member of a group from writing there for some minutes; 0 lets him again.
func (s *Service) MuteInGroup(ctx context.Context, by, group, person, minutes int64, reason string) error {
	return s.above(ctx, by, reason, func(ctx context.Context, tx *storage.Tx, reason string) error {
		return s.muteTx(ctx, tx, by, group, person, minutes, reason)
	})
}

func (s *Service) muteTx(ctx context.Context, tx *storage.Tx, by, group, person, minutes int64, reason string) error {
	h, err := s.chat.MuteTx(ctx, tx, by, group, person, minutes)
	if err != nil {
		return err
	}
	action, kind := "member.mute", groupMuted
	if minutes == 0 {
		action, kind = "member.unmute", groupUnmuted
	}
	changes := append([]audit.Change{{Field: "group", New: h.Name}, {Field: "minutes", New: strconv.FormatInt(minutes, 10)}}, reasonOf(reason)...)
	return s.sanctionedTx(ctx, tx, by, h, person, action, kind, changes, reason)
}

// PutOut takes somebody out of a group.
func (s *Service) PutOut(ctx context.Context, by, group, person int64, reason string) error {
	return s.above(ctx, by, reason, func(ctx context.Context, tx *storage.Tx, reason string) error {
		return s.putOutTx(ctx, tx, by, group, person, reason)
	})
}

func (s *Service) putOutTx(ctx context.Context, tx *storage.Tx, by, group, person int64, reason string) error {
	h, err := s.chat.RemoveTx(ctx, tx, by, group, person)
	if err != nil {
		return err
	}
	changes := append([]audit.Change{{Field: "group", New: h.Name}}, reasonOf(reason)...)
	return s.sanctionedTx(ctx, tx, by, h, person, "member.remove", groupRemoved, changes, reason)
}

// sanctionedTx writes down what was done to somebody in a group, and tells him and the owner of the group.
func (s *Service) sanctionedTx(ctx context.Context, tx *storage.Tx, by int64, h chat.Header, person int64, action, kind string, changes []audit.Change, reason string) error {
	if err := s.auditMemberTx(ctx, tx, by, action, person, changes); err != nil {
		return err
	}
	if err := s.tellOwnerTx(ctx, tx, h, kind, person, reason); err != nil {
		return err
	}
	his := boxRow{PersonID: person, ID: s.ids.Next(), Kind: kind, FromID: person, AboutID: h.ID, About: h.Name, Text: reason, At: s.time()}
	return s.deliverTx(ctx, tx, []boxRow{his}, nil)
}

func (s *Service) auditMemberTx(ctx context.Context, tx *storage.Tx, by int64, action string, person int64, changes []audit.Change) error {
	name, err := s.people.NameIn(ctx, tx, person)
	if err != nil {
		return err
	}
	return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: action, TargetID: person, Target: name, Changes: changes})
}

// tellOwnerTx puts into the box of a group's owner what was done to it, or to somebody in it.
func (s *Service) tellOwnerTx(ctx context.Context, tx *storage.Tx, h chat.Header, kind string, about int64, reason string) error {
	owners, err := s.chat.OwnersIn(ctx, tx, []int64{h.ID})
	if err != nil || owners[h.ID] == 0 {
		return err
	}
	row := boxRow{PersonID: owners[h.ID], ID: s.ids.Next(), Kind: kind, FromID: about, AboutID: h.ID, About: h.Name, Text: reason, At: s.time()}
	return s.deliverTx(ctx, tx, []boxRow{row}, nil)
}

// DisableMember keeps somebody from signing in and ends his sign-ins, or lets him in again. Faults: Conflict (he
// works on a site), NotFound.
func (s *Service) DisableMember(ctx context.Context, by, person int64, disabled bool, reason string) error {
	return s.above(ctx, by, reason, func(ctx context.Context, tx *storage.Tx, reason string) error {
		return s.disableTx(ctx, tx, by, person, disabled, reason)
	})
}

func (s *Service) disableTx(ctx context.Context, tx *storage.Tx, by, person int64, disabled bool, reason string) error {
	moved, err := s.people.DisableMemberTx(ctx, tx, person, disabled)
	if err != nil || !moved {
		return err
	}
	action := "member.enable"
	if disabled {
		action = "member.disable"
	}
	return s.auditMemberTx(ctx, tx, by, action, person, reasonOf(reason))
}

// above is one write of somebody who runs the server.
func (s *Service) above(ctx context.Context, by int64, reason string, do func(ctx context.Context, tx *storage.Tx, reason string) error) error {
	if err := s.office(ctx, by); err != nil {
		return err
	}
	reason, err := line("reason", reason, longestNote)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return do(ctx, tx, reason) })
}

func reasonOf(reason string) []audit.Change {
	if reason == "" {
		return nil
	}
	return []audit.Change{{Field: "reason", New: reason}}
}
