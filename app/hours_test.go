package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/desk"
	"ichat/app/fault"
	"ichat/app/sites"
)

// soon is a clock that shows a Wednesday, a moment before nine at Greenwich.
func soon(before time.Duration) func() time.Time {
	begun := time.Now()
	nine := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	return func() time.Time { return nine.Add(-before + time.Since(begun)) }
}

const officeHours = `{"hours":{"on":true,"zone":"UTC","week":[` +
	`[{"from":"09:00","to":"18:00"}],[{"from":"09:00","to":"18:00"}],[{"from":"09:00","to":"18:00"}],` +
	`[{"from":"09:00","to":"18:00"}],[{"from":"09:00","to":"18:00"}],[],[]],"holidays":[],"last_chats":0}}`

func sitePathOf(p *apptest.Product) string { return fmt.Sprintf("/api/admin/sites/%d", p.Site.ID) }

func TestWhatIsWrittenWhileClosedIsHandedOutWhenItOpens(t *testing.T) {
	p := apptest.NewAt(t, soon(3*time.Second))
	p.Owner().OK("PATCH", sitePathOf(p), json.RawMessage(officeHours), nil)
	agent, visitor := p.Agent("Mei", 5), p.Visitor()
	agent.Online()
	socket := visitor.Connect()
	nine := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

	if l := visitor.Live(); l.State != "none" || !l.Closed || !l.Away || l.OpensAt == nil || !l.OpensAt.Equal(nine) {
		t.Fatalf("before the first word: %+v", l)
	}
	visitor.Say("anybody there?")
	if l := visitor.Live(); l.State != "waiting" || !l.Closed || !l.Away || l.Place != 1 || l.Estimate != nil || !l.OpensAt.Equal(nine) {
		t.Fatalf("after it: %+v", l)
	}
	var d desk.Desk
	agent.OK("GET", "/api/desk", nil, &d)
	if len(d.Waiting) != 1 || d.Waiting[0].DueAt == nil || !d.Waiting[0].DueAt.Equal(nine) {
		t.Fatalf("the desk shows %+v", d.Waiting)
	}
	var l desk.Live
	socket.Wait("live", func(e apptest.Event) bool {
		l = desk.Live{}
		return json.Unmarshal(e.Data, &l) == nil && l.State == "open"
	})
	var detail desk.TicketDetail
	agent.OK("GET", fmt.Sprintf("/api/desk/tickets/%d", l.TicketID), nil, &detail)
	if at := detail.History[0].At; l.Closed || l.Agent.ID != agent.ID || at.Before(nine) {
		t.Fatalf("%+v, assigned at %v", l, at)
	}
}

func TestAnAgentWhoIsThereMayTakeWhatWaitsForTheMorning(t *testing.T) {
	p := apptest.NewAt(t, soon(12*time.Hour))
	p.Owner().OK("PATCH", sitePathOf(p), json.RawMessage(officeHours), nil)
	agent, visitor := p.Agent("Mei", 5), p.Visitor()
	agent.Online()
	visitor.Say("late, I know")
	var shown struct{ Boards []desk.Board }
	p.Owner().OK("GET", "/api/desk/board?from=2026-11-24T20:00:00Z", nil, &shown)
	if oldest := shown.Boards[0].Total.Oldest; oldest == nil || oldest.Format(time.RFC3339) != "2026-11-25T09:00:00Z" {
		t.Fatalf("the board counts the wait from %v", oldest)
	}
	ticket := visitor.Live().TicketID
	agent.OK("POST", fmt.Sprintf("/api/desk/tickets/%d/take", ticket), nil, nil)
	if l := visitor.Live(); l.State != "open" || l.Closed || l.Away {
		t.Fatalf("after it was taken: %+v", l)
	}
}

func TestAChangeOfTheHoursIsToldToThoseWhoWait(t *testing.T) {
	p := apptest.NewAt(t, soon(12*time.Hour))
	owner := p.Owner()
	owner.OK("PATCH", sitePathOf(p), json.RawMessage(officeHours), nil)
	agent, visitor := p.Agent("Mei", 5), p.Visitor()
	agent.Online()
	socket := visitor.Connect()
	visitor.Say("late, I know")
	owner.OK("PATCH", sitePathOf(p), json.RawMessage(strings.Replace(officeHours, `"on":true`, `"on":false`, 1)), nil)
	socket.Wait("live", func(e apptest.Event) bool {
		var l desk.Live
		return json.Unmarshal(e.Data, &l) == nil && l.State == "open" && !l.Closed
	})
}

