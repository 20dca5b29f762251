package fault

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestKindIsFoundThroughWrapping(t *testing.T) {
	err := fmt.Errorf("seat 7: %w", New(Conflict, "already taken"))
	if !Is(err, Conflict) || Is(err, NotFound) || Is(errors.New("x"), Conflict) || Is(nil, Conflict) {
		t.Fatalf("kind of %v is not read right", err)
	}
	e, ok := As(err)
	if !ok || e.Message != "already taken" || e.Kind.Status() != 409 {
		t.Fatalf("got %+v", e)
	}
}

func TestAdditionsLeaveTheOriginalAlone(t *testing.T) {
	base := New(Invalid, "the request is not valid").With("name", "is required")
	more := base.With("age", "must be a number").After(time.Second).Because(errors.New("why"))
	if len(base.Fields) != 1 || base.RetryAfter != 0 || base.Unwrap() != nil {
		t.Fatalf("the original changed: %+v", base)
	}
	if len(more.Fields) != 2 || more.RetryAfter != time.Second || more.Error() != "the request is not valid: why" {
		t.Fatalf("got %+v (%v)", more, more)
	}
}

func TestOnlyTemporaryRefusalsAreWorthARetry(t *testing.T) {
	want := map[Kind]string{Unavailable: "same", TooMany: "later", Internal: "never", Invalid: "never", Conflict: "never"}
	for k, retry := range want {
		if k.Retry() != retry {
			t.Fatalf("%s retries %q, want %q", k, k.Retry(), retry)
		}
	}
}

func TestStatusOfEveryKind(t *testing.T) {
	want := map[Kind]int{Invalid: 400, SignedOut: 401, Denied: 403, NotFound: 404, Conflict: 409,
		TooLarge: 413, TooMany: 429, Unavailable: 503, Internal: 500, Kind("other"): 500}
	for k, status := range want {
		if k.Status() != status {
			t.Fatalf("%s is %d, want %d", k, k.Status(), status)
		}
	}
}

func TestSaySpeaksBothLanguages(t *testing.T) {
	for _, c := range []struct{ message, lang, want string }{
		{"something went wrong", "en", "something went wrong"},
		{"something went wrong", "zh-CN", "出了点问题，请稍后再试"},
		{"must be at most 4000 characters", "zh-CN", "最多 4000 个字符"},
		{"must be at least -0.5", "zh-CN", "不能小于 -0.5"},
		{"must be one of: online, away", "zh-CN", "只能是以下之一：online, away"},
		{"nobody translated this 7 times: x", "zh-CN", "nobody translated this 7 times: x"},
	} {
		if got := Say(c.message, c.lang); got != c.want {
			t.Fatalf("Say(%q, %q) = %q, want %q", c.message, c.lang, got, c.want)
		}
	}
}
