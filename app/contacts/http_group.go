package contacts

import (
	"context"
	"net/http"

	"ichat/app/web"
)

func (s *Service) groupRoutes(w *web.Server, few web.Limit) {
	web.Route(w, web.Member, http.MethodPost, "/api/im/groups", "Make a group of oneself and friends, or ask to, where groups are approved", s.postGroup, web.PerPerson(0.02, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/im/groups", "Look for groups by name or number; without anything the newest", s.getGroups, web.PerPerson(1, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/im/groups/{id}/members", "Bring friends into a group", s.postMembers, few)
	web.Route(w, web.Member, http.MethodPut, "/api/im/groups/{id}/avatar", "Show a group by a face one uploaded; 0: by its initials", s.putGroupAvatar, few)
	web.Route(w, web.Member, http.MethodPost, "/api/im/groups/{id}/join", "Come into an open group, or apply", s.postJoin, web.PerPerson(0.2, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/im/groups/{id}/evidence", "What would be kept with a report about a group", s.getGroupEvidence)
	web.Route(w, web.Member, http.MethodGet, "/api/im/groups/{id}/requests", "Who waits to come into a group, for its owner and admins", s.getApplications)
	web.Route(w, web.Member, http.MethodPost, "/api/im/groups/{id}/links", "Make a link into a group that ends after some hours", s.postLink, few)
	web.Route(w, web.Member, http.MethodGet, "/api/im/groups/{id}/links", "What leads into a group, for its owner and admins", s.getLinks)
	web.Route(w, web.Member, http.MethodDelete, "/api/im/groups/{id}/links/{link}", "End a link into a group", s.deleteLink, few)
	web.Route(w, web.Member, http.MethodDelete, "/api/im/groups/{id}/links", "End all links into a group", s.deleteLinks, few)
	s.noticeRoutes(w, few)
	web.Route(w, web.Member, http.MethodPost, "/api/im/groups/by-link", "Come into a group by a link, or apply, as the link wants", s.postByLink, web.PerPerson(0.2, 10))
	web.Route(w, web.Member, http.MethodGet, "/api/im/links/{token}", "Where a link leads", s.getLink, web.PerPerson(0.2, 10))
}

type newGroupInput struct{ Body NewGroup }

type madeOutput struct{ Body MadeGroup }

func (s *Service) postGroup(ctx context.Context, in *newGroupInput) (*madeOutput, error) {
	m, err := s.MakeGroup(ctx, web.CallerOf(ctx).Person, in.Body)
	return &madeOutput{Body: m}, err
}

type groupsInput struct {
	Q        string `query:"q" maxLength:"64"`
	Category int64  `query:"category" minimum:"0"`
	Before   int64  `query:"before" minimum:"0"`
	Limit    int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

type groupsOutput struct{ Body GroupPage }

func (s *Service) getGroups(ctx context.Context, in *groupsInput) (*groupsOutput, error) {
	p, err := s.FindGroups(ctx, web.CallerOf(ctx).Person, in.Q, in.Category, in.Before, in.Limit)
	return &groupsOutput{Body: p}, err
}

type bringInput struct {
	ID   int64 `path:"id"`
	Body struct {
		People []int64 `json:"people" minItems:"1" maxItems:"200"`
	}
}

func (s *Service) postMembers(ctx context.Context, in *bringInput) (*headerOutput, error) {
	h, err := s.BringIn(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.People)
	return &headerOutput{Body: h}, err
}

type groupAvatarInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Face int64 `json:"face" minimum:"0"`
	}
}

func (s *Service) putGroupAvatar(ctx context.Context, in *groupAvatarInput) (*headerOutput, error) {
	h, err := s.ShowGroup(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Face)
	return &headerOutput{Body: h}, err
}

type joinInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Note string `json:"note,omitempty" maxLength:"1024"`
	}
}

type joiningOutput struct{ Body Joining }

func (s *Service) postJoin(ctx context.Context, in *joinInput) (*joiningOutput, error) {
	j, err := s.Join(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Note)
	return &joiningOutput{Body: j}, err
}

type applicationsInput struct {
	ID    int64 `path:"id"`
	After int64 `query:"after" minimum:"0"`
}

type applicationsOutput struct {
	Body struct {
		Requests []Request `json:"requests"` // at most 100, the oldest first
	}
}

func (s *Service) getApplications(ctx context.Context, in *applicationsInput) (*applicationsOutput, error) {
	out := &applicationsOutput{}
	var err error
	out.Body.Requests, err = s.Applications(ctx, web.CallerOf(ctx).Person, in.ID, in.After)
	return out, err
}

type linkInput struct {
	ID   int64 `path:"id"`
	Body NewLink
}

type linkOutput struct{ Body Link }

func (s *Service) postLink(ctx context.Context, in *linkInput) (*linkOutput, error) {
	l, err := s.MakeLink(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &linkOutput{Body: l}, err
}

type linksOutput struct{ Body LinkList }

func (s *Service) getLinks(ctx context.Context, in *idInput) (*linksOutput, error) {
	a, err := s.Links(ctx, web.CallerOf(ctx).Person, in.ID)
	return &linksOutput{Body: a}, err
}

type oneLinkInput struct {
	ID   int64 `path:"id"`
	Link int64 `path:"link"`
}

func (s *Service) deleteLink(ctx context.Context, in *oneLinkInput) (*struct{}, error) {
	return nil, s.EndLink(ctx, web.CallerOf(ctx).Person, in.ID, in.Link)
}

type tokenInput struct {
	Token string `path:"token" minLength:"1" maxLength:"128"`
}

type lookOutput struct{ Body LinkLook }

func (s *Service) getLink(ctx context.Context, in *tokenInput) (*lookOutput, error) {
	a, err := s.LookAtLink(ctx, web.CallerOf(ctx).Person, in.Token)
	return &lookOutput{Body: a}, err
}

func (s *Service) deleteLinks(ctx context.Context, in *idInput) (*struct{}, error) {
	return nil, s.EndLinks(ctx, web.CallerOf(ctx).Person, in.ID)
}

type byLinkInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"128"`
		Note  string `json:"note,omitempty" maxLength:"1024"`
	}
}

func (s *Service) postByLink(ctx context.Context, in *byLinkInput) (*joiningOutput, error) {
	j, err := s.JoinByLink(ctx, web.CallerOf(ctx).Person, in.Body.Token, in.Body.Note)
	return &joiningOutput{Body: j}, err
}

type groupEvidenceOutput struct{ Body GroupEvidence }

func (s *Service) getGroupEvidence(ctx context.Context, in *idInput) (*groupEvidenceOutput, error) {
	e, err := s.GroupEvidenceFor(ctx, web.CallerOf(ctx).Person, in.ID)
	return &groupEvidenceOutput{Body: e}, err
}
