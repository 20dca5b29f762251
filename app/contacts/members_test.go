package contacts_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ichat/app/apptest"
	"ichat/app/contacts"
	"ichat/app/people"
)

// start reads everything somebody's page shows.
func start(c *apptest.Client) (a contacts.Start) {
	c.OK("GET", "/api/im", nil, &a)
	return a
}

func decode[T any](t *testing.T, e apptest.Event) (v T) {
	t.Helper()
	if err := json.Unmarshal(e.Data, &v); err != nil {
		t.Fatalf("%s: %v", e.Data, err)
	}
	return v
}

func TestAMemberRegistersAndSignsInByName(t *testing.T) {
	p := apptest.New(t)
	stranger := p.Anonymous()
	ask := map[string]string{"name": "Li Lei", "password": apptest.Password, "sex": "male", "birthday": "1990-02-28", "country": "CN", "province": "北京市", "city": "北京市", "district": "海淀区"}
	stranger.Refused("POST", "/api/im/register", ask, 403)
	p.Owner().OK("PATCH", "/api/admin/settings", `{"members":{"registration":"open"}}`, nil)
	var mode struct{ Mode string }
	stranger.OK("GET", "/api/im/registration", nil, &mode)
	if mode.Mode != "open" {
		t.Fatalf("mode %+v", mode)
	}
	var s people.Session
	stranger.OK("POST", "/api/im/register", ask, &s)
	a := start(stranger)
	if a.Me.Person != s.Person || a.Me.Person.Name != "Li Lei" || a.Me.Birthday != "1990-02-28" || a.Me.District != "海淀区" || a.Me.Country != "CN" || a.Me.Presence != "online" || a.Me.Number < 100_000_000 {
		t.Fatalf("me %+v", a.Me)
	}
	second := p.Anonymous()
	second.OK("POST", "/api/session", map[string]string{"name": " li_LEI", "password": apptest.Password}, nil)
	if start(second).Me != a.Me {
		t.Fatal("somebody else signed in")
	}
	wrong := second.Refused("POST", "/api/session", map[string]string{"name": "li lei", "password": "not this one"}, 401)
	unknown := second.Refused("POST", "/api/session", map[string]string{"name": "nobody", "password": "not this one"}, 401)
	if wrong.Message != unknown.Message {
		t.Fatalf("%q and %q tell who is a member", wrong.Message, unknown.Message)
	}
	again := second.Refused("POST", "/api/im/register", map[string]string{"name": "ＬＩ-ＬＥＩ", "password": apptest.Password}, 409)
	if again.Fields["name"] == "" {
		t.Fatalf("%+v", again)
	}
}

func TestARegistrationThatCannotBeIsRefusedByField(t *testing.T) {
	p := apptest.New(t)
	p.Owner().OK("PATCH", "/api/admin/settings", `{"members":{"registration":"open"}}`, nil)
	c := p.Anonymous()
	for field, body := range map[string]string{
		"name":     `{"name":"客服小美","password":"12345678"}`,
		"password": `{"name":"Han Mei","password":"short"}`,
		"birthday": `{"name":"Han Mei","password":"12345678","birthday":"2999-01-01"}`,
		"city":     `{"name":"Han Mei","password":"12345678","country":"FR","city":"` + strings.Repeat("x", 41) + `"}`,
		"country":  `{"name":"Han Mei","password":"12345678","country":"fr","province":"Nord"}`,
		"province": `{"name":"Han Mei","password":"12345678","province":"Nord"}`,
		"district": `{"name":"Han Mei","password":"12345678","country":"CN","province":"浙江省","city":"杭州市","district":"海淀区"}`,
		"body.sex": `{"name":"Han Mei","password":"12345678","sex":"x"}`,
	} {
		if r := c.Refused("POST", "/api/im/register", body, 400); r.Fields[field] == "" && r.Fields[strings.TrimPrefix(field, "body.")] == "" {
			t.Errorf("%s: %+v", field, r)
		}
	}
	for _, name := range []string{`a\u200bdmin2`, `\u202eabc`, `a\u0000b`, `аdmin`, `0fficial support`, `x`} {
		c.Refused("POST", "/api/im/register", `{"name":"`+name+`","password":"12345678"}`, 400)
	}
}

func TestOneOfManyWhoWantANameGetsIt(t *testing.T) {
	p := apptest.New(t)
	p.Owner().OK("PATCH", "/api/admin/settings", `{"members":{"registration":"open"}}`, nil)
	var wg sync.WaitGroup
	var got, refused atomic.Int64
	for range 4 {
		wg.Go(func() {
			switch r := p.Anonymous().Do("POST", "/api/im/register", map[string]string{"name": "Han Mei", "password": apptest.Password}); r.Status {
			case 200:
				got.Add(1)
			case 409:
				refused.Add(1)
			default:
				t.Errorf("%d %s", r.Status, r.Body)
			}
		})
	}
	wg.Wait()
	if got.Load() != 1 || refused.Load() != 3 {
		t.Fatalf("%d got it, %d were refused", got.Load(), refused.Load())
	}
}

