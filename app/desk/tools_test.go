package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ichat/app/desk"
)

func (c *client) addsCanned(shortcut, words, scope string) (r desk.Canned) {
	c.p.t.Helper()
	c.call("POST", "/api/desk/canned", canned(c.p.site, shortcut, words, scope), &r)
	return r
}

func canned(site int64, shortcut, words, scope string) map[string]any {
	return map[string]any{"site_id": site, "shortcut": shortcut, "text": words, "scope": scope}
}

func reply(r desk.Canned, end string) string { return fmt.Sprintf("/api/desk/canned/%d%s", r.ID, end) }

// shortcuts is what a member finds when he types a slash, with the number of uses.
func (c *client) shortcuts() (found []string) {
	c.p.t.Helper()
	var list struct{ Canned []desk.Canned }
	c.call("GET", "/api/desk/canned", nil, &list)
	for _, r := range list.Canned {
		found = append(found, fmt.Sprint(r.Shortcut, " ", r.Scope, " ", r.Uses))
	}
	return found
}

func TestCannedRepliesAreOnesOwnOrTheSites(t *testing.T) {
	p := open(t, longGrace)
	ann, bob, eve := p.member("Ann", "agent", 5), p.member("Bob", "agent", 5), p.member("Eve", "owner", 5)
	hello := eve.addsCanned("/hello there", "Hello, how can I help?", "site")
	mine := ann.addsCanned("bye", "Good bye\n\nAnn", "mine")
	bob.addsCanned("bye", "See you", "mine") // the same shortcut is nobody else's business
	if hello.Shortcut != "hello-there" || mine.Text != "Good bye\n\nAnn" {
		t.Fatalf("kept %+v and %+v", hello, mine)
	}
	for range 2 {
		ann.call("POST", reply(hello, "/used"), nil, nil)
	}
	if got, want := ann.shortcuts(), []string{"bye mine 0", "hello-there site 2"}; !slices.Equal(got, want) {
		t.Fatalf("Ann finds %q, want %q", got, want)
	}
	if got, want := eve.shortcuts(), []string{"hello-there site 2"}; !slices.Equal(got, want) {
		t.Fatalf("Eve finds %q, want %q", got, want)
	}
}

func TestCannedRepliesOfOthersAreLeftAlone(t *testing.T) {
	p := open(t, longGrace)
	ann, bob, eve := p.member("Ann", "agent", 5), p.member("Bob", "agent", 5), p.member("Eve", "owner", 5)
	hello, mine := eve.addsCanned("hello", "Hello", "site"), ann.addsCanned("bye", "Good bye", "mine")
	const owners = "only a supervisor can change the canned replies of the site"
	ann.refused("POST", "/api/desk/canned", canned(p.site, "new", "x", "site"), 403, owners)
	ann.refused("PATCH", reply(hello, ""), map[string]string{"text": "x"}, 403, owners)
	ann.refused("DELETE", reply(hello, ""), nil, 403, owners)
	ann.refused("POST", "/api/desk/canned", canned(p.site, "bye", "x", "mine"), 409, "this shortcut is already in use")
	shop := p.site
	p.site = p.newSite("Other shop")
	stranger := p.member("Stranger", "owner", 5)
	p.site = shop
	stranger.refused("POST", "/api/desk/canned", canned(shop, "x", "x", "mine"), 404, "site not found")
	for _, c := range []struct {
		who   *client
		reply desk.Canned
	}{{stranger, hello}, {stranger, mine}, {bob, mine}, {eve, mine}, {ann, desk.Canned{ID: 1}}} {
		c.who.refused("PATCH", reply(c.reply, ""), map[string]string{"text": "x"}, 404, "canned reply not found")
		c.who.refused("DELETE", reply(c.reply, ""), nil, 404, "canned reply not found")
		c.who.refused("POST", reply(c.reply, "/used"), nil, 404, "canned reply not found")
	}
	if got := stranger.shortcuts(); len(got) != 0 {
		t.Fatalf("a stranger finds %q", got)
	}
}

