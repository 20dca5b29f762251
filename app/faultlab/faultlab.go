// Package faultlab names the ways in which a build can be broken on purpose, so that `ichat check` can show
// that it would notice. Such a build is made with `go build -tags faultlab`; ICHAT_FAULT says what is broken in it.
//
// Each room keeps its own part: fault_on.go does it, fault_off.go is what every other build gets instead,
// constants and functions that do nothing.
package faultlab

// The faults.
const (
	AckBeforeCommit  = "ack-before-commit"  // a write is answered while it is not yet durable
	PushBeforeCommit = "push-before-commit" // what is to be told after the commit is told before it too
	NoUniqueKey      = "no-unique-key"      // the same send twice makes two messages
	Sequence         = "sequence"           // numbers come from a counter beside the transaction, not from the locked row
	DropOnFull       = "drop-on-full"       // a socket that is full loses frames and stays open
	CapOutside       = "cap-outside"        // an agent's load is counted outside the transaction
	NoMembership     = "no-membership"      // anybody may write into and read any conversation
	BlockOutside     = "block-outside"      // who has blocked whom is looked up outside the lock
)

// All lists them.
var All = []string{AckBeforeCommit, PushBeforeCommit, NoUniqueKey, Sequence, DropOnFull, CapOutside, NoMembership, BlockOutside}
