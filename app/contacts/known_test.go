package contacts_test

import (
	"fmt"
	"testing"

	"ichat/app/apptest"
	"ichat/app/contacts"
)

// known is whom somebody may know, each with the number of friends in common.
func known(c *apptest.Client) (all []string) {
	var l contacts.KnownList
	c.OK("GET", "/api/im/people/known", nil, &l)
	for _, k := range l.People {
		all = append(all, fmt.Sprint(k.Person.Name, " ", k.Common))
	}
	return all
}

func TestOneMayKnowTheFriendsOfOnesFriends(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li"), p.Member("Han"), p.Member("Wu")
	two, one, old := p.Member("Two"), p.Member("One"), p.Member("Old")
	out := map[string]*apptest.Client{}
	for _, name := range []string{"blocks", "blocked", "asks", "asked", "disabled"} {
		out[name] = p.Member(name)
		befriend(han, out[name])
	}
	p.Member("Stranger")
	befriend(li, han)
	befriend(li, wu)
	befriend(han, wu)
	befriend(li, old)
	for _, pair := range [][2]*apptest.Client{{han, two}, {wu, two}, {wu, one}, {han, old}} {
		befriend(pair[0], pair[1])
	}
	out["blocks"].OK("PUT", fmt.Sprint("/api/im/blocked/", li.ID), nil, nil)
	li.OK("PUT", fmt.Sprint("/api/im/blocked/", out["blocked"].ID), nil, nil)
	out["asks"].OK("POST", "/api/im/requests", contacts.Ask{Person: li.ID}, nil)
	li.OK("POST", "/api/im/requests", contacts.Ask{Person: out["asked"].ID}, nil)
	p.Owner().OK("PATCH", fmt.Sprint("/api/admin/members/", out["disabled"].ID), `{"disabled":true,"reason":"spam"}`, nil)
	if got, want := fmt.Sprint(known(li)), "[Two 2 One 1]"; got != want {
		t.Errorf("Li may know %s, want %s", got, want)
	}
	befriend(li, two)
	if got, want := fmt.Sprint(known(li)), "[One 1]"; got != want {
		t.Errorf("Li may know %s, want %s", got, want)
	}
}

func TestWhoHasNoFriendsKnowsNobody(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li"), p.Member("Han")
	befriend(han, p.Member("Wu"))
	if got := known(li); len(got) != 0 {
		t.Errorf("Li may know %v", got)
	}
}

func TestAcquaintancesAreReadByAnIndex(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	befriend(li, p.Member("Han"))
	l := listen(t, p)
	said := l.heard(func() { known(li) })
	for _, query := range said {
		if plan, scans := fullScan(t, p.DB, query); scans {
			t.Errorf("%s\nis read without an index:\n%s", query, plan)
		}
	}
}
