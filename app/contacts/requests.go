package contacts

import (
	"context"
	"time"
	"unicode/utf8"

	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

// What a request asks for, and how far it is.
const (
	forFriend = "friend"
	forGroup  = "group" // to come into one
	forFound  = "found" // to make one, where the server wants to approve it

	pending = "pending"
	agreed  = "agreed"
	refusal = "refused"
)

const (
	longestNote   = 200
	longestRemark = 64
)

// Request is somebody's wish to be friends, or to come into a group.
type Request struct {
	ID        int64     `json:"id" bun:"id"`
	Kind      string    `json:"kind" bun:"kind" enum:"friend,group,found"`
	FromID    int64     `json:"from_id" bun:"from_id"`
	ToID      int64     `json:"to_id" bun:"to_id"` // a person or a group
	Note      string    `json:"note" bun:"note"`
	State     string    `json:"state" bun:"state" enum:"pending,agreed,refused"`
	Reason    string    `json:"reason" bun:"reason"`
	CreatedAt time.Time `json:"created_at" bun:"created_at"`
}

// line is one line of what somebody types, or a refusal.
func line(field, typed string, most int) (string, error) {
	text := sites.OneLine(typed)
	if utf8.RuneCountInString(text) > most {
		return "", fault.New(fault.Invalid, "this text is too long").With(field, "this text is too long")
	}
	return text, nil
}

// Ask is how somebody wants to be friends with another one, whom he files in a group of his own.
type Ask struct {
	Person  int64  `json:"person" minimum:"1"`
	GroupID int64  `json:"group_id,omitempty" minimum:"0"`
	Note    string `json:"note,omitempty" maxLength:"1024"`
}

// Request asks somebody to be friends; where he never took the asking one off his list they are so at once.
// Faults: Invalid (oneself), NotFound, Conflict (friends already, asked already), Denied (blocked).
func (s *Service) Request(ctx context.Context, me int64, a Ask) (r Request, err error) {
	if a.Note, err = line("note", a.Note, longestNote); err != nil {
		return r, err
	}
	if _, err := s.people.Member(ctx, me); err != nil {
		return r, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		r, err = s.requestTx(ctx, tx, me, a)
		return err
	})
	if storage.IsUnique(err) { // two at once
		err = errAsked
	}
	return r, err
}

func (s *Service) requestTx(ctx context.Context, tx *storage.Tx, me int64, a Ask) (Request, error) {
	if a.Person != me {
		if _, err := s.people.MemberIn(ctx, tx, a.Person); err != nil {
			return Request{}, err
		}
	}
	if err := ownsGroup(ctx, tx, me, a.GroupID); err != nil {
		return Request{}, err
	}
	b, err := s.betweenTx(ctx, tx, me, a.Person)
	if err != nil {
		return Request{}, err
	}
	atOnce, err := b.mayRequest()
	if err != nil {
		return Request{}, err
	}
	r := requestRow{Request: Request{ID: s.ids.Next(), Kind: forFriend, FromID: me, ToID: a.Person, Note: a.Note, State: pending, CreatedAt: s.time()}, GroupID: a.GroupID}
	if atOnce {
		r.State = agreed
		return r.Request, s.befriendTx(ctx, tx, me, a.Person, a.GroupID, 0)
	}
	if err := insertRequest(ctx, tx, r); err != nil {
		return Request{}, err
	}
	item := boxRow{PersonID: a.Person, ID: s.ids.Next(), Kind: "friend_request", RequestID: r.ID, FromID: me, Text: a.Note, At: r.CreatedAt}
	return r.Request, s.deliverTx(ctx, tx, []boxRow{item}, nil)
}

// befriendTx puts two people on each other's lists, where they are not yet, and opens their conversation.
func (s *Service) befriendTx(ctx context.Context, tx *storage.Tx, me, other, mine, his int64) error {
	if _, err := s.chat.BondTx(ctx, tx, me, other); err != nil {
		return err
	}
	for _, f := range []struct{ person, friend, group int64 }{{me, other, mine}, {other, me, his}} {
		if err := insertFriend(ctx, tx, f.person, f.friend, f.group, s.time()); err != nil {
			return err
		}
	}
	return s.bothTx(ctx, tx, me, other)
}

// bothTx tells two people what they are to each other now.
func (s *Service) bothTx(ctx context.Context, tx *storage.Tx, a, b int64) error {
	changes := map[int64]Change{}
	for _, pair := range [][2]int64{{a, b}, {b, a}} {
		friends, err := s.friendsIn(ctx, tx, pair[0], pair[1])
		if err != nil {
			return err
		}
		c := Change{Friends: friends}
		if len(friends) == 0 {
			c.Gone = []int64{pair[1]}
		}
		changes[pair[0]] = c
	}
	return s.tellTx(ctx, tx, changes)
}

// Answer is what somebody says to a request: where he files the new friend, or why not.
type Answer struct {
	GroupID int64  `json:"group_id,omitempty" minimum:"0"`
	Reason  string `json:"reason,omitempty" maxLength:"1024"`
}

