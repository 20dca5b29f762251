package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
)

const (
	secureCookie = "__Host-sid" // browsers accept this name only from https, for this host, for /
	plainCookie  = "sid"        // http://localhost and trials without a certificate
)

// SetCookie signs the browser in until expires.
func (s *Server) SetCookie(ctx context.Context, token string, expires time.Time) {
	q := requestOf(ctx)
	c := sessionCookie(q.secure)
	c.Value = token
	c.Expires = expires
	c.MaxAge = max(1, int(expires.Sub(s.now())/time.Second))
	q.header.Add("Set-Cookie", c.String())
}

// ClearCookie signs the browser out.
func (s *Server) ClearCookie(ctx context.Context) {
	q := requestOf(ctx)
	c := sessionCookie(q.secure)
	c.MaxAge = -1
	q.header.Add("Set-Cookie", c.String())
}

func cookieName(secure bool) string {
	if secure {
		return secureCookie
	}
	return plainCookie
}

func sessionCookie(secure bool) *http.Cookie {
	return &http.Cookie{Name: cookieName(secure), Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
}

// sessionToken finds the token and tells whether a cookie carried it. A bearer token wins:
// a page cannot send one by accident.
func sessionToken(r *http.Request, secure bool) (token string, byCookie bool) {
	scheme, bearer, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(bearer), false
	}
	if len(r.Header["Cookie"]) == 0 {
		return "", false
	}
	c, err := r.Cookie(cookieName(secure))
	if err != nil {
		return "", false
	}
	return c.Value, true
}

// checkOrigin keeps other sites out: a foreign Origin may not touch the API at all, and a
// change that rides on a cookie must prove that it comes from our own page.
func (s *Server) checkOrigin(c echo.Context, q *request, rt *route) error {
	r := c.Request()
	foreign := q.origin != "" && !s.isOwn(q.origin, q.host)
	if foreign && isAPI(rt.Path) && !rt.anyOrigin {
		return fault.New(fault.Denied, "requests from other sites are not allowed")
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if _, byCookie := sessionToken(r, q.secure); !byCookie {
		return nil
	}
	proven := q.origin != "" && !foreign || q.origin == "" && r.Header.Get("Sec-Fetch-Site") == "same-origin"
	if !proven {
		return fault.New(fault.Denied, "requests from other sites are not allowed")
	}
	return nil
}

// isOwn tells whether origin is one of our own pages: the host that was asked, or the
// public address. There the scheme counts too, so that nobody on the line can speak for it.
func (s *Server) isOwn(origin, host string) bool {
	scheme, rest, ok := strings.Cut(origin, "://")
	if !ok || rest == "" {
		return false
	}
	if s.baseHost != "" && strings.EqualFold(rest, s.baseHost) {
		return strings.EqualFold(scheme, s.baseScheme)
	}
	return strings.EqualFold(rest, host)
}

// OwnOrigin tells whether origin is one of this server's own pages, as the request in ctx
// reached it.
func (s *Server) OwnOrigin(ctx context.Context, origin string) bool {
	return s.isOwn(origin, requestOf(ctx).host)
}

func (s *Server) isSecure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	if s.baseScheme == "https" && strings.EqualFold(r.Host, s.baseHost) {
		return true
	}
	return len(s.proxies) > 0 && r.Header.Get("X-Forwarded-Proto") == "https" && s.isProxy(r.RemoteAddr)
}

func (s *Server) isProxy(remote string) bool {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	for _, p := range s.proxies {
		if p.Contains(peer.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// addressExtractor trusts the peer only, unless proxies are named; echo's own default
// would believe forwarded headers from every private network.
func addressExtractor(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		bits := p.Addr().BitLen()
		trust = append(trust, echo.TrustIPRange(&net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), bits)}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
