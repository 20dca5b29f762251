package contacts_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"ichat/app/apptest"
	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/contacts"
)

// screen is what a page of a member shows: read once, and from then on only told.
type screen struct {
	t      *testing.T
	c      *apptest.Client
	socket *apptest.Socket
	shows  contacts.Start
	box    []contacts.BoxItem
	cards  []contacts.Card
}

func look(t *testing.T, c *apptest.Client) *screen {
	t.Helper()
	s := &screen{t: t, c: c, socket: c.Connect()}
	s.shows = start(c)
	return s
}

// level takes what was pushed and compares with what a fresh page reads. Who came and went is told a moment
// later: as long as something differs, the next frame is waited for.
func (s *screen) level(what string) {
	s.t.Helper()
	for _, e := range s.socket.Drain() {
		s.hear(e)
	}
	for problems := s.differs(); len(problems) > 0; problems = s.differs() {
		s.t.Logf("%s: %v", what, problems)
		s.hear(s.socket.Next())
	}
}

func (s *screen) hear(e apptest.Event) {
	s.t.Helper()
	switch e.Type {
	case "contacts":
		s.take(decode[contacts.Change](s.t, e))
	case "list":
		s.shows.List = decode[struct{ List int64 }](s.t, e).List
	case "presence":
		p := decode[contacts.Presence](s.t, e)
		for i := range s.shows.Friends {
			if s.shows.Friends[i].Person.ID == p.PersonID {
				s.shows.Friends[i].State, s.shows.Friends[i].LastSeen = p.State, p.LastSeen
			}
		}
	case "person":
		card := decode[contacts.Card](s.t, e)
		s.cards = append(s.cards, card)
		for i := range s.shows.Friends {
			if s.shows.Friends[i].Person.ID == card.Person.ID {
				s.shows.Friends[i].Person, s.shows.Friends[i].Signature = card.Person, card.Signature
			}
		}
	}
}

func (s *screen) differs() (problems []string) {
	s.t.Helper()
	fresh := start(s.c)
	for name, pair := range map[string][2]any{
		"me": {s.shows.Me, fresh.Me}, "privacy": {s.shows.Privacy, fresh.Privacy}, "friends": {s.shows.Friends, fresh.Friends}, "groups of friends": {s.shows.FriendGroups, fresh.FriendGroups},
		"blocked": {s.shows.Blocked, fresh.Blocked}, "unread": {s.shows.Unread, fresh.Unread}, "kept": {s.shows.Kept, fresh.Kept}, "list": {s.shows.List, fresh.List},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			problems = append(problems, fmt.Sprintf("%s are %+v instead of %+v", name, pair[0], pair[1]))
		}
	}
	var box contacts.BoxPage
	s.c.OK("GET", "/api/im/box?limit=100", nil, &box)
	for _, have := range s.box {
		if i := slices.IndexFunc(box.Items, func(b contacts.BoxItem) bool { return b.ID == have.ID }); i < 0 || text(box.Items[i].Request) != text(have.Request) {
			problems = append(problems, fmt.Sprintf("the box shows %+v", have))
		}
	}
	return problems
}

func (s *screen) take(c contacts.Change) {
	s.shows.List = c.List
	if c.Me != nil {
		s.shows.Me = *c.Me
	}
	if c.Privacy != nil {
		s.shows.Privacy = *c.Privacy
	}
	if c.FriendGroups != nil {
		s.shows.FriendGroups = *c.FriendGroups
	}
	if c.Blocked != nil {
		s.shows.Blocked = *c.Blocked
	}
	if c.Unread != nil {
		s.shows.Unread = *c.Unread
	}
	for _, k := range c.Kept {
		s.shows.Kept = slices.DeleteFunc(s.shows.Kept, func(old chat.Kept) bool { return old.ConversationID == k.ConversationID })
		if k != (chat.Kept{ConversationID: k.ConversationID, Notify: chat.NotifyAll}) {
			s.shows.Kept = append(s.shows.Kept, k)
		}
	}
	slices.SortFunc(s.shows.Kept, func(a, b chat.Kept) int { return cmp.Compare(a.ConversationID, b.ConversationID) })
	gone := c.Gone
	for _, f := range c.Friends {
		gone = append(gone, f.Person.ID)
	}
	s.shows.Friends = slices.DeleteFunc(s.shows.Friends, func(f contacts.Friend) bool { return slices.Contains(gone, f.Person.ID) })
	s.shows.Friends = append(s.shows.Friends, c.Friends...)
	slices.SortFunc(s.shows.Friends, func(a, b contacts.Friend) int { return cmp.Compare(a.Person.ID, b.Person.ID) })
	for _, item := range c.Box {
		s.box = slices.DeleteFunc(s.box, func(b contacts.BoxItem) bool { return b.ID == item.ID })
		s.box = append(s.box, item)
	}
}

// acts lists what the audit log has of an action.
func acts(p *apptest.Product, office *apptest.Client, action string) []audit.Act {
	var page audit.Page
	office.OK("GET", fmt.Sprintf("/api/admin/sites/%d/audit?action=%s", p.Site.ID, action), nil, &page)
	return page.Acts
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// ask asks somebody to be friends.
func ask(from, to *apptest.Client) (r contacts.Request) {
	from.OK("POST", "/api/im/requests", contacts.Ask{Person: to.ID, Note: "we met"}, &r)
	return r
}

func answer(by *apptest.Client, r contacts.Request, how string, body any) {
	by.OK("POST", fmt.Sprintf("/api/im/requests/%d/%s", r.ID, how), body, nil)
}

// befriend makes friends of two.
func befriend(a, b *apptest.Client) { answer(b, ask(a, b), "agree", "{}") }

// between is the direct conversation of two.
func between(t *testing.T, a, b *apptest.Client) int64 {
	t.Helper()
	for _, c := range start(a).Conversations {
		if c.Kind == "direct" && c.Peer == b.ID {
			return c.ID
		}
	}
	t.Fatal("they have no conversation")
	return 0
}

func messages(conversation int64) string {
	return fmt.Sprintf("/api/chat/conversations/%d/messages", conversation)
}