func TestAnInvitationMakesOneMember(t *testing.T) {
	p := apptest.New(t)
	owner, c := p.Owner(), p.Anonymous()
	owner.OK("PATCH", "/api/admin/settings", `{"members":{"registration":"invite"}}`, nil)
	c.Refused("POST", "/api/im/register", map[string]string{"name": "Han Mei", "password": apptest.Password}, 404)
	var made struct{ Link string }
	owner.OK("POST", "/api/admin/members/invitations", nil, &made)
	_, token, _ := strings.Cut(made.Link, "/im#join=")
	c.OK("POST", "/api/im/register", map[string]string{"name": "Han Mei", "password": apptest.Password, "invitation": token}, nil)
	p.Anonymous().Refused("POST", "/api/im/register", map[string]string{"name": "Li Lei", "password": apptest.Password, "invitation": token}, 404)
}

func TestAnAgentIsAMemberFromHisFirstLook(t *testing.T) {
	p := apptest.New(t)
	first, second := p.Agent("Mei", 5), p.Agent("Mei", 5)
	a, b := start(first), start(second)
	if a.Me.Number == 0 || a.Me.Number == b.Me.Number || a.Me.Person.Name != "Mei" {
		t.Fatalf("%+v and %+v", a.Me, b.Me)
	}
	if again := start(first); again.Me != a.Me {
		t.Fatalf("%+v, then %+v", a.Me, again.Me)
	}
}

func TestWhatMovesOnesListSaysSo(t *testing.T) {
	p := apptest.New(t)
	li, mei := p.Member("Li Lei"), p.Member("Han Mei")
	socket := li.Connect()
	li.OK("PATCH", "/api/im/me", `{"signature":"on holiday"}`, nil)
	if e := socket.Wait("contacts", nil); e.List != start(li).List {
		t.Fatalf("contacts of list %d of %d", e.List, start(li).List)
	}
	if e := socket.Wait("heads", func(e apptest.Event) bool { return e.List > 0 }); e.List != start(li).List {
		t.Fatalf("heads of list %d of %d", e.List, start(li).List)
	}
	befriend(li, mei)
	if e := socket.Wait("list", nil); e.List == 0 || e.List > start(li).List {
		t.Fatalf("a conversation more, and list %d of %d", e.List, start(li).List)
	}
}

func TestWhatOneChangesOfOneselfIsLiveOnAllOnesDevices(t *testing.T) {
	p := apptest.New(t)
	phone := p.Member("Li Lei")
	desk := phone.Again()
	before := start(desk)
	socket := desk.Connect()
	phone.OK("PATCH", "/api/im/me", `{"name":"Li  Lei 2","signature":" on \n holiday ","sex":"male"}`, nil)
	c := decode[contacts.Change](t, socket.Wait("contacts", nil))
	if c.List != before.List+1 || c.Me == nil || c.Me.Person.Name != "Li Lei 2" || c.Me.Signature != "on holiday" || *c.Me != start(desk).Me {
		t.Fatalf("%+v", c)
	}
	phone.OK("PUT", "/api/im/presence", `{"state":"invisible"}`, nil)
	if c = decode[contacts.Change](t, socket.Wait("contacts", nil)); c.Me.Presence != "invisible" || start(desk).Me.Presence != "invisible" || c.List != start(desk).List {
		t.Fatalf("%+v", c)
	}
	phone.Refused("PATCH", "/api/im/me", `{"name":"Official Support"}`, 400)
	p.Member("Han Mei")
	phone.Refused("PATCH", "/api/im/me", `{"name":"han mei"}`, 409)
	phone.Refused("PATCH", "/api/im/me", `{"signature":"`+strings.Repeat("长", 121)+`"}`, 400)
	phone.Refused("PUT", "/api/im/presence", `{"state":"offline"}`, 400)
}

func TestASignInIsEndedFromAnotherDevice(t *testing.T) {
	p := apptest.New(t)
	phone := p.Member("Li Lei")
	desk, third := phone.Again(), phone.Again()
	stranger := p.Member("Han Mei")
	socket := desk.Connect()
	var list struct{ Devices []people.Device }
	desk.OK("GET", "/api/im/devices", nil, &list)
	mine := ""
	for _, d := range list.Devices {
		if d.Mine {
			mine = d.ID
		}
		if d.Device == "" || d.Address == "" || d.UsedAt.Before(d.CreatedAt.AddDate(0, 0, -1)) {
			t.Errorf("device %+v", d)
		}
	}
	if len(list.Devices) != 3 || mine == "" {
		t.Fatalf("%+v", list)
	}
	stranger.Refused("DELETE", "/api/im/devices/"+mine, nil, 404)
	phone.OK("DELETE", "/api/im/devices/"+mine, nil, nil)
	if code := socket.WaitClosed(); code != 4401 {
		t.Fatalf("closed with %d", code)
	}
	desk.Refused("GET", "/api/im", nil, 401)
	phone.Refused("PUT", "/api/im/password", fmt.Sprintf(`{"old":"wrong one","password":"%s"}`, "another long one"), 403)
	phone.OK("PUT", "/api/im/password", map[string]string{"old": apptest.Password, "password": "another long one"}, nil)
	third.Refused("GET", "/api/im", nil, 401)
	phone.OK("GET", "/api/im", nil, nil)
	p.Anonymous().Refused("POST", "/api/session", map[string]string{"name": "Li Lei", "password": apptest.Password}, 401)
}
