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
	Reset    bool      `json:"reset"`
	Members  []Member  `json:"members"`
	Messages []Message `json:"messages"`
	Cursors  []Cursor  `json:"cursors"`
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
	ID          int64     `bun:"id"`
	Kind        string    `bun:"kind"`
	Seq         int64     `bun:"seq"`
	Version     int64     `bun:"version"`
	SiteID      int64     `bun:"site_id"`
	Name        string    `bun:"name"`
	MemberCount int64     `bun:"member_count"`
	Dissolved   bool      `bun:"dissolved"`
	UpdatedAt   time.Time `bun:"updated_at"`
	JoinSeq     int64     `bun:"join_seq"`
	Mine        int64     `bun:"mine"` // version of the reader's own place
	Reads       int64     `bun:"reads"`

	known Known
	reset bool
}

func (p place) header() Header {
	return Header{ID: p.ID, Kind: p.Kind, Version: p.Version, Seq: p.Seq, SiteID: p.SiteID, Name: p.Name, MemberCount: p.MemberCount, Dissolved: p.Dissolved}
}

// shared is the sum of the cursors that everybody sees.
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

// Sync answers what a device lacks, from one snapshot. It covers the 200 latest conversations and
// whatever else the device names.
func (s *Service) Sync(ctx context.Context, me int64, req SyncRequest) (SyncAnswer, error) {
	if req.Epoch != s.epoch {
		req.Known, req.List = nil, 0
	}
	a := SyncAnswer{Me: me, Epoch: s.epoch, Conversations: []ConversationSync{}, Gone: []int64{}, People: []people.Person{},
		has: map[int64]Known{}}
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

// places finds the conversations that are new or ahead, and what is gone.
func (s *Service) places(ctx context.Context, r bun.IDB, me int64, req SyncRequest, a *SyncAnswer) ([]place, error) {
	if err := r.NewRaw("SELECT COALESCE((SELECT list FROM lists WHERE person_id = ?), 0)", me).Scan(ctx, &a.List); err != nil {
		return nil, err
	}
	all, err := latestPlaces(ctx, r, me)
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
		if p.reset || known[0] < p.Version || known[1] != p.Reads {
			changed = append(changed, p)
		}
	}
	return changed, nil
}

var placeColumns = `c.id, c.kind, c.seq, c.version, c.site_id, c.name, c.member_count, c.dissolved_at IS NOT NULL AS dissolved, c.updated_at,
	m.join_seq, m.version AS mine, CASE WHEN c.member_count > ` + strconv.Itoa(shownCursors) + ` THEN m.read_seq + m.received_seq ELSE
	(SELECT COALESCE(SUM(o.read_seq + o.received_seq), 0) FROM members o WHERE o.conversation_id = c.id AND o.left_seq IS NULL) END AS reads`

func latestPlaces(ctx context.Context, r bun.IDB, me int64) ([]place, error) {
	var all []place
	err := r.NewRaw(`
		SELECT `+placeColumns+` FROM members m JOIN conversations c ON c.id = m.conversation_id
		WHERE m.person_id = ? AND m.left_seq IS NULL ORDER BY c.updated_at DESC LIMIT ?`, me, covered).Scan(ctx, &all)
	return all, err
}

func namedPlaces(ctx context.Context, r bun.IDB, me int64, ids []int64) ([]place, error) {
	var all []place
	err := r.NewRaw(`
		SELECT `+placeColumns+` FROM members m JOIN conversations c ON c.id = m.conversation_id
		WHERE m.person_id = ? AND m.left_seq IS NULL AND m.conversation_id IN (?)`, me, bun.List(ids)).Scan(ctx, &all)
	return all, err
}

// fill reads members, cursors and messages of the conversations that changed.
func fill(ctx context.Context, r bun.IDB, me int64, places []place, a *SyncAnswer) error {
	members, err := membersFor(ctx, r, me, places)
	if err != nil {
		return err
	}
	for _, p := range places {
		c := ConversationSync{Header: p.header(), Members: []Member{}, Cursors: []Cursor{}}
		if c.Messages, c.Reset, err = gap(ctx, r, p); err != nil {
			return err
		}
		if c.Reset && !p.reset && p.crowded() { // so many messages that it starts over
			p.reset = true
			if members[p.ID], err = crowd(ctx, r, me, &p); err != nil {
				return err
			}
		}
		for _, m := range members[p.ID] {
			if c.Reset && m.LeftSeq == nil || !c.Reset && m.Version > p.known[0] {
				c.Members = append(c.Members, m.seenBy(me, p.crowded()))
			}
			if m.LeftSeq == nil && (m.PersonID == me || !p.crowded()) {
				c.Cursors = append(c.Cursors, Cursor{PersonID: m.PersonID, Read: m.ReadSeq, Received: m.ReceivedSeq})
			}
		}
		a.Conversations = append(a.Conversations, c)
	}
	return nil
}

