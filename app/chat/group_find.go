package chat

import (
	"context"
	"strings"

	"github.com/uptrace/bun"
)

// NameIn is what a group is called.
func (s *Service) NameIn(ctx context.Context, r bun.IDB, group int64) (string, error) {
	c, err := conversation(ctx, r, group)
	return c.Name, err
}

// GroupFilter says which groups of members are meant. What is dissolved is found by nobody, and what takes
// nobody in only by its number.
type GroupFilter struct {
	Name   string
	Number int64
	Before int64
	Limit  int
	All    bool // whatever they take in: for the back office
	Over   bool // those that were dissolved, instead of those that were not
}

// FoundGroup is a group as one who looks for it sees it.
type FoundGroup struct {
	Header
	Joined bool `json:"joined"`
}

// FindGroups reads groups of members, the newest first.
func (s *Service) FindGroups(ctx context.Context, me int64, f GroupFilter) ([]FoundGroup, error) {
	q := `
		SELECT ` + headerOf + `, COALESCE(m.role, '') AS role FROM conversations c
			LEFT JOIN members m ON m.conversation_id = c.id AND m.person_id = ? AND m.left_seq IS NULL
		WHERE c.number <> 0`
	args := []any{me}
	switch {
	case f.Number != 0:
		q, args = q+` AND c.number = ?`, append(args, f.Number)
	case !f.All:
		q += ` AND c.join_rule <> 'invite'`
	}
	if f.Over {
		q += ` AND c.dissolved_at IS NOT NULL`
	} else {
		q += ` AND c.dissolved_at IS NULL`
	}
	if f.Name != "" {
		q, args = q+` AND LOWER(c.name) LIKE ? ESCAPE '!'`, append(args, Like(strings.ToLower(f.Name)))
	}
	if f.Before != 0 {
		q, args = q+` AND c.id < ?`, append(args, f.Before)
	}
	var rows []briefRow
	err := s.db.R.NewRaw(q+` ORDER BY c.id DESC LIMIT ?`, append(args, f.Limit)...).Scan(ctx, &rows)
	found := []FoundGroup{}
	for _, row := range rows {
		found = append(found, FoundGroup{Header: row.header(), Joined: row.Role != ""})
	}
	return found, err
}

// Like is a pattern that finds a text anywhere, with ! as its escape.
func Like(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}
