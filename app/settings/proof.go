package settings

import (
	"fmt"
	"strings"
)

// How somebody shows, before he may register, that he is no program.
const (
	ProofOff     = "off"
	ProofWork    = "work"    // his device works for a moment
	ProofService = "service" // an outside service vouches for him
)

const (
	proofAddressMost = 500
	proofKeyMost     = 500
)

// Proof is what is asked of who registers. A service is spoken to as Turnstile, hCaptcha and reCAPTCHA are: a script on
// the page, and an address that is asked with a secret. The secret is told to nobody again.
type Proof struct {
	Mode      string `json:"mode" enum:"off,work,service"`
	ScriptURL string `json:"script_url"`
	VerifyURL string `json:"verify_url"`
	SiteKey   string `json:"site_key"`
	SecretEnd string `json:"secret_end"` // what can be shown of the secret; empty: there is none
	Secret    string `json:"-"`
}

// settle brings what was changed into its form, or names every field that is wrong. given tells whether the change
// brought a secret.
func (p *Proof) settle(was Proof, given bool, admits func(string) bool) map[string]string {
	problems := map[string]string{}
	p.ScriptURL, p.VerifyURL = strings.TrimSpace(p.ScriptURL), strings.TrimSpace(p.VerifyURL)
	p.SiteKey, p.Secret = strings.TrimSpace(p.SiteKey), strings.TrimSpace(p.Secret)
	if p.VerifyURL != was.VerifyURL && !given {
		p.Secret = "" // it is for the address it was given for, and goes nowhere else
	}
	p.SecretEnd = masked(p.Secret)
	for _, f := range []struct {
		name, now, was string
		address        bool
	}{
		{"script_url", p.ScriptURL, was.ScriptURL, true}, {"verify_url", p.VerifyURL, was.VerifyURL, true},
		{"site_key", p.SiteKey, was.SiteKey, false}, {"secret", p.Secret, was.Secret, false},
	} {
		switch {
		case f.now == "" && p.Mode == ProofService:
			problems["proof."+f.name] = "must not be empty"
		case f.now == "" || f.now == f.was:
		case f.address && (len(f.now) > proofAddressMost || !admits(f.now)):
			problems["proof."+f.name] = "must be an https address on the internet"
		case !f.address && len(f.now) > proofKeyMost:
			problems["proof."+f.name] = fmt.Sprintf("must be at most %d characters", proofKeyMost)
		case !f.address && strings.ContainsFunc(f.now, func(r rune) bool { return r <= ' ' || r > '~' }):
			problems["proof."+f.name] = "is not in the expected form"
		}
	}
	return problems
}

// masked is what can be shown of a secret.
func masked(secret string) string {
	switch n := len(secret); {
	case n == 0:
		return ""
	case n < 12:
		return "•••"
	default:
		return "•••" + secret[n-4:]
	}
}
