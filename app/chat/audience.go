package chat

import (
	"context"
	"fmt"
	"sync"

	"ichat/storage"
)

// mostAudiences bounds the memory of audiences: 16 KB for a group of 2,000.
const mostAudiences = 1000

// audiences remembers who is in a group. Reading 2,000 members again for every message was ten times the rest
// of a send, when measured.
//
// It is never wrong: a list is kept under the version of the change that made it, which comes from the
// conversation's locked row, and only once the write that read it is committed.
type audiences struct {
	mu sync.Mutex
	of map[int64]audienceAt // by conversation; guarded by mu
}

type audienceAt struct {
	version int64
	people  []int64 // never changed
}

func (a *audiences) get(conversation, version int64) []int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.of[conversation]; known.version == version {
		return known.people
	}
	return nil
}

func (a *audiences) put(conversation int64, fresh audienceAt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil || len(a.of) >= mostAudiences {
		a.of = map[int64]audienceAt{}
	}
	if a.of[conversation].version < fresh.version {
		a.of[conversation] = fresh
	}
}

// audienceTx is who must be told of a change that leaves the members as they are. Nobody may change the list.
func (s *Service) audienceTx(ctx context.Context, tx *storage.Tx, c Conversation) ([]int64, error) {
	if c.membersVersion == 0 { // no group
		return audience(ctx, tx, c.ID)
	}
	if known := s.audiences.get(c.ID, c.membersVersion); known != nil {
		return known, nil
	}
	ids, err := audience(ctx, tx, c.ID)
	if err == nil {
		tx.After(func() { s.audiences.put(c.ID, audienceAt{version: c.membersVersion, people: ids}) })
	}
	return ids, err
}

// audience reads who is in a conversation now.
func audience(ctx context.Context, tx *storage.Tx, conversation int64) ([]int64, error) {
	ids, err := tx.Numbers(ctx, inside, conversation)
	if err != nil {
		return nil, fmt.Errorf("members of %d: %w", conversation, err)
	}
	return ids, nil
}
