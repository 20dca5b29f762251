package chat

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

// Roles of members. A visitor's and an agent's are those of a live conversation.
const (
	RoleOwner  = "owner"
	RoleAdmin  = "admin"
	RoleMember = "member"
)

const (
	longestName = 64

	// namesShown is how many people a line names before it only counts.
	namesShown = 3
)

// Founding is a group as its founder asks for it. SiteID is the site on which all of them work; 0: the first
// one. ClientID makes it safe to ask again.
type Founding struct {
	ClientID string
	Name     string
	People   []int64
	SiteID   int64
}

// Found makes a group of the founder and colleagues, in one write. The same client id again finds the group it
// made; with other people or another name it is a Conflict. Faults: Invalid, NotFound (somebody is no colleague
// on a common site), Conflict.
func (s *Service) Found(ctx context.Context, by int64, f Founding) (Header, error) {
	name, err := groupName(f.Name)
	if err != nil {
		return Header{}, err
	}
	f.Name, f.People = name, others(f.People, by)
	if len(f.People) >= s.settings.Current().Chat.MaxGroup {
		return Header{}, errTooMany
	}
	var c Conversation
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		c, err = s.foundTx(ctx, tx, by, f)
		return err
	})
	if storage.IsUnique(err) {
		c, err = s.foundBefore(ctx, by, f)
	}
	return c.header(), err
}

func (s *Service) foundTx(ctx context.Context, tx *storage.Tx, by int64, f Founding) (Conversation, error) {
	row := conversationRow{ID: s.ids.Next(), Kind: Group, OwnerID: by, Name: f.Name, UpdatedAt: s.time()}
	if err := insertFounding(ctx, tx, by, f, row.ID); err != nil {
		return Conversation{}, err
	}
	common, err := s.people.CommonSitesTx(ctx, tx, append(slices.Clone(f.People), by))
	if err != nil {
		return Conversation{}, err
	}
	if f.SiteID == 0 && len(common) > 0 {
		row.SiteID = common[0]
	} else if row.SiteID = f.SiteID; !slices.Contains(common, f.SiteID) {
		return Conversation{}, errNobody
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Conversation{}, err
	}
	c, err := number(ctx, tx, row.ID, row.UpdatedAt)
	if err != nil {
		return Conversation{}, err
	}
	a := act{by: by, key: "group.made", joined: []memberRow{newPlace(c, by, RoleOwner)}}
	for _, person := range f.People {
		a.joined = append(a.joined, newPlace(c, person, RoleMember))
	}
	c.MemberCount = int64(len(a.joined))
	names, err := s.namesTx(ctx, tx, by)
	if err != nil {
		return Conversation{}, err
	}
	a.args = map[string]string{"by": names["people"], "name": f.Name}
	return c, s.actTx(ctx, tx, c, a)
}

// foundBefore answers a retry with the group as it is now, and with no more than its id one who is out of it.
func (s *Service) foundBefore(ctx context.Context, by int64, f Founding) (Conversation, error) {
	asked, id, err := founding(ctx, s.db.R, by, f.ClientID)
	if err != nil {
		return Conversation{}, err
	}
	if asked != f.hash() {
		return Conversation{}, fault.New(fault.Conflict, "this group id was used for another group")
	}
	m, err := membership(ctx, s.db.R, id, by)
	if err != nil || m.LeftSeq != nil {
		return Conversation{ID: id, Kind: Group}, err
	}
	return conversation(ctx, s.db.R, id)
}

// Rename gives a group another name. Faults of this and of everything below: Invalid, NotFound (no group one is
// in), Denied, Conflict (dissolved). What is so already changes nothing and is no fault, so all of it may be
// asked again.
func (s *Service) Rename(ctx context.Context, by, group int64, name string) (Header, error) {
	name, err := groupName(name)
	if err != nil {
		return Header{}, err
	}
	return s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, c Conversation, st standing) (*act, error) {
		if err := st.may(toRename, ""); err != nil || c.Name == name {
			return nil, err
		}
		return &act{key: "group.renamed", args: map[string]string{"name": name}, name: name}, nil
	})
}

// Invite brings colleagues in; who is in already is passed over. They see what is said from now on, also when
// they were in before.
func (s *Service) Invite(ctx context.Context, by, group int64, invited []int64) (Header, error) {
	invited = others(invited, by)
	return s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, c Conversation, st standing) (*act, error) {
		if err := st.may(toInvite, ""); err != nil {
			return nil, err
		}
		known, err := placesOf(ctx, tx, group, invited)
		if err != nil {
			return nil, err
		}
		var fresh []int64
		for _, person := range invited {
			if m, ok := known[person]; !ok || m.LeftSeq != nil {
				fresh = append(fresh, person)
			}
		}
		if len(fresh) == 0 {
			return nil, nil
		}
		if int(c.MemberCount)+len(fresh) > s.settings.Current().Chat.MaxGroup {
			return nil, errTooMany
		}
		if common, err := s.people.CommonSitesTx(ctx, tx, fresh); err != nil || !slices.Contains(common, c.SiteID) {
			return nil, orElse(err, errNobody)
		}
		args, err := s.namesTx(ctx, tx, fresh...)
		a := act{key: "group.added", args: args}
		for _, person := range fresh {
			m := memberRow{ConversationID: group, PersonID: person, Role: RoleMember, ReadSeq: known[person].ReadSeq, ReceivedSeq: known[person].ReceivedSeq}
			a.joined = append(a.joined, m)
		}
		return &a, err
	})
}

