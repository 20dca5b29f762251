package web

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Upload makes a Raw route take a form with one file in the part field, of any size: the route reads
// the body itself, within a limit and a time of its own. It answers O; the OpenAPI document says both.
func Upload[O any](summary, field string) Limit {
	return func(r *route) {
		r.ownBody = true
		r.describe = func(api huma.API, op *huma.Operation) {
			form := &huma.Schema{Type: huma.TypeObject, Required: []string{field}, Properties: map[string]*huma.Schema{
				field: {Type: huma.TypeString, Format: "binary"},
			}}
			op.Summary = summary
			op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: form}}}
			answer := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[O](), true, "")
			op.Responses = map[string]*huma.Response{"200": {
				Description: http.StatusText(http.StatusOK),
				Content:     map[string]*huma.MediaType{"application/json": {Schema: answer}},
			}}
		}
	}
}
