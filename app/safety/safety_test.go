package safety_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/id"
	"ichat/app/safety"
)

const quiet = "messages cannot be delivered right now"

// behindProxy lets the people of a test call from addresses of their own.
func behindProxy(c *app.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }

func blockPath(visitor *apptest.Client) string {
	return fmt.Sprintf("/api/desk/visitors/%d/block", visitor.ID)
}
func blacklist(p *apptest.Product) string {
	return fmt.Sprintf("/api/admin/sites/%d/blacklist", p.Site.ID)
}

func blocks(p *apptest.Product) []safety.Block {
	var page safety.Page
	p.Owner().OK("GET", blacklist(p), nil, &page)
	return page.Blocks
}

// refusedQuietly sends what a blocked visitor is refused, in words that tell him nothing.
func refusedQuietly(t *testing.T, p *apptest.Product, visitor *apptest.Client) {
	t.Helper()
	refused := visitor.Refused("POST", "/api/live/messages", p.Draft("let me in"), 403)
	if refused.Message != quiet || refused.Retry != "never" || strings.Contains(refused.Message, "block") {
		t.Fatalf("%+v", refused)
	}
}

func TestAnAgentBlocksAVisitorWhoIsNotTold(t *testing.T) {
	p := apptest.New(t)
	mei, vic := p.Agent("Mei", 5), p.Visitor()
	socket := mei.Online()
	rude := p.Draft("rude words")
	var first, again chat.Message
	vic.OK("POST", "/api/live/messages", rude, &first)
	socket.Wait("list", nil)
	ticket := vic.Live().TicketID

	var seen safety.VisitorBlock
	mei.OK("GET", blockPath(vic), nil, &seen)
	if seen.Address != "127.0.0.•" || seen.Blocked {
		t.Fatalf("%+v", seen)
	}
	mei.OK("PUT", blockPath(vic), `{"reason":"insults","minutes":60}`, &seen)
	if !seen.Blocked || seen.Reason != "insults" || seen.ExpiresAt == nil || seen.Address != "127.0.0.•" {
		t.Fatalf("%+v", seen)
	}

	refusedQuietly(t, p, vic)
	vic.Lang = "zh-CN"
	if refused := vic.Refused("POST", "/api/live/messages", p.Draft("again"), 403); refused.Message != "消息暂时无法送达" {
		t.Fatalf("%+v", refused)
	}
	vic.OK("POST", "/api/live/messages", rude, &again) // a retry of what had arrived
	if again.ID != first.ID {
		t.Fatalf("the retry answered %d, want %d", again.ID, first.ID)
	}
	if l := vic.Live(); l.State != "closed" || l.TicketID != ticket {
		t.Fatalf("%+v", l)
	}
	vic.Refused("PATCH", fmt.Sprintf("/api/chat/conversations/%d/messages/%d", first.ConversationID, first.Seq), map[string]string{"edit_id": "edit-0001", "text": "ruder words"}, 403)
	vic.OK("GET", "/api/visitors/me", nil, nil)
	vic.Connect()

	var detail desk.TicketDetail
	mei.OK("GET", fmt.Sprintf("/api/desk/tickets/%d", ticket), nil, &detail)
	if detail.Ticket.State != "closed" || detail.History[0].EndedBy != "blocked" {
		t.Fatalf("%+v", detail)
	}
	var notes, said chat.MessagePage
	mei.OK("GET", fmt.Sprintf("/api/desk/tickets/%d/notes", ticket), nil, &notes)
	if len(notes.Messages) != 1 || notes.Messages[0].Body.Text != "insults" {
		t.Fatalf("%+v", notes)
	}
	vic.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", first.ConversationID), nil, &said)
	if b, _ := json.Marshal(said); strings.Contains(string(b), "insults") || strings.Contains(string(b), "block") {
		t.Fatalf("the visitor reads %s", b)
	}

	owner := p.Owner()
	listed := blocks(p)
	if len(listed) != 1 || listed[0].Visitor == nil || listed[0].Visitor.ID != vic.ID || listed[0].By.ID != mei.ID || listed[0].Reason != "insults" {
		t.Fatalf("%+v", listed)
	}
	owner.OK("DELETE", fmt.Sprintf("%s/%d", blacklist(p), listed[0].ID), nil, nil)
	owner.Refused("DELETE", fmt.Sprintf("%s/%d", blacklist(p), listed[0].ID), nil, 404)
	vic.Say("thank you")
	if l := vic.Live(); l.TicketID == ticket {
		t.Fatalf("%+v", l)
	}
}

