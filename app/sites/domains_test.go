package sites

import (
	"reflect"
	"strings"
	"testing"
)

func TestDomainsAreWrittenAsBrowsersWriteThem(t *testing.T) {
	for typed, want := range map[string]string{
		"Shop.Example":               "shop.example",
		"https://Shop.Example/":      "https://shop.example",
		"https://shop.example:443":   "https://shop.example",
		"http://shop.example:0080":   "http://shop.example",
		"http://shop.example:443":    "http://shop.example:443",
		"shop.example:443":           "shop.example",
		" shop.example. ":            "shop.example",
		"localhost":                  "localhost",
		"localhost:3000":             "localhost:3000",
		"127.0.0.1:3000":             "127.0.0.1:3000",
		"茶叶.中国":                      "xn--qpr921i.xn--fiqs8s",
		"HTTPS://WWW.Shop.Example/":  "https://www.shop.example",
		"https://shop.example:08443": "https://shop.example:8443",
	} {
		got, problem := normalDomains([]string{typed})
		if problem != "" || len(got) != 1 || got[0] != want {
			t.Errorf("%q became %q (%s), want %q", typed, got, problem, want)
		}
	}
}

func TestWhatIsNoDomainIsRefused(t *testing.T) {
	for _, typed := range []string{
		"", "   ", "https://", "ftp://shop.example", "javascript:alert(1)", "file://", "https://shop.example/path",
		"https://shop.example?x=1", "https://shop.example#x", "https://me@shop.example", "shop.example/path", "*", "*.shop.example",
		"a b.example", "shop.example; script-src *", "shop.example'", "[::1]", "https://[::1]:80", "shop.example:0", "shop.example:70000",
		"shop.example:", "//shop.example", "unset://shop.example/x", strings.Repeat("a", 300) + ".example", "sh\u202eop.example", "a\nb.example",
	} {
		if got, problem := normalDomains([]string{typed}); problem == "" {
			t.Errorf("%q became %q", typed, got)
		}
	}
	if got, problem := normalDomains([]string{"a.example", "A.example", "https://a.example"}); problem != "" || !reflect.DeepEqual(got, []string{"a.example", "https://a.example"}) {
		t.Errorf("doubles: %q %s", got, problem)
	}
	if _, problem := normalDomains(make([]string, maxDomains+1)); problem != "must be at most 50 domains" {
		t.Errorf("too many: %q", problem)
	}
}

func TestAllowsExactOriginsAndHosts(t *testing.T) {
	s := Site{Domains: []string{"https://shop.example", "http://old.example:8080", "bare.example", "ported.example:9000", "localhost", "null"}}
	for origin, want := range map[string]bool{
		"https://shop.example":        true,
		"https://SHOP.example:443":    true,
		"http://shop.example":         false,
		"https://shop.example:8443":   false,
		"https://a.shop.example":      false,
		"https://shop.example.evil":   false,
		"http://old.example:8080":     true,
		"http://old.example":          false,
		"http://bare.example":         true,
		"https://bare.example":        true,
		"https://bare.example:8443":   false,
		"http://ported.example:9000":  true,
		"https://ported.example:9000": true,
		"https://ported.example":      false,
		"http://localhost":            true,
		"http://localhost:5173":       true,
		"https://localhost:1":         true,
		"http://127.0.0.1:5173":       false,
		"null":                        false,
		"":                            false,
		"bare.example":                false,
		"unset://bare.example":        false,
	} {
		if got := s.Allows(origin); got != want {
			t.Errorf("%q allowed: %v, want %v", origin, got, want)
		}
	}
}

func TestFrameAncestorsNameExactlyTheDomains(t *testing.T) {
	s := Site{Domains: []string{"https://shop.example", "bare.example", "localhost"}}
	want := "'self' https://shop.example http://bare.example https://bare.example http://localhost:* https://localhost:*"
	if got := s.FrameAncestors(); got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	if got := (Site{}).FrameAncestors(); got != "'self'" {
		t.Fatalf("without a domain: %q", got)
	}
}

func TestNamesAreOneCleanLine(t *testing.T) {
	for typed, want := range map[string]string{
		"  Tea \t & \n Stone ":     "Tea & Stone",
		"a\u200bb\u202ec\x00d":     "abcd",
		"\u3164\u200d":             "",
		"茶与石 🍵":                    "茶与石 🍵",
		"line\u2028break\ufeffend": "line breakend",
	} {
		if got := OneLine(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
	if got := Paragraphs(" Hi \r\n\r\n there\u202e \n"); got != "Hi\n\nthere" {
		t.Errorf("greeting %q", got)
	}
}
