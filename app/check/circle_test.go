package check

import (
	"maps"
	"slices"
	"testing"
	"time"
)

const (
	friendA, friendB, friendC = 41, 42, 43
	pairConv, groupConv       = 70, 71
)

// circleStory is a short day of two friends and a third one: they write to each other, and A has a group that B is in.
func circleStory() Story {
	at := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
	s := Story{Ops: []Op{
		{ID: 1, Kind: "ask", Who: friendA, Targets: []int64{friendB}, Begin: at(10), End: at(20), Result: resultOK},
		{ID: 2, Kind: "agree", Who: friendB, Targets: []int64{friendA}, Begin: at(30), End: at(40), Result: resultOK},
		{ID: 3, Kind: "found", Who: friendA, Conv: groupConv, Client: "g", Begin: at(50), End: at(60), Result: resultOK},
		{ID: 4, Kind: "invite", Who: friendB, Conv: groupConv, Targets: []int64{friendB}, Begin: at(70), End: at(80), Result: resultOK},
	}}
	log := func(conv int64, client string, who, seq int64) Message {
		return Message{ID: conv*10 + seq, Conv: conv, Seq: seq, Version: seq, Sender: who, Client: client, Type: "text", Body: body{Text: client}}
	}
	direct := []Message{{ID: 701, Conv: pairConv, Seq: 1, Version: 1, Type: "system", Body: body{Key: "friends.made"}}, log(pairConv, "d-1", friendA, 2), log(pairConv, "d-2", friendB, 3)}
	group := []Message{{ID: 711, Conv: groupConv, Seq: 1, Version: 1, Type: "system", Body: body{Key: "group.made"}}, log(groupConv, "g-1", friendB, 2)}
	for i, m := range []Message{direct[1], direct[2], group[1]} {
		s.Ops = append(s.Ops, Op{ID: int64(10 + i), Kind: "send", Who: m.Sender, Conv: m.Conv, Client: m.Client, Hash: m.hash(), Begin: at(1000 + 100*i), End: at(1010 + 100*i),
			Result: resultOK, MessageID: m.ID, Seq: m.Seq, Version: m.Version})
	}
	pair := State{Conv: pairConv, Kind: "direct", Version: 3, Seq: 3, Messages: direct, Members: map[int64]Member{friendA: {Person: friendA}, friendB: {Person: friendB}}}
	many := State{Conv: groupConv, Kind: "group", Version: 2, Seq: 2, Count: 2, Messages: group, Members: map[int64]Member{friendA: {Person: friendA}, friendB: {Person: friendB}}}
	s.Final = Final{Nodes: 1, Fresh: []Fresh{{Who: friendA, Convs: map[int64]State{pairConv: pair, groupConv: many}}, {Who: friendB, Convs: map[int64]State{pairConv: pair, groupConv: many}}},
		Circles: []Circle{{Who: friendA, Truth: known(), Shown: map[string]Contacts{"a.1": known(), "a.2": known()}}}}
	return s
}

func known() Contacts {
	return Contacts{List: 5, Friends: map[int64]bool{friendB: true}, Blocked: []int64{friendC}, Box: map[int64]string{3: "friend_request agreed", 4: "friend_agreed"}, Unread: 1}
}

