package people

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/sites"
	"ichat/app/web"
	"ichat/storage"
)

// Service keeps the people.
type Service struct {
	db    *storage.DB
	ids   *id.Source
	now   func() time.Time
	sites *sites.Service
	audit *audit.Log
	epoch string
	vault *vault
	web   *web.Server // set by Routes; for cookies and links

	onAgent      []func(context.Context, *storage.Tx, int64) error
	onInvited    func(context.Context, *storage.Tx, Invited) (bool, error)
	onSessionEnd []func(string)
	onPersonEnd  []func(int64)
	seats        func(context.Context, []int64) (map[int64]Seat, error)
	registration func() string
	proved       func(context.Context, string) (use func(context.Context, *storage.Tx) error, err error)
	setSeat      func(context.Context, *storage.Tx, int64, SeatChange) (was SeatChange, err error)
}

// New makes the room. epoch names the life of the database to clients.
func New(db *storage.DB, ids *id.Source, now func() time.Time, sites *sites.Service, log *audit.Log, epoch string) *Service {
	return &Service{db: db, ids: ids, now: now, sites: sites, audit: log, epoch: epoch, vault: newVault(),
		registration: func() string { return RegisterClosed },
		onInvited:    func(context.Context, *storage.Tx, Invited) (bool, error) { return false, nil },
		seats:        func(context.Context, []int64) (map[int64]Seat, error) { return nil, nil },
		setSeat:      func(context.Context, *storage.Tx, int64, SeatChange) (SeatChange, error) { return SeatChange{}, nil }}
}

// OnAgent adds a hook that runs inside the write by which somebody comes to answer on a site. It
// runs again for the same person on another site.
func (s *Service) OnAgent(hook func(ctx context.Context, tx *storage.Tx, person int64) error) {
	s.onAgent = append(s.onAgent, hook)
}

// OnInvited says what sends invitations: it runs inside the write that makes the link, and tells whether a mail
// will go out.
func (s *Service) OnInvited(mail func(ctx context.Context, tx *storage.Tx, in Invited) (mailed bool, err error)) {
	s.onInvited = mail
}

// OnSessionEnd adds a hook that runs after one sign-in has ended; session is web.Caller.Session.
func (s *Service) OnSessionEnd(hook func(session string)) {
	s.onSessionEnd = append(s.onSessionEnd, hook)
}

// OnPersonEnd adds a hook that runs after all sign-ins of a person have ended.
func (s *Service) OnPersonEnd(hook func(person int64)) {
	s.onPersonEnd = append(s.onPersonEnd, hook)
}

// Seats tells the room where the desk keeps what it shows and sets beside an agent.
func (s *Service) Seats(read func(ctx context.Context, people []int64) (map[int64]Seat, error), set func(ctx context.Context, tx *storage.Tx, person int64, c SeatChange) (was SeatChange, err error)) {
	s.seats, s.setSeat = read, set
}

// Person finds somebody by id.
func (s *Service) Person(ctx context.Context, id int64) (Person, error) {
	a, err := accountByID(ctx, s.db.R, id)
	return a.Person, err
}

// LocaleOf is the language of somebody, as a page of his last said it.
func (s *Service) LocaleOf(ctx context.Context, q bun.IDB, id int64) (string, error) {
	a, err := accountByID(ctx, q, id)
	return a.Locale, err
}

// EmailOf is the address a member signs in with.
func (s *Service) EmailOf(ctx context.Context, member int64) (string, error) {
	a, err := accountByID(ctx, s.db.R, member)
	return a.Email, err
}

// PeopleByID finds many at once; who does not exist is left out.
func (s *Service) PeopleByID(ctx context.Context, ids []int64) (map[int64]Person, error) {
	return s.PeopleIn(ctx, s.db.R, ids)
}

// PeopleIn is PeopleByID inside a caller's write or snapshot: a write that waited for a second
// connection could wait for ever.
func (s *Service) PeopleIn(ctx context.Context, r bun.IDB, ids []int64) (map[int64]Person, error) {
	found, err := peopleByID(ctx, r, ids)
	byID := make(map[int64]Person, len(found))
	for _, p := range found {
		byID[p.ID] = p
	}
	return byID, err
}

// NameIn is how a person is called, inside a caller's write.
func (s *Service) NameIn(ctx context.Context, r bun.IDB, person int64) (string, error) {
	a, err := accountByID(ctx, r, person)
	return a.Name, err
}

// RoleOn is the role of a person on a site; "" for none, and for somebody disabled.
func (s *Service) RoleOn(ctx context.Context, person, site int64) (string, error) {
	return roleOn(ctx, s.db.R, person, site)
}

// SitesOf lists the roles of a person; none for somebody disabled.
func (s *Service) SitesOf(ctx context.Context, person int64) ([]Role, error) {
	return rolesOf(ctx, s.db.R, person)
}

// SitesOfEach lists the sites on which each of these people has a role, in order; nothing for somebody disabled.
func (s *Service) SitesOfEach(ctx context.Context, persons []int64) (map[int64][]int64, error) {
	return sitesOfEach(ctx, s.db.R, persons)
}

// AgentsOf lists everybody who answers on a site, owners too, by id.
func (s *Service) AgentsOf(ctx context.Context, site int64) ([]int64, error) {
	return agentIDs(ctx, s.db.R, site)
}

// LeadersOf lists who looks after the conversations of others on a site.
func (s *Service) LeadersOf(ctx context.Context, site int64) ([]int64, error) {
	return leaderIDs(ctx, s.db.R, site)
}

// Owns tells whether a person owns a site.
func (s *Service) Owns(ctx context.Context, person, site int64) (bool, error) {
	role, err := s.RoleOn(ctx, person, site)
	return role == RoleOwner, err
}

