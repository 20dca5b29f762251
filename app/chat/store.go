package chat

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

type conversationRow struct {
	bun.BaseModel `bun:"table:conversations,alias:c"`

	ID        int64     `bun:"id,pk"`
	Kind      string    `bun:"kind"`
	SiteID    int64     `bun:"site_id"`
	OwnerID   int64     `bun:"owner_id"`
	Seq       int64     `bun:"seq"`
	Version   int64     `bun:"version"`
	UpdatedAt time.Time `bun:"updated_at"`

	PeerID         int64      `bun:"peer_id"`
	Name           string     `bun:"name"`
	MemberCount    int64      `bun:"member_count"`
	MembersVersion int64      `bun:"members_version"`
	DissolvedAt    *time.Time `bun:"dissolved_at"`
	Bond           string     `bun:"bond"`
	Pins           int64      `bun:"pins"`

	Number   int64  `bun:"number"`
	Avatar   string `bun:"avatar"`
	About    string `bun:"about"`
	Notice   string `bun:"notice"`
	JoinRule string `bun:"join_rule"`
	Hushed   int64  `bun:"hushed"`
	Category int64  `bun:"category"`
	Slow     int64  `bun:"slow"`

	NoticeVersion int64     `bun:"notice_version"`
	NoticeBy      int64     `bun:"notice_by"`
	NoticeAt      time.Time `bun:"notice_at,nullzero"`
	NoticeAsks    int64     `bun:"notice_asks"`
}

func (r conversationRow) conversation() Conversation {
	return Conversation{ID: r.ID, Kind: r.Kind, SiteID: r.SiteID, OwnerID: r.OwnerID, PeerID: r.PeerID, Seq: r.Seq, Version: r.Version,
		Name: r.Name, MemberCount: r.MemberCount, Dissolved: r.DissolvedAt != nil, Bond: r.Bond, Pins: r.Pins, membersVersion: r.MembersVersion,
		Info: Info{Number: r.Number, Avatar: r.Avatar, About: r.About, Notice: r.Notice, JoinRule: r.JoinRule, Hushed: r.Hushed != 0, Category: r.Category, Slow: r.Slow,
			Announced: Announced{NoticeVersion: r.NoticeVersion, NoticeBy: r.NoticeBy, NoticeAt: r.NoticeAt.UTC(), NoticeAsks: r.NoticeAsks != 0}}}
}

// headerColumns are what a statement on conversations answers, and fields where it goes.
const headerColumns = `kind, site_id, owner_id, peer_id, seq, version, name, member_count, members_version, dissolved_at IS NOT NULL,
	bond, pins, number, avatar, about, notice, join_rule, hushed, category, slow, notice_version, notice_by, notice_at, notice_asks`

func (c *Conversation) fields() []any {
	return []any{&c.Kind, &c.SiteID, &c.OwnerID, &c.PeerID, &c.Seq, &c.Version, &c.Name, &c.MemberCount, &c.membersVersion, &c.Dissolved,
		&c.Bond, &c.Pins, &c.Number, &c.Avatar, &c.About, &c.Notice, &c.JoinRule, &c.Hushed, &c.Category, &c.Slow,
		&c.NoticeVersion, &c.NoticeBy, (*instantRow)(&c.NoticeAt), &c.NoticeAsks}
}

// instantRow is a time as it is scanned into the header of a conversation.
type instantRow time.Time

// Scan reads what either database answers.
func (t *instantRow) Scan(v any) error {
	var at storage.Time
	err := at.Scan(v)
	*t = instantRow(at.Time)
	return err
}

type memberRow struct {
	bun.BaseModel `bun:"table:members,alias:m"`

	ConversationID int64  `bun:"conversation_id,pk"`
	PersonID       int64  `bun:"person_id,pk"`
	Role           string `bun:"role"`
	JoinSeq        int64  `bun:"join_seq"`
	LeftSeq        *int64 `bun:"left_seq"`
	Version        int64  `bun:"version"`
	ReadSeq        int64  `bun:"read_seq"`
	ReceivedSeq    int64  `bun:"received_seq"`
	Unshown        int64  `bun:"unshown"` // how much of what he has read others are not shown

	MutedUntil *time.Time `bun:"muted_until"`
	SpokeAt    *time.Time `bun:"spoke_at"` // in slow mode
	Hid        int64      `bun:"hid"`      // version of the last message he took out of his view; 0: none
}

// member is the place as others see it.
func (r memberRow) member() Member {
	return Member{PersonID: r.PersonID, Role: r.Role, JoinSeq: r.JoinSeq, Left: r.LeftSeq != nil,
		Read: r.ReadSeq - r.Unshown, Received: r.ReceivedSeq, Version: r.Version, MutedUntil: r.MutedUntil}
}

type messageRow struct {
	bun.BaseModel `bun:"table:messages,alias:msg"`

	ConversationID int64     `bun:"conversation_id,pk"`
	Seq            int64     `bun:"seq,pk"`
	ID             int64     `bun:"id"`
	Version        int64     `bun:"version"`
	SenderID       int64     `bun:"sender_id"`
	ClientMsgID    string    `bun:"client_msg_id"`
	BodyHash       string    `bun:"body_hash"`
	Type           string    `bun:"type"`
	Body           string    `bun:"body"`
	Alt            string    `bun:"alt"`
	CreatedAt      time.Time `bun:"created_at"`

	ReplySeq   int64      `bun:"reply_seq"`
	RecalledAt *time.Time `bun:"recalled_at"`
	EditedAt   *time.Time `bun:"edited_at"`
	Reacted    int64      `bun:"reacted"` // how many reactions there are
}

// message is the row as members see it, but for the preview of what it answers and the signs under it.
func (r messageRow) message() Message {
	m := Message{ID: r.ID, ConversationID: r.ConversationID, Seq: r.Seq, Version: r.Version, SenderID: r.SenderID,
		ClientMsgID: r.ClientMsgID, Type: r.Type, Recalled: r.RecalledAt != nil, CreatedAt: r.CreatedAt.UTC()}
	if r.ReplySeq != 0 {
		m.ReplyTo = &Reply{Seq: r.ReplySeq}
	}
	if r.EditedAt != nil {
		at := r.EditedAt.UTC()
		m.EditedAt = &at
	}
	if err := json.Unmarshal([]byte(r.Body), &m.Body); err != nil {
		m.Body = Body{Text: r.Alt} // a body this program cannot read still has its text
	}
	return m
}

// sentBefore finds the message a client id already made.
func sentBefore(ctx context.Context, db *storage.DB, conversation, sender int64, clientMsgID string) (messageRow, error) {
	r := messageRow{ConversationID: conversation, SenderID: sender, ClientMsgID: clientMsgID}
	var at, recalled, edited storage.Time
	err := db.One(ctx, `
		SELECT seq, id, version, body_hash, type, body, alt, created_at, reply_seq, recalled_at, edited_at, reacted FROM messages
		WHERE conversation_id = ? AND sender_id = ? AND client_msg_id = ?`, []any{conversation, sender, clientMsgID},
		&r.Seq, &r.ID, &r.Version, &r.BodyHash, &r.Type, &r.Body, &r.Alt, &at, &r.ReplySeq, &recalled, &edited, &r.Reacted)
	r.CreatedAt = at.Time
	if !recalled.IsZero() {
		r.RecalledAt = &recalled.Time
	}
	if !edited.IsZero() {
		r.EditedAt = &edited.Time
	}
	return r, storage.Found(err, "message")
}

// bump takes the conversation's row lock and its next version for a change that is no message.
func bump(ctx context.Context, tx *storage.Tx, conversation int64) (Conversation, error) {
	c := Conversation{ID: conversation}
	if done, err := unlocked(ctx, tx, &c, false); done {
		return c, err
	}
	err := tx.One(ctx, `
		UPDATE conversations SET version = version + 1 WHERE id = ? RETURNING `+headerColumns, []any{conversation}, c.fields()...)
	return c, storage.Found(err, "conversation")
}

// number is bump for a message: it also takes the next seq, and its time, which is now or that of the message
// before if a node's clock was ahead.
func number(ctx context.Context, tx *storage.Tx, conversation int64, now time.Time) (Conversation, error) {
	c := Conversation{ID: conversation, at: now}
	if done, err := unlocked(ctx, tx, &c, true); done {
		return c, err
	}
	var at storage.Time
	err := tx.One(ctx, `
		UPDATE conversations SET version = version + 1, seq = seq + 1, updated_at = CASE WHEN updated_at > ? THEN updated_at ELSE ? END WHERE id = ?
		RETURNING updated_at, `+headerColumns, []any{storage.Time{Time: now}, storage.Time{Time: now}, conversation}, append([]any{&at}, c.fields()...)...)
	c.at = at.Time
	return c, storage.Found(err, "conversation")
}

