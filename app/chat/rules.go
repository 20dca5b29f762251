package chat

import "ichat/app/fault"

// deed is what somebody wants to do in a conversation between members.
type deed int

const (
	toSend deed = iota // and to edit what was sent
	toInvite
	toRemove
	toRename
	toAppoint // to give a role, that of the owner too
	toLeave
	toDissolve
)

// standing is what decides over a deed, read under the conversation's lock.
type standing struct {
	kind      string
	role      string // in the conversation; empty: not in it
	works     bool   // still with the other one of a direct conversation, or on the site of the group
	dissolved bool
}

var (
	errNotIn      = fault.New(fault.NotFound, "conversation not found")
	errDissolved  = fault.New(fault.Conflict, "this group was dissolved")
	errApart      = fault.New(fault.Denied, "you no longer work on the same site")
	errManager    = fault.New(fault.Denied, "only the owner and the admins of the group can do this")
	errOwner      = fault.New(fault.Denied, "only the owner of the group can do this")
	errOwnerStays = fault.New(fault.Conflict, "hand the group over to somebody else, or dissolve it")
)

// may is the one place that says who may do what. other is the role of the member it is done to. Who is in
// may always read; who is not learns nothing, not even that the conversation exists.
func (st standing) may(what deed, other string) error {
	switch {
	case st.role == "", st.kind != Direct && st.kind != Group, what != toSend && st.kind != Group:
		return errNotIn
	case what == toLeave && (st.dissolved || st.role != RoleOwner):
		return nil // whether he still works here or not
	case what == toLeave:
		return errOwnerStays
	case st.dissolved:
		return errDissolved
	case !st.works:
		return errApart
	}
	switch what {
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
	return nil // any member sends, and brings colleagues in
}

func (st standing) managing() error {
	if st.role == RoleOwner || st.role == RoleAdmin {
		return nil
	}
	return errManager
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
