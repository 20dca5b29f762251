package people

import (
	"context"

	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/web"
	"ichat/storage"
)

// Visitor is a visitor as the rooms above need him: whose he is, and where he was last seen.
type Visitor struct {
	Person
	SiteID  int64  `bun:"site_id"`
	Address string `bun:"address"` // empty when it is not known
}

// Visitor finds a visitor by id; a member is found too, on no site.
func (s *Service) Visitor(ctx context.Context, id int64) (Visitor, error) {
	return visitorByID(ctx, s.db.R, id)
}

// Arrive makes a visitor of a site and signs him in. parent is the origin of the page that opened
// the chat.
func (s *Service) Arrive(ctx context.Context, key, locale, parent string) (VisitorSession, error) {
	site, err := s.sites.ByKey(ctx, key)
	if err != nil {
		return VisitorSession{}, err
	}
	if !s.sites.AllowsParent(ctx, site, parent) {
		return VisitorSession{}, fault.New(fault.Denied, "this chat may not be used on this website").With("parent_origin", "is not among the domains of the site")
	}
	visitor := account{Person: Person{ID: s.ids.Next(), Kind: KindVisitor}, SiteID: site.ID, Locale: normalLocale(locale)}
	var token string
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if err = insertPerson(ctx, tx, visitor, s.now().UTC()); err != nil {
			return err
		}
		if token, err = s.startTx(ctx, tx, visitor.ID, KindVisitor); err != nil {
			return err
		}
		return moveSession(ctx, tx, id.Hash(token), web.AddressOf(ctx))
	})
	return VisitorSession{Token: token, Person: visitor.Person, Site: site.SiteLook, Epoch: s.epoch}, err
}

// Returned is what a visitor who kept his token starts with.
func (s *Service) Returned(ctx context.Context, visitor, site int64) (VisitorSession, error) {
	p, err := s.Person(ctx, visitor)
	if err != nil {
		return VisitorSession{}, err
	}
	at, err := s.sites.Site(ctx, site)
	return VisitorSession{Person: p, Site: at.SiteLook, Epoch: s.epoch}, err
}
