package contacts

import (
	"context"
	"net/http"

	"ichat/app/chat"
	"ichat/app/people"
	"ichat/app/web"
)

// Routes adds the messenger's routes beside the core's. All are for members, about their own contacts: what is
// somebody else's is not found.
func (s *Service) Routes(w *web.Server) {
	few := web.PerPerson(2, 20)
	web.Route(w, web.Member, http.MethodGet, "/api/im", "Everything the messenger shows at sign-in", s.getStart, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/im/conversations", "One's older conversations", s.getConversations)
	web.Route(w, web.Member, http.MethodPatch, "/api/im/conversations/{id}", "Keep a conversation on top, quiet, hidden or marked as unread", s.patchKept, few)
	web.Route(w, web.Member, http.MethodGet, "/api/im/mentions", "What names one in groups, the latest first", s.getMentions)
	web.Route(w, web.Member, http.MethodPatch, "/api/im/me", "Change one's name, signature and profile", s.patchMe, few)
	web.Route(w, web.Member, http.MethodPut, "/api/im/me/avatar", "Be shown by a face one uploaded; 0: by one's initials", s.putAvatar, few)
	web.Route(w, web.Member, http.MethodPut, "/api/im/presence", "Be online, away, busy or invisible", s.putPresence, few)
	web.Route(w, web.Member, http.MethodPatch, "/api/im/privacy", "Show others how far one has read, and when one was last there", s.patchPrivacy, few)
	s.friendRoutes(w, few)
	s.groupRoutes(w, few)
	s.officeRoutes(w)
	s.categoryRoutes(w)
}

type startOutput struct{ Body Start }

func (s *Service) getStart(ctx context.Context, _ *struct{}) (*startOutput, error) {
	a, err := s.Start(ctx, web.CallerOf(ctx).Person)
	return &startOutput{Body: a}, err
}

type conversationsInput struct {
	Before string `query:"before" maxLength:"64"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

type conversationsOutput struct{ Body ConversationPage }

func (s *Service) getConversations(ctx context.Context, in *conversationsInput) (*conversationsOutput, error) {
	p, err := s.Conversations(ctx, web.CallerOf(ctx).Person, in.Before, in.Limit)
	return &conversationsOutput{Body: p}, err
}

type keptInput struct {
	ID   int64 `path:"id"`
	Body chat.KeptChange
}

type keptOutput struct{ Body chat.Kept }

func (s *Service) patchKept(ctx context.Context, in *keptInput) (*keptOutput, error) {
	k, err := s.Keep(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &keptOutput{Body: k}, err
}

type mentionsInput struct {
	Before int64 `query:"before" minimum:"0"`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

type mentionsOutput struct{ Body chat.MentionPage }

func (s *Service) getMentions(ctx context.Context, in *mentionsInput) (*mentionsOutput, error) {
	p, err := s.chat.Mentions(ctx, web.CallerOf(ctx).Person, in.Before, in.Limit)
	return &mentionsOutput{Body: p}, err
}

type meInput struct{ Body people.ProfileChange }

type meOutput struct{ Body people.Member }

func (s *Service) patchMe(ctx context.Context, in *meInput) (*meOutput, error) {
	m, err := s.ChangeMe(ctx, web.CallerOf(ctx).Person, in.Body)
	return &meOutput{Body: m}, err
}

type avatarInput struct {
	Body struct {
		Face int64 `json:"face" minimum:"0"`
	}
}

func (s *Service) putAvatar(ctx context.Context, in *avatarInput) (*meOutput, error) {
	m, err := s.ShowMe(ctx, web.CallerOf(ctx).Person, in.Body.Face)
	return &meOutput{Body: m}, err
}

type presenceInput struct {
	Body struct {
		State string `json:"state" enum:"online,away,busy,invisible"`
	}
}

func (s *Service) putPresence(ctx context.Context, in *presenceInput) (*meOutput, error) {
	m, err := s.SetPresence(ctx, web.CallerOf(ctx).Person, in.Body.State)
	return &meOutput{Body: m}, err
}

type privacyInput struct{ Body PrivacyChange }

type privacyOutput struct{ Body Privacy }

func (s *Service) patchPrivacy(ctx context.Context, in *privacyInput) (*privacyOutput, error) {
	p, err := s.ChangePrivacy(ctx, web.CallerOf(ctx).Person, in.Body)
	return &privacyOutput{Body: p}, err
}
