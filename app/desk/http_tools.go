package desk

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// toolRoutes adds what is beside the tickets: an agent's canned replies and the site's queues. A reply or
// a queue that is not the caller's to see is not found.
func (s *Service) toolRoutes(w *web.Server) {
	web.Route(w, web.Member, http.MethodGet, "/api/desk/canned", "Canned replies, one's own and the site's", s.getCanned)
	web.Route(w, web.Member, http.MethodPost, "/api/desk/canned", "Add a canned reply", s.postCanned, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPatch, "/api/desk/canned/{id}", "Change a canned reply", s.patchCanned, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodDelete, "/api/desk/canned/{id}", "Remove a canned reply", s.deleteCanned, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/canned/{id}/used", "Count a use of a canned reply", s.postCannedUsed, web.PerPerson(5, 30))

	web.Route(w, web.Visitor, http.MethodPost, "/api/live/transcript", "Have the conversation mailed", s.postMailMine, web.PerPerson(0.2, 5), web.PerAddress(0.1, 10))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/transcript", "Mail the conversation of a ticket", s.postMailTicket, web.PerPerson(0.2, 10))

	web.Route(w, web.Member, http.MethodGet, "/api/desk/queues", "The queues of one's sites", s.getQueues)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/sites/{id}/queues", "Add a queue to a site you own", s.postQueue, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/queues/{id}", "Change a queue: its name, rules or agents", s.patchQueue, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/admin/sites/{id}/try", "See what would happen to a visitor", s.postTry, web.PerPerson(5, 30))
	web.Route(w, web.Member, http.MethodPut, "/api/desk/visitors/{id}/vip", "Say that a visitor is served before others", s.putVIP, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodDelete, "/api/admin/queues/{id}", "Remove a queue", s.deleteQueue, web.PerPerson(2, 20))
}

type mailMineInput struct{ Body Mailbox }

func (s *Service) postMailMine(ctx context.Context, in *mailMineInput) (*struct{}, error) {
	c := web.CallerOf(ctx)
	return nil, s.MailMine(ctx, c.Site, c.Person, in.Body)
}

type mailTicketInput struct {
	ID   int64 `path:"id"`
	Body Mailbox
}

func (s *Service) postMailTicket(ctx context.Context, in *mailTicketInput) (*struct{}, error) {
	return nil, s.MailTicket(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
}

type cannedListOutput struct {
	Body struct {
		Canned []Canned `json:"canned"`
	}
}

func (s *Service) getCanned(ctx context.Context, _ *struct{}) (*cannedListOutput, error) {
	out := &cannedListOutput{}
	var err error
	out.Body.Canned, err = s.Canned(ctx, web.CallerOf(ctx).Person)
	return out, err
}

type newCannedInput struct {
	Body struct {
		SiteID   int64  `json:"site_id"`
		Shortcut string `json:"shortcut"`
		Text     string `json:"text"`
		Scope    string `json:"scope" enum:"mine,site"`
	}
}

type cannedOutput struct{ Body Canned }

func (s *Service) postCanned(ctx context.Context, in *newCannedInput) (*cannedOutput, error) {
	b := in.Body
	c, err := s.AddCanned(ctx, web.CallerOf(ctx).Person, Canned{SiteID: b.SiteID, Shortcut: b.Shortcut, Text: b.Text, Scope: b.Scope})
	return &cannedOutput{Body: c}, err
}

type cannedInput struct {
	ID int64 `path:"id"`
}

type changeCannedInput struct {
	ID   int64 `path:"id"`
	Body CannedChange
}

func (s *Service) patchCanned(ctx context.Context, in *changeCannedInput) (*cannedOutput, error) {
	c, err := s.ChangeCanned(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &cannedOutput{Body: c}, err
}

func (s *Service) deleteCanned(ctx context.Context, in *cannedInput) (*struct{}, error) {
	return nil, s.RemoveCanned(ctx, web.CallerOf(ctx).Person, in.ID)
}

func (s *Service) postCannedUsed(ctx context.Context, in *cannedInput) (*struct{}, error) {
	return nil, s.UseCanned(ctx, web.CallerOf(ctx).Person, in.ID)
}

type queuesOutput struct {
	Body struct {
		Queues []Queue `json:"queues"`
	}
}

func (s *Service) getQueues(ctx context.Context, _ *struct{}) (*queuesOutput, error) {
	out := &queuesOutput{}
	var err error
	out.Body.Queues, err = s.Queues(ctx, web.CallerOf(ctx).Person)
	return out, err
}

type newQueueInput struct {
	ID   int64 `path:"id" doc:"the site"`
	Body struct {
		Name string `json:"name"`
	}
}

type changeQueueInput struct {
	ID   int64 `path:"id"`
	Body QueueChange
}

type queueOutput struct{ Body Queue }

func (s *Service) postQueue(ctx context.Context, in *newQueueInput) (*queueOutput, error) {
	q, err := s.AddQueue(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Name)
	return &queueOutput{Body: q}, err
}

func (s *Service) patchQueue(ctx context.Context, in *changeQueueInput) (*queueOutput, error) {
	q, err := s.ChangeQueue(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &queueOutput{Body: q}, err
}

type queueInput struct {
	ID int64 `path:"id"`
}

func (s *Service) deleteQueue(ctx context.Context, in *queueInput) (*struct{}, error) {
	return nil, s.RemoveQueue(ctx, web.CallerOf(ctx).Person, in.ID)
}

type tryInput struct {
	ID   int64 `path:"id" doc:"the site"`
	Body Trial
}

type tryOutput struct{ Body Tried }

func (s *Service) postTry(ctx context.Context, in *tryInput) (*tryOutput, error) {
	t, err := s.Try(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &tryOutput{Body: t}, err
}

type vipInput struct {
	ID   int64 `path:"id"`
	Body struct {
		VIP bool `json:"vip"`
	}
}

func (s *Service) putVIP(ctx context.Context, in *vipInput) (*struct{}, error) {
	return nil, s.SetVIP(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.VIP)
}
