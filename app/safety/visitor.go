package safety

import (
	"context"
	"net/netip"
	"time"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// Visitor tells an agent of a visitor's site where he writes from and whether he is blocked.
func (s *Service) Visitor(ctx context.Context, by, visitor int64) (VisitorBlock, error) {
	v, role, err := s.visitorFor(ctx, by, visitor)
	if err != nil {
		return VisitorBlock{}, err
	}
	return s.visitorBlock(ctx, v, role)
}

func (s *Service) visitorBlock(ctx context.Context, v people.Visitor, role string) (VisitorBlock, error) {
	seen := VisitorBlock{Address: masked(v.Address)}
	if people.Leads(role) {
		seen.Address = v.Address
	}
	r, ok, err := ofVisitor(ctx, s.db.R, v.SiteID, v.Person.ID)
	if ok && (r.ExpiresAt == nil || s.now().Before(*r.ExpiresAt)) {
		seen.Blocked, seen.Reason, seen.ExpiresAt = true, r.Reason, r.ExpiresAt
	}
	return seen, err
}

// BlockVisitor blocks a visitor, and with him the address he was last seen at if alsoAddress, for everybody with
// a role on his site. His open ticket is closed in the same write.
func (s *Service) BlockVisitor(ctx context.Context, by, visitor int64, alsoAddress bool, t Terms) (VisitorBlock, error) {
	v, role, err := s.visitorFor(ctx, by, visitor)
	if err != nil {
		return VisitorBlock{}, err
	}
	r, err := s.row(by, v.SiteID, t)
	if err != nil {
		return VisitorBlock{}, err
	}
	r.VisitorID = visitor
	rows := []row{r}
	if alsoAddress {
		at, err := s.placeOf(ctx, v)
		if err != nil {
			return VisitorBlock{}, err
		}
		place := r
		place.ID, place.VisitorID, place.Network = s.ids.Next(), 0, at.String()
		rows = append(rows, place)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		for _, hook := range s.onBlock {
			if err := hook(ctx, tx, v.SiteID, visitor, by, r.Reason); err != nil {
				return err
			}
		}
		for _, one := range rows {
			if err := replace(ctx, tx, one); err != nil {
				return err
			}
		}
		return s.actTx(ctx, tx, "blacklist.add", by, rows[len(rows)-1], v.Person.Name)
	})
	if err != nil {
		return VisitorBlock{}, err
	}
	if err := s.Load(context.WithoutCancel(ctx)); err != nil {
		return VisitorBlock{}, err
	}
	return s.visitorBlock(ctx, v, role)
}

// placeOf is where a visitor was last seen.
func (s *Service) placeOf(ctx context.Context, v people.Visitor) (netip.Prefix, error) {
	a, ok := parseAddress(v.Address)
	if !ok {
		return netip.Prefix{}, errNowhere
	}
	p := netip.PrefixFrom(a, a.BitLen())
	return p, s.notOwn(ctx, p)
}

// visitorFor finds a visitor for somebody with a role on his site. A colleague, or oneself, is no visitor.
func (s *Service) visitorFor(ctx context.Context, by, visitor int64) (people.Visitor, string, error) {
	v, err := s.people.Visitor(ctx, visitor)
	if fault.Is(err, fault.NotFound) {
		return people.Visitor{}, "", errNoVisitor
	}
	if err != nil {
		return people.Visitor{}, "", err
	}
	if v.Person.Kind != people.KindVisitor {
		return people.Visitor{}, "", s.colleague(ctx, by, visitor)
	}
	role, err := s.people.RoleOn(ctx, by, v.SiteID)
	if err == nil && role == "" {
		return people.Visitor{}, "", errNoVisitor
	}
	return v, role, err
}

// colleague says that colleagues cannot be blocked, to those who know that there is one.
func (s *Service) colleague(ctx context.Context, by, person int64) error {
	theirs, err := s.people.SitesOf(ctx, person)
	if err != nil {
		return err
	}
	for _, r := range theirs {
		role, err := s.people.RoleOn(ctx, by, r.SiteID)
		if err != nil {
			return err
		}
		if role != "" {
			return errMember
		}
	}
	return errNoVisitor
}

// actTx writes down whom a block keeps out, why and until when; or kept, when it is taken away.
func (s *Service) actTx(ctx context.Context, tx *storage.Tx, action string, by int64, r row, target string) error {
	until := ""
	if r.ExpiresAt != nil {
		until = r.ExpiresAt.UTC().Format(time.RFC3339)
	}
	is := map[string]string{"address": shown(r.Network), "reason": r.Reason, "expires_at": until}
	changes := audit.Compare(nil, is)
	if action == "blacklist.remove" {
		changes = audit.Compare(is, nil)
	}
	id := r.VisitorID
	return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: action, Site: r.SiteID, TargetID: id, Target: target, Changes: changes})
}
