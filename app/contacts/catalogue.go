package contacts

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/storage"
)

const mostCategories = 50

var (
	errCategory   = fault.New(fault.NotFound, "this category is not there any more")
	errCategories = fault.New(fault.Conflict, "there are too many categories")
	errSameName   = fault.New(fault.Conflict, "there is a category of this name already").With("name", "there is a category of this name already")
	errReorder    = fault.New(fault.Conflict, "the list has changed meanwhile: load it again")
)

// entry is one of a catalogue. Shown is what it is called, or what stands for it where it has no name.
type entry interface {
	key() int64
	named() string
	shown() string
}

// catalogue is a list of categories that the owners of the server keep: its table, the word its acts begin with in the audit log,
// and how it is read, in order.
type catalogue[E entry] struct {
	table string
	acts  string
	read  func(ctx context.Context, r bun.IDB) ([]E, error)
}

// change is one change of the list by an owner of the server, one after the other. It answers the list as it is then.
func (c catalogue[E]) change(ctx context.Context, s *Service, by int64, do func(ctx context.Context, tx *storage.Tx, have []E) (audit.Entry, error)) (list []E, err error) {
	if err := s.office(ctx, by); err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := tx.Do(ctx, `UPDATE `+c.table+` SET position = position`); err != nil { // who changes the list next waits
			return err
		}
		have, err := c.read(ctx, tx)
		if err != nil {
			return err
		}
		e, err := do(ctx, tx, have)
		if err != nil {
			return err
		}
		e.By, e.Action = by, c.acts+e.Action
		if err := s.audit.WriteTx(ctx, tx, e); err != nil {
			return err
		}
		list, err = c.read(ctx, tx)
		return err
	})
	return list, err
}

// sort puts all of them in another order.
func (c catalogue[E]) sort(ctx context.Context, s *Service, by int64, order []int64) ([]E, error) {
	return c.change(ctx, s, by, func(ctx context.Context, tx *storage.Tx, have []E) (audit.Entry, error) {
		was := make([]int64, len(have))
		for i, e := range have {
			was[i] = e.key()
		}
		if slices.Sort(was); !slices.Equal(slices.Sorted(slices.Values(order)), was) {
			return audit.Entry{}, errReorder
		}
		var before, after []string
		for i, id := range order {
			e, err := find(have, id)
			if err != nil {
				return audit.Entry{}, err
			}
			before, after = append(before, have[i].shown()), append(after, e.shown())
			if err := tx.Do(ctx, `UPDATE `+c.table+` SET position = ? WHERE id = ?`, i+1, id); err != nil {
				return audit.Entry{}, err
			}
		}
		changes := []audit.Change{{Field: "order", Old: strings.Join(before, ", "), New: strings.Join(after, ", ")}}
		return audit.Entry{Action: "sort", Target: strings.Join(after, ", "), Changes: changes}, nil
	})
}

// find is the one with this id.
func find[E entry](have []E, id int64) (found E, err error) {
	i := slices.IndexFunc(have, func(e E) bool { return e.key() == id })
	if i < 0 {
		return found, errCategory
	}
	return have[i], nil
}

// called tells whether another one than this has a name.
func called[E entry](have []E, name string, but int64) bool {
	return slices.ContainsFunc(have, func(e E) bool { return e.key() != but && strings.EqualFold(e.named(), name) })
}
