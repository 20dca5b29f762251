package chat

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

// Known is what a device has of one conversation: the version, and the sum of everybody's cursors.
type Known [2]int64

// SyncRequest says what a device has. Another epoch than the server's means that it has nothing.
type SyncRequest struct {
	Epoch string          `json:"epoch" maxLength:"64"`
	Known map[int64]Known `json:"known"`
	List  int64           `json:"list"`
}

// ConversationSync is what a device lacks of one conversation. With Reset it forgets what it had
// and takes this, whose Messages are the latest; the rest comes by paging. Members are all whose places
// changed; with Reset all who are in, but of a group above 100 only the reader and the first few.
type ConversationSync struct {
	Header
	LastAt   time.Time `json:"last_at"` // of the last message, also where the reader has none of them in view
	Reset    bool      `json:"reset"`
	Members  []Member  `json:"members"`
	Messages []Message `json:"messages"`
	Cursors  []Cursor  `json:"cursors"`
	Discreet bool      `json:"discreet,omitempty"` // the reader is not told how far others have read
}

// SyncAnswer brings a device level with one instant of the server. Conversations that did not
// change are left out; Gone are those the person is no longer in.
type SyncAnswer struct {
	Me            int64              `json:"me"`
	Epoch         string             `json:"epoch"`
	List          int64              `json:"list"`
	Conversations []ConversationSync `json:"conversations"`
	Gone          []int64            `json:"gone"`
	People        []people.Person    `json:"people"`

	has map[int64]Known // everything covered, changed or not
}

// place is one conversation of the person who asks.
type place struct {
	ID          int64  `bun:"id"`
	Kind        string `bun:"kind"`
	Seq         int64  `bun:"seq"`
	Version     int64  `bun:"version"`
	SiteID      int64  `bun:"site_id"`
	Name        string `bun:"name"`
	MemberCount int64  `bun:"member_count"`
	Dissolved   bool   `bun:"dissolved"`
	Bond        string `bun:"bond"`
	Pins        int64  `bun:"pins"`
	Info
	UpdatedAt time.Time `bun:"updated_at"`
	JoinSeq   int64     `bun:"join_seq"`
	Mine      int64     `bun:"mine"` // version of the reader's own place
	Hid       int64     `bun:"hid"`  // of the last message he took out of his view
	Reads     int64     `bun:"reads"`
	Unseen    int64     `bun:"unseen"`   // part of Reads that the reader is not shown
	Discreet  bool      `bun:"discreet"` // the reader keeps to himself how far he has read
	List      int64     `bun:"list"`     // the reader's

	known Known
	reset bool
}

func (p place) header() Header {
	p.NoticeAt = p.NoticeAt.UTC()
	return Header{ID: p.ID, Kind: p.Kind, Version: p.Version, Seq: p.Seq, SiteID: p.SiteID, Name: p.Name, MemberCount: p.MemberCount, Dissolved: p.Dissolved,
		Pins: p.Pins, Closed: p.Bond == bondApart, Info: p.Info}
}

// view is how a person looks at a place of his own.
func (p place) view(person int64) viewpoint {
	return viewpoint{person: person, crowded: p.crowded(), discreet: p.Discreet && ofMembers(p.Kind, p.Bond, p.SiteID)}
}

// shared is the sum of everybody's cursors, where there is no crowd.
func (p place) shared() int64 {
	if p.crowded() {
		return 0
	}
	return p.Reads
}

// crowded tells whether nobody sees how far the others have read.
func (p place) crowded() bool { return p.MemberCount > shownCursors }

// Bind gives a fresh socket to a person and answers like Sync; what happens meanwhile waits and
// follows on the socket, so nothing is missed in between. Faults: NotFound, Conflict or Denied for a
// client id that is unknown, was used, or belongs to another origin.
func (s *Service) Bind(ctx context.Context, clientID string, who hub.Who, req SyncRequest) (SyncAnswer, error) {
	socket, err := s.hub.Attach(clientID, who)
	if fault.Is(err, fault.NotFound) && s.hub.Several() {
		return s.handOver(ctx, clientID, who, req)
	}
	if err != nil {
		return SyncAnswer{}, err
	}
	answer, err := s.Sync(ctx, who.Person, req)
	if err != nil {
		socket.Drop()
		return SyncAnswer{}, err
	}
	s.begin(socket, who.Person, answer.List, answer.has)
	return answer, nil
}

// begin lets frames flow to a device that has this, and looks after what it will be told.
func (s *Service) begin(socket *hub.Attachment, person, list int64, has map[int64]Known) {
	versions := make(map[int64]int64, len(has))
	for id, known := range has {
		versions[id] = known[0]
	}
	s.watch.begin(person, list, has)
	socket.Flush(versions)
}

