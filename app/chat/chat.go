// Package chat is the core everything else speaks through: conversations, their members, one
// numbered log of messages each, cursors, and the sync that brings any device level.
//
// A conversation has two numbers that come from its locked row: seq numbers messages, version
// numbers changes. A push carries the version it makes; whoever sees a gap asks Sync.
package chat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"ichat/app/fault"
	"ichat/storage"
)

// The kinds of conversation.
const (
	Live   = "live"   // a visitor and whoever of the site answers him; one per visitor and site
	Direct = "direct" // two members
	Group  = "group"  // many members
	Staff  = "staff"  // the site's own side of a live conversation
)

// The types of message.
const (
	Text   = "text"
	System = "system" // a line the clients word in the reader's language, from key and args
)

const (
	// MaxText is how many characters a text message may have.
	MaxText = 4000

	// window is how many messages a device gets of a conversation it does not know yet.
	window = 50

	// replay is the largest gap that is sent change by change; above it the device starts over.
	replay = 200

	// covered is how many conversations a sync looks after: the latest ones.
	covered = 200

	// shownCursors is the size up to which everybody sees how far everybody has read.
	shownCursors = 100
)

// Body is what a message says; which keys count depends on its type.
type Body struct {
	Text string            `json:"text,omitempty"`
	Key  string            `json:"key,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// Draft is a message before the server has placed it.
type Draft struct {
	ClientMsgID string
	Type        string
	Body        Body
}

// Message is a message as every member sees it.
type Message struct {
	ID             int64     `json:"id"`
	ConversationID int64     `json:"conversation_id"`
	Seq            int64     `json:"seq"`
	Version        int64     `json:"version"`
	SenderID       int64     `json:"sender_id"`
	ClientMsgID    string    `json:"client_msg_id"`
	Type           string    `json:"type" enum:"text,system"`
	Body           Body      `json:"body"`
	CreatedAt      time.Time `json:"created_at"`
}

// Conversation is the header of a conversation. OwnerID is the visitor of a live one.
type Conversation struct {
	ID      int64
	Kind    string
	SiteID  int64
	OwnerID int64
	Seq     int64
	Version int64
}

// Member is somebody's place in a conversation. Members are never deleted: Left stays.
type Member struct {
	PersonID int64  `json:"person_id"`
	Role     string `json:"role" enum:"visitor,agent,member"`
	JoinSeq  int64  `json:"join_seq"`
	Left     bool   `json:"left"`
	Read     int64  `json:"read"`
	Received int64  `json:"received"`
	Version  int64  `json:"version"`
}

// Cursor is how far somebody has received and read. It only moves forward.
type Cursor struct {
	PersonID int64 `json:"person_id"`
	Read     int64 `json:"read"`
	Received int64 `json:"received"`
}

// validators says for each type of message what a client may send. A type that is not in it
// cannot be sent from outside.
var validators = map[string]func(Body) (Body, error){
	Text: func(b Body) (Body, error) {
		if b.Key != "" || len(b.Args) > 0 {
			return b, fault.New(fault.Invalid, "a text message has only a text").With("body", "a text message has only a text")
		}
		if strings.TrimSpace(b.Text) == "" {
			return b, fault.New(fault.Invalid, "the message is empty").With("body.text", "the message is empty")
		}
		if utf8.RuneCountInString(b.Text) > MaxText {
			return b, fault.New(fault.Invalid, "the message is too long").With("body.text", "the message is too long")
		}
		return b, nil
	},
}

// check refuses a draft that can never become a message.
func (d Draft) check() error {
	if len(d.ClientMsgID) < 8 || len(d.ClientMsgID) > 64 {
		return fault.New(fault.Invalid, "the message id must have 8 to 64 characters").With("client_msg_id", "the message id must have 8 to 64 characters")
	}
	valid, ok := validators[d.Type]
	if !ok {
		return fault.New(fault.Invalid, "this type of message is not known").With("type", "this type of message is not known")
	}
	_, err := valid(d.Body)
	return err
}

// hash tells two drafts under one client id apart. It is taken of the body as the client sent it.
func (d Draft) hash() string {
	sum := sha256.Sum256(append([]byte(d.Type+"\n"), encode(d.Body)...))
	return hex.EncodeToString(sum[:16])
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own struct of strings
	}
	return b
}

// alt is what stands for a message where it cannot be shown: previews, notices, search.
func alt(kind string, b Body) string {
	if kind == Text {
		return b.Text
	}
	return b.Key
}

// SendHook runs inside the write that places a message, after the insert and with the
// conversation's row locked: SQL by index only, no network, repeatable.
type SendHook func(ctx context.Context, tx *storage.Tx, c Conversation, m *Message) error