func namesOf(found []Violation) (names []string) {
	for _, v := range found {
		names = append(names, v.Name)
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

func TestACalmDayAmongFriendsBreaksNoPromise(t *testing.T) {
	b := open(circleStory())
	if found := slices.Concat(b.nobodySpeaksOutOfTurn(), b.directsAreClosed(), b.groupsAreClosed(), b.contactsAreTrue()); len(found) > 0 {
		t.Fatalf("found %v", found)
	}
}

func TestWhoWasShutOutForCertainIsNotLetIn(t *testing.T) {
	at := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
	do := func(kind string, who, whom, conv int64, begin, end int, result string) Op {
		return Op{ID: 99, Kind: kind, Who: who, Conv: conv, Targets: []int64{whom}, Begin: at(begin), End: at(end), Result: result}
	}
	again := func(o Op) Op { // the answer to the second of two
		o.Code = "conflict"
		return o
	}
	block := do("block", friendB, friendA, 0, 900, 950, resultOK)
	for name, c := range map[string]struct {
		ops  []Op
		want int
	}{
		"blocked before both wrote":            {[]Op{block}, 2},
		"blocked before the second wrote":      {[]Op{do("block", friendB, friendA, 0, 1020, 1050, resultOK)}, 1},
		"blocked while he wrote":               {[]Op{do("block", friendB, friendA, 0, 900, 1005, resultOK), do("unblock", friendB, friendA, 0, 1050, 1060, resultOK)}, 0},
		"a block that was refused":             {[]Op{do("block", friendB, friendA, 0, 900, 950, resultFail)}, 0},
		"a block nobody was told of":           {[]Op{do("block", friendB, friendA, 0, 900, 950, resultUnknown)}, 0},
		"unblocked before":                     {[]Op{block, do("unblock", friendB, friendA, 0, 960, 970, resultOK)}, 0},
		"an unblock that may have been":        {[]Op{block, do("unblock", friendB, friendA, 0, 960, 970, resultUnknown)}, 0},
		"an unblock that was refused":          {[]Op{block, do("unblock", friendB, friendA, 0, 960, 970, resultFail)}, 2},
		"an unblock of the other one":          {[]Op{block, do("unblock", friendA, friendB, 0, 960, 970, resultOK)}, 2},
		"a block of somebody else":             {[]Op{do("block", friendB, friendC, 0, 900, 950, resultOK)}, 0},
		"no friends any more":                  {[]Op{do("unfriend", friendA, friendB, 0, 900, 950, resultOK)}, 2},
		"no friends, and asked again":          {[]Op{do("unfriend", friendA, friendB, 0, 900, 950, resultOK), do("ask", friendB, friendA, 0, 960, 970, resultOK)}, 0},
		"no friends, and friends already":      {[]Op{do("unfriend", friendA, friendB, 0, 900, 950, resultOK), again(do("ask", friendB, friendA, 0, 960, 970, resultFail))}, 0},
		"no friends, and refused":              {[]Op{do("unfriend", friendA, friendB, 0, 900, 950, resultOK), do("ask", friendB, friendA, 0, 960, 970, resultFail)}, 2},
		"muted in the group":                   {[]Op{do("mute", friendA, friendB, groupConv, 900, 950, resultOK)}, 1},
		"muted, and allowed again":             {[]Op{do("mute", friendA, friendB, groupConv, 900, 950, resultOK), do("unmute", friendA, friendB, groupConv, 1100, 1110, resultOK)}, 0},
		"muted in another group":               {[]Op{do("mute", friendA, friendB, 5, 900, 950, resultOK)}, 0},
		"put out of the group":                 {[]Op{do("remove", friendA, friendB, groupConv, 900, 950, resultOK)}, 1},
		"put out of the group, and back again": {[]Op{do("remove", friendA, friendB, groupConv, 900, 950, resultOK), do("invite", friendB, friendB, groupConv, 1190, 1195, resultUnknown)}, 0},
	} {
		s := circleStory()
		s.Ops = append(s.Ops, c.ops...)
		found := open(s).nobodySpeaksOutOfTurn()
		if len(found) != c.want || c.want > 0 && found[0].Name != "let-in" {
			t.Errorf("%s: %v, want %d", name, found, c.want)
		}
	}
}

func TestADirectConversationIsForItsTwo(t *testing.T) {
	s := circleStory()
	m := s.Final.Fresh[0].Convs[pairConv].Messages[1]
	s.Applies = []Apply{{Who: friendB, Device: "b.1", Conv: pairConv, Message: &m}}
	if found := open(s).directsAreClosed(); len(found) > 0 {
		t.Fatalf("found %v", found)
	}
	s.Applies = append(s.Applies, Apply{Who: friendC, Device: "c.1", Conv: pairConv, Message: &m})
	if found := open(s).directsAreClosed(); len(found) != 1 || found[0].Name != "leak" {
		t.Fatalf("found %v", found)
	}
}

func TestADeviceThatShowsOtherContactsIsFound(t *testing.T) {
	for name, change := range map[string]func(k *Contacts){
		"a friend too many": func(k *Contacts) { k.Friends[friendC] = true },
		"one-sided":         func(k *Contacts) { k.Friends[friendB] = false },
		"nobody blocked":    func(k *Contacts) { k.Blocked = nil },
		"an old answer":     func(k *Contacts) { k.Box[3] = "friend_request pending" },
		"an entry less":     func(k *Contacts) { delete(k.Box, 4) },
		"unread":            func(k *Contacts) { k.Unread = 0 },
		"another list":      func(k *Contacts) { k.List = 4 },
	} {
		s := circleStory()
		shown := known()
		change(&shown)
		s.Final.Circles[0].Shown["a.2"] = shown
		if found := namesOf(open(s).contactsAreTrue()); !slices.Equal(found, []string{"stale-contacts"}) {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestContactsTakeWhatAFrameSays(t *testing.T) {
	k, unread, blocked := known(), 3, []int64{}
	item := boxItem{ID: 5, Kind: "friend_refused"}
	k.take(contactsChange{List: 6, Friends: []friendOf{{Person: whoIs{friendC}, Mutual: true}}, Gone: []int64{friendB}, Box: []boxItem{item}, Unread: &unread, Blocked: &blocked})
	if k.List != 6 || !maps.Equal(k.Friends, map[int64]bool{friendC: true}) || k.Box[5] != "friend_refused" || k.Unread != 3 || len(k.Blocked) != 0 {
		t.Fatalf("%+v", k)
	}
	truth := known()
	for id := range int64(2 * boxShown) { // a box that is longer than a page
		k.Box[100+id], truth.Box[100+id] = "friend_agreed", "friend_agreed"
	}
	if a, b := latest(k.Box), latest(truth.Box); len(a) != boxShown || !maps.Equal(a, b) {
		t.Fatalf("%d and %d of the latest", len(a), len(b))
	}
}
