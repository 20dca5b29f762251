package desk

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/hub"
	"ichat/app/people"
)

const (
	// lookFor is how long somebody looks into a conversation after he last said that he does. His page says so again before.
	lookFor = 90 * time.Second

	// surelyAfter is how long after the last frame its version is told once more, for a page that did not get it.
	surelyAfter = 2 * time.Second

	// lookAgain is how often a node compares with the database what it told, if other nodes may have told it in vain.
	lookAgain = 2 * time.Second
)

// topicUnlook is where nodes tell each other who looks no more.
const topicUnlook = "desk.unlook"

var (
	errNotYoursToWatch = fault.New(fault.Denied, "only supervisors and owners watch conversations")
	errInItYourself    = fault.New(fault.Conflict, "you are in this conversation yourself")
)

// Look says since which version somebody is told what happens in a conversation he looks into.
type Look struct {
	TicketID       int64     `json:"ticket_id"`
	ConversationID int64     `json:"conversation_id"`
	Version        int64     `json:"version"`
	Until          time.Time `json:"until"` // say so again before
}

// Watched is the data of a `watched` frame: what became of a conversation between two of its versions. Whoever does not have the
// first reads the conversation again; so does he who gets none of the messages, because they are too many.
type Watched struct {
	TicketID       int64           `json:"ticket_id"`
	ConversationID int64           `json:"conversation_id"`
	After          int64           `json:"after"`
	Version        int64           `json:"version"`
	Messages       []chat.Message  `json:"messages"`
	People         []people.Person `json:"people"`
}

// look is one person who looks into a conversation by way of this node.
type look struct {
	ticket, site, person int64
	version              int64 // told so far
	until                time.Time
	sure                 bool // the version was told twice
}

// looks is who looks into what. Nothing of it is stored or told to anybody: it ends with the connection.
type looks struct {
	wake chan struct{}

	mu  sync.Mutex
	of  map[int64]map[int64]look // conversation -> person; guarded by mu
	due set                      // conversations; guarded by mu
}

func newLooks() *looks {
	return &looks{wake: make(chan struct{}, 1), of: map[int64]map[int64]look{}, due: set{}}
}

func (l *looks) begin(conversation int64, one look) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[conversation] == nil {
		l.of[conversation] = map[int64]look{}
	}
	l.of[conversation][one.person] = one
}

func (l *looks) drop(conversation, person int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.of[conversation], person)
	if len(l.of[conversation]) == 0 {
		delete(l.of, conversation)
	}
}

// told takes note of how far somebody was told, unless he began anew meanwhile, further on.
func (l *looks) told(conversation, person, version int64, sure bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, in := l.of[conversation][person]; in && one.version <= version {
		one.version, one.sure = version, sure
		l.of[conversation][person] = one
	}
}

func (l *looks) into(conversation int64) []look {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []look
	for _, one := range l.of[conversation] {
		all = append(all, one)
	}
	return all
}

// stir wakes who tells, if anybody looks into the conversation; 0 stands for all of them.
func (l *looks) stir(conversation int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id := range l.of {
		if conversation == 0 || conversation == id {
			l.due[id] = true
		}
	}
	if len(l.due) == 0 {
		return
	}
	select {
	case l.wake <- struct{}{}:
	default: // already awake
	}
}

func (l *looks) take() []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	due := l.due.list()
	l.due = set{}
	return due
}

// unlook is what nodes tell each other.
type unlook struct {
	Conversation int64 `json:"conversation"`
	Person       int64 `json:"person"`
}

// hearLooks listens to what passes in conversations, on whatever node, and to who looks no more.
func (s *Service) hearLooks() {
	s.hub.OnPass(func(conversation, version, _ int64) {
		if version != 0 {
			s.looks.stir(conversation)
		}
	})
	s.hub.OnMissed(func() { s.looks.stir(0) })
	s.hub.OnTold(topicUnlook, func(hint []byte) {
		var gone unlook
		if json.Unmarshal(hint, &gone) == nil {
			s.looks.drop(gone.Conversation, gone.Person)
		}
	})
}

