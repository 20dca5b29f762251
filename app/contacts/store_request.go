package contacts

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

type requestRow struct {
	bun.BaseModel `bun:"table:requests,alias:r"`

	Request
	GroupID int64  `bun:"group_id"` // where the asking one files the friend
	Asked   string `bun:"asked"`    // the group somebody wants to make
}

const requestColumns = `r.id, r.kind, r.from_id, r.to_id, r.note, r.state, r.reason, r.created_at, r.group_id, r.asked`

func insertRequest(ctx context.Context, tx *storage.Tx, row requestRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func requestByID(ctx context.Context, r bun.IDB, id int64) (row requestRow, err error) {
	err = r.NewRaw(`SELECT `+requestColumns+` FROM requests r WHERE r.id = ?`, id).Scan(ctx, &row)
	row.CreatedAt = row.CreatedAt.UTC()
	return row, storage.Found(err, "request")
}

// answerRequest writes the answer; of two at once the second finds that there was one.
func answerRequest(ctx context.Context, tx *storage.Tx, row requestRow, by int64, now time.Time) error {
	res, err := tx.NewRaw(`UPDATE requests SET state = ?, reason = ?, answered_by = ?, answered_at = ? WHERE id = ? AND state = 'pending'`,
		row.State, row.Reason, by, now, row.ID).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return orElse(err, errAnswered)
	}
	return nil
}

// dropRequests refuses what one person asked of another, and answers which requests that were.
func dropRequests(ctx context.Context, tx *storage.Tx, from, to int64, now time.Time) (ids []int64, err error) {
	err = tx.NewRaw(`UPDATE requests SET state = 'refused', answered_by = ?, answered_at = ?
		WHERE kind = 'friend' AND from_id = ? AND to_id = ? AND state = 'pending' RETURNING id`, to, now, from, to).Scan(ctx, &ids)
	return ids, err
}

// waitingGroups lists the groups that wait for approval, by a part of their names, the oldest first.
func waitingGroups(ctx context.Context, r bun.IDB, name string, after int64, limit int) (rows []requestRow, err error) {
	q, args := `SELECT `+requestColumns+` FROM requests r WHERE r.kind = 'found' AND r.to_id = 0 AND r.state = 'pending' AND r.id > ?`, []any{after}
	if name != "" {
		q, args = q+` AND LOWER(r.note) LIKE ? ESCAPE '!'`, append(args, chat.Like(strings.ToLower(name)))
	}
	err = r.NewRaw(q+` ORDER BY r.id LIMIT ?`, append(args, limit)...).Scan(ctx, &rows)
	return rows, err
}

// requestsTo lists what waits for an answer, the oldest first.
func requestsTo(ctx context.Context, r bun.IDB, kind string, to, after int64, limit int) (rows []requestRow, err error) {
	err = r.NewRaw(`SELECT `+requestColumns+` FROM requests r WHERE r.kind = ? AND r.to_id = ? AND r.state = 'pending' AND r.id > ? ORDER BY r.id LIMIT ?`,
		kind, to, after, limit).Scan(ctx, &rows)
	return rows, err
}

func insertFriend(ctx context.Context, tx *storage.Tx, person, friend, group int64, now time.Time) error {
	_, err := tx.NewRaw(`INSERT INTO friends (person_id, friend_id, group_id, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		person, friend, group, now).Exec(ctx)
	return err
}

func deleteFriend(ctx context.Context, tx *storage.Tx, person, friend int64) (int64, error) {
	res, err := tx.NewRaw(`DELETE FROM friends WHERE person_id = ? AND friend_id = ?`, person, friend).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// ownsGroup refuses a group of friends that is not one's own; 0 is everybody's.
func ownsGroup(ctx context.Context, r bun.IDB, person, group int64) error {
	if group == 0 {
		return nil
	}
	var n int
	err := r.NewRaw(`SELECT COUNT(*) FROM friend_groups WHERE id = ? AND person_id = ?`, group, person).Scan(ctx, &n)
	if err != nil || n == 0 {
		return orElse(err, fault.New(fault.NotFound, "group not found"))
	}
	return nil
}
