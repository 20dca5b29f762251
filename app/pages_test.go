package app

import (
	"strings"
	"testing"
)

func TestTheMessengersPageTrustsAServiceOnlyWhereThereIsOne(t *testing.T) {
	if messengerPolicy(nil) != consolePolicy {
		t.Fatal(messengerPolicy(nil))
	}
	policy := messengerPolicy([]string{"https://a.example", "https://b.example"})
	for _, part := range []string{"default-src 'none';", "script-src 'self' https://a.example https://b.example;", "frame-src 'self' https://a.example https://b.example;",
		"connect-src 'self' https://a.example https://b.example;", "style-src 'self' 'unsafe-inline' https://a.example https://b.example;", "img-src 'self' data: blob:;", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("no %q in %s", part, policy)
		}
	}
}
