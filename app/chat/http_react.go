package chat

import (
	"context"
	"net/http"
	"net/url"

	"ichat/app/web"
)

// reactRoutes adds the signs under messages, which are for members among each other.
func (s *Service) reactRoutes(w *web.Server) {
	const path = "/api/chat/conversations/{id}/messages/{seq}/reactions"
	web.Route(w, web.Member, http.MethodPut, path+"/{emoji}", "Put a sign under a message", s.putReaction, web.PerPerson(3, 30))
	web.Route(w, web.Member, http.MethodDelete, path+"/{emoji}", "Take one's sign away", s.deleteReaction, web.PerPerson(3, 30))
	web.Route(w, web.Member, http.MethodGet, path, "Who reacted to a message", s.getReactions)
}

type reactionInput struct {
	ID    int64  `path:"id"`
	Seq   int64  `path:"seq"`
	Emoji string `path:"emoji" maxLength:"240"` // in an address each byte may take three letters
}

// sign is the emoji as it was meant, however much of it the address had to spell out.
func (in *reactionInput) sign() string {
	if sign, err := url.PathUnescape(in.Emoji); err == nil {
		return sign
	}
	return in.Emoji
}

func (s *Service) putReaction(ctx context.Context, in *reactionInput) (*MessageOutput, error) {
	m, err := s.React(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq, in.sign(), true)
	return &MessageOutput{Body: m}, err
}

func (s *Service) deleteReaction(ctx context.Context, in *reactionInput) (*MessageOutput, error) {
	m, err := s.React(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq, in.sign(), false)
	return &MessageOutput{Body: m}, err
}

type reactorsInput struct {
	ID    int64 `path:"id"`
	Seq   int64 `path:"seq"`
	After int64 `query:"after" minimum:"0"`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

type reactorsOutput struct{ Body ReactorPage }

func (s *Service) getReactions(ctx context.Context, in *reactorsInput) (*reactorsOutput, error) {
	p, err := s.Reactors(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq, in.After, in.Limit)
	return &reactorsOutput{Body: p}, err
}
