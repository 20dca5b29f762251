package people

import (
	"context"
	"net/http"
	"time"

	"ichat/app/web"
)

// cookieFor only has to outlast the sign-in, which the server ends by itself: the cookie is set
// once, while the sign-in is prolonged as it is used.
const cookieFor = 365 * 24 * time.Hour

// Routes registers sign-in, visitors, and the owner's routes about agents.
func (s *Service) Routes(w *web.Server) {
	s.web = w
	web.Route(w, web.Public, http.MethodPost, "/api/setup", "Become the first owner, by the set-up link", s.postSetup, web.PerAddress(0.2, 10))
	web.Route(w, web.Public, http.MethodPost, "/api/session", "Sign in", s.postSession, web.PerAddress(0.2, 10))
	web.Route(w, web.Anyone, http.MethodGet, "/api/session", "Who is signed in", s.getSession)
	web.Route(w, web.Anyone, http.MethodDelete, "/api/session", "Sign out", s.deleteSession)
	web.Route(w, web.Public, http.MethodPost, "/api/invitations/accept", "Become an agent, by an invitation link", s.postAccept, web.PerAddress(0.2, 10))
	// A company's visitors may share one address.
	web.Route(w, web.Public, http.MethodPost, "/api/visitors", "Become a visitor of a site", s.postVisitor, web.PerAddress(1, 60))
	web.Route(w, web.Visitor, http.MethodGet, "/api/visitors/me", "Come back as the same visitor", s.getVisitor)

	s.memberRoutes(w)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites/{id}/agents", "The agents of a site you own", s.getAgents)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/sites/{id}/agents", "Invite an agent", s.postAgent)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/sites/{id}/agents/{person}", "Change an agent", s.patchAgent)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/sites/{id}/agents/{person}/invitation", "Make a new invitation link", s.postInvitation)
}

type sessionOut struct{ Body Session }

// signedIn sets the cookie of a sign-in just made and answers whose it is.
func (s *Service) signedIn(ctx context.Context, person int64, token string, err error) (*sessionOut, error) {
	if err != nil {
		return nil, err
	}
	session, err := s.session(ctx, person)
	if err != nil {
		return nil, err
	}
	s.web.SetCookie(ctx, token, s.now().Add(cookieFor))
	return &sessionOut{Body: session}, nil
}

type setupIn struct {
	Body struct {
		Token    string `json:"token"`
		Name     string `json:"name"`
		Email    string `json:"email"`
		Password string `json:"password"`
		SiteName string `json:"site_name"`
	}
}

func (s *Service) postSetup(ctx context.Context, in *setupIn) (*sessionOut, error) {
	b := in.Body
	person, token, err := s.Setup(ctx, b.Token, Account{Name: b.Name, Email: b.Email, Password: b.Password, Locale: web.Lang(ctx)}, b.SiteName)
	return s.signedIn(ctx, person, token, err)
}

type signInIn struct {
	Body struct {
		Email    string `json:"email,omitempty"`
		Name     string `json:"name,omitempty" maxLength:"256"` // a member's, in place of an address
		Password string `json:"password"`
	}
}

func (s *Service) postSession(ctx context.Context, in *signInIn) (*sessionOut, error) {
	if in.Body.Email == "" && in.Body.Name != "" {
		person, token, err := s.SignInByName(ctx, in.Body.Name, in.Body.Password)
		return s.signedIn(ctx, person, token, err)
	}
	person, token, err := s.SignIn(ctx, in.Body.Email, in.Body.Password)
	return s.signedIn(ctx, person, token, err)
}

func (s *Service) getSession(ctx context.Context, _ *struct{}) (*sessionOut, error) {
	session, err := s.session(ctx, web.CallerOf(ctx).Person)
	return &sessionOut{Body: session}, err
}

type nothing struct{}

func (s *Service) deleteSession(ctx context.Context, _ *struct{}) (*nothing, error) {
	if err := s.SignOut(ctx, web.CallerOf(ctx).Session); err != nil {
		return nil, err
	}
	s.web.ClearCookie(ctx)
	return &nothing{}, nil
}

type acceptIn struct {
	Body struct {
		Token    string `json:"token"`
		Name     string `json:"name"`
		Password string `json:"password"`
	}
}

func (s *Service) postAccept(ctx context.Context, in *acceptIn) (*sessionOut, error) {
	person, token, err := s.Accept(ctx, in.Body.Token, in.Body.Name, in.Body.Password, web.Lang(ctx))
	return s.signedIn(ctx, person, token, err)
}

type visitorIn struct {
	Body struct {
		Site         string `json:"site"`
		Locale       string `json:"locale"`
		ParentOrigin string `json:"parent_origin"`
	}
}

type visitorOut struct{ Body VisitorSession }

func (s *Service) postVisitor(ctx context.Context, in *visitorIn) (*visitorOut, error) {
	arrived, err := s.Arrive(ctx, in.Body.Site, in.Body.Locale, in.Body.ParentOrigin)
	return &visitorOut{Body: arrived}, err
}

func (s *Service) getVisitor(ctx context.Context, _ *struct{}) (*visitorOut, error) {
	caller := web.CallerOf(ctx)
	returned, err := s.Returned(ctx, caller.Person, caller.Site)
	return &visitorOut{Body: returned}, err
}

type siteIn struct {
	Site int64 `path:"id"`
}

type agentsOut struct {
	Body struct {
		Agents []Agent `json:"agents"`
	}
}

func (s *Service) getAgents(ctx context.Context, in *siteIn) (*agentsOut, error) {
	agents, err := s.Agents(ctx, web.CallerOf(ctx).Person, in.Site)
	out := &agentsOut{}
	out.Body.Agents = agents
	return out, err
}

type inviteIn struct {
	Site int64 `path:"id"`
	Body struct {
		Email string `json:"email"`
		Name  string `json:"name"`
		Role  string `json:"role"`
	}
}

type inviteOut struct {
	Body struct {
		Agent  Agent  `json:"agent"`
		Link   string `json:"link"`   // empty for somebody who has an account
		Mailed bool   `json:"mailed"` // the link is on its way by mail, too
	}
}

func (s *Service) postAgent(ctx context.Context, in *inviteIn) (*inviteOut, error) {
	agent, made, err := s.Invite(ctx, web.CallerOf(ctx).Person, in.Site, in.Body.Email, in.Body.Name, in.Body.Role)
	out := &inviteOut{}
	out.Body.Agent, out.Body.Link, out.Body.Mailed = agent, made.Link, made.Mailed
	return out, err
}

type patchAgentIn struct {
	Site   int64 `path:"id"`
	Person int64 `path:"person"`
	Body   AgentChange
}

type agentOut struct{ Body Agent }

func (s *Service) patchAgent(ctx context.Context, in *patchAgentIn) (*agentOut, error) {
	agent, err := s.ChangeAgent(ctx, web.CallerOf(ctx).Person, in.Site, in.Person, in.Body)
	return &agentOut{Body: agent}, err
}

type invitationIn struct {
	Site   int64 `path:"id"`
	Person int64 `path:"person"`
}

type linkOut struct {
	Body struct {
		Link   string `json:"link"`
		Mailed bool   `json:"mailed"`
	}
}

func (s *Service) postInvitation(ctx context.Context, in *invitationIn) (*linkOut, error) {
	made, err := s.InviteAgain(ctx, web.CallerOf(ctx).Person, in.Site, in.Person)
	out := &linkOut{}
	out.Body.Link, out.Body.Mailed = made.Link, made.Mailed
	return out, err
}
