// Package contacts is who knows whom in the messenger: friends and their groups, requests, the message box,
// blocks, reports, and the groups that members make. What is said is the core's: contacts decides who may
// speak, and sets that state downwards (chat.BondTx, chat.BlockTx), because the core never asks upwards.
//
// # What a page reads
//
//	GET /api/im            Start: everything a page shows at sign-in, in one snapshot
//	GET /api/im/...        pages of what is longer
//
// # What is pushed
//
//	contacts   Change: what changed of one's own contacts, on every device of one's own
//	presence   {person_id, state, last_seen}: a friend came, went or is something else now
//	person     Card: somebody one knows has another name, picture or signature
//	confirmed  chat.Confirmed: how many have confirmed what a group announces, for its owner and admins
//
// Start and every Change carry `list`, the number of one's set (chat.List). It moves by one with each change, and
// with each conversation one comes into or leaves (`list` frames). A device that sees a number other than the
// next reads GET /api/im again; so does one that comes back and is told another number by its sync. What was
// lost between nodes is found by the core's repair, which compares exactly that number. Presence and cards
// carry no number: each is what is so now, and Start has them all.
//
// Who may request, send and see stands in rules.go, pure, and is asked in the write that does it.
package contacts

import (
	"time"

	"ichat/app/chat"
	"ichat/app/people"
)

// Friend is somebody on one's list, as the owner of the list sees him. Mutual is false once he took the reader
// off his own list: then nothing can be sent. State is offline for who is not connected, is invisible, is not
// mutual, or has blocked the reader.
type Friend struct {
	Person    people.Person `json:"person"`
	Number    int64         `json:"number"`
	Signature string        `json:"signature"`
	Remark    string        `json:"remark"`   // what the reader calls him
	GroupID   int64         `json:"group_id"` // of the reader's own; 0: the first one, which has no row
	State     string        `json:"state" enum:"online,away,busy,offline"`
	LastSeen  *time.Time    `json:"last_seen,omitempty"` // of who is offline and lets the reader see it
	Mutual    bool          `json:"mutual"`
	Since     time.Time     `json:"since"`
}

// FriendGroup is a drawer of one's list. Friends in none are in the one everybody has.
type FriendGroup struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Position int64  `json:"position"`
}

// Start is everything a page shows at sign-in. Conversations are the 200 latest; Next asks for older ones.
type Start struct {
	List          int64             `json:"list"`
	Epoch         string            `json:"epoch"`
	Me            people.Member     `json:"me"`
	Privacy       Privacy           `json:"privacy"`
	FriendGroups  []FriendGroup     `json:"friend_groups"`
	Friends       []Friend          `json:"friends"`
	Groups        []chat.GroupPlace `json:"groups"`
	Conversations []chat.Brief      `json:"conversations"`
	Kept          []chat.Kept       `json:"kept"` // how the reader keeps conversations, these and older ones
	Next          string            `json:"next"`
	People        []people.Person   `json:"people"`  // who appears in the conversations
	Blocked       []int64           `json:"blocked"` // by the reader
	Unread        int               `json:"unread"`  // entries of the message box
}

// Change is the data of a `contacts` frame: what is new or other now. What it leaves out stays as it is.
type Change struct {
	List         int64          `json:"list"`
	Me           *people.Member `json:"me,omitempty"`
	Privacy      *Privacy       `json:"privacy,omitempty"`
	FriendGroups *[]FriendGroup `json:"friend_groups,omitempty"` // all of them, when one changed
	Friends      []Friend       `json:"friends,omitempty"`
	Gone         []int64        `json:"gone,omitempty"` // friends who are none any more
	Box          []BoxItem      `json:"box,omitempty"`  // entries that are new, or whose request was answered
	Unread       *int           `json:"unread,omitempty"`
	Blocked      *[]int64       `json:"blocked,omitempty"`
	Kept         []chat.Kept    `json:"kept,omitempty"` // how the reader keeps some of his conversations now
}

// Presence is the data of a `presence` frame.
type Presence struct {
	PersonID int64      `json:"person_id"`
	State    string     `json:"state" enum:"online,away,busy,offline"`
	LastSeen *time.Time `json:"last_seen,omitempty"` // as of a Friend
}

// Card is the data of a `person` frame: how somebody is shown.
type Card struct {
	Person    people.Person `json:"person"`
	Signature string        `json:"signature"`
}
