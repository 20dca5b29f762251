package desk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/id"
)

// supervisor is somebody who leads the site and is connected, without conversations of his own.
func (p *product) supervisor(name string) *client {
	p.t.Helper()
	c := p.member(name, "supervisor", 1)
	c.connect()
	return c
}

func (c *client) watches(ticket int64) (l desk.Look) {
	c.p.t.Helper()
	c.call("POST", path(ticket, "/watch"), nil, &l)
	return l
}

// seesWatched awaits that words are shown to him as one who looks on.
func (c *client) seesWatched(words string) (w desk.Watched) {
	c.p.t.Helper()
	c.awaits("watched", func(f frame) bool {
		w = desk.Watched{}
		return json.Unmarshal(f.Data, &w) == nil && slices.ContainsFunc(w.Messages, func(m chat.Message) bool { return m.Body.Text == words })
	})
	return w
}

// heard counts the frames of a kind that ever came.
func (c *client) heard(kind string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.frames {
		if f.Type == kind {
			n++
		}
	}
	return n
}

// rows are all places in a conversation, those that were given up too.
func (p *product) rows(query string, args ...any) (n int) {
	p.t.Helper()
	var db bun.IDB = p.db.R
	if err := db.NewRaw(query, args...).Scan(context.Background(), &n); err != nil {
		p.t.Fatal(err)
	}
	return n
}

func TestASupervisorWatchesAndNobodyKnows(t *testing.T) {
	p, ann, vic, conversation, ticket := served(t)
	lea := p.supervisor("Lea")
	places := p.rows("SELECT COUNT(*) FROM members WHERE conversation_id = ?", conversation)
	began := lea.watches(ticket)
	vic.says("are you there?")
	first := lea.seesWatched("are you there?")
	if first.TicketID != ticket || first.ConversationID != conversation || first.After < began.Version || first.Version <= first.After {
		t.Fatalf("after %+v came %+v", began, first)
	}
	ann.answers(conversation, "I am")
	second := lea.seesWatched("I am")
	if second.After != first.Version || len(second.People) == 0 {
		t.Fatalf("after version %d came %+v", first.Version, second)
	}
	ann.call("POST", path(ticket, "/notes"), note("he is cross"), nil)
	lea.seesNote("he is cross")

	if n := p.rows("SELECT COUNT(*) FROM members WHERE conversation_id = ?", conversation); n != places {
		t.Fatalf("%d places in the conversation, %d before", n, places)
	}
	want := []string{"hello", "ticket.assigned Ann", "are you there?", "I am"}
	for _, c := range []*client{vic, ann} {
		if got := c.reads(conversation); !slices.Equal(got, want) {
			t.Fatalf("%s reads %q", c.name, got)
		}
		if n := c.heard("watched"); n != 0 {
			t.Fatalf("%s was told %d times that somebody looks on", c.name, n)
		}
	}
	if x := ann.ticket(ticket).Ticket; len(x.Guests) != 0 || x.Agent.ID != ann.id {
		t.Fatalf("the ticket shows %+v", x)
	}
	lea.shutOut(conversation)

	lea.call("POST", path(ticket, "/unwatch"), nil, nil)
	lea.call("POST", path(ticket, "/unwatch"), nil, nil)
	ann.answers(conversation, "not for Lea")
	ann.call("POST", path(ticket, "/notes"), note("after that"), nil)
	lea.seesNote("after that") // pushed behind it
	lea.watches(ticket)
	ann.answers(conversation, "for Lea again")
	if w := lea.seesWatched("for Lea again"); len(w.Messages) != 1 {
		t.Fatalf("after the pause came %+v", w.Messages)
	}
}

func TestWhoLeadsNoMoreWatchesNoMore(t *testing.T) {
	for name, loses := range map[string]func(p *product, lea *client){
		"made an agent": func(p *product, lea *client) { p.exec("UPDATE roles SET role = 'agent' WHERE person_id = ?", lea.id) },
		"gone":          func(p *product, lea *client) { p.exec("DELETE FROM roles WHERE person_id = ?", lea.id) },
	} {
		t.Run(name, func(t *testing.T) {
			p, ann, _, conversation, ticket := served(t)
			lea, sue := p.supervisor("Lea"), p.supervisor("Sue")
			lea.watches(ticket)
			sue.watches(ticket)
			ann.answers(conversation, "before")
			lea.seesWatched("before")
			loses(p, lea)
			ann.answers(conversation, "after")
			sue.seesWatched("after")
			ann.answers(conversation, "and then")
			sue.seesWatched("and then") // by the same hand, after Lea would have been told of the first
			for _, words := range []string{"after", "and then"} {
				lea.mu.Lock()
				for _, f := range lea.frames {
					var w desk.Watched
					if f.Type == "watched" && json.Unmarshal(f.Data, &w) == nil && slices.ContainsFunc(w.Messages, func(m chat.Message) bool { return m.Body.Text == words }) {
						t.Errorf("she was shown %q", words)
					}
				}
				lea.mu.Unlock()
			}
		})
	}
}