// Remove puts a member out: the owner anybody else, an admin those who are neither.
func (s *Service) Remove(ctx context.Context, by, group, person int64) error {
	_, err := s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, _ Conversation, st standing) (*act, error) {
		m, err := membership(ctx, tx, group, person)
		if fault.Is(err, fault.NotFound) {
			return nil, orElse(st.may(toRemove, RoleMember), errNobody)
		}
		if err != nil {
			return nil, err
		}
		if err := st.may(toRemove, m.Role); err != nil || m.LeftSeq != nil {
			return nil, err
		}
		args, err := s.namesTx(ctx, tx, person)
		return &act{key: "group.removed", args: args, left: []memberRow{m}}, err
	})
	return err
}

// Leave gives up one's own place. The owner hands the group over first, or dissolves it.
func (s *Service) Leave(ctx context.Context, by, group int64) error {
	_, err := s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, c Conversation, st standing) (*act, error) {
		if st.role == "" {
			m, err := membership(ctx, tx, group, by)
			if err == nil && m.LeftSeq != nil && c.Kind == Group {
				return nil, nil // he has left: perhaps the answer was lost
			}
			return nil, errNotIn
		}
		if err := st.may(toLeave, ""); err != nil {
			return nil, err
		}
		m, err := membership(ctx, tx, group, by)
		return &act{key: "group.left", left: []memberRow{m}}, err
	})
	return err
}

// Appoint makes a member an admin or a member again, or hands the group over to him: then its owner until now
// is an admin.
func (s *Service) Appoint(ctx context.Context, by, group, person int64, role string) (Header, error) {
	return s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, _ Conversation, st standing) (*act, error) {
		m, err := membership(ctx, tx, group, person)
		switch {
		case fault.Is(err, fault.NotFound), err == nil && m.LeftSeq != nil:
			return nil, orElse(st.may(toAppoint, ""), errNobody)
		case err != nil:
			return nil, err
		case m.Role == role && st.role != "":
			return nil, nil
		}
		if err := st.may(toAppoint, m.Role); err != nil {
			return nil, err
		}
		if m.Role == RoleOwner {
			return nil, errOwnerStays
		}
		args, err := s.namesTx(ctx, tx, person)
		if err != nil {
			return nil, err
		}
		m.Role = role
		a := act{key: "group." + role, args: args, changed: []memberRow{m}}
		if role == RoleOwner {
			mine, err := membership(ctx, tx, group, by)
			if err != nil {
				return nil, err
			}
			mine.Role = RoleAdmin
			a.changed = append(a.changed, mine)
		}
		return &a, nil
	})
}

// Dissolve ends a group: its members keep what was said, and nothing more is said there.
func (s *Service) Dissolve(ctx context.Context, by, group int64) error {
	_, err := s.inGroup(ctx, by, group, func(_ context.Context, _ *storage.Tx, c Conversation, st standing) (*act, error) {
		if c.Dissolved && st.role == RoleOwner {
			return nil, nil
		}
		if err := st.may(toDissolve, ""); err != nil {
			return nil, err
		}
		return &act{key: "group.dissolved", dissolved: true}, nil
	})
	return err
}

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
	c, err := number(ctx, tx, c.ID, s.time())
	if err != nil {
		return c, err
	}
	for i := range a.joined {
		a.joined[i].JoinSeq, a.joined[i].Version = c.Seq, c.Version
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
	}
	name, err := s.namesTx(ctx, tx, by)
	if err != nil {
		return c, err
	}
	if a.args == nil {
		a.args = map[string]string{}
	}
	a.by, a.args["by"] = by, name["people"]
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

var errTooMany = fault.New(fault.Conflict, "the group would have too many members")

func groupName(typed string) (string, error) {
	name := sites.OneLine(typed)
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "the group needs a name").With("name", "the group needs a name")
	case utf8.RuneCountInString(name) > longestName:
		return "", fault.New(fault.Invalid, "the name of the group is too long").With("name", "the name of the group is too long")
	}
	return name, nil
}

// others is who else is meant, each once, by id: the order in which people are locked.
func others(ids []int64, me int64) []int64 {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == me })
	slices.Sort(ids)
	return slices.Compact(ids)
}
