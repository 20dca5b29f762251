package chat

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/settings"
	"ichat/storage"
)

// Service is the core's use-cases. Every method may be called from many goroutines.
type Service struct {
	db       *storage.DB
	ids      *id.Source
	now      func() time.Time
	hub      *hub.Hub
	people   *people.Service
	settings *settings.Service
	epoch    string
	onDraft  []DraftHook
	onSend   []SendHook
	onRecall []RecallHook
	onEdit   []EditHook
	category func(ctx context.Context, tx *storage.Tx, category int64) error // refuses one that is not there
	log      *slog.Logger

	audiences audiences

	watch  *watch
	wake   chan struct{} // of Run
	handed chan struct{} // another node handed over a bind
}

// New builds the core; epoch is the database's (storage.DB.Epoch).
func New(db *storage.DB, ids *id.Source, now func() time.Time, h *hub.Hub, p *people.Service, set *settings.Service, epoch string, log *slog.Logger) *Service {
	s := &Service{db: db, ids: ids, now: now, hub: h, people: p, settings: set, epoch: epoch, log: log,
		watch: newWatch(), wake: make(chan struct{}, 1), handed: make(chan struct{}, 1)}
	h.OnTyping(s.typing)
	h.OnPass(s.watch.pass)
	h.OnMissed(func() { wake(s.wake); wake(s.handed) })
	h.OnTold(handed, func([]byte) { wake(s.handed) })
	return s
}

// OnRecall adds a hook that runs in the write that takes a message back. Call it before the first request.
func (s *Service) OnRecall(h RecallHook) { s.onRecall = append(s.onRecall, h) }

// OnEdit adds a hook that runs in the write that changes a message. Call it before the first request.
func (s *Service) OnEdit(h EditHook) { s.onEdit = append(s.onEdit, h) }

// OnSend adds a hook that runs in the write of every message. Call it before the first request.
func (s *Service) OnSend(h SendHook) { s.onSend = append(s.onSend, h) }

// OnDraft adds a hook that runs before the write of what a person sends, notes of the staff apart. Call it before the first request.
func (s *Service) OnDraft(h DraftHook) { s.onDraft = append(s.onDraft, h) }

// Send places a draft and returns the message once it is durable; every member's devices are
// told after that. The same client id again returns the first message, even after the sender
// has left; with another body it is a Conflict. Faults: Invalid, NotFound (not a member), Denied, Conflict,
// TooMany (in slow mode, with how long to wait), Unavailable (send the same again).
func (s *Service) Send(ctx context.Context, by, conversation int64, d Draft) (Message, error) {
	hash := d.hash() // before the hooks fill in the body
	err := s.ready(ctx, by, &d)
	var m Message
	if err == nil {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			m, err = s.placeTx(ctx, tx, by, conversation, d, hash)
			return err
		})
	}
	if perhapsSentBefore(err) {
		if first, found, err := s.again(ctx, by, conversation, d.ClientMsgID, hash); found || err != nil {
			return first, err
		}
	}
	return m, err
}

// perhapsSentBefore tells whether a send may have failed only because it is a retry: of what is there, or
// of what its sender may not say any more.
func perhapsSentBefore(err error) bool {
	refusal, refused := fault.As(err)
	return storage.IsUnique(err) || refused && refusal.Kind != fault.Unavailable
}

// ready checks a draft and lets the hooks complete it.
func (s *Service) ready(ctx context.Context, by int64, d *Draft) error {
	if err := d.check(s.settings.Current().Chat.MaxText); err != nil || d.note {
		return err
	}
	for _, hook := range s.onDraft {
		if err := hook(ctx, by, d); err != nil {
			return err
		}
	}
	return nil
}

// again answers a retry from what the first try left. A recalled message says no more what it was, so
// any retry of it gets the tombstone.
func (s *Service) again(ctx context.Context, by, conversation int64, clientMsgID, hash string) (Message, bool, error) {
	row, err := sentBefore(ctx, s.db, conversation, by, clientMsgID)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return Message{}, false, nil
		}
		return Message{}, false, err
	}
	if row.RecalledAt == nil && row.BodyHash != hash {
		return Message{}, true, fault.New(fault.Conflict, "this message id was used for another message")
	}
	found, err := said(ctx, s.db.R, []messageRow{row}, viewer{person: by, from: 1, hides: true}) // he saw what he answered
	if err != nil {
		return Message{}, true, err
	}
	return found[0], true, nil
}

