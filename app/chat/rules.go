package chat

import (
	"time"

	"ichat/app/fault"
)

// deed is what somebody wants to do in a conversation between members.
type deed int

const (
	toSend deed = iota // and to edit what was sent
	toInvite
	toRemove
	toMute
	toRename  // and to change whatever else the group says of itself
	toAppoint // to give a role, that of the owner too
	toLeave
	toDissolve
	toReact
	toPin // and to take a pin away
)

// standing is what decides over a deed, read under the conversation's lock.
type standing struct {
	kind      string
	role      string // in the conversation; empty: not in it
	works     bool   // still with the other one of a direct conversation, or on the site of the group
	dissolved bool

	closed  bool // a direct one: they were friends, and are no more
	blocks  bool // he has blocked the other one
	blocked bool // the other one has blocked him
	muted   bool // until later
	hushed  bool // all but owner and admins are
}

var (
	errNotIn      = fault.New(fault.NotFound, "conversation not found")
	errDissolved  = fault.New(fault.Conflict, "this group was dissolved")
	errApart      = fault.New(fault.Denied, "you no longer work on the same site")
	errClosed     = fault.New(fault.Denied, "you are not friends any more")
	errBlocks     = fault.New(fault.Denied, "you have blocked this person")
	errBlocked    = fault.New(fault.Denied, "this person does not take messages from you")
	errMuted      = fault.New(fault.Denied, "you are muted in this group")
	errHushed     = fault.New(fault.Denied, "only the owner and the admins may write in this group at the moment")
	errMentionAll = fault.New(fault.Denied, "only the owner and the admins may mention everybody")
	errManager    = fault.New(fault.Denied, "only the owner and the admins of the group can do this")
	errOwner      = fault.New(fault.Denied, "only the owner of the group can do this")
	errOwnerStays = fault.New(fault.Conflict, "hand the group over to somebody else, or dissolve it")
)

// may is the one place that says who may do what. other is the role of the member it is done to. Who is in
// may always read; who is not learns nothing, not even that the conversation exists.
func (st standing) may(what deed, other string) error {
	switch {
	case st.role == "", st.kind != Direct && st.kind != Group, st.kind != Group && what != toSend && what != toReact && what != toPin:
		return errNotIn
	case what == toLeave && (st.dissolved || st.role != RoleOwner):
		return nil // whether he still works here or not
	case what == toLeave:
		return errOwnerStays
	case st.dissolved:
		return errDissolved
	case !st.works && st.closed:
		return errClosed
	case !st.works:
		return errApart
	}
	switch what {
	case toSend, toReact:
		return st.heard()
	case toPin:
		if err := st.heard(); err != nil || st.kind == Direct {
			return err
		}
		return st.managing()
	case toMute:
		if other == RoleMember {
			return st.managing()
		}
		return st.owning(other != RoleOwner)
	case toRename:
		return st.managing()
	case toRemove:
		if other == RoleMember {
			return st.managing()
		}
		return st.owning(other != RoleOwner)
	case toAppoint, toDissolve:
		return st.owning(true)
	}
	return nil // any member brings others in
}

// heard tells whether what he says is taken, of who is in and may speak as such.
func (st standing) heard() error {
	switch {
	case st.blocks:
		return errBlocks
	case st.blocked:
		return errBlocked
	case st.muted && st.role != RoleOwner:
		return errMuted
	case st.hushed && st.managing() != nil:
		return errHushed
	}
	return nil
}

func (st standing) managing() error {
	if st.role == RoleOwner || st.role == RoleAdmin {
		return nil
	}
	return errManager
}

// paces are the steps of slow mode, in seconds; 0 is off.
var paces = []int64{0, 10, 30, 60, 300, 900, 3600}

var errSlow = fault.New(fault.TooMany, "slow mode is on in this group: wait a moment before you write again")

// pause is how long somebody still has to wait in slow mode until he may send again. spoke is when he last sent
// something while it was on; zero: never. Owner and admins need not wait, and nobody waits longer than its step.
func (st standing) pause(slow time.Duration, spoke, now time.Time) time.Duration {
	if slow <= 0 || spoke.IsZero() || st.managing() == nil {
		return 0
	}
	return min(slow, max(0, slow-now.Sub(spoke)))
}

var (
	errNoNotice    = fault.New(fault.NotFound, "there is no such announcement")
	errNewerNotice = fault.New(fault.Conflict, "there is a newer announcement: read that one first")
	errNotAsked    = fault.New(fault.Conflict, "nobody is asked to confirm this announcement")
)

// mayConfirm tells whether a member may say that he has read an announcement, or put it aside where nobody asks:
// the one that stands there now, muted or not. done says that there is nothing to note: it is his own, or noted.
func (st standing) mayConfirm(asked, now, noticed int64, own bool) (done bool, err error) {
	switch {
	case st.role == "" || st.kind != Group:
		return false, errNotIn
	case st.dissolved:
		return false, errDissolved
	case now == 0 || asked > now:
		return false, errNoNotice
	case asked < now:
		return false, errNewerNotice
	}
	return own || noticed >= now, nil
}

func (st standing) owning(possible bool) error {
	switch {
	case st.role != RoleOwner:
		return errOwner
	case !possible:
		return errOwnerStays
	}
	return nil
}

const (
	mostSigns    = 20 // different ones under a message: more is a game, and no line of chips holds it
	mostOwnSigns = 3  // of one person under a message
)

// marks is what a reaction meets under a message.
type marks struct {
	mute  bool  // nothing can be said to it: recalled, or a line of the system
	there bool  // he gave this sign before
	used  bool  // somebody did
	kinds int64 // different signs
	own   int64 // of his
}

var (
	errMute     = fault.New(fault.Conflict, "nothing can be said to this message")
	errSigns    = fault.New(fault.Conflict, "this message has too many different reactions")
	errOwnSigns = fault.New(fault.Conflict, "you have reacted to this message three times")
)

// mayReact tells whether somebody may give a sign, or take his own back: that may whoever is in, muted or not.
func (st standing) mayReact(m marks, on bool) error {
	err := st.may(toReact, "")
	switch {
	case !on && (err == errBlocks || err == errBlocked || err == errMuted || err == errHushed):
		return nil
	case err != nil:
		return err
	case on && m.mute:
		return errMute
	case !on || m.there:
		return nil
	case m.own >= mostOwnSigns:
		return errOwnSigns
	case !m.used && m.kinds >= mostSigns:
		return errSigns
	}
	return nil
}
