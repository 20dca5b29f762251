package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// pushWithin is how long a push service has for one push.
	pushWithin = 15 * time.Second
	// endpointMost is longer than any push service's addresses.
	endpointMost = 1000
)

// errGone: the browser wants no more pushes, or is no more.
var errGone = errors.New("the subscription is over")

var errInside = errors.New("this address is not on the internet")

// inside are the ranges that lead nowhere on the internet, beside those net/netip knows.
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2002::/16"),
}

// door is the way to the push services. An endpoint is an address that a browser gave, so it may only lead to the
// internet: that is looked at when it is given, and again at the address that is really dialled.
type door struct {
	local  bool // tests have their push service on this machine
	client *http.Client
}

func newDoor(local bool) *door {
	d := &door{local: local}
	dialer := &net.Dialer{Timeout: pushWithin / 2, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !d.leads(at.Addr()) {
			return errInside
		}
		return nil
	}}
	d.client = &http.Client{
		Timeout: pushWithin,
		// No proxy: behind one it is the proxy that would be dialled, and nothing checked.
		Transport:     &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return d
}

// leads tells whether an address is on the internet.
func (d *door) leads(a netip.Addr) bool {
	a = a.Unmap()
	if d.local && a.IsLoopback() {
		return true
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(inside, func(p netip.Prefix) bool { return p.Contains(a) })
}

// admits tells whether an endpoint may be kept, as far as its text says.
func (d *door) admits(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || len(endpoint) > endpointMost || u.User != nil || u.Fragment != "" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return d.leads(a) && (u.Scheme == "https" || d.local && u.Scheme == "http")
	}
	for _, end := range []string{".localhost", ".local", ".internal"} {
		if strings.HasSuffix(host, end) {
			return false
		}
	}
	return u.Scheme == "https" && strings.Contains(host, ".")
}

// push is one sealed message on its way.
type push struct {
	endpoint string
	proof    string
	topic    string // a newer push of the same topic replaces one that waits at the service
	body     []byte
}

// send hands a push over. errGone when the browser is no more, refusedError when another try would not help.
func (d *door) send(ctx context.Context, p push) error {
	ctx, cancel := context.WithTimeout(ctx, pushWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.endpoint, bytes.NewReader(p.body))
	if err != nil {
		return refusedError{err}
	}
	h := r.Header
	h.Set("Authorization", p.proof)
	h.Set("Content-Encoding", "aes128gcm")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("TTL", strconv.Itoa(int(pushFor/time.Second)))
	h.Set("Topic", p.topic)
	h.Set("Urgency", "high")
	answer, err := d.client.Do(r)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err // without the endpoint, which whoever has it can push to
		}
		if errors.Is(err, errInside) {
			return refusedError{errInside}
		}
		return err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4096) // so that the connection can be used again
	err = fmt.Errorf("the push service answered %d", answer.StatusCode)
	switch {
	case answer.StatusCode < 300:
		return nil
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return errGone
	case answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests && answer.StatusCode != http.StatusRequestTimeout:
		return refusedError{err}
	}
	return err
}
