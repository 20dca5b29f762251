// Package door is the way out to addresses that people name: push services, other programs, language models. It
// leads to the internet only, never into the house the server stands in.
package door

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// addressMost is longer than any honest address.
const addressMost = 1000

// ErrInside ends a call whose address is not on the internet.
var ErrInside = errors.New("this address is not on the internet")

// inside are the ranges that lead nowhere on the internet, beside those net/netip knows.
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2002::/16"),
}

// Reach is how far a door leads.
type Reach int

// The reaches: each leads where those before it do.
const (
	Internet Reach = iota
	Machine        // this machine too, without encryption: tests have their services there
	House          // and its network, by any name
)

// Door is one room's way out. What an address says is looked at when it is given (Admits), and again at the
// address that is really dialled.
type Door struct {
	reach  Reach
	client *http.Client
}

// New makes a door whose calls take at most so long.
func New(within time.Duration, reach Reach) *Door {
	d := &Door{reach: reach}
	dialer := &net.Dialer{Timeout: within / 2, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !d.leads(at.Addr()) {
			return ErrInside
		}
		return nil
	}}
	d.client = &http.Client{
		Timeout: within,
		// No proxy: behind one it is the proxy that would be dialled, and nothing checked.
		Transport:     &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return d
}

// Do makes the call. What went wrong is said without the address, which may be a secret.
func (d *Door) Do(r *http.Request) (*http.Response, error) {
	answer, err := d.client.Do(r)
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if errors.Is(err, ErrInside) {
		err = ErrInside
	}
	return answer, err
}

// Close lets go of idle connections.
func (d *Door) Close() { d.client.CloseIdleConnections() }

// leads tells whether an address is on the internet.
func (d *Door) leads(a netip.Addr) bool {
	a = a.Unmap()
	if d.reach >= Machine && a.IsLoopback() || d.reach == House && a.IsPrivate() {
		return true
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(inside, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Admits tells whether an address may be kept, as far as its text says.
func (d *Door) Admits(address string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > addressMost || u.User != nil || u.Fragment != "" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return d.leads(a) && (u.Scheme == "https" || d.reach >= Machine && u.Scheme == "http")
	}
	if d.reach == House {
		return host != "" && (u.Scheme == "https" || u.Scheme == "http")
	}
	for _, end := range []string{".localhost", ".local", ".internal"} {
		if strings.HasSuffix(host, end) {
			return false
		}
	}
	return u.Scheme == "https" && strings.Contains(host, ".")
}
