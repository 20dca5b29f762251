package desk

import (
	"context"
	"net/http"
	"time"

	"ichat/app/chat"
	"ichat/app/web"
)

// Routes adds the desk's routes. A visitor reaches only his own side of it; a member only the sites he has
// a role on, and what is elsewhere is not found.
func (s *Service) Routes(w *web.Server) {
	web.Route(w, web.Visitor, http.MethodGet, "/api/live", "What the visitor sees of the desk", s.getLive)
	web.Route(w, web.Visitor, http.MethodPost, "/api/live/messages", "Say something to the site", s.postSay, web.PerPerson(5, 30))
	web.Route(w, web.Visitor, http.MethodPost, "/api/live/end", "End the conversation", s.postEnd, web.PerPerson(1, 10))
	web.Route(w, web.Visitor, http.MethodPost, "/api/live/rating", "Rate the conversation", s.postRating, web.PerPerson(1, 10))
	web.Route(w, web.Visitor, http.MethodPost, "/api/live/contact", "Say how one can be reached", s.postContact, web.PerPerson(1, 10))

	web.Route(w, web.Member, http.MethodGet, "/api/desk", "The agent's first screen", s.getDesk)
	web.Route(w, web.Member, http.MethodPut, "/api/desk/seat", "Say whether one takes conversations", s.putSeat, web.PerPerson(2, 20))
	web.Route(w, web.Member, http.MethodGet, "/api/desk/tickets", "List tickets", s.getTickets)
	web.Route(w, web.Member, http.MethodGet, "/api/desk/board", "The live boards of the sites one leads", s.getBoard)
	web.Route(w, web.Member, http.MethodGet, "/api/desk/tickets/{id}", "A ticket and who had it", s.getTicket)
	web.Route(w, web.Member, http.MethodGet, "/api/desk/tickets/{id}/messages", "Read the conversation of a ticket", s.getMessages)
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/take", "Take a waiting ticket", s.postTake, web.PerPerson(5, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/close", "Close a ticket", s.postClose, web.PerPerson(5, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/transfer", "Give a ticket to an agent or a queue", s.postTransfer, web.PerPerson(5, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/invite-rating", "Ask the visitor for a rating", s.postInviteRating, web.PerPerson(1, 10))
	web.Route(w, web.Member, http.MethodGet, "/api/desk/tickets/{id}/notes", "Read the notes beside a ticket", s.getNotes)
	web.Route(w, web.Member, http.MethodPost, "/api/desk/tickets/{id}/notes", "Write a note beside a ticket", s.postNote, web.PerPerson(5, 30))
	s.watchRoutes(w)
	s.toolRoutes(w)
}

// SayRequest is a visitor's message and, if he tells, the page he writes it on.
type SayRequest struct {
	chat.SendRequest
	Page  string `json:"page,omitempty"`
	Queue int64  `json:"queue,omitempty"` // that he would like to come to
	Agent int64  `json:"agent,omitempty"` // whom he would like to speak to
}

type sayInput struct{ Body SayRequest }

type liveOutput struct{ Body Live }

type deskOutput struct{ Body Desk }

type seatInput struct {
	Body struct {
		State     string    `json:"state" enum:"online,busy,away,invisible"`
		Languages *[]string `json:"languages,omitempty" doc:"such as en or zh-CN"`
	}
}

type seatOutput struct{ Body Seat }

type ticketInput struct {
	ID int64 `path:"id"`
}

type ticketOutput struct{ Body Ticket }

type detailOutput struct{ Body TicketDetail }

