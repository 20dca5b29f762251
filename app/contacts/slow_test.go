package contacts_test

import (
	"sync/atomic"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
)

// clocked is a product whose time moves when the test says so.
func clocked(t *testing.T) (p *apptest.Product, pass func(time.Duration)) {
	t.Helper()
	var ahead atomic.Int64
	p = apptest.NewAt(t, func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
	return p, func(d time.Duration) { ahead.Add(int64(d)) }
}

func TestInSlowModeMembersWaitBetweenTwoMessages(t *testing.T) {
	p, pass := clocked(t)
	owner, admin, li := p.Member("Owner Li"), p.Member("Han Mei"), p.Member("Li Lei")
	befriend(owner, admin)
	befriend(owner, li)
	g := makeGroup(p, owner, chat.JoinOpen, admin, li).ID
	owner.OK("PATCH", groupAt(g, "/members/")+itoa(admin.ID), `{"role":"admin"}`, nil)
	li.Write(g, "before it is on")
	sockets := []*apptest.Socket{owner.Connect(), li.Connect(), li.Again().Connect()}
	li.Refused("PATCH", groupAt(g, ""), `{"slow":0}`, 403)
	var h chat.Header
	admin.OK("PATCH", groupAt(g, ""), `{"slow":60}`, &h)
	again := h
	admin.OK("PATCH", groupAt(g, ""), `{"slow":60}`, &again)
	if h.Slow != 60 || again != h {
		t.Fatalf("%+v, then %+v", h, again)
	}
	for _, s := range sockets {
		s.Wait("act", func(e apptest.Event) bool {
			act := decode[chat.Act](t, e)
			return act.Header == h && act.Message.Body.Key == "group.slow" && act.Message.Body.Args["seconds"] == "60"
		})
	}

	draft := p.Draft("one")
	var first chat.Message
	li.OK("POST", messages(g), draft, &first) // what came before it was on does not count
	pass(20 * time.Second)
	early := li.Refused("POST", messages(g), p.Draft("two"), 429)
	if early.Retry != "later" || early.RetryAfterMS > 40_000 || early.RetryAfterMS < 20_000 || early.Code != "too_many" {
		t.Fatalf("%+v", early)
	}
	var retried chat.Message
	li.OK("POST", messages(g), draft, &retried) // a retry is answered, not refused
	if retried.ID != first.ID {
		t.Fatalf("%+v, then %+v", first, retried)
	}
	draft.Body.Text = "another"
	li.Refused("POST", messages(g), draft, 409)
	li.OK("PATCH", messages(g)+"/"+itoa(first.Seq), `{"edit_id":"edit-0001","text":"better"}`, nil) // says nothing more
	li.OK("POST", messages(g)+"/"+itoa(first.Seq)+"/recall", nil, nil)
	li.Refused("POST", messages(g), p.Draft("instead"), 429) // a recall gives no second message
	for range 3 {
		owner.Write(g, "no wait for the owner")
		admin.Write(g, "nor for admins")
	}
	pass(41 * time.Second)
	second := p.Draft("two")
	li.OK("POST", messages(g), second, nil)
	li.Refused("POST", messages(g), p.Draft("three"), 429)

	li.OK("POST", groupAt(g, "/leave"), nil, nil) // coming back is no way around it
	li.OK("POST", imGroup(g, "/join"), `{}`, nil)
	li.Refused("POST", messages(g), p.Draft("three"), 429)
	admin.OK("PATCH", groupAt(g, ""), `{"slow":0}`, nil)
	li.Write(g, "three")
	li.Write(g, "four")
}

func TestSlowModeHoldsAgainstManyAtOnce(t *testing.T) {
	p := apptest.New(t)
	owner, li := p.Member("Owner Li"), p.Member("Li Lei")
	befriend(owner, li)
	g := makeGroup(p, owner, chat.JoinOpen, li).ID
	owner.OK("PATCH", groupAt(g, ""), `{"slow":3600}`, nil)
	devices := []*apptest.Client{li}
	if p.DB.Postgres() {
		devices = append(devices, li.On(p.Node(time.Now)), li.On(p.Node(time.Now)))
	}
	answers := make(chan int, 12)
	for n := range cap(answers) {
		d := p.Draft("me first")
		go func() { answers <- devices[n%len(devices)].Do("POST", messages(g), d).Status }()
	}
	took := 0
	for range cap(answers) {
		switch status := <-answers; status {
		case 200:
			took++
		case 429:
		default:
			t.Errorf("status %d", status)
		}
	}
	if took != 1 {
		t.Fatalf("%d of %d were taken", took, cap(answers))
	}
}

func TestSlowModeHasItsSteps(t *testing.T) {
	p := apptest.New(t)
	owner, li := p.Member("Owner Li"), p.Member("Li Lei")
	befriend(owner, li)
	g := makeGroup(p, owner, chat.JoinOpen, li).ID
	for _, body := range []string{`{"slow":-1}`, `{"slow":7}`, `{"slow":3601}`, `{"slow":"10"}`} {
		owner.Refused("PATCH", groupAt(g, ""), body, 400)
	}
	if r := owner.Refused("PATCH", groupAt(g, ""), `{"slow":7}`, 400); r.Fields["slow"] == "" {
		t.Fatalf("%+v", r)
	}
	p.Member("Wu Gang").Refused("PATCH", groupAt(g, ""), `{"slow":10}`, 404)
	for _, step := range []string{"10", "30", "60", "300", "900", "3600", "0"} {
		owner.OK("PATCH", groupAt(g, ""), `{"slow":`+step+`}`, nil)
	}
}
