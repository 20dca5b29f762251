package chat

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

func directOf(ctx context.Context, r reader, older, younger int64) (Conversation, error) {
	c := Conversation{Kind: Direct, OwnerID: older, PeerID: younger}
	err := r.One(ctx, `SELECT id, seq, version, bond FROM conversations WHERE kind = 'direct' AND owner_id = ? AND peer_id = ?`,
		[]any{older, younger}, &c.ID, &c.Seq, &c.Version, &c.Bond)
	return c, storage.Found(err, "conversation")
}

// hash tells two groups asked for under one client id apart.
func (f Founding) hash() string {
	sum := sha256.Sum256(encode(f))
	return hex.EncodeToString(sum[:16])
}

// insertFounding notes which group a client id makes; a unique violation means that it made one before.
func insertFounding(ctx context.Context, tx *storage.Tx, by int64, f Founding, group int64) error {
	return tx.Do(ctx, `INSERT INTO foundings (person_id, client_id, asked_hash, conversation_id) VALUES (?, ?, ?, ?)`,
		by, f.ClientID, f.hash(), group)
}

func founding(ctx context.Context, r bun.IDB, by int64, clientID string) (hash string, group int64, err error) {
	err = r.NewRaw(`SELECT asked_hash, conversation_id FROM foundings WHERE person_id = ? AND client_id = ?`,
		by, clientID).Scan(ctx, &hash, &group)
	return hash, group, storage.Found(err, "conversation")
}

// placesOf reads the places of some people, left ones too.
func placesOf(ctx context.Context, r bun.IDB, conversation int64, people []int64) (map[int64]memberRow, error) {
	found := map[int64]memberRow{}
	if len(people) == 0 {
		return found, nil
	}
	var rows []memberRow
	err := r.NewSelect().Model(&rows).Where("conversation_id = ? AND person_id IN (?)", conversation, bun.List(people)).Scan(ctx)
	for _, m := range rows {
		found[m.PersonID] = m
	}
	return found, err
}

// joinAll makes or renews places in one statement. A renewed place has a new window and the old cursors.
func joinAll(ctx context.Context, tx *storage.Tx, rows []memberRow) error {
	_, err := tx.NewInsert().Model(&rows).
		On("CONFLICT (conversation_id, person_id) DO UPDATE").
		Set("role = EXCLUDED.role, join_seq = EXCLUDED.join_seq, left_seq = NULL, version = EXCLUDED.version").Exec(ctx)
	return err
}

// savePlace writes a place that was given up or has another role.
func savePlace(ctx context.Context, tx *storage.Tx, m memberRow) error {
	_, err := tx.NewUpdate().Model(&m).Column("role", "left_seq", "version", "muted_until").WherePK().Exec(ctx)
	return err
}

func saveHeader(ctx context.Context, tx *storage.Tx, c Conversation, now time.Time) error {
	var dissolved *time.Time
	if c.Dissolved {
		dissolved = &now
	}
	_, err := tx.NewRaw(`
		UPDATE conversations SET name = ?, member_count = ?, members_version = ?, dissolved_at = COALESCE(dissolved_at, ?),
			bond = ?, pins = ?, number = ?, avatar = ?, about = ?, notice = ?, join_rule = ?, hushed = ?, category = ?, slow = ?,
			notice_version = ?, notice_by = ?, notice_at = ?, notice_asks = ? WHERE id = ?`,
		c.Name, c.MemberCount, c.membersVersion, dissolved, c.Bond, c.Pins, c.Number, c.Avatar, c.About, c.Notice, c.JoinRule, flag(c.Hushed), c.Category, c.Slow,
		c.NoticeVersion, c.NoticeBy, storage.Time{Time: c.NoticeAt}.Pointer(), flag(c.NoticeAsks), c.ID).Exec(ctx)
	return err
}

// moveLists numbers the change of the set of conversations of everybody whose place came or went.
func moveLists(ctx context.Context, tx *storage.Tx, rows []memberRow) (map[int64]int64, error) {
	moved := map[int64]int64{}
	if len(rows) == 0 {
		return moved, nil
	}
	var lists []listRow
	for _, m := range rows {
		lists = append(lists, listRow{PersonID: m.PersonID, List: 1})
	}
	slices.SortFunc(lists, func(a, b listRow) int { return cmp.Compare(a.PersonID, b.PersonID) }) // the order in which people are locked
	_, err := tx.NewInsert().Model(&lists).On("CONFLICT (person_id) DO UPDATE").Set("list = l.list + 1").Exec(ctx)
	if err != nil {
		return nil, err
	}
	lists = nil
	if err := tx.NewSelect().Model(&lists).Where("person_id IN (?)", bun.List(personsOf(rows))).Scan(ctx); err != nil {
		return nil, err
	}
	for _, l := range lists {
		moved[l.PersonID] = l.List
	}
	return moved, nil
}

type listRow struct {
	bun.BaseModel `bun:"table:lists,alias:l"`

	PersonID int64 `bun:"person_id,pk"`
	List     int64 `bun:"list"`
}
