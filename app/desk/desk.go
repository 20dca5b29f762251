// Package desk is the live customer service: visitors wait in queues, agents sit in seats, and a
// ticket is one session of service inside a visitor's conversation.
//
// A visitor's message in a conversation without an open ticket opens one (Heard, inside the send).
// Dispatch, one goroutine, hands waiting tickets to agents, first come first served, least busy first;
// an agent may also take one by hand. Whoever moves a ticket does it in the same way: lock the
// conversation, lock the seat, look at the ticket and the load again, write, and tell after the commit.
// So a ticket never has two owners and an agent never more than his cap. A ticket whose agent is lost
// goes back to its place in the queue; an agent may also give it to a colleague or to a queue (transfer.go).
// On several nodes a lease says whose Dispatch works a site's queue (lease.go).
// Everybody is told by a second goroutine (tell.go), which reads what it says from the database, so a
// frame is never older than the one before it.
//
// An agent may call colleagues into his ticket, who help along as guests until they leave or the ticket moves (guests.go).
//
// Who leads a site may watch it: the list of its tickets (list.go) and the board of the moment (board.go, wall.go). He may look
// into a conversation without anybody noticing (look.go), whisper to its agents (notes.go), come in, or take it over (takeover.go).
//
// Beside the tickets: what visitors leave (rating.go, contact.go), what agents write among themselves
// (notes.go) and have ready to say (canned.go).
package desk

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/faq"
	"ichat/app/hub"
	"ichat/app/id"
	"ichat/app/notify"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

// The states of a ticket, and what Live says to a visitor who has none.
const (
	stateNone    = "none"
	stateWaiting = "waiting"
	stateOpen    = "open"
	stateClosed  = "closed"
)

// The states an agent chooses for his seat.
const (
	seatOnline    = "online"    // gets tickets
	seatBusy      = "busy"      // gets none, takes by hand what he likes
	seatAway      = "away"      // gets and takes none
	seatInvisible = "invisible" // as busy, and away to everybody else
)

// How an assignment ended.
const (
	byAgent    = "agent"
	byVisitor  = "visitor"
	byAbsence  = "absent"
	byTransfer = "transferred"
	byBlock    = "blocked"
	byNoAnswer = "no_answer"
	byOverflow = "overflow"
	byIdle     = "idle"
	byGone     = "gone"
	byTakeOver = "taken over"
)

// firstCap is how many conversations a new agent takes at once.
const firstCap = 5

// firstQueue is the name of the queue every site begins with.
const firstQueue = "Support"

// Estimate is how long a waiting visitor will wait, in seconds.
type Estimate struct {
	FromS int `json:"from_s"`
	ToS   int `json:"to_s"`
}

// Live is what a visitor sees of the desk. Version grows with every change of his tickets, over all of
// them; a frame with a lower one is old.
type Live struct {
	ConversationID int64          `json:"conversation_id"`
	TicketID       int64          `json:"ticket_id"`
	State          string         `json:"state" enum:"none,waiting,open,closed"`
	Place          int            `json:"place"` // 1 is next; 0 when not waiting
	Estimate       *Estimate      `json:"estimate"`
	Agent          *people.Person `json:"agent"`
	Bot            *people.Person `json:"bot,omitempty"` // who answers first; he hands over on demand
	AgentsOnline   int            `json:"agents_online"`
	Away           bool           `json:"away"`     // nobody is there to answer
	Closed         bool           `json:"closed"`   // that is so because of the hours
	OpensAt        *time.Time     `json:"opens_at"` // when they begin again; null when open, or for good
	Rating         *Rating        `json:"rating"`
	MayRate        bool           `json:"may_rate"`
	AskRating      bool           `json:"ask_rating"` // the agent asks for a rating that was not given yet
	Version        int64          `json:"version"`
	MayMail        bool           `json:"may_mail,omitempty"` // a transcript can be sent by mail
	Busy           bool           `json:"busy,omitempty"`     // too many wait before him: he is asked to leave a message, which waits all the same
	Words          string         `json:"words,omitempty"`    // what his queue says to him while he waits
	Choose         []Choice       `json:"choose,omitempty"`   // what he may choose from before he writes
	Apology        bool           `json:"apology,omitempty"`  // nobody answered in time: he is asked to leave a message, and goes on waiting
}

// Ticket is one session of service as agents see it.
type Ticket struct {
	ID             int64           `json:"id"`
	SiteID         int64           `json:"site_id"`
	QueueID        int64           `json:"queue_id"`
	Queue          string          `json:"queue"`
	ConversationID int64           `json:"conversation_id"`
	Visitor        people.Person   `json:"visitor"`
	State          string          `json:"state" enum:"waiting,open,closed"`
	Agent          *people.Person  `json:"agent"`
	Guests         []people.Person `json:"guests"` // colleagues who help along
	OpenedAt       time.Time       `json:"opened_at"`
	AssignedAt     *time.Time      `json:"assigned_at"`
	AnsweredAt     *time.Time      `json:"answered_at"` // when an agent first wrote
	ClosedAt       *time.Time      `json:"closed_at"`
	Version        int64           `json:"version"`  // grows with every change of the ticket
	DueAt          *time.Time      `json:"due_at"`   // written while closed: nobody waits in vain before this
	FromSeq        int64           `json:"from_seq"` // where its part of the conversation begins
	LastText       string          `json:"last_text"`
	LastAt         time.Time       `json:"last_at"`
	Page           string          `json:"page"`
	Rating         int             `json:"rating"` // 1 to 5 stars; 0 while there is none
	RatingComment  string          `json:"rating_comment"`
	Contact        Contact         `json:"contact"`
	VIP            bool            `json:"vip"`       // an agent said that this visitor is served before others
	Priority       int             `json:"priority"`  // of two who wait in a queue, the higher is served first
	Locale         string          `json:"locale"`    // the visitor's language
	Wanted         int64           `json:"wanted"`    // the agent he asked for; 0: nobody
	AnswerBy       *time.Time      `json:"answer_by"` // until when its agent has to answer before somebody else gets it
	Nudged         bool            `json:"nudged"`    // he was called: it is nearly over
}

