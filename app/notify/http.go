package notify

import (
	"context"
	"net/http"
	"time"

	"ichat/app/fault"
	"ichat/app/web"
)

// Routes adds the back office's routes about mail, for owners, and the page that ends mails to a visitor.
func (s *Service) Routes(w *web.Server) {
	web.Route(w, web.Member, http.MethodGet, "/api/admin/mail", "Whether mail works", s.getMail)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/mail/test", "Send oneself a test mail, now", s.postTest, web.PerPerson(0.2, 5))
	web.Route(w, web.Member, http.MethodGet, "/api/admin/mail/failed", "Mails that did not get through", s.getFailed)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/mail/{id}/retry", "Try a failed mail again", s.postRetry, web.PerPerson(2, 20))
	s.stopRoutes(w)
	s.pushRoutes(w)
}

// Mail is what an owner sees of mail: how the server is set up, and what became of the mails of his sites.
type Mail struct {
	Ready       bool       `json:"ready"`         // a mail server is set up
	Links       bool       `json:"links"`         // and the public address is known, which invitations and notices need
	From        string     `json:"from"`          // empty when not ready
	Queued      int        `json:"queued"`        // mails that wait
	Failed      int        `json:"failed"`        // mails that were given up
	LastError   string     `json:"last_error"`    // of what waits; empty when nothing is wrong
	LastErrorAt *time.Time `json:"last_error_at"` // when that mail is tried again
}

// FailedMail is a mail that was given up, and why.
type FailedMail struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind" enum:"invitation,missed,transcript"`
	Address  string    `json:"address"`
	Error    string    `json:"error"`
	FailedAt time.Time `json:"failed_at"`
}

// owned lists the sites of an owner; to anybody else there is nothing here.
func (s *Service) owned(ctx context.Context, by int64) ([]int64, error) {
	sites, err := s.people.SitesOwned(ctx, by)
	if err == nil && len(sites) == 0 {
		err = fault.New(fault.NotFound, "there is nothing at this address")
	}
	return sites, err
}

type mailOutput struct{ Body Mail }

func (s *Service) getMail(ctx context.Context, _ *struct{}) (*mailOutput, error) {
	m, err := s.State(ctx, web.CallerOf(ctx).Person)
	return &mailOutput{Body: m}, err
}

type testOutput struct {
	Body struct {
		To    string `json:"to"`
		Error string `json:"error"` // what the mail server said against it; empty when it took the mail
	}
}

func (s *Service) postTest(ctx context.Context, _ *struct{}) (*testOutput, error) {
	out := &testOutput{}
	var err error
	out.Body.To, out.Body.Error, err = s.Test(ctx, web.CallerOf(ctx).Person)
	return out, err
}

type failedInput struct {
	Before int64 `query:"before" minimum:"0"`
	Limit  int64 `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type failedOutput struct {
	Body struct {
		Mails []FailedMail `json:"mails"`
		More  bool         `json:"more"`
	}
}

func (s *Service) getFailed(ctx context.Context, in *failedInput) (*failedOutput, error) {
	out := &failedOutput{}
	var err error
	out.Body.Mails, out.Body.More, err = s.Failed(ctx, web.CallerOf(ctx).Person, in.Before, in.Limit)
	return out, err
}

type mailInput struct {
	ID int64 `path:"id"`
}

func (s *Service) postRetry(ctx context.Context, in *mailInput) (*struct{}, error) {
	return nil, s.Retry(ctx, web.CallerOf(ctx).Person, in.ID)
}
