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
	Country   string        `json:"country"`
	Province  string        `json:"province"`
	City      string        `json:"city"`
	District  string        `json:"district"`
	Friend    bool          `json:"friend"`
	LastSeen  *time.Time    `json:"last_seen,omitempty"` // on a card, to who may see it
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

const foundSelect = `
	SELECT p.id, p.kind, p.name, p.avatar, pr.number, pr.signature, pr.sex, pr.birthday, pr.country, pr.province, pr.city, pr.district,
		EXISTS (SELECT 1 FROM friends f WHERE f.person_id = ? AND f.friend_id = p.id) AS friend `

const foundAmong = `
	JOIN people p ON p.id = pr.person_id
	WHERE p.disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM person_blocks b WHERE b.person_id = p.id AND b.blocked_id = ?)`

// FindPeople looks for members. Oneself, and who has blocked the looking one, is not found.
func (s *Service) FindPeople(ctx context.Context, me int64, w Search) (FoundPage, error) {
	p := FoundPage{People: []Found{}}
	folded, gram, none, err := s.gramOf(ctx, w.Q)
	if err != nil || none {
		return p, err
	}
	today := s.now().UTC()
	q, args := w.query(me, folded, gram, today)
	var rows []foundRow
	if err := s.db.R.NewRaw(q, args...).Scan(ctx, &rows); err != nil {
		return FoundPage{}, err
	}
	for _, r := range rows[:min(len(rows), w.Limit)] {
		p.People = append(p.People, r.found(today))
	}
	if len(rows) > w.Limit {
		p.Next = p.People[w.Limit-1].Person.ID
	}
	return p, nil
}

// gramOf is the fold of a name that is looked for, empty where none is, and the gram that finds it.
func (s *Service) gramOf(ctx context.Context, q string) (folded string, gram int64, none bool, err error) {
	if _, isNumber := number(q); isNumber {
		return "", 0, false, nil
	}
	if folded = people.Folded(q); folded == "" {
		return "", 0, false, nil
	}
	gram, none, err = people.MemberNames.Narrow(ctx, s.db.R, folded)
	return folded, gram, none, err
}

// query is the statement that finds one more than the limit: by number, from the index of names, or the newest.
func (w Search) query(me int64, folded string, gram int64, today time.Time) (q string, args []any) {
	from, id := `FROM profiles pr`, `pr.person_id`
	if folded != "" {
		from, id = `FROM person_grams g JOIN profiles pr ON pr.person_id = g.id`, `g.id`
	}
	q, args = foundSelect+from+foundAmong+` AND `+id+` <> ?`, []any{me, me, me}
	also := func(cond string, value ...any) { q, args = q+` AND `+cond, append(args, value...) }
	if n, isNumber := number(w.Q); isNumber {
		also(`pr.number = ?`, n)
	} else if folded != "" {
		also(`g.gram = ?`, gram)
		also(`pr.folded LIKE ? ESCAPE '!'`, chat.Like(folded))
	}
	for column, value := range map[string]string{"pr.sex": w.Sex, "pr.province": w.Province, "pr.city": w.City, "pr.district": w.District} {
		if value != "" {
			also(column+` = ?`, value)
		}
	}
	if w.AgeFrom > 0 {
		also(`pr.birthday <> '' AND pr.birthday <= ?`, today.AddDate(-w.AgeFrom, 0, 0).Format(time.DateOnly))
	}
	if w.AgeTo > 0 {
		also(`pr.birthday > ?`, today.AddDate(-w.AgeTo-1, 0, 0).Format(time.DateOnly))
	}
	if w.Before > 0 {
		also(id+` < ?`, w.Before)
	}
	return q + ` ORDER BY ` + id + ` DESC LIMIT ?`, append(args, w.Limit+1)
}

// number is what somebody typed if it is a number, by which people and groups are found too.
func number(typed string) (n int64, ok bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64)
	return n, err == nil
}

// Card is one member as another one sees him; NotFound for who has blocked the looking one.
func (s *Service) Card(ctx context.Context, me, person int64) (Found, error) {
	var r foundRow
	err := s.db.R.NewRaw(foundSelect+`FROM profiles pr`+foundAmong+` AND pr.person_id = ?`, me, me, person).Scan(ctx, &r)
	if err := storage.Found(err, "person"); err != nil {
		return Found{}, err
	}
	v, presence, err := sightOf(ctx, s.db.R, me, person)
	if err != nil {
		return Found{}, storage.Found(err, "person")
	}
	now := s.now().UTC()
	if s.hub.Present(person) && presence != people.Invisible {
		v.SeenMS = now.UnixMilli()
	}
	card := r.found(now)
	if person != me {
		card.LastSeen = v.lastSeen(now)
	}
	return card, nil
}

func (r foundRow) found(today time.Time) Found {
	return Found{Person: r.Person, Number: r.Number, Signature: r.Signature, Sex: r.Sex, Age: age(r.Birthday, today),
		Country: r.Country, Province: r.Province, City: r.City, District: r.District, Friend: r.Friend}
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

// FindGroups looks for groups by name or number, of one category or (0) of all; nothing at all finds the newest.
func (s *Service) FindGroups(ctx context.Context, me int64, q string, category, before int64, limit int) (GroupPage, error) {
	f := groupFilter(q, before, limit)
	f.Category = category
	return s.groupPage(ctx, me, f)
}

// groupFilter takes digits for a number, and anything else for a name.
func groupFilter(q string, before int64, limit int) chat.GroupFilter {
	f := chat.GroupFilter{Before: before, Limit: limit + 1}
	if n, isNumber := number(q); isNumber {
		f.Number = n
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
