package people

import (
	"context"
	"math/rand/v2"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

// The states a member gives himself. Who is invisible is offline to everybody else, and so is he who is not
// connected.
const (
	Online    = "online"
	Away      = "away"
	Busy      = "busy"
	Invisible = "invisible"
	Offline   = "offline" // only as others see somebody
)

const (
	mostSignature = 120
	mostRegion    = 40
	oldest        = 130 // years
)

// Profile is what a member of the messenger says about himself. Number is how others find him. Region is Province,
// City and District: of China from a list, of another Country as free text.
type Profile struct {
	Number    int64  `json:"number" bun:"number"`
	Signature string `json:"signature" bun:"signature"`
	Sex       string `json:"sex" bun:"sex" enum:",male,female,other"`
	Birthday  string `json:"birthday" bun:"birthday"` // 2000-01-31, or empty
	Country   string `json:"country" bun:"country"`   // ISO 3166: CN, or empty where no region is said
	Province  string `json:"province" bun:"province"`
	City      string `json:"city" bun:"city"`
	District  string `json:"district" bun:"district"`
}

// Member is somebody as he sees himself.
type Member struct {
	Person   Person `json:"person"`
	Profile         // what others see of it, too
	Presence string `json:"presence" enum:"online,away,busy,invisible"`
}

// ProfileChange names what a member changes of himself.
type ProfileChange struct {
	Name      *string `json:"name,omitempty" maxLength:"256"`
	Signature *string `json:"signature,omitempty" maxLength:"1024"`
	Sex       *string `json:"sex,omitempty" enum:",male,female,other"`
	Birthday  *string `json:"birthday,omitempty" maxLength:"10"`
	Country   *string `json:"country,omitempty" maxLength:"2"`
	Province  *string `json:"province,omitempty" maxLength:"256"`
	City      *string `json:"city,omitempty" maxLength:"256"`
	District  *string `json:"district,omitempty" maxLength:"256"`
}

type profileRow struct {
	bun.BaseModel `bun:"table:profiles,alias:pr"`

	PersonID int64 `bun:"person_id,pk"`
	Profile
	Folded    *string   `bun:"folded"` // nil: his name is another's, or an official's; he signs in by e-mail
	Named     int64     `bun:"named"`  // 1: MemberNames knows the fold
	Presence  string    `bun:"presence"`
	BoxRead   int64     `bun:"box_read"`
	CreatedAt time.Time `bun:"created_at"`

	was *string // the fold that MemberNames knows, of who has another name now
}

// rename gives a fold that MemberNames is going to know.
func (r *profileRow) rename(folded string) {
	was := ""
	if r.Named == 1 && r.Folded != nil {
		was = *r.Folded
	}
	r.was, r.Folded, r.Named = &was, &folded, 1
}

// applied is the profile after a change, or every field that is wrong. Names are looked at elsewhere.
func (p Profile) applied(c ProfileChange, now time.Time) (Profile, map[string]string) {
	problems, before := map[string]string{}, p.region()
	line := func(field string, to, from *string, most int) {
		if from == nil {
			return
		}
		*to = sites.OneLine(*from)
		if utf8.RuneCountInString(*to) > most {
			problems[field] = tooLong(most)
		}
	}
	line("signature", &p.Signature, c.Signature, mostSignature)
	line("country", &p.Country, c.Country, 2)
	line("province", &p.Province, c.Province, mostRegion)
	line("city", &p.City, c.City, mostRegion)
	line("district", &p.District, c.District, mostRegion)
	if field, problem := p.regionProblem(); field != "" && p.region() != before && problems[field] == "" {
		problems[field] = problem // what was said before there was a list stays until it is changed
	}
	if c.Sex != nil {
		p.Sex = *c.Sex
	}
	if c.Birthday != nil {
		p.Birthday = *c.Birthday
		if day, err := time.Parse(time.DateOnly, p.Birthday); p.Birthday != "" && (err != nil || day.After(now) || day.Before(now.AddDate(-oldest, 0, 0))) {
			problems["birthday"] = "must be a date such as 2000-01-31"
		}
	}
	return p, problems
}

// Member is a member as he sees himself. An agent becomes a member of the messenger when he first looks.
func (s *Service) Member(ctx context.Context, person int64) (Member, error) {
	m, err := s.MemberIn(ctx, s.db.R, person)
	if !fault.Is(err, fault.NotFound) {
		return m, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		if err = s.joinTx(ctx, tx, person); err != nil {
			return err
		}
		m, err = s.MemberIn(ctx, tx, person)
		return err
	})
	return m, err
}

