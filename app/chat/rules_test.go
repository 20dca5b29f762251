package chat

import (
	"errors"
	"testing"
	"time"
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

func TestHowLongOneWaitsInSlowMode(t *testing.T) {
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	member, admin, owner := standing{role: RoleMember}, standing{role: RoleAdmin}, standing{role: RoleOwner}
	for _, row := range []struct {
		what  string
		st    standing
		slow  time.Duration
		spoke time.Time
		want  time.Duration
	}{
		{"where it is off", member, 0, ago(0), 0},
		{"who has not spoken", member, time.Minute, time.Time{}, 0},
		{"who spoke just now", member, time.Minute, now, time.Minute},
		{"who spoke a while ago", member, time.Minute, ago(48*time.Second + time.Millisecond), 12*time.Second - time.Millisecond},
		{"who spoke exactly one step ago", member, time.Minute, ago(time.Minute), 0},
		{"who spoke long ago", member, time.Minute, ago(time.Hour), 0},
		{"whose node was ahead", member, time.Minute, now.Add(time.Hour), time.Minute},
		{"an admin", admin, time.Hour, now, 0},
		{"the owner", owner, time.Hour, now, 0},
	} {
		if got := row.st.pause(row.slow, row.spoke, now); got != row.want {
			t.Errorf("%s waits %v, want %v", row.what, got, row.want)
		}
	}
}

func TestWhoMayConfirmAnAnnouncement(t *testing.T) {
	member := standing{kind: Group, role: RoleMember, works: true}
	for _, row := range []struct {
		what                string
		st                  standing
		asked, now, noticed int64
		own                 bool
		done                bool
		err                 error
	}{
		{"a member", member, 7, 7, 0, false, false, nil},
		{"who confirmed the one before", member, 7, 7, 5, false, false, nil},
		{"who has confirmed it", member, 7, 7, 7, false, true, nil},
		{"who set it", member, 7, 7, 0, true, true, nil},
		{"who is muted", standing{kind: Group, role: RoleMember, works: true, muted: true, hushed: true}, 7, 7, 0, false, false, nil},
		{"who is not in", standing{kind: Group, works: true}, 7, 7, 0, false, false, errNotIn},
		{"of two", standing{kind: Direct, role: RoleMember, works: true}, 7, 7, 0, false, false, errNotIn},
		{"in a dissolved group", standing{kind: Group, role: RoleMember, works: true, dissolved: true}, 7, 7, 0, false, false, errDissolved},
		{"where there is none", member, 7, 0, 0, false, false, errNoNotice},
		{"one that never was", member, 8, 7, 0, false, false, errNoNotice},
		{"the one before", member, 5, 7, 0, false, false, errNewerNotice},
	} {
		done, err := row.st.mayConfirm(row.asked, row.now, row.noticed, row.own)
		if done != row.done || err != row.err {
			t.Errorf("%s: %v, %v, want %v, %v", row.what, done, err, row.done, row.err)
		}
	}
}
