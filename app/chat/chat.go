// Package chat is the core everything else speaks through: conversations, their members, one
// numbered log of messages each, cursors, and the sync that brings any device level.
//
// A conversation has two numbers that come from its locked row: seq numbers messages, version
// numbers changes. A push carries the version it makes; whoever sees a gap asks Sync.
//
// # What members do
//
//	PATCH  /api/chat/conversations/{id}/messages/{seq}        {"edit_id":"8 to 64 characters","text":"..."}  Message
//	GET    /api/chat/conversations/{id}/messages/{seq}/edits  {"edits":[{"text":"...","at":"..."}]}, oldest first
//	GET    /api/chat/conversations?before=&limit=             ConversationPage, the latest first; before is its next
//	GET    /api/chat/conversations/{id}/members?after=&limit= MemberPage, by person
//	PUT    /api/chat/conversations/{id}/messages/{seq}/reactions/{emoji}  Message; DELETE takes it away
//	GET    /api/chat/conversations/{id}/messages/{seq}/reactions?after=&limit=  ReactorPage, the first ones first
//	POST   /api/chat/conversations/{id}/messages/{seq}/hide   204; out of one's own view, nobody else's
//	POST   /api/chat/conversations/{id}/clear                 {"up_to":seq}  204; everything up to there, likewise
//	GET    /api/chat/conversations/{id}/export?format=text|json&zone=Asia/Shanghai  a file
//	PUT    /api/chat/conversations/{id}/pins/{seq}            Header; DELETE takes it away
//	GET    /api/chat/conversations/{id}/messages/{seq}/merged  {"items":[MergedItem]}, what is in a merged message
//	GET    /api/chat/conversations/{id}/pins                  PinPage, the latest first
//	POST   /api/chat/direct                                   {"person":7}  Header
//	POST   /api/chat/groups                                   {"client_id":"8 to 64 characters","name":"...","people":[7,8]}  Header
//	PATCH  /api/chat/groups/{id}                              {"name":"...","notice":"...","notice_asks":true,"slow":60}  Header
//	POST   /api/chat/groups/{id}/members                      {"people":[9]}, at most 200  Header
//	PATCH  /api/chat/groups/{id}/members/{person}             {"role":"owner|admin|member"}  Header; owner hands it over
//	DELETE /api/chat/groups/{id}/members/{person}             204
//	POST   /api/chat/groups/{id}/leave, .../dissolve          204
//
// All of them may be asked again. They are pushed as "act" (Act: header, places, people and line of one change,
// under one version), "message" (a message that is another now), "version" (something that came before the
// reader changed: only the number moves) and "list" (one conversation more or less: sync).
//
// Who may do what stands in rules.go, and is asked under the conversation's lock. Somebody who comes back has a
// new window: what was said while he was out, and before, is not his any more.
package chat

import (
	"context"
	"strings"
	"time"

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
	Image  = "image"  // a picture this server re-encoded
	File   = "file"   // anything else that was uploaded
	Merged = "merged" // several messages of another conversation, as one card
	Card   = "card"   // a person or a group, to be got to know
	System = "system" // a line the clients word in the reader's language, from key and args

	Whisper = "whisper" // a note of a staff conversation that is not for all of the staff
)

const (
	// window is how many messages a device gets of a conversation it does not know yet.
	window = 50

	// replay is the largest gap that is sent change by change; above it the device starts over.
	replay = 200

	// covered is how many conversations a sync looks after: the latest ones.
	covered = 200

	// quoted is how many characters of a message its answers show.
	quoted = 120

	// facesShown is how many members of a group above that size come with its first sync.
	facesShown = 8

	// shownCursors is the size up to which everybody sees how far everybody has read.
	shownCursors = 100
)

// Body is what a message says; which keys count depends on its type. Of an image or a file a client
// sends FileID alone, and the server fills in what it knows of that file; of what is passed on From alone.
type Body struct {
	Text   string            `json:"text,omitempty"`
	Key    string            `json:"key,omitempty"`
	Args   map[string]string `json:"args,omitempty"`
	FileID int64             `json:"file_id,omitempty"`

	Mentions   []int64 `json:"mentions,omitempty"`    // members a text in a group speaks to
	MentionAll bool    `json:"mention_all,omitempty"` // or everybody, which its owner and admins may

	Name   string `json:"name,omitempty"`
	Size   int64  `json:"size,omitempty"`
	Mime   string `json:"mime,omitempty"`
	Width  int64  `json:"width,omitempty"`
	Height int64  `json:"height,omitempty"`

	// Of what the server says for a site, and what a visitor asks by a click: clients do not send these.
	Bot     bool  `json:"bot,omitempty"`      // a program wrote it
	EntryID int64 `json:"entry_id,omitempty"` // the entry of the FAQ it asks for, or answers from

	// Of what members pass on and show each other. From is of a request only.
	From   *Source     `json:"from,omitempty"`
	Merged *MergedBody `json:"merged,omitempty"`
	Card   *CardBody   `json:"card,omitempty"`
}