func TestWhoJoinsLooksOnNoMore(t *testing.T) {
	p, ann, _, conversation, ticket := served(t)
	lea := p.supervisor("Lea")
	lea.watches(ticket)
	ann.answers(conversation, "before")
	lea.seesWatched("before")
	lea.call("POST", path(ticket, "/join"), nil, nil)
	lea.refused("POST", path(ticket, "/watch"), nil, 409, "you are in this conversation yourself")
	ann.answers(conversation, "after")
	lea.awaits("message", func(f frame) bool {
		var m chat.Message
		return json.Unmarshal(f.Data, &m) == nil && m.Body.Text == "after"
	})
	ann.closes(ticket)
	lea.refused("POST", path(ticket, "/watch"), nil, 409, "this conversation is already closed")
}

func TestTheVersionIsToldOnceMoreForAPageThatDidNotGetIt(t *testing.T) {
	p, ann, _, conversation, ticket := served(t)
	lea := p.supervisor("Lea")
	lea.watches(ticket)
	ann.answers(conversation, "hear me")
	shown := lea.seesWatched("hear me")
	lea.awaits("watched", func(f frame) bool {
		var w desk.Watched
		return json.Unmarshal(f.Data, &w) == nil && w.After == shown.Version && w.Version == shown.Version && len(w.Messages) == 0
	})
}

func TestAWhisperIsForWhoHasTheTicketAndWhoLeads(t *testing.T) {
	p, ann, vic, conversation, ticket := served(t)
	lea, sue := p.supervisor("Lea"), p.supervisor("Sue")
	bo, cy := p.agent("Bo", 0), p.agent("Cy", 0)
	ann.invites(bo, ticket)

	sent := map[string]string{"client_msg_id": id.Token(), "text": "offer him ten per cent"}
	var first, again chat.Message
	lea.call("POST", path(ticket, "/whisper"), sent, &first)
	lea.call("POST", path(ticket, "/whisper"), sent, &again)
	if first.ID != again.ID || first.Type != "whisper" {
		t.Fatalf("got %+v, then %+v", first, again)
	}
	for _, c := range []*client{ann, bo, sue, lea} {
		if n := c.seesNote("offer him ten per cent"); n.TicketID != ticket || n.Message.Type != "whisper" || n.Message.SenderID != lea.id {
			t.Fatalf("%s is told %+v", c.name, n)
		}
	}
	ann.call("POST", path(ticket, "/notes"), note("for everybody"), nil)
	cy.seesNote("for everybody")
	read := func(c *client) (texts []string) {
		for _, m := range c.notes(ticket).Messages {
			texts = append(texts, m.Body.Text)
		}
		return texts
	}
	for _, c := range []*client{ann, bo, sue} {
		if got := read(c); !slices.Equal(got, []string{"offer him ten per cent", "for everybody"}) {
			t.Fatalf("%s reads %q", c.name, got)
		}
	}
	if got := read(cy); !slices.Equal(got, []string{"for everybody"}) || cy.heard("note") != 1 {
		t.Fatalf("Cy reads %q and was told %d notes", got, cy.heard("note"))
	}
	bo.call("POST", path(ticket, "/leave"), map[string]any{}, nil)
	if got := read(bo); len(got) != 1 {
		t.Fatalf("Bo left and reads %q", got)
	}
	if got := vic.reads(conversation); slices.Contains(got, "offer him ten per cent") || vic.heard("note") != 0 {
		t.Fatalf("the visitor reads %q", got)
	}
	ann.refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation),
		map[string]any{"client_msg_id": id.Token(), "type": "whisper", "body": map[string]string{"text": "psst"}}, 400, "")
}

func TestTheBoardShowsWhoWaitsForAWord(t *testing.T) {
	p, ann, vic, conversation, ticket := served(t)
	will := p.visitor("Will")
	will.connect()
	will.says("anybody?")
	waiting := will.waitsAt(1)
	lea := p.supervisor("Lea")
	board := lea.board(dayBegan())
	if got := board.Tickets; len(got) != 2 || got[0].ID != ticket || got[1].ID != waiting || got[0].Since == nil || got[1].Since == nil ||
		got[0].Agent == nil || got[0].Agent.ID != ann.id || got[1].Agent != nil || got[0].Visitor.ID != vic.id || got[1].LastText != "anybody?" {
		t.Fatalf("the board shows %+v", got)
	}
	ann.answers(conversation, "how can I help?")
	board = lea.seesBoard(board, func(b desk.Board) bool {
		return len(b.Tickets) == 2 && b.Tickets[0].ID == waiting && b.Tickets[1].Since == nil
	})
	vic.says("my parcel")
	board = lea.seesBoard(board, func(b desk.Board) bool { return b.Tickets[1].ID == ticket && b.Tickets[1].Since != nil })
	since := board.Tickets[1].Since
	if !since.After(*board.Tickets[0].Since) {
		t.Fatalf("he waits since %s, before who came first", since)
	}
	vic.says("is lost")
	ann.closes(ticket)
	will.servedBy(ann)
	board = lea.seesBoard(board, func(b desk.Board) bool { return len(b.Tickets) == 1 && b.Tickets[0].State == "open" })
	if board.Tickets[0].Since == nil {
		t.Fatal("nobody answered him yet")
	}
}