// MemberIn is Member inside a caller's write or snapshot; NotFound for somebody who never looked.
func (s *Service) MemberIn(ctx context.Context, r bun.IDB, person int64) (Member, error) {
	row, p, err := profileOf(ctx, r, person)
	return Member{Person: p, Profile: row.Profile, Presence: row.Presence}, err
}

// joinTx gives somebody who has an account a profile. His name is his to sign in with, unless another has it.
func (s *Service) joinTx(ctx context.Context, tx *storage.Tx, person int64) error {
	a, err := accountByID(ctx, tx, person)
	if err != nil {
		return err
	}
	row := profileRow{PersonID: person, Presence: Online, CreatedAt: s.now().UTC()}
	if name, problem := memberName(a.Name); problem == "" {
		folded := Folded(name)
		if taken, err := nameTaken(ctx, tx, folded, person); err != nil {
			return err
		} else if !taken {
			row.Folded = &folded
		}
	}
	return insertProfile(ctx, tx, row)
}

// ChangeMemberTx changes what somebody says about himself, and returns him before and after. Faults: Invalid
// by field, Conflict (the name is taken).
func (s *Service) ChangeMemberTx(ctx context.Context, tx *storage.Tx, person int64, c ProfileChange) (before, after Member, err error) {
	row, p, err := profileOf(ctx, tx, person)
	if err != nil {
		return before, after, err
	}
	before = Member{Person: p, Profile: row.Profile, Presence: row.Presence}
	next, problems := row.Profile.applied(c, s.now())
	row.Profile = next
	if c.Name != nil && *c.Name != p.Name {
		name, problem := memberName(*c.Name)
		if problem != "" {
			problems["name"] = problem
		}
		p.Name = name
		folded := Folded(name)
		row.rename(folded)
	}
	if err := refused(problems); err != nil {
		return before, after, err
	}
	if p.Name != before.Person.Name {
		if taken, err := nameTaken(ctx, tx, *row.Folded, person); err != nil || taken {
			return before, after, orTaken(err)
		}
		if err := rename(ctx, tx, person, p.Name); err != nil {
			return before, after, err
		}
	}
	after = Member{Person: p, Profile: row.Profile, Presence: row.Presence}
	if err := saveProfile(ctx, tx, row); err != nil || row.was == nil {
		return before, after, err
	}
	return before, after, MemberNames.PutTx(ctx, tx, person, *row.was, *row.Folded)
}

// SetPresenceTx keeps the state a member gives himself; moved is false when it was that already.
func (s *Service) SetPresenceTx(ctx context.Context, tx *storage.Tx, person int64, state string) (moved bool, err error) {
	return changed(tx.NewRaw(`UPDATE profiles SET presence = ? WHERE person_id = ? AND presence <> ?`, state, person, state).Exec(ctx))
}

// SetAvatarTx shows another picture of somebody: an address on this server, or none.
func (s *Service) SetAvatarTx(ctx context.Context, tx *storage.Tx, person int64, address string) error {
	return tx.Do(ctx, `UPDATE people SET avatar = ? WHERE id = ?`, address, person)
}