// Message is a message as every member sees it.
type Message struct {
	ID             int64      `json:"id"`
	ConversationID int64      `json:"conversation_id"`
	Seq            int64      `json:"seq"`
	Version        int64      `json:"version"`
	SenderID       int64      `json:"sender_id"`
	ClientMsgID    string     `json:"client_msg_id"`
	Type           string     `json:"type" enum:"text,image,file,merged,card,system,whisper"`
	Body           Body       `json:"body"`
	ReplyTo        *Reply     `json:"reply_to"`
	Recalled       bool       `json:"recalled"`         // taken back: the place stays, Body is empty
	Hidden         bool       `json:"hidden,omitempty"` // out of the reader's own view: Recalled is set too
	CreatedAt      time.Time  `json:"created_at"`
	EditedAt       *time.Time `json:"edited_at,omitempty"` // Body says something else than at first
	Reactions      []Reaction `json:"reactions,omitempty"` // in the order in which each sign was first given

	files []int64 // of one that is being sent: those in a merged one
}

// Files are those that a message carries, of one that is being sent.
func (m *Message) Files() []int64 {
	if m.Body.FileID != 0 {
		return []int64{m.Body.FileID}
	}
	return m.files
}

// alt is what stands for a message where it cannot be shown: previews, notices, search.
func alt(kind string, b Body) string {
	switch kind {
	case Text, Whisper:
		return b.Text
	case Image, File:
		return b.Name
	case Merged:
		if b.Merged != nil {
			return strings.Join(b.Merged.Names, ", ")
		}
	case Card:
		if b.Card != nil {
			return b.Card.Name
		}
	}
	return b.Key
}

// Reply names the message that another one answers. Alt is the beginning of what it said: empty when
// that was recalled, or said before the reader came. It is read with each answer, never stored.
type Reply struct {
	Seq      int64  `json:"seq"`
	SenderID int64  `json:"sender_id"`
	Alt      string `json:"alt"`
	Type     string `json:"type,omitempty" enum:"merged,card"` // of what clients put a word before
}

// Conversation is the header of a conversation. OwnerID is the visitor of a live one, the live conversation
// of a staff one, who founded a group, and the older of the two people of a direct one; PeerID is the other.
type Conversation struct {
	ID          int64
	Kind        string
	SiteID      int64
	OwnerID     int64
	PeerID      int64
	Seq         int64
	Version     int64
	Name        string // a group's
	MemberCount int64  // a group's
	Dissolved   bool   // a group that is read only, for good
	Pins        int64  // version of the last change of what is pinned; 0: nothing is
	Bond        string // of a direct one: what contacts says of the two; empty: nothing, colleagues may
	Info

	unpinned       bool      // a recall took a pin away
	membersVersion int64     // of the last change of who is in it
	at             time.Time // of the message that was just numbered
}

// Member is somebody's place in a conversation. Members are never deleted: Left stays.
type Member struct {
	PersonID int64  `json:"person_id"`
	Role     string `json:"role" enum:"visitor,agent,guest,bot,member,admin,owner"`
	JoinSeq  int64  `json:"join_seq"`
	Left     bool   `json:"left"`
	Read     int64  `json:"read"`
	Received int64  `json:"received"`
	Version  int64  `json:"version"`

	MutedUntil *time.Time `json:"muted_until,omitempty"` // he may not send until then
	SpokeAt    *time.Time `json:"spoke_at,omitempty"`    // of the reader alone: when he last sent something in slow mode
}

// Cursor is how far somebody has received and read. It only moves forward.
type Cursor struct {
	PersonID int64 `json:"person_id"`
	Read     int64 `json:"read"`
	Received int64 `json:"received"`
}

// SendHook runs inside the write that places a message, after the insert and with the
// conversation's row locked: SQL by index only, no network, repeatable.
type SendHook func(ctx context.Context, tx *storage.Tx, c Conversation, m *Message) error

// DraftHook runs before the write, on a draft that passed its type's rules: it may fill in the body
// or refuse it. A retry is recognised by the body as it was sent, so a hook may run again.
type DraftHook func(ctx context.Context, by int64, d *Draft) error

// RecallHook runs inside the write that takes a message back, with the conversation's row locked. m is the
// message as it was said, for the last time: its version is the tombstone's already.
type RecallHook func(ctx context.Context, tx *storage.Tx, c Conversation, m *Message) error

// EditHook runs inside the write that puts other words into a message, with the conversation's row locked.
// m is the message as it reads now.
type EditHook func(ctx context.Context, tx *storage.Tx, c Conversation, m *Message) error
