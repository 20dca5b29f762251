package desk

import (
	"context"
	"net/http"

	"ichat/app/chat"
	"ichat/app/web"
)

// watchRoutes adds what several people do with one ticket. The agent who has it, and who leads the site, invites and sends
// away; only who leads watches, whispers, joins by himself and takes over. The service refuses everybody else.
func (s *Service) watchRoutes(w *web.Server) {
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/invite", "Call a colleague into a ticket", s.postInvite, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/leave", "Leave a ticket as a guest, or send one away", s.postLeave, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/join", "Join a ticket as its guest", s.postJoin, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/take-over", "Take a ticket from its agent", s.postTakeOver, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/watch", "Watch a ticket without being seen", s.postWatch, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/unwatch", "Watch a ticket no more", s.postUnwatch, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/whisper", "Say something to the agent of a ticket alone", s.postWhisper, web.PerPerson(5, 30))
}

type inviteInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Agent int64  `json:"agent"`
		Note  string `json:"note,omitempty"`
	}
}

func (s *Service) postInvite(ctx context.Context, in *inviteInput) (*ticketOutput, error) {
	t, err := s.Invite(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Agent, in.Body.Note)
	return &ticketOutput{Body: t}, err
}

type leaveInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Agent int64 `json:"agent,omitempty" doc:"who is sent away; oneself when left out"`
	}
}

func (s *Service) postLeave(ctx context.Context, in *leaveInput) (*ticketOutput, error) {
	t, err := s.Leave(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Agent)
	return &ticketOutput{Body: t}, err
}

func (s *Service) postJoin(ctx context.Context, in *ticketInput) (*ticketOutput, error) {
	t, err := s.Join(ctx, web.CallerOf(ctx).Person, in.ID)
	return &ticketOutput{Body: t}, err
}

type takeOverInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Reason string `json:"reason,omitempty"`
	}
}

func (s *Service) postTakeOver(ctx context.Context, in *takeOverInput) (*ticketOutput, error) {
	t, err := s.TakeOver(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Reason)
	return &ticketOutput{Body: t}, err
}

type lookOutput struct{ Body Look }

func (s *Service) postWatch(ctx context.Context, in *ticketInput) (*lookOutput, error) {
	l, err := s.Look(ctx, web.CallerOf(ctx).Person, in.ID)
	return &lookOutput{Body: l}, err
}

func (s *Service) postUnwatch(ctx context.Context, in *ticketInput) (*struct{}, error) {
	return nil, s.Unlook(ctx, web.CallerOf(ctx).Person, in.ID)
}

func (s *Service) postWhisper(ctx context.Context, in *noteInput) (*chat.MessageOutput, error) {
	m, err := s.Whisper(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.ClientMsgID, in.Body.Text)
	return &chat.MessageOutput{Body: m}, err
}
