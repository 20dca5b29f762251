package sites

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// A site's domains are entries of two forms. A full origin (https://shop.example:8443) means exactly
// itself. A bare host (shop.example) means that host over http and https on their usual ports, or
// on the port it names; localhost alone means every port, because that is where sites are made.

// Allows tells whether the site's chat may be used on a page of this origin.
func (s Site) Allows(origin string) bool {
	at, err := normalOrigin(origin)
	if err != nil {
		return false
	}
	_, host, _ := strings.Cut(at, "://")
	if slices.Contains(s.Domains, at) || slices.Contains(s.Domains, host) {
		return true
	}
	name, _, _ := strings.Cut(host, ":")
	return name == "localhost" && slices.Contains(s.Domains, name)
}

// FrameAncestors is the value of the CSP directive that lets exactly the site's domains, and the
// product's own pages, put the chat in a frame.
func (s Site) FrameAncestors() string {
	allowed := []string{"'self'"}
	for _, d := range s.Domains {
		switch {
		case strings.Contains(d, "://"):
			allowed = append(allowed, d)
		case d == "localhost":
			allowed = append(allowed, "http://localhost:*", "https://localhost:*")
		default:
			allowed = append(allowed, "http://"+d, "https://"+d)
		}
	}
	return strings.Join(allowed, " ")
}

// normalDomains cleans a list as an owner typed it: order kept, doubles dropped. The second result
// says what is wrong, for the owner.
func normalDomains(typed []string) ([]string, string) {
	if len(typed) > maxDomains {
		return nil, fmt.Sprintf("must be at most %d domains", maxDomains)
	}
	domains := []string{}
	for _, t := range typed {
		d, err := normalDomain(strings.TrimSpace(t))
		if err != nil {
			return nil, "must be addresses like shop.example or https://shop.example: " + OneLine(t)
		}
		if !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	return domains, ""
}

func normalDomain(typed string) (string, error) {
	if strings.Contains(typed, "://") {
		return normalOrigin(typed)
	}
	_, host, port, err := parseOrigin("http://" + typed)
	if err != nil || port == "80" || port == "443" {
		return host, err
	}
	return host + colon(port), nil
}

// normalOrigin is an origin as browsers write it: lower case, punycode, no usual port, no slash.
func normalOrigin(typed string) (string, error) {
	scheme, host, port, err := parseOrigin(typed)
	if err != nil {
		return "", err
	}
	if (scheme == "http" && port == "80") || (scheme == "https" && port == "443") {
		port = ""
	}
	return scheme + "://" + host + colon(port), nil
}

func parseOrigin(typed string) (scheme, host, port string, err error) {
	u, err := url.Parse(typed)
	if err != nil {
		return "", "", "", err
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || (u.Path != "" && u.Path != "/") {
		return "", "", "", fmt.Errorf("%q is more than an origin", typed)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", "", "", fmt.Errorf("scheme %q", u.Scheme)
	}
	if host, err = normalHost(u.Hostname()); err != nil {
		return "", "", "", err
	}
	if u.Port() == "" && !strings.HasSuffix(u.Host, ":") {
		return u.Scheme, host, "", nil
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || n == 0 {
		return "", "", "", fmt.Errorf("port of %q", typed)
	}
	return u.Scheme, host, strconv.FormatUint(n, 10), nil
}

func colon(port string) string {
	if port == "" {
		return ""
	}
	return ":" + port
}

func normalHost(typed string) (string, error) {
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(typed, "."))
	if err != nil {
		return "", err
	}
	// What stays ends up in a header, so nothing but a host name passes (no *, no IPv6 brackets).
	if host == "" || len(host) > 253 || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return "", fmt.Errorf("host %q", typed)
	}
	return host, nil
}
