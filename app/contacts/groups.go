package contacts

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/storage"
)

// NewGroup is a group as a member asks for it. ClientID makes it safe to ask again.
type NewGroup struct {
	ClientID string  `json:"client_id" minLength:"8" maxLength:"64"`
	Name     string  `json:"name" maxLength:"256"`
	About    string  `json:"about,omitempty" maxLength:"4096"`
	JoinRule string  `json:"join_rule,omitempty" enum:"open,apply,invite"`
	Category int64   `json:"category,omitempty" minimum:"0"`
	People   []int64 `json:"people,omitempty" maxItems:"10000"`
}

// MadeGroup is what became of it: the group, or the request to make it, where the server approves groups.
type MadeGroup struct {
	Group   *chat.Header `json:"group"`
	Request *Request     `json:"request"`
}

// MakeGroup makes a group of somebody and friends of his, or asks whether he may. Faults: Denied (no groups
// here), Conflict (too many), NotFound (somebody is no friend), Invalid.
func (s *Service) MakeGroup(ctx context.Context, me int64, g NewGroup) (MadeGroup, error) {
	rules := s.settings.Current().Members
	if !rules.Groups {
		return MadeGroup{}, errNoGroups
	}
	if g.JoinRule == "" {
		g.JoinRule = chat.JoinApply
	}
	if rules.Approval {
		r, err := s.askForGroup(ctx, me, g)
		return MadeGroup{Request: &r}, err
	}
	h, err := s.chat.FoundAmong(ctx, me, g.founding(), s.allowed(me, true))
	return MadeGroup{Group: &h}, err
}

func (g NewGroup) founding() chat.Founding {
	return chat.Founding{ClientID: g.ClientID, Name: g.Name, People: g.People, Info: chat.Info{About: g.About, JoinRule: g.JoinRule, Category: g.Category}}
}

// askForGroup keeps what somebody wants until an owner of the server agrees. The same client id again is
// answered with the first request.
func (s *Service) askForGroup(ctx context.Context, me int64, g NewGroup) (Request, error) {
	if len(g.People) >= s.settings.Current().Chat.MaxGroup {
		return Request{}, fault.New(fault.Conflict, "the group would have too many members")
	}
	name, err := groupName(g.Name)
	if err != nil {
		return Request{}, err
	}
	about, err := line("about", g.About, longestNote)
	if err != nil {
		return Request{}, err
	}
	g.Name, g.About = name, about
	asked, err := json.Marshal(g)
	if err != nil {
		panic(err) // words and numbers
	}
	row := requestRow{Request: Request{ID: s.ids.Next(), Kind: forFound, FromID: me, Note: g.Name, State: pending, CreatedAt: s.time()}, Asked: string(asked)}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		before, err := foundRequests(ctx, tx, me)
		if err != nil {
			return err
		}
		for _, r := range before {
			var was NewGroup
			if json.Unmarshal([]byte(r.Asked), &was) == nil && was.ClientID == g.ClientID {
				row = r
				return nil
			}
		}
		if g.Category != 0 {
			if err := s.CategoryTx(ctx, tx, g.Category); err != nil {
				return err
			}
		}
		if n, err := s.ownedBy(ctx, tx, me); err != nil || n+len(before) >= s.settings.Current().Members.MaxCreated {
			return orElse(err, errCreated)
		}
		if err := insertRequest(ctx, tx, row); err != nil {
			return err
		}
		return s.waitingTx(ctx, tx)
	})
	return row.Request, err
}

// allowed says whom somebody may bring into a group: mutual friends who have not blocked him, and who are not in
// too many groups. The founder may not own too many.
func (s *Service) allowed(me int64, founding bool) chat.Allow {
	return func(ctx context.Context, tx *storage.Tx, fresh []int64) error {
		rules := s.settings.Current().Members
		all := fresh
		if founding {
			all = append([]int64{me}, fresh...)
			if n, err := s.ownedBy(ctx, tx, me); err != nil || n >= rules.MaxCreated {
				return orElse(err, errCreated)
			}
		}
		if len(fresh) > 0 {
			var n int
			err := tx.NewRaw(`
				SELECT COUNT(*) FROM friends f JOIN friends g ON g.person_id = f.friend_id AND g.friend_id = f.person_id
				WHERE f.person_id = ? AND f.friend_id IN (?) AND NOT EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = f.friend_id AND b.blocked_id = f.person_id)`,
				me, bun.List(fresh)).Scan(ctx, &n)
			if err != nil || n != len(fresh) {
				return orElse(err, errNobody)
			}
		}
		return s.roomFor(ctx, tx, all)
	}
}

// roomFor refuses people who are in as many groups as one can be.
func (s *Service) roomFor(ctx context.Context, tx *storage.Tx, all []int64) error {
	if len(all) == 0 {
		return nil
	}
	var over []int64
	err := tx.NewRaw(`
		SELECT m.person_id FROM members m JOIN conversations c ON c.id = m.conversation_id AND c.kind = 'group' AND c.site_id = 0 AND c.dissolved_at IS NULL
		WHERE m.person_id IN (?) AND m.left_seq IS NULL GROUP BY m.person_id HAVING COUNT(*) >= ? LIMIT 1`,
		bun.List(all), s.settings.Current().Members.MaxJoined).Scan(ctx, &over)
	if err != nil || len(over) > 0 {
		return orElse(err, errJoined)
	}
	return nil
}

