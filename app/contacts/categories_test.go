package contacts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/contacts"
)

type categoryList struct{ Categories []contacts.Category }

func (l categoryList) names() (names []string) {
	for _, c := range l.Categories {
		names = append(names, c.Name)
	}
	return names
}

// inCategory makes a group in a category.
func inCategory(p *apptest.Product, by *apptest.Client, name, rule string, category int64) chat.Header {
	var made contacts.MadeGroup
	by.OK("POST", "/api/im/groups", contacts.NewGroup{ClientID: p.Draft("").ClientMsgID, Name: name, JoinRule: rule, Category: category}, &made)
	return *made.Group
}

func TestCategoriesAreAddedRenamedSortedAndRemoved(t *testing.T) {
	p := apptest.New(t)
	office, li := p.Owner(), p.Member("Li Lei")
	var list categoryList
	for _, names := range []string{`{"name":"Sport"}`, `{"name":" Books ","name_zh":"读书"}`, `{"name":"Work"}`} {
		office.OK("POST", "/api/admin/categories", names, &list)
	}
	if got := list.names(); !slices.Equal(got, []string{"Sport", "Books", "Work"}) || list.Categories[1].NameZH != "读书" {
		t.Fatalf("%+v", list)
	}
	for body, field := range map[string]string{`{"name":" "}`: "name", `{"name":"` + strings.Repeat("字", 25) + `"}`: "name", `{"name":"x","name_zh":"` + strings.Repeat("字", 25) + `"}`: "name_zh", `{"name":"\u200b"}`: "name"} {
		if r := office.Refused("POST", "/api/admin/categories", body, 400); r.Fields[field] == "" {
			t.Errorf("%s: %+v", body, r)
		}
	}
	office.Refused("POST", "/api/admin/categories", `{"name":"a\u0000"}`, 400)
	if r := office.Refused("POST", "/api/admin/categories", `{"name":"sport"}`, 409); r.Fields["name"] == "" {
		t.Errorf("%+v", r)
	}
	sport, books, work := list.Categories[0].ID, list.Categories[1].ID, list.Categories[2].ID
	office.OK("PATCH", fmt.Sprint("/api/admin/categories/", sport), `{"name":"Sports"}`, &list)
	office.Refused("PATCH", fmt.Sprint("/api/admin/categories/", sport), `{"name":"Work"}`, 409)
	office.OK("PUT", "/api/admin/categories", map[string]any{"order": []int64{work, sport, books}}, &list)
	for _, order := range [][]int64{{work, sport}, {work, sport, sport}, {work, sport, 7}, {}} {
		office.Refused("PUT", "/api/admin/categories", map[string]any{"order": order}, 409)
	}
	office.OK("DELETE", fmt.Sprint("/api/admin/categories/", books), nil, &list)
	office.Refused("DELETE", fmt.Sprint("/api/admin/categories/", books), nil, 404)
	if got := list.names(); !slices.Equal(got, []string{"Work", "Sports"}) {
		t.Fatal(got)
	}
	li.OK("GET", "/api/im/categories", nil, &list)
	li.Refused("DELETE", fmt.Sprint("/api/admin/categories/", work), nil, 404)
	if got := list.names(); !slices.Equal(got, []string{"Work", "Sports"}) {
		t.Fatal(got)
	}
	var page audit.Page
	office.OK("GET", fmt.Sprintf("/api/admin/sites/%d/audit", p.Site.ID), nil, &page)
	for i, action := range []string{"group.category_drop", "group.category_sort", "group.category_rename", "group.category_add"} {
		if page.Acts[i].Action != action || page.Acts[i].Target == "" {
			t.Errorf("%+v", page.Acts[i])
		}
	}
}

