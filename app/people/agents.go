package people

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/audit"
	"ichat/app/fault"
	"ichat/app/web"
	"ichat/storage"
)

// AgentChange is what an owner wants different about an agent; nil leaves a thing as it is.
type AgentChange struct {
	Cap       *int      `json:"cap,omitempty"`
	Languages *[]string `json:"languages,omitempty" doc:"such as en or zh-CN"`
	Role      *string   `json:"role,omitempty"`
	Disabled  *bool     `json:"disabled,omitempty"`
}

func (c AgentChange) check() error {
	refusal := invalid()
	if c.Cap != nil && *c.Cap < 1 {
		refusal = refusal.With("cap", "must be at least 1")
	}
	if c.Cap != nil && *c.Cap > maxCap {
		refusal = refusal.With("cap", "must be at most 100")
	}
	if c.Role != nil && roleProblem(*c.Role) != "" {
		refusal = refusal.With("role", roleProblem(*c.Role))
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

// Agents lists who answers on a site, for its owner.
func (s *Service) Agents(ctx context.Context, by, site int64) ([]Agent, error) {
	if err := mustOwn(ctx, s.db.R, by, site); err != nil {
		return nil, err
	}
	return s.agents(ctx, site, 0)
}

// Invited is an invitation that was just written: whoever holds the path of its link may accept it.
type Invited struct {
	Site   int64
	Person int64
	By     string // the owner's name
	Email  string
	Locale string // of the page the owner used
	Path   string // of the link, on this server
}

// Invitation is what an owner is told of a link: where it leads, and whether it was mailed too.
type Invitation struct {
	Link   string
	Mailed bool
}

// Invite gives somebody a role on a site, and a link to sign up by when they are new. Who has an
// account already gets none: the link would let its holder choose their password.
func (s *Service) Invite(ctx context.Context, by, site int64, email, name, role string) (Agent, Invitation, error) {
	email, name, err := checkedInvitation(email, name, role)
	if err != nil {
		return Agent{}, Invitation{}, err
	}
	var person int64
	var in Invitation
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		person, in = 0, Invitation{}
		if err := s.lockOwned(ctx, tx, by, site, nil); err != nil {
			return err
		}
		a, err := accountByEmail(ctx, tx, email)
		if fault.Is(err, fault.NotFound) {
			a = account{Person: Person{ID: s.ids.Next(), Kind: KindMember, Name: name}, Email: email, Locale: "en"}
			err = insertPerson(ctx, tx, a, s.now().UTC())
		}
		if err != nil {
			return err
		}
		person = a.ID
		if fresh, err := insertRole(ctx, tx, person, site, role); err != nil || !fresh {
			return orConflict(err, "this person is an agent of the site already")
		}
		if err := s.agentCame(ctx, tx, person); err != nil {
			return err
		}
		changes := []audit.Change{{Field: "email", New: email}, {Field: "role", New: role}}
		if err := s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "agent.invite", Site: site, TargetID: person, Target: a.Name, Changes: changes}); err != nil {
			return err
		}
		if elsewhere, err := worksElsewhere(ctx, tx, by, person); err != nil || elsewhere || a.PasswordHash != "" {
			return err
		}
		in, err = s.invitationTx(ctx, tx, by, site, a)
		return err
	})
	if err != nil {
		return Agent{}, Invitation{}, err
	}
	agent, err := s.agent(ctx, site, person)
	return agent, in, err
}

func checkedInvitation(email, name, role string) (cleanEmail, cleanName string, err error) {
	refusal := invalid()
	email, problem := normalEmail(email)
	if problem != "" {
		refusal = refusal.With("email", problem)
	}
	if name, problem = normalName(name); problem != "" {
		refusal = refusal.With("name", problem)
	}
	if problem = roleProblem(role); problem != "" {
		refusal = refusal.With("role", problem)
	}
	if len(refusal.Fields) > 0 {
		return "", "", refusal
	}
	return email, name, nil
}

