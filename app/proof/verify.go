package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ichat/app/fault"
	"ichat/app/settings"
)

// answerBytes bounds what is read of a service's answer.
const answerBytes = 64 << 10

// verdict is what Turnstile, hCaptcha and reCAPTCHA answer alike.
type verdict struct {
	Success bool     `json:"success"`
	Action  string   `json:"action"` // what the page asked for, where the service knows
	Errors  []string `json:"error-codes"`
}

// verify asks the service about what it gave the page.
func (s *Service) verify(ctx context.Context, p settings.Proof, purpose, proof, address string) error {
	if len(proof) > proofMost {
		return refused("is wrong")
	}
	v, err := s.verdictOf(ctx, p, proof, address)
	if err == nil && !v.Success && slices.ContainsFunc(v.Errors, oursToMend) {
		err = fmt.Errorf("the service refuses the request: %s", strings.Join(v.Errors, ", "))
	}
	if err != nil {
		s.log.WarnContext(ctx, "a proof could not be verified", "err", err)
		return fault.New(fault.Unavailable, "whether you are a person cannot be checked at the moment: please try again in a minute").Because(err)
	}
	switch {
	case slices.Contains(v.Errors, "timeout-or-duplicate"):
		return refused("is over")
	case !v.Success || v.Action != "" && v.Action != purpose:
		return refused("is wrong")
	}
	return nil
}

// oursToMend tells whether a service complains about what an owner of the server set, not about a person.
func oursToMend(code string) bool {
	return strings.HasSuffix(code, "-input-secret") || code == "bad-request" || code == "internal-error" || code == "sitekey-secret-mismatch"
}

func (s *Service) verdictOf(ctx context.Context, p settings.Proof, proof, address string) (v verdict, err error) {
	form := url.Values{"secret": {p.Secret}, "response": {proof}}
	if address != "" {
		form.Set("remoteip", address)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.VerifyURL, strings.NewReader(form.Encode()))
	if err != nil {
		return v, fmt.Errorf("the address cannot be used")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := s.door.Do(r)
	if err != nil {
		return v, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return v, fmt.Errorf("the service answered %d", answer.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, answerBytes))
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("the service answered something else")
	}
	return v, nil
}