// placeTx numbers and stores a message under the conversation's row lock.
func (s *Service) placeTx(ctx context.Context, tx *storage.Tx, by, conversation int64, d Draft, hash string) (Message, error) {
	c, err := number(ctx, tx, conversation, s.time())
	if err != nil {
		return Message{}, err
	}
	to, err := s.audienceTx(ctx, tx, c)
	if err != nil {
		return Message{}, err
	}
	if !d.may(c, to, by) {
		return Message{}, errNotIn
	}
	if err := d.mentionsOnly(to); err != nil {
		return Message{}, err
	}
	if d.Type != System {
		if err := s.maySendTx(ctx, tx, c, by, d); err != nil {
			return Message{}, err
		}
		if err := s.paceTx(ctx, tx, c, by); err != nil {
			return Message{}, err
		}
	}
	row := messageRow{ConversationID: c.ID, Seq: c.Seq, ID: s.ids.Next(), Version: c.Version, SenderID: by, ReplySeq: d.ReplyTo,
		ClientMsgID: d.ClientMsgID, BodyHash: hash, Type: d.Type, Body: string(encode(d.Body)), Alt: alt(d.Type, d.Body), CreatedAt: c.at}
	var files []int64
	if d.Body.From != nil {
		if files, err = s.forwardTx(ctx, tx, *d.Body.From, &row); err != nil {
			return Message{}, err
		}
	}
	if err := insertMessage(ctx, tx, row); err != nil {
		return Message{}, err
	}
	if err := mentionTx(ctx, tx, c, row, d.Body); err != nil {
		return Message{}, err
	}
	m := row.message()
	m.files = files
	if err := s.pushTx(ctx, tx, &m, to); err != nil {
		return Message{}, err
	}
	for _, hook := range s.onSend {
		if err := hook(ctx, tx, c, &m); err != nil {
			return Message{}, err
		}
	}
	return m, nil
}

// pushTx tells the members of a message, and what it answers to those who may know that.
func (s *Service) pushTx(ctx context.Context, tx *storage.Tx, m *Message, to []int64) error {
	frame := hub.Frame{Type: "message", ConversationID: m.ConversationID, Version: m.Version, Data: *m}
	if m.ReplyTo != nil {
		knowing, err := s.quoteTx(ctx, tx, m)
		if err != nil {
			return err
		}
		quoting := frame
		quoting.Data = *m
		tx.After(func() { s.hub.Push(knowing, quoting) })
		to = without(to, knowing)
	}
	tx.After(func() { s.hub.Push(to, frame) })
	return nil
}

// SystemTx adds a line that clients word themselves, such as "ticket.assigned". It joins the caller's write.
func (s *Service) SystemTx(ctx context.Context, tx *storage.Tx, conversation int64, key string, args map[string]string) (Message, error) {
	return s.SystemSaysTx(ctx, tx, conversation, key, args, "")
}

// SystemSaysTx is SystemTx with words of its own, which are shown instead of those that clients have for the key.
func (s *Service) SystemSaysTx(ctx context.Context, tx *storage.Tx, conversation int64, key string, args map[string]string, text string) (Message, error) {
	d := Draft{ClientMsgID: systemID(s.ids.Next()), Type: System, Body: Body{Key: key, Args: args, Text: text}}
	return s.placeTx(ctx, tx, 0, conversation, d, d.hash())
}

// systemID is the client id of a line that no client sent.
func systemID(id int64) string { return "system-" + strconv.FormatInt(id, 36) }

// time is now as the databases keep it.
func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Live returns the visitor's conversation on a site; NotFound when he never wrote.
func (s *Service) Live(ctx context.Context, site, visitor int64) (Conversation, error) {
	return liveOf(ctx, s.db, site, visitor)
}

// Conversation returns a header; NotFound when there is none.
func (s *Service) Conversation(ctx context.Context, id int64) (Conversation, error) {
	return conversation(ctx, s.db.R, id)
}

