package settings

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// Routes adds the owners' routes.
func (s *Service) Routes(w *web.Server) {
	web.Route(w, web.Member, http.MethodGet, "/api/admin/settings", "The settings of this server", s.getSettings)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/settings", "Change settings of this server", s.patchSettings, web.PerPerson(2, 20))
}

type changeInput struct{ Body Change }

type settingsOutput struct{ Body Settings }

func (s *Service) getSettings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	found, err := s.Show(ctx, web.CallerOf(ctx).Person)
	return &settingsOutput{Body: found}, err
}

func (s *Service) patchSettings(ctx context.Context, in *changeInput) (*settingsOutput, error) {
	found, err := s.Change(ctx, web.CallerOf(ctx).Person, in.Body)
	return &settingsOutput{Body: found}, err
}
