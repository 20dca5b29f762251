package app_test

import (
	"testing"

	"ichat/app/apptest"
	"ichat/app/check"
)

// TestEveryChangeIsPushed: after each route that changes something, what everybody had and what was pushed to him is what
// a fresh client reads. A new route needs a story in app/check/verify_stories.go, or a reason there.
func TestEveryChangeIsPushed(t *testing.T) {
	p := apptest.New(t)
	all, err := check.Verify(t.Context(), p.URL, "owner@example.com", apptest.Password, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d stories", len(all))
	}
	for _, v := range all {
		if v.Problem != "" {
			t.Errorf("%s: %s", v.Route, v.Problem)
		}
	}
}