// ownedBy counts the groups of members that somebody owns.
func (s *Service) ownedBy(ctx context.Context, r bun.IDB, me int64) (n int, err error) {
	err = r.NewRaw(`
		SELECT COUNT(*) FROM members m JOIN conversations c ON c.id = m.conversation_id AND c.kind = 'group' AND c.site_id = 0 AND c.dissolved_at IS NULL
		WHERE m.person_id = ? AND m.left_seq IS NULL AND m.role = 'owner'`, me).Scan(ctx, &n)
	return n, err
}

// BringIn brings friends into a group one is in.
func (s *Service) BringIn(ctx context.Context, me, group int64, people []int64) (chat.Header, error) {
	return s.chat.Bring(ctx, me, group, people, s.allowed(me, false))
}

// Joining is what became of a wish to come in: the group, when it is open, or the application.
type Joining struct {
	Group   *chat.Header `json:"group"`
	Request *Request     `json:"request"`
}

// Join comes into a group, or applies: then it waits in the boxes of its owner and admins until one of them
// answers. Who is in already stays. Faults: NotFound, Conflict (dissolved, full, applied already), Denied (one is
// only brought).
func (s *Service) Join(ctx context.Context, me, group int64, note string) (j Joining, err error) {
	if note, err = line("note", note, longestNote); err != nil {
		return j, err
	}
	if _, err := s.people.Member(ctx, me); err != nil {
		return j, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		j = Joining{}
		h, role, err := s.chat.GroupTx(ctx, tx, group, me)
		if err != nil || role != "" {
			j.Group = &h
			return err
		}
		atOnce, err := mayJoin(h.JoinRule)
		if err != nil {
			return err
		}
		if atOnce {
			h, err = s.joinTx(ctx, tx, group, me)
			j.Group = &h
			return err
		}
		r, err := s.applyTx(ctx, tx, me, h, note)
		j.Request = &r
		return err
	})
	if storage.IsUnique(err) {
		err = errAsked
	}
	return j, err
}

func (s *Service) applyTx(ctx context.Context, tx *storage.Tx, me int64, h chat.Header, note string) (Request, error) {
	row := requestRow{Request: Request{ID: s.ids.Next(), Kind: forGroup, FromID: me, ToID: h.ID, Note: note, State: pending, CreatedAt: s.time()}}
	if err := insertRequest(ctx, tx, row); err != nil {
		return row.Request, err
	}
	managers, err := s.chat.ManagersTx(ctx, tx, h.ID)
	if err != nil {
		return row.Request, err
	}
	var items []boxRow
	for _, person := range managers {
		items = append(items, boxRow{PersonID: person, ID: s.ids.Next(), Kind: "group_request", RequestID: row.ID, FromID: me, AboutID: h.ID, About: h.Name, Text: note, At: row.CreatedAt})
	}
	return row.Request, s.deliverTx(ctx, tx, items, nil)
}

// joinTx lets somebody in whom the group takes, if he has room for one more.
func (s *Service) joinTx(ctx context.Context, tx *storage.Tx, group, person int64) (chat.Header, error) {
	return s.chat.JoinGroupTx(ctx, tx, group, person, func(chat.Conversation) error { return s.roomFor(ctx, tx, []int64{person}) })
}

// admitTx is joinTx for an application that was agreed to.
func (s *Service) admitTx(ctx context.Context, tx *storage.Tx, group, person int64) error {
	_, err := s.joinTx(ctx, tx, group, person)
	return err
}

// Applications lists who waits to come into a group, for its owner and admins.
func (s *Service) Applications(ctx context.Context, me, group, after int64) (list []Request, err error) {
	role, err := s.chat.RoleOf(ctx, group, me)
	if err != nil || mayAnswer(forGroup, pending, false, role) != nil {
		return nil, orElse(err, fault.New(fault.NotFound, "group not found"))
	}
	rows, err := requestsTo(ctx, s.db.R, forGroup, group, after, 100)
	list = []Request{}
	for _, r := range rows {
		list = append(list, r.Request)
	}
	return list, err
}

func (s *Service) managesTx(ctx context.Context, tx *storage.Tx, me, group int64) error {
	_, role, err := s.chat.GroupTx(ctx, tx, group, me)
	if err != nil || role == "" {
		return orElse(err, fault.New(fault.NotFound, "group not found"))
	}
	if mayAnswer(forGroup, pending, false, role) != nil {
		return fault.New(fault.Denied, "only the owner and the admins of the group can do this")
	}
	return nil
}

// foundRequests lists the groups somebody waits to make.
func foundRequests(ctx context.Context, r bun.IDB, person int64) (rows []requestRow, err error) {
	err = r.NewRaw(`SELECT `+requestColumns+` FROM requests r WHERE r.from_id = ? AND r.state = 'pending' AND r.kind = 'found' ORDER BY r.id`, person).Scan(ctx, &rows)
	if err != nil {
		err = fmt.Errorf("groups %d asked for: %w", person, err)
	}
	return rows, err
}
