package web

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"ichat/app/fault"
)

// Access says who may call a route at all. Whose rows he may touch is the room's matter.
type Access int

// The kinds of access.
const (
	Public  Access = iota // everybody; nobody is looked up, CallerOf is empty
	Visitor               // a visitor of a site
	Member                // a member: agent, owner, messenger user
	Anyone                // signed in, of either kind
)

// String is the access as the OpenAPI document names it.
func (a Access) String() string {
	return [...]string{"public", "visitor", "member", "anyone"}[a]
}

// RouteInfo names one registered route.
type RouteInfo struct {
	Method, Path string
	Access       Access
}

// Limit is a rule of one route beside its access: how often it may be called, or from where.
type Limit func(*route)

// AnyOrigin lets pages of every site read the route (CORS). It is for GET of public data only.
func AnyOrigin() Limit {
	return func(r *route) { r.anyOrigin = true }
}

type route struct {
	RouteInfo
	hasBody    bool
	anyOrigin  bool
	ownBody    bool                                   // reads its body itself, of whatever size
	describe   func(api huma.API, op *huma.Operation) // for the OpenAPI document; nil: nothing to add
	perPerson  []*buckets
	perAddress []*buckets
}

func (s *Server) newRoute(access Access, method, path string, limits []Limit) *route {
	r := &route{RouteInfo: RouteInfo{Method: method, Path: path, Access: access}}
	for _, limit := range limits {
		limit(r)
	}
	if r.anyOrigin && (access != Public || method != http.MethodGet) {
		panic("only a public GET may be read by other sites: " + method + " " + path)
	}
	if access == Public && len(r.perPerson) > 0 {
		panic("nobody is known on a public route, limit it per address: " + method + " " + path)
	}
	if r.ownBody {
		s.ownBody[method+" "+echoPath(path)] = true
	}
	s.routes = append(s.routes, r.RouteInfo)
	return r
}

// Routes lists every route in the order of registration.
func (s *Server) Routes() []RouteInfo { return append([]RouteInfo(nil), s.routes...) }

// Route registers a JSON route. I carries path, query and header tags and an optional
// Body, all checked before h runs; O an optional Body and Status. A fault that h returns
// is answered as such, any other error as "something went wrong" and logged.
func Route[I, O any](s *Server, access Access, method, path, summary string,
	h func(ctx context.Context, in *I) (*O, error), limits ...Limit) {
	r := s.newRoute(access, method, path, limits)
	_, r.hasBody = reflect.TypeFor[I]().FieldByName("Body")
	op := s.operation(r, summary)
	op.MaxBodyBytes = bodyLimit + 1 // huma refuses at the limit, not above it
	op.BodyReadTimeout = readTimeout
	op.Middlewares = huma.Middlewares{func(hc huma.Context, next func(huma.Context)) {
		c := humaecho.Unwrap(hc)
		if err := s.admit(c, r); err != nil {
			s.fail(err, c)
			return
		}
		next(hc)
	}}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := context.WithTimeout(ctx, answerIn)
		defer cancel()
		out, err := h(ctx, in)
		if err != nil {
			return nil, s.refuse(ctx, method, path, err)
		}
		return out, nil
	})
}

// Raw registers what is not JSON in and out: sockets, pages, scripts, uploads.
func (s *Server) Raw(access Access, method, path string, h echo.HandlerFunc, limits ...Limit) {
	r := s.newRoute(access, method, path, limits)
	s.echo.Add(method, echoPath(path), func(c echo.Context) error {
		if err := s.admit(c, r); err != nil {
			return err
		}
		return h(c)
	})
	if isAPI(path) && path != "/api/openapi.json" {
		op := s.operation(r, "")
		op.Responses = map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK)}}
		if r.describe != nil {
			r.describe(s.api, &op)
		}
		s.api.OpenAPI().AddOperation(&op)
	}
}

// admit decides in the order of cost: the origin is a comparison, the address a map, the
// person a query.
func (s *Server) admit(c echo.Context, r *route) error {
	q := requestOf(c.Request().Context())
	if err := s.checkOrigin(c, q, r); err != nil {
		return err
	}
	if r.anyOrigin {
		c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	}
	if s.limits && len(r.perAddress) > 0 {
		if err := takeAll(r.perAddress, addressKey(q.address), s.now()); err != nil {
			return err
		}
	}
	if r.Access != Public {
		if err := s.identify(c, q, r.Access); err != nil {
			return err
		}
		if s.limits && len(r.perPerson) > 0 {
			if err := takeAll(r.perPerson, personKey(q.caller.Person), s.now()); err != nil {
				return err
			}
		}
	}
	if r.hasBody {
		return checkContentType(c.Request())
	}
	return nil
}

func (s *Server) identify(c echo.Context, q *request, access Access) error {
	token, _ := sessionToken(c.Request(), q.secure)
	if token == "" || s.authenticate == nil {
		return fault.New(fault.SignedOut, "please sign in")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), knowIn)
	defer cancel()
	caller, err := s.authenticate(ctx, token)
	if err != nil {
		return err
	}
	switch {
	case access == Visitor && caller.Kind != "visitor":
		return fault.New(fault.Denied, "this is for visitors only")
	case access == Member && caller.Kind != "member":
		return fault.New(fault.Denied, "this is for members only")
	}
	q.caller = caller
	return nil
}

// checkContentType refuses a body that does not say it is JSON: forms of foreign pages can
// send the other types without asking.
func checkContentType(r *http.Request) error {
	given := r.Header.Get("Content-Type")
	if given == "application/json" || r.ContentLength == 0 {
		return nil
	}
	media, _, _ := strings.Cut(given, ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return fault.New(fault.Invalid, "the request is not valid").With("Content-Type", "must be application/json")
	}
	r.Header.Set("Content-Type", "application/json") // huma looks it up as written
	return nil
}

// echoPath turns {name} into echo's :name.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func isAPI(path string) bool {
	return path == "/api" || strings.HasPrefix(path, "/api/")
}
