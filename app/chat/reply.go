package chat

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/storage"
)

var errNothingToAnswer = fault.New(fault.Invalid, "the message you reply to is not there").With("reply_to", "the message you reply to is not there")

// said turns rows of one conversation into messages, with previews of what they answer: at most one
// query for all of them. What was said before the seq from is not shown to this reader.
func said(ctx context.Context, r bun.IDB, rows []messageRow, from int64) ([]Message, error) {
	out := make([]Message, len(rows))
	var seqs []int64
	for i, row := range rows {
		out[i] = row.message()
		if row.ReplySeq != 0 {
			seqs = append(seqs, row.ReplySeq)
		}
	}
	if len(seqs) == 0 {
		return out, nil
	}
	slices.Sort(seqs)
	found, err := quotes(ctx, r, rows[0].ConversationID, from, slices.Compact(seqs))
	if err != nil {
		return nil, err
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
	return out, nil
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
