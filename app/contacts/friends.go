package contacts

import (
	"context"
	"unicode/utf8"

	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

const mostFriendGroups = 50

// FriendChange names what somebody files differently about a friend.
type FriendChange struct {
	GroupID *int64  `json:"group_id,omitempty" minimum:"0"`
	Remark  *string `json:"remark,omitempty" maxLength:"256"`
}

// ChangeFriend moves a friend into another group of one's own, or calls him something else.
func (s *Service) ChangeFriend(ctx context.Context, me, friend int64, c FriendChange) (f Friend, err error) {
	if c.Remark != nil {
		if *c.Remark, err = line("remark", *c.Remark, longestRemark); err != nil {
			return f, err
		}
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if c.GroupID != nil {
			if err := ownsGroup(ctx, tx, me, *c.GroupID); err != nil {
				return err
			}
		}
		res, err := tx.NewRaw(`UPDATE friends SET group_id = COALESCE(?, group_id), remark = COALESCE(?, remark) WHERE person_id = ? AND friend_id = ?`,
			c.GroupID, c.Remark, me, friend).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orElse(err, errNobody)
		}
		list, err := s.friendsIn(ctx, tx, me, friend)
		if err != nil || len(list) == 0 {
			return orElse(err, errNobody)
		}
		f = list[0]
		return s.tellTx(ctx, tx, map[int64]Change{me: {Friends: list}})
	})
	return f, err
}

// Unfriend takes somebody off one's list; with both, oneself off his, too. What was said stays, and nothing more
// can be sent. Who is no friend is none already.
func (s *Service) Unfriend(ctx context.Context, me, friend int64, both bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := s.chat.PartTx(ctx, tx, me, friend); err != nil {
			return err
		}
		n, err := deleteFriend(ctx, tx, me, friend)
		if err != nil || n == 0 {
			return orElse(err, errNobody)
		}
		if both {
			if _, err := deleteFriend(ctx, tx, friend, me); err != nil {
				return err
			}
		}
		return s.bothTx(ctx, tx, me, friend)
	})
}

// Block keeps somebody from writing, asking and seeing whether one is there; Unblock ends that. Friends stay
// friends. Both may be asked again.
func (s *Service) Block(ctx context.Context, me, person int64) error {
	return s.block(ctx, me, person, true)
}

// Unblock is the end of Block.
func (s *Service) Unblock(ctx context.Context, me, person int64) error {
	return s.block(ctx, me, person, false)
}

func (s *Service) block(ctx context.Context, me, person int64, on bool) error {
	if me == person {
		return errSelf
	}
	if _, err := s.people.Member(ctx, me); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if _, err := s.people.MemberIn(ctx, tx, person); err != nil {
			return err
		}
		moved, err := s.chat.BlockTx(ctx, tx, me, person, on)
		if err != nil || !moved {
			return err
		}
		var change Change
		if on { // what he asked for is answered
			if change.Box, err = s.dropTx(ctx, tx, person, me); err != nil {
				return err
			}
		}
		blocked, err := blockedBy(ctx, tx, me)
		if err != nil {
			return err
		}
		his, err := s.friendsIn(ctx, tx, person, me)
		if err != nil {
			return err
		}
		for _, f := range his { // he sees no more whether one is there, and is told no other thing
			tx.After(func() { s.hub.Push([]int64{person}, presenceFrame(Presence{me, f.State, f.LastSeen})) })
		}
		mine, err := s.friendsIn(ctx, tx, me, person)
		if err != nil {
			return err
		}
		change.Blocked, change.Friends = &blocked, mine
		return s.tellTx(ctx, tx, map[int64]Change{me: change})
	})
}

