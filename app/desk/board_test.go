package desk_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ichat/app/desk"
	"ichat/app/hub/relaytest"
	"ichat/app/id"
	"ichat/storage/storagetest"
)

// dayBegan is when the day of the test's reader began: a while ago, so that no midnight comes in between.
func dayBegan() time.Time { return time.Now().UTC().Add(-5 * time.Hour).Truncate(time.Millisecond) }

func boardPath(from time.Time) string {
	return "/api/desk/board?from=" + url.QueryEscape(from.Format(time.RFC3339Nano))
}

// board is what a member sees of his first site when he opens the board.
func (c *client) board(from time.Time) desk.Board {
	c.p.t.Helper()
	var out struct{ Boards []desk.Board }
	c.call("GET", boardPath(from), nil, &out)
	return out.Boards[0]
}

// seesBoard waits until a board is pushed that fits, newer than the one before.
func (c *client) seesBoard(before desk.Board, fits func(desk.Board) bool) (b desk.Board) {
	c.p.t.Helper()
	c.awaits("board", func(f frame) bool {
		b = desk.Board{}
		return json.Unmarshal(f.Data, &b) == nil && b.Version > before.Version && b.SiteID == before.SiteID && b.From.Equal(before.From) && fits(b)
	})
	return b
}

func queueOn(b desk.Board, name string) desk.BoardQueue {
	for _, q := range b.Queues {
		if q.Name == name {
			return q
		}
	}
	return desk.BoardQueue{}
}

// agrees counts the board's numbers again from the ticket list.
func (c *client) agrees(b desk.Board) {
	c.p.t.Helper()
	site, today := fmt.Sprint("site=", b.SiteID, "&limit=100"), "&from="+url.QueryEscape(b.From.Format(time.RFC3339Nano))
	for _, n := range append([]desk.BoardQueue{{BoardNumbers: b.Total}}, b.Queues...) {
		where := site
		if n.QueueID != 0 {
			where += fmt.Sprint("&queue=", n.QueueID)
		}
		var page desk.TicketPage
		c.call("GET", "/api/desk/tickets?"+where+today, nil, &page)
		answered, rated := 0, 0
		for _, t := range page.Tickets {
			if t.AnsweredAt != nil {
				answered++
			}
			if t.Rating > 0 {
				rated++
			}
		}
		got := []int{n.Waiting, n.Active, n.Missed, n.Tickets, n.Answered, n.Rated}
		want := []int{len(c.lists(where + "&state=waiting")), len(c.lists(where + "&state=open")), len(c.lists(where + today + "&state=missed")),
			len(page.Tickets), answered, rated}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			c.p.t.Fatalf("the board of %q says %v (waiting, active, missed, tickets, answered, rated), the list %v", n.Name, got, want)
		}
	}
}

func TestTheBoardFollowsAVisitorFromComingToLeaving(t *testing.T) {
	p := open(t, longGrace)
	eve, ann := p.member("Eve", "supervisor", 5), p.member("Ann", "agent", 5)
	eve.connect()
	ann.connect()
	from := dayBegan()
	p.past(eve.queueList()[0].ID, ann.id, "closed", 4, 30)
	p.past(eve.queueList()[0].ID, 0, "closed", 0, 20)
	b := eve.board(from)
	if n := b.Total; n.Waiting+n.Active != 0 || n.Tickets != 2 || n.Answered != 1 || n.Missed != 1 || n.Rated != 1 || n.Rating != 4 || len(b.Seats) != 2 || len(b.Hours) != 6 {
		t.Fatalf("the board begins as %+v", b)
	}
	eve.agrees(b)

	vic := p.visitor("Vic")
	vic.connect()
	conversation := vic.says("hello")
	b = eve.seesBoard(b, func(b desk.Board) bool { return b.Total.Waiting == 1 })
	if q := queueOn(b, "Support"); q.Waiting != 1 || q.Oldest == nil || b.Total.Oldest == nil || b.Total.Tickets != 3 || b.At.Before(*q.Oldest) {
		t.Fatalf("with one waiting: %+v", b)
	}
	eve.agrees(b)

	ann.goes("online")
	vic.servedBy(ann)
	b = eve.seesBoard(b, func(b desk.Board) bool { return b.Total.Active == 1 })
	for _, s := range b.Seats {
		if s.Person.ID == ann.id && (s.Load != 1 || s.State != "online" || !s.Present) {
			t.Fatalf("Ann sits as %+v", s)
		}
	}
	if b.Total.Waiting != 0 || b.Total.Oldest != nil || b.Total.Answered != 1 {
		t.Fatalf("with one active: %+v", b)
	}
	eve.agrees(b)

	ann.answers(conversation, "hi")
	b = eve.seesBoard(b, func(b desk.Board) bool { return b.Total.Answered == 2 })
	if b.Total.FirstReplyS == nil {
		t.Fatalf("an answer took no time: %+v", b)
	}
	var ended desk.Live
	vic.call("POST", "/api/live/end", nil, &ended)
	vic.call("POST", "/api/live/rating", stars(2, ""), nil)
	b = eve.seesBoard(b, func(b desk.Board) bool { return b.Total.Active == 0 && b.Total.Rated == 2 })
	if b.Total.Rating != 3 || b.Total.Tickets != 3 {
		t.Fatalf("at the end: %+v", b)
	}
	eve.agrees(b)
	eve.agrees(eve.board(from))
}