func TestASiteThatHidesShowsALauncherOnlyWhileSomebodyIsThere(t *testing.T) {
	p := apptest.NewAt(t, soon(-3*time.Hour))
	owner, agent := p.Owner(), p.Agent("Mei", 5)
	hidden := func() bool {
		t.Helper()
		var look sites.SiteLook
		p.Anonymous().OK("GET", "/api/look?site="+p.Site.Key, nil, &look)
		return look.Hidden
	}
	if hidden() {
		t.Fatal("hidden without the owner's wish")
	}
	owner.OK("PATCH", sitePathOf(p), json.RawMessage(`{"when_away":"hide"}`), nil)
	if !hidden() {
		t.Fatal("shown, and nobody is there")
	}
	agent.Online()
	if hidden() {
		t.Fatal("hidden while somebody is there")
	}
	owner.OK("PATCH", sitePathOf(p), json.RawMessage(strings.ReplaceAll(officeHours, "18:00", "11:00")), nil)
	if !hidden() {
		t.Fatal("shown, and it is closed")
	}
}

func TestHoursAndTextsAreRefusedByField(t *testing.T) {
	p := apptest.New(t)
	owner := p.Owner()
	for name, c := range map[string]struct{ body, field string }{
		"overlap":        {strings.Replace(officeHours, `[{"from":"09:00","to":"18:00"}]`, `[{"from":"09:00","to":"13:00"},{"from":"12:00","to":"18:00"}]`, 1), "hours.week.0"},
		"zone":           {strings.Replace(officeHours, "UTC", "Europe/Atlantis", 1), "hours.zone"},
		"time":           {strings.Replace(officeHours, "09:00", "9:00", 1), "hours.week.0"},
		"holiday":        {strings.Replace(officeHours, `"holidays":[]`, `"holidays":[{"date":"2026-13-01","name":"","spans":[]}]`, 1), "hours.holidays.0"},
		"a short week":   {`{"hours":{"on":true,"zone":"UTC","week":[[]],"holidays":[],"last_chats":0}}`, "hours.week"},
		"something more": {strings.Replace(officeHours, `"on":true`, `"on":true,"off":false`, 1), "hours.off"},
		"long greeting":  {`{"texts":{"zh-CN":{"greeting":"` + strings.Repeat("好", 501) + `"}}}`, "texts.zh-CN.greeting"},
		"no language":    {`{"texts":{"fr":{"greeting":"Bonjour"}}}`, "texts.fr"},
		"when away":      {`{"when_away":"shout"}`, "when_away"},
	} {
		problem := owner.Refused("PATCH", sitePathOf(p), json.RawMessage(c.body), 400)
		if _, named := problem.Fields[c.field]; !named || len(problem.Fields) != 1 {
			t.Errorf("%s: %v, want %s", name, problem.Fields, c.field)
		}
		for field, said := range owner.Refused("PATCH", sitePathOf(p), json.RawMessage(c.body), 400).Fields {
			if fault.Say(said, "zh-CN") == said {
				t.Errorf("%s: %s: %q has no Chinese", name, field, said)
			}
		}
	}
}

func TestTextsOfOneLanguageStandBesideThoseForAll(t *testing.T) {
	p := apptest.New(t)
	var site sites.Site
	p.Owner().OK("PATCH", sitePathOf(p), json.RawMessage(`{"title":" Tea ","away":"Back soon","hint":"Ask  us","texts":{"zh-CN":{"title":"茶铺","greeting":"您好\r\n请说"}}}`), &site)
	want := sites.Texts{ZH: sites.Text{Title: "茶铺", Greeting: "您好\n请说"}}
	var look sites.SiteLook
	p.Anonymous().OK("GET", "/api/look?site="+p.Site.Key, nil, &look)
	if look.Title != "Tea" || look.Away != "Back soon" || look.Hint != "Ask us" || look.Texts != want || site.Texts != want {
		t.Fatalf("%+v", look)
	}
	p.Owner().OK("PATCH", sitePathOf(p), json.RawMessage(`{"greeting":"Hi"}`), &site)
	if site.Texts != want || site.Title != "Tea" || site.Greeting != "Hi" {
		t.Fatalf("another change touched them: %+v", site)
	}
}
