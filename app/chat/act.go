package chat

import (
	"context"
	"slices"
	"time"

	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

// Header is what a conversation is, whoever asks. Name, MemberCount and Dissolved are a group's.
type Header struct {
	ID          int64  `json:"id"`
	Kind        string `json:"kind" enum:"live,direct,group,staff"`
	Version     int64  `json:"version"`
	Seq         int64  `json:"seq"`
	SiteID      int64  `json:"site_id,omitempty"`
	Name        string `json:"name,omitempty"`
	MemberCount int64  `json:"member_count,omitempty"`
	Dissolved   bool   `json:"dissolved,omitempty"`
	Pins        int64  `json:"pins,omitempty"`   // version of the last change of what is pinned; 0: nothing is
	Closed      bool   `json:"closed,omitempty"` // a direct one of two who are friends no more: nothing can be sent
	Info
}

// Info is what a group says of itself. Number finds it; only groups of members have one. JoinRule is how one
// comes in who is not brought: by himself, by application, or not at all.
type Info struct {
	Number   int64  `json:"number,omitempty" bun:"number"`
	Avatar   string `json:"avatar,omitempty" bun:"avatar"`
	About    string `json:"about,omitempty" bun:"about"`
	Notice   string `json:"notice,omitempty" bun:"notice"`
	JoinRule string `json:"join_rule,omitempty" bun:"join_rule" enum:"open,apply,invite"`
	Hushed   bool   `json:"hushed,omitempty" bun:"hushed"`     // only its owner and admins may send
	Category int64  `json:"category,omitempty" bun:"category"` // 0, or one that is no more: none
	Slow     int64  `json:"slow,omitempty" bun:"slow"`         // how many seconds a member waits between two messages; 0: he need not
	Announced
}

// Announced is what stands beside a notice since it was set by owner or admins: which one it is, the version of the
// conversation that brought it, who set it and when, and whether everybody is asked to say that he has read it. A
// notice of before there were announcements has none of it.
type Announced struct {
	NoticeVersion int64     `json:"notice_version,omitempty" bun:"notice_version"`
	NoticeBy      int64     `json:"notice_by,omitempty" bun:"notice_by"`
	NoticeAt      time.Time `json:"notice_at,omitzero" bun:"notice_at"`
	NoticeAsks    bool      `json:"notice_asks,omitempty" bun:"notice_asks"`
}

func (c Conversation) header() Header {
	return Header{ID: c.ID, Kind: c.Kind, Version: c.Version, Seq: c.Seq, SiteID: c.SiteID, Name: c.Name, MemberCount: c.MemberCount, Dissolved: c.Dissolved,
		Pins: c.Pins, Closed: c.Bond == bondApart, Info: c.Info}
}

// Act is the data of an `act` frame: everything that one act did to a conversation, under one version.
type Act struct {
	Header  Header          `json:"header"`
	Members []Member        `json:"members"` // the places that are others now
	People  []people.Person `json:"people"`  // who has them, and who did it
	Message *Message        `json:"message"` // the line that says so, if there is one
}

// act is one change of a conversation between members, however many people it touches: one version, which
// the header, the places and the line share, and one push.
type act struct {
	by        int64
	joined    []memberRow // places made or renewed
	left      []memberRow // places given up
	changed   []memberRow // places with another role
	key       string      // of the line; empty: none
	args      map[string]string
	name      string // the group's new one; empty: the old one stays
	info      *Info  // the group's new one; nil: the old one stays
	announced bool   // the notice of info is a new one
	dissolved bool
}

// actTx writes what an act does and tells it. c is numbered for it already: by number when there is a line,
// by bump when there is none.
func (s *Service) actTx(ctx context.Context, tx *storage.Tx, c Conversation, a act) error {
	if err := s.placesTx(ctx, tx, c, a); err != nil {
		return err
	}
	data := Act{Header: c.header(), Members: []Member{}}
	touched := slices.Concat(a.joined, a.left, a.changed)
	for _, m := range touched {
		data.Members = append(data.Members, m.seenBy(viewpoint{crowded: c.MemberCount > shownCursors}))
	}
	var err error
	if a.key != "" {
		if data.Message, err = s.lineTx(ctx, tx, c, a); err != nil {
			return err
		}
	}
	if data.People, err = s.peopleIn(ctx, tx, append(personsOf(touched), a.by)); err != nil {
		return err
	}
	to, err := audience(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	to = without(to, personsOf(a.joined)) // they do not know the conversation yet: their list says that there is one more
	unread, discreet, err := data.unreadTx(ctx, tx, c)
	if err != nil {
		return err
	}
	lists, err := moveLists(ctx, tx, slices.Concat(a.joined, a.left))
	if err != nil {
		return err
	}
	tx.After(func() {
		s.hub.Push(without(to, discreet), hub.Frame{Type: "act", ConversationID: c.ID, Version: c.Version, Data: data})
		s.hub.Push(discreet, hub.Frame{Type: "act", ConversationID: c.ID, Version: c.Version, Data: unread})
		for person, list := range lists {
			s.hub.Push([]int64{person}, listFrame(list))
		}
	})
	return nil
}

// unreadTx is what an act tells those who are not shown how far others have read, and who they are: nobody where it
// tells nothing of that.
func (a Act) unreadTx(ctx context.Context, tx *storage.Tx, c Conversation) (Act, []int64, error) {
	if !slices.ContainsFunc(a.Members, func(m Member) bool { return m.Read > 0 }) {
		return a, nil, nil
	}
	a.Members = slices.Clone(a.Members)
	for i := range a.Members {
		a.Members[i].Read = 0
	}
	discreet, err := discreetTx(ctx, tx, c, 0)
	return a, discreet, err
}

// placesTx writes the places and the header.
func (s *Service) placesTx(ctx context.Context, tx *storage.Tx, c Conversation, a act) error {
	if len(a.joined) > 0 {
		if err := joinAll(ctx, tx, a.joined); err != nil {
			return err
		}
	}
	for _, m := range slices.Concat(a.left, a.changed) {
		if err := savePlace(ctx, tx, m); err != nil {
			return err
		}
	}
	if c.Kind == Group && len(a.joined)+len(a.left) > 0 {
		c.membersVersion = c.Version
	}
	return saveHeader(ctx, tx, c, s.now().UTC())
}

// lineTx stores the line that tells of the act, under the number that was taken for it.
func (s *Service) lineTx(ctx context.Context, tx *storage.Tx, c Conversation, a act) (*Message, error) {
	body := Body{Key: a.key, Args: a.args}
	id := s.ids.Next()
	row := messageRow{ConversationID: c.ID, Seq: c.Seq, ID: id, Version: c.Version, ClientMsgID: systemID(id),
		Type: System, Body: string(encode(body)), Alt: alt(System, body), CreatedAt: c.at}
	m := row.message()
	return &m, insertMessage(ctx, tx, row)
}

// newPlace is a place in a conversation that was just numbered: it sees its own act's line and what comes after.
func newPlace(c Conversation, person int64, role string) memberRow {
	return memberRow{ConversationID: c.ID, PersonID: person, Role: role, JoinSeq: max(c.Seq, 1), Version: c.Version}
}

func personsOf(rows []memberRow) []int64 {
	ids := make([]int64, len(rows))
	for i, m := range rows {
		ids[i] = m.PersonID
	}
	return ids
}

// without is list less those in gone.
func without(list, gone []int64) []int64 {
	if len(gone) == 0 {
		return list
	}
	out := make(map[int64]bool, len(gone))
	for _, id := range gone {
		out[id] = true
	}
	var rest []int64
	for _, id := range list {
		if !out[id] {
			rest = append(rest, id)
		}
	}
	return rest
}
