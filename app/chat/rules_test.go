package chat

import (
	"errors"
	"testing"
)

func TestWhoMayDoWhatInAConversationBetweenMembers(t *testing.T) {
	deeds := []deed{toSend, toInvite, toRename, toRemove, toAppoint, toLeave, toDissolve} // toMute is as toRemove
	no := func(e error) []error { return []error{e, e, e, e, e, e, e} }
	for _, row := range []struct {
		what  string
		st    standing
		other string
		want  []error // for each deed
	}{
		{"not in", standing{kind: Group, works: true}, RoleMember, no(errNotIn)},
		{"a member", standing{kind: Group, role: RoleMember, works: true}, RoleMember, []error{nil, nil, errManager, errManager, errOwner, nil, errOwner}},
		{"an admin with a member", standing{kind: Group, role: RoleAdmin, works: true}, RoleMember, []error{nil, nil, nil, nil, errOwner, nil, errOwner}},
		{"an admin with an admin", standing{kind: Group, role: RoleAdmin, works: true}, RoleAdmin, []error{nil, nil, nil, errOwner, errOwner, nil, errOwner}},
		{"an admin with the owner", standing{kind: Group, role: RoleAdmin, works: true}, RoleOwner, []error{nil, nil, nil, errOwner, errOwner, nil, errOwner}},
		{"the owner with a member", standing{kind: Group, role: RoleOwner, works: true}, RoleMember, []error{nil, nil, nil, nil, nil, errOwnerStays, nil}},
		{"the owner with an admin", standing{kind: Group, role: RoleOwner, works: true}, RoleAdmin, []error{nil, nil, nil, nil, nil, errOwnerStays, nil}},
		{"the owner with himself", standing{kind: Group, role: RoleOwner, works: true}, RoleOwner, []error{nil, nil, nil, errOwnerStays, nil, errOwnerStays, nil}},
		{"who works there no more", standing{kind: Group, role: RoleAdmin}, RoleMember, []error{errApart, errApart, errApart, errApart, errApart, nil, errApart}},
		{"in a dissolved group", standing{kind: Group, role: RoleOwner, works: true, dissolved: true}, RoleMember,
			[]error{errDissolved, errDissolved, errDissolved, errDissolved, errDissolved, nil, errDissolved}},
		{"of two", standing{kind: Direct, role: RoleMember, works: true}, RoleMember, []error{nil, errNotIn, errNotIn, errNotIn, errNotIn, errNotIn, errNotIn}},
		{"of two apart", standing{kind: Direct, role: RoleMember}, RoleMember, []error{errApart, errNotIn, errNotIn, errNotIn, errNotIn, errNotIn, errNotIn}},
		{"elsewhere", standing{kind: Live, role: RoleOwner, works: true}, RoleMember, no(errNotIn)},
	} {
		for i, what := range deeds {
			if got := row.st.may(what, row.other); !errors.Is(got, row.want[i]) && got != row.want[i] {
				t.Errorf("%s, deed %d: %v, want %v", row.what, what, got, row.want[i])
			}
		}
	}
}

func TestWhoIsHeard(t *testing.T) {
	for _, row := range []struct {
		what string
		st   standing
		want error
	}{
		{"a friend", standing{kind: Direct, role: RoleMember, works: true}, nil},
		{"who was a friend", standing{kind: Direct, role: RoleMember, closed: true}, errClosed},
		{"who has blocked him", standing{kind: Direct, role: RoleMember, works: true, blocks: true}, errBlocks},
		{"whom he has blocked", standing{kind: Direct, role: RoleMember, works: true, blocked: true}, errBlocked},
		{"a muted member", standing{kind: Group, role: RoleMember, works: true, muted: true}, errMuted},
		{"a muted admin", standing{kind: Group, role: RoleAdmin, works: true, muted: true}, errMuted},
		{"an owner who was muted before he was owner", standing{kind: Group, role: RoleOwner, works: true, muted: true}, nil},
		{"a member where all are muted", standing{kind: Group, role: RoleMember, works: true, hushed: true}, errHushed},
		{"an admin where all are muted", standing{kind: Group, role: RoleAdmin, works: true, hushed: true}, nil},
	} {
		if got := row.st.may(toSend, ""); !errors.Is(got, row.want) && got != row.want {
			t.Errorf("%s: %v, want %v", row.what, got, row.want)
		}
	}
	admin := standing{kind: Group, role: RoleAdmin, works: true}
	if admin.may(toMute, RoleMember) != nil || admin.may(toMute, RoleAdmin) == nil || (standing{kind: Group, role: RoleOwner, works: true}).may(toMute, RoleAdmin) != nil {
		t.Error("an admin mutes members, the owner admins too")
	}
}

