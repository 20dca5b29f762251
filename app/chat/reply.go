package chat

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

var errNothingToAnswer = fault.New(fault.Invalid, "the message you reply to is not there").With("reply_to", "the message you reply to is not there")

// viewer is who messages are read for: somebody in the conversation, who sees it from a seq on, or nobody in particular.
type viewer struct {
	person int64
	from   int64
	hides  bool // perhaps he took some out of his view
}

// see is one as the place in a conversation says.
func (m memberRow) see() viewer { return viewer{person: m.PersonID, from: m.JoinSeq, hides: m.Hid > 0} }

// said turns rows of one conversation into messages as their reader sees them, with previews of what they answer and
// the signs under them: at most one query each for all of them.
func said(ctx context.Context, r bun.IDB, rows []messageRow, who viewer) ([]Message, error) {
	out := make([]Message, len(rows))
	var answering, reacted []int64
	for i, row := range rows {
		out[i] = row.message()
		if row.ReplySeq != 0 {
			answering = append(answering, row.ReplySeq)
		}
		if row.Reacted > 0 {
			reacted = append(reacted, row.Seq)
		}
	}
	gone := map[int64]int64{}
	if who.hides && len(rows) > 0 {
		seqs := slices.Clone(answering)
		for _, row := range rows {
			seqs = append(seqs, row.Seq)
		}
		var err error
		if gone, err = hiddenFrom(ctx, r, who.person, rows[0].ConversationID, seqs); err != nil {
			return nil, err
		}
	}
	if len(reacted) > 0 {
		signs, err := reactionsTo(ctx, r, rows[0].ConversationID, who.person, reacted)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i].Reactions = signs[out[i].Seq]
		}
	}
	if answering = slices.DeleteFunc(answering, func(seq int64) bool { return gone[seq] != 0 }); len(answering) > 0 {
		if err := quote(ctx, r, out, answering, who); err != nil {
			return nil, err
		}
	}
	for i, row := range rows {
		if version := gone[row.Seq]; version != 0 {
			out[i] = row.hidden(version)
		}
	}
	return out, nil
}

// quote puts the previews of what they answer into messages. What was said before the reader came is not shown to him.
func quote(ctx context.Context, r bun.IDB, out []Message, seqs []int64, who viewer) error {
	slices.Sort(seqs)
	found, err := quotes(ctx, r, out[0].ConversationID, who.from, slices.Compact(seqs))
	if err != nil {
		return err
	}
	bySeq := make(map[int64]Reply, len(found))
	for _, q := range found {
		bySeq[q.Seq] = q
	}
	for _, m := range out {
		if m.ReplyTo == nil {
			continue
		}
		if q, ok := bySeq[m.ReplyTo.Seq]; ok {
			*m.ReplyTo = q
		}
	}
	return nil
}

// quoteTx gives a fresh answer the preview of what it answers, and returns the members who may see it:
// the others came later. Fault: Invalid, when its sender may not, or there is nothing to answer.
func (s *Service) quoteTx(ctx context.Context, tx *storage.Tx, m *Message) ([]int64, error) {
	quote, err := quotable(ctx, tx, m.ConversationID, m.ReplyTo.Seq)
	if fault.Is(err, fault.NotFound) || m.ReplyTo.Seq >= m.Seq { // not itself, which is stored by now
		return nil, errNothingToAnswer
	}
	if err != nil {
		return nil, err
	}
	knowing, err := insideSince(ctx, tx, m.ConversationID, m.ReplyTo.Seq)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(knowing, m.SenderID) {
		return nil, errNothingToAnswer
	}
	m.ReplyTo = &quote
	return knowing, nil
}
