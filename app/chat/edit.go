package chat

import (
	"context"
	"slices"
	"time"

	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/storage"
)

// mostEdits bounds what a message can have said before: people correct themselves a few times, only
// programs do it for ever.
const mostEdits = 100

// Edit puts other words into one's own text message, for everybody; what it said before is kept for the
// members until the message is recalled. The same edit id again answers the message as it is, even after its
// sender has left; with another text it is a Conflict. Faults: Invalid, NotFound (not a member, or no such
// message), Denied (somebody else's), Conflict (recalled, not a text, too late, too often).
func (s *Service) Edit(ctx context.Context, by, conversation, seq int64, editID, text string) (Message, error) {
	d := Draft{ClientMsgID: editID, Type: Text, Body: Body{Text: text}}
	hash := d.hash()
	err := s.ready(ctx, by, &d)
	var m Message
	if err == nil {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			m, err = s.editTx(ctx, tx, by, conversation, seq, d, hash)
			return err
		})
	}
	if perhapsSentBefore(err) {
		if now, found, err := s.editedBefore(ctx, by, conversation, seq, editID, hash); found || err != nil {
			return now, err
		}
	}
	return m, err
}

func (s *Service) editTx(ctx context.Context, tx *storage.Tx, by, conversation, seq int64, d Draft, hash string) (Message, error) {
	c, err := lock(ctx, tx, conversation)
	if err != nil {
		return Message{}, err
	}
	if err := s.maySendTx(ctx, tx, c, by, d); err != nil {
		return Message{}, err
	}
	row, err := s.editable(ctx, tx, by, conversation, seq)
	if err != nil {
		return Message{}, err
	}
	was := row.message().Body
	d.Body.Mentions, d.Body.MentionAll = was.Mentions, was.MentionAll // other words, for the same people
	body := string(encode(d.Body))
	if row.Body == body {
		return s.personal(ctx, tx, by, row, nil)
	}
	if c, err = bump(ctx, tx, conversation); err != nil {
		return Message{}, err
	}
	if err := keepWords(ctx, tx, row, editRow{Version: c.Version, EditID: d.ClientMsgID, EditHash: hash}); err != nil {
		return Message{}, err
	}
	at := s.time()
	row.Version, row.Body, row.Alt, row.EditedAt = c.Version, body, alt(Text, d.Body), &at
	if err := reword(ctx, tx, row); err != nil {
		return Message{}, err
	}
	m := row.message()
	for _, hook := range s.onEdit {
		if err := hook(ctx, tx, c, &m); err != nil {
			return Message{}, err
		}
	}
	return s.revisedTx(ctx, tx, c, row, by)
}

// editable reads a message that this person may change now.
func (s *Service) editable(ctx context.Context, tx *storage.Tx, by, conversation, seq int64) (messageRow, error) {
	row, err := seen(ctx, tx, by, conversation, seq)
	if err != nil {
		return messageRow{}, err
	}
	times, err := timesEdited(ctx, tx, conversation, seq)
	if err != nil {
		return messageRow{}, err
	}
	within := time.Duration(s.settings.Current().Chat.EditSeconds) * time.Second
	switch {
	case row.SenderID != by:
		return messageRow{}, fault.New(fault.Denied, "you can only edit your own messages")
	case row.RecalledAt != nil:
		return messageRow{}, fault.New(fault.Conflict, "this message was recalled")
	case row.Type != Text:
		return messageRow{}, fault.New(fault.Conflict, "only a text can be edited")
	case within == 0 || s.now().Sub(row.CreatedAt) > within:
		return messageRow{}, fault.New(fault.Conflict, "it is too late to edit this message")
	case times >= mostEdits:
		return messageRow{}, fault.New(fault.Conflict, "this message was edited too often")
	}
	return row, nil
}

// editedBefore answers a retry with the message as it is now: edited again since, or recalled.
func (s *Service) editedBefore(ctx context.Context, by, conversation, seq int64, editID, hash string) (Message, bool, error) {
	was, err := editHash(ctx, s.db.R, conversation, seq, editID)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return Message{}, false, nil
		}
		return Message{}, false, err
	}
	row, err := messageAt(ctx, s.db.R, conversation, seq)
	if err != nil || row.SenderID != by {
		return Message{}, false, err
	}
	if was != "" && was != hash { // it is empty once the message is recalled
		return Message{}, true, fault.New(fault.Conflict, "this edit id was used for another edit")
	}
	found, err := said(ctx, s.db.R, []messageRow{row}, viewer{person: by, from: 1, hides: true})
	return first(found), true, err
}

// Edition is what a message said before an edit, and since when.
type Edition struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Edits lists what a message said before, oldest first, to those who see it. There is nothing left of a
// recalled one.
func (s *Service) Edits(ctx context.Context, by, conversation, seq int64) ([]Edition, error) {
	row, err := seen(ctx, s.db.R, by, conversation, seq)
	if err != nil || row.RecalledAt != nil {
		return []Edition{}, err
	}
	return editions(ctx, s.db.R, conversation, seq)
}

// revisedTx tells of a message that is another now, and answers it as by sees it. Those who came after it learn only
// that the conversation moved, so that their versions have no hole; what it answers goes to those who may know that.
func (s *Service) revisedTx(ctx context.Context, tx *storage.Tx, c Conversation, row messageRow, by int64) (Message, error) {
	to, err := s.audienceTx(ctx, tx, c)
	if err != nil {
		return Message{}, err
	}
	seeing, err := insideSince(ctx, tx, row.ConversationID, row.Seq)
	if err != nil {
		return Message{}, err
	}
	found, err := said(ctx, tx, []messageRow{row}, viewer{from: 1})
	if err != nil {
		return Message{}, err
	}
	m, knowing := first(found), seeing
	if m.ReplyTo != nil {
		since, err := insideSince(ctx, tx, row.ConversationID, row.ReplySeq)
		if err != nil {
			return Message{}, err
		}
		knowing = without(seeing, without(seeing, since)) // who sees both
	}
	own, err := givenTx(ctx, tx, row)
	if err != nil {
		return Message{}, err
	}
	unquoted := row.message()
	unquoted.Reactions = m.Reactions
	bare := hub.Frame{Type: "version", ConversationID: row.ConversationID, Version: row.Version}
	whole := bare
	whole.Type = "message"
	if c.unpinned {
		s.pushAct(tx, knowing, c, &m)
		s.pushAct(tx, without(seeing, knowing), c, &unquoted)
		s.pushAct(tx, without(to, seeing), c, nil)
		return m, nil
	}
	tx.After(func() {
		s.pushSeen(knowing, whole, own, m)
		s.pushSeen(without(seeing, knowing), whole, own, unquoted)
		s.hub.Push(without(to, seeing), bare)
	})
	if !slices.Contains(knowing, by) {
		return own.seenBy(by, unquoted), nil
	}
	return own.seenBy(by, m), nil
}

// first is the one message of a list of one.
func first(found []Message) Message {
	if len(found) == 0 {
		return Message{}
	}
	return found[0]
}