// LiveTx finds or makes the visitor's one live conversation on a site, with him as its member.
// Two at once make one: the unique key decides.
func (s *Service) LiveTx(ctx context.Context, tx *storage.Tx, site, visitor int64) (Conversation, error) {
	c, err := liveOf(ctx, tx, site, visitor)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return c, err
	}
	row := conversationRow{ID: s.ids.Next(), Kind: Live, SiteID: site, OwnerID: visitor, UpdatedAt: s.now().UTC()}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return Conversation{}, err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return liveOf(ctx, tx, site, visitor)
	}
	return row.conversation(), s.JoinTx(ctx, tx, row.ID, visitor, "visitor")
}

// LockTx takes the conversation's row lock, which comes before every other lock.
func (s *Service) LockTx(ctx context.Context, tx *storage.Tx, conversation int64) (Conversation, error) {
	return lock(ctx, tx, conversation)
}

// LockListTx takes the lock of the set of conversations somebody is in, which comes after every other lock.
func (s *Service) LockListTx(ctx context.Context, tx *storage.Tx, person int64) error {
	return lockList(ctx, tx, person)
}

// JoinTx lets a person into a conversation that is no group, and tells everyone. Agents and visitors of a
// live conversation see all of it; others what comes after. Joining again is harmless.
func (s *Service) JoinTx(ctx context.Context, tx *storage.Tx, conversation, person int64, role string) error {
	c, err := bump(ctx, tx, conversation)
	if err != nil {
		return err
	}
	if c.Kind == Group {
		return errors.New("a group changes by acts only")
	}
	m := memberRow{ConversationID: c.ID, PersonID: person, Role: role, JoinSeq: c.Seq + 1, Version: c.Version}
	if c.Kind == Live {
		m.JoinSeq = 1
	}
	if m, err = join(ctx, tx, m); err != nil {
		return err
	}
	return s.changedTx(ctx, tx, c, m)
}

// LeaveTx ends a person's place: nothing later reaches him. Leaving twice is harmless.
func (s *Service) LeaveTx(ctx context.Context, tx *storage.Tx, conversation, person int64) error {
	if row, err := membership(ctx, tx, conversation, person); err != nil || row.LeftSeq != nil {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	c, err := bump(ctx, tx, conversation)
	if err != nil {
		return err
	}
	if c.Kind == Group {
		return errors.New("a group changes by acts only")
	}
	m, err := leave(ctx, tx, c, person)
	if err != nil {
		return err
	}
	return s.changedTx(ctx, tx, c, m)
}

// listFrame tells somebody that he has one conversation more or less.
func listFrame(list int64) hub.Frame {
	return hub.Frame{Type: "list", Data: map[string]int64{"list": list}, List: list, Anew: true}
}

// MemberChange is the data of a `member` frame: the place and who has it.
type MemberChange struct {
	Member
	Person people.Person `json:"person"`
}

// changedTx tells the members, and the person himself, that his place is another now.
func (s *Service) changedTx(ctx context.Context, tx *storage.Tx, c Conversation, m memberRow) error {
	list, err := moveList(ctx, tx, m.PersonID)
	if err != nil {
		return err
	}
	to, err := audience(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	known, err := s.people.PeopleIn(ctx, tx, []int64{m.PersonID})
	if err != nil {
		return err
	}
	change := MemberChange{Member: m.member(), Person: known[m.PersonID]}
	tx.After(func() {
		s.hub.Push(to, hub.Frame{Type: "member", ConversationID: c.ID, Version: c.Version, Data: change})
		s.hub.Push([]int64{m.PersonID}, listFrame(list))
	})
	return nil
}

// typing passes on that somebody types, to the other members only, if they are at most 100.
func (s *Service) typing(person, conversation int64) {
	to, err := present(context.Background(), s.db.R, conversation, shownCursors+1)
	if err != nil {
		s.log.Error("typing not passed on", "err", err)
		return
	}
	i := slices.Index(to, person)
	if i < 0 || len(to) > shownCursors {
		return
	}
	to = slices.Delete(to, i, i+1)
	s.hub.Push(to, hub.Frame{Type: "typing", ConversationID: conversation, Data: map[string]int64{"person_id": person}, Droppable: true})
}
