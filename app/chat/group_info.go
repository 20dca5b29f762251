package chat

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

const (
	longestAbout  = 500
	longestNotice = 2000
	longestMute   = 365 * 24 * 60 // minutes
)

// The ways into a group of members for who is not brought.
const (
	JoinOpen   = "open"   // by oneself
	JoinApply  = "apply"  // by application
	JoinInvite = "invite" // not at all
)

// GroupChange names what is to be other about a group. All but the name is of groups of members.
type GroupChange struct {
	Name     *string `json:"name,omitempty" maxLength:"256"`
	About    *string `json:"about,omitempty" maxLength:"4096"`
	Notice   *string `json:"notice,omitempty" maxLength:"16384"`
	JoinRule *string `json:"join_rule,omitempty" enum:"open,apply,invite"`
	Hushed   *bool   `json:"hushed,omitempty"`
	Category *int64  `json:"category,omitempty" minimum:"0"` // 0: none
	Slow     *int64  `json:"slow,omitempty" minimum:"0" maximum:"3600"`

	NoticeAsks *bool `json:"notice_asks,omitempty"` // ask everybody to say that he has read the notice
}

// ChangeGroup gives a group another name, or says something else of it. Faults of this and of everything below:
// Invalid, NotFound (no group one is in), Denied, Conflict (dissolved). What is so already changes nothing and
// is no fault, so all of it may be asked again.
func (s *Service) ChangeGroup(ctx context.Context, by, group int64, g GroupChange) (Header, error) {
	g, err := g.checked()
	if err != nil {
		return Header{}, err
	}
	return s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, c Conversation, st standing) (*act, error) {
		if err := st.may(toRename, ""); err != nil {
			return nil, err
		}
		return s.changeTx(ctx, tx, c, g)
	})
}

// changeTx is the act that makes a group so; nil when it is so already. A category it gets has to be there.
func (s *Service) changeTx(ctx context.Context, tx *storage.Tx, c Conversation, g GroupChange) (*act, error) {
	if g.Category != nil && *g.Category != c.Category {
		if err := s.categorisedTx(ctx, tx, *g.Category); err != nil {
			return nil, err
		}
	}
	return c.change(g), nil
}

// categorisedTx refuses a category that is not there.
func (s *Service) categorisedTx(ctx context.Context, tx *storage.Tx, category int64) error {
	if category == 0 {
		return nil
	}
	return s.category(ctx, tx, category)
}

// CategoriesBy tells the room, in the write that puts a group into a category, whether there is such a one.
func (s *Service) CategoriesBy(there func(ctx context.Context, tx *storage.Tx, category int64) error) {
	s.category = there
}

// checked is the change with its name in order, or a refusal of what is too long.
func (g GroupChange) checked() (GroupChange, error) {
	if g.Name != nil {
		name, err := groupName(*g.Name)
		if err != nil {
			return g, err
		}
		g.Name = &name
	}
	for field, text := range map[string]*string{"about": g.About, "notice": g.Notice} {
		if most := map[string]int{"about": longestAbout, "notice": longestNotice}[field]; text != nil && utf8.RuneCountInString(*text) > most {
			return g, fault.New(fault.Invalid, "this text is too long").With(field, "this text is too long")
		}
	}
	if g.Slow != nil && !slices.Contains(paces, *g.Slow) {
		return g, fault.New(fault.Invalid, "this is no step of slow mode").With("slow", "this is no step of slow mode")
	}
	if g.Notice != nil && sites.OneLine(*g.Notice) == "" {
		g.Notice = new(string) // what nobody sees is none
	}
	return g, nil
}

// change is the act that makes a group so; nil when it is so already.
func (c Conversation) change(g GroupChange) *act {
	name, info, key := c.changed(g)
	if name == c.Name && info == c.Info {
		return nil
	}
	args := map[string]string{"name": name}
	if info.Slow != c.Slow {
		args["seconds"] = strconv.FormatInt(info.Slow, 10)
	}
	return &act{key: key, args: args, name: name, info: &info, announced: c.announces(info)}
}

