package contacts

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/people"
	"ichat/storage"
)

// BoxItem is an entry of somebody's message box: a request that waits for his answer, or what became of one of
// his. Kind says which: friend_request, group_request; friend_agreed, friend_refused, group_agreed,
// group_refused, found_agreed, found_refused, report_done.
type BoxItem struct {
	ID      int64         `json:"id"`
	Kind    string        `json:"kind"`
	Request *Request      `json:"request"`
	From    people.Person `json:"from"`
	AboutID int64         `json:"about_id"` // a group, or 0
	About   string        `json:"about"`    // as it was called then
	Text    string        `json:"text"`     // a note, or a reason
	At      time.Time     `json:"at"`
	Unread  bool          `json:"unread"`
}

// BoxPage is a stretch of a message box, the latest first.
type BoxPage struct {
	Items  []BoxItem `json:"items"`
	Unread int       `json:"unread"` // of the whole box
	More   bool      `json:"more"`
}

// Box reads at most limit entries below an id; 0: from the latest.
func (s *Service) Box(ctx context.Context, me, before int64, limit int) (p BoxPage, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		rows, err := boxOf(ctx, r, me, before, limit+1)
		if err != nil {
			return err
		}
		p.More = len(rows) > limit
		if p.Items, err = s.itemsIn(ctx, r, rows[:min(len(rows), limit)]); err != nil {
			return err
		}
		p.Unread, err = unreadOf(ctx, r, me)
		return err
	})
	return p, err
}

// ReadBox notes that somebody has seen his box up to an entry, on all his devices.
func (s *Service) ReadBox(ctx context.Context, me, upTo int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		res, err := tx.NewRaw(`UPDATE profiles SET box_read = ? WHERE person_id = ? AND box_read < ?`, upTo, me, upTo).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		unread, err := unreadOf(ctx, tx, me)
		if err != nil {
			return err
		}
		return s.tellTx(ctx, tx, map[int64]Change{me: {Unread: &unread}})
	})
}

// deliverTx puts entries into boxes, and tells their owners, and those who hold entries that are others now.
func (s *Service) deliverTx(ctx context.Context, tx *storage.Tx, fresh, held []boxRow) error {
	for _, row := range fresh {
		if err := insertBox(ctx, tx, row); err != nil {
			return err
		}
	}
	changes := map[int64]Change{}
	for _, row := range append(held, fresh...) {
		one, err := boxAt(ctx, tx, row.PersonID, row.ID)
		if err != nil {
			return err
		}
		items, err := s.itemsIn(ctx, tx, []boxRow{one})
		if err != nil {
			return err
		}
		unread, err := unreadOf(ctx, tx, row.PersonID)
		if err != nil {
			return err
		}
		c := changes[row.PersonID]
		c.Box, c.Unread = append(c.Box, items...), &unread
		changes[row.PersonID] = c
	}
	return s.tellTx(ctx, tx, changes)
}

// itemsIn words rows of boxes.
func (s *Service) itemsIn(ctx context.Context, r bun.IDB, rows []boxRow) ([]BoxItem, error) {
	var ids []int64
	for _, row := range rows {
		ids = append(ids, row.FromID)
	}
	who, err := s.people.PeopleIn(ctx, r, ids)
	items := []BoxItem{}
	for _, row := range rows {
		item := BoxItem{ID: row.ID, Kind: row.Kind, From: who[row.FromID], AboutID: row.AboutID, About: row.About, Text: row.Text, At: row.At.UTC(), Unread: row.ID > row.BoxRead}
		if row.RequestID != 0 {
			item.Request = &Request{ID: row.RequestID, Kind: row.ReqKind, FromID: row.ReqFrom, ToID: row.ReqTo, Note: row.Note, State: row.State, Reason: row.Reason, CreatedAt: row.AskedAt.UTC()}
		}
		items = append(items, item)
	}
	return items, err
}

type boxRow struct {
	bun.BaseModel `bun:"table:box,alias:b"`

	PersonID  int64     `bun:"person_id,pk"`
	ID        int64     `bun:"id,pk"`
	Kind      string    `bun:"kind"`
	RequestID int64     `bun:"request_id"`
	FromID    int64     `bun:"from_id"`
	AboutID   int64     `bun:"about_id"`
	About     string    `bun:"about"`
	Text      string    `bun:"text"`
	At        time.Time `bun:"at"`

	BoxRead int64      `bun:"box_read,scanonly"`
	ReqKind string     `bun:"req_kind,scanonly"`
	ReqFrom int64      `bun:"req_from,scanonly"`
	ReqTo   int64      `bun:"req_to,scanonly"`
	Note    string     `bun:"note,scanonly"`
	State   string     `bun:"state,scanonly"`
	Reason  string     `bun:"reason,scanonly"`
	AskedAt *time.Time `bun:"asked_at,scanonly"`
}

const boxColumns = `
	SELECT b.person_id, b.id, b.kind, b.request_id, b.from_id, b.about_id, b.about, b.text, b.at, pr.box_read,
		COALESCE(r.kind, '') AS req_kind, COALESCE(r.from_id, 0) AS req_from, COALESCE(r.to_id, 0) AS req_to, COALESCE(r.note, '') AS note,
		COALESCE(r.state, '') AS state, COALESCE(r.reason, '') AS reason, COALESCE(r.created_at, b.at) AS asked_at
	FROM box b JOIN profiles pr ON pr.person_id = b.person_id LEFT JOIN requests r ON r.id = b.request_id `

func boxOf(ctx context.Context, r bun.IDB, person, before int64, limit int) (rows []boxRow, err error) {
	q, args := boxColumns+`WHERE b.person_id = ?`, []any{person}
	if before > 0 {
		q, args = q+` AND b.id < ?`, append(args, before)
	}
	err = r.NewRaw(q+` ORDER BY b.id DESC LIMIT ?`, append(args, limit)...).Scan(ctx, &rows)
	return rows, err
}

func boxAt(ctx context.Context, r bun.IDB, person, id int64) (row boxRow, err error) {
	err = r.NewRaw(boxColumns+`WHERE b.person_id = ? AND b.id = ?`, person, id).Scan(ctx, &row)
	return row, storage.Found(err, "request")
}

// boxOfRequest lists who has a request in his box.
func boxOfRequest(ctx context.Context, r bun.IDB, request int64) (rows []boxRow, err error) {
	err = r.NewRaw(boxColumns+`WHERE b.request_id = ? ORDER BY b.person_id`, request).Scan(ctx, &rows)
	return rows, err
}

func insertBox(ctx context.Context, tx *storage.Tx, row boxRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func unreadOf(ctx context.Context, r bun.IDB, person int64) (n int, err error) {
	err = r.NewRaw(`
		SELECT COUNT(*) FROM box b WHERE b.person_id = ? AND b.id > COALESCE((SELECT box_read FROM profiles WHERE person_id = ?), 0)`, person, person).Scan(ctx, &n)
	return n, err
}
