package faq

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// talkRow is a visitor's talk with the bot, from its first message until a person takes over.
type talkRow struct {
	bun.BaseModel `bun:"table:faq_talks,alias:ft"`

	ConversationID int64 `bun:",pk"`
	SiteID         int64
	FromSeq        int64
	Misses         int64 // in a row
	Page           string
}

// turnRow is a message the bot has to answer. While one works it, DueAt is when others may.
type turnRow struct {
	bun.BaseModel `bun:"table:faq_turns,alias:tu"`

	ConversationID int64 `bun:",pk"`
	Seq            int64 `bun:",pk"`
	SiteID         int64
	DueAt          time.Time
	Tries          int64
}

type unknownRow struct {
	bun.BaseModel `bun:"table:faq_unknown,alias:u"`

	ID       int64 `bun:",pk"`
	SiteID   int64
	Hash     string
	Question string
	Times    int64
	LastAt   time.Time
}

func talkOf(ctx context.Context, q bun.IDB, conversation int64) (row talkRow, found bool, err error) {
	err = q.NewSelect().Model(&row).Where("ft.conversation_id = ?", conversation).Scan(ctx)
	return row, err == nil, unlessNone(err)
}

func beginTalk(ctx context.Context, tx *storage.Tx, r talkRow) error {
	_, err := tx.NewInsert().Model(&r).On("CONFLICT (conversation_id) DO NOTHING").Exec(ctx)
	return err
}

// endTalk takes a talk and its turns away.
func endTalk(ctx context.Context, tx *storage.Tx, conversation int64) (row talkRow, found bool, err error) {
	if _, err := tx.NewRaw(`DELETE FROM faq_turns WHERE conversation_id = ?`, conversation).Exec(ctx); err != nil {
		return talkRow{}, false, err
	}
	err = tx.NewRaw(`DELETE FROM faq_talks WHERE conversation_id = ? RETURNING *`, conversation).Scan(ctx, &row)
	return row, err == nil, unlessNone(err)
}

func saveMisses(ctx context.Context, tx *storage.Tx, conversation, misses int64) error {
	_, err := tx.NewRaw(`UPDATE faq_talks SET misses = ? WHERE conversation_id = ?`, misses, conversation).Exec(ctx)
	return err
}

func savePage(ctx context.Context, tx *storage.Tx, conversation int64, page string) error {
	_, err := tx.NewRaw(`UPDATE faq_talks SET page = ? WHERE conversation_id = ?`, page, conversation).Exec(ctx)
	return err
}

func insertTurn(ctx context.Context, tx *storage.Tx, r turnRow) error {
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return err
}

// claimTurn takes one turn that is due until then: the oldest of its conversation. Of many who try at once each
// gets another one or none.
func claimTurn(ctx context.Context, tx *storage.Tx, now, until time.Time) (row turnRow, ok bool, err error) {
	var rows []turnRow
	err = tx.NewRaw(`
		UPDATE faq_turns SET due_at = ?, tries = tries + 1
		WHERE (conversation_id, seq) IN (
			SELECT t.conversation_id, t.seq FROM faq_turns AS t
			WHERE t.due_at <= ? AND NOT EXISTS (SELECT 1 FROM faq_turns AS o WHERE o.conversation_id = t.conversation_id AND o.seq < t.seq)
			ORDER BY t.due_at, t.conversation_id, t.seq LIMIT 1)
		AND due_at <= ? RETURNING *`, until, now, now).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return turnRow{}, false, unlessNone(err)
	}
	return rows[0], true, nil
}

// nextTurn is when the next turn is due; ok is false when there is none.
func nextTurn(ctx context.Context, q bun.IDB) (at time.Time, ok bool, err error) {
	var row turnRow
	err = q.NewSelect().Model(&row).Column("due_at").OrderExpr("tu.due_at").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return row.DueAt, err == nil, err
}

// finish takes a turn away; false when it is not this try's any more.
func finish(ctx context.Context, tx *storage.Tx, r turnRow) (bool, error) {
	res, err := tx.NewRaw(`DELETE FROM faq_turns WHERE conversation_id = ? AND seq = ? AND tries = ?`, r.ConversationID, r.Seq, r.Tries).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// giveBack makes a turn due again at once, as if it had not been tried.
func giveBack(ctx context.Context, tx *storage.Tx, r turnRow, now time.Time) error {
	_, err := tx.NewRaw(`UPDATE faq_turns SET due_at = ?, tries = tries - 1 WHERE conversation_id = ? AND seq = ? AND tries = ?`,
		now, r.ConversationID, r.Seq, r.Tries).Exec(ctx)
	return err
}

// lastTurn is the newest message of a conversation the bot has not answered; 0 when there is none.
func lastTurn(ctx context.Context, tx *storage.Tx, conversation int64) (seq int64, err error) {
	err = tx.NewRaw(`SELECT COALESCE(MAX(seq), 0) FROM faq_turns WHERE conversation_id = ?`, conversation).Scan(ctx, &seq)
	return seq, err
}

// keepUnknown counts a question nobody had an answer for, and forgets the oldest when there are too many.
func keepUnknown(ctx context.Context, tx *storage.Tx, r unknownRow) error {
	_, err := tx.NewInsert().Model(&r).On("CONFLICT (site_id, hash) DO UPDATE").
		Set("times = u.times + 1, last_at = EXCLUDED.last_at, question = EXCLUDED.question").Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
		DELETE FROM faq_unknown WHERE site_id = ? AND id IN (
			SELECT id FROM faq_unknown WHERE site_id = ? ORDER BY last_at DESC, id DESC LIMIT 100 OFFSET ?)`, r.SiteID, r.SiteID, unknownMost).Exec(ctx)
	return err
}

func unknownOf(ctx context.Context, q bun.IDB, site int64) ([]unknownRow, error) {
	var rows []unknownRow
	err := q.NewSelect().Model(&rows).Where("u.site_id = ?", site).OrderExpr("u.times DESC, u.last_at DESC, u.id DESC").Scan(ctx)
	return rows, err
}

func dropUnknown(ctx context.Context, tx *storage.Tx, site, id int64) (row unknownRow, err error) {
	err = tx.NewRaw(`DELETE FROM faq_unknown WHERE id = ? AND site_id = ? RETURNING *`, id, site).Scan(ctx, &row)
	return row, storage.Found(err, "question")
}