// Sync answers what a device lacks, from one snapshot. It covers the 200 latest conversations, pinned ones before
// others, and whatever else the device names.
func (s *Service) Sync(ctx context.Context, me int64, req SyncRequest) (SyncAnswer, error) {
	if req.Epoch != s.epoch {
		req.Known, req.List = nil, 0
	}
	if len(req.Known) > 0 {
		// Most who come back missed nothing. One statement tells, without a transaction around it.
		a := s.answer(me)
		if places, err := s.places(ctx, s.db.R, me, req, &a); err != nil || len(places) == 0 && len(a.Gone) == 0 {
			return a, err
		}
	}
	a := s.answer(me)
	err := s.db.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		places, err := s.places(ctx, r, me, req, &a)
		if err != nil {
			return err
		}
		return fill(ctx, r, me, places, &a)
	})
	if err != nil {
		return SyncAnswer{}, fmt.Errorf("sync: %w", err)
	}
	return a, s.name(ctx, &a)
}

func (s *Service) answer(me int64) SyncAnswer {
	return SyncAnswer{Me: me, Epoch: s.epoch, Conversations: []ConversationSync{}, Gone: []int64{}, People: []people.Person{}, has: map[int64]Known{}}
}

// places finds the conversations that are new or ahead, and what is gone.
func (s *Service) places(ctx context.Context, r bun.IDB, me int64, req SyncRequest, a *SyncAnswer) ([]place, error) {
	all, err := latestPlaces(ctx, r, me)
	switch {
	case err != nil:
	case len(all) > 0:
		a.List = all[0].List
	default:
		err = r.NewRaw("SELECT COALESCE((SELECT list FROM lists WHERE person_id = ?), 0)", me).Scan(ctx, &a.List)
	}
	if err != nil {
		return nil, err
	}
	missing := make([]int64, 0)
	for id := range req.Known {
		if !slices.ContainsFunc(all, func(p place) bool { return p.ID == id }) {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		older, err := namedPlaces(ctx, r, me, missing)
		if err != nil {
			return nil, err
		}
		all = append(all, older...)
		for _, id := range missing {
			if !slices.ContainsFunc(older, func(p place) bool { return p.ID == id }) {
				a.Gone = append(a.Gone, id)
			}
		}
	}
	var changed []place
	for _, p := range all {
		a.has[p.ID] = Known{p.Version, p.shared()}
		known, ok := req.Known[p.ID]
		p.known = known
		p.reset = !ok || known[0] > p.Version || known[0] < p.Mine // his place is a new one: perhaps he was out for a while
		if p.reset || known[0] < p.Version || known[1] != p.Reads-p.Unseen {
			changed = append(changed, p)
		}
	}
	return changed, nil
}

// headerOf are the columns of a place that make its header.
const headerOf = `c.id, c.kind, c.seq, c.version, c.site_id, c.name, c.member_count, c.dissolved_at IS NOT NULL AS dissolved, c.updated_at,
	c.bond, c.pins, c.number, c.avatar, c.about, c.notice, c.join_rule, c.hushed, c.category, c.slow, c.notice_version, c.notice_by, c.notice_at, c.notice_asks`

var placeColumns = headerOf + `,
	m.join_seq, m.version AS mine, m.hid, COALESCE(l.list, 0) AS list, COALESCE(l.discreet, 0) = 1 AS discreet, CASE WHEN c.member_count > ` + strconv.Itoa(shownCursors) + ` THEN m.read_seq + m.received_seq ELSE
	(SELECT COALESCE(SUM(o.read_seq + o.received_seq), 0) FROM members o WHERE o.conversation_id = c.id AND o.left_seq IS NULL) END AS reads,
	CASE WHEN c.member_count > ` + strconv.Itoa(shownCursors) + ` THEN 0 WHEN l.discreet = 1 AND ` + ofMembersSQL + ` THEN
	(SELECT COALESCE(SUM(o.read_seq), 0) FROM members o WHERE o.conversation_id = c.id AND o.person_id <> m.person_id AND o.left_seq IS NULL) ELSE
	(SELECT COALESCE(SUM(o.unshown), 0) FROM members o WHERE o.conversation_id = c.id AND o.person_id <> m.person_id AND o.left_seq IS NULL AND o.unshown > 0) END AS unseen`

// whosePlaces joins what placeColumns are of to the places m of one person.
const whosePlaces = ` JOIN conversations c ON c.id = m.conversation_id LEFT JOIN lists l ON l.person_id = m.person_id `

// latestOf opens a statement that picks places before anything is summed up for them: of five hundred conversations
// only those that are shown have their cursors and what is unread counted.
const latestOf = `
	SELECT m.conversation_id, m.person_id, m.role, m.join_seq, m.version, m.read_seq, m.received_seq, m.hid
	FROM members m JOIN conversations c ON c.id = m.conversation_id WHERE m.person_id = ? AND m.left_seq IS NULL`

func latestPlaces(ctx context.Context, r bun.IDB, me int64) ([]place, error) {
	const order = ` ORDER BY CASE WHEN c.id IN (SELECT conversation_id FROM kept WHERE person_id = ? AND pinned = 1) THEN 0 ELSE 1 END, c.updated_at DESC `
	var all []place
	err := storage.Many(ctx, r, &all, `
		SELECT `+placeColumns+` FROM (`+latestOf+order+`LIMIT ?) AS m`+whosePlaces+order,
		me, me, covered, me)
	return all, err
}

func namedPlaces(ctx context.Context, r bun.IDB, me int64, ids []int64) ([]place, error) {
	var all []place
	err := storage.Many(ctx, r, &all, `
		SELECT `+placeColumns+` FROM members m`+whosePlaces+`
		WHERE m.person_id = ? AND m.left_seq IS NULL AND m.conversation_id IN (?)`, me, ids)
	return all, err
}

// name adds the people who appear in the answer.
func (s *Service) name(ctx context.Context, a *SyncAnswer) error {
	var ids []int64
	for _, c := range a.Conversations {
		for _, m := range c.Members {
			ids = append(ids, m.PersonID)
		}
		if c.NoticeBy != 0 {
			ids = append(ids, c.NoticeBy)
		}
		ids = append(ids, senders(c.Messages)...)
	}
	found, err := s.peopleOf(ctx, ids)
	a.People = found
	return err
}

// senders is who appears in messages.
func senders(list []Message) []int64 {
	var ids []int64
	for _, m := range list {
		if m.SenderID != 0 {
			ids = append(ids, m.SenderID)
		}
		if m.ReplyTo != nil && m.ReplyTo.SenderID != 0 {
			ids = append(ids, m.ReplyTo.SenderID)
		}
		for _, r := range m.Reactions {
			ids = append(ids, r.People...)
		}
	}
	return ids
}

func (s *Service) peopleOf(ctx context.Context, ids []int64) ([]people.Person, error) {
	return s.peopleIn(ctx, s.db.R, ids)
}

// peopleIn is peopleOf inside a write or a snapshot.
func (s *Service) peopleIn(ctx context.Context, r bun.IDB, ids []int64) ([]people.Person, error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := []people.Person{}
	if len(ids) == 0 {
		return out, nil
	}
	found, err := s.people.PeopleIn(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if p, ok := found[id]; ok {
			out = append(out, p)
		}
	}
	return out, nil
}

// MessagePage is a stretch of a conversation, oldest first; More says that older ones exist.
type MessagePage struct {
	Messages []Message       `json:"messages"`
	More     bool            `json:"more"`
	People   []people.Person `json:"people"`
}

// History is Page for a member: it begins where he joined. Whoever is not in gets NotFound.
func (s *Service) History(ctx context.Context, by, conversation, before int64, limit int) (MessagePage, error) {
	m, err := membership(ctx, s.db.R, conversation, by)
	if everybodyMay {
		return s.pageFrom(ctx, conversation, viewer{person: by, from: 1}, before, limit)
	}
	if err != nil {
		return MessagePage{}, err
	}
	if m.LeftSeq != nil {
		return MessagePage{}, errNotIn
	}
	return s.pageFrom(ctx, conversation, m.see(), before, limit)
}

// Page reads at most limit messages below the seq before (0: from the end). It asks nobody's leave:
// the caller has checked the role.
func (s *Service) Page(ctx context.Context, conversation, before int64, limit int) (MessagePage, error) {
	return s.pageFrom(ctx, conversation, viewer{from: 1}, before, limit)
}

func (s *Service) pageFrom(ctx context.Context, conversation int64, who viewer, before int64, limit int) (MessagePage, error) {
	rows, err := page(ctx, s.db.R, conversation, who.from, before, limit+1)
	if err != nil {
		return MessagePage{}, fmt.Errorf("page of %d: %w", conversation, err)
	}
	return s.pageOf(ctx, conversation, who, rows, limit)
}

// pageOf makes a page of rows that were read newest first, one more than it may hold.
func (s *Service) pageOf(ctx context.Context, conversation int64, who viewer, rows []messageRow, limit int) (p MessagePage, err error) {
	p = MessagePage{More: len(rows) > limit}
	if p.More {
		rows = rows[:limit]
	}
	slices.Reverse(rows)
	if p.Messages, err = said(ctx, s.db.R, rows, who); err != nil {
		return MessagePage{}, fmt.Errorf("page of %d: %w", conversation, err)
	}
	p.People, err = s.peopleOf(ctx, senders(p.Messages))
	return p, err
}
