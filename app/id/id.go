// Package id mints the numbers and tokens everything in ichat is known by: 53-bit
// time-ordered ids that JavaScript holds exactly, and 128-bit random tokens for whatever
// must not be guessed.
package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sync"
	"time"
)

// Epoch is the first instant an id can carry. 41 bits of milliseconds after it last until 2093.
var Epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	nodeBits    = 5
	counterBits = 7

	// MaxNode is the largest node number a Source may have.
	MaxNode = 1<<nodeBits - 1
)

// Source mints ids for one node: 41 bits of milliseconds, 5 of node, 7 of counter. Ids of one
// Source only grow, even when the clock runs back. Two Sources with the same node on one
// database collide: the node number is leased, and what a node without its lease writes is refused (storage.LeaseNode).
type Source struct {
	node int64
	now  func() time.Time

	mu   sync.Mutex
	last int64 // milliseconds<<counterBits | counter of the newest id; guarded by mu
}

// NewSource returns a Source for a node number between 0 and MaxNode.
func NewSource(node int, now func() time.Time) *Source {
	if node < 0 || node > MaxNode {
		panic("id: node number out of range")
	}
	return &Source{node: int64(node), now: now}
}

// Next returns a positive id greater than every id this Source returned before. When more than
// 128 are asked for within a millisecond it borrows from the next one instead of waiting.
func (s *Source) Next() int64 {
	tick := s.now().Sub(Epoch).Milliseconds() << counterBits
	s.mu.Lock()
	defer s.mu.Unlock()
	if tick <= s.last {
		tick = s.last + 1
	}
	s.last = tick
	ms, counter := tick>>counterBits, tick&(1<<counterBits-1)
	return ms<<(nodeBits+counterBits) | s.node<<counterBits | counter
}

// At is the smallest id that can be minted at an instant, for asking by id where a time is meant.
func At(t time.Time) int64 {
	return max(0, t.Sub(Epoch).Milliseconds()) << (nodeBits + counterBits)
}

// Token returns 128 random bits in 22 characters that need no escaping in a link or a header.
func Token() string {
	b := make([]byte, 16)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash is what is stored of a token: the hex SHA-256. Tokens are random, so no salt is needed.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
