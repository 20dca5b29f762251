package audit

import (
	"context"
	"net/http"
	"time"

	"ichat/app/web"
)

// Routes adds the owners' routes. Nothing here changes a row.
func (l *Log) Routes(w *web.Server) {
	web.Route(w, web.Member, http.MethodGet, "/api/admin/sites/{id}/audit", "Who did what on a site you own", l.getActs)
	w.Raw(web.Member, http.MethodGet, "/api/admin/sites/{id}/audit.csv", l.getCSV, web.PerPerson(0.2, 5))
}

type actsInput struct {
	ID     int64     `path:"id"`
	Person int64     `query:"person" minimum:"0"`
	Action string    `query:"action" maxLength:"64"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to"`
	Before int64     `query:"before" minimum:"0"`
	Limit  int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type actsOutput struct{ Body Page }

func (l *Log) getActs(ctx context.Context, in *actsInput) (*actsOutput, error) {
	f := Filter{Person: in.Person, Action: in.Action, From: in.From, To: in.To, Before: in.Before}
	p, err := l.Acts(ctx, web.CallerOf(ctx).Person, in.ID, f, in.Limit)
	return &actsOutput{Body: p}, err
}
