package contacts

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/storage"
)

const (
	longestLink = 30 * 24 // hours
	mostLinks   = 20      // of one group at a time
)

var errLink = fault.New(fault.NotFound, "link not found")

// Link is an address by which whoever has it comes into a group until it ends or is used up; with Approval he
// applies instead, and owner and admins decide. Token is told once, to who made it. MostUses 0: as many as like.
type Link struct {
	ID        int64     `json:"id" bun:"id"`
	Token     string    `json:"token,omitempty" bun:"-"`
	ByID      int64     `json:"by_id" bun:"by_id"`
	Approval  bool      `json:"approval" bun:"approval"`
	MostUses  int64     `json:"most_uses" bun:"most_uses"`
	Uses      int64     `json:"uses" bun:"uses"`
	ExpiresAt time.Time `json:"expires_at" bun:"expires_at"`
}

// NewLink is a link as somebody wants it.
type NewLink struct {
	Hours    int   `json:"hours" minimum:"1" maximum:"720"`
	Approval bool  `json:"approval,omitempty"`
	MostUses int64 `json:"most_uses,omitempty" minimum:"0" maximum:"10000"`
}

// MakeLink makes a link into a group, for its owner and admins. Links end with the role of nobody: they are
// ended by EndLink and EndLinks, by time, or by use.
func (s *Service) MakeLink(ctx context.Context, me, group int64, n NewLink) (l Link, err error) {
	l = Link{ID: s.ids.Next(), Token: id.Token(), ByID: me, Approval: n.Approval, MostUses: n.MostUses,
		ExpiresAt: s.time().Add(time.Duration(min(n.Hours, longestLink)) * time.Hour)}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := s.managesTx(ctx, tx, me, group); err != nil {
			return err
		}
		have, err := tx.Numbers(ctx, `SELECT id FROM group_links l WHERE conversation_id = ? AND `+linkHolds, group, storage.Time{Time: s.time()})
		if err != nil || len(have) >= mostLinks {
			return orElse(err, fault.New(fault.Conflict, "there are too many links into this group: end them first"))
		}
		approval := 0
		if l.Approval {
			approval = 1
		}
		_, err = tx.NewRaw(`INSERT INTO group_links (token_hash, conversation_id, by_id, expires_at, id, approval, most_uses) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id.Hash(l.Token), group, me, l.ExpiresAt, l.ID, approval, l.MostUses).Exec(ctx)
		return err
	})
	return l, err
}

// linkHolds is true of a link l that leads somewhere at a moment.
const linkHolds = `l.expires_at > ? AND (l.most_uses = 0 OR l.uses < l.most_uses)`

// LinkList are the links into a group, the latest first, and who made them.
type LinkList struct {
	Links  []Link          `json:"links"`
	People []people.Person `json:"people"`
}

// Links lists what leads into a group, for its owner and admins; without the tokens, which nobody has any more.
func (s *Service) Links(ctx context.Context, me, group int64) (a LinkList, err error) {
	role, err := s.chat.RoleOf(ctx, group, me)
	if err != nil || mayAnswer(forGroup, pending, false, role) != nil {
		return a, orElse(err, fault.New(fault.NotFound, "group not found"))
	}
	a.Links = []Link{}
	err = s.db.R.NewRaw(`
		SELECT l.id, l.by_id, l.approval <> 0 AS approval, l.most_uses, l.uses, l.expires_at FROM group_links l
		WHERE l.conversation_id = ? AND `+linkHolds+` ORDER BY l.id DESC LIMIT ?`, group, s.time(), mostLinks).Scan(ctx, &a.Links)
	if err != nil {
		return a, err
	}
	var makers []int64
	for i, l := range a.Links {
		a.Links[i].ExpiresAt, makers = l.ExpiresAt.UTC(), append(makers, l.ByID)
	}
	a.People, err = s.named(ctx, s.db.R, makers)
	return a, err
}

// EndLinks ends all links into a group, EndLink one of them.
func (s *Service) EndLinks(ctx context.Context, me, group int64) error {
	return s.endLinks(ctx, me, group, `DELETE FROM group_links WHERE conversation_id = ?`, group)
}

// EndLink ends one link into a group; one that is over already is none.
func (s *Service) EndLink(ctx context.Context, me, group, link int64) error {
	return s.endLinks(ctx, me, group, `DELETE FROM group_links WHERE conversation_id = ? AND id = ?`, group, link)
}

func (s *Service) endLinks(ctx context.Context, me, group int64, statement string, args ...any) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := s.managesTx(ctx, tx, me, group); err != nil {
			return err
		}
		return tx.Do(ctx, statement, args...)
	})
}

// LinkLook is where a link leads, for who has it and has not used it yet.
type LinkLook struct {
	Group    chat.FoundGroup `json:"group"`
	Approval bool            `json:"approval"`
}

// LookAtLink tells where a link leads. A wrong, a late and a used-up one are answered alike.
func (s *Service) LookAtLink(ctx context.Context, me int64, token string) (a LinkLook, err error) {
	var found struct {
		Number   int64
		Approval bool
	}
	err = s.db.R.NewRaw(`
		SELECT c.number, l.approval <> 0 AS approval FROM group_links l JOIN conversations c ON c.id = l.conversation_id
		WHERE l.token_hash = ? AND `+linkHolds, id.Hash(token), s.time()).Scan(ctx, &found)
	if err := storage.Found(err, "link"); err != nil {
		return a, err
	}
	groups, err := s.chat.FindGroups(ctx, me, chat.GroupFilter{Number: found.Number, Limit: 1})
	if err != nil || len(groups) == 0 {
		return a, orElse(err, errLink) // it was dissolved
	}
	return LinkLook{Group: groups[0], Approval: found.Approval}, nil
}

// JoinByLink comes into a group by a link, or applies, as the link wants, whatever the group's own rule says. Who is
// in stays, and uses nothing up. A wrong, a late and a used-up link are answered alike.
func (s *Service) JoinByLink(ctx context.Context, me int64, token, note string) (j Joining, err error) {
	if note, err = line("note", note, longestNote); err != nil {
		return j, err
	}
	if _, err := s.people.Member(ctx, me); err != nil {
		return j, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		j, err = s.linkTx(ctx, tx, me, token, note)
		return err
	})
	if storage.IsUnique(err) {
		err = errAsked
	}
	return j, err
}

func (s *Service) linkTx(ctx context.Context, tx *storage.Tx, me int64, token, note string) (j Joining, err error) {
	var group int64
	err = tx.NewRaw(`SELECT conversation_id FROM group_links l WHERE l.token_hash = ? AND l.expires_at > ?`, id.Hash(token), s.time()).Scan(ctx, &group)
	if err := storage.Found(err, "link"); err != nil {
		return j, err
	}
	h, role, err := s.chat.GroupTx(ctx, tx, group, me)
	if err != nil || role != "" {
		return Joining{Group: &h}, err
	}
	var approval bool
	err = tx.NewRaw(`UPDATE group_links AS l SET uses = l.uses + 1 WHERE l.token_hash = ? AND `+linkHolds+` RETURNING approval <> 0`, id.Hash(token), s.time()).Scan(ctx, &approval)
	if errors.Is(err, sql.ErrNoRows) {
		return j, errLink
	}
	if err != nil {
		return j, err
	}
	if approval {
		r, err := s.applyTx(ctx, tx, me, h, note)
		return Joining{Request: &r}, err
	}
	h, err = s.joinTx(ctx, tx, group, me)
	return Joining{Group: &h}, err
}
