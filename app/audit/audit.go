// Package audit keeps who did what, when and from where: one row for every administrative act, written in
// the transaction of the act itself, so that neither is there without the other. Rows are never changed.
//
// The room stands below everybody who acts and knows none of them: who a person is comes by a hook, what was
// done by a stable key of the caller's.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/id"
	"ichat/storage"
)

// Entry is an act, as the room in which it happens describes it.
type Entry struct {
	By       int64  // 0: the server's own command line
	Action   string // a stable key such as `agent.invite`
	Site     int64  // 0: the whole server
	TargetID int64
	Target   string // what it was done to, in words that outlive it: a name, an address
	Changes  []Change
}

// Log keeps the acts.
type Log struct {
	db      *storage.DB
	ids     *id.Source
	now     func() time.Time
	address func(context.Context) string
	name    func(ctx context.Context, r bun.IDB, person int64) (string, error)
	owns    func(ctx context.Context, person, site int64) (bool, error)
}

// New makes the log. address tells from where the request in ctx came; "" for none.
func New(db *storage.DB, ids *id.Source, now func() time.Time, address func(context.Context) string) *Log {
	return &Log{db: db, ids: ids, now: now, address: address,
		name: func(context.Context, bun.IDB, int64) (string, error) { return "", nil },
		owns: func(context.Context, int64, int64) (bool, error) { return false, nil }}
}

// NamedBy tells the log how people are called, and OwnedBy who owns what: a floor above knows them.
func (l *Log) NamedBy(name func(ctx context.Context, r bun.IDB, person int64) (string, error)) {
	l.name = name
}

// OwnedBy tells the log who may read it.
func (l *Log) OwnedBy(owns func(ctx context.Context, person, site int64) (bool, error)) {
	l.owns = owns
}

// WriteTx keeps an act in the write that does it. Whoever acts is named as he is called now, so an act of a
// person who is made in the same write comes after he is.
func (l *Log) WriteTx(ctx context.Context, tx *storage.Tx, e Entry) error {
	r := row{ID: l.ids.Next(), SiteID: e.Site, PersonID: e.By, Action: e.Action, TargetID: e.TargetID, Target: e.Target,
		Address: l.address(ctx), At: l.now().UTC().Truncate(time.Microsecond)}
	if e.By != 0 {
		var err error
		if r.Person, err = l.name(ctx, tx, e.By); err != nil {
			return fmt.Errorf("name person %d for the audit log: %w", e.By, err)
		}
	}
	changes, err := json.Marshal(orNone(e.Changes))
	if err != nil {
		panic(err) // strings only
	}
	r.Changes = string(changes)
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return err
}

// orNone makes a list that is null in no JSON.
func orNone(changes []Change) []Change {
	if changes == nil {
		return []Change{}
	}
	return changes
}
