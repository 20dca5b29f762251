// Package people is everyone who can speak: visitors of a site and members who sign in, in one table
// with one kind of id. It keeps sign-ins, passwords, one-time links and who may do what on which site.
package people

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"ichat/app/fault"
	"ichat/app/sites"
)

// Kinds of people.
const (
	KindVisitor = "visitor"
	KindMember  = "member"
	KindBot     = "bot" // answers for a site; it is a program and never signs in
)

// Roles of members on a site. Each may do what those below it may: an agent answers, a supervisor looks
// after everybody's conversations, an owner also decides about the site and who works on it.
const (
	RoleOwner      = "owner"
	RoleSupervisor = "supervisor"
	RoleAgent      = "agent"
)

// Leads tells whether a role looks after the conversations of others.
func Leads(role string) bool { return role == RoleOwner || role == RoleSupervisor }

const (
	// memberSession and visitorSession are how long a sign-in lasts after its last use. A visitor has
	// nothing but the token to be known by, so it lasts as long as browsers keep things.
	memberSession  = 30 * 24 * time.Hour
	visitorSession = 365 * 24 * time.Hour
	// renewAfter is how much of a sign-in's time is used before it is written down that it was used.
	renewAfter = 24 * time.Hour

	setupFor  = 24 * time.Hour
	inviteFor = 72 * time.Hour

	maxName     = 64
	minPassword = 8
	maxPassword = 128
	maxEmail    = 254
	maxCap      = 100
)

// Person is what others see of somebody. A visitor's name may be empty.
type Person struct {
	ID     int64  `json:"id" bun:"id"`
	Kind   string `json:"kind" bun:"kind" enum:"visitor,member,bot"`
	Name   string `json:"name" bun:"name"`
	Avatar string `json:"avatar" bun:"avatar"`
}

// Role is what a member is on one site.
type Role struct {
	SiteID   int64  `json:"site_id" bun:"site_id"`
	SiteName string `json:"site_name" bun:"site_name"`
	Role     string `json:"role" bun:"role" enum:"owner,supervisor,agent"`
}

// Session is what a signed-in page knows of its reader.
type Session struct {
	Person Person `json:"person"`
	Email  string `json:"email"`
	Roles  []Role `json:"roles"`
	Locale string `json:"locale"`
}

// VisitorSession is what the chat window of a visitor starts with. Token is answered once, when the
// visitor is made, and empty afterwards.
type VisitorSession struct {
	Token  string         `json:"token"`
	Person Person         `json:"person"`
	Site   sites.SiteLook `json:"site"`
	Epoch  string         `json:"epoch"`
}

// Agent is somebody who answers on a site, as its owner sees them; an owner answers too.
type Agent struct {
	Person    Person   `json:"person"`
	Email     string   `json:"email"`
	Role      string   `json:"role" enum:"owner,supervisor,agent"`
	Cap       int      `json:"cap"`
	Languages []string `json:"languages"` // he speaks
	State     string   `json:"state" enum:"online,busy,away"`
	Present   bool     `json:"present"`
	Disabled  bool     `json:"disabled"`
	Invited   bool     `json:"invited"` // has not chosen a password yet
}

// Seat is what the desk, a floor above, knows of a member at work.
type Seat struct {
	Cap       int
	Languages []string
	State     string
	Present   bool
}

// SeatChange is what is to be different about a seat; nil leaves a thing as it is.
type SeatChange struct {
	Cap       *int
	Languages *[]string
}

// Account is how somebody wants to sign in.
type Account struct {
	Name     string
	Email    string
	Password string
	Locale   string
}

func invalid() *fault.Error { return fault.New(fault.Invalid, "the request is not valid") }

// checked returns the account normalised, or names every field that is wrong.
func (a Account) checked() (Account, error) {
	refusal := invalid()
	var problem string
	if a.Email, problem = normalEmail(a.Email); problem != "" {
		refusal = refusal.With("email", problem)
	}
	if a.Name, problem = normalName(a.Name); problem != "" {
		refusal = refusal.With("name", problem)
	}
	if problem = passwordProblem(a.Password); problem != "" {
		refusal = refusal.With("password", problem)
	}
	a.Locale = normalLocale(a.Locale)
	if len(refusal.Fields) > 0 {
		return Account{}, refusal
	}
	return a, nil
}

func normalName(typed string) (name, problem string) {
	name = sites.OneLine(typed)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", "must not be empty"
	case n > maxName:
		return "", tooLong(maxName)
	}
	return name, ""
}

// normalEmail lowers the whole address: no provider in use tells cases apart, and people do not either.
func normalEmail(typed string) (email, problem string) {
	email = strings.ToLower(strings.TrimSpace(typed))
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail {
		return "", "must be an e-mail address"
	}
	for _, r := range email {
		if r <= ' ' || r > '~' || r == '"' {
			return "", "must be an e-mail address"
		}
	}
	return email, ""
}

func passwordProblem(password string) string {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return fmt.Sprintf("must be at least %d characters", minPassword)
	case n > maxPassword:
		return tooLong(maxPassword)
	}
	return ""
}

func tooLong(most int) string { return fmt.Sprintf("must be at most %d characters", most) }

// normalLocale is one of the two languages the product speaks.
func normalLocale(wanted string) string {
	if strings.HasPrefix(strings.ToLower(wanted), "zh") {
		return "zh-CN"
	}
	return "en"
}

func roleProblem(role string) string {
	if Leads(role) || role == RoleAgent {
		return ""
	}
	return "must be one of: " + strings.Join([]string{RoleOwner, RoleSupervisor, RoleAgent}, ", ")
}
