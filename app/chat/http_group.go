package chat

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// membersRoutes adds what members do among each other.
func (s *Service) membersRoutes(w *web.Server) {
	few := web.PerPerson(2, 20)
	web.Route(w, web.Anyone, http.MethodGet, "/api/chat/conversations", "List one's conversations", s.getConversations)
	web.Route(w, web.Anyone, http.MethodGet, "/api/chat/conversations/{id}/members", "Who is in a conversation", s.getMembers)
	web.Route(w, web.Member, http.MethodGet, "/api/chat/conversations/{id}/find", "Look for messages by text, kind, sender and time", s.getFind, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/chat/direct", "Find or make the conversation with a colleague", s.postDirect, few)
	web.Route(w, web.Member, http.MethodPost, "/api/chat/groups", "Make a group of colleagues", s.postGroup, web.PerPerson(0.2, 10))
	web.Route(w, web.Member, http.MethodPatch, "/api/chat/groups/{id}", "Rename a group, or change what it says of itself", s.patchGroup, few)
	web.Route(w, web.Member, http.MethodPost, "/api/chat/groups/{id}/members", "Bring colleagues into a group", s.postMembers, few)
	web.Route(w, web.Member, http.MethodPatch, "/api/chat/groups/{id}/members/{person}", "Give a member of a group a role", s.patchMember, few)
	web.Route(w, web.Member, http.MethodPut, "/api/chat/groups/{id}/members/{person}/mute", "Keep a member of a group from sending for some minutes; 0: no more", s.putMute, few)
	web.Route(w, web.Member, http.MethodDelete, "/api/chat/groups/{id}/members/{person}", "Put a member out of a group", s.deleteMember, few)
	web.Route(w, web.Member, http.MethodPost, "/api/chat/groups/{id}/leave", "Leave a group", s.postLeave, few)
	web.Route(w, web.Member, http.MethodPost, "/api/chat/groups/{id}/dissolve", "Dissolve a group", s.postDissolve, few)
}

// headerOutput answers with what the conversation is now.
type headerOutput struct{ Body Header }

type conversationsInput struct {
	Before string `query:"before" maxLength:"64"`
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

type conversationsOutput struct{ Body ConversationPage }

type membersInput struct {
	ID    int64 `path:"id"`
	After int64 `query:"after" minimum:"0"`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

type findInput struct {
	ID     int64  `path:"id"`
	Q      string `query:"q" maxLength:"128"`
	Kind   string `query:"kind" enum:"text,image,file,link"`
	Sender int64  `query:"sender" minimum:"0"`
	From   string `query:"from" maxLength:"40"`
	To     string `query:"to" maxLength:"40"`
	Before int64  `query:"before" minimum:"0"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

func (s *Service) getFind(ctx context.Context, in *findInput) (*PageOutput, error) {
	from, err := instant("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := instant("to", in.To)
	if err != nil {
		return nil, err
	}
	f := Finding{Text: in.Q, Kind: in.Kind, Sender: in.Sender, From: from, To: to, Before: in.Before, Limit: in.Limit}
	p, err := s.Find(ctx, web.CallerOf(ctx).Person, in.ID, f)
	return &PageOutput{Body: p}, err
}

type membersOutput struct{ Body MemberPage }

type directInput struct {
	Body struct {
		Person int64 `json:"person" minimum:"1"`
	}
}

type groupInput struct {
	Body struct {
		ClientID string  `json:"client_id" minLength:"8" maxLength:"64"`
		Name     string  `json:"name" maxLength:"256"`
		People   []int64 `json:"people" maxItems:"10000"`
		SiteID   int64   `json:"site_id,omitempty" minimum:"1"`
	}
}

type groupPath struct {
	ID int64 `path:"id"`
}

type renameInput struct {
	ID   int64 `path:"id"`
	Body GroupChange
}

type muteInput struct {
	ID     int64 `path:"id"`
	Person int64 `path:"person"`
	Body   struct {
		Minutes int64 `json:"minutes" minimum:"0" maximum:"525600"`
	}
}

type inviteInput struct {
	ID   int64 `path:"id"`
	Body struct {
		People []int64 `json:"people" minItems:"1" maxItems:"200"` // what the others are told of it stays one small frame
	}
}

type memberPath struct {
	ID     int64 `path:"id"`
	Person int64 `path:"person"`
}

type appointInput struct {
	ID     int64 `path:"id"`
	Person int64 `path:"person"`
	Body   struct {
		Role string `json:"role" enum:"owner,admin,member"`
	}
}

func (s *Service) getConversations(ctx context.Context, in *conversationsInput) (*conversationsOutput, error) {
	p, err := s.Conversations(ctx, web.CallerOf(ctx).Person, in.Before, in.Limit)
	return &conversationsOutput{Body: p}, err
}

func (s *Service) getMembers(ctx context.Context, in *membersInput) (*membersOutput, error) {
	p, err := s.Members(ctx, web.CallerOf(ctx).Person, in.ID, in.After, in.Limit)
	return &membersOutput{Body: p}, err
}

func (s *Service) postDirect(ctx context.Context, in *directInput) (*headerOutput, error) {
	h, err := s.Direct(ctx, web.CallerOf(ctx).Person, in.Body.Person)
	return &headerOutput{Body: h}, err
}

func (s *Service) postGroup(ctx context.Context, in *groupInput) (*headerOutput, error) {
	b := in.Body
	h, err := s.Found(ctx, web.CallerOf(ctx).Person, Founding{ClientID: b.ClientID, Name: b.Name, People: b.People, SiteID: b.SiteID})
	return &headerOutput{Body: h}, err
}

func (s *Service) patchGroup(ctx context.Context, in *renameInput) (*headerOutput, error) {
	h, err := s.ChangeGroup(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &headerOutput{Body: h}, err
}

func (s *Service) postMembers(ctx context.Context, in *inviteInput) (*headerOutput, error) {
	h, err := s.Invite(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.People)
	return &headerOutput{Body: h}, err
}

func (s *Service) patchMember(ctx context.Context, in *appointInput) (*headerOutput, error) {
	h, err := s.Appoint(ctx, web.CallerOf(ctx).Person, in.ID, in.Person, in.Body.Role)
	return &headerOutput{Body: h}, err
}

func (s *Service) putMute(ctx context.Context, in *muteInput) (*headerOutput, error) {
	h, err := s.Mute(ctx, web.CallerOf(ctx).Person, in.ID, in.Person, in.Body.Minutes)
	return &headerOutput{Body: h}, err
}

func (s *Service) deleteMember(ctx context.Context, in *memberPath) (*struct{}, error) {
	return nil, s.Remove(ctx, web.CallerOf(ctx).Person, in.ID, in.Person)
}

func (s *Service) postLeave(ctx context.Context, in *groupPath) (*struct{}, error) {
	return nil, s.Leave(ctx, web.CallerOf(ctx).Person, in.ID)
}

func (s *Service) postDissolve(ctx context.Context, in *groupPath) (*struct{}, error) {
	return nil, s.Dissolve(ctx, web.CallerOf(ctx).Person, in.ID)
}
