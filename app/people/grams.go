package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ichat/storage"
)

// NameIndex is a table that finds names by any part of their fold, on both databases alike and in every script: it
// holds each run of one, two and three characters of a name, as a number. What is looked for is read from the
// rarest run it has, the newest name first, and compared in full.
type NameIndex struct{ table string }

// The indexes of what members and groups are called. A group's is the core's to keep.
var (
	MemberNames = NameIndex{"person_grams"}
	GroupNames  = NameIndex{"group_grams"}
)

const (
	longestGram = 3
	runeBits    = 21 // of one character

	// gramsWeighed is how many runs of a search are compared for which is the rarest, and gramsCounted is up to
	// how many names with a run are counted.
	gramsWeighed = 16
	gramsCounted = 500
)

// grams are the different runs of a length in a folded name.
func grams(folded string, length int) []int64 {
	runes := []rune(folded)
	var found []int64
	for i := range len(runes) - length + 1 {
		var gram int64
		for _, r := range runes[i : i+length] {
			gram = gram<<runeBits | int64(r)
		}
		found = append(found, gram)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func allGrams(folded string) (found []int64) {
	for length := range longestGram {
		found = append(found, grams(folded, length+1)...)
	}
	return found
}

// PutTx makes a name that was folded as was be found as what it is now. Empty is no name.
func (x NameIndex) PutTx(ctx context.Context, tx *storage.Tx, id int64, was, now string) error {
	if was == now {
		return nil
	}
	before, after := allGrams(was), allGrams(now)
	gone := slices.DeleteFunc(slices.Clone(before), func(g int64) bool { return slices.Contains(after, g) })
	if len(gone) > 0 {
		if _, err := tx.NewRaw(`DELETE FROM ? WHERE gram IN (?) AND id = ?`, bun.Ident(x.table), bun.List(gone), id).Exec(ctx); err != nil {
			return err
		}
	}
	if len(after) == 0 {
		return nil
	}
	var rows strings.Builder
	for i, gram := range after {
		if i > 0 {
			rows.WriteString(", ")
		}
		fmt.Fprintf(&rows, "(%d, %d)", gram, id)
	}
	_, err := tx.NewRaw(`INSERT INTO ? (gram, id) VALUES ? ON CONFLICT DO NOTHING`, bun.Ident(x.table), bun.Safe(rows.String())).Exec(ctx)
	return err
}

// Narrow is the part of a search that the index answers: names that hold what is looked for are among those with
// that gram. none says that there is no such name.
func (x NameIndex) Narrow(ctx context.Context, r bun.IDB, folded string) (gram int64, none bool, err error) {
	asked := grams(folded, min(len([]rune(folded)), longestGram))
	asked = asked[:min(len(asked), gramsWeighed)]
	if len(asked) == 1 {
		return asked[0], false, nil
	}
	var q strings.Builder
	for i, g := range asked {
		if i > 0 {
			q.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&q, "SELECT %d AS gram, (SELECT COUNT(*) FROM (SELECT 1 FROM %s WHERE gram = %d LIMIT %d) AS few) AS names", g, x.table, g, gramsCounted)
	}
	var weighed []struct{ Gram, Names int64 }
	if err := r.NewRaw(q.String()).Scan(ctx, &weighed); err != nil {
		return 0, false, fmt.Errorf("weigh names: %w", err)
	}
	rarest := weighed[0]
	for _, w := range weighed {
		if w.Names < rarest.Names {
			rarest = w
		}
	}
	return rarest.Gram, rarest.Names == 0, nil
}

// indexSlice is how many names one write of IndexNames takes.
const indexSlice = 200

// IndexNames finds the members whose names no index knows: those of before there was one, and those an older
// program made while nodes were replaced.
func (s *Service) IndexNames(ctx context.Context) error {
	for after := int64(0); ; {
		var rows []struct {
			PersonID int64
			Folded   string
		}
		err := s.db.R.NewRaw(`
			SELECT person_id, folded FROM profiles WHERE named = 0 AND folded IS NOT NULL AND person_id > ? ORDER BY person_id LIMIT ?`, after, indexSlice).Scan(ctx, &rows)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].PersonID
		err = s.db.Write(storage.Unhurried(ctx), func(ctx context.Context, tx *storage.Tx) error {
			for _, row := range rows {
				// Under its lock, and only as it still is: he may have another name by now.
				ok, err := changed(tx.NewRaw(`UPDATE profiles SET named = 1 WHERE person_id = ? AND named = 0 AND folded = ?`, row.PersonID, row.Folded).Exec(ctx))
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				if err := MemberNames.PutTx(ctx, tx, row.PersonID, "", row.Folded); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
