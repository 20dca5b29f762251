package chat

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// editRow is what a message said until an edit: said_at is since when. The id and the hash are the edit's.
type editRow struct {
	bun.BaseModel `bun:"table:message_edits,alias:e"`

	ConversationID int64     `bun:"conversation_id,pk"`
	Seq            int64     `bun:"seq,pk"`
	Version        int64     `bun:"version,pk"`
	EditID         string    `bun:"edit_id"`
	EditHash       string    `bun:"edit_hash"`
	Was            string    `bun:"was"`
	SaidAt         time.Time `bun:"said_at"`
}

// keepWords writes down what a message says before it changes; a unique violation means that this edit
// was done before.
func keepWords(ctx context.Context, tx *storage.Tx, m messageRow, e editRow) error {
	e.ConversationID, e.Seq, e.Was, e.SaidAt = m.ConversationID, m.Seq, m.Body, m.CreatedAt
	if m.EditedAt != nil {
		e.SaidAt = *m.EditedAt
	}
	_, err := tx.NewInsert().Model(&e).Exec(ctx)
	return err
}

// reword writes what a message says now. Its hash stays that of the first words: by it a retry of the send
// is known.
func reword(ctx context.Context, tx *storage.Tx, r messageRow) error {
	_, err := tx.NewRaw(`UPDATE messages SET body = ?, alt = ?, edited_at = ?, version = ? WHERE conversation_id = ? AND seq = ?`,
		r.Body, r.Alt, r.EditedAt, r.Version, r.ConversationID, r.Seq).Exec(ctx)
	return err
}

func timesEdited(ctx context.Context, r bun.IDB, conversation, seq int64) (n int, err error) {
	err = r.NewRaw(`SELECT COUNT(*) FROM message_edits WHERE conversation_id = ? AND seq = ?`, conversation, seq).Scan(ctx, &n)
	return n, err
}

func editHash(ctx context.Context, r bun.IDB, conversation, seq int64, editID string) (hash string, err error) {
	err = r.NewRaw(`SELECT edit_hash FROM message_edits WHERE conversation_id = ? AND seq = ? AND edit_id = ?`,
		conversation, seq, editID).Scan(ctx, &hash)
	return hash, storage.Found(err, "message")
}

func editions(ctx context.Context, r bun.IDB, conversation, seq int64) ([]Edition, error) {
	var rows []editRow
	err := r.NewSelect().Model(&rows).Where("conversation_id = ? AND seq = ?", conversation, seq).Order("version").Limit(mostEdits).Scan(ctx)
	out := make([]Edition, len(rows))
	for i, row := range rows {
		var b Body
		if err := json.Unmarshal([]byte(row.Was), &b); err != nil && row.Was != "" {
			return nil, err
		}
		out[i] = Edition{Text: b.Text, At: row.SaidAt.UTC()}
	}
	return out, err
}
