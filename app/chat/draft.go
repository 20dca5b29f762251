package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ichat/app/fault"
)

// Draft is a message before the server has placed it.
type Draft struct {
	ClientMsgID string
	Type        string
	Body        Body
	ReplyTo     int64 // seq of the message it answers; 0: none

	note bool // for a staff conversation, which has no members: the caller has checked the role
}

// may tells whether somebody may say this in a conversation with these members.
func (d Draft) may(c Conversation, members []int64, by int64) bool {
	switch {
	case d.Type == System:
		return true
	case c.Kind == Staff:
		return d.note
	}
	return !d.note && d.Type != Whisper && (everybodyMay || slices.Contains(members, by))
}

// mostMentions is how many members one text speaks to by name.
const mostMentions = 50

// mentionsOnly refuses a text that speaks to somebody who is not there to hear it.
func (d Draft) mentionsOnly(members []int64) error {
	for _, person := range d.Body.Mentions {
		if !slices.Contains(members, person) {
			return fault.New(fault.Invalid, "somebody you mention is not here").With("body.mentions", "somebody you mention is not here")
		}
	}
	return nil
}

// validators says for each type of message what a client may send. A type that is not in it
// cannot be sent from outside.
var validators = map[string]func(b Body, maxText int) error{
	Text:    validText,
	Image:   validFile,
	File:    validFile,
	Merged:  validMerged,
	Card:    validCard,
	Whisper: validText,
}

func validText(b Body, maxText int) error {
	switch {
	case b.worded() || b.FileID != 0 || b.described() || b.From != nil:
		return fault.New(fault.Invalid, "a text message has only a text").With("body", "a text message has only a text")
	case strings.TrimSpace(b.Text) == "":
		return fault.New(fault.Invalid, "the message is empty").With("body.text", "the message is empty")
	case len(b.Mentions) > mostMentions:
		return fault.New(fault.Invalid, "the message mentions too many people").With("body.mentions", "the message mentions too many people")
	case utf8.RuneCountInString(b.Text) > maxText:
		return fault.New(fault.Invalid, "the message is too long").With("body.text", "the message is too long")
	}
	return nil
}

func validFile(b Body, _ int) error {
	switch {
	case b.From.valid(1) && b.only(Body{From: b.From}):
		return nil
	case b.From != nil:
		return fault.New(fault.Invalid, "one file is passed on at a time").With("body.from", "one file is passed on at a time")
	case b.worded() || b.Text != "" || b.described() || b.MentionAll || len(b.Mentions) > 0:
		return fault.New(fault.Invalid, "a file message has only a file").With("body", "a file message has only a file")
	case b.FileID <= 0:
		return fault.New(fault.Invalid, "the file is missing").With("body.file_id", "the file is missing")
	}
	return nil
}

// worded tells whether the body is a line that clients word themselves.
func (b Body) worded() bool { return b.Key != "" || len(b.Args) > 0 }

// described tells whether the body says what only the server knows: of a file, or of who speaks.
func (b Body) described() bool {
	return b.Name != "" || b.Size != 0 || b.Mime != "" || b.Width != 0 || b.Height != 0 || b.Bot || b.EntryID != 0 || b.Merged != nil || b.Card != nil
}

// check refuses a draft that can never become a message.
func (d Draft) check(maxText int) error {
	if len(d.ClientMsgID) < 8 || len(d.ClientMsgID) > 64 {
		return fault.New(fault.Invalid, "the message id must have 8 to 64 characters").With("client_msg_id", "the message id must have 8 to 64 characters")
	}
	valid, ok := validators[d.Type]
	if !ok {
		return fault.New(fault.Invalid, "this type of message is not known").With("type", "this type of message is not known")
	}
	return valid(d.Body, maxText)
}

// hash tells two drafts under one client id apart. It is taken of the body as the client sent it.
func (d Draft) hash() string {
	said := append([]byte(d.Type+"\n"), encode(d.Body)...)
	if d.ReplyTo != 0 {
		said = strconv.AppendInt(append(said, '\n'), d.ReplyTo, 10)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:16])
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own struct of strings and numbers
	}
	return b
}
