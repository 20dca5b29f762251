package contacts

import (
	"context"
	"net/http"

	"ichat/app/chat"
	"ichat/app/web"
)

// officeRoutes adds the back office's routes: for owners, to everybody else there is nothing there.
func (s *Service) officeRoutes(w *web.Server) {
	few := web.PerPerson(2, 20)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/waiting", "How many groups and reports wait for an answer", s.getOfficeCounts)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/groups", "The groups of members there are, or those that were dissolved, the newest first", s.getOfficeGroups)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/groups/requests", "Groups that wait for approval, the oldest first", s.getWaitingGroups)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/groups/requests/{id}", "Approve or refuse a group", s.postApproval, few)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/groups/{id}", "A group of members", s.getOfficeGroup)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/groups/{id}", "Change what a group says of itself, or let only its owner and admins write", s.patchOfficeGroup, few)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/groups/{id}/dissolve", "Dissolve a group of members", s.postDissolve, few)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/groups/{id}/members", "Who is in a group, by id", s.getOfficeMembers)
	web.Route(w, web.Member, http.MethodPut, "/api/admin/groups/{id}/members/{person}/mute", "Keep a member of a group from writing there for some minutes; 0: no more", s.putOfficeMute, few)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/groups/{id}/members/{person}/remove", "Take somebody out of a group", s.postPutOut, few)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/members/{person}", "Keep a member from signing in, or let him in again", s.patchMember, few)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/reports", "Reports about members, the latest first", s.getReports)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/reports/{id}", "Close a report with a verdict and what follows from it, or open it again", s.patchReport, few)
}

type officeCountsOutput struct{ Body OfficeCounts }

func (s *Service) getOfficeCounts(ctx context.Context, _ *struct{}) (*officeCountsOutput, error) {
	n, err := s.OfficeCounts(ctx, web.CallerOf(ctx).Person)
	return &officeCountsOutput{Body: n}, err
}

type officeGroupsInput struct {
	Q      string `query:"q" maxLength:"64"`
	State  string `query:"state" enum:"living,dissolved" default:"living"`
	Before int64  `query:"before" minimum:"0"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type officeGroupsOutput struct{ Body OfficeGroups }

func (s *Service) getOfficeGroups(ctx context.Context, in *officeGroupsInput) (*officeGroupsOutput, error) {
	p, err := s.OfficeGroups(ctx, web.CallerOf(ctx).Person, in.Q, in.State == "dissolved", in.Before, in.Limit)
	return &officeGroupsOutput{Body: p}, err
}

type waitingInput struct {
	Q     string `query:"q" maxLength:"64"`
	After int64  `query:"after" minimum:"0"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type waitingOutput struct{ Body WaitingPage }

func (s *Service) getWaitingGroups(ctx context.Context, in *waitingInput) (*waitingOutput, error) {
	p, err := s.WaitingGroups(ctx, web.CallerOf(ctx).Person, in.Q, in.After, in.Limit)
	return &waitingOutput{Body: p}, err
}

type approvalInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Approve bool   `json:"approve"`
		Reason  string `json:"reason,omitempty" maxLength:"1024"`
	}
}

func (s *Service) postApproval(ctx context.Context, in *approvalInput) (*madeOutput, error) {
	m, err := s.Approve(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Approve, in.Body.Reason)
	return &madeOutput{Body: m}, err
}

type officeGroupOutput struct{ Body OfficeGroup }

func (s *Service) getOfficeGroup(ctx context.Context, in *idInput) (*officeGroupOutput, error) {
	g, err := s.OfficeGroup(ctx, web.CallerOf(ctx).Person, in.ID)
	return &officeGroupOutput{Body: g}, err
}

type editInput struct {
	ID   int64 `path:"id"`
	Body struct {
		chat.GroupChange
		Reason string `json:"reason,omitempty" maxLength:"1024"`
	}
}

func (s *Service) patchOfficeGroup(ctx context.Context, in *editInput) (*officeGroupOutput, error) {
	g, err := s.EditGroup(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.GroupChange, in.Body.Reason)
	return &officeGroupOutput{Body: g}, err
}

type reasonInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"1024"`
	}
}

func (s *Service) postDissolve(ctx context.Context, in *reasonInput) (*struct{}, error) {
	return nil, s.Dissolve(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Reason)
}

type officeMembersInput struct {
	ID    int64 `path:"id"`
	After int64 `query:"after" minimum:"0"`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type officeMembersOutput struct{ Body chat.MemberPage }

func (s *Service) getOfficeMembers(ctx context.Context, in *officeMembersInput) (*officeMembersOutput, error) {
	p, err := s.OfficeMembers(ctx, web.CallerOf(ctx).Person, in.ID, in.After, in.Limit)
	return &officeMembersOutput{Body: p}, err
}

type officeMuteInput struct {
	ID     int64 `path:"id"`
	Person int64 `path:"person"`
	Body   struct {
		Minutes int64  `json:"minutes" minimum:"0" maximum:"525600"`
		Reason  string `json:"reason,omitempty" maxLength:"1024"`
	}
}

func (s *Service) putOfficeMute(ctx context.Context, in *officeMuteInput) (*struct{}, error) {
	return nil, s.MuteInGroup(ctx, web.CallerOf(ctx).Person, in.ID, in.Person, in.Body.Minutes, in.Body.Reason)
}

type putOutInput struct {
	ID     int64 `path:"id"`
	Person int64 `path:"person"`
	Body   struct {
		Reason string `json:"reason,omitempty" maxLength:"1024"`
	}
}

func (s *Service) postPutOut(ctx context.Context, in *putOutInput) (*struct{}, error) {
	return nil, s.PutOut(ctx, web.CallerOf(ctx).Person, in.ID, in.Person, in.Body.Reason)
}

type disableInput struct {
	Person int64 `path:"person"`
	Body   struct {
		Disabled bool   `json:"disabled"`
		Reason   string `json:"reason,omitempty" maxLength:"1024"`
	}
}

func (s *Service) patchMember(ctx context.Context, in *disableInput) (*struct{}, error) {
	return nil, s.DisableMember(ctx, web.CallerOf(ctx).Person, in.Person, in.Body.Disabled, in.Body.Reason)
}

type reportsInput struct {
	State  string `query:"state" enum:"open,done" default:"open"`
	Before int64  `query:"before" minimum:"0"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type reportsOutput struct{ Body ReportPage }

func (s *Service) getReports(ctx context.Context, in *reportsInput) (*reportsOutput, error) {
	p, err := s.Reports(ctx, web.CallerOf(ctx).Person, in.State, in.Before, in.Limit)
	return &reportsOutput{Body: p}, err
}

type judgeInput struct {
	ID   int64 `path:"id"`
	Body Judgement
}

type judgedOutput struct{ Body Report }

func (s *Service) patchReport(ctx context.Context, in *judgeInput) (*judgedOutput, error) {
	r, err := s.Judge(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &judgedOutput{Body: r}, err
}