// Look has somebody who leads the site told what happens in the conversation of a ticket. He does not come into it, and
// nobody is told: not the visitor, not the agent. It ends when he is gone, leads no more, or does not ask again in time.
func (s *Service) Look(ctx context.Context, by, ticket int64) (Look, error) {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return Look{}, err
	}
	if !people.Leads(role) {
		return Look{}, errNotYoursToWatch
	}
	if t.State == stateClosed {
		return Look{}, errClosed
	}
	in, err := guestIDs(ctx, s.db.R, t.ID)
	if err != nil {
		return Look{}, err
	}
	if t.AgentID == by || slices.Contains(in, by) {
		return Look{}, errInItYourself
	}
	c, err := s.chat.Conversation(ctx, t.ConversationID)
	if err != nil {
		return Look{}, err
	}
	one := look{ticket: t.ID, site: t.SiteID, person: by, version: c.Version, until: s.now().Add(lookFor), sure: true}
	s.looks.begin(c.ID, one)
	s.looks.stir(c.ID) // what happened since the version was read
	return Look{TicketID: t.ID, ConversationID: c.ID, Version: c.Version, Until: one.until.UTC()}, nil
}

// Unlook ends what Look began; twice is once.
func (s *Service) Unlook(ctx context.Context, by, ticket int64) error {
	t, role, err := s.ticketFor(ctx, by, ticket)
	if err != nil {
		return err
	}
	if !people.Leads(role) {
		return errNotYoursToWatch
	}
	s.stopLooking(t.ConversationID, by)
	return nil
}

func (s *Service) stopLooking(conversation, person int64) {
	s.looks.drop(conversation, person)
	hint, err := json.Marshal(unlook{Conversation: conversation, Person: person})
	if err != nil {
		panic(err) // numbers
	}
	s.hub.Tell(topicUnlook, hint)
}

// looking tells those who look on until ctx ends. What could not be read is tried again.
func (s *Service) looking(ctx context.Context) {
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.looks.wake:
		case <-again.C:
			if s.hub.Several() {
				s.looks.stir(0)
			}
			continue
		}
		for _, conversation := range s.looks.take() {
			if err := s.showTo(ctx, conversation, s.looks.into(conversation)); err != nil {
				missed(ctx, s.log, "those who look on are not told", err, "conversation", conversation)
				time.AfterFunc(firstPause, func() { s.looks.stir(conversation) })
			}
		}
	}
}

// showTo tells those who look into a conversation what they lack, and takes leave of those who may not any more.
func (s *Service) showTo(ctx context.Context, conversation int64, all []look) error {
	var still []look
	for _, one := range all {
		role, err := s.people.RoleOn(ctx, one.person, one.site)
		if err != nil {
			return err
		}
		if people.Leads(role) && s.hub.Present(one.person) && s.now().Before(one.until) {
			still = append(still, one)
		} else {
			s.looks.drop(conversation, one.person)
		}
	}
	if len(still) == 0 {
		return nil
	}
	since := slices.MinFunc(still, func(a, b look) int { return int(a.version - b.version) }).version
	now, err := s.chat.Changed(ctx, conversation, since)
	if err != nil {
		return err
	}
	unsure := false
	for _, one := range still {
		if one.version >= now.Version && one.sure {
			continue
		}
		fresh := now.Version > one.version
		s.hub.Push([]int64{one.person}, hub.Frame{Type: "watched", Data: one.watched(conversation, now)})
		s.looks.told(conversation, one.person, now.Version, !fresh)
		unsure = unsure || fresh
	}
	if unsure {
		time.AfterFunc(surelyAfter, func() { s.looks.stir(conversation) })
	}
	return nil
}

// watched is what somebody lacks of the changes, which may begin before that.
func (l look) watched(conversation int64, now chat.Changes) Watched {
	w := Watched{TicketID: l.ticket, ConversationID: conversation, After: l.version, Version: now.Version, Messages: []chat.Message{}, People: now.People}
	if now.Partly {
		w.After = now.Version // nobody has that, so he reads it again
	}
	for _, m := range now.Messages {
		if m.Version > l.version {
			w.Messages = append(w.Messages, m)
		}
	}
	return w
}