// membersFor reads the places that an answer may have to name: all of a small conversation; of a crowded one
// the reader's own, and the changed ones, or the first few when it starts over.
func membersFor(ctx context.Context, r bun.IDB, me int64, places []place) (map[int64][]memberRow, error) {
	found := map[int64][]memberRow{}
	var small []int64
	for i, p := range places {
		if !p.crowded() {
			small = append(small, p.ID)
			continue
		}
		var err error
		if found[p.ID], err = crowd(ctx, r, me, &places[i]); err != nil {
			return nil, err
		}
	}
	if len(small) == 0 {
		return found, nil
	}
	var rows []memberRow
	err := r.NewSelect().Model(&rows).Where("conversation_id IN (?)", bun.List(small)).Scan(ctx)
	for _, m := range rows {
		found[m.ConversationID] = append(found[m.ConversationID], m)
	}
	return found, err
}

// crowd is membersFor one crowded conversation. Where too many places changed it starts over.
func crowd(ctx context.Context, r bun.IDB, me int64, p *place) ([]memberRow, error) {
	mine, err := membership(ctx, r, p.ID, me)
	if err != nil {
		return nil, err
	}
	var rows []memberRow
	if !p.reset {
		err := r.NewSelect().Model(&rows).Where("conversation_id = ? AND person_id <> ? AND version > ?", p.ID, me, p.known[0]).
			Limit(replay + 1).Scan(ctx)
		if err != nil {
			return nil, err
		}
		p.reset = len(rows) > replay
	}
	if p.reset {
		rows, err = insiders(ctx, r, p.ID, 0, me, facesShown)
	}
	return append(rows, mine), err
}

// gap reads what changed since the known version, or the latest window when that is too much or
// nothing is known.
func gap(ctx context.Context, r bun.IDB, p place) (found []Message, reset bool, err error) {
	var rows []messageRow
	if !p.reset && p.known[0] < p.Version {
		err := r.NewSelect().Model(&rows).
			Where("conversation_id = ? AND version > ? AND seq >= ?", p.ID, p.known[0], p.JoinSeq).
			Order("version").Limit(replay + 1).Scan(ctx)
		if err != nil {
			return nil, false, err
		}
	}
	if p.reset || len(rows) > replay {
		rows, err = page(ctx, r, p.ID, p.JoinSeq, 0, window)
		if err != nil {
			return nil, false, err
		}
		slices.Reverse(rows)
		reset = true
	} else {
		slices.SortFunc(rows, func(a, b messageRow) int { return int(a.Seq - b.Seq) })
	}
	found, err = said(ctx, r, rows, p.JoinSeq)
	return found, reset, err
}

// name adds the people who appear in the answer.
func (s *Service) name(ctx context.Context, a *SyncAnswer) error {
	var ids []int64
	for _, c := range a.Conversations {
		for _, m := range c.Members {
			ids = append(ids, m.PersonID)
		}
		ids = append(ids, senders(c.Messages)...)
	}
	found, err := s.peopleOf(ctx, ids)
	a.People = found
	return err
}

func senders(list []Message) []int64 {
	var ids []int64
	for _, m := range list {
		if m.SenderID != 0 {
			ids = append(ids, m.SenderID)
		}
		if m.ReplyTo != nil && m.ReplyTo.SenderID != 0 {
			ids = append(ids, m.ReplyTo.SenderID)
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
		return s.pageFrom(ctx, conversation, 1, before, limit)
	}
	if err != nil {
		return MessagePage{}, err
	}
	if m.LeftSeq != nil {
		return MessagePage{}, errNotIn
	}
	return s.pageFrom(ctx, conversation, m.JoinSeq, before, limit)
}

// Page reads at most limit messages below the seq before (0: from the end). It asks nobody's leave:
// the caller has checked the role.
func (s *Service) Page(ctx context.Context, conversation, before int64, limit int) (MessagePage, error) {
	return s.pageFrom(ctx, conversation, 1, before, limit)
}

func (s *Service) pageFrom(ctx context.Context, conversation, from, before int64, limit int) (MessagePage, error) {
	rows, err := page(ctx, s.db.R, conversation, from, before, limit+1)
	if err != nil {
		return MessagePage{}, fmt.Errorf("page of %d: %w", conversation, err)
	}
	p := MessagePage{More: len(rows) > limit}
	if p.More {
		rows = rows[:limit]
	}
	slices.Reverse(rows)
	if p.Messages, err = said(ctx, s.db.R, rows, from); err != nil {
		return MessagePage{}, fmt.Errorf("page of %d: %w", conversation, err)
	}
	p.People, err = s.peopleOf(ctx, senders(p.Messages))
	return p, err
}
