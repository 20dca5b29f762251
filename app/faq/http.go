package faq

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// Routes adds what a visitor asks without a person, and the back office for those who lead a site. What is
// elsewhere is not found.
func (s *Service) Routes(w *web.Server) {
	web.Route(w, web.Visitor, http.MethodGet, "/api/live/faq", "The questions a site answers at once", s.getCard)
	web.Route(w, web.Visitor, http.MethodPost, "/api/live/faq/{id}/ask", "Ask one of them", s.postAsk, web.PerPerson(2, 20))
	web.Route(w, web.Visitor, http.MethodPut, "/api/live/faq/{id}/useful", "Say whether an answer was useful", s.putUseful, web.PerPerson(2, 20))

	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites/{id}/faq", "The questions and answers of a site", s.getEntries)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/sites/{id}/faq", "Add a question", s.postEntry, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPut, "/api/admin/sites/{id}/faq/order", "Put the questions into another order", s.putOrder, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/sites/{id}/faq/{entry}", "Change a question", s.patchEntry, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodDelete, "/api/admin/sites/{id}/faq/{entry}", "Remove a question", s.deleteEntry, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites/{id}/unknown", "What visitors asked and nothing answered", s.getUnknown)
	web.Route(w, web.Member, http.MethodDelete, "/api/admin/sites/{id}/unknown/{unknown}", "Take a question off that list", s.deleteUnknown, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites/{id}/bot", "How the bot of a site works", s.getBot)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/sites/{id}/bot", "Change how the bot of a site works", s.patchBot, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites/{id}/bot/try", "What the bot would say to a question", s.getTry, web.PerPerson(1, 10))
}

type cardOutput struct{ Body Card }

func (s *Service) getCard(ctx context.Context, _ *struct{}) (*cardOutput, error) {
	card, err := s.CardFor(ctx, web.CallerOf(ctx).Site, web.Lang(ctx))
	return &cardOutput{Body: card}, err
}

type askInput struct {
	ID   int64 `path:"id"`
	Body struct {
		ClientMsgID string `json:"client_msg_id" minLength:"8" maxLength:"64"`
	}
}

type answeredOutput struct{ Body Answered }

func (s *Service) postAsk(ctx context.Context, in *askInput) (*answeredOutput, error) {
	c := web.CallerOf(ctx)
	a, err := s.Ask(ctx, c.Site, c.Person, in.ID, in.Body.ClientMsgID)
	return &answeredOutput{Body: a}, err
}

type usefulInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Useful bool `json:"useful"`
	}
}

func (s *Service) putUseful(ctx context.Context, in *usefulInput) (*struct{}, error) {
	c := web.CallerOf(ctx)
	return nil, s.Mark(ctx, c.Site, c.Person, in.ID, in.Body.Useful)
}

type siteInput struct {
	ID int64 `path:"id"`
}

type entriesOutput struct {
	Body struct {
		Entries []Entry `json:"entries"`
	}
}

func (s *Service) getEntries(ctx context.Context, in *siteInput) (*entriesOutput, error) {
	out := &entriesOutput{}
	var err error
	out.Body.Entries, err = s.Entries(ctx, web.CallerOf(ctx).Person, in.ID)
	return out, err
}

type newEntryInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Question     string   `json:"question"`
		Alternatives []string `json:"alternatives,omitempty"`
		Keywords     []string `json:"keywords,omitempty"`
		Answer       string   `json:"answer"`
		Language     string   `json:"language,omitempty"`
		Shown        bool     `json:"shown,omitempty"`
	}
}

type entryOutput struct{ Body Entry }

func (s *Service) postEntry(ctx context.Context, in *newEntryInput) (*entryOutput, error) {
	b := in.Body
	e, err := s.Add(ctx, web.CallerOf(ctx).Person, in.ID, EntryChange{Question: &b.Question, Alternatives: &b.Alternatives, Keywords: &b.Keywords,
		Answer: &b.Answer, Language: &b.Language, Shown: &b.Shown})
	return &entryOutput{Body: e}, err
}

type orderInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Order []int64 `json:"order" maxItems:"500"`
	}
}

func (s *Service) putOrder(ctx context.Context, in *orderInput) (*entriesOutput, error) {
	out := &entriesOutput{}
	var err error
	out.Body.Entries, err = s.Sort(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Order)
	return out, err
}

type changeEntryInput struct {
	ID    int64 `path:"id"`
	Entry int64 `path:"entry"`
	Body  EntryChange
}

func (s *Service) patchEntry(ctx context.Context, in *changeEntryInput) (*entryOutput, error) {
	e, err := s.Change(ctx, web.CallerOf(ctx).Person, in.ID, in.Entry, in.Body)
	return &entryOutput{Body: e}, err
}

type entryInput struct {
	ID    int64 `path:"id"`
	Entry int64 `path:"entry"`
}

func (s *Service) deleteEntry(ctx context.Context, in *entryInput) (*struct{}, error) {
	return nil, s.Remove(ctx, web.CallerOf(ctx).Person, in.ID, in.Entry)
}

type unknownOutput struct {
	Body struct {
		Unknown []Unknown `json:"unknown"`
	}
}

func (s *Service) getUnknown(ctx context.Context, in *siteInput) (*unknownOutput, error) {
	out := &unknownOutput{}
	var err error
	out.Body.Unknown, err = s.Unknown(ctx, web.CallerOf(ctx).Person, in.ID)
	return out, err
}

type unknownInput struct {
	ID      int64 `path:"id"`
	Unknown int64 `path:"unknown"`
}

func (s *Service) deleteUnknown(ctx context.Context, in *unknownInput) (*struct{}, error) {
	return nil, s.Dismiss(ctx, web.CallerOf(ctx).Person, in.ID, in.Unknown)
}

type botOutput struct{ Body Bot }

func (s *Service) getBot(ctx context.Context, in *siteInput) (*botOutput, error) {
	b, err := s.Bot(ctx, web.CallerOf(ctx).Person, in.ID)
	return &botOutput{Body: b}, err
}

type changeBotInput struct {
	ID   int64 `path:"id"`
	Body BotChange
}

func (s *Service) patchBot(ctx context.Context, in *changeBotInput) (*botOutput, error) {
	b, err := s.ChangeBot(ctx, web.CallerOf(ctx).Person, in.ID, in.Body)
	return &botOutput{Body: b}, err
}

type tryInput struct {
	ID       int64  `path:"id"`
	Question string `query:"question" maxLength:"500"`
}

type trialOutput struct{ Body Trial }

func (s *Service) getTry(ctx context.Context, in *tryInput) (*trialOutput, error) {
	t, err := s.Try(ctx, web.CallerOf(ctx).Person, in.ID, in.Question, web.Lang(ctx))
	return &trialOutput{Body: t}, err
}
