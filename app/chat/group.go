package chat

import (
	"context"
	"slices"
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
	Info     Info `json:",omitzero"` // of a group of members
}

// Allow tells, in the write that brings people into a group, whether they may be brought: contacts says whom
// members may bring.
type Allow func(ctx context.Context, tx *storage.Tx, fresh []int64) error

// Found makes a group of the founder and colleagues, in one write. The same client id again finds the group it
// made; with other people or another name it is a Conflict. Faults: Invalid, NotFound (somebody is no colleague
// on a common site), Conflict.
func (s *Service) Found(ctx context.Context, by int64, f Founding) (Header, error) {
	f.Info = Info{}
	return s.found(ctx, by, f, nil)
}

// FoundAmong is Found among members of the messenger, on no site: allow says who may be in it from the start,
// and whether there may be a group at all.
func (s *Service) FoundAmong(ctx context.Context, by int64, f Founding, allow Allow) (Header, error) {
	f.SiteID, f.Info.About = 0, sites.OneLine(f.Info.About)
	if utf8.RuneCountInString(f.Info.About) > longestAbout {
		return Header{}, fault.New(fault.Invalid, "this text is too long").With("about", "this text is too long")
	}
	return s.found(ctx, by, f, allow)
}

func (s *Service) found(ctx context.Context, by int64, f Founding, allow Allow) (Header, error) {
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
		c, err = s.foundTx(ctx, tx, by, f, allow)
		return err
	})
	if storage.IsUnique(err) {
		c, err = s.foundBefore(ctx, by, f)
	}
	return c.header(), err
}

func (s *Service) foundTx(ctx context.Context, tx *storage.Tx, by int64, f Founding, allow Allow) (Conversation, error) {
	row := conversationRow{ID: s.ids.Next(), Kind: Group, OwnerID: by, Name: f.Name, UpdatedAt: s.time()}
	if err := insertFounding(ctx, tx, by, f, row.ID); err != nil {
		return Conversation{}, err
	}
	var err error
	if allow == nil {
		row.SiteID, err = s.siteFor(ctx, tx, by, f)
	} else if err = allow(ctx, tx, f.People); err == nil {
		row.Avatar, row.About, row.JoinRule, row.Category = f.Info.Avatar, f.Info.About, f.Info.JoinRule, f.Info.Category
		if err = s.categorisedTx(ctx, tx, row.Category); err == nil {
			row.Number, err = freeNumber(ctx, tx)
		}
	}
	if err != nil {
		return Conversation{}, err
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Conversation{}, err
	}
	c, err := number(ctx, tx, row.ID, row.UpdatedAt)
	if err == nil && c.Number != 0 {
		err = nameTx(ctx, tx, c)
	}
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

// siteFor is the site of a group of colleagues: the one that is asked for, or the first they have in common.
func (s *Service) siteFor(ctx context.Context, tx *storage.Tx, by int64, f Founding) (int64, error) {
	common, err := s.people.CommonSitesTx(ctx, tx, append(slices.Clone(f.People), by))
	switch {
	case err != nil:
		return 0, err
	case f.SiteID == 0 && len(common) > 0:
		return common[0], nil
	case f.SiteID == 0 || !slices.Contains(common, f.SiteID):
		return 0, errNobody
	}
	return f.SiteID, nil
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
