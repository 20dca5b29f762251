// Package proof asks people who come from nowhere to show that they are no program, where the owner of the server wants
// that: their device works for a moment on a puzzle of ours, or an outside service vouches for them.
package proof

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/url"
	"regexp"
	"time"

	"ichat/app/door"
	"ichat/app/fault"
	"ichat/app/settings"
	"ichat/storage"
)

// Register is what a proof is for.
const Register = "register"

const (
	// verifyWithin is how long a service may take: somebody waits before a form.
	verifyWithin = 10 * time.Second

	// vouchedFor is how long the word of a service is remembered as used; none of them lives longer.
	vouchedFor = time.Hour

	// proofMost is longer than what any service gives a page.
	proofMost = 8 << 10
)

// Asked is what a page has to bring before it may do what it wants to.
type Asked struct {
	Mode      string `json:"mode" enum:"off,work,service"`
	Challenge string `json:"challenge,omitempty"` // of work: the puzzles come from it
	Puzzles   int    `json:"puzzles,omitempty"`
	Bits      int    `json:"bits,omitempty"` // that are zero at the head of each solution's hash
	ScriptURL string `json:"script_url,omitempty"`
	SiteKey   string `json:"site_key,omitempty"`
}

// Service asks for proofs and looks at them. Every method may be called from many goroutines.
type Service struct {
	db       *storage.DB
	now      func() time.Time
	settings *settings.Service
	door     *door.Door
	log      *slog.Logger
	key      []byte
}

// New builds the room. The key that signs puzzles lies in the database, so every node knows every node's.
func New(ctx context.Context, db *storage.DB, now func() time.Time, s *settings.Service, reach door.Reach, log *slog.Logger) (*Service, error) {
	key, err := keyOf(ctx, db)
	if err != nil {
		return nil, err
	}
	return &Service{db: db, now: now, settings: s, door: door.New(verifyWithin, reach), log: log, key: key}, nil
}

// Close lets go of idle connections.
func (s *Service) Close() { s.door.Close() }

// Ask says what has to be brought, and makes the puzzles when it is work.
func (s *Service) Ask(purpose string) Asked {
	switch p := s.settings.Current().Proof; p.Mode {
	case settings.ProofWork:
		return Asked{Mode: p.Mode, Challenge: newChallenge(s.key, purpose, s.now().UTC()), Puzzles: puzzles, Bits: bits}
	case settings.ProofService:
		return Asked{Mode: p.Mode, ScriptURL: p.ScriptURL, SiteKey: p.SiteKey}
	}
	return Asked{Mode: settings.ProofOff}
}

// Check looks at a proof and returns what uses it up, in the write of what it was brought for: of several who bring the
// same one, one gets through. Faults: Invalid (it is missing, over or wrong), Unavailable (the service is away).
func (s *Service) Check(ctx context.Context, purpose, proof, address string) (use func(context.Context, *storage.Tx) error, err error) {
	now := s.now().UTC()
	p := s.settings.Current().Proof
	if p.Mode == settings.ProofOff {
		return func(context.Context, *storage.Tx) error { return nil }, nil
	}
	if proof == "" {
		return nil, refused("is required")
	}
	until, spent := now.Add(vouchedFor), proof
	if p.Mode == settings.ProofWork {
		if spent, until, err = solved(s.key, purpose, proof, now); err != nil {
			return nil, err
		}
	} else if err := s.verify(ctx, p, purpose, proof, address); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(spent))
	return func(ctx context.Context, tx *storage.Tx) error {
		return spend(ctx, tx, hex.EncodeToString(sum[:]), until, now)
	}, nil
}

// Admits tells whether an address may be named as that of a service.
func (s *Service) Admits(address string) bool {
	u, err := url.Parse(address)
	return err == nil && plainHost.MatchString(u.Host) && s.door.Admits(address)
}

// plainHost is all that may stand in a policy: Go's parser lets pass what would end a directive there.
var plainHost = regexp.MustCompile(`^[a-zA-Z0-9.-]+(:[0-9]+)?$`)

// Sources are the places a page has to trust for the script of the service; none when there is none.
func (s *Service) Sources() []string {
	p := s.settings.Current().Proof
	if p.Mode != settings.ProofService {
		return nil
	}
	return sources(p.ScriptURL)
}

// sources knows where the scripts of the usual services fetch the rest from.
func sources(script string) []string {
	u, err := url.Parse(script)
	if err != nil || !plainHost.MatchString(u.Host) {
		return nil
	}
	switch u.Host {
	case "js.hcaptcha.com", "hcaptcha.com":
		return []string{"https://hcaptcha.com", "https://*.hcaptcha.com"}
	case "www.google.com", "www.recaptcha.net":
		return []string{"https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/", "https://recaptcha.google.com/recaptcha/", "https://www.recaptcha.net/recaptcha/"}
	}
	return []string{u.Scheme + "://" + u.Host}
}

func refused(problem string) error {
	return fault.New(fault.Invalid, "we could not see that you are a person: please try again").With("proof", problem)
}