func TestWhoMayReact(t *testing.T) {
	friend := standing{kind: Direct, role: RoleMember, works: true}
	member := standing{kind: Group, role: RoleMember, works: true}
	with := func(st standing, change func(st *standing)) standing { change(&st); return st }
	for _, row := range []struct {
		what    string
		st      standing
		m       marks
		on, off error
	}{
		{"a friend", friend, marks{}, nil, nil},
		{"a member", member, marks{}, nil, nil},
		{"who is not in", standing{kind: Group, works: true}, marks{}, errNotIn, errNotIn},
		{"a visitor", standing{kind: Live, role: RoleMember, works: true}, marks{}, errNotIn, errNotIn},
		{"who was a friend", standing{kind: Direct, role: RoleMember, closed: true}, marks{}, errClosed, errClosed},
		{"whom he has blocked", with(friend, func(st *standing) { st.blocked = true }), marks{there: true}, errBlocked, nil},
		{"who has blocked him", with(friend, func(st *standing) { st.blocks = true }), marks{there: true}, errBlocks, nil},
		{"who is muted", with(member, func(st *standing) { st.muted = true }), marks{there: true}, errMuted, nil},
		{"where all are muted", with(member, func(st *standing) { st.hushed = true }), marks{there: true}, errHushed, nil},
		{"in a dissolved group", with(member, func(st *standing) { st.dissolved = true }), marks{there: true}, errDissolved, errDissolved},
		{"to what was recalled", member, marks{mute: true}, errMute, nil},
		{"a fourth time", member, marks{kinds: 3, own: 3, used: true}, errOwnSigns, nil},
		{"the same again", member, marks{kinds: 20, own: 3, used: true, there: true}, nil, nil},
		{"the twenty-first sign", member, marks{kinds: 20}, errSigns, nil},
		{"one of twenty signs", member, marks{kinds: 20, used: true, own: 2}, nil, nil},
	} {
		if got := row.st.mayReact(row.m, true); got != row.on {
			t.Errorf("%s, on: %v, want %v", row.what, got, row.on)
		}
		if got := row.st.mayReact(row.m, false); got != row.off {
			t.Errorf("%s, off: %v, want %v", row.what, got, row.off)
		}
	}
}

func TestWhoMayPin(t *testing.T) {
	for _, row := range []struct {
		what string
		st   standing
		want error
	}{
		{"one of two", standing{kind: Direct, role: RoleMember, works: true}, nil},
		{"one who is blocked", standing{kind: Direct, role: RoleMember, works: true, blocked: true}, errBlocked},
		{"one who was a friend", standing{kind: Direct, role: RoleMember, closed: true}, errClosed},
		{"a member", standing{kind: Group, role: RoleMember, works: true}, errManager},
		{"an admin", standing{kind: Group, role: RoleAdmin, works: true}, nil},
		{"a muted admin", standing{kind: Group, role: RoleAdmin, works: true, muted: true}, errMuted},
		{"the owner of a dissolved group", standing{kind: Group, role: RoleOwner, works: true, dissolved: true}, errDissolved},
		{"a visitor", standing{kind: Live, role: RoleMember, works: true}, errNotIn},
	} {
		if got := row.st.may(toPin, ""); got != row.want {
			t.Errorf("%s: %v, want %v", row.what, got, row.want)
		}
	}
}