func TestNobodyIsHeardFromABlockedAddress(t *testing.T) {
	p := apptest.New(t, behindProxy)
	sue := p.Supervisor("Sue", 5)
	inside, outside := p.VisitorFrom("203.0.113.77"), p.VisitorFrom("203.0.114.1")
	inside.Say("hello")
	for _, typed := range []string{"203.0.113.9/24", "2001:db8::/32", "198.51.100.4"} {
		sue.OK("POST", blacklist(p), map[string]any{"address": typed, "reason": "attack"}, nil)
	}
	if got := blocks(p); got[2].Address != "203.0.113.0/24" || got[1].Address != "2001:db8::/32" || got[0].Address != "198.51.100.4" || got[0].ExpiresAt != nil {
		t.Fatalf("%+v", got)
	}
	refusedQuietly(t, p, inside)
	outside.Say("hello")
	outside.From = "::ffff:198.51.100.4" // the same address, as some servers see it
	refusedQuietly(t, p, outside)
	outside.From = "198.51.100.5"
	outside.Say("hello again")
	fresh := p.VisitorFrom("2001:db8:1::5") // becomes a visitor like anybody else
	fresh.OK("GET", "/api/live", nil, nil)
	refusedQuietly(t, p, fresh)
	if l := fresh.Live(); l.State != "none" {
		t.Fatalf("%+v", l)
	}
	sue.From = "203.0.113.8" // staff are not visitors
	sue.OK("GET", "/api/desk", nil, nil)
}

func TestAVisitorIsBlockedWithTheAddressHeWasLastSeenAt(t *testing.T) {
	p := apptest.New(t, behindProxy)
	mei, sue, vic := p.Agent("Mei", 5), p.Supervisor("Sue", 5), p.VisitorFrom("203.0.113.77")
	vic.Say("hello")
	vic.From = "2001:db8:1:2:3::4"
	vic.Live()
	var seen safety.VisitorBlock
	mei.OK("GET", blockPath(vic), nil, &seen)
	if seen.Address != "2001:db8:1:2:•" {
		t.Fatalf("an agent sees %q", seen.Address)
	}
	sue.OK("GET", blockPath(vic), nil, &seen)
	if seen.Address != vic.From {
		t.Fatalf("a supervisor sees %q", seen.Address)
	}
	mei.OK("PUT", blockPath(vic), `{"also_address":true}`, nil)
	mei.OK("PUT", blockPath(vic), `{"also_address":true,"reason":"again"}`, nil) // the newer terms hold
	if got := blocks(p); len(got) != 2 || got[0].Address != vic.From || got[1].Visitor == nil || got[0].Reason != "again" {
		t.Fatalf("%+v", got)
	}
	refusedQuietly(t, p, p.VisitorFrom(vic.From))
	p.VisitorFrom("203.0.113.77").Say("somebody else")
}

