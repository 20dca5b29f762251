package contacts

import (
	"context"
	"net/http"

	"ichat/app/chat"
	"ichat/app/people"
	"ichat/app/web"
)

func (s *Service) friendRoutes(w *web.Server, few web.Limit) {
	search := web.PerPerson(1, 20)
	web.Route(w, web.Member, http.MethodGet, "/api/im/people", "Look for members by name, number, sex, age and region; without anything the newest", s.getPeople, search)
	web.Route(w, web.Member, http.MethodGet, "/api/im/people/known", "Whom one may know: members who have friends in common with one", s.getKnown, search)
	web.Route(w, web.Member, http.MethodGet, "/api/im/people/{person}", "One member as others see him", s.getPerson)
	web.Route(w, web.Member, http.MethodPost, "/api/im/requests", "Ask somebody to be friends", s.postRequest, web.PerPerson(0.05, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/im/requests/{id}/agree", "Agree to a request: to be friends, or to let somebody into a group", s.postAgree, few)
	web.Route(w, web.Member, http.MethodPost, "/api/im/requests/{id}/refuse", "Refuse a request, with a reason", s.postRefuse, few)
	web.Route(w, web.Member, http.MethodGet, "/api/im/box", "One's message box, the latest first", s.getBox)
	web.Route(w, web.Member, http.MethodPost, "/api/im/box/read", "Note that one has seen the box up to an entry", s.postBoxRead, few)
	web.Route(w, web.Member, http.MethodPatch, "/api/im/friends/{person}", "Move a friend to another group of one's own, or call him something else", s.patchFriend, few)
	web.Route(w, web.Member, http.MethodDelete, "/api/im/friends/{person}", "Take a friend off one's list; with both=true oneself off his", s.deleteFriend, few)
	web.Route(w, web.Member, http.MethodPost, "/api/im/friend-groups", "Make a group to file friends in", s.postFriendGroup, few)
	web.Route(w, web.Member, http.MethodPut, "/api/im/friend-groups", "Put one's groups of friends into an order", s.putFriendGroups, few)
	web.Route(w, web.Member, http.MethodPatch, "/api/im/friend-groups/{id}", "Rename a group of friends", s.patchFriendGroup, few)
	web.Route(w, web.Member, http.MethodDelete, "/api/im/friend-groups/{id}", "Remove a group of friends; they stay friends", s.deleteFriendGroup, few)
	web.Route(w, web.Member, http.MethodGet, "/api/im/blocked", "Whom one has blocked", s.getBlocked)
	web.Route(w, web.Member, http.MethodPut, "/api/im/blocked/{person}", "Block somebody: messages, requests, presence", s.putBlocked, few)
	web.Route(w, web.Member, http.MethodDelete, "/api/im/blocked/{person}", "Unblock somebody", s.deleteBlocked, few)
	web.Route(w, web.Member, http.MethodGet, "/api/im/evidence", "What would be kept with a report of a message", s.getEvidence)
	web.Route(w, web.Member, http.MethodPost, "/api/im/reports", "Report a member, or a group of members", s.postReport, web.PerPerson(0.02, 10))
	web.Route(w, web.Member, http.MethodPost, "/api/im/saved", "Find or make the conversation with oneself", s.postSaved, few)
}

type searchInput struct {
	Q        string `query:"q" maxLength:"64"`
	Sex      string `query:"sex" enum:"male,female,other"`
	AgeFrom  int    `query:"age_from" minimum:"0" maximum:"130"`
	AgeTo    int    `query:"age_to" minimum:"0" maximum:"130"`
	Province string `query:"province" maxLength:"64"`
	City     string `query:"city" maxLength:"64"`
	District string `query:"district" maxLength:"64"`
	Before   int64  `query:"before" minimum:"0"`
	Limit    int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

type foundOutput struct{ Body FoundPage }

func (s *Service) getPeople(ctx context.Context, in *searchInput) (*foundOutput, error) {
	p, err := s.FindPeople(ctx, web.CallerOf(ctx).Person, Search(*in))
	return &foundOutput{Body: p}, err
}

type knownOutput struct{ Body KnownList }

func (s *Service) getKnown(ctx context.Context, _ *struct{}) (*knownOutput, error) {
	l, err := s.KnownPeople(ctx, web.CallerOf(ctx).Person)
	return &knownOutput{Body: l}, err
}

type personInput struct {
	Person int64 `path:"person"`
}

type cardOutput struct{ Body Found }

func (s *Service) getPerson(ctx context.Context, in *personInput) (*cardOutput, error) {
	f, err := s.Card(ctx, web.CallerOf(ctx).Person, in.Person)
	return &cardOutput{Body: f}, err
}

type askInput struct{ Body Ask }

type requestOutput struct{ Body Request }

func (s *Service) postRequest(ctx context.Context, in *askInput) (*requestOutput, error) {
	r, err := s.Request(ctx, web.CallerOf(ctx).Person, in.Body)
	return &requestOutput{Body: r}, err
}

type answerInput struct {
	ID   int64 `path:"id"`
	Body Answer
}

func (s *Service) postAgree(ctx context.Context, in *answerInput) (*requestOutput, error) {
	r, err := s.Agree(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &requestOutput{Body: r}, err
}

func (s *Service) postRefuse(ctx context.Context, in *answerInput) (*requestOutput, error) {
	r, err := s.Refuse(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &requestOutput{Body: r}, err
}

type boxInput struct {
	Before int64 `query:"before" minimum:"0"`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type boxOutput struct{ Body BoxPage }

func (s *Service) getBox(ctx context.Context, in *boxInput) (*boxOutput, error) {
	p, err := s.Box(ctx, web.CallerOf(ctx).Person, in.Before, in.Limit)
	return &boxOutput{Body: p}, err
}

type boxReadInput struct {
	Body struct {
		UpTo int64 `json:"up_to" minimum:"1"`
	}
}

func (s *Service) postBoxRead(ctx context.Context, in *boxReadInput) (*struct{}, error) {
	return nil, s.ReadBox(ctx, web.CallerOf(ctx).Person, in.Body.UpTo)
}

type patchFriendInput struct {
	Person int64 `path:"person"`
	Body   FriendChange
}

type friendOutput struct{ Body Friend }

func (s *Service) patchFriend(ctx context.Context, in *patchFriendInput) (*friendOutput, error) {
	f, err := s.ChangeFriend(ctx, web.CallerOf(ctx).Person, in.Person, in.Body)
	return &friendOutput{Body: f}, err
}

type deleteFriendInput struct {
	Person int64 `path:"person"`
	Both   bool  `query:"both"`
}

func (s *Service) deleteFriend(ctx context.Context, in *deleteFriendInput) (*struct{}, error) {
	return nil, s.Unfriend(ctx, web.CallerOf(ctx).Person, in.Person, in.Both)
}

type friendGroupInput struct {
	Body struct {
		Name string `json:"name" maxLength:"256"`
	}
}

type friendGroupOutput struct{ Body FriendGroup }

func (s *Service) postFriendGroup(ctx context.Context, in *friendGroupInput) (*friendGroupOutput, error) {
	g, err := s.AddGroup(ctx, web.CallerOf(ctx).Person, in.Body.Name)
	return &friendGroupOutput{Body: g}, err
}

type orderInput struct {
	Body struct {
		Order []int64 `json:"order" maxItems:"100"`
	}
}

func (s *Service) putFriendGroups(ctx context.Context, in *orderInput) (*struct{}, error) {
	return nil, s.SortGroups(ctx, web.CallerOf(ctx).Person, in.Body.Order)
}

type renameInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Name string `json:"name" maxLength:"256"`
	}
}

func (s *Service) patchFriendGroup(ctx context.Context, in *renameInput) (*struct{}, error) {
	return nil, s.RenameGroup(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Name)
}

type idInput struct {
	ID int64 `path:"id"`
}

func (s *Service) deleteFriendGroup(ctx context.Context, in *idInput) (*struct{}, error) {
	return nil, s.RemoveGroup(ctx, web.CallerOf(ctx).Person, in.ID)
}

type blockedOutput struct {
	Body struct {
		People []people.Person `json:"people"`
	}
}

func (s *Service) getBlocked(ctx context.Context, _ *struct{}) (*blockedOutput, error) {
	out := &blockedOutput{}
	ids, err := blockedBy(ctx, s.db.R, web.CallerOf(ctx).Person)
	if err == nil {
		out.Body.People, err = s.named(ctx, s.db.R, ids)
	}
	return out, err
}

func (s *Service) putBlocked(ctx context.Context, in *personInput) (*struct{}, error) {
	return nil, s.Block(ctx, web.CallerOf(ctx).Person, in.Person)
}

func (s *Service) deleteBlocked(ctx context.Context, in *personInput) (*struct{}, error) {
	return nil, s.Unblock(ctx, web.CallerOf(ctx).Person, in.Person)
}

type evidenceInput struct {
	Conversation int64 `query:"conversation" minimum:"1" required:"true"`
	Seq          int64 `query:"seq" minimum:"1" required:"true"`
}

type evidenceOutput struct {
	Body struct {
		Evidence []Evidence `json:"evidence"`
	}
}

func (s *Service) getEvidence(ctx context.Context, in *evidenceInput) (*evidenceOutput, error) {
	out := &evidenceOutput{}
	var err error
	out.Body.Evidence, err = s.EvidenceFor(ctx, web.CallerOf(ctx).Person, in.Conversation, in.Seq)
	return out, err
}

type reportInput struct{ Body Reporting }

type reportedOutput struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

func (s *Service) postReport(ctx context.Context, in *reportInput) (*reportedOutput, error) {
	out := &reportedOutput{}
	var err error
	out.Body.ID, err = s.Report(ctx, web.CallerOf(ctx).Person, in.Body)
	return out, err
}

type headerOutput struct{ Body chat.Header }

func (s *Service) postSaved(ctx context.Context, _ *struct{}) (*headerOutput, error) {
	h, err := s.chat.Saved(ctx, web.CallerOf(ctx).Person)
	return &headerOutput{Body: h}, err
}
