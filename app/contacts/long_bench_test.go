package contacts_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/storage"
)

const (
	long      = 20_000_000 // the conversation of crowded that lengthened makes long
	longSize  = 10_000
	longEvery = 10 * time.Minute
)

var longBegan = time.Date(2026, 8, 1, 8, 0, 0, 0, time.UTC)

// lengthened is crowded with 10,000 messages in one conversation, a day's 144 a day.
func lengthened(tb testing.TB, p *apptest.Product, me int64) {
	tb.Helper()
	crowded(tb, p, me)
	words := []string{"Shall we meet at the lake tomorrow, number %d?", "明天去湖边吗？第 %d 次问了", "Look at https://example.com/%d", "好的 %d"}
	err := p.DB.Write(storage.Unhurried(tb.Context()), func(ctx context.Context, tx *storage.Tx) error {
		for seq := 31; seq <= longSize; seq++ {
			text, by := fmt.Sprintf(words[seq%len(words)], seq), me
			if seq%2 == 0 {
				by = long / 2
			}
			at := storage.Time{Time: longBegan.Add(time.Duration(seq) * longEvery)}
			if err := tx.Do(ctx, `INSERT INTO messages (conversation_id, seq, id, version, sender_id, client_msg_id, body_hash, type, body, alt, created_at) VALUES (?, ?, ?, ?, ?, ?, '', 'text', ?, ?, ?)`,
				long, seq, int64(long)*1000+int64(seq), seq, by, fmt.Sprint("message-", seq), fmt.Sprintf(`{"text":%q}`, text), text, at); err != nil {
				return err
			}
		}
		return tx.Do(ctx, `UPDATE conversations SET seq = ?, version = ?, updated_at = ? WHERE id = ?`, longSize, longSize, storage.Time{Time: time.Now().UTC().Add(time.Hour)}, long)
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// longReads are what a page asks about a long conversation.
func longReads() []struct{ name, path string } {
	at := func(seq int) string {
		return url.QueryEscape(longBegan.Add(time.Duration(seq) * longEvery).Format(time.RFC3339))
	}
	find := func(query string) string { return fmt.Sprintf("/api/chat/conversations/%d/find?%s", long, query) }
	return []struct{ name, path string }{
		{"a page at the end", fmt.Sprintf("/api/chat/conversations/%d/messages?before=%d&limit=50", long, longSize)},
		{"a page in the middle", fmt.Sprintf("/api/chat/conversations/%d/messages?before=5000&limit=50", long)},
		{"a page at the beginning", fmt.Sprintf("/api/chat/conversations/%d/messages?before=51&limit=50", long)},
		{"a day long ago", find("from=" + at(288) + "&to=" + at(432))},
		{"words many said", find("q=lake")},
		{"words one said", find("q=" + url.QueryEscape("number 40?"))},
		{"words nobody said", find("q=" + url.QueryEscape("没有说过"))},
		{"links", find("kind=link")},
		{"pictures, of which there are none", find("kind=image")},
	}
}

// What a page asks about a long conversation is read from an index, and no statement for each message.
func TestALongChatIsReadFromIndexes(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	lengthened(t, p, li.ID)
	l := listen(t, p)
	for _, c := range longReads() {
		said := l.heard(func() { li.OK("GET", c.path, nil, nil) })
		said = slices.DeleteFunc(said, func(query string) bool { return !strings.Contains(query, fmt.Sprint(long)) }) // what runs beside
		if len(said) == 0 || len(said) > 8 {
			t.Errorf("%s: %d statements, such as %q", c.name, len(said), said[:min(len(said), 3)])
		}
		for _, query := range said {
			if plan, scans := fullScan(t, p.DB, query); scans {
				t.Errorf("%s: %s\nis read without an index:\n%s", c.name, query, plan)
			}
		}
	}
}

func TestADayOfALongChatIsFoundToTheMessage(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	lengthened(t, p, li.ID)
	at := func(seq int, after time.Duration) string {
		return url.QueryEscape(longBegan.Add(time.Duration(seq)*longEvery + after).Format(time.RFC3339))
	}
	for query, want := range map[string][2]int64{
		"from=" + at(288, 0) + "&to=" + at(292, 0):                     {288, 291},
		"from=" + at(288, time.Second) + "&to=" + at(292, time.Second): {289, 292},
		"from=" + at(longSize-1, 0):                                    {longSize - 1, longSize},
		"from=" + at(longSize, time.Second):                            {},
		"to=" + at(-longSize, 0):                                       {},
		"kind=link&from=" + at(288, 0) + "&to=" + at(292, 0):           {290, 290},
		"before=291&from=" + at(288, 0) + "&to=" + at(292, 0):          {288, 290},
	} {
		var page chat.MessagePage
		li.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/find?%s", long, query), nil, &page)
		var got [2]int64
		if n := len(page.Messages); n > 0 {
			got = [2]int64{page.Messages[0].Seq, page.Messages[n-1].Seq}
		}
		if got != want || page.More {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
	}
}

// BenchmarkLongChat opens a conversation of 10,000 messages, pages back through it, jumps and searches.
func BenchmarkLongChat(b *testing.B) {
	p := apptest.New(b)
	li := p.Member("Li Lei")
	lengthened(b, p, li.ID)
	b.Run("sign in", func(b *testing.B) {
		for b.Loop() {
			start(li)
			li.OK("POST", "/api/chat/sync", `{"epoch":"","known":{},"list":0}`, nil)
		}
	})
	for _, c := range longReads() {
		b.Run(strings.ReplaceAll(c.name, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				li.OK("GET", c.path, nil, nil)
			}
		})
	}
	b.Run("back_all_the_way", func(b *testing.B) {
		for b.Loop() {
			for before, more := longSize, true; more; {
				var page struct {
					Messages []struct{ Seq int }
					More     bool
				}
				li.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/messages?before=%d&limit=50", long, before), nil, &page)
				before, more = page.Messages[0].Seq, page.More
			}
		}
	})
}
