package contacts

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/people"
	"ichat/storage"
)

// Privacy is what a member shows others of himself. What he keeps to himself he is not shown of them either.
type Privacy struct {
	Receipts bool   `json:"receipts"` // how far he has read
	LastSeen string `json:"last_seen" enum:"everyone,friends,nobody"`
}

// PrivacyChange names what a member changes of it.
type PrivacyChange struct {
	Receipts *bool   `json:"receipts,omitempty"`
	LastSeen *string `json:"last_seen,omitempty" enum:"everyone,friends,nobody"`
}

// ChangePrivacy changes what a member shows others. His own devices are told all of it, and what they are shown of
// others from now on; his friends when he was last there, or no more.
func (s *Service) ChangePrivacy(ctx context.Context, me int64, c PrivacyChange) (p Privacy, err error) {
	if _, err := s.people.Member(ctx, me); err != nil {
		return p, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		seen, err := s.setLastSeenTx(ctx, tx, me, c.LastSeen)
		if err != nil {
			return err
		}
		read := false
		if c.Receipts != nil {
			if read, err = s.chat.SetReceiptsTx(ctx, tx, me, *c.Receipts); err != nil {
				return err
			}
		}
		if p, err = s.privacyIn(ctx, tx, me); err != nil || !seen && !read {
			return err
		}
		change := Change{Privacy: &p}
		if seen {
			if change.Friends, err = s.friendsIn(ctx, tx, me); err != nil {
				return err
			}
		}
		return s.tellTx(ctx, tx, map[int64]Change{me: change})
	})
	return p, err
}

// setLastSeenTx changes whom somebody lets see when he was last there, and tells his friends.
func (s *Service) setLastSeenTx(ctx context.Context, tx *storage.Tx, me int64, whom *string) (moved bool, err error) {
	if whom == nil {
		return false, nil
	}
	if moved, err = s.people.SetLastSeenForTx(ctx, tx, me, *whom); err != nil || !moved {
		return false, err
	}
	return true, s.showPresenceTx(ctx, tx, me)
}

func (s *Service) privacyIn(ctx context.Context, r bun.IDB, me int64) (p Privacy, err error) {
	if p.LastSeen, err = s.people.LastSeenFor(ctx, r, me); err != nil {
		return p, err
	}
	p.Receipts, err = s.chat.Receipts(ctx, r, me)
	return p, err
}

// sight is what decides over whether somebody sees when another one was last there.
type sight struct {
	His    string `bun:"his"`  // whom the other one lets see it
	Mine   string `bun:"mine"` // and the looking one
	Mutual bool   `bun:"mutual"`
	Hides  bool   `bun:"hides"`  // the other one has blocked him
	Blocks bool   `bun:"blocks"` // and the other way round
	SeenMS int64  `bun:"seen_ms"`
}

// open tells whether it is seen: where each of the two lets the other one see it.
func (v sight) open() bool {
	shows := func(whom string) bool { return whom == people.ForEveryone || whom == people.ForFriends && v.Mutual }
	return shows(v.His) && shows(v.Mine) && !v.Hides && !v.Blocks
}

// exactFor is how long it is told to the moment when somebody was last there; later the day is enough.
const exactFor = 48 * time.Hour

// lastSeen is when somebody was last there who is offline now; nil where that is not seen, or he never was.
func (v sight) lastSeen(now time.Time) *time.Time {
	if v.SeenMS == 0 || !v.open() {
		return nil
	}
	at := time.UnixMilli(v.SeenMS).UTC()
	if now.Sub(at) > exactFor {
		at = at.Truncate(24 * time.Hour)
	}
	return &at
}
