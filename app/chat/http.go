package chat

import (
	"context"
	"net/http"

	"ichat/app/hub"
	"ichat/app/web"
)

// SendRequest is a message as a client hands it in.
type SendRequest struct {
	ClientMsgID string `json:"client_msg_id" minLength:"8" maxLength:"64"`
	Type        string `json:"type" enum:"text,image,file,merged,card"`
	Body        Body   `json:"body"`
	ReplyTo     int64  `json:"reply_to,omitempty" minimum:"1"`
}

// Draft is the request as the core takes it.
func (r SendRequest) Draft() Draft {
	return Draft{ClientMsgID: r.ClientMsgID, Type: r.Type, Body: r.Body, ReplyTo: r.ReplyTo}
}

// BindRequest gives a socket to the person who posts it, and says what the device has.
type BindRequest struct {
	ClientID string `json:"client_id" minLength:"1" maxLength:"64"`
	SyncRequest
}

type bindInput struct{ Body BindRequest }

type syncInput struct{ Body SyncRequest }

type syncOutput struct{ Body SyncAnswer }

type sendInput struct {
	ID   int64 `path:"id"`
	Body SendRequest
}

// MessageOutput answers with one message.
type MessageOutput struct{ Body Message }

type pageInput struct {
	ID     int64 `path:"id"`
	Before int64 `query:"before" minimum:"0"`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type recallInput struct {
	ID  int64 `path:"id"`
	Seq int64 `path:"seq"`
}

type editInput struct {
	ID   int64 `path:"id"`
	Seq  int64 `path:"seq"`
	Body struct {
		EditID string `json:"edit_id" minLength:"8" maxLength:"64"`
		Text   string `json:"text"`
	}
}

type editsOutput struct {
	Body struct {
		Edits []Edition `json:"edits"` // oldest first, without what it says now
	}
}

// PageOutput answers with a stretch of a conversation.
type PageOutput struct{ Body MessagePage }

type cursorInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Read     int64 `json:"read,omitempty" minimum:"0"`
		Received int64 `json:"received,omitempty" minimum:"0"`
	}
}

// Routes adds the core's routes. Anyone who is signed in may call them; which conversations he
// reaches is his membership's business, and a foreign one is not found.
func (s *Service) Routes(w *web.Server) {
	web.Route(w, web.Anyone, http.MethodPost, "/api/chat/bind", "Bind a socket and sync", s.postBind, web.PerPerson(2, 20))
	web.Route(w, web.Anyone, http.MethodPost, "/api/chat/sync", "Bring a device level", s.postSync, web.PerPerson(5, 20))
	web.Route(w, web.Anyone, http.MethodPost, "/api/chat/conversations/{id}/messages", "Send a message", s.postMessage, web.PerPerson(5, 30))
	web.Route(w, web.Anyone, http.MethodPost, "/api/chat/conversations/{id}/messages/{seq}/recall", "Take a message back", s.postRecall, web.PerPerson(5, 30))
	web.Route(w, web.Anyone, http.MethodPatch, "/api/chat/conversations/{id}/messages/{seq}", "Edit a message", s.patchMessage, web.PerPerson(2, 20))
	web.Route(w, web.Anyone, http.MethodGet, "/api/chat/conversations/{id}/messages/{seq}/edits", "What a message said before", s.getEdits)
	web.Route(w, web.Anyone, http.MethodGet, "/api/chat/conversations/{id}/messages", "Read a conversation", s.getMessages)
	web.Route(w, web.Anyone, http.MethodPost, "/api/chat/conversations/{id}/cursors", "Move one's cursors", s.postCursors)
	s.membersRoutes(w)
	s.reactRoutes(w)
	s.viewRoutes(w)
}

func (s *Service) postBind(ctx context.Context, in *bindInput) (*syncOutput, error) {
	caller := web.CallerOf(ctx)
	who := hub.Who{Person: caller.Person, Session: caller.Session, Origin: web.OriginOf(ctx)}
	answer, err := s.Bind(ctx, in.Body.ClientID, who, in.Body.SyncRequest)
	return &syncOutput{Body: answer}, err
}

func (s *Service) postSync(ctx context.Context, in *syncInput) (*syncOutput, error) {
	answer, err := s.Sync(ctx, web.CallerOf(ctx).Person, in.Body)
	return &syncOutput{Body: answer}, err
}

func (s *Service) postMessage(ctx context.Context, in *sendInput) (*MessageOutput, error) {
	m, err := s.Send(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Draft())
	return &MessageOutput{Body: m}, err
}

func (s *Service) postRecall(ctx context.Context, in *recallInput) (*MessageOutput, error) {
	m, err := s.Recall(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq)
	return &MessageOutput{Body: m}, err
}

func (s *Service) patchMessage(ctx context.Context, in *editInput) (*MessageOutput, error) {
	m, err := s.Edit(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq, in.Body.EditID, in.Body.Text)
	return &MessageOutput{Body: m}, err
}

func (s *Service) getEdits(ctx context.Context, in *recallInput) (*editsOutput, error) {
	out := &editsOutput{}
	var err error
	out.Body.Edits, err = s.Edits(ctx, web.CallerOf(ctx).Person, in.ID, in.Seq)
	return out, err
}

func (s *Service) getMessages(ctx context.Context, in *pageInput) (*PageOutput, error) {
	p, err := s.History(ctx, web.CallerOf(ctx).Person, in.ID, in.Before, in.Limit)
	return &PageOutput{Body: p}, err
}

func (s *Service) postCursors(ctx context.Context, in *cursorInput) (*struct{}, error) {
	return nil, s.MoveCursors(ctx, web.CallerOf(ctx).Person, in.ID, in.Body.Read, in.Body.Received)
}
