package ops

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"ichat/app"
	"ichat/app/desk"
	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/sites"
	"ichat/storage"
)

// DemoPlan says how much demo there is to be. Two runs with one seed make people who say the same.
type DemoPlan struct {
	Tickets  int    // [200]
	Days     int    // how far back they go [30]
	Seed     uint64 // [1]
	Password string // everybody's; [a random one]
}

// DemoReport is what is there now, and who can sign in.
type DemoReport struct {
	Password string   `json:"password"`
	SignIns  []SignIn `json:"sign_ins"`
	Tickets  int      `json:"tickets"`
	Messages int      `json:"messages"`
	Visitors int      `json:"visitors"`
	Seconds  float64  `json:"seconds"`
}

// SignIn is an account of the demo.
type SignIn struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

// errDemoThere refuses to mix invented people with what may be real ones.
var errDemoThere = errors.New("the database has tickets already: `--force` puts the demo beside them")

// demoCast are the people behind the counter, the owner first. Who has no language speaks both.
var demoCast = []struct {
	SignIn
	language string
	cap      int
}{
	{SignIn{"林雨桐", "owner@demo.example", people.RoleOwner}, "", 5},
	{SignIn{"陈嘉", "chen@demo.example", people.RoleAgent}, "zh-CN", 6},
	{SignIn{"苏曼", "su@demo.example", people.RoleAgent}, "zh-CN", 4},
	{SignIn{"Emma Brooks", "emma@demo.example", people.RoleAgent}, "en", 5},
	{SignIn{"Oliver Grant", "oliver@demo.example", people.RoleAgent}, "en", 4},
}

// stage is the product while the demo plays on it, in a time of its own.
type stage struct {
	*app.App
	clock *atomic.Int64
	site  sites.Site
	cast  []int64
	texts map[string]demoTexts
	sent  int
}

func (s *stage) at(t time.Time) { s.clock.Store(max(s.clock.Load(), t.UnixNano())) }

// Demo fills the database with a month of a small shop's customer service. Everything is said and
// done through the rooms that do it for real people, by a clock that runs through the month.
func Demo(ctx context.Context, o Options, plan DemoPlan, force bool) (r DemoReport, err error) {
	began := time.Now()
	plan = plan.withDefaults()
	now := began.UTC().Truncate(time.Second)
	clock := new(atomic.Int64)
	clock.Store(now.AddDate(0, 0, -plan.Days-1).UnixNano())
	o.Config.OwnerEmail, o.Config.OwnerPassword = "", ""
	o.Config.SMTPURL = "" // its people have no mailboxes
	a, err := app.NewAt(ctx, o.Config, o.Log, func() time.Time { return time.Unix(0, clock.Load()).UTC() })
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close(ctx)) }()
	s := &stage{App: a, clock: clock}
	if err := s.empty(ctx); err != nil && !force {
		return r, err
	}
	if s.texts, err = readTexts(); err != nil {
		return r, err
	}
	if err := s.furnish(ctx, plan.Password); err != nil {
		return r, fmt.Errorf("furnish the demo: %w", err)
	}
	p := &planner{Rand: rand.New(rand.NewPCG(plan.Seed, 0)), texts: s.texts, now: now, days: plan.Days}
	if err := s.play(ctx, o, p.plan(plan.Tickets)); err != nil {
		return r, fmt.Errorf("play the demo: %w", err)
	}
	s.at(now)
	if err := s.rest(ctx); err != nil {
		return r, fmt.Errorf("end the demo: %w", err)
	}
	r = DemoReport{Password: plan.Password, Tickets: plan.Tickets, Messages: s.sent, Visitors: len(p.come), Seconds: took(began)}
	for _, one := range demoCast {
		r.SignIns = append(r.SignIns, one.SignIn)
	}
	return r, nil
}

