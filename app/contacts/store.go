package contacts

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/people"
	"ichat/storage"
)

type friendRow struct {
	people.Person
	Number    int64     `bun:"number"`
	Signature string    `bun:"signature"`
	Presence  string    `bun:"presence"`
	Remark    string    `bun:"remark"`
	GroupID   int64     `bun:"group_id"`
	Since     time.Time `bun:"since"`
	sight
}

// friendsOf reads somebody's list; with only some of them, those.
func friendsOf(ctx context.Context, r bun.IDB, person int64, some ...int64) (rows []friendRow, err error) {
	q := `
		SELECT p.id, p.kind, p.name, p.avatar, pr.number, pr.signature, pr.presence, f.remark, f.group_id, f.since,
			pr.last_seen_for AS his, mine.last_seen_for AS mine, pr.seen_ms,
			EXISTS (SELECT 1 FROM friends g WHERE g.person_id = f.friend_id AND g.friend_id = f.person_id) AS mutual,
			EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = f.friend_id AND b.blocked_id = f.person_id) AS hides,
			EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = f.person_id AND b.blocked_id = f.friend_id) AS blocks
		FROM friends f JOIN people p ON p.id = f.friend_id JOIN profiles pr ON pr.person_id = f.friend_id JOIN profiles mine ON mine.person_id = f.person_id
		WHERE f.person_id = ?`
	args := []any{person}
	if len(some) > 0 {
		q, args = q+` AND f.friend_id IN (?)`, append(args, bun.List(some))
	}
	err = r.NewRaw(q+` ORDER BY f.friend_id`, args...).Scan(ctx, &rows)
	return rows, err
}

func groupsOf(ctx context.Context, r bun.IDB, person int64) ([]FriendGroup, error) {
	list := []FriendGroup{}
	err := r.NewRaw(`SELECT id, name, position FROM friend_groups WHERE person_id = ? ORDER BY position, id`, person).Scan(ctx, &list)
	return list, err
}

func blockedBy(ctx context.Context, r bun.IDB, person int64) ([]int64, error) {
	ids := []int64{}
	err := r.NewRaw(`SELECT blocked_id FROM person_blocks WHERE person_id = ? ORDER BY blocked_id`, person).Scan(ctx, &ids)
	return ids, err
}

// watcherRow is one who is shown the presence of somebody.
type watcherRow struct {
	PersonID  int64  `bun:"person_id"`
	WatcherID int64  `bun:"watcher_id"`
	Presence  string `bun:"presence"`
	sight            // of the watcher
}

// watchersOf reads who is shown the presence of these people: mutual friends whom they have not blocked.
func watchersOf(ctx context.Context, r bun.IDB, ids []int64) (rows []watcherRow, err error) {
	err = r.NewRaw(`
		SELECT f.friend_id AS person_id, f.person_id AS watcher_id, pr.presence, pr.last_seen_for AS his, mine.last_seen_for AS mine, pr.seen_ms, TRUE AS mutual,
			EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = f.person_id AND b.blocked_id = f.friend_id) AS blocks
		FROM friends f JOIN profiles pr ON pr.person_id = f.friend_id JOIN profiles mine ON mine.person_id = f.person_id
			JOIN friends g ON g.person_id = f.friend_id AND g.friend_id = f.person_id
		WHERE f.friend_id IN (?) AND NOT EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = f.friend_id AND b.blocked_id = f.person_id)`,
		bun.List(ids)).Scan(ctx, &rows)
	return rows, err
}

// sightOf is how one member looks at another.
func sightOf(ctx context.Context, r bun.IDB, me, person int64) (v sight, presence string, err error) {
	var row struct {
		sight
		Presence string `bun:"presence"`
	}
	err = r.NewRaw(`
		SELECT pr.presence, pr.last_seen_for AS his, mine.last_seen_for AS mine, pr.seen_ms,
			EXISTS (SELECT 1 FROM friends f JOIN friends g ON g.person_id = f.friend_id AND g.friend_id = f.person_id
				WHERE f.person_id = mine.person_id AND f.friend_id = pr.person_id) AS mutual,
			EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = pr.person_id AND b.blocked_id = mine.person_id) AS hides,
			EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = mine.person_id AND b.blocked_id = pr.person_id) AS blocks
		FROM profiles pr JOIN profiles mine ON mine.person_id = ? WHERE pr.person_id = ?`, me, person).Scan(ctx, &row)
	return row.sight, row.Presence, err
}

// knownBy lists who shows somebody's name: friends, and who is with him in a conversation that is no crowd.
func knownBy(ctx context.Context, tx *storage.Tx, person int64, crowd int) ([]int64, error) {
	return tx.Numbers(ctx, `
		SELECT person_id FROM friends WHERE friend_id = ?
		UNION SELECT o.person_id FROM members m JOIN conversations c ON c.id = m.conversation_id AND c.kind IN ('direct', 'group') AND c.member_count <= ?
			JOIN members o ON o.conversation_id = m.conversation_id AND o.left_seq IS NULL
		WHERE m.person_id = ? AND m.left_seq IS NULL`, person, crowd, person)
}
