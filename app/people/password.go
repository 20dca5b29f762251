package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"ichat/app/fault"
)

// The cost of one password: OWASP's first choice for argon2id. Stored with each hash, so it can be
// raised without locking anybody out.
const (
	hashMemory  = 19 * 1024 // KiB
	hashTime    = 2
	hashThreads = 1
	hashBytes   = 32

	// hashesAtOnce keeps a wave of sign-ins from taking all memory and CPU from those who chat.
	hashesAtOnce = 2
	// hashPatience is how long a sign-in waits for its turn before it is told to come back.
	hashPatience = 10 * time.Second
)

var b64 = base64.RawStdEncoding

// vault hashes and compares passwords, a few at a time.
type vault struct {
	turns chan struct{}
	decoy string // what is compared when there is no password, so that this costs the same
}

func newVault() *vault {
	key := make([]byte, hashBytes)
	rand.Read(key)
	return &vault{turns: make(chan struct{}, hashesAtOnce), decoy: phc(newSalt(), key)}
}

func (v *vault) turn(ctx context.Context) error {
	late := time.NewTimer(hashPatience)
	defer late.Stop()
	select {
	case v.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return fault.New(fault.TooMany, "too many people are signing in").After(hashPatience)
	}
}

// hash returns the PHC string of a password.
func (v *vault) hash(ctx context.Context, password string) (string, error) {
	if err := v.turn(ctx); err != nil {
		return "", err
	}
	defer func() { <-v.turns }()
	salt := newSalt()
	return phc(salt, argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashBytes)), nil
}

// matches tells whether password is the one behind stored. It takes as long for an empty stored,
// which nothing matches.
func (v *vault) matches(ctx context.Context, stored, password string) (bool, error) {
	if stored == "" {
		stored = v.decoy
	}
	p, err := parsePHC(stored)
	if err != nil {
		return false, err
	}
	if err := v.turn(ctx); err != nil {
		return false, err
	}
	defer func() { <-v.turns }()
	key := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(key, p.key) == 1, nil
}

func newSalt() []byte {
	salt := make([]byte, 16)
	rand.Read(salt)
	return salt
}

func phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

type parsed struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

func parsePHC(stored string) (parsed, error) {
	var p parsed
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errors.New("a stored password is in an unknown form")
	}
	_, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads)
	if err == nil {
		p.salt, err = b64.DecodeString(parts[4])
	}
	if err == nil {
		p.key, err = b64.DecodeString(parts[5])
	}
	if err == nil && (p.time == 0 || p.threads == 0 || len(p.key) == 0) {
		err = errors.New("no cost or no key")
	}
	if err != nil {
		return p, fmt.Errorf("a stored password cannot be read: %w", err)
	}
	return p, nil
}
