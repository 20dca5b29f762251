package chat

import (
	"slices"
	"testing"
)

func TestWhoIsShownHowFarSomebodyHasRead(t *testing.T) {
	row := memberRow{PersonID: 1, ReadSeq: 9, ReceivedSeq: 10, Unshown: 4}
	for _, at := range []struct {
		what string
		v    viewpoint
		want Cursor
	}{
		{"himself", viewpoint{person: 1}, Cursor{1, 9, 10}},
		{"himself, who keeps it to himself", viewpoint{person: 1, discreet: true}, Cursor{1, 9, 10}},
		{"himself in a crowd", viewpoint{person: 1, crowded: true}, Cursor{1, 9, 10}},
		{"another one", viewpoint{person: 2}, Cursor{1, 5, 10}},
		{"another one, who keeps his own to himself", viewpoint{person: 2, discreet: true}, Cursor{1, 0, 10}},
		{"another one in a crowd", viewpoint{person: 2, crowded: true}, Cursor{1, 0, 0}},
	} {
		if got := row.seenBy(at.v).cursor(); got != at.want {
			t.Errorf("%s sees %+v instead of %+v", at.what, got, at.want)
		}
	}
}

func TestWhoIsToldThatSomebodyReads(t *testing.T) {
	all := []int64{1, 2, 3}
	for _, row := range []struct {
		what           string
		unshown        int64
		discreet       []int64
		whole, arrived []int64
	}{
		{"openly among open ones", 0, nil, all, nil},
		{"openly beside one who is discreet", 0, []int64{3}, []int64{1, 2}, []int64{3}},
		{"discreetly", 2, []int64{1}, []int64{1}, []int64{2, 3}},
		{"openly again, but no further yet", 2, nil, []int64{1}, []int64{2, 3}},
		{"discreetly, nothing yet", 0, []int64{1}, all, nil},
	} {
		whole, arrived := memberRow{PersonID: 1, Unshown: row.unshown}.shownTo(all, row.discreet)
		if !slices.Equal(whole, row.whole) || !slices.Equal(arrived, row.arrived) {
			t.Errorf("%s: %v are told, and %v what arrived", row.what, whole, arrived)
		}
	}
}

func TestWhereReadingIsAMatterOfMembers(t *testing.T) {
	for _, row := range []struct {
		kind, bond string
		site       int64
		want       bool
	}{
		{Direct, bondFriends, 0, true}, {Direct, bondApart, 0, true}, {Direct, "", 0, false},
		{Group, "", 0, true}, {Group, "", 7, false}, {Live, "", 7, false}, {Staff, "", 7, false},
	} {
		if got := ofMembers(row.kind, row.bond, row.site); got != row.want {
			t.Errorf("%+v: %v", row, got)
		}
	}
}
