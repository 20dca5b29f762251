package contacts

import (
	"errors"
	"testing"
	"time"

	"ichat/app/chat"
)

func TestWhoMayAskToBeFriends(t *testing.T) {
	for _, row := range []struct {
		what   string
		b      between
		atOnce bool
		want   error
	}{
		{"strangers", between{}, false, nil},
		{"who is on the other's list still", between{listed: true}, true, nil},
		{"whom the other took off his list", between{lists: true}, false, nil},
		{"oneself", between{self: true}, false, errSelf},
		{"friends", between{lists: true, listed: true}, false, errFriends},
		{"who was blocked", between{blocked: true, listed: true}, false, errBlocked},
		{"who has blocked", between{blocks: true, blocked: true}, false, errBlocks},
		{"a full list", between{full: true}, false, errFull},
		{"twice", between{asked: true}, false, errAsked},
		{"who was asked", between{heAsked: true}, false, errHeAsked},
	} {
		if atOnce, err := row.b.mayRequest(); atOnce != row.atOnce || !errors.Is(err, row.want) && err != row.want {
			t.Errorf("%s: %v, %v", row.what, atOnce, err)
		}
	}
}

func TestWhoMayAnswerARequest(t *testing.T) {
	for _, row := range []struct {
		kind, state string
		toMe        bool
		role        string
		want        error
	}{
		{forFriend, pending, true, "", nil},
		{forFriend, pending, false, chat.RoleOwner, errRequest},
		{forFriend, agreed, true, "", errAnswered},
		{forFriend, refusal, false, "", errRequest},
		{forGroup, pending, false, chat.RoleOwner, nil},
		{forGroup, pending, false, chat.RoleAdmin, nil},
		{forGroup, pending, true, chat.RoleMember, errRequest},
		{forGroup, pending, false, "", errRequest},
		{forGroup, agreed, false, chat.RoleAdmin, errAnswered},
		{forFound, pending, true, chat.RoleOwner, errRequest},
	} {
		if err := mayAnswer(row.kind, row.state, row.toMe, row.role); !errors.Is(err, row.want) && err != row.want {
			t.Errorf("%+v: %v", row, err)
		}
	}
}

func TestWhoSeesWhetherSomebodyIsThere(t *testing.T) {
	for _, row := range []struct {
		state                    string
		connected, mutual, hides bool
		want                     string
	}{
		{"online", true, true, false, "online"}, {"busy", true, true, false, "busy"}, {"invisible", true, true, false, "offline"},
		{"online", false, true, false, "offline"}, {"online", true, false, false, "offline"}, {"away", true, true, true, "offline"},
	} {
		if got := seen(row.state, row.connected, row.mutual, row.hides); got != row.want {
			t.Errorf("%+v: %s", row, got)
		}
	}
}

func TestWhoSeesWhenSomebodyWasLastThere(t *testing.T) {
	now := time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		what string
		v    sight
		want bool
	}{
		{"friends among friends", sight{His: "friends", Mine: "friends", Mutual: true}, true},
		{"a stranger", sight{His: "friends", Mine: "friends"}, false},
		{"a stranger whom both let", sight{His: "everyone", Mine: "everyone"}, true},
		{"a stranger who lets his friends only", sight{His: "everyone", Mine: "friends"}, false},
		{"a friend who lets nobody", sight{His: "everyone", Mine: "nobody", Mutual: true}, false},
		{"of a friend who lets nobody", sight{His: "nobody", Mine: "everyone", Mutual: true}, false},
		{"who was blocked", sight{His: "everyone", Mine: "everyone", Mutual: true, Hides: true}, false},
		{"who has blocked", sight{His: "everyone", Mine: "everyone", Mutual: true, Blocks: true}, false},
	} {
		row.v.SeenMS = now.Add(-time.Hour).UnixMilli()
		if got := row.v.lastSeen(now); (got != nil) != row.want || got != nil && !got.Equal(now.Add(-time.Hour)) {
			t.Errorf("%s: %v", row.what, got)
		}
	}
	open := sight{His: "friends", Mine: "friends", Mutual: true}
	if open.lastSeen(now) != nil {
		t.Error("who was never there was seen")
	}
	open.SeenMS = now.Add(-72 * time.Hour).UnixMilli()
	if got := open.lastSeen(now); got == nil || !got.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("of long ago the moment is told: %v", got)
	}
}