type ticketsInput struct {
	Site   int64     `query:"site" minimum:"0"`
	Queue  int64     `query:"queue" minimum:"0"`
	Agent  int64     `query:"agent" minimum:"0"`
	State  string    `query:"state" enum:"waiting,open,closed,missed" doc:"missed: closed without an answer"`
	Rating int       `query:"rating" minimum:"0" maximum:"5"`
	From   time.Time `query:"from" doc:"opened then or later"`
	To     time.Time `query:"to" doc:"opened before"`
	Before int64     `query:"before" minimum:"0" doc:"a ticket; the page begins behind it"`
	Limit  int64     `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type ticketsOutput struct{ Body TicketPage }

type boardInput struct {
	From time.Time `query:"from" required:"true" doc:"when the reader's day began"`
}

type boardOutput struct {
	Body struct {
		Boards []Board `json:"boards"`
	}
}

type messagesInput struct {
	ID     int64 `path:"id"`
	Before int64 `query:"before" minimum:"0"`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// liveInput is what the page tells of a visitor who has not written yet: where he would be served.
type liveInput struct {
	Page  string `query:"page"`
	Queue int64  `query:"queue" minimum:"0"`
}

func (s *Service) getLive(ctx context.Context, in *liveInput) (*liveOutput, error) {
	c := web.CallerOf(ctx)
	l, err := s.Live(approach{page: pageAddress(in.Page), queue: in.Queue}.in(ctx), c.Site, c.Person)
	return &liveOutput{Body: l}, err
}

func (s *Service) postSay(ctx context.Context, in *sayInput) (*chat.MessageOutput, error) {
	c := web.CallerOf(ctx)
	m, err := s.SayFrom(ctx, c.Site, c.Person, in.Body.Draft(), Approach{Page: in.Body.Page, Queue: in.Body.Queue, Agent: in.Body.Agent})
	return &chat.MessageOutput{Body: m}, err
}

func (s *Service) postEnd(ctx context.Context, _ *struct{}) (*liveOutput, error) {
	c := web.CallerOf(ctx)
	l, err := s.End(ctx, c.Site, c.Person)
	return &liveOutput{Body: l}, err
}

type ratingInput struct{ Body Rating }

func (s *Service) postRating(ctx context.Context, in *ratingInput) (*liveOutput, error) {
	c := web.CallerOf(ctx)
	l, err := s.Rate(ctx, c.Site, c.Person, in.Body)
	return &liveOutput{Body: l}, err
}

type contactInput struct{ Body Contact }

func (s *Service) postContact(ctx context.Context, in *contactInput) (*liveOutput, error) {
	c := web.CallerOf(ctx)
	l, err := s.LeaveContact(ctx, c.Site, c.Person, in.Body)
	return &liveOutput{Body: l}, err
}

func (s *Service) getDesk(ctx context.Context, _ *struct{}) (*deskOutput, error) {
	d, err := s.Desk(ctx, web.CallerOf(ctx).Person)
	return &deskOutput{Body: d}, err
}

func (s *Service) putSeat(ctx context.Context, in *seatInput) (*seatOutput, error) {
	seat, err := s.SetSeat(ctx, web.CallerOf(ctx).Person, in.Body.State, in.Body.Languages)
	return &seatOutput{Body: seat}, err
}

func (s *Service) getTickets(ctx context.Context, in *ticketsInput) (*ticketsOutput, error) {
	page, err := s.Tickets(ctx, web.CallerOf(ctx).Person, TicketFilter{Site: in.Site, Queue: in.Queue, Agent: in.Agent, State: in.State, Rating: in.Rating,
		From: in.From, To: in.To, Before: in.Before, Limit: in.Limit})
	return &ticketsOutput{Body: page}, err
}

func (s *Service) getBoard(ctx context.Context, in *boardInput) (*boardOutput, error) {
	out := &boardOutput{}
	var err error
	out.Body.Boards, err = s.Boards(ctx, web.CallerOf(ctx).Person, in.From)
	return out, err
}

func (s *Service) getTicket(ctx context.Context, in *ticketInput) (*detailOutput, error) {
	d, err := s.Ticket(ctx, web.CallerOf(ctx).Person, in.ID)
	return &detailOutput{Body: d}, err
}

func (s *Service) getMessages(ctx context.Context, in *messagesInput) (*chat.PageOutput, error) {
	p, err := s.Messages(ctx, web.CallerOf(ctx).Person, in.ID, in.Before, in.Limit)
	return &chat.PageOutput{Body: p}, err
}

func (s *Service) postTake(ctx context.Context, in *ticketInput) (*ticketOutput, error) {
	t, err := s.Take(ctx, web.CallerOf(ctx).Person, in.ID)
	return &ticketOutput{Body: t}, err
}

func (s *Service) postClose(ctx context.Context, in *ticketInput) (*ticketOutput, error) {
	t, err := s.Close(ctx, web.CallerOf(ctx).Person, in.ID)
	return &ticketOutput{Body: t}, err
}

type transferInput struct {
	ID   int64 `path:"id"`
	Body struct {
		ToAgent int64  `json:"to_agent,omitempty"`
		ToQueue int64  `json:"to_queue,omitempty"`
		Note    string `json:"note,omitempty"`
	}
}

func (s *Service) postTransfer(ctx context.Context, in *transferInput) (*ticketOutput, error) {
	t, err := s.Transfer(ctx, web.CallerOf(ctx).Person, in.ID, Transfer(in.Body))
	return &ticketOutput{Body: t}, err
}

func (s *Service) postInviteRating(ctx context.Context, in *ticketInput) (*struct{}, error) {
	return nil, s.AskRating(ctx, web.CallerOf(ctx).Person, in.ID)
}

func (s *Service) getNotes(ctx context.Context, in *messagesInput) (*chat.PageOutput, error) {
	p, err := s.Notes(ctx, web.CallerOf(ctx).Person, in.ID, in.Before, in.Limit)
	return &chat.PageOutput{Body: p}, err
}

type noteInput struct {
	ID   int64 `path:"id"`
	Body struct {
		ClientMsgID string `json:"client_msg_id" minLength:"8" maxLength:"64"`
		Text        string `json:"text"`
	}
}

func (s *Service) postNote(ctx context.Context, in *noteInput) (*chat.MessageOutput, error) {
	m, err := s.WriteNote(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.ClientMsgID, in.Body.Text)
	return &chat.MessageOutput{Body: m}, err
}
