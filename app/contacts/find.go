package contacts

import (
	"context"
	"strconv"
	"strings"
	"time"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/people"
	"ichat/storage"
)

// Found is a member as one who looks for people sees him.
type Found struct {
	Person    people.Person `json:"person"`
	Number    int64         `json:"number"`
	Signature string        `json:"signature"`
	Sex       string        `json:"sex" enum:",male,female,other"`
	Age       int           `json:"age"` // 0: not said
	Province  string        `json:"province"`
	City      string        `json:"city"`
	District  string        `json:"district"`
	Friend    bool          `json:"friend"`
}

// FoundPage is a stretch of what was found, the newest members first. Next is the cursor of those that follow,
// 0 at the end.
type FoundPage struct {
	People []Found `json:"people"`
	Next   int64   `json:"next"`
}

// Search is what somebody looks for; nothing at all finds the newest members.
type Search struct {
	Q        string // a name, or a number
	Sex      string
	AgeFrom  int
	AgeTo    int
	Province string
	City     string
	District string
	Before   int64
	Limit    int
}

type foundRow struct {
	people.Person
	people.Profile
	Friend bool `bun:"friend"`
}

const foundColumns = `
	SELECT p.id, p.kind, p.name, p.avatar, pr.number, pr.signature, pr.sex, pr.birthday, pr.province, pr.city, pr.district,
		EXISTS (SELECT 1 FROM friends f WHERE f.person_id = ? AND f.friend_id = p.id) AS friend
	FROM profiles pr JOIN people p ON p.id = pr.person_id
	WHERE p.disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = p.id AND b.blocked_id = ?)`

// FindPeople looks for members. Oneself, and who has blocked the looking one, is not found.
func (s *Service) FindPeople(ctx context.Context, me int64, w Search) (FoundPage, error) {
	q, args := foundColumns+` AND pr.person_id <> ?`, []any{me, me, me}
	also := func(cond string, value ...any) { q, args = q+` AND `+cond, append(args, value...) }
	if text := strings.TrimSpace(w.Q); text != "" {
		if number, err := strconv.ParseInt(text, 10, 64); err == nil {
			also(`pr.number = ?`, number)
		} else {
			also(`pr.folded LIKE ? ESCAPE '!'`, chat.Like(people.Folded(text)))
		}
	}
	for column, value := range map[string]string{"pr.sex": w.Sex, "pr.province": w.Province, "pr.city": w.City, "pr.district": w.District} {
		if value != "" {
			also(column+` = ?`, value)
		}
	}
	today := s.now().UTC()
	if w.AgeFrom > 0 {
		also(`pr.birthday <> '' AND pr.birthday <= ?`, today.AddDate(-w.AgeFrom, 0, 0).Format(time.DateOnly))
	}
	if w.AgeTo > 0 {
		also(`pr.birthday > ?`, today.AddDate(-w.AgeTo-1, 0, 0).Format(time.DateOnly))
	}
	if w.Before > 0 {
		also(`pr.person_id < ?`, w.Before)
	}
	var rows []foundRow
	if err := s.db.R.NewRaw(q+` ORDER BY pr.person_id DESC LIMIT ?`, append(args, w.Limit+1)...).Scan(ctx, &rows); err != nil {
		return FoundPage{}, err
	}
	p := FoundPage{People: []Found{}}
	for _, r := range rows[:min(len(rows), w.Limit)] {
		p.People = append(p.People, r.found(today))
	}
	if len(rows) > w.Limit {
		p.Next = p.People[w.Limit-1].Person.ID
	}
	return p, nil
}

// Card is one member as another one sees him; NotFound for who has blocked the looking one.
func (s *Service) Card(ctx context.Context, me, person int64) (Found, error) {
	var r foundRow
	err := s.db.R.NewRaw(foundColumns+` AND pr.person_id = ?`, me, me, person).Scan(ctx, &r)
	if err := storage.Found(err, "person"); err != nil {
		return Found{}, err
	}
	return r.found(s.now().UTC()), nil
}

func (r foundRow) found(today time.Time) Found {
	return Found{Person: r.Person, Number: r.Number, Signature: r.Signature, Sex: r.Sex, Age: age(r.Birthday, today),
		Province: r.Province, City: r.City, District: r.District, Friend: r.Friend}
}

// age is how old somebody is on a day; a birthday that is not said is 0.
func age(birthday string, today time.Time) int {
	born, err := time.Parse(time.DateOnly, birthday)
	if err != nil {
		return 0
	}
	years := today.Year() - born.Year()
	if today.Format("01-02") < born.Format("01-02") {
		years--
	}
	return max(years, 0)
}

// GroupPage is a stretch of the groups that were found, the newest first.
type GroupPage struct {
	Groups []chat.FoundGroup `json:"groups"`
	Next   int64             `json:"next"`
}

// FindGroups looks for groups by name or number; nothing at all finds the newest.
func (s *Service) FindGroups(ctx context.Context, me int64, q string, before int64, limit int) (GroupPage, error) {
	return s.groupPage(ctx, me, groupFilter(q, before, limit))
}

// groupFilter takes digits for a number, and anything else for a name.
func groupFilter(q string, before int64, limit int) chat.GroupFilter {
	f := chat.GroupFilter{Before: before, Limit: limit + 1}
	if number, err := strconv.ParseInt(strings.TrimSpace(q), 10, 64); err == nil {
		f.Number = number
	} else {
		f.Name = strings.TrimSpace(q)
	}
	return f
}

func (s *Service) groupPage(ctx context.Context, me int64, f chat.GroupFilter) (p GroupPage, err error) {
	if p.Groups, err = s.chat.FindGroups(ctx, me, f); err == nil && len(p.Groups) == f.Limit {
		p.Groups = p.Groups[:f.Limit-1]
		p.Next = p.Groups[len(p.Groups)-1].ID
	}
	return p, err
}

// office refuses everybody who owns no site: to them the back office does not exist.
func (s *Service) office(ctx context.Context, by int64) error {
	owned, err := s.people.SitesOwned(ctx, by)
	if err != nil || len(owned) > 0 {
		return err
	}
	return fault.New(fault.NotFound, "there is nothing at this address")
}