// SitesOwned lists the sites a person owns.
func (s *Service) SitesOwned(ctx context.Context, person int64) ([]int64, error) {
	roles, err := s.SitesOf(ctx, person)
	var owned []int64
	for _, r := range roles {
		if r.Role == RoleOwner {
			owned = append(owned, r.SiteID)
		}
	}
	return owned, err
}

// SignedIn tells who holds a token, in one query, or answers fault.SignedOut.
func (s *Service) SignedIn(ctx context.Context, token string) (web.Caller, error) {
	hash := id.Hash(token)
	in, err := sessionByHash(ctx, s.db, hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return web.Caller{}, err
	}
	now := s.now().UTC()
	if err != nil || in.Disabled || !now.Before(in.ExpiresAt) {
		return web.Caller{}, fault.New(fault.SignedOut, "your sign-in has ended, please sign in again")
	}
	if until := now.Add(lifetime(in.Kind)); in.ExpiresAt.Before(until.Add(-renewAfter)) {
		// A server that cannot write still lets people read: the next request tries again.
		_ = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return prolong(ctx, tx, hash, until) })
	}
	if address := web.AddressOf(ctx); in.Kind == KindVisitor && address != "" && address != in.Address {
		_ = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return moveSession(ctx, tx, hash, address) }) // as above
	}
	return web.Caller{Person: in.PersonID, Kind: in.Kind, Session: hash, Site: in.SiteID}, nil
}

// Ended tells which of these sign-ins are over: ended, expired, or somebody's who was disabled.
func (s *Service) Ended(ctx context.Context, sessions []string) ([]string, error) {
	left, err := living(ctx, s.db.R, sessions, s.now().UTC())
	if err != nil {
		return nil, err
	}
	slices.Sort(left)
	return slices.DeleteFunc(slices.Clone(sessions), func(session string) bool { _, lives := slices.BinarySearch(left, session); return lives }), nil
}

func lifetime(kind string) time.Duration {
	if kind == KindVisitor {
		return visitorSession
	}
	return memberSession
}

// startTx signs a person in and returns the token, which is written down nowhere else.
func (s *Service) startTx(ctx context.Context, tx *storage.Tx, person int64, kind string) (string, error) {
	token, now := id.Token(), s.now().UTC()
	if err := insertSession(ctx, tx, id.Hash(token), person, now, now.Add(lifetime(kind))); err != nil || kind == KindVisitor {
		return token, err
	}
	return token, describeSession(ctx, tx, id.Hash(token), web.DeviceOf(ctx), web.AddressOf(ctx))
}

// SignIn checks an e-mail address and a password and returns the person and a new token. It answers
// alike, and takes as long, when there is no such address, when nobody may use it and when the
// password is wrong.
func (s *Service) SignIn(ctx context.Context, email, password string) (person int64, token string, err error) {
	email, problem := normalEmail(email)
	a, err := account{}, error(nil)
	if problem == "" {
		a, err = accountByEmail(ctx, s.db.R, email)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, "", err
	}
	return s.enter(ctx, a, password, "e-mail or password is wrong")
}

// SignInByName is SignIn for a member who goes by his name.
func (s *Service) SignInByName(ctx context.Context, name, password string) (person int64, token string, err error) {
	a, err := accountByName(ctx, s.db.R, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, "", err
	}
	return s.enter(ctx, a, password, "name or password is wrong")
}

// enter signs in who knows the password of an account; the zero account is nobody's.
func (s *Service) enter(ctx context.Context, a account, password, refusal string) (person int64, token string, err error) {
	if passwordProblem(password) != "" {
		password = "" // no account has such a one, and hashing a novel would cost more
	}
	ok, err := s.vault.matches(ctx, a.PasswordHash, password)
	if err != nil {
		return 0, "", err
	}
	if !ok || a.DisabledAt != nil {
		return 0, "", fault.New(fault.SignedOut, refusal)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		token, err = s.startTx(ctx, tx, a.ID, a.Kind)
		return err
	})
	return a.ID, token, err
}

// SignOut ends one sign-in and its sockets.
func (s *Service) SignOut(ctx context.Context, session string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		tx.After(func() { s.sessionEnded(session) })
		return deleteSession(ctx, tx, session)
	})
}

// endAllTx ends every sign-in of a person, and their sockets once that is written.
func (s *Service) endAllTx(ctx context.Context, tx *storage.Tx, person int64) error {
	tx.After(func() {
		for _, hook := range s.onPersonEnd {
			hook(person)
		}
	})
	return deleteSessionsOf(ctx, tx, person)
}

func (s *Service) sessionEnded(session string) {
	for _, hook := range s.onSessionEnd {
		hook(session)
	}
}

// expireSlice keeps each write of ExpireSessions short: others wait behind it.
const expireSlice = 500

// ExpireSessions removes the sign-ins that are over, slice by slice, ends their sockets, and removes
// the one-time links that are over. jobs calls it.
func (s *Service) ExpireSessions(ctx context.Context) error {
	now := s.now().UTC()
	for {
		var hashes []string
		err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			hashes, err = deleteExpired(ctx, tx, now, expireSlice)
			return err
		})
		if err != nil {
			return err
		}
		for _, hash := range hashes {
			s.sessionEnded(hash)
		}
		if len(hashes) < expireSlice {
			break
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return dropOldLinks(ctx, tx, now) })
}

// session is what a signed-in page is told of its reader.
func (s *Service) session(ctx context.Context, person int64) (Session, error) {
	a, err := accountByID(ctx, s.db.R, person)
	if err != nil {
		return Session{}, err
	}
	roles, err := rolesOf(ctx, s.db.R, person)
	return Session{Person: a.Person, Email: a.Email, Roles: roles, Locale: a.Locale}, err
}