func TestWhatCannotBeBlocked(t *testing.T) {
	p := apptest.New(t)
	owner, mei, vic := p.Owner(), p.Agent("Mei", 5), p.Visitor()
	vic.Say("hello")
	for typed, want := range map[string]string{
		"": "must be an address", "shop.example": "must be an address", "203.0.113": "must be an address", "203.0.113.7/33": "must be an address",
		"203.0.113.7/": "must be an address", "fe80::1%eth0": "must be an address", "::ffff:0.0.0.0/8": "must be an address",
		"0.0.0.0/0": "this range is too wide, the widest is /8", "::/0": "this range is too wide, the widest is /20", "::ffff:0.0.0.0/97": "this range is too wide, the widest is /8",
	} {
		refused := owner.Refused("POST", blacklist(p), map[string]string{"address": typed}, 400)
		if !strings.HasPrefix(refused.Fields["address"], want) {
			t.Errorf("%q: %+v", typed, refused)
		}
	}
	const own = "your own address is among these"
	for _, typed := range []string{"127.0.0.1", "127.0.0.0/8", "::ffff:127.0.0.1"} {
		if refused := owner.Refused("POST", blacklist(p), map[string]string{"address": typed}, 409); refused.Message != own {
			t.Errorf("%q: %+v", typed, refused)
		}
	}
	if refused := mei.Refused("PUT", blockPath(vic), `{"also_address":true}`, 409); refused.Message != own {
		t.Errorf("%+v", refused)
	}
	for _, colleague := range []*apptest.Client{mei, owner} {
		if refused := mei.Refused("PUT", blockPath(colleague), `{}`, 409); refused.Message != "only visitors can be blocked" {
			t.Errorf("%+v", refused)
		}
	}
	mei.Refused("PUT", "/api/desk/visitors/12345/block", `{}`, 404)
	mei.Refused("PUT", blockPath(vic), map[string]any{"reason": strings.Repeat("x", 201)}, 400)
	mei.Refused("PUT", blockPath(vic), `{"minutes":-1}`, 400)
	owner.Refused("DELETE", blacklist(p)+"/12345", nil, 404)
	owner.Refused("POST", "/api/admin/sites/12345/blacklist", `{"address":"203.0.113.7"}`, 404)
	if got := blocks(p); len(got) != 0 {
		t.Fatalf("refusals left %+v", got)
	}
	vic.Say("still here")
}

// TestABlockAndAMessageThatMeet: whichever comes first, the blocked visitor has no open ticket afterwards.
func TestABlockAndAMessageThatMeet(t *testing.T) {
	p := apptest.New(t)
	mei := p.Agent("Mei", 5)
	for range 10 {
		vic := p.Visitor()
		vic.Say("hello")
		var sends sync.WaitGroup
		for range 6 {
			draft := p.Draft("more")
			sends.Go(func() {
				if r := vic.Do("POST", "/api/live/messages", draft); r.Status != 200 && r.Status != 403 {
					t.Errorf("%d %s", r.Status, r.Body)
				}
			})
		}
		mei.OK("PUT", blockPath(vic), `{}`, nil)
		sends.Wait()
		if l := vic.Live(); l.State != "closed" {
			t.Fatalf("blocked and %s", l.State)
		}
		refusedQuietly(t, p, vic)
	}
}

func TestABlockEndsByItself(t *testing.T) {
	var late atomic.Int64
	p := apptest.NewAt(t, func() time.Time { return time.Now().Add(time.Duration(late.Load())) })
	mei, vic := p.Agent("Mei", 5), p.Visitor()
	vic.Say("hello")
	mei.OK("PUT", blockPath(vic), `{"minutes":10}`, nil)
	refusedQuietly(t, p, vic)
	late.Store(int64(11 * time.Minute))
	vic.Say("sorry")
	var seen safety.VisitorBlock
	mei.OK("GET", blockPath(vic), nil, &seen)
	if seen.Blocked {
		t.Fatalf("%+v", seen)
	}
	if got := blocks(p); len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	if err := p.Safety.RemoveOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := blocks(p); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
}

func TestAnotherNodeLearnsOfABlock(t *testing.T) {
	p := apptest.New(t)
	mei, vic := p.Agent("Mei", 5), p.Visitor()
	vic.Say("hello")
	other := safety.New(p.DB, id.NewSource(9, time.Now), time.Now, p.People, p.Audit, slog.New(slog.DiscardHandler))
	hears := func() bool { return other.Draft(t.Context(), vic.ID, nil) == nil }
	if !hears() {
		t.Fatal("blocked before the block")
	}
	mei.OK("PUT", blockPath(vic), `{}`, nil)
	if err := other.Load(t.Context()); err != nil || hears() {
		t.Fatalf("not learned, %v", err)
	}
	p.Owner().OK("DELETE", fmt.Sprintf("%s/%d", blacklist(p), blocks(p)[0].ID), nil, nil)
	if err := other.Load(t.Context()); err != nil || !hears() {
		t.Fatalf("not forgotten, %v", err)
	}
}
