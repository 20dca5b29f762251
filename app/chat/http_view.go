package chat

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// viewRoutes adds what somebody does with his own view of a conversation, and what is on top of it.
func (s *Service) viewRoutes(w *web.Server) {
	web.Route(w, web.Member, http.MethodPost, "/api/chat/conversations/{id}/messages/{seq}/hide", "Take a message out of one's own view", s.postHide, web.PerPerson(5, 50))
	web.Route(w, web.Member, http.MethodPost, "/api/chat/conversations/{id}/clear", "Take everything so far out of one's own view", s.postClear, web.PerPerson(1, 10))
	web.Route(w, web.Member, http.MethodGet, "/api/chat/conversations/{id}/pins", "What is pinned in a conversation", s.getPins)
	web.Route(w, web.Member, http.MethodPut, "/api/chat/conversations/{id}/pins/{seq}", "Pin a message for everybody", s.putPin, web.PerPerson(1, 20))
	web.Route(w, web.Member, http.MethodDelete, "/api/chat/conversations/{id}/pins/{seq}", "Take a pinned message down", s.deletePin, web.PerPerson(1, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/chat/conversations/{id}/messages/{seq}/merged", "What is in a merged message", s.getMerged, web.PerPerson(5, 50))
	w.Raw(web.Member, http.MethodGet, "/api/chat/conversations/{id}/export", s.getExport, web.PerPerson(0.05, 5))
}

func (s *Service) postHide(ctx context.Context, in *recallInput) (*struct{}, error) {
	return nil, s.Hide(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq)
}

type clearInput struct {
	ID   int64 `path:"id"`
	Body struct {
		UpTo int64 `json:"up_to" minimum:"1"`
	}
}

func (s *Service) postClear(ctx context.Context, in *clearInput) (*struct{}, error) {
	return nil, s.Clear(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.UpTo)
}

type pinsOutput struct{ Body PinPage }

func (s *Service) getPins(ctx context.Context, in *groupPath) (*pinsOutput, error) {
	p, err := s.Pins(ctx, web.CallerOf(ctx).Person, in.ID)
	return &pinsOutput{Body: p}, err
}

func (s *Service) putPin(ctx context.Context, in *recallInput) (*headerOutput, error) {
	h, err := s.Pin(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq, true)
	return &headerOutput{Body: h}, err
}

func (s *Service) deletePin(ctx context.Context, in *recallInput) (*headerOutput, error) {
	h, err := s.Pin(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq, false)
	return &headerOutput{Body: h}, err
}

type mergedOutput struct {
	Body struct {
		Items []MergedItem `json:"items"`
	}
}

func (s *Service) getMerged(ctx context.Context, in *recallInput) (*mergedOutput, error) {
	out := &mergedOutput{}
	var err error
	out.Body.Items, err = s.Opened(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq)
	return out, err
}
