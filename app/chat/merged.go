package chat

import (
	"slices"
	"strings"
	"time"

	"ichat/app/fault"
)

const (
	mostMerged  = 100       // messages that one card is made of
	mostWithin  = 500       // messages in it, those of the cards in it too
	mostSnap    = 512 << 10 // bytes of it
	deepest     = 3         // cards in one another
	mostShown   = 4         // lines that it shows before it is opened
	mostLine    = 80        // characters of such a line
	mostMatched = 4000      // characters of it that a search looks through
)

var (
	errElsewhere = fault.New(fault.Invalid, "this type of message cannot be sent in this conversation").With("type", "this type of message cannot be sent in this conversation")
	errNoneLeft  = fault.New(fault.Conflict, "the messages you chose were recalled meanwhile")
	errOtherType = fault.New(fault.Invalid, "the message you pass on is of another type").With("type", "the message you pass on is of another type")
	errDeep      = fault.New(fault.Conflict, "there are too many merged messages in one another: forward them one by one")
	errMuch      = fault.New(fault.Conflict, "this is too much for one merged message: choose fewer messages")
)

// Source names messages that somebody passes on, of a conversation he is in. A client sends it instead of what they
// say, which the server reads itself, in the write that passes them on.
type Source struct {
	ConversationID int64   `json:"conversation_id" minimum:"1"`
	Seqs           []int64 `json:"seqs" minItems:"1" maxItems:"100"`
}

func (s *Source) valid(most int) bool {
	return s != nil && s.ConversationID > 0 && len(s.Seqs) > 0 && len(s.Seqs) <= most && !slices.ContainsFunc(s.Seqs, func(seq int64) bool { return seq <= 0 })
}

// MergedBody is what a merged message shows before it is opened. Names are those of the two, or the one of the group, it
// was said by or in; Count is of the messages in it, those in merged ones among them not counted.
type MergedBody struct {
	Kind  string       `json:"kind" enum:"direct,group"`
	Names []string     `json:"names"`
	Count int          `json:"count"`
	Lines []MergedLine `json:"lines"` // the first ones
}

// MergedLine is the beginning of one message of them. Text is a file's name, a card's, or those of a merged one.
type MergedLine struct {
	Name string `json:"name"`
	Type string `json:"type" enum:"text,image,file,merged,card"`
	Text string `json:"text"`
}

// MergedItem is one message as it was when it was passed on. Who tells those who speak apart, from 1: their ids are not
// the reader's to know. Of a card only its name is kept. Items are those of a merged one.
type MergedItem struct {
	Who    int          `json:"who"`
	Name   string       `json:"name"`
	Avatar string       `json:"avatar,omitempty"`
	Type   string       `json:"type" enum:"text,image,file,merged,card"`
	Body   Body         `json:"body"`
	At     time.Time    `json:"at"`
	Items  []MergedItem `json:"items,omitempty"`
}

// CardBody is whom or what a card shows, as it was when the card was sent. A client sends the id alone.
type CardBody struct {
	PersonID int64  `json:"person_id,omitempty" minimum:"0"`
	GroupID  int64  `json:"group_id,omitempty" minimum:"0"`
	Name     string `json:"name,omitempty"`
	Avatar   string `json:"avatar,omitempty"`
	Number   int64  `json:"number,omitempty"`
}

// among tells whether this is for conversations between members only.
func (d Draft) among() bool { return d.Type == Merged || d.Type == Card || d.Body.From != nil }

func validMerged(b Body, _ int) error {
	switch {
	case !b.only(Body{From: b.From}):
		return fault.New(fault.Invalid, "a merged message has only messages to pass on").With("body", "a merged message has only messages to pass on")
	case !b.From.valid(mostMerged):
		return fault.New(fault.Invalid, "choose 1 to 100 messages").With("body.from", "choose 1 to 100 messages")
	}
	return nil
}

func validCard(b Body, _ int) error {
	if c := b.Card; c != nil && b.only(Body{Card: &CardBody{PersonID: c.PersonID, GroupID: c.GroupID}}) && c.PersonID >= 0 && c.GroupID >= 0 && (c.PersonID == 0) != (c.GroupID == 0) {
		return nil
	}
	return fault.New(fault.Invalid, "a card shows one person or one group").With("body.card", "a card shows one person or one group")
}

// only tells whether a body says nothing but this.
func (b Body) only(of Body) bool { return string(encode(b)) == string(encode(of)) }

// bodyOf is what a merged message shows of the messages in it.
func bodyOf(kind string, names []string, items []MergedItem) Body {
	m := &MergedBody{Kind: kind, Names: names, Count: len(items), Lines: []MergedLine{}}
	for _, it := range items[:min(len(items), mostShown)] {
		m.Lines = append(m.Lines, MergedLine{Name: it.Name, Type: it.Type, Text: clip(alt(it.Type, it.Body), mostLine)})
	}
	return Body{Merged: m}
}

// measure tells how many messages there are, those in merged ones too, and how deep they lie: 1 is not merged in one.
func measure(items []MergedItem) (count, depth int) {
	depth = 1
	for _, it := range items {
		count++
		if it.Type == Merged {
			n, d := measure(it.Items)
			count, depth = count+n, max(depth, d+1)
		}
	}
	return count, depth
}

// bounded refuses what is more than one message should hold.
func bounded(items []MergedItem, encoded []byte) error {
	count, depth := measure(items)
	switch {
	case depth > deepest:
		return errDeep
	case count > mostWithin, len(encoded) > mostSnap:
		return errMuch
	}
	return nil
}

// filesIn are the files of messages, each once, those in merged ones too.
func filesIn(items []MergedItem) (ids []int64) {
	for _, it := range items {
		if it.Body.FileID != 0 {
			ids = append(ids, it.Body.FileID)
		}
		ids = append(ids, filesIn(it.Items)...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// wordsOf is a merged message in words, for whoever searches: its names, then line by line who said what.
func wordsOf(b Body, items []MergedItem) string {
	lines := []string{alt(Merged, b)}
	for _, it := range items {
		if it.Type == Merged {
			lines = append(lines, it.Name+": "+wordsOf(it.Body, it.Items))
		} else {
			lines = append(lines, it.Name+": "+alt(it.Type, it.Body))
		}
	}
	return clip(strings.Join(lines, "\n"), mostMatched)
}

func clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