// InviteAgain makes a new link for somebody who has not signed up yet; the old one ends.
func (s *Service) InviteAgain(ctx context.Context, by, site, person int64) (Invitation, error) {
	var in Invitation
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		if err := s.lockOwned(ctx, tx, by, site, nil); err != nil {
			return err
		}
		if err := mustWorkOn(ctx, tx, person, site); err != nil {
			return err
		}
		a, err := accountByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if a.PasswordHash != "" {
			return fault.New(fault.Conflict, "this person has signed up already")
		}
		if elsewhere, err := worksElsewhere(ctx, tx, by, person); err != nil || elsewhere {
			return orConflict(err, worksElsewhereToo)
		}
		if in, err = s.invitationTx(ctx, tx, by, site, a); err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "agent.invite_again", Site: site, TargetID: person, Target: a.Name})
	})
	return in, err
}

func (s *Service) invitationTx(ctx context.Context, tx *storage.Tx, by, site int64, to account) (Invitation, error) {
	if err := dropLinks(ctx, tx, forInvitation, to.ID); err != nil {
		return Invitation{}, err
	}
	token, err := newLink(ctx, tx, forInvitation, site, to.ID, s.now().UTC().Add(inviteFor))
	if err != nil {
		return Invitation{}, err
	}
	owner, err := accountByID(ctx, tx, by)
	if err != nil {
		return Invitation{}, err
	}
	path := "/agent#invite=" + token
	mailed, err := s.onInvited(ctx, tx, Invited{Site: site, Person: to.ID, By: owner.Name, Email: to.Email, Locale: web.Lang(ctx), Path: path})
	return Invitation{Link: s.web.Base(ctx) + path, Mailed: mailed}, err
}

const worksElsewhereToo = "this person also works on a site that is not yours"

// ChangeAgent puts a change on an agent of a site. What would leave a site without an owner who
// can sign in is fault.Conflict, also when two owners try it on each other at once.
func (s *Service) ChangeAgent(ctx context.Context, by, site, person int64, c AgentChange) (Agent, error) {
	if err := c.check(); err != nil {
		return Agent{}, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		theirs, err := rolesHeld(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := s.lockOwned(ctx, tx, by, site, theirs); err != nil {
			return err
		}
		if err := mustWorkOn(ctx, tx, person, site); err != nil {
			return err
		}
		return s.changeAgentTx(ctx, tx, by, site, person, c)
	})
	if err != nil {
		return Agent{}, err
	}
	return s.agent(ctx, site, person)
}

// changeAgentTx makes a change that was allowed, and writes it down as one act.
func (s *Service) changeAgentTx(ctx context.Context, tx *storage.Tx, by, site, person int64, c AgentChange) error {
	a, err := accountByID(ctx, tx, person)
	if err != nil {
		return err
	}
	var was AgentChange
	if c.Role != nil {
		if was.Role, err = s.setRoleTx(ctx, tx, site, person, *c.Role); err != nil {
			return err
		}
	}
	if c.Cap != nil || c.Languages != nil {
		seat, err := s.setSeat(ctx, tx, person, SeatChange{Cap: c.Cap, Languages: c.Languages})
		if err != nil {
			return err
		}
		was.Cap, was.Languages = seat.Cap, seat.Languages
	}
	if c.Disabled != nil {
		disabled := a.DisabledAt != nil
		was.Disabled = &disabled
		if err := s.setDisabledTx(ctx, tx, by, person, *c.Disabled); err != nil {
			return err
		}
	}
	return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "agent.update", Site: site, TargetID: person, Target: a.Name, Changes: audit.Compare(was, c)})
}

// setRoleTx returns the role that somebody had.
func (s *Service) setRoleTx(ctx context.Context, tx *storage.Tx, site, person int64, role string) (*string, error) {
	if role != RoleOwner {
		if err := mustLeaveAnOwner(ctx, tx, site, person); err != nil {
			return nil, err
		}
	}
	var was string
	if err := tx.NewRaw(`SELECT role FROM roles WHERE site_id = ? AND person_id = ?`, site, person).Scan(ctx, &was); err != nil {
		return nil, err
	}
	_, err := tx.NewRaw(`UPDATE roles SET role = ? WHERE site_id = ? AND person_id = ?`, role, site, person).Exec(ctx)
	return &was, err
}