// Agree makes friends of two people, or lets the applicant into the group, in one write. Faults: NotFound (not
// the caller's to answer), Conflict (answered already, full, dissolved), Denied (blocked since).
func (s *Service) Agree(ctx context.Context, me, request int64, a Answer) (r Request, err error) {
	return s.answer(ctx, me, request, a, agreed)
}

// Refuse says no, with a reason if there is one.
func (s *Service) Refuse(ctx context.Context, me, request int64, a Answer) (r Request, err error) {
	return s.answer(ctx, me, request, a, refusal)
}

func (s *Service) answer(ctx context.Context, me, request int64, a Answer, state string) (Request, error) {
	var row requestRow
	reason, err := line("reason", a.Reason, longestNote)
	if err != nil {
		return Request{}, err
	}
	a.Reason = reason
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if row, err = requestByID(ctx, tx, request); err != nil {
			return err
		}
		role := ""
		if row.Kind == forGroup {
			if role, err = s.chat.LockRoleTx(ctx, tx, row.ToID, me); err != nil {
				return err
			}
			if row, err = requestByID(ctx, tx, request); err != nil { // as it is under the group's lock
				return err
			}
		}
		if err := mayAnswer(row.Kind, row.State, row.ToID == me, role); err != nil {
			return err
		}
		row.State, row.Reason = state, a.Reason
		if state == agreed {
			if err := s.grantTx(ctx, tx, row, me, a); err != nil {
				return err
			}
		}
		if err := answerRequest(ctx, tx, row, me, s.time()); err != nil {
			return err
		}
		return s.answeredTx(ctx, tx, row, me)
	})
	return row.Request, err
}

// grantTx does what an agreed request asks for.
func (s *Service) grantTx(ctx context.Context, tx *storage.Tx, row requestRow, me int64, a Answer) error {
	if row.Kind == forGroup {
		return s.admitTx(ctx, tx, row.ToID, row.FromID)
	}
	if err := ownsGroup(ctx, tx, me, a.GroupID); err != nil {
		return err
	}
	b, err := s.betweenTx(ctx, tx, row.FromID, me)
	if err != nil {
		return err
	}
	b.asked = false
	if _, err := b.mayRequest(); err != nil {
		return err
	}
	return s.befriendTx(ctx, tx, me, row.FromID, a.GroupID, row.GroupID)
}

// answeredTx tells whoever has the request in his box that it is answered, and the asking one how.
func (s *Service) answeredTx(ctx context.Context, tx *storage.Tx, row requestRow, me int64) error {
	held, err := boxOfRequest(ctx, tx, row.ID)
	if err != nil {
		return err
	}
	notice := boxRow{PersonID: row.FromID, ID: s.ids.Next(), Kind: row.Kind + "_" + row.State, RequestID: row.ID, FromID: me, Text: row.Reason, At: s.time()}
	if row.Kind == forGroup {
		notice.AboutID = row.ToID
		if notice.About, err = s.chat.NameIn(ctx, tx, row.ToID); err != nil {
			return err
		}
	}
	return s.deliverTx(ctx, tx, []boxRow{notice}, held)
}

// betweenTx reads what two people are to each other. It locks neither: unique keys and the request's own state
// decide when two act at once.
func (s *Service) betweenTx(ctx context.Context, tx *storage.Tx, me, other int64) (between, error) {
	b := between{self: me == other}
	if b.self {
		return b, nil
	}
	var n struct{ Lists, Listed, Blocks, Blocked, Asked, HeAsked, Mine, His int64 }
	err := tx.NewRaw(`SELECT
		(SELECT COUNT(*) FROM friends WHERE person_id = ?0 AND friend_id = ?1) AS lists,
		(SELECT COUNT(*) FROM friends WHERE person_id = ?1 AND friend_id = ?0) AS listed,
		(SELECT COUNT(*) FROM person_blocks WHERE person_id = ?0 AND blocked_id = ?1) AS blocks,
		(SELECT COUNT(*) FROM person_blocks WHERE person_id = ?1 AND blocked_id = ?0) AS blocked,
		(SELECT COUNT(*) FROM requests WHERE kind = 'friend' AND from_id = ?0 AND to_id = ?1 AND state = 'pending') AS asked,
		(SELECT COUNT(*) FROM requests WHERE kind = 'friend' AND from_id = ?1 AND to_id = ?0 AND state = 'pending') AS he_asked,
		(SELECT COUNT(*) FROM friends WHERE person_id = ?0) AS mine,
		(SELECT COUNT(*) FROM friends WHERE person_id = ?1) AS his`, me, other).Scan(ctx, &n)
	most := int64(s.settings.Current().Members.MaxFriends)
	b.lists, b.listed, b.blocks, b.blocked, b.asked, b.heAsked = n.Lists > 0, n.Listed > 0, n.Blocks > 0, n.Blocked > 0, n.Asked > 0, n.HeAsked > 0
	b.full = !b.lists && n.Mine >= most || !b.listed && n.His >= most
	return b, err
}

// time is now as the databases keep it.
func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
