package contacts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/storage"
)

// crowded gives somebody 500 friends, 400 conversations with them, and 100 groups, each with something said and
// not read.
func crowded(tb testing.TB, p *apptest.Product, me int64) {
	tb.Helper()
	at := time.Now().UTC().Truncate(time.Microsecond)
	const base = 10_000_000
	err := p.DB.Write(storage.Unhurried(context.Background()), func(ctx context.Context, tx *storage.Tx) error {
		do := func(text string, args ...any) error {
			_, err := tx.NewRaw(text, args...).Exec(ctx)
			return err
		}
		for i := range 500 {
			id, conversation := int64(base+i), int64(2*base+i)
			kind, owner, peer := "direct", me, id
			if i >= 400 {
				kind, owner, peer = "group", id, 0
			}
			for _, err := range []error{
				do(`INSERT INTO people (id, kind, name, created_at) VALUES (?, 'member', ?, ?)`, id, fmt.Sprint("Member ", i), at),
				do(`INSERT INTO profiles (person_id, number, folded, created_at) VALUES (?, ?, ?, ?)`, id, id, fmt.Sprint("member", i), at),
				do(`INSERT INTO friends (person_id, friend_id, since) VALUES (?, ?, ?), (?, ?, ?)`, me, id, at, id, me, at),
				do(`INSERT INTO conversations (id, kind, owner_id, peer_id, seq, version, updated_at, name, member_count, number, bond) VALUES (?, ?, ?, ?, 30, 30, ?, ?, ?, ?, 'friends')`,
					conversation, kind, owner, peer, at.Add(time.Duration(i)*time.Second), fmt.Sprint("Group ", i), 20, int64(i%100)*int64(i/400)+int64(i)),
			} {
				if err != nil {
					return err
				}
			}
			for n := range 20 {
				person := int64(base + (i+n)%500)
				if n == 0 {
					person = me
				} else if kind == "direct" && n > 1 {
					break
				}
				if err := do(`INSERT INTO members (conversation_id, person_id, role, join_seq, version) VALUES (?, ?, 'member', 1, 1) ON CONFLICT DO NOTHING`, conversation, person); err != nil {
					return err
				}
			}
			for seq := range 30 {
				if err := do(`INSERT INTO messages (conversation_id, seq, id, version, sender_id, client_msg_id, body_hash, type, body, alt, created_at) VALUES (?, ?, ?, ?, ?, ?, '', 'text', '{"text":"hello"}', 'hello', ?)`,
					conversation, seq+1, conversation*100+int64(seq), seq+1, id, fmt.Sprint("message-", seq), at); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func TestAPageStartsWithTheLatestAndPagesTheRest(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	crowded(t, p, li.ID)
	a := start(li)
	if len(a.Friends) != 500 || len(a.Groups) != 100 || len(a.Conversations) != 200 || a.Next == "" || a.Conversations[0].Unread != 30 || a.Conversations[0].Last == nil {
		t.Fatalf("%d friends, %d groups, %d conversations, next %q, first %+v", len(a.Friends), len(a.Groups), len(a.Conversations), a.Next, a.Conversations[0])
	}
	seen := map[int64]bool{}
	for _, c := range a.Conversations {
		seen[c.ID] = true
	}
	for next := a.Next; next != ""; {
		var page struct {
			Conversations []struct{ ID int64 }
			Next          string
		}
		li.OK("GET", "/api/im/conversations?limit=150&before="+next, nil, &page)
		for _, c := range page.Conversations {
			if seen[c.ID] {
				t.Fatalf("%d comes twice", c.ID)
			}
			seen[c.ID] = true
		}
		next = page.Next
	}
	if len(seen) != 500 {
		t.Fatalf("%d conversations", len(seen))
	}
}

func BenchmarkStart(b *testing.B) {
	p := apptest.New(b)
	li := p.Member("Li Lei")
	crowded(b, p, li.ID)
	for b.Loop() {
		start(li)
	}
}