func TestCannedRepliesAreChangedAndRemoved(t *testing.T) {
	p := open(t, longGrace)
	ann, eve := p.member("Ann", "agent", 5), p.member("Eve", "owner", 5)
	hello, mine := eve.addsCanned("hello", "Hello", "site"), ann.addsCanned("bye", "Good bye", "mine")
	other := ann.addsCanned("later", "Later", "mine")
	ann.refused("PATCH", reply(other, ""), map[string]string{"shortcut": "bye"}, 409, "this shortcut is already in use")
	var changed desk.Canned
	ann.call("PATCH", reply(other, ""), map[string]string{"shortcut": "soon"}, &changed)
	if changed.Shortcut != "soon" || changed.Text != "Later" || changed.ID != other.ID {
		t.Fatalf("changed to %+v", changed)
	}
	eve.call("PATCH", reply(hello, ""), map[string]string{"text": "Hi"}, nil)
	eve.call("DELETE", reply(hello, ""), nil, nil)
	ann.call("DELETE", reply(mine, ""), nil, nil)
	if got, want := ann.shortcuts(), []string{"soon mine 0"}; !slices.Equal(got, want) {
		t.Fatalf("Ann finds %q, want %q", got, want)
	}
	for _, bad := range []map[string]any{
		canned(p.site, "", "x", "mine"), canned(p.site, " / ", "x", "mine"), canned(p.site, "x", " ", "mine"), canned(p.site, "x", "x", "everybody"),
		canned(p.site, strings.Repeat("x", 33), "x", "mine"), canned(p.site, "x", strings.Repeat("x", 4001), "mine"),
	} {
		ann.refused("POST", "/api/desk/canned", bad, 400, "")
	}
}

// queues names the queues a member can transfer to.
func (c *client) queues() (names []string) {
	c.p.t.Helper()
	var list struct{ Queues []desk.Queue }
	c.call("GET", "/api/desk/queues", nil, &list)
	for _, q := range list.Queues {
		names = append(names, q.Name)
	}
	return names
}

func TestOwnersKeepTheQueuesOfTheirSite(t *testing.T) {
	p := open(t, longGrace)
	ann, eve, vic := p.member("Ann", "agent", 5), p.member("Eve", "owner", 5), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	vic.waitsAt(1)
	support := ann.desk().Waiting[0].QueueID
	at := func(queue int64) string { return fmt.Sprintf("/api/admin/queues/%d", queue) }
	site := fmt.Sprintf("/api/admin/sites/%d/queues", p.site)
	eve.refused("DELETE", at(support), nil, 409, "a site needs a queue: add another one first")
	sales, spare := eve.addsQueue(" Sales  team "), eve.addsQueue("Spare")
	eve.refused("DELETE", at(support), nil, 409, "somebody waits in this queue")
	if got, want := ann.queues(), []string{"Support", "Sales team", "Spare"}; !slices.Equal(got, want) {
		t.Fatalf("Ann finds %q, want %q", got, want)
	}
	eve.call("PATCH", at(sales.ID), map[string]string{"name": "Sales"}, nil)

	for _, bad := range []string{"", " ", "\u200b", strings.Repeat("x", 65)} {
		eve.refused("POST", site, map[string]string{"name": bad}, 400, "")
		eve.refused("PATCH", at(sales.ID), map[string]string{"name": bad}, 400, "")
	}
	ann.refused("POST", site, map[string]string{"name": "x"}, 404, "site not found")
	ann.refused("PATCH", at(sales.ID), map[string]string{"name": "x"}, 404, "queue not found")
	ann.refused("DELETE", at(sales.ID), nil, 404, "queue not found")

	ticket := vic.live().TicketID
	eve.call("POST", path(ticket, "/transfer"), toQueue(spare.ID), nil)
	ann.connect()
	ann.goes("online")
	vic.servedBy(ann)
	eve.call("DELETE", at(spare.ID), nil, nil) // nobody waits in it; the ticket keeps its name
	if got := ann.ticket(ticket).Ticket.Queue; got != "Spare" {
		t.Fatalf("the ticket's queue is %q", got)
	}
	eve.refused("DELETE", at(spare.ID), nil, 404, "queue not found")
	ann.refused("POST", path(ticket, "/transfer"), toQueue(spare.ID), 404, "queue not found")
	eve.call("DELETE", at(support), nil, nil)
	wim := p.visitor("Wim")
	wim.connect()
	wim.says("hello")
	if got := ann.ticket(wim.servedBy(ann)).Ticket.Queue; got != "Sales" {
		t.Fatalf("a new ticket is in %q", got)
	}
}

func TestTheLastTwoQueuesAreNotRemovedAtOnce(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	eve.addsQueue("Sales")
	var list struct{ Queues []desk.Queue }
	eve.call("GET", "/api/desk/queues", nil, &list)
	var both sync.WaitGroup
	for _, q := range list.Queues {
		both.Go(func() {
			if refusal := eve.try("DELETE", fmt.Sprintf("/api/admin/queues/%d", q.ID), nil, nil); refusal != nil && refusal.Status != 409 {
				t.Errorf("got %+v", refusal)
			}
		})
	}
	both.Wait()
	if got := eve.queues(); len(got) != 1 {
		t.Fatalf("left are %q", got)
	}
}
