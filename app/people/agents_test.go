package people_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

func TestAnOwnerInvitesAnAgentWhoSignsUp(t *testing.T) {
	w := newWorld(t)
	owner, _ := w.owner("owner@shop.example")
	i := w.invite(owner, "Ann@Shop.example", "agent")
	if !strings.HasPrefix(i.Link, w.url+"/agent#invite=") || !i.Agent.Invited || i.Agent.Email != "ann@shop.example" || i.Agent.Role != "agent" || i.Agent.State != "away" {
		t.Fatalf("%+v", i)
	}
	w.signIn("ann@shop.example").must(401)
	w.ask("", "POST", "/api/invitations/accept", `{"token":"`+i.token()+`","name":"","password":"short"}`).must(400, `"name"`, `"password"`)
	a := w.ask("", "POST", "/api/invitations/accept", `{"token":"`+i.token()+`","name":"Ann","password":"`+password+`"}`).
		must(200, `"name":"Ann"`, `"role":"agent"`)
	w.ask(a.token(), "GET", "/api/session", "").must(200)
	w.signIn("ann@shop.example").must(200)
	w.ask(owner, "GET", w.agents(), "").must(200, `"name":"Ann"`)
	w.ask("", "POST", "/api/invitations/accept", `{"token":"`+i.token()+`","name":"Mallory","password":"`+password+`"}`).must(404)
	w.ask(owner, "POST", w.agents(), `{"email":"ann@shop.example","name":"Ann","role":"agent"}`).must(409)
	w.ask(owner, "POST", w.agent(i.Agent.Person.ID)+"/invitation", "").must(409, "signed up already")
}

func TestAnInvitationIsUsedByOneOfMany(t *testing.T) {
	w := newWorld(t)
	owner, _ := w.owner("owner@shop.example")
	i := w.invite(owner, "ann@shop.example", "agent")
	counts := atOnce(t, 20, func(int) (answer, error) {
		return w.send("", "POST", "/api/invitations/accept", `{"token":"`+i.token()+`","name":"Ann","password":"`+password+`"}`)
	})
	if counts[200] != 1 || counts[404] != 19 {
		t.Fatalf("answers %v", counts)
	}
}

func TestALateReplacedOrForeignInvitationIsRefused(t *testing.T) {
	w := newWorld(t)
	owner, _ := w.owner("owner@shop.example")
	accept := func(token string) answer {
		return w.ask("", "POST", "/api/invitations/accept", `{"token":"`+token+`","name":"Ann","password":"`+password+`"}`)
	}
	first := w.invite(owner, "ann@shop.example", "agent")
	var second invited
	w.ask(owner, "POST", w.agent(first.Agent.Person.ID)+"/invitation", "").must(200).into(&second)
	accept(first.token()).must(404)
	accept("invented").must(404)
	w.ask("", "POST", "/api/setup", setup(second.token(), "x@shop.example")).must(404)
	w.pass(71 * time.Hour)
	late := w.invite(owner, "ben@shop.example", "agent")
	accept(second.token()).must(200)
	w.pass(72 * time.Hour)
	accept(late.token()).must(404)
}

func TestADisabledAgentIsOut(t *testing.T) {
	w := newWorld(t)
	owner, _ := w.owner("owner@shop.example")
	ann, person := w.hired(owner, "ann@shop.example", "agent")
	w.ask(owner, "PATCH", w.agent(person), `{"disabled":true}`).must(200, `"disabled":true`)
	w.ask(ann, "GET", "/api/session", "").must(401)
	w.signIn("ann@shop.example").must(401, "e-mail or password is wrong")
	if !w.sawEnd("person " + strconv.FormatInt(person, 10)) {
		t.Fatal("the sockets were not ended")
	}
	if role, err := w.people.RoleOn(t.Context(), person, w.site.ID); role != "" || err != nil {
		t.Fatalf("role %q %v", role, err)
	}
	if ids, err := w.people.AgentsOf(t.Context(), w.site.ID); len(ids) != 1 || err != nil {
		t.Fatalf("agents %v %v", ids, err)
	}
	w.ask(owner, "PATCH", w.agent(person), `{"disabled":false}`).must(200, `"disabled":false`)
	w.signIn("ann@shop.example").must(200)
	w.ask(ann, "GET", "/api/session", "").must(401)
}