// Seat is an agent at work: State is what he chose, Present whether he is connected (or was a moment ago). Who is
// invisible is shown so to himself alone; to everybody else he is away and not there.
type Seat struct {
	Person    people.Person `json:"person"`
	State     string        `json:"state" enum:"online,busy,away,invisible"`
	Present   bool          `json:"present"`
	Cap       int           `json:"cap"`
	Load      int           `json:"load"`
	Languages []string      `json:"languages"` // he speaks
	Version   int64         `json:"version"`
}

// Desk is an agent's first screen.
type Desk struct {
	Seat    Seat     `json:"seat"`
	Waiting []Ticket `json:"waiting"` // in the order they will be served
	Mine    []Ticket `json:"mine"`    // also those he is a guest in
	Seats   []Seat   `json:"seats"`
}

// Skipped is an agent an assignment passed over, and for what.
type Skipped struct {
	PersonID int64  `json:"person_id"`
	Name     string `json:"name"`
	Reason   string `json:"reason"`
}

// Why explains an assignment. By is the person who decided, 0 when the rule did.
type Why struct {
	Rule    string    `json:"rule"`
	Picked  int64     `json:"picked"`
	By      int64     `json:"by"`
	Skipped []Skipped `json:"skipped"`
}

// Assignment is one stretch of an agent having a ticket.
type Assignment struct {
	ID      int64         `json:"id"`
	Agent   people.Person `json:"agent"`
	At      time.Time     `json:"at"`
	EndedAt *time.Time    `json:"ended_at"`
	EndedBy string        `json:"ended_by"` // agent, visitor, absent, transferred, taken over, blocked, no_answer, idle or gone; empty while it lasts
	Why     Why           `json:"why"`
}

// TicketDetail is a ticket with everybody who had it.
type TicketDetail struct {
	Ticket  Ticket       `json:"ticket"`
	History []Assignment `json:"history"`
	Events  []Event      `json:"events"` // what was decided beside, oldest first
}

// TicketPage is a stretch of tickets, newest first.
type TicketPage struct {
	Tickets []Ticket `json:"tickets"`
	More    bool     `json:"more"`
}

// Service is the desk of all sites.
type Service struct {
	db     *storage.DB
	ids    *id.Source
	now    func() time.Time
	hub    *hub.Hub
	sites  *sites.Service
	people *people.Service
	chat   *chat.Service
	audit  *audit.Log
	notify *notify.Service
	faq    *faq.Service
	log    *slog.Logger

	work *inbox             // what Dispatch has to look at
	tell *inbox             // what has to be told
	told map[int64]tellings // by site; owned by the telling goroutine

	seen     *seen              // what was told from here, or elsewhere
	toldHere map[int64]tellings // told, of what is told again; owned by the telling goroutine
	missed   chan struct{}      // wakes watching: other nodes may have told in vain

	leases *leases

	assigned, queries atomic.Int64 // by Dispatch

	boards *inbox // sites whose boards are another than they were
	walls  *walls

	looks *looks // who looks into which conversation

	hours chan struct{} // wakes keepHours: a site has others
	alarm *alarm        // wakes keepTime
	rules *ruleBook
}

// New makes the desk. It moves when Run does; the hooks (Heard, SeatTx, QueueTx, Presence) are
// registered by whoever builds the product.
func New(db *storage.DB, ids *id.Source, now func() time.Time, h *hub.Hub, places *sites.Service, p *people.Service, c *chat.Service, n *notify.Service, f *faq.Service, acts *audit.Log, log *slog.Logger) *Service {
	s := &Service{
		db: db, ids: ids, now: now, hub: h, sites: places, people: p, chat: c, notify: n, faq: f, audit: acts, log: log,
		work: newInbox(), tell: newInbox(), told: map[int64]tellings{}, toldHere: map[int64]tellings{}, seen: newSeen(), missed: make(chan struct{}, 1), leases: newLeases(db),
		boards: newInbox(), walls: newWalls(), looks: newLooks(), hours: make(chan struct{}, 1),
		alarm: newAlarm(), rules: newRuleBook(),
	}
	h.OnTold(topicNews, s.hears)
	h.OnTold(topicFreed, s.freed)
	h.OnTold(topicDue, s.isDue)
	s.hearNodes()
	s.hearLooks()
	h.OnMissed(func() {
		select {
		case s.missed <- struct{}{}:
		default: // already awake
		}
	})
	return s
}

// Work is what this node's dispatcher has done since it began. Queries are counted when the database counts.
type Work struct{ Assigned, Queries int64 }

// Work returns the counters.
func (s *Service) Work() Work { return Work{Assigned: s.assigned.Load(), Queries: s.queries.Load()} }

// Waiting counts the visitors who wait, on all sites.
func (s *Service) Waiting(ctx context.Context) (n int64, err error) {
	err = s.db.R.NewRaw(`SELECT COUNT(*) FROM tickets WHERE state = 'waiting'`).Scan(ctx, &n)
	return n, err
}

// changed tells Dispatch and everybody else, once tx is committed, that a ticket moved, and with it
// the load of its agent's seat (0: nobody's).
func (s *Service) changed(tx *storage.Tx, site, ticket, agent int64) {
	tx.After(func() {
		s.tell.add(news{tickets: setOf(ticket), seats: setOf(agent)})
		s.work.add(news{sites: setOf(site), seats: setOf(agent)})
	})
}
