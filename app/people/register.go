package people

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/storage"
)

// Who may become a member of the messenger.
const (
	RegisterOpen   = "open"   // everybody
	RegisterInvite = "invite" // who has a link of an owner
	RegisterClosed = "closed" // nobody
)

// forMember is the purpose of a link that makes a member, once.
const forMember = "member"

// Registration is how somebody wants to become a member.
type Registration struct {
	Name       string `json:"name" maxLength:"256"`
	Password   string `json:"password" maxLength:"1024"`
	Sex        string `json:"sex,omitempty" enum:",male,female,other"`
	Birthday   string `json:"birthday,omitempty" maxLength:"10"`
	Country    string `json:"country,omitempty" maxLength:"2"`
	Province   string `json:"province,omitempty" maxLength:"256"`
	City       string `json:"city,omitempty" maxLength:"256"`
	District   string `json:"district,omitempty" maxLength:"256"`
	Invitation string `json:"invitation,omitempty" maxLength:"128"` // of a link, where the server wants one
	Proof      string `json:"proof,omitempty" maxLength:"8192"`     // that this is no program, where the server wants that
}

// RegisteredAs tells the room who may register: a setting.
func (s *Service) RegisteredAs(mode func() string) { s.registration = mode }

// ProvedBy tells the room who looks at the proof a registration brings, and what uses it up in the write of the member.
func (s *Service) ProvedBy(check func(ctx context.Context, proof string) (use func(context.Context, *storage.Tx) error, err error)) {
	s.proved = check
}

// Register makes a member and signs him in. Faults: Denied (closed), NotFound (no such invitation), Invalid by
// field, Conflict (the name is taken), Unavailable (whoever looks at proofs is away).
func (s *Service) Register(ctx context.Context, r Registration, locale string) (person int64, token string, err error) {
	mode := s.registration()
	if mode == RegisterClosed {
		return 0, "", fault.New(fault.Denied, "nobody can register on this server at the moment")
	}
	if mode == RegisterInvite { // before a password is hashed for a stranger
		if _, err := openLink(ctx, s.db.R, r.Invitation, forMember, s.now().UTC()); err != nil {
			return 0, "", err
		}
	}
	name, profile, err := r.checked(s.now())
	if err != nil {
		return 0, "", err
	}
	folded := Folded(name)
	if taken, err := nameTaken(ctx, s.db.R, folded, 0); err != nil || taken {
		return 0, "", orTaken(err)
	}
	useProof, err := s.proved(ctx, r.Proof) // after what a person mends in the form: a service looks at a proof once
	if err != nil {
		return 0, "", err
	}
	hash, err := s.vault.hash(ctx, r.Password)
	if err != nil {
		return 0, "", err
	}
	a := account{Person: Person{ID: s.ids.Next(), Kind: KindMember, Name: name}, PasswordHash: hash, Locale: normalLocale(locale)}
	row := profileRow{PersonID: a.ID, Profile: profile, Folded: &folded, Presence: Online, CreatedAt: s.now().UTC()}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if mode == RegisterInvite {
			if err := useLink(ctx, tx, r.Invitation, forMember, s.now().UTC()); err != nil {
				return err
			}
		}
		if err := useProof(ctx, tx); err != nil {
			return err
		}
		if err := insertPerson(ctx, tx, a, s.now().UTC()); err != nil {
			return err
		}
		if err := insertProfile(ctx, tx, row); err != nil {
			return err
		}
		token, err = s.startTx(ctx, tx, a.ID, KindMember)
		return err
	})
	return a.ID, token, err
}

// checked is the name and profile that are asked for, or the fields that are wrong.
func (r Registration) checked(now time.Time) (name string, profile Profile, err error) {
	profile, problems := Profile{}.applied(ProfileChange{Sex: &r.Sex, Birthday: &r.Birthday, Country: &r.Country, Province: &r.Province, City: &r.City, District: &r.District}, now)
	name, problem := memberName(r.Name)
	if problem != "" {
		problems["name"] = problem
	}
	if problem := passwordProblem(r.Password); problem != "" {
		problems["password"] = problem
	}
	return name, profile, refused(problems)
}

// InviteMember makes a link by which one person may register, for an owner of any site. To anybody else the
// route does not exist.
func (s *Service) InviteMember(ctx context.Context, by int64) (link string, until time.Time, err error) {
	owned, err := s.SitesOwned(ctx, by)
	if err != nil || len(owned) == 0 {
		return "", until, orNotFound(err, "there is nothing at this address")
	}
	until = s.now().UTC().Add(inviteFor)
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		token, err := newLink(ctx, tx, forMember, 0, 0, until)
		link = s.web.Base(ctx) + "/im#join=" + token
		if err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "member.invite"})
	})
	return link, until, err
}

// accountByName finds somebody by the name he signs in with.
func accountByName(ctx context.Context, r bun.IDB, name string) (account, error) {
	var a account
	err := r.NewRaw(`SELECT `+accountColumns+` FROM profiles pr JOIN people p ON p.id = pr.person_id WHERE pr.folded = ?`, Folded(name)).Scan(ctx, &a)
	return a, storage.Found(err, "person")
}

// ChangePassword gives somebody who knows his old password a new one, and ends his other sign-ins. Faults:
// Invalid by field, Denied (the old one is wrong).
func (s *Service) ChangePassword(ctx context.Context, by int64, session, old, fresh string) error {
	if problem := passwordProblem(fresh); problem != "" {
		return invalid().With("password", problem)
	}
	a, err := accountByID(ctx, s.db.R, by)
	if err != nil {
		return err
	}
	if passwordProblem(old) != "" {
		old = ""
	}
	if ok, err := s.vault.matches(ctx, a.PasswordHash, old); err != nil || !ok {
		if err != nil {
			return err
		}
		return fault.New(fault.Denied, "the old password is wrong").With("old", "is wrong")
	}
	hash, err := s.vault.hash(ctx, fresh)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := setPassword(ctx, tx, by, hash); err != nil {
			return err
		}
		return s.endOthersTx(ctx, tx, by, session)
	})
}
