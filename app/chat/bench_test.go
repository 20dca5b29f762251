package chat_test

import (
	"fmt"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
)

// BenchmarkSendIntoAGroup shows what the size of a group costs a send, with nobody connected.
func BenchmarkSendIntoAGroup(b *testing.B) {
	for _, members := range []int{2, 200, 2000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			p := apptest.New(b)
			p.Owner().OK("PATCH", "/api/admin/settings", `{"chat":{"max_group":2000}}`, nil)
			a := p.Agent("Ann", 1)
			h, err := p.Chat.Found(b.Context(), a.ID, chat.Founding{ClientID: "bench-group", Name: "All", People: crowd(b, p, members-1)})
			if err != nil {
				b.Fatal(err)
			}
			b.SetParallelism(32) // so that sends share their commits, as they do when it matters
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := p.Chat.Send(b.Context(), a.ID, h.ID, p.Draft("x").Draft()); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
