package chat

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"ichat/app/people"
	"ichat/storage"
)

// NameIn is what a group is called.
func (s *Service) NameIn(ctx context.Context, r bun.IDB, group int64) (string, error) {
	c, err := conversation(ctx, r, group)
	return c.Name, err
}

// GroupFilter says which groups of members are meant. What is dissolved is found by nobody, and what takes
// nobody in only by its number.
type GroupFilter struct {
	Name     string
	Number   int64
	Category int64
	Before   int64
	Limit    int
	All      bool // whatever they take in: for the back office
	Over     bool // those that were dissolved, instead of those that were not
}

// FoundGroup is a group as one who looks for it sees it.
type FoundGroup struct {
	Header
	Joined bool `json:"joined"`
}

// FindGroups reads groups of members, the newest first.
func (s *Service) FindGroups(ctx context.Context, me int64, f GroupFilter) ([]FoundGroup, error) {
	found := []FoundGroup{}
	folded, gram := people.Folded(f.Name), int64(0)
	if folded != "" {
		narrowed, none, err := people.GroupNames.Narrow(ctx, s.db.R, folded)
		if err != nil || none {
			return found, err
		}
		gram = narrowed
	}
	q, args := f.query(me, folded, gram)
	var rows []briefRow
	err := s.db.R.NewRaw(q, args...).Scan(ctx, &rows)
	for _, row := range rows {
		h := row.header()
		if row.Role == "" && !f.All {
			h.Notice, h.Announced = "", Announced{} // for its members
		}
		found = append(found, FoundGroup{Header: h, Joined: row.Role != ""})
	}
	return found, err
}

// query is the statement behind FindGroups: by number, from the index of names, or the newest.
func (f GroupFilter) query(me int64, folded string, gram int64) (q string, args []any) {
	from, id := `FROM conversations c`, `c.id`
	if folded != "" {
		from, id = `FROM group_grams g JOIN conversations c ON c.id = g.id`, `g.id`
	}
	q, args = `SELECT `+headerOf+`, COALESCE(m.role, '') AS role `+from+`
			LEFT JOIN members m ON m.conversation_id = c.id AND m.person_id = ? AND m.left_seq IS NULL
		WHERE c.number <> 0`, []any{me}
	also := func(cond string, value ...any) { q, args = q+` AND `+cond, append(args, value...) }
	switch {
	case f.Number != 0:
		also(`c.number = ?`, f.Number)
	case !f.All:
		also(`c.join_rule <> 'invite'`)
	}
	if f.Over {
		also(`c.dissolved_at IS NOT NULL`)
	} else {
		also(`c.dissolved_at IS NULL`)
	}
	if f.Category != 0 {
		also(`c.category <> 0 AND c.category = ?`, f.Category)
	}
	if folded != "" {
		also(`g.gram = ?`, gram)
		also(`c.folded LIKE ? ESCAPE '!'`, Like(folded))
	}
	if f.Before != 0 {
		also(id+` < ?`, f.Before)
	}
	return q + ` ORDER BY ` + id + ` DESC LIMIT ?`, append(args, f.Limit)
}

// CountByCategory counts the groups that are found, for each category that has some.
func (s *Service) CountByCategory(ctx context.Context, r bun.IDB) (map[int64]int, error) {
	var rows []struct {
		Category int64 `bun:"category"`
		N        int   `bun:"n"`
	}
	err := r.NewRaw(`SELECT category, COUNT(*) AS n FROM conversations WHERE category <> 0 AND dissolved_at IS NULL AND join_rule <> 'invite' GROUP BY category`).Scan(ctx, &rows)
	counts := map[int64]int{}
	for _, row := range rows {
		counts[row.Category] = row.N
	}
	return counts, err
}

// nameSlice is how many groups one write of IndexNames takes.
const nameSlice = 200

// IndexNames finds the groups of members whose names no index knows: those of before there was one, and those an
// older program made while nodes were replaced.
func (s *Service) IndexNames(ctx context.Context) error {
	for after := int64(0); ; {
		ids := []int64{}
		err := s.db.R.NewRaw(`SELECT id FROM conversations WHERE number <> 0 AND folded = '' AND id > ? ORDER BY id LIMIT ?`, after, nameSlice).Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		err = s.db.Write(storage.Unhurried(ctx), func(ctx context.Context, tx *storage.Tx) error {
			for _, id := range ids {
				if c, err := lock(ctx, tx, id); err != nil {
					return err
				} else if err := nameTx(ctx, tx, c); err != nil {
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

// nameTx lets a group of members be found by what it is called now. It joins a write that holds the group's lock.
func nameTx(ctx context.Context, tx *storage.Tx, c Conversation) error {
	var was string
	folded := people.Folded(c.Name)
	if err := tx.One(ctx, `SELECT folded FROM conversations WHERE id = ?`, []any{c.ID}, &was); err != nil {
		return err
	}
	if err := tx.Do(ctx, `UPDATE conversations SET folded = ? WHERE id = ?`, folded, c.ID); err != nil {
		return err
	}
	return people.GroupNames.PutTx(ctx, tx, c.ID, was, folded)
}

// Like is a pattern that finds a text anywhere, with ! as its escape.
func Like(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}
