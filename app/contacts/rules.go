package contacts

import (
	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/people"
)

var (
	errNobody   = fault.New(fault.NotFound, "person not found")
	errSelf     = fault.New(fault.Invalid, "this is you yourself").With("person", "this is you yourself")
	errFriends  = fault.New(fault.Conflict, "you are friends already")
	errAsked    = fault.New(fault.Conflict, "you have asked already, please wait for the answer")
	errHeAsked  = fault.New(fault.Conflict, "this person has asked you: the request is in your message box")
	errBlocks   = fault.New(fault.Denied, "you have blocked this person")
	errBlocked  = fault.New(fault.Denied, "this person does not take requests from you")
	errFull     = fault.New(fault.Conflict, "the list of friends is full")
	errAnswered = fault.New(fault.Conflict, "this request was answered already")
	errRequest  = fault.New(fault.NotFound, "request not found")
	errOver     = fault.New(fault.Conflict, "this group was dissolved")
	errInviting = fault.New(fault.Denied, "one is brought into this group by its members only")
	errNoGroups = fault.New(fault.Denied, "nobody can make groups on this server at the moment")
	errCreated  = fault.New(fault.Conflict, "you own as many groups as one can")
	errJoined   = fault.New(fault.Conflict, "this would be too many groups for one person")
)

// between is what decides over two people, read in the write that acts on it.
type between struct {
	self    bool
	lists   bool // he is on the asking one's list
	listed  bool // and the other way round
	blocks  bool // the asking one has blocked him
	blocked bool // and the other way round
	asked   bool // a request is waiting for its answer
	heAsked bool // and the other way round
	full    bool // one of the two lists
}

// mayRequest tells whether one may ask to be friends. atOnce says that there is nothing to ask: he never took
// the asking one off his list.
func (b between) mayRequest() (atOnce bool, err error) {
	switch {
	case b.self:
		return false, errSelf
	case b.lists && b.listed:
		return false, errFriends
	case b.blocks:
		return false, errBlocks
	case b.blocked:
		return false, errBlocked
	case b.full:
		return false, errFull
	case b.asked:
		return false, errAsked
	case b.heAsked:
		return false, errHeAsked
	}
	return b.listed, nil
}

// mayAnswer tells whether somebody may answer a request: the one it went to, or who manages the group it is
// about. role is his in the group. To anybody else there is no such request.
func mayAnswer(kind, state string, toMe bool, role string) error {
	manages := role == chat.RoleOwner || role == chat.RoleAdmin
	switch {
	case kind == forFriend && !toMe, kind == forGroup && !manages, kind != forFriend && kind != forGroup:
		return errRequest
	case state != pending:
		return errAnswered
	}
	return nil
}

// mayJoin tells how somebody comes into a group he asks for: at once, or by application.
func mayJoin(rule string) (atOnce bool, err error) {
	switch rule {
	case chat.JoinOpen:
		return true, nil
	case chat.JoinApply:
		return false, nil
	}
	return false, errInviting
}

// seen is the state of somebody as another one sees it.
func seen(state string, connected, mutual, hides bool) string {
	if !connected || !mutual || hides || state == people.Invisible {
		return people.Offline
	}
	return state
}
