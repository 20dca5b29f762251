package people

import (
	"context"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

// SetupLink makes the one-time token by which the first owner signs up, and ends the one made
// before. It is not needed once there is an owner.
func (s *Service) SetupLink(ctx context.Context) (token string, needed bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		owned, err := hasOwner(ctx, tx)
		if needed = !owned; err != nil || owned {
			return err
		}
		if err := dropLinks(ctx, tx, forSetup, 0); err != nil {
			return err
		}
		token, err = newLink(ctx, tx, forSetup, 0, 0, s.now().UTC().Add(setupFor))
		return err
	})
	return token, needed, err
}

// CreateOwner makes an owner of every site that exists. A taken e-mail address is fault.Conflict.
func (s *Service) CreateOwner(ctx context.Context, email, name, password string) (Person, error) {
	a, err := Account{Name: name, Email: email, Password: password}.checked()
	if err != nil {
		return Person{}, err
	}
	hash, err := s.vault.hash(ctx, a.Password)
	if err != nil {
		return Person{}, err
	}
	var owner Person
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if owner, err = s.ownerTx(ctx, tx, a, hash); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{Action: "owner.create", TargetID: owner.ID, Target: owner.Name, Changes: []audit.Change{{Field: "email", New: a.Email}}})
	})
	return owner, err
}

func (s *Service) ownerTx(ctx context.Context, tx *storage.Tx, a Account, hash string) (Person, error) {
	owner := account{Person: Person{ID: s.ids.Next(), Kind: KindMember, Name: a.Name}, Email: a.Email, PasswordHash: hash, Locale: a.Locale}
	if err := insertPerson(ctx, tx, owner, s.now().UTC()); err != nil {
		return Person{}, err
	}
	all, err := siteIDs(ctx, tx)
	if err != nil {
		return Person{}, err
	}
	for _, site := range all {
		if _, err := insertRole(ctx, tx, owner.ID, site, RoleOwner); err != nil {
			return Person{}, err
		}
	}
	return owner.Person, s.agentCame(ctx, tx, owner.ID)
}

func (s *Service) agentCame(ctx context.Context, tx *storage.Tx, person int64) error {
	for _, hook := range s.onAgent {
		if err := hook(ctx, tx, person); err != nil {
			return err
		}
	}
	return nil
}

// ResetPassword gives a member a new password and ends every sign-in made with the old one.
func (s *Service) ResetPassword(ctx context.Context, email, password string) error {
	email, problem := normalEmail(email)
	if problem != "" {
		return invalid().With("email", problem)
	}
	if problem := passwordProblem(password); problem != "" {
		return invalid().With("password", problem)
	}
	hash, err := s.vault.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		a, err := accountByEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		if err := setPassword(ctx, tx, a.ID, hash); err != nil {
			return err
		}
		if err := s.audit.WriteTx(ctx, tx, audit.Entry{Action: "owner.reset_password", TargetID: a.ID, Target: a.Name}); err != nil {
			return err
		}
		return s.endAllTx(ctx, tx, a.ID)
	})
}

// Setup makes the first owner with the token of SetupLink, names the first site and signs the
// owner in. An empty siteName keeps the name.
func (s *Service) Setup(ctx context.Context, token string, a Account, siteName string) (person int64, session string, err error) {
	// The token comes first: a stranger learns nothing, and makes nobody hash a password.
	if _, err := openLink(ctx, s.db.R, token, forSetup, s.now().UTC()); err != nil {
		return 0, "", err
	}
	if a, err = a.checked(); err != nil {
		return 0, "", err
	}
	if siteName = sites.OneLine(siteName); utf8.RuneCountInString(siteName) > maxName {
		return 0, "", invalid().With("site_name", tooLong(maxName))
	}
	first, err := s.sites.First(ctx)
	if err != nil {
		return 0, "", err
	}
	hash, err := s.vault.hash(ctx, a.Password)
	if err != nil {
		return 0, "", err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := s.sites.LockTx(ctx, tx, first.ID); err != nil { // two different tokens, two nodes
			return err
		}
		if err := useLink(ctx, tx, token, forSetup, s.now().UTC()); err != nil {
			return err
		}
		if owned, err := hasOwner(ctx, tx); err != nil || owned {
			return orConflict(err, "this server has an owner already")
		}
		if siteName != "" {
			if _, err := s.sites.ChangeTx(ctx, tx, first.ID, sites.Change{Name: &siteName}); err != nil {
				return err
			}
		}
		owner, err := s.ownerTx(ctx, tx, a, hash)
		if err != nil {
			return err
		}
		person = owner.ID
		changes := []audit.Change{{Field: "email", New: a.Email}, {Field: "site_name", Old: first.Name, New: siteName}}
		if err := s.audit.WriteTx(ctx, tx, audit.Entry{By: person, Action: "owner.setup", Site: first.ID, TargetID: person, Target: owner.Name, Changes: changes}); err != nil {
			return err
		}
		session, err = s.startTx(ctx, tx, person, KindMember)
		return err
	})
	return person, session, err
}

// Accept lets an invited agent choose a name and a password, once, and signs the agent in.
func (s *Service) Accept(ctx context.Context, token, name, password, locale string) (person int64, session string, err error) {
	if person, err = openLink(ctx, s.db.R, token, forInvitation, s.now().UTC()); err != nil {
		return 0, "", err
	}
	refusal := invalid()
	name, problem := normalName(name)
	if problem != "" {
		refusal = refusal.With("name", problem)
	}
	if problem := passwordProblem(password); problem != "" {
		refusal = refusal.With("password", problem)
	}
	if len(refusal.Fields) > 0 {
		return 0, "", refusal
	}
	hash, err := s.vault.hash(ctx, password)
	if err != nil {
		return 0, "", err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := useLink(ctx, tx, token, forInvitation, s.now().UTC()); err != nil {
			return err
		}
		if joined, err := joinInvited(ctx, tx, person, name, hash, normalLocale(locale)); err != nil || !joined {
			return orNotFound(err, "link not found")
		}
		session, err = s.startTx(ctx, tx, person, KindMember)
		return err
	})
	return person, session, err
}

func orConflict(err error, message string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, message)
}

func orNotFound(err error, message string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, message)
}

func siteIDs(ctx context.Context, db bun.IDB) ([]int64, error) {
	var ids []int64
	err := db.NewRaw(`SELECT id FROM sites ORDER BY id`).Scan(ctx, &ids)
	return ids, err
}

func setPassword(ctx context.Context, tx *storage.Tx, person int64, hash string) error {
	_, err := tx.NewRaw(`UPDATE people SET password_hash = ? WHERE id = ?`, hash, person).Exec(ctx)
	return err
}

// joinInvited completes somebody who has no password yet; it never replaces one.
func joinInvited(ctx context.Context, tx *storage.Tx, person int64, name, hash, locale string) (bool, error) {
	return changed(tx.NewRaw(`
		UPDATE people SET name = ?, password_hash = ?, locale = ?
		WHERE id = ? AND password_hash = '' AND disabled_at IS NULL`, name, hash, locale, person).Exec(ctx))
}
