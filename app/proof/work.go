package proof

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

const (
	// puzzles and bits are the work: 260,000 hashes or so, under a second on a desk and a few on an old phone, while
	// the form is filled in. Many small puzzles take everybody about as long; one large one is luck.
	puzzles = 16
	bits    = 14

	// solveWithin is how long a challenge holds.
	solveWithin = 15 * time.Minute
)

// newChallenge makes puzzles that are good for one purpose and a while. It is signed, not kept: asking writes nothing.
func newChallenge(key []byte, purpose string, now time.Time) string {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // it never fails
	head := purpose + "." + strconv.FormatInt(now.Add(solveWithin).Unix(), 10) + "." + base64.RawURLEncoding.EncodeToString(nonce)
	return head + "." + sign(key, head)
}

func sign(key []byte, head string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(head))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// solved looks at `challenge:number,number,...` and returns the challenge and until when it would hold.
func solved(key []byte, purpose, proof string, now time.Time) (challenge string, until time.Time, err error) {
	challenge, answer, _ := strings.Cut(proof, ":")
	end := strings.LastIndexByte(challenge, '.')
	parts := strings.Split(challenge, ".")
	if end < 0 || len(parts) != 4 || !hmac.Equal([]byte(challenge[end+1:]), []byte(sign(key, challenge[:end]))) || parts[0] != purpose {
		return "", until, refused("is wrong")
	}
	seconds, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return "", until, refused("is wrong")
	}
	if until = time.Unix(seconds, 0).UTC(); !now.Before(until) {
		return "", until, refused("is over")
	}
	if !answers(challenge, strings.Split(answer, ",")) {
		return "", until, refused("is wrong")
	}
	return challenge, until, nil
}

// answers tells whether every puzzle is solved: the hash of the challenge's hash, the puzzle's number and
// the number found begins with enough zeros.
func answers(challenge string, found []string) bool {
	if len(found) != puzzles {
		return false
	}
	seed := sha256.Sum256([]byte(challenge))
	for i, text := range found {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return false
		}
		sum := sha256.Sum256(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(seed[:], uint32(i)), uint32(n)))
		if binary.BigEndian.Uint32(sum[:4])>>(32-bits) != 0 {
			return false
		}
	}
	return true
}
