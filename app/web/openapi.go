package web

import (
	"encoding/json"
	"net/http"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
)

// teachHuma sets huma's package variables, once for the process: they are not per API.
var teachHuma = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, message string, _ ...error) huma.StatusError {
		return &refusal{Message: message, status: status}
	}
	huma.NewErrorWithContext = humaError
	teachWords()
})

func newAPI(e *echo.Echo) huma.API {
	config := huma.DefaultConfig("ichat", "1")
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", namer())
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer"},
		"cookie": {Type: "apiKey", In: "cookie", Name: secureCookie},
	}
	config.Formats = map[string]huma.Format{"application/json": strictJSON}
	config.RejectUnknownQueryParameters = true
	config.CreateHooks = nil // they would put $schema into every body
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	return humaecho.New(e, config)
}

// namer gives schemas their type's name; when two rooms use the same one, the later gets
// its room in front.
func namer() func(reflect.Type, string) string {
	taken := map[string]reflect.Type{}
	free := func(name string, t reflect.Type) bool {
		other, ok := taken[name]
		if !ok {
			taken[name] = t
		}
		return !ok || other == t
	}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name := huma.DefaultSchemaNamer(t, hint)
		if t.Kind() != reflect.Struct || free(name, t) {
			return name
		}
		room := path.Base(t.PkgPath())
		name = strings.ToUpper(room[:1]) + room[1:] + name
		for !free(name, t) {
			name += "2"
		}
		return name
	}
}

func (s *Server) operation(r *route, summary string) huma.Operation {
	op := huma.Operation{
		OperationID: strings.ToLower(r.Method) + operationName.Replace(r.Path),
		Method:      r.Method,
		Path:        r.Path,
		Summary:     summary,
		Extensions:  map[string]any{"x-access": r.Access.String()},
	}
	if parts := strings.Split(r.Path, "/"); len(parts) > 2 {
		op.Tags = []string{parts[2]}
	}
	if r.Access != Public {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	}
	return op
}

var operationName = strings.NewReplacer("/api/", "-", "/", "-", "{", "", "}", "", "*", "")

func (s *Server) describe() ([]byte, error) {
	s.api.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "get-openapi.json",
		Method:      http.MethodGet,
		Path:        "/api/openapi.json",
		Summary:     "This document",
		Tags:        []string{"openapi.json"},
		Responses:   map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK)}},
	})
	return json.Marshal(s.api.OpenAPI())
}