// setDisabledTx counts for every site somebody works on, so all of them must be the owner's.
func (s *Service) setDisabledTx(ctx context.Context, tx *storage.Tx, by, person int64, disabled bool) error {
	if elsewhere, err := worksElsewhere(ctx, tx, by, person); err != nil || elsewhere {
		return orConflict(err, worksElsewhereToo)
	}
	if !disabled {
		_, err := tx.NewRaw(`UPDATE people SET disabled_at = NULL WHERE id = ?`, person).Exec(ctx)
		return err
	}
	held, err := rolesHeld(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, r := range held {
		if err := mustLeaveAnOwner(ctx, tx, r, person); err != nil {
			return err
		}
	}
	if _, err := tx.NewRaw(`UPDATE people SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL`, s.now().UTC(), person).Exec(ctx); err != nil {
		return err
	}
	return s.endAllTx(ctx, tx, person)
}

// lockOwned takes the row of site, and of more sites, by id, and checks under it that by owns site.
func (s *Service) lockOwned(ctx context.Context, tx *storage.Tx, by, site int64, more []int64) error {
	all := append([]int64{site}, more...)
	slices.Sort(all)
	for _, one := range slices.Compact(all) {
		if err := s.sites.LockTx(ctx, tx, one); err != nil {
			return err
		}
	}
	return mustOwn(ctx, tx, by, site)
}

func mustOwn(ctx context.Context, db bun.IDB, person, site int64) error {
	role, err := roleOn(ctx, db, person, site)
	if err == nil && role != RoleOwner {
		return fault.New(fault.NotFound, "site not found")
	}
	return err
}

func mustWorkOn(ctx context.Context, db bun.IDB, person, site int64) error {
	held, err := rolesHeld(ctx, db, person)
	if err == nil && !slices.Contains(held, site) {
		return fault.New(fault.NotFound, "agent not found")
	}
	return err
}

func mustLeaveAnOwner(ctx context.Context, db bun.IDB, site, person int64) error {
	n, err := ownersBeside(ctx, db, site, person)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "a site needs an owner: make somebody else owner first")
	}
	return err
}

// rolesHeld lists the sites a person has a role on, disabled or not.
func rolesHeld(ctx context.Context, db bun.IDB, person int64) ([]int64, error) {
	var held []int64
	err := db.NewRaw(`SELECT site_id FROM roles WHERE person_id = ? ORDER BY site_id`, person).Scan(ctx, &held)
	return held, err
}

// worksElsewhere tells whether a person has a role on a site that by does not own.
func worksElsewhere(ctx context.Context, db bun.IDB, by, person int64) (bool, error) {
	var n int
	err := db.NewRaw(`
		SELECT COUNT(*) FROM roles WHERE person_id = ?
		AND site_id NOT IN (SELECT site_id FROM roles WHERE person_id = ? AND role = ?)`, person, by, RoleOwner).Scan(ctx, &n)
	return n > 0, err
}

// agentRow is an agent as the database has them.
type agentRow struct {
	Person
	Email      string     `bun:"email"`
	Role       string     `bun:"role"`
	Invited    bool       `bun:"invited"`
	DisabledAt *time.Time `bun:"disabled_at"`
}

// agents reads the agents of a site, or one of them, with their seats.
func (s *Service) agents(ctx context.Context, site, only int64) ([]Agent, error) {
	var rows []agentRow
	err := s.db.R.NewRaw(`
		SELECT p.id, p.kind, p.name, p.avatar, COALESCE(p.email, '') AS email, r.role, p.password_hash = '' AS invited, p.disabled_at
		FROM roles r JOIN people p ON p.id = r.person_id
		WHERE r.site_id = ? AND (? = 0 OR p.id = ?) ORDER BY p.id`, site, only, only).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	seats, err := s.seats(ctx, ids)
	if err != nil {
		return nil, err
	}
	agents := make([]Agent, len(rows))
	for i, r := range rows {
		seat := seats[r.ID]
		if seat.State == "" {
			seat.State = "away"
		}
		agents[i] = Agent{Person: r.Person, Email: r.Email, Role: r.Role, Cap: seat.Cap, Languages: append([]string{}, seat.Languages...), State: seat.State,
			Present: seat.Present, Disabled: r.DisabledAt != nil, Invited: r.Invited}
	}
	return agents, nil
}

func (s *Service) agent(ctx context.Context, site, person int64) (Agent, error) {
	found, err := s.agents(ctx, site, person)
	if err != nil || len(found) == 0 {
		return Agent{}, orNotFound(err, "agent not found")
	}
	return found[0], nil
}