// dropTx refuses what one person asked of another, and answers how that stands in the box of the other.
func (s *Service) dropTx(ctx context.Context, tx *storage.Tx, from, to int64) (items []BoxItem, err error) {
	requests, err := dropRequests(ctx, tx, from, to, s.time())
	for _, id := range requests {
		rows, err := boxOfRequest(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		held, err := s.itemsIn(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		items = append(items, held...)
	}
	return items, err
}

// AddGroup makes a group to file friends in, after those there are.
func (s *Service) AddGroup(ctx context.Context, me int64, typed string) (g FriendGroup, err error) {
	if g.Name, err = groupName(typed); err != nil {
		return g, err
	}
	err = s.inGroups(ctx, me, func(ctx context.Context, tx *storage.Tx, have []FriendGroup) error {
		if len(have) >= mostFriendGroups {
			return fault.New(fault.Conflict, "there are too many groups")
		}
		g.ID, g.Position = s.ids.Next(), int64(len(have)+1)
		return tx.Do(ctx, `INSERT INTO friend_groups (id, person_id, name, position) VALUES (?, ?, ?, ?)`, g.ID, me, g.Name, g.Position)
	})
	return g, err
}

// RenameGroup gives a group of one's own another name.
func (s *Service) RenameGroup(ctx context.Context, me, group int64, typed string) error {
	name, err := groupName(typed)
	if err != nil {
		return err
	}
	return s.inGroups(ctx, me, func(ctx context.Context, tx *storage.Tx, _ []FriendGroup) error {
		if err := ownsGroup(ctx, tx, me, group); err != nil {
			return err
		}
		return tx.Do(ctx, `UPDATE friend_groups SET name = ? WHERE id = ? AND person_id = ?`, name, group, me)
	})
}

// RemoveGroup removes a group; friends in it are in the one everybody has. The page reads them from its own copy.
func (s *Service) RemoveGroup(ctx context.Context, me, group int64) error {
	return s.inGroups(ctx, me, func(ctx context.Context, tx *storage.Tx, _ []FriendGroup) error {
		if err := ownsGroup(ctx, tx, me, group); err != nil {
			return err
		}
		if err := tx.Do(ctx, `UPDATE friends SET group_id = 0 WHERE person_id = ? AND group_id = ?`, me, group); err != nil {
			return err
		}
		return tx.Do(ctx, `DELETE FROM friend_groups WHERE id = ? AND person_id = ?`, group, me)
	})
}

// SortGroups puts one's groups into this order; those that are not named follow.
func (s *Service) SortGroups(ctx context.Context, me int64, order []int64) error {
	return s.inGroups(ctx, me, func(ctx context.Context, tx *storage.Tx, have []FriendGroup) error {
		at := map[int64]int{}
		for i, id := range order {
			at[id] = i + 1
		}
		for i, g := range have {
			position, named := at[g.ID]
			if !named {
				position = len(order) + i + 1
			}
			if err := tx.Do(ctx, `UPDATE friend_groups SET position = ? WHERE id = ? AND person_id = ?`, position, g.ID, me); err != nil {
				return err
			}
		}
		return nil
	})
}

// inGroups changes somebody's groups and tells all of them to his devices, and who is filed where.
func (s *Service) inGroups(ctx context.Context, me int64, change func(context.Context, *storage.Tx, []FriendGroup) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		have, err := groupsOf(ctx, tx, me)
		if err != nil {
			return err
		}
		if err := change(ctx, tx, have); err != nil {
			return err
		}
		now, err := groupsOf(ctx, tx, me)
		if err != nil {
			return err
		}
		c := Change{FriendGroups: &now}
		if len(now) < len(have) {
			if c.Friends, err = s.friendsIn(ctx, tx, me); err != nil {
				return err
			}
		}
		return s.tellTx(ctx, tx, map[int64]Change{me: c})
	})
}

func groupName(typed string) (string, error) {
	name := sites.OneLine(typed)
	if n := utf8.RuneCountInString(name); n == 0 || n > longestRemark {
		return "", fault.New(fault.Invalid, "the group needs a name").With("name", "must be at least 1 and at most 64 characters")
	}
	return name, nil
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