func TestTheBoardIsForThoseWhoLead(t *testing.T) {
	p := open(t, longGrace)
	eve, ann := p.member("Eve", "owner", 5), p.agent("Ann", 5)
	shop := p.site
	p.site = p.newSite("Other shop")
	other := p.member("Owner", "owner", 5)
	from := dayBegan()
	ann.refused("GET", boardPath(from), nil, 403, "only supervisors and owners see the live board")
	if b := other.board(from); b.SiteID != p.site || len(b.Seats) != 1 {
		t.Fatalf("another owner sees %+v", b)
	}
	if b := eve.board(from); b.SiteID != shop {
		t.Fatalf("Eve sees %+v", b)
	}
	eve.refused("GET", "/api/desk/board", nil, 400, "")
	eve.refused("GET", boardPath(from.Add(-48*time.Hour)), nil, 400, "")
	eve.refused("GET", boardPath(time.Now().Add(2*time.Hour)), nil, 400, "")
}

// Who leads no more hears no more, though the page is still open and the group was joined.
func TestWhoLeadsNoMoreIsToldNoMore(t *testing.T) {
	p := open(t, longGrace)
	eve, max := p.member("Eve", "owner", 5), p.member("Max", "supervisor", 5)
	eve.connect()
	max.connect()
	from := dayBegan()
	max.board(from)
	b := eve.board(from)
	p.exec("UPDATE roles SET role = 'agent' WHERE person_id = ?", max.id)
	p.visitor("Vic").says("a secret")
	eve.seesBoard(b, func(b desk.Board) bool { return b.Total.Waiting == 1 })
	if err := max.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	max.awaits("pong", func(frame) bool { return true }) // behind everything that was told before
	for _, f := range max.all("board") {
		var b desk.Board
		if err := json.Unmarshal(f.Data, &b); err != nil || b.Total.Waiting != 0 {
			t.Fatalf("Max was told %s (%v)", f.Data, err)
		}
	}
}

func TestABoardWatchedOnOneNodeShowsWhatHappensOnAnother(t *testing.T) {
	p := &product{t: t, db: storagetest.Test(t), ids: id.NewSource(1, time.Now), nats: relaytest.New(t).URL()}
	p.start(longGrace)
	p.site = p.newSite("Shop")
	other := &product{t: t, db: p.db, ids: id.NewSource(2, time.Now), nats: p.nats, site: p.site}
	other.start(longGrace)
	eve := other.member("Eve", "owner", 5)
	eve.connect()
	b := eve.board(dayBegan())
	p.visitor("Vic").says("hello")
	eve.seesBoard(b, func(b desk.Board) bool { return b.Total.Waiting == 1 })
}

func (c *client) all(kind string) (found []frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.frames {
		if f.Type == kind {
			found = append(found, f)
		}
	}
	return found
}

func TestTheBoardIsToldOnceASecondAtMost(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	eve.connect()
	b, begin := eve.board(dayBegan()), time.Now()
	const many = 30
	for n := range many {
		p.visitor(fmt.Sprint("visitor ", n)).says("hello")
	}
	eve.seesBoard(b, func(b desk.Board) bool { return b.Total.Waiting == many })
	if told, most := len(eve.all("board")), 2+int(time.Since(begin)/time.Second); told > most {
		t.Fatalf("told %d times, want at most %d", told, most)
	}
}