func TestGroupsAreFoundByCategoryWithCounts(t *testing.T) {
	p := apptest.New(t)
	office, li, han := p.Owner(), p.Member("Li Lei"), p.Member("Han Mei")
	var list categoryList
	office.OK("POST", "/api/admin/categories", `{"name":"Sport"}`, nil)
	office.OK("POST", "/api/admin/categories", `{"name":"Books"}`, &list)
	sport, books := list.Categories[0].ID, list.Categories[1].ID
	hikers, runners := inCategory(p, li, "Hikers", chat.JoinApply, sport), inCategory(p, li, "Runners", chat.JoinOpen, sport)
	hidden := inCategory(p, li, "Secret hikers", chat.JoinInvite, sport)
	li.Refused("POST", "/api/im/groups", contacts.NewGroup{ClientID: "no such one", Name: "x", Category: 7}, 404)
	s := look(t, li)
	if hikers.Category != sport || hidden.Category != sport {
		t.Fatalf("%+v", hikers)
	}
	find := func(query string) (ids []int64) {
		t.Helper()
		var page contacts.GroupPage
		han.OK("GET", "/api/im/groups?"+query, nil, &page)
		for _, g := range page.Groups {
			ids = append(ids, g.ID)
		}
		return ids
	}
	counts := func() (n []int) {
		t.Helper()
		han.OK("GET", "/api/im/categories", nil, &list)
		for _, c := range list.Categories {
			n = append(n, c.Groups)
		}
		return n
	}
	if got := find(fmt.Sprint("category=", sport)); !slices.Equal(got, []int64{runners.ID, hikers.ID}) || !slices.Equal(counts(), []int{2, 0}) {
		t.Fatal(got, counts())
	}
	if got := find(fmt.Sprint("q=hik&category=", sport)); !slices.Equal(got, []int64{hikers.ID}) {
		t.Fatal(got)
	}
	li.OK("PATCH", groupAt(runners.ID, ""), map[string]int64{"category": books}, nil)
	s.level("in another category")
	li.Refused("PATCH", groupAt(runners.ID, ""), `{"category":7}`, 404)
	li.Refused("PATCH", groupAt(runners.ID, ""), `{"category":-1}`, 400)
	han.Refused("PATCH", groupAt(runners.ID, ""), map[string]int64{"category": sport}, 404)
	office.OK("PATCH", inOffice(hikers.ID, ""), map[string]int64{"category": 0}, nil)
	if got := find(fmt.Sprint("category=", books)); !slices.Equal(got, []int64{runners.ID}) || !slices.Equal(counts(), []int{0, 1}) {
		t.Fatal(got, counts())
	}
	office.OK("DELETE", fmt.Sprint("/api/admin/categories/", books), nil, &list) // runners are in none now
	if got := find(""); !slices.Equal(got, []int64{runners.ID, hikers.ID}) || len(list.Categories) != 1 {
		t.Fatal(got, list)
	}
	li.OK("PATCH", groupAt(runners.ID, ""), map[string]any{"category": books, "about": "every morning"}, nil) // what it was and is not there any more stays as it is
	li.OK("POST", groupAt(runners.ID, "/dissolve"), nil, nil)
	if !slices.Equal(counts(), []int{0}) {
		t.Fatal(counts())
	}
}

func TestAGroupIsApprovedWhoseCategoryIsGone(t *testing.T) {
	p := apptest.New(t)
	office, li := p.Owner(), p.Member("Li Lei")
	var list categoryList
	office.OK("POST", "/api/admin/categories", `{"name":"Sport"}`, &list)
	office.OK("PATCH", "/api/admin/settings", `{"members":{"approval":true}}`, nil)
	ask := contacts.NewGroup{ClientID: "the hikers", Name: "Hikers", Category: list.Categories[0].ID}
	var made contacts.MadeGroup
	li.OK("POST", "/api/im/groups", ask, &made)
	office.OK("DELETE", fmt.Sprint("/api/admin/categories/", ask.Category), nil, nil)
	office.OK("POST", fmt.Sprint("/api/admin/groups/requests/", made.Request.ID), `{"approve":true}`, &made)
	if made.Group == nil || made.Group.Category != 0 {
		t.Fatalf("%+v", made)
	}
	li.Refused("POST", "/api/im/groups", contacts.NewGroup{ClientID: "the runners", Name: "Runners", Category: ask.Category}, 404)
}

func TestACategoryIsReadFromItsIndex(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	var list categoryList
	p.Owner().OK("POST", "/api/admin/categories", `{"name":"Sport"}`, &list)
	inCategory(p, li, "Hikers", chat.JoinOpen, list.Categories[0].ID)
	l := listen(t, p)
	for _, path := range []string{fmt.Sprint("/api/im/groups?category=", list.Categories[0].ID), "/api/im/categories"} {
		for _, query := range l.heard(func() { li.OK("GET", path, nil, nil) }) {
			if !strings.Contains(query, "category <> 0") {
				continue
			}
			if plan, _ := fullScan(t, p.DB, query); !strings.Contains(plan, "conversations_category") {
				t.Errorf("%s\nis read without its index:\n%s", query, plan)
			}
		}
	}
}
