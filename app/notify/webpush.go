package notify

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
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// recordSize is the one record of a push message (RFC 8188); push services take no more.
const recordSize = 4096

// seal encrypts a message for a browser (RFC 8291): only it can read it, the push service in between cannot.
func seal(plain []byte, browser *ecdh.PublicKey, secret []byte, ours *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	shared, err := ours.ECDH(browser)
	if err != nil {
		return nil, err
	}
	public := ours.PublicKey().Bytes()
	mixed, err := derive(shared, secret, "WebPush: info\x00"+string(browser.Bytes())+string(public), 32)
	if err != nil {
		return nil, err
	}
	key, err := derive(mixed, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := derive(mixed, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	out := binary.BigEndian.AppendUint32(append([]byte(nil), salt...), recordSize)
	out = append(append(out, byte(len(public))), public...)
	out = gcm.Seal(out, nonce, append(append([]byte(nil), plain...), 2), nil) // 2: the last record, without padding
	return out, nil
}

func derive(secret, salt []byte, info string, n int) ([]byte, error) {
	prk, err := hkdf.Extract(sha256.New, secret, salt)
	if err != nil {
		return nil, err
	}
	return hkdf.Expand(sha256.New, prk, info, n)
}

// sealFresh is seal with a key and a salt that are used once.
func sealFresh(plain []byte, d deviceRow) ([]byte, error) {
	browser, secret, err := d.keys()
	if err != nil {
		return nil, err
	}
	ours, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	return seal(plain, browser, secret, ours, salt)
}

// identity is what this server proves to push services who sends (VAPID, RFC 8292): browsers take pushes from this key only.
type identity struct {
	key     *ecdsa.PrivateKey
	public  string // base64url, as browsers want it
	contact string // where an operator of a push service can complain
}

// newKey makes a private key as it is kept.
func newKey() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	raw, err := key.Bytes()
	return encode(raw), err
}

func parseIdentity(kept, contact string) (*identity, error) {
	raw, err := decode(kept)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, err
	}
	public, err := key.PublicKey.Bytes()
	return &identity{key: key, public: encode(public), contact: contact}, err
}

// proofFor is the Authorization of a push to an endpoint.
func (i *identity) proofFor(endpoint string, now time.Time) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{"aud": u.Scheme + "://" + u.Host, "exp": now.Add(12 * time.Hour).Unix(), "sub": i.contact})
	if err != nil {
		return "", err
	}
	text := encode([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + encode(claims)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, sum[:])
	if err != nil {
		return "", err
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return fmt.Sprintf("vapid t=%s.%s, k=%s", text, encode(signature), i.public), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }
