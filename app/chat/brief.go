package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// fewUnread is up to how many unread messages are counted: more are "99+" everywhere.
const fewUnread = 100

// Last is the latest line of a conversation, as a list shows it. Text is its beginning; a line of the system
// is worded by the client, from Key and Args.
type Last struct {
	Seq       int64             `json:"seq"`
	SenderID  int64             `json:"sender_id"`
	Type      string            `json:"type" enum:"text,image,file,merged,card,system"`
	Text      string            `json:"text"`
	Key       string            `json:"key,omitempty"`
	Args      map[string]string `json:"args,omitempty"`
	Recalled  bool              `json:"recalled"`
	CreatedAt time.Time         `json:"created_at"`
}

// Brief is a conversation as a list shows it, without its messages. Known is what a device may claim to have
// of it in a sync from now on. Peer is the other one of a direct conversation, oneself in that with oneself.
// Unread stops at 100; Mention is the seq of the latest unread message that names the reader.
type Brief struct {
	Header
	Known   Known     `json:"known"`
	Peer    int64     `json:"peer,omitempty"`
	Role    string    `json:"role" enum:"member,admin,owner"`
	JoinSeq int64     `json:"join_seq"`
	Read    int64     `json:"read"`
	Unread  int       `json:"unread"`
	Mention int64     `json:"mention,omitempty"`
	At      time.Time `json:"at"` // of the latest change that a list is ordered by
	Last    *Last     `json:"last"`
}

type briefRow struct {
	place
	OwnerID  int64  `bun:"owner_id"`
	PeerID   int64  `bun:"peer_id"`
	Role     string `bun:"role"`
	ReadSeq  int64  `bun:"read_seq"`
	Unread   int    `bun:"unread"`
	Mention  int64  `bun:"mention"`
	LastSeq  int64  `bun:"last_seq"` // 0: there is none that he may see
	Sender   int64  `bun:"sender"`
	Type     string `bun:"type"`
	Alt      string `bun:"alt"`
	Body     string `bun:"body"` // of a line of the system
	Recalled bool   `bun:"recalled"`

	SaidAt *time.Time `bun:"said_at"`
}

// Briefs reads one's direct conversations and groups below a cursor (empty: from the latest), at most limit of
// them, and the cursor of those that follow.
func (s *Service) Briefs(ctx context.Context, r bun.IDB, me int64, before string, limit int) (list []Brief, next string, err error) {
	at, id, err := readCursor(before)
	if err != nil {
		return nil, "", err
	}
	rows, err := briefsOf(ctx, r, me, at, id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("briefs: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = fmt.Sprintf("%d.%d", last.UpdatedAt.UnixMicro(), last.ID)
	}
	list = []Brief{}
	for _, row := range rows {
		list = append(list, row.brief(me))
	}
	return list, next, nil
}

func (r briefRow) brief(me int64) Brief {
	b := Brief{Header: r.header(), Known: Known{r.Version, r.Reads - r.Unseen}, Role: r.Role, JoinSeq: r.JoinSeq, Read: r.ReadSeq, Unread: r.Unread, Mention: r.Mention, At: r.UpdatedAt.UTC()}
	if r.Kind == Direct {
		b.Peer = r.OwnerID
		if b.Peer == me {
			b.Peer = r.PeerID
		}
	}
	if r.LastSeq == 0 || r.SaidAt == nil {
		return b
	}
	b.Last = &Last{Seq: r.LastSeq, SenderID: r.Sender, Type: r.Type, Text: r.Alt, Recalled: r.Recalled, CreatedAt: r.SaidAt.UTC()}
	if r.Body != "" {
		var body Body
		if json.Unmarshal([]byte(r.Body), &body) == nil {
			b.Last.Key, b.Last.Args, b.Last.Text = body.Key, body.Args, ""
		}
	}
	return b
}

// stillSeen is a condition on a message, or what stands for one: the member m did not take it out of his view.
func stillSeen(alias string) string {
	return `(m.hid = 0 OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.person_id = m.person_id AND h.conversation_id = ` + alias + `.conversation_id AND h.seq = ` + alias + `.seq))`
}

func briefsOf(ctx context.Context, r bun.IDB, me int64, at time.Time, id int64, limit int) ([]briefRow, error) {
	latest, args := latestOf+` AND c.kind IN ('direct', 'group')`, []any{me}
	if id != 0 {
		latest += ` AND (c.updated_at < ? OR (c.updated_at = ? AND c.id < ?))`
		args = append(args, at, at, id)
	}
	const order = ` ORDER BY c.updated_at DESC, c.id DESC `
	q := `
		SELECT ` + placeColumns + `, c.owner_id, c.peer_id, m.role, m.read_seq,
			COALESCE(x.seq, 0) AS last_seq, COALESCE(x.sender_id, 0) AS sender, COALESCE(x.type, '') AS type, COALESCE(SUBSTR(x.alt, 1, ` + strconv.Itoa(quoted) + `), '') AS alt,
			CASE WHEN x.type = 'system' THEN x.body ELSE '' END AS body, x.recalled_at IS NOT NULL AS recalled, x.created_at AS said_at,
			(SELECT COUNT(*) FROM (SELECT 1 FROM messages u WHERE u.conversation_id = m.conversation_id AND u.seq > m.read_seq AND u.seq >= m.join_seq
				AND u.sender_id <> m.person_id AND u.type <> 'system' AND u.recalled_at IS NULL AND ` + stillSeen("u") + ` LIMIT ` + strconv.Itoa(fewUnread) + `) AS few) AS unread,
			(SELECT COALESCE(MAX(n.seq), 0) FROM mentions n WHERE n.conversation_id = m.conversation_id AND n.person_id IN (0, m.person_id)
				AND n.seq > m.read_seq AND n.seq >= m.join_seq AND n.by_id <> m.person_id AND ` + stillSeen("n") + `) AS mention
		FROM (` + latest + order + `LIMIT ?) AS m` + whosePlaces + `
			LEFT JOIN messages x ON x.conversation_id = c.id AND x.seq >= m.join_seq AND x.seq = CASE WHEN m.hid = 0 THEN c.seq ELSE
				(SELECT MAX(y.seq) FROM messages y WHERE y.conversation_id = c.id AND y.seq >= m.join_seq AND ` + stillSeen("y") + `) END` + order
	var rows []briefRow
	err := r.NewRaw(q, append(args, limit)...).Scan(ctx, &rows)
	return rows, err
}

// GroupPlace is a group somebody is in.
type GroupPlace struct {
	Header
	Role string `json:"role" enum:"member,admin,owner"`
}

// GroupsOf lists the groups somebody is in, by name.
func (s *Service) GroupsOf(ctx context.Context, r bun.IDB, me int64) ([]GroupPlace, error) {
	var rows []briefRow
	err := r.NewRaw(`
		SELECT `+headerOf+`, m.role FROM members m JOIN conversations c ON c.id = m.conversation_id
		WHERE m.person_id = ? AND m.left_seq IS NULL AND c.kind = 'group' ORDER BY c.name, c.id`, me).Scan(ctx, &rows)
	list := []GroupPlace{}
	for _, row := range rows {
		list = append(list, GroupPlace{Header: row.header(), Role: row.Role})
	}
	return list, err
}

// List is the number of the set of what somebody has: it moves with every conversation he comes into or
// leaves, and with every change of his contacts.
func (s *Service) List(ctx context.Context, r bun.IDB, person int64) (list int64, err error) {
	err = r.NewRaw("SELECT COALESCE((SELECT list FROM lists WHERE person_id = ?), 0)", person).Scan(ctx, &list)
	return list, err
}

// MoveListsTx moves that number for several people, whose rows it locks by ascending id.
func (s *Service) MoveListsTx(ctx context.Context, tx *storage.Tx, people []int64) (map[int64]int64, error) {
	rows := make([]memberRow, len(people))
	for i, person := range people {
		rows[i].PersonID = person
	}
	return moveLists(ctx, tx, rows)
}

// PeopleOf are those who appear in briefs: peers, who announced something, and who spoke last.
func PeopleOf(list []Brief) (ids []int64) {
	for _, b := range list {
		if b.Peer != 0 {
			ids = append(ids, b.Peer)
		}
		if b.NoticeBy != 0 {
			ids = append(ids, b.NoticeBy)
		}
		if b.Last != nil && b.Last.SenderID != 0 {
			ids = append(ids, b.Last.SenderID)
		}
	}
	return ids
}
