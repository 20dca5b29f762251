package desk_test

import (
	"strings"
	"testing"
	"time"

	"ichat/app/desk"
)

func stars(n int, comment string) map[string]any {
	return map[string]any{"stars": n, "comment": comment}
}

func TestAVisitorRatesAndMayChangeHisMindForADay(t *testing.T) {
	p := open(t, longGrace)
	ann, vic, wim := p.member("Ann", "agent", 5), p.visitor("Vic"), p.visitor("Wim")
	ann.connect()
	vic.refused("POST", "/api/live/rating", stars(5, ""), 409, "there is no conversation to rate yet")
	vic.connect()
	vic.says("hello")
	vic.waitsAt(1)
	vic.refused("POST", "/api/live/rating", stars(5, ""), 409, "there is no conversation to rate yet") // nobody has taken it
	ann.goes("online")
	ticket := vic.servedBy(ann)
	for _, bad := range []map[string]any{stars(0, ""), stars(6, ""), stars(-1, ""), {"comment": "no stars"}, stars(3, strings.Repeat("x", 1001))} {
		vic.refused("POST", "/api/live/rating", bad, 400, "")
	}
	wim.refused("POST", "/api/live/rating", stars(1, "not mine"), 409, "")
	if l := vic.live(); !l.MayRate || l.Rating != nil || l.AskRating {
		t.Fatalf("before rating: %+v", l)
	}
	var l desk.Live
	vic.call("POST", "/api/live/rating", map[string]any{"stars": 4}, &l)
	if l.Rating == nil || *l.Rating != (desk.Rating{Stars: 4}) || !l.MayRate {
		t.Fatalf("after rating: %+v", l)
	}
	before := ann.seesTicket(func(x desk.Ticket) bool { return x.ID == ticket && x.Rating == 4 })

	ann.closes(ticket)
	vic.call("POST", "/api/live/rating", stars(2, "  it broke again "), nil)
	after := ann.seesTicket(func(x desk.Ticket) bool { return x.Rating == 2 && x.RatingComment == "it broke again" })
	if after.Version <= before.Version || after.State != "closed" {
		t.Fatalf("after %+v came %+v", before, after)
	}
	vic.seesLive(func(l desk.Live) bool { return l.Rating != nil && l.Rating.Stars == 2 && l.State == "closed" })

	p.exec("UPDATE tickets SET closed_at = ? WHERE id = ?", time.Now().UTC().Add(-25*time.Hour), ticket)
	vic.refused("POST", "/api/live/rating", stars(5, ""), 409, "it is too late to rate this conversation")
	if l := vic.live(); l.MayRate || l.Rating == nil || l.Rating.Stars != 2 {
		t.Fatalf("a day later: %+v", l)
	}
	vic.says("it is me again")
	if vic.servedBy(ann); vic.live().Rating != nil {
		t.Fatal("the next conversation begins with a rating")
	}
}

func TestAConversationNobodyTookIsNotRated(t *testing.T) {
	p := open(t, longGrace)
	eve, vic := p.member("Eve", "owner", 5), p.visitor("Vic")
	vic.connect()
	vic.says("hello")
	ticket := vic.waitsAt(1)
	eve.refused("POST", path(ticket, "/invite-rating"), nil, 409, "nobody has answered this conversation yet")
	var l desk.Live
	vic.call("POST", "/api/live/end", nil, &l)
	if l.MayRate {
		t.Fatalf("ended: %+v", l)
	}
	vic.refused("POST", "/api/live/rating", stars(1, ""), 409, "there is no conversation to rate yet")
}

func TestAnInvitationToRateReachesTheVisitor(t *testing.T) {
	p := open(t, longGrace)
	ann, vic := p.agent("Ann", 5), p.visitor("Vic")
	bob := p.member("Bob", "agent", 5)
	vic.connect()
	vic.says("hello")
	first := vic.servedBy(ann)
	bob.refused("POST", path(first, "/invite-rating"), nil, 403, "only the agent who has this conversation, or a supervisor, can ask for a rating")
	ann.call("POST", path(first, "/invite-rating"), nil, nil)
	vic.seesLive(func(l desk.Live) bool { return l.AskRating && l.MayRate })
	vic.vanishes()
	vic.connect()
	if l := vic.live(); !l.AskRating {
		t.Fatalf("after coming back: %+v", l)
	}
	vic.call("POST", "/api/live/rating", stars(5, ""), nil)
	vic.seesLive(func(l desk.Live) bool { return !l.AskRating && l.Rating != nil })
	ann.refused("POST", path(first, "/invite-rating"), nil, 409, "the visitor has rated this conversation already")

	ann.closes(first)
	vic.says("one more thing")
	second := vic.servedBy(ann)
	ann.refused("POST", path(first, "/invite-rating"), nil, 409, "the visitor has a newer conversation")
	ann.closes(second)
	ann.call("POST", path(second, "/invite-rating"), nil, nil) // at the end is early enough
	vic.seesLive(func(l desk.Live) bool { return l.AskRating && l.State == "closed" && l.TicketID == second })
	p.exec("UPDATE tickets SET closed_at = ? WHERE id = ?", time.Now().UTC().Add(-25*time.Hour), second)
	ann.refused("POST", path(second, "/invite-rating"), nil, 409, "it is too late to rate this conversation")
	if l := vic.live(); l.AskRating {
		t.Fatalf("a day later: %+v", l)
	}
}
