package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"context"
)

const sendBody = `{"client_msg_id":"0b9f6c1e-6a39-4c39-9a53-1d8f8c0b7d11","type":"text","body":{"text":"Good morning, does the blue one come in size 42? I could pick it up on Friday. 谢谢"}}`

// FuzzScan holds the scanner against a slow and obvious reading of the same rule.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{sendBody, `{"a":1,"a":2}`, `[{"a":{"b":[1,"\u0000"]}}]`, `{"a":{"a":1},"b":"a"}`, `"\\\""`, `[[],{}]`, `{"":"","\"":1,"\u0022":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		if got, want := scan(data) == nil, byTokens(data) == nil; got != want {
			t.Fatalf("scan says %v, tokens say %v: %q", got, want, data)
		}
	})
}

// byTokens is the rule of scan on json.Decoder's tokens.
func byTokens(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return value(d, 0)
}

func value(d *json.Decoder, depth int) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	if s, ok := tok.(string); ok && strings.Contains(s, "\x00") {
		return errors.New("NUL")
	}
	open, ok := tok.(json.Delim)
	if !ok {
		return nil
	}
	if depth == deepest {
		return errors.New("deep")
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if seen[key.(string)] || strings.Contains(key.(string), "\x00") {
				return errors.New("key")
			}
			seen[key.(string)] = true
		}
		if err := value(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func TestBucketsForgetTheIdleAndStayBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := newBuckets(1, 1)
	for i := range bucketsKept + 10 {
		b.take(personKey(int64(i)), now)
	}
	if len(b.byKey) != bucketsKept {
		t.Fatalf("%d buckets are kept", len(b.byKey))
	}
	b.take("late", now.Add(2*time.Second))
	if len(b.byKey) != 1 {
		t.Fatalf("%d idle buckets are remembered", len(b.byKey)-1)
	}
}

func BenchmarkScan(b *testing.B) {
	data := []byte(sendBody)
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := scan(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("tokens", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := byTokens(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSend is the way of a message through this package, with a handler that does
// nothing.
func BenchmarkSend(b *testing.B) {
	type in struct {
		ID   int64 `path:"id"`
		Body struct {
			ClientMsgID string `json:"client_msg_id" minLength:"1" maxLength:"64"`
			Type        string `json:"type" enum:"text"`
			Body        struct {
				Text string `json:"text" minLength:"1" maxLength:"4000"`
			} `json:"body"`
		}
	}
	type out struct {
		Body struct {
			ID   int64  `json:"id"`
			Text string `json:"text"`
		}
	}
	s := New(Options{Limits: true})
	s.Authenticate(func(context.Context, string) (Caller, error) { return Caller{Person: 1, Kind: "visitor"}, nil })
	Route(s, Anyone, http.MethodPost, "/api/chat/conversations/{id}/messages", "Send", func(_ context.Context, i *in) (*out, error) {
		o := &out{}
		o.Body.ID, o.Body.Text = i.ID, i.Body.Body.Text
		return o, nil
	}, PerPerson(1e9, 1e9))
	b.ReportAllocs()
	for b.Loop() {
		r, _ := http.NewRequest(http.MethodPost, "/api/chat/conversations/123456789/messages", strings.NewReader(sendBody))
		r.Host, r.RemoteAddr = "chat.example", "192.0.2.1:1234"
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer token")
		r.Header.Set("Origin", "https://chat.example")
		r.Header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			body, _ := io.ReadAll(w.Body)
			b.Fatalf("%d %s", w.Code, body)
		}
	}
}
