package safety

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// Routes adds the blacklist of a site, for those who lead there, and blocking beside a visitor, for everybody
// with a role there. What is elsewhere is not found.
func (s *Service) Routes(w *web.Server) {
	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites/{id}/blacklist", "Whom a site has blocked", s.getBlocks)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/sites/{id}/blacklist", "Block an address or a range", s.postBlock, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodDelete, "/api/admin/sites/{id}/blacklist/{block}", "End a block", s.deleteBlock, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/desk/visitors/{id}/block", "Where a visitor writes from, and whether he is blocked", s.getVisitor)
	web.Route(w, web.Member, http.MethodPut, "/api/desk/visitors/{id}/block", "Block a visitor", s.putVisitor, web.PerPerson(1, 10))
}

type blocksInput struct {
	Site   int64 `path:"id"`
	Before int64 `query:"before" minimum:"0"`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type blocksOutput struct{ Body Page }

func (s *Service) getBlocks(ctx context.Context, in *blocksInput) (*blocksOutput, error) {
	p, err := s.Blocks(ctx, web.CallerOf(ctx).Person, in.Site, in.Before, in.Limit)
	return &blocksOutput{Body: p}, err
}

type blockInput struct {
	Site int64 `path:"id"`
	Body struct {
		Address string `json:"address" maxLength:"64"`
		Reason  string `json:"reason,omitempty"`
		Minutes int64  `json:"minutes,omitempty" minimum:"0" maximum:"5256000"`
	}
}

type blockOutput struct{ Body Block }

func (s *Service) postBlock(ctx context.Context, in *blockInput) (*blockOutput, error) {
	b, err := s.BlockAddress(ctx, web.CallerOf(ctx).Person, in.Site, in.Body.Address, Terms{Minutes: in.Body.Minutes, Reason: in.Body.Reason})
	return &blockOutput{Body: b}, err
}

type unblockInput struct {
	Site  int64 `path:"id"`
	Block int64 `path:"block"`
}

func (s *Service) deleteBlock(ctx context.Context, in *unblockInput) (*struct{}, error) {
	return nil, s.Unblock(ctx, web.CallerOf(ctx).Person, in.Site, in.Block)
}

type visitorInput struct {
	ID int64 `path:"id"`
}

type visitorOutput struct{ Body VisitorBlock }

func (s *Service) getVisitor(ctx context.Context, in *visitorInput) (*visitorOutput, error) {
	v, err := s.Visitor(ctx, web.CallerOf(ctx).Person, in.ID)
	return &visitorOutput{Body: v}, err
}

type blockVisitorInput struct {
	ID   int64 `path:"id"`
	Body struct {
		AlsoAddress bool   `json:"also_address,omitempty"`
		Reason      string `json:"reason,omitempty"`
		Minutes     int64  `json:"minutes,omitempty" minimum:"0" maximum:"5256000"`
	}
}

func (s *Service) putVisitor(ctx context.Context, in *blockVisitorInput) (*visitorOutput, error) {
	v, err := s.BlockVisitor(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.AlsoAddress, Terms{Minutes: in.Body.Minutes, Reason: in.Body.Reason})
	return &visitorOutput{Body: v}, err
}
