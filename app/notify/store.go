package notify

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

type mailRow struct {
	bun.BaseModel `bun:"table:mails,alias:m"`

	ID             int64 `bun:",pk"`
	Kind           string
	SiteID         int64
	PersonID       int64 // who it is about, or asked for it
	ConversationID int64
	Seq            int64 // missed: the answer it is about
	Address        string
	Locale         string
	Details        string // JSON; emptied when it is sent
	Stop           string // opens the page that ends such mails
	State          string
	Tries          int
	DueAt          time.Time // queued: when it is tried next, or the lease is over; else when it was finished
	Error          string    // of the last try
	CreatedAt      time.Time
}

// details are what a kind of mail needs beyond its row.
type details struct {
	Name  string `json:"name,omitempty"`  // of the recipient
	By    string `json:"by,omitempty"`    // who caused it
	Path  string `json:"path,omitempty"`  // of the link, on this server
	Page  string `json:"page,omitempty"`  // the visitor's own, when the link leads there
	First int64  `json:"first,omitempty"` // transcript: from this seq
	Last  int64  `json:"last,omitempty"`  // to this one
}

func (r mailRow) read() (d details, err error) {
	err = json.Unmarshal([]byte(r.Details), &d)
	return d, err
}

// insertMail queues a mail; queued is false when the same one waits already.
func insertMail(ctx context.Context, tx *storage.Tx, r mailRow) (queued bool, err error) {
	res, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// settle writes how a try ended, unless the lease was over and another one began.
func settle(ctx context.Context, tx *storage.Tx, r mailRow) error {
	_, err := tx.NewUpdate().Model(&r).Column("state", "due_at", "error", "details", "seq").WherePK().
		Where("state = ?", stateQueued).Where("tries = ?", r.Tries).Exec(ctx)
	return err
}

// lastMissed is the newest answer a visitor got a mail about, or is to get one.
func lastMissed(ctx context.Context, tx *storage.Tx, conversation int64) (seq int64, err error) {
	err = tx.NewRaw(`SELECT COALESCE(MAX(seq), 0) FROM mails WHERE conversation_id = ? AND kind = ? AND state <> ?`,
		conversation, kindMissed, stateDropped).Scan(ctx, &seq)
	return seq, err
}

// recentBy and recentTo count the mails of a kind since a time that somebody asked for, and that went to an address.
func recentBy(ctx context.Context, tx *storage.Tx, person int64, kind string, since time.Time) (n int, err error) {
	err = tx.NewRaw(`SELECT COUNT(*) FROM mails WHERE person_id = ? AND kind = ? AND created_at > ?`, person, kind, since).Scan(ctx, &n)
	return n, err
}

func recentTo(ctx context.Context, tx *storage.Tx, address, kind string, since time.Time) (n int, err error) {
	err = tx.NewRaw(`SELECT COUNT(*) FROM mails WHERE address = ? AND kind = ? AND created_at > ?`, address, kind, since).Scan(ctx, &n)
	return n, err
}

// stopped tells whether somebody wants no more mails of a site.
func stopped(ctx context.Context, q bun.IDB, site int64, address string) (bool, error) {
	var n int
	err := q.NewRaw(`SELECT COUNT(*) FROM mail_stops WHERE site_id = ? AND address = ?`, site, address).Scan(ctx, &n)
	return n > 0, err
}

func byStop(ctx context.Context, q bun.IDB, stop string) (mailRow, error) {
	var row mailRow
	err := q.NewSelect().Model(&row).Where("m.stop = ?", stop).Scan(ctx)
	return row, storage.Found(err, "link")
}

func insertStop(ctx context.Context, tx *storage.Tx, site int64, address string, now time.Time) error {
	_, err := tx.NewRaw(`INSERT INTO mail_stops (site_id, address, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, site, address, now).Exec(ctx)
	return err
}

// countMails counts the mails of the sites in a state.
func countMails(ctx context.Context, q bun.IDB, sites []int64, state string) (n int, err error) {
	err = q.NewRaw(`SELECT COUNT(*) FROM mails WHERE site_id IN (?) AND state = ?`, bun.List(sites), state).Scan(ctx, &n)
	return n, err
}

// troubled lists the mails of the sites in a state whose last try failed, newest first.
func troubled(ctx context.Context, q bun.IDB, sites []int64, state string, before, limit int64) ([]mailRow, error) {
	var rows []mailRow
	s := q.NewSelect().Model(&rows).Where("m.site_id IN (?)", bun.List(sites)).Where("m.state = ?", state).Where("m.error <> ''").
		OrderExpr("m.id DESC").Limit(limit)
	if before > 0 {
		s = s.Where("m.id < ?", before)
	}
	err := s.Scan(ctx)
	return rows, err
}

// requeue gives a failed mail of the sites new time; NotFound when there is none.
func requeue(ctx context.Context, tx *storage.Tx, sites []int64, id int64, now time.Time) (row mailRow, err error) {
	err = tx.NewRaw(`
		UPDATE mails SET state = ?, tries = 0, due_at = ?, created_at = ? WHERE id = ? AND site_id IN (?) AND state = ?
		RETURNING *`, stateQueued, now, now, id, bun.List(sites), stateFailed).Scan(ctx, &row)
	return row, storage.Found(err, "mail")
}

// failQueued ends every mail that waits.
func failQueued(ctx context.Context, tx *storage.Tx, why string, now time.Time) error {
	_, err := tx.NewRaw(`UPDATE mails SET state = ?, error = ?, due_at = ? WHERE state = ?`, stateFailed, why, now, stateQueued).Exec(ctx)
	return err
}
