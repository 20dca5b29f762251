package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ichat/app/fault"
)

// solve does what a page does.
func solve(challenge string) string {
	seed := sha256.Sum256([]byte(challenge))
	var found []string
	for i := range uint32(puzzles) {
		for n := uint32(0); ; n++ {
			sum := sha256.Sum256(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(slices.Clone(seed[:]), i), n))
			if binary.BigEndian.Uint32(sum[:4])>>(32-bits) == 0 {
				found = append(found, strconv.FormatUint(uint64(n), 10))
				break
			}
		}
	}
	return challenge + ":" + strings.Join(found, ",")
}

func TestWorkIsGoodForOnePurposeAndAWhile(t *testing.T) {
	key, now := []byte("a key"), time.Unix(1_764_000_000, 0)
	good := solve(newChallenge(key, Register, now))
	challenge, until, err := solved(key, Register, good, now.Add(solveWithin-time.Second))
	if err != nil || !strings.HasPrefix(good, challenge+":") || !until.Equal(now.Add(solveWithin)) {
		t.Fatal(challenge, until, err)
	}
	head, numbers, _ := strings.Cut(good, ":")
	parts := strings.Split(head, ".")
	longer := strings.Join([]string{parts[0], strconv.FormatInt(now.Add(24*time.Hour).Unix(), 10), parts[2], parts[3]}, ".")
	none := strings.Repeat("0,", puzzles-1) + "0"
	for name, c := range map[string]struct {
		purpose, proof string
		after          time.Duration
	}{
		"over":                 {Register, good, solveWithin},
		"another purpose":      {"post", good, 0},
		"issued for another":   {Register, solve(newChallenge(key, "post", now)), 0},
		"another server's":     {Register, solve(newChallenge([]byte("other"), Register, now)), 0},
		"its end moved":        {Register, solve(longer), 0},
		"not solved":           {Register, head + ":" + none, 0},
		"one number short":     {Register, good[:strings.LastIndexByte(good, ',')], 0},
		"one number more":      {Register, good + ",1", 0},
		"numbers of another":   {Register, newChallenge(key, Register, now) + ":" + numbers, 0},
		"no numbers":           {Register, head, 0},
		"a word":               {Register, "nonsense", 0},
		"zero-width and NUL":   {Register, "\u200b\x00." + good, 0},
		"numbers out of range": {Register, head + ":" + strings.Repeat("99999999999,", puzzles), 0},
	} {
		if _, _, err := solved(key, c.purpose, c.proof, now.Add(c.after)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPageTrustsWhatTheServiceNeedsAndNothingElse(t *testing.T) {
	for script, want := range map[string][]string{
		"https://challenges.cloudflare.com/turnstile/v0/api.js": {"https://challenges.cloudflare.com"},
		"https://js.hcaptcha.com/1/api.js":                      {"https://hcaptcha.com", "https://*.hcaptcha.com"},
		"https://verify.example.com:8443/a.js?x=1":              {"https://verify.example.com:8443"},
		"https://a.example;script-src/a.js":                     nil,
		"https://*/a.js":                                        nil,
		"https://a.example'unsafe-inline'/a.js":                 nil,
		"nonsense":                                              nil,
	} {
		if got := sources(script); !slices.Equal(got, want) {
			t.Errorf("%s: %q", script, got)
		}
	}
	if got := sources("https://www.google.com/recaptcha/api.js"); !slices.Contains(got, "https://www.gstatic.com/recaptcha/") || slices.Contains(got, "https://www.google.com") {
		t.Errorf("%q", got)
	}
}
