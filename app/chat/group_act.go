package chat

import (
	"context"
	"strconv"
	"strings"

	"ichat/app/fault"
	"ichat/storage"
)

// inGroup does one act in a group: decide looks at it under its lock and says what to do, nil for nothing.
func (s *Service) inGroup(ctx context.Context, by, group int64, decide func(context.Context, *storage.Tx, Conversation, standing) (*act, error)) (Header, error) {
	var c Conversation
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if c, err = lock(ctx, tx, group); err != nil {
			return err
		}
		st, err := s.standingTx(ctx, tx, c, by)
		if err != nil {
			return err
		}
		if c.Kind != Group {
			return errNotIn
		}
		a, err := decide(ctx, tx, c, st)
		if err != nil || a == nil {
			return err
		}
		c, err = s.groupActTx(ctx, tx, by, c, *a)
		return err
	})
	return c.header(), err
}

// groupActTx numbers a group for an act, stamps its places, and does it.
func (s *Service) groupActTx(ctx context.Context, tx *storage.Tx, by int64, c Conversation, a act) (Conversation, error) {
	before, err := c, error(nil)
	if a.key == "" {
		c, err = bump(ctx, tx, c.ID)
	} else {
		c, err = number(ctx, tx, c.ID, s.time())
	}
	if err != nil {
		return c, err
	}
	for i := range a.joined {
		a.joined[i].JoinSeq, a.joined[i].Version = before.Seq+1, c.Version // the line about it, or what comes next
	}
	for i := range a.left {
		a.left[i].LeftSeq, a.left[i].Version = &c.Seq, c.Version
	}
	for i := range a.changed {
		a.changed[i].Version = c.Version
	}
	c.MemberCount += int64(len(a.joined) - len(a.left))
	c.Dissolved = c.Dissolved || a.dissolved
	if a.name != "" {
		c.Name = a.name
		if c.Number != 0 {
			if err := nameTx(ctx, tx, c); err != nil {
				return c, err
			}
		}
	}
	if a.info != nil {
		c.Info = *a.info
	}
	if a.announced {
		c.NoticeVersion, c.NoticeBy, c.NoticeAt = c.Version, by, c.at
	}
	if a.by = by; a.key != "" {
		name, err := s.namesTx(ctx, tx, by)
		if err != nil {
			return c, err
		}
		if a.args == nil {
			a.args = map[string]string{}
		}
		a.args["by"] = name["people"]
	}
	return c, s.actTx(ctx, tx, c, a)
}

// standingTx reads what decides over the deeds of a person.
func (s *Service) standingTx(ctx context.Context, tx *storage.Tx, c Conversation, person int64) (standing, error) {
	st := standing{kind: c.Kind, dissolved: c.Dissolved}
	m, err := membership(ctx, tx, c.ID, person)
	if fault.Is(err, fault.NotFound) || err == nil && m.LeftSeq != nil {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	st.role = m.Role
	st.works, err = s.worksTx(ctx, tx, c, person)
	return st, err
}

// namesTx words people for a line: the first few by name, with how many they are.
func (s *Service) namesTx(ctx context.Context, tx *storage.Tx, ids ...int64) (map[string]string, error) {
	shown, err := s.people.PeopleIn(ctx, tx, ids[:min(len(ids), namesShown)])
	var names []string
	for _, id := range ids[:min(len(ids), namesShown)] {
		names = append(names, shown[id].Name)
	}
	return map[string]string{"people": strings.Join(names, ", "), "count": strconv.Itoa(len(ids))}, err
}
