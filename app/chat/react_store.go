package chat

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// marked is what somebody's reaction meets on a message.
func marked(ctx context.Context, tx *storage.Tx, conversation, seq, person int64, emoji string) (m marks, err error) {
	var there, used int64
	err = tx.One(ctx, `
		SELECT COUNT(DISTINCT emoji), COALESCE(SUM(CASE WHEN person_id = ? THEN 1 ELSE 0 END), 0), COALESCE(MAX(CASE WHEN emoji = ? THEN 1 ELSE 0 END), 0),
			COALESCE(MAX(CASE WHEN emoji = ? AND person_id = ? THEN 1 ELSE 0 END), 0)
		FROM reactions WHERE conversation_id = ? AND seq = ?`, []any{person, emoji, emoji, person, conversation, seq}, &m.kinds, &m.own, &used, &there)
	m.used, m.there = used > 0, there > 0
	return m, err
}

func addReaction(ctx context.Context, tx *storage.Tx, r messageRow, person int64, emoji string) error {
	return tx.Do(ctx, `INSERT INTO reactions (conversation_id, seq, person_id, emoji, version) VALUES (?, ?, ?, ?, ?)`,
		r.ConversationID, r.Seq, person, emoji, r.Version)
}

func dropReaction(ctx context.Context, tx *storage.Tx, r messageRow, person int64, emoji string) error {
	return tx.Do(ctx, `DELETE FROM reactions WHERE conversation_id = ? AND seq = ? AND person_id = ? AND emoji = ?`,
		r.ConversationID, r.Seq, person, emoji)
}

// dropReactions takes all of them off a message.
func dropReactions(ctx context.Context, tx *storage.Tx, r messageRow) error {
	return tx.Do(ctx, `DELETE FROM reactions WHERE conversation_id = ? AND seq = ?`, r.ConversationID, r.Seq)
}

// touch stamps a message that changed, with the number of its reactions.
func touch(ctx context.Context, tx *storage.Tx, r messageRow) error {
	return tx.Do(ctx, `UPDATE messages SET version = ?, reacted = ? WHERE conversation_id = ? AND seq = ?`, r.Version, r.Reacted, r.ConversationID, r.Seq)
}

// reactionsTo reads what people say to some messages by a sign, as one of them sees it: the signs in the order in
// which they were first given, and with each the first who gave it.
func reactionsTo(ctx context.Context, r bun.IDB, conversation, me int64, seqs []int64) (map[int64][]Reaction, error) {
	var rows []struct {
		Seq, PersonID, Total, Mine int64
		Emoji                      string
	}
	err := r.NewRaw(`
		SELECT seq, emoji, person_id, total, mine FROM (
			SELECT seq, emoji, person_id, COUNT(*) OVER of_sign AS total, MAX(CASE WHEN person_id = ? THEN 1 ELSE 0 END) OVER of_sign AS mine,
				MIN(version) OVER of_sign AS since, ROW_NUMBER() OVER (PARTITION BY seq, emoji ORDER BY version) AS place
			FROM reactions WHERE conversation_id = ? AND seq IN (?)
			WINDOW of_sign AS (PARTITION BY seq, emoji)) AS given
		WHERE place <= ? ORDER BY seq, since, place`, me, conversation, bun.List(seqs), reactorsShown).Scan(ctx, &rows)
	found := map[int64][]Reaction{}
	for _, row := range rows {
		list := found[row.Seq]
		if n := len(list); n == 0 || list[n-1].Emoji != row.Emoji {
			list = append(list, Reaction{Emoji: row.Emoji, Count: row.Total, Mine: row.Mine > 0})
		}
		last := &list[len(list)-1]
		last.People = append(last.People, row.PersonID)
		found[row.Seq] = list
	}
	return found, err
}

type reactionRow struct {
	PersonID int64
	Emoji    string
	Version  int64
}

// reactors reads who gave which sign to a message, above a version, in the order in which they did.
func reactors(ctx context.Context, r bun.IDB, conversation, seq, after int64, limit int) (rows []reactionRow, err error) {
	err = r.NewRaw(`SELECT person_id, emoji, version FROM reactions WHERE conversation_id = ? AND seq = ? AND version > ? ORDER BY version LIMIT ?`,
		conversation, seq, after, limit).Scan(ctx, &rows)
	return rows, err
}