func TestADisabledPersonCannotUseAnInvitation(t *testing.T) {
	w := newWorld(t)
	owner, _ := w.owner("owner@shop.example")
	i := w.invite(owner, "ann@shop.example", "agent")
	w.ask(owner, "PATCH", w.agent(i.Agent.Person.ID), `{"disabled":true}`).must(200)
	w.ask("", "POST", "/api/invitations/accept", `{"token":"`+i.token()+`","name":"Ann","password":"`+password+`"}`).must(404)
}

func TestTheLastOwnerStays(t *testing.T) {
	w := newWorld(t)
	owner, who := w.owner("owner@shop.example")
	w.invite(owner, "later@shop.example", "owner") // invited only: cannot sign in, so does not count
	w.ask(owner, "PATCH", w.agent(who.ID), `{"role":"agent"}`).must(409)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"disabled":true}`).must(409)
	_, second := w.hired(owner, "second@shop.example", "owner")
	w.ask(owner, "PATCH", w.agent(second), `{"disabled":true}`).must(200)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"role":"agent"}`).must(409)
	w.ask(owner, "PATCH", w.agent(second), `{"disabled":false}`).must(200)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"role":"agent"}`).must(200, `"role":"agent"`)
	w.ask(owner, "GET", w.agents(), "").must(404)
}

func TestOwnersWhoDemoteEachOtherAtOnceLeaveOne(t *testing.T) {
	w := newWorld(t)
	owner, who := w.owner("owner@shop.example")
	second, other := w.hired(owner, "second@shop.example", "owner")
	body := []string{`{"role":"agent"}`, `{"disabled":true}`}
	for round := range 4 {
		counts := atOnce(t, 2, func(i int) (answer, error) {
			if i == 0 {
				return w.send(owner, "PATCH", w.agent(other), body[round%2])
			}
			return w.send(second, "PATCH", w.agent(who.ID), body[round%2])
		})
		if counts[200] != 1 {
			t.Fatalf("answers %v", counts)
		}
		// Whoever is left makes the other one owner again.
		back := `{"role":"owner","disabled":false}`
		if a := w.ask(owner, "PATCH", w.agent(other), back); a.status != 200 {
			w.ask(second, "PATCH", w.agent(who.ID), back).must(200)
		}
		owner, second = w.signIn("owner@shop.example").must(200).token(), w.signIn("second@shop.example").must(200).token()
	}
}

func TestASupervisorLeadsButOwnsNothing(t *testing.T) {
	w := newWorld(t)
	owner, who := w.owner("owner@shop.example")
	sue, person := w.hired(owner, "sue@shop.example", "supervisor")
	w.ask(sue, "GET", "/api/session", "").must(200, `"role":"supervisor"`)
	w.ask(owner, "GET", w.agents(), "").must(200, `"role":"supervisor"`)
	w.ask(sue, "GET", w.agents(), "").must(404)
	w.ask(sue, "PATCH", w.agent(person), `{"role":"owner"}`).must(404)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"role":"supervisor"}`).must(409) // the last owner stays
	w.ask(owner, "PATCH", w.agent(person), `{"role":"manager"}`).must(400, "must be one of: owner, supervisor, agent")
	for role, leads := range map[string]bool{people.RoleOwner: true, people.RoleSupervisor: true, people.RoleAgent: false, "": false} {
		if people.Leads(role) != leads {
			t.Errorf("Leads(%q) is %v", role, !leads)
		}
	}
}

func TestAnAgentOwnsNothing(t *testing.T) {
	w := newWorld(t)
	owner, who := w.owner("owner@shop.example")
	ann, person := w.hired(owner, "ann@shop.example", "agent")
	w.ask(ann, "GET", w.agents(), "").must(404)
	w.ask(ann, "POST", w.agents(), `{"email":"x@shop.example","name":"X","role":"owner"}`).must(404)
	w.ask(ann, "PATCH", w.agent(person), `{"role":"owner"}`).must(404)
	w.ask(ann, "PATCH", w.agent(who.ID), `{"disabled":true}`).must(404)
	w.ask(ann, "POST", w.agent(person)+"/invitation", "").must(404)
	w.ask(ann, "PATCH", strings.TrimSuffix(w.agents(), "/agents"), `{"name":"Mine"}`).must(404)
	w.ask(ann, "GET", "/api/admin/sites", "").must(200, `"sites":[]`)
	w.ask("", "GET", w.agents(), "").must(401)
}