// announces tells whether what a group says then is a new announcement: another text, or the same one that
// everybody is asked to confirm from now on.
func (c Conversation) announces(info Info) bool {
	return info.Notice != "" && (info.Notice != c.Notice || info.NoticeAsks && !c.NoticeAsks)
}

// changed is what a group says of itself after a change, and how a line words the most of it.
func (c Conversation) changed(g GroupChange) (name string, info Info, key string) {
	name, info, key = c.Name, c.Info, "group.changed"
	set(&info.About, g.About)
	set(&info.JoinRule, g.JoinRule)
	set(&info.Category, g.Category)
	if g.Hushed != nil && *g.Hushed != c.Hushed {
		info.Hushed, key = *g.Hushed, "group.unhushed"
		if info.Hushed {
			key = "group.hushed"
		}
	}
	if set(&info.Slow, g.Slow); info.Slow != c.Slow {
		key = "group.slow"
		if info.Slow == 0 {
			key = "group.slow_off"
		}
	}
	set(&info.Notice, g.Notice)
	set(&info.NoticeAsks, g.NoticeAsks)
	switch {
	case c.announces(info):
		key = "group.notice"
	case info.Notice == "" && c.Notice != "":
		key = "group.notice_off"
	}
	if info.Notice == "" {
		info.Announced = Announced{}
	}
	if set(&name, g.Name); name != c.Name {
		key = "group.renamed"
	}
	if c.SiteID != 0 {
		info = c.Info // a group of colleagues has a name
	}
	return name, info, key
}

func set[T any](to, asked *T) {
	if asked != nil {
		*to = *asked
	}
}

// Mute keeps a member from sending for some minutes; 0 lets him send again. Owner and admins are muted by the
// owner only.
func (s *Service) Mute(ctx context.Context, by, group, person, minutes int64) (Header, error) {
	return s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, _ Conversation, st standing) (*act, error) {
		m, err := membership(ctx, tx, group, person)
		if fault.Is(err, fault.NotFound) || err == nil && m.LeftSeq != nil {
			return nil, orElse(st.may(toMute, RoleMember), errNobody)
		}
		if err != nil {
			return nil, err
		}
		if err := st.may(toMute, m.Role); err != nil {
			return nil, err
		}
		return s.muteAct(ctx, tx, m, minutes)
	})
}

// muteAct keeps somebody from sending for some minutes, or lets him again; nil when there is nothing to do.
func (s *Service) muteAct(ctx context.Context, tx *storage.Tx, m memberRow, minutes int64) (*act, error) {
	if m.MutedUntil == nil && minutes == 0 {
		return nil, nil
	}
	args, err := s.namesTx(ctx, tx, m.PersonID)
	if err != nil {
		return nil, err
	}
	a := act{key: "group.unmuted", args: args}
	if m.MutedUntil = nil; minutes > 0 {
		until := s.time().Add(time.Duration(min(minutes, longestMute)) * time.Minute)
		m.MutedUntil, a.key = &until, "group.muted"
	}
	a.changed = []memberRow{m}
	return &a, nil
}

// ShowGroup sets the picture of a group: an address on this server, or none, which picture makes of the one
// before in the same write.
func (s *Service) ShowGroup(ctx context.Context, by, group int64, picture func(ctx context.Context, tx *storage.Tx, before string) (string, error)) (Header, error) {
	return s.inGroup(ctx, by, group, func(ctx context.Context, tx *storage.Tx, c Conversation, st standing) (*act, error) {
		if err := st.may(toRename, ""); err != nil {
			return nil, err
		}
		info, err := c.Info, error(nil)
		if info.Avatar, err = picture(ctx, tx, c.Avatar); err != nil || info == c.Info {
			return nil, err
		}
		return &act{key: "group.changed", info: &info}, nil
	})
}
