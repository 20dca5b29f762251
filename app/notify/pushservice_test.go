package notify_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/notify"
)

// pushService is a push service on this machine, and the browser behind it.
type pushService struct {
	t      *testing.T
	url    string
	key    *ecdh.PrivateKey // the browser's
	secret []byte
	answer atomic.Int64 // the status of the next answers
	asked  atomic.Int64
	pushes chan pushed
}

// pushed is a push as the browser gets it.
type pushed struct {
	notify.Notice
	head http.Header
	path string
}

func openPushes(t *testing.T) *pushService {
	t.Helper()
	s := &pushService{t: t, secret: make([]byte, 16), pushes: make(chan pushed, 100)}
	s.answer.Store(http.StatusCreated)
	_, _ = rand.Read(s.secret)
	var err error
	if s.key, err = ecdh.P256().GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(s.take))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *pushService) with(c *app.Config) { c.LocalPush, c.BaseURL = true, "https://chat.example.com" }

func (s *pushService) take(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	status := int(s.answer.Load())
	if status < 300 {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			s.t.Error(err)
		}
		p := pushed{head: r.Header, path: r.URL.Path}
		if err := json.Unmarshal(s.open(body), &p.Notice); err != nil {
			s.t.Error(err)
		}
		s.pushes <- p
	}
	w.WriteHeader(status)
}

// open decrypts what only this browser can (RFC 8291, from its side).
func (s *pushService) open(body []byte) []byte {
	salt, theirs, sealed := body[:16], body[21:21+65], body[86:]
	public, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	shared, err := s.key.ECDH(public)
	if err != nil {
		s.t.Error(err)
	}
	mixed := s.derive(shared, s.secret, "WebPush: info\x00"+string(s.key.PublicKey().Bytes())+string(theirs), 32)
	block, err := aes.NewCipher(s.derive(mixed, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		s.t.Error(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		s.t.Error(err)
	}
	plain, err := gcm.Open(nil, s.derive(mixed, salt, "Content-Encoding: nonce\x00", 12), sealed, nil)
	if err != nil || len(plain) == 0 || plain[len(plain)-1] != 2 {
		s.t.Errorf("not sealed for this browser: %v", err)
		return nil
	}
	return plain[:len(plain)-1]
}

func (s *pushService) derive(secret, salt []byte, info string, n int) []byte {
	prk, err := hkdf.Extract(sha256.New, secret, salt)
	if err != nil {
		s.t.Error(err)
	}
	out, err := hkdf.Expand(sha256.New, prk, info, n)
	if err != nil {
		s.t.Error(err)
	}
	return out
}

// device is what the browser tells the server of itself; each name is an endpoint of its own.
func (s *pushService) device(name string) notify.PushDevice {
	return notify.PushDevice{Endpoint: s.url + "/" + name, PublicKey: b64(s.key.PublicKey().Bytes()), Secret: b64(s.secret)}
}

func (s *pushService) next() pushed {
	s.t.Helper()
	select {
	case p := <-s.pushes:
		return p
	case <-time.After(apptest.Patience):
		s.t.Fatal("no push came")
	}
	return pushed{}
}

// proven checks that a push carries the proof of this key for this service (RFC 8292).
func (s *pushService) proven(p pushed, key string) {
	s.t.Helper()
	text, named, _ := strings.Cut(strings.TrimPrefix(p.head.Get("Authorization"), "vapid t="), ", k=")
	parts := strings.Split(text, ".")
	if named != key || len(parts) != 3 {
		s.t.Fatalf("proof %q, want it by %s", p.head.Get("Authorization"), key)
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(unb64(s.t, parts[1]), &claims); err != nil {
		s.t.Fatal(err)
	}
	if left := time.Until(time.Unix(claims.Exp, 0)); claims.Aud != s.url || claims.Sub != "https://chat.example.com" || left > 24*time.Hour || left < time.Hour {
		s.t.Fatalf("claims %+v", claims)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), unb64(s.t, key))
	if err != nil {
		s.t.Fatal(err)
	}
	signature, sum := unb64(s.t, parts[2]), sha256.Sum256([]byte(parts[0]+"."+parts[1]))
	if len(signature) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		s.t.Fatal("the proof is not signed with the key")
	}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