func TestWrongChangesOfAnAgentAreRefused(t *testing.T) {
	w := newWorld(t)
	owner, who := w.owner("owner@shop.example")
	w.ask(owner, "PATCH", w.agent(who.ID), `{"cap":0}`).must(400, `"cap"`)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"cap":101,"role":"king"}`).must(400, `"cap"`, `"role"`)
	w.ask(owner, "PATCH", w.agent(12345), `{"cap":3}`).must(404, "agent not found")
	w.ask(owner, "POST", w.agent(12345)+"/invitation", "").must(404, "agent not found")
	w.ask(owner, "POST", w.agents(), `{"email":"x","name":" ","role":"king"}`).must(400, `"email"`, `"name"`, `"role"`)
	w.ask(owner, "GET", "/api/admin/sites/12345/agents", "").must(404, "site not found")
	w.ask(owner, "GET", "/api/admin/sites/x/agents", "").must(400)
	var v people.VisitorSession
	w.ask("", "POST", "/api/visitors", `{"site":"`+w.site.Key+`","locale":"en","parent_origin":""}`).must(200).into(&v)
	w.ask(owner, "PATCH", w.agent(v.Person.ID), `{"disabled":true}`).must(404)
}

func TestTheSeatIsShownAndSet(t *testing.T) {
	w := newWorld(t)
	caps, spoken := map[int64]int{}, map[int64][]string{}
	w.people.Seats(
		func(_ context.Context, ids []int64) (map[int64]people.Seat, error) {
			seats := map[int64]people.Seat{}
			for _, one := range ids {
				seats[one] = people.Seat{Cap: caps[one], Languages: spoken[one], State: "online", Present: true}
			}
			return seats, nil
		},
		func(_ context.Context, _ *storage.Tx, person int64, c people.SeatChange) (was people.SeatChange, err error) {
			if c.Cap != nil {
				before := caps[person]
				was.Cap, caps[person] = &before, *c.Cap
			}
			if c.Languages != nil {
				before := spoken[person]
				was.Languages, spoken[person] = &before, *c.Languages
			}
			return was, nil
		})
	owner, who := w.owner("owner@shop.example")
	w.ask(owner, "PATCH", w.agent(who.ID), `{"cap":9}`).must(200, `"cap":9`, `"languages":[]`, `"state":"online"`, `"present":true`)
	w.ask(owner, "PATCH", w.agent(who.ID), `{"languages":["en","zh-CN"]}`).must(200, `"cap":9`, `"languages":["en","zh-CN"]`)
}

// second makes a site with an owner of its own, who may not touch the first.
func (w *world) second() (owner string, site sites.Site) {
	w.t.Helper()
	owner, who := w.owner("other@tea.example")
	err := w.db.Write(w.t.Context(), func(ctx context.Context, tx *storage.Tx) (err error) {
		if site, err = w.sites.CreateTx(ctx, tx, "Tea"); err != nil {
			return err
		}
		_, err = tx.NewRaw(`UPDATE roles SET site_id = ? WHERE person_id = ?`, site.ID, who.ID).Exec(ctx)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return owner, site
}

func TestAnOwnerCannotReachIntoTheSiteOfAnother(t *testing.T) {
	w := newWorld(t)
	tea, site := w.second()
	owner, who := w.owner("owner@shop.example")
	_, err := w.people.RoleOn(t.Context(), who.ID, w.site.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.db.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw(`DELETE FROM roles WHERE site_id = ? AND person_id = ?`, site.ID, who.ID).Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.ask(owner, "GET", "/api/admin/sites/"+strconv.FormatInt(site.ID, 10)+"/agents", "").must(404)
	w.ask(tea, "PATCH", w.agent(who.ID), `{"role":"agent"}`).must(404)

	// Ann is invited to the shop and has not signed up. The tea owner may add her, but gets no link,
	// which would make him Ann on the shop's site too, and cannot shut her out of there.
	ann := w.invite(owner, "ann@shop.example", "agent")
	theirs := "/api/admin/sites/" + strconv.FormatInt(site.ID, 10) + "/agents"
	w.ask(tea, "POST", theirs, `{"email":"ann@shop.example","name":"Ann","role":"agent"}`).must(200, `"link":""`)
	person := theirs + "/" + strconv.FormatInt(ann.Agent.Person.ID, 10)
	w.ask(tea, "POST", person+"/invitation", "").must(409)
	w.ask(tea, "PATCH", person, `{"disabled":true}`).must(409)
	w.ask("", "POST", "/api/invitations/accept", `{"token":"`+ann.token()+`","name":"Ann","password":"`+password+`"}`).must(200, `"site_name":"Tea"`)
}
