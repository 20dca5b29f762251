package desk

import (
	"context"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/storage"
)

var errNoVisitor = fault.New(fault.NotFound, "visitor not found")

// SetVIP says of a visitor that he is, or is not, served before others, for everybody with a role on his site. How
// much before is the queue's rule. Somebody who waits is moved up at once; nobody is moved back.
func (s *Service) SetVIP(ctx context.Context, by, visitor int64, vip bool) error {
	v, err := s.people.Visitor(ctx, visitor)
	if fault.Is(err, fault.NotFound) || err == nil && v.SiteID == 0 {
		return errNoVisitor
	}
	if err != nil {
		return err
	}
	role, err := s.people.RoleOn(ctx, by, v.SiteID)
	if err != nil {
		return err
	}
	if role == "" {
		return errNoVisitor
	}
	known, ok, err := s.lastOf(ctx, v.SiteID, visitor)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if ok {
			if err := s.vipTicketTx(ctx, tx, by, known, vip); err != nil {
				return err
			}
		}
		was, err := isVIP(ctx, tx, visitor)
		if err != nil {
			return err
		}
		if err := keepVIP(ctx, tx, contactRow{VisitorID: visitor, VIP: flag(vip), UpdatedAt: s.time()}); err != nil {
			return err
		}
		changes := audit.Compare(map[string]bool{"vip": was}, map[string]bool{"vip": vip})
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "visitor.vip", Site: v.SiteID, TargetID: visitor, Target: v.Name, Changes: changes})
	})
}

// vipTicketTx shows on the visitor's last ticket who he is, and moves him up if he waits.
func (s *Service) vipTicketTx(ctx context.Context, tx *storage.Tx, by int64, known ticketRow, vip bool) error {
	t, err := s.lockTicket(ctx, tx, known)
	if err != nil {
		return err
	}
	t.step(0)
	tx.After(func() { s.tell.add(news{tickets: setOf(t.ID)}) })
	if !vip || t.State != stateWaiting {
		return stepped(ctx, tx, &t)
	}
	all, err := s.linesOf(ctx, tx, t.SiteID)
	if err != nil {
		return err
	}
	q := all.of(t.QueueID)
	if q == nil {
		return stepped(ctx, tx, &t)
	}
	was := t.Priority
	priority, fits := q.priorityOf(visit{approach: approach{page: t.Page}, locale: t.Locale, vip: true})
	if fits == "" || priority <= was {
		return stepped(ctx, tx, &t)
	}
	t.Priority = priority
	s.changed(tx, t.SiteID, t.ID, 0)
	if err := s.eventByTx(ctx, tx, by, t.ID, eventPriority, EventWhy{Rule: whenVIP, For: fits, Was: was, Is: priority}); err != nil {
		return err
	}
	return s.moved(ctx, tx, fence{}, &t)
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func keepVIP(ctx context.Context, tx *storage.Tx, row contactRow) error {
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (visitor_id) DO UPDATE").Set("vip = EXCLUDED.vip").Exec(ctx)
	return err
}