func (d DemoPlan) withDefaults() DemoPlan {
	if d.Tickets == 0 {
		d.Tickets = 200
	}
	if d.Days == 0 {
		d.Days = 30
	}
	if d.Seed == 0 {
		d.Seed = 1
	}
	if d.Password == "" {
		d.Password = id.Token()[:12]
	}
	return d
}

func (s *stage) empty(ctx context.Context) error {
	var tickets int
	if err := s.DB.R.NewRaw(`SELECT COUNT(*) FROM tickets`).Scan(ctx, &tickets); err != nil {
		return err
	}
	if tickets > 0 {
		return errDemoThere
	}
	return nil
}

// furnish makes what must be there before the first visitor: the look, the agents at their seats, the
// canned replies.
func (s *stage) furnish(ctx context.Context, password string) (err error) {
	if s.site, err = s.Sites.First(ctx); err != nil {
		return err
	}
	for i := range demoCast {
		person, err := s.join(ctx, i, password)
		if err != nil {
			return fmt.Errorf("%s: %w", demoCast[i].Email, err)
		}
		s.cast = append(s.cast, person)
		if err := s.seat(ctx, person, "online", 100); err != nil {
			return err
		}
	}
	if s.site.Title == "" && s.site.Greeting == "" { // nobody has furnished it yet
		if err := s.paint(ctx); err != nil {
			return err
		}
	}
	return s.canned(ctx)
}

// join makes the account of somebody of the cast, or gives the one that is there the password of now.
func (s *stage) join(ctx context.Context, i int, password string) (int64, error) {
	who := demoCast[i]
	var person int64
	err := s.DB.R.NewRaw(`SELECT id FROM people WHERE email = ?`, who.Email).Scan(ctx, &person)
	if err == nil {
		return person, s.People.ResetPassword(ctx, who.Email, password)
	}
	if !fault.Is(storage.Found(err, "person"), fault.NotFound) {
		return 0, err
	}
	if who.Role == people.RoleOwner {
		owner, err := s.People.CreateOwner(ctx, who.Email, who.Name, password)
		return owner.ID, err
	}
	_, made, err := s.People.Invite(ctx, s.cast[0], s.site.ID, who.Email, who.Name, who.Role)
	if err != nil {
		return 0, err
	}
	_, token, _ := strings.Cut(made.Link, "#invite=")
	person, _, err = s.People.Accept(ctx, token, who.Name, password, who.language)
	return person, err
}

func (s *stage) paint(ctx context.Context) error {
	name, title := "静叶茶铺 Quiet Leaf", "静叶茶铺 · Quiet Leaf"
	greeting := "您好，想喝点什么？\nHi, what would you like to drink?"
	return s.DB.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		_, err := s.Sites.ChangeTx(ctx, tx, s.site.ID, sites.Change{Name: &name, Title: &title, Greeting: &greeting})
		return err
	})
}

func (s *stage) canned(ctx context.Context) error {
	for _, language := range demoLanguages {
		for _, c := range s.texts[language].Canned {
			_, err := s.Desk.AddCanned(ctx, s.cast[0], desk.Canned{SiteID: s.site.ID, Shortcut: c.Shortcut, Text: c.Text, Scope: "site"})
			if err != nil && !fault.Is(err, fault.Conflict) { // Conflict: a demo was here before
				return err
			}
		}
	}
	return nil
}

// seat puts somebody of the cast at work or sends him home.
func (s *stage) seat(ctx context.Context, person int64, state string, most int) error {
	err := s.DB.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		_, err := s.Desk.SetSeatTx(ctx, tx, person, people.SeatChange{Cap: &most})
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.Desk.SetSeat(ctx, person, state, nil)
	return err
}

// rest sends everybody home, so that the first to sign in decides himself to go to work.
func (s *stage) rest(ctx context.Context) error {
	for i, person := range s.cast {
		if err := s.seat(ctx, person, "away", demoCast[i].cap); err != nil {
			return err
		}
	}
	return nil
}
