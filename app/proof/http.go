package proof

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// Routes adds what a page asks before its form is sent.
func (s *Service) Routes(w *web.Server) {
	web.Route(w, web.Public, http.MethodGet, "/api/im/proof", "What to bring to a registration, to show that one is no program", s.getProof, web.PerAddress(1, 30))
}

type askedOut struct{ Body Asked }

func (s *Service) getProof(context.Context, *struct{}) (*askedOut, error) {
	return &askedOut{Body: s.Ask(Register)}, nil
}
