package chat

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

// What somebody wants to be told of a conversation.
const (
	NotifyAll      = "all"
	NotifyMentions = "mentions" // only what names him, alone or with all
	NotifyNone     = "none"
)

// mostPinned is how many conversations stand on top of a list: with more of them there is no top.
const mostPinned = 50

// Kept is how somebody keeps a conversation in his own list; nobody else learns of it. Notify holds until Until, or
// until it is changed. HiddenBelow is the seq that brings a hidden one back: it is out of the list while the
// conversation has not come that far. Marked says that he marked it as unread.
type Kept struct {
	ConversationID int64      `json:"conversation_id" bun:"conversation_id"`
	Pinned         bool       `json:"pinned" bun:"pinned"`
	Notify         string     `json:"notify" bun:"notify" enum:"all,mentions,none"`
	Until          *time.Time `json:"until,omitempty" bun:"until"`
	HiddenBelow    int64      `json:"hidden_below" bun:"hidden_below"`
	Marked         bool       `json:"marked" bun:"marked"`
	Noticed        int64      `json:"noticed,omitempty" bun:"noticed"` // version of the last announcement he has read, or put aside
}

// KeptChange names what is to be other; Until belongs to Notify.
type KeptChange struct {
	Pinned      *bool      `json:"pinned,omitempty"`
	Notify      *string    `json:"notify,omitempty" enum:"all,mentions,none"`
	Until       *time.Time `json:"until,omitempty"`
	HiddenBelow *int64     `json:"hidden_below,omitempty" minimum:"0"`
	Marked      *bool      `json:"marked,omitempty"`
}

// plain tells whether it is kept as every conversation is, which needs no row.
func (k Kept) plain() bool {
	return !k.Pinned && k.Notify == NotifyAll && k.HiddenBelow == 0 && !k.Marked && k.Noticed == 0
}

// applied is how it is kept after a change, in a conversation that has come to a seq.
func (k Kept) applied(c KeptChange, seq int64, now time.Time) (Kept, error) {
	set(&k.Pinned, c.Pinned)
	set(&k.Marked, c.Marked)
	if c.HiddenBelow != nil {
		k.HiddenBelow = min(*c.HiddenBelow, seq+1) // hidden for ever is not what anybody wants
	}
	switch {
	case c.Until != nil && (c.Notify == nil || *c.Notify == NotifyAll):
		return k, fault.New(fault.Invalid, "the request is not valid").With("until", "says how long one is told less: it needs notify")
	case c.Until != nil && !c.Until.After(now):
		return k, fault.New(fault.Invalid, "the request is not valid").With("until", "must be in the future")
	case c.Notify != nil:
		k.Notify, k.Until = *c.Notify, nil
		if c.Until != nil {
			until := c.Until.UTC().Truncate(time.Microsecond)
			k.Until = &until
		}
	}
	return k, nil
}

// KeepTx changes how somebody keeps a conversation he is in; moved is false when it was kept so. Faults: NotFound
// (not in it, or none of the messenger's), Invalid, Conflict (too many are pinned).
func (s *Service) KeepTx(ctx context.Context, tx *storage.Tx, me, conversation int64, change KeptChange) (k Kept, moved bool, err error) {
	c, err := lock(ctx, tx, conversation)
	if err != nil {
		return k, false, err
	}
	m, err := membership(ctx, tx, conversation, me)
	if err != nil || m.LeftSeq != nil || c.Kind != Direct && c.Kind != Group {
		return k, false, orElse(err, errNotIn)
	}
	all, err := s.KeptOf(ctx, tx, me)
	if err != nil {
		return k, false, err
	}
	was, pinned := among(all, conversation), 0
	for _, one := range all {
		if one.Pinned {
			pinned++
		}
	}
	if k, err = was.applied(change, c.Seq, s.now()); err != nil || k.same(was) {
		return k, false, err
	}
	if k.Pinned && !was.Pinned && pinned >= mostPinned {
		return k, false, fault.New(fault.Conflict, "too many chats are on top: take one down first")
	}
	return k, true, saveKept(ctx, tx, me, k)
}

// among is how a conversation is kept by whom all this is of.
func among(all []Kept, conversation int64) Kept {
	for _, one := range all {
		if one.ConversationID == conversation {
			return one
		}
	}
	return Kept{ConversationID: conversation, Notify: NotifyAll}
}

func (k Kept) same(other Kept) bool {
	until := k.Until == other.Until || k.Until != nil && other.Until != nil && k.Until.Equal(*other.Until)
	k.Until, other.Until = nil, nil
	return until && k == other
}

// KeptOf lists what somebody keeps otherwise than every conversation is kept.
func (s *Service) KeptOf(ctx context.Context, r bun.IDB, me int64) ([]Kept, error) {
	all := []Kept{}
	err := r.NewRaw(`SELECT conversation_id, `+keptColumns+` FROM kept k WHERE k.person_id = ? ORDER BY k.conversation_id`, me).Scan(ctx, &all)
	for i := range all {
		if until := all[i].Until; until != nil {
			*until = until.UTC()
		}
	}
	return all, err
}

// keptColumns are how a conversation is kept, where there is a row.
const keptColumns = `k.pinned <> 0 AS pinned, k.notify, k.notify_until AS until, k.hidden_below, k.marked <> 0 AS marked, k.noticed`

func saveKept(ctx context.Context, tx *storage.Tx, me int64, k Kept) error {
	if k.plain() {
		return tx.Do(ctx, `DELETE FROM kept WHERE person_id = ? AND conversation_id = ?`, me, k.ConversationID)
	}
	_, err := tx.NewRaw(`
		INSERT INTO kept (person_id, conversation_id, pinned, notify, notify_until, hidden_below, marked, noticed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (person_id, conversation_id) DO UPDATE SET pinned = EXCLUDED.pinned, notify = EXCLUDED.notify, notify_until = EXCLUDED.notify_until,
			hidden_below = EXCLUDED.hidden_below, marked = EXCLUDED.marked, noticed = EXCLUDED.noticed`,
		me, k.ConversationID, flag(k.Pinned), k.Notify, k.Until, k.HiddenBelow, flag(k.Marked), k.Noticed).Exec(ctx)
	return err
}

// flag is a fact as the databases keep it.
func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}