func insertMessage(ctx context.Context, tx *storage.Tx, r messageRow) error {
	return tx.Do(ctx, `
		INSERT INTO messages (conversation_id, seq, id, version, sender_id, client_msg_id, body_hash, type, body, alt, created_at, reply_seq)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ConversationID, r.Seq, r.ID, r.Version, r.SenderID, r.ClientMsgID, r.BodyHash, r.Type, r.Body, r.Alt, storage.Time{Time: r.CreatedAt}, r.ReplySeq)
}

// lock takes the conversation's row lock and changes nothing.
func lock(ctx context.Context, tx *storage.Tx, conversation int64) (Conversation, error) {
	c := Conversation{ID: conversation}
	err := tx.One(ctx, `UPDATE conversations SET version = version WHERE id = ? RETURNING `+headerColumns, []any{conversation}, c.fields()...)
	return c, storage.Found(err, "conversation")
}

func conversation(ctx context.Context, r bun.IDB, id int64) (Conversation, error) {
	var row conversationRow
	err := r.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	return row.conversation(), storage.Found(err, "conversation")
}

// reader is one statement on the read pool or inside a write.
type reader interface {
	One(ctx context.Context, text string, args []any, dest ...any) error
}

func liveOf(ctx context.Context, r reader, site, visitor int64) (Conversation, error) {
	c := Conversation{Kind: Live, SiteID: site, OwnerID: visitor}
	err := r.One(ctx, `SELECT id, seq, version FROM conversations WHERE kind = 'live' AND site_id = ? AND owner_id = ?`,
		[]any{site, visitor}, &c.ID, &c.Seq, &c.Version)
	return c, storage.Found(err, "conversation")
}

func staffOf(ctx context.Context, r reader, live int64) (Conversation, error) {
	c := Conversation{Kind: Staff, OwnerID: live}
	err := r.One(ctx, `SELECT id, site_id, seq, version FROM conversations WHERE kind = 'staff' AND owner_id = ?`,
		[]any{live}, &c.ID, &c.SiteID, &c.Seq, &c.Version)
	return c, storage.Found(err, "conversation")
}

// inside is who is in the conversation now.
const inside = "SELECT person_id FROM members WHERE conversation_id = ? AND left_seq IS NULL"

// present is audience outside a write, up to some.
func present(ctx context.Context, r bun.IDB, conversation int64, limit int) (ids []int64, err error) {
	err = r.NewRaw(inside+" LIMIT ?", conversation, limit).Scan(ctx, &ids)
	return ids, err
}

// insiders reads the places of those who are in, by person, above an id and without one of them.
func insiders(ctx context.Context, r bun.IDB, conversation, after, without int64, limit int) ([]memberRow, error) {
	var rows []memberRow
	err := r.NewSelect().Model(&rows).Where("conversation_id = ? AND left_seq IS NULL AND person_id > ? AND person_id <> ?", conversation, after, without).
		Order("person_id").Limit(int64(limit)).Scan(ctx)
	return rows, err
}

func membership(ctx context.Context, r bun.IDB, conversation, person int64) (memberRow, error) {
	row, err := storage.Row[memberRow](ctx, r, storage.SelectOf[memberRow](r)+` WHERE conversation_id = ? AND person_id = ?`, conversation, person)
	return row, storage.Found(err, "conversation")
}

// join makes or renews a place; a person who comes back keeps the cursors.
func join(ctx context.Context, tx *storage.Tx, m memberRow) (memberRow, error) {
	_, err := tx.NewInsert().Model(&m).
		On("CONFLICT (conversation_id, person_id) DO UPDATE").
		Set("role = EXCLUDED.role, join_seq = EXCLUDED.join_seq, left_seq = NULL, version = EXCLUDED.version").
		Returning("read_seq, received_seq").Exec(ctx)
	return m, err
}

func leave(ctx context.Context, tx *storage.Tx, c Conversation, person int64) (memberRow, error) {
	var row memberRow
	err := tx.NewRaw(`
		UPDATE members SET left_seq = ?, version = ? WHERE conversation_id = ? AND person_id = ? AND left_seq IS NULL
		RETURNING conversation_id, person_id, role, join_seq, left_seq, version, read_seq, received_seq`,
		c.Seq, c.Version, c.ID, person).Scan(ctx, &row)
	return row, err
}

// moveList numbers a change of the set of conversations somebody is in.
func moveList(ctx context.Context, tx *storage.Tx, person int64) (int64, error) {
	var list int64
	err := tx.NewRaw(`
		INSERT INTO lists (person_id, list) VALUES (?, 1)
		ON CONFLICT (person_id) DO UPDATE SET list = lists.list + 1 RETURNING list`, person).Scan(ctx, &list)
	return list, err
}

// lockList holds what moveList moves until the write ends.
func lockList(ctx context.Context, tx *storage.Tx, person int64) error {
	return tx.Do(ctx, `INSERT INTO lists (person_id, list) VALUES (?, 0) ON CONFLICT (person_id) DO UPDATE SET list = lists.list`, person)
}

// messageAt reads one message; NotFound when there is none.
func messageAt(ctx context.Context, r bun.IDB, conversation, seq int64) (messageRow, error) {
	var row messageRow
	err := r.NewSelect().Model(&row).Where("conversation_id = ? AND seq = ?", conversation, seq).Scan(ctx)
	return row, storage.Found(err, "message")
}

// blank takes out of a message everything it ever said; its client id and those of its edits stay, so that
// a retry finds it.
func blank(ctx context.Context, tx *storage.Tx, r messageRow) error {
	_, err := tx.NewRaw(`
		UPDATE messages SET body = '{}', alt = '', body_hash = '', reply_seq = 0, reacted = 0, edited_at = NULL, recalled_at = ?, version = ?
		WHERE conversation_id = ? AND seq = ?`, r.RecalledAt, r.Version, r.ConversationID, r.Seq).Exec(ctx)
	if err != nil {
		return err
	}
	if err := unmention(ctx, tx, r.ConversationID, r.Seq); err != nil {
		return err
	}
	if err := dropReactions(ctx, tx, r); err != nil {
		return err
	}
	if r.Type == Merged {
		if err := tx.Do(ctx, `DELETE FROM merged WHERE conversation_id = ? AND seq = ?`, r.ConversationID, r.Seq); err != nil {
			return err
		}
	}
	return tx.Do(ctx, `UPDATE message_edits SET was = '', edit_hash = '' WHERE conversation_id = ? AND seq = ?`, r.ConversationID, r.Seq)
}

// worded is the type of what a preview has a word before.
const worded = `CASE WHEN type IN ('merged', 'card') AND recalled_at IS NULL THEN type ELSE '' END`

// quotes reads the previews of the messages at these seqs, from a seq on.
func quotes(ctx context.Context, r bun.IDB, conversation, from int64, seqs []int64) (found []Reply, err error) {
	err = r.NewRaw(`
		SELECT seq, sender_id, SUBSTR(alt, 1, ?) AS alt, `+worded+` AS type FROM messages
		WHERE conversation_id = ? AND seq IN (?) AND seq >= ?`, quoted, conversation, bun.List(seqs), from).Scan(ctx, &found)
	return found, err
}

// quotable is quotes for one message that somebody answers now: a line of the system and what was
// recalled cannot be answered.
func quotable(ctx context.Context, tx *storage.Tx, conversation, seq int64) (r Reply, err error) {
	err = tx.One(ctx, `
		SELECT seq, sender_id, SUBSTR(alt, 1, ?), `+worded+` FROM messages
		WHERE conversation_id = ? AND seq = ? AND type <> 'system' AND recalled_at IS NULL`,
		[]any{quoted, conversation, seq}, &r.Seq, &r.SenderID, &r.Alt, &r.Type)
	return r, storage.Found(err, "message")
}

// insideSince is who is in the conversation now and may know what was said at a seq: came before it, and did not take
// it out of his view.
func insideSince(ctx context.Context, tx *storage.Tx, conversation, seq int64) ([]int64, error) {
	return tx.Numbers(ctx, inside+` AND join_seq <= ? AND (hid = 0 OR NOT EXISTS (SELECT 1 FROM hidden h
		WHERE h.conversation_id = members.conversation_id AND h.seq = ? AND h.person_id = members.person_id))`, conversation, seq, seq)
}

// page reads the messages below a seq, newest first.
func page(ctx context.Context, r bun.IDB, conversation, from, before int64, limit int) ([]messageRow, error) {
	var rows []messageRow
	q := r.NewSelect().Model(&rows).Where("conversation_id = ? AND seq >= ?", conversation, from).Order("seq DESC").Limit(int64(limit))
	if before > 0 {
		q = q.Where("seq < ?", before)
	}
	err := q.Scan(ctx)
	return rows, err
}