// DisableMemberTx keeps a member from signing in and ends his sign-ins after the write, or lets him in again; moved is
// false when it was so already. Faults: NotFound, Conflict (who works on a site is disabled there).
func (s *Service) DisableMemberTx(ctx context.Context, tx *storage.Tx, person int64, disabled bool) (moved bool, err error) {
	if _, err := s.MemberIn(ctx, tx, person); err != nil {
		return false, err
	}
	if held, err := rolesHeld(ctx, tx, person); err != nil || len(held) > 0 {
		return false, orConflict(err, "this person works on a site: change the account on the page of the agents")
	}
	if !disabled {
		return changed(tx.NewRaw(`UPDATE people SET disabled_at = NULL WHERE id = ? AND disabled_at IS NOT NULL`, person).Exec(ctx))
	}
	moved, err = changed(tx.NewRaw(`UPDATE people SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL`, s.now().UTC(), person).Exec(ctx))
	if err != nil || !moved {
		return false, err
	}
	return true, s.endAllTx(ctx, tx, person)
}

// DisabledIn lists who of these people cannot sign in.
func (s *Service) DisabledIn(ctx context.Context, r bun.IDB, ids []int64) (disabled []int64, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = r.NewRaw(`SELECT id FROM people WHERE id IN (?) AND disabled_at IS NOT NULL`, bun.List(ids)).Scan(ctx, &disabled)
	return disabled, err
}

// refused makes one refusal of all fields that are wrong.
func refused(problems map[string]string) error {
	if len(problems) == 0 {
		return nil
	}
	refusal := invalid()
	for field, problem := range problems {
		refusal = refusal.With(field, problem)
	}
	return refusal
}

func orTaken(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "this name is taken").With("name", "is already in use")
}

const profileColumns = `pr.person_id, pr.number, pr.folded, pr.named, pr.signature, pr.sex, pr.birthday, pr.country, pr.province, pr.city, pr.district, pr.presence, pr.box_read, pr.created_at`

func profileOf(ctx context.Context, r bun.IDB, person int64) (profileRow, Person, error) {
	var found struct {
		profileRow
		Person
	}
	err := r.NewRaw(`SELECT `+profileColumns+`, p.id, p.kind, p.name, p.avatar FROM profiles pr JOIN people p ON p.id = pr.person_id WHERE pr.person_id = ?`,
		person).Scan(ctx, &found)
	return found.profileRow, found.Person, storage.Found(err, "person")
}

// insertProfile gives a profile a number that nobody has. Who has a profile keeps it.
func insertProfile(ctx context.Context, tx *storage.Tx, row profileRow) error {
	for {
		row.Number = 100_000_000 + rand.Int64N(900_000_000)
		var taken int64
		if err := tx.NewRaw(`SELECT COUNT(*) FROM profiles WHERE number = ?`, row.Number).Scan(ctx, &taken); err != nil {
			return err
		}
		if taken == 0 {
			break
		}
	}
	if row.Folded != nil {
		row.Named = 1
	}
	fresh, err := changed(tx.NewInsert().Model(&row).On("CONFLICT (person_id) DO NOTHING").Exec(ctx))
	if storage.IsUnique(err) {
		return orTaken(nil)
	}
	if err != nil || !fresh || row.Folded == nil {
		return err
	}
	return MemberNames.PutTx(ctx, tx, row.PersonID, "", *row.Folded)
}

func saveProfile(ctx context.Context, tx *storage.Tx, row profileRow) error {
	_, err := tx.NewUpdate().Model(&row).Column("folded", "named", "signature", "sex", "birthday", "country", "province", "city", "district").WherePK().Exec(ctx)
	if storage.IsUnique(err) {
		return orTaken(nil)
	}
	return err
}

func nameTaken(ctx context.Context, r bun.IDB, folded string, but int64) (bool, error) {
	var n int
	err := r.NewRaw(`SELECT COUNT(*) FROM profiles WHERE folded = ? AND person_id <> ?`, folded, but).Scan(ctx, &n)
	return n > 0, err
}

func rename(ctx context.Context, tx *storage.Tx, person int64, name string) error {
	return tx.Do(ctx, `UPDATE people SET name = ? WHERE id = ?`, name, person)
}
