package desk

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"ichat/app/chat"
	"ichat/storage"
)

// How a visitor reached a queue.
const (
	byAsking  = "asked"   // he chose it, or followed a link to it
	byPage    = "page"    // a rule about the page he was on
	byDefault = "default" // where visitors begin
)

// Approach is what a visitor's page tells of him with what he writes.
type Approach struct {
	Page  string
	Queue int64 // that he chose
	Agent int64 // whom he would like to speak to
}

// approach is an Approach whose agent works on the site.
type approach struct {
	page          string
	queue, wanted int64
}

func (s *Service) approach(ctx context.Context, site int64, from Approach) (approach, error) {
	a := approach{page: pageAddress(from.Page), queue: from.Queue}
	if from.Agent == 0 {
		return a, nil
	}
	role, err := s.people.RoleOn(ctx, from.Agent, site)
	if role != "" {
		a.wanted = from.Agent
	}
	return a, err
}

type approachKey struct{}

// in lets Heard know of the approach: between them is chat, which knows nothing of queues.
func (a approach) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, approachKey{}, a)
}

func approachOf(ctx context.Context) approach {
	a, _ := ctx.Value(approachKey{}).(approach)
	return a
}

// visit is what is known of a visitor who comes to the desk.
type visit struct {
	approach
	locale    string
	vip       bool
	returning bool // he had a ticket here before
}

// way is where a visitor was sent, and why.
type way struct {
	queue    *line
	by       string
	match    string // the pattern of the page
	priority int
	fits     string // what it is for; empty when usual
}

// way sends a visitor to a queue: to the one he asks for if it is open to that, else by the pages of the queues in
// their order, else to the first. His priority is the highest of the queue's rules that fit him.
func (l lines) way(v visit) (way, error) {
	standing := l.standing()
	if len(standing) == 0 {
		return way{}, errNoQueue
	}
	w := way{queue: standing[0], by: byDefault}
	if q := standing.of(v.queue); q != nil && q.rules.Open {
		w.queue, w.by = q, byAsking
	} else if v.page != "" {
		for _, q := range standing {
			if match := q.onPage(v.page); match != "" {
				w.queue, w.by, w.match = q, byPage, match
				break
			}
		}
	}
	w.priority, w.fits = w.queue.priorityOf(v)
	return w, nil
}

// why is the way as it is written down.
func (w way) why() EventWhy {
	return EventWhy{Rule: w.by, To: w.queue.Name, Match: w.match, Is: w.priority, For: w.fits}
}

// onPage is the pattern of the queue that fits the page; empty when none does.
func (q *line) onPage(page string) string {
	for _, pattern := range q.rules.Pages {
		if onPage(pattern, page) {
			return pattern
		}
	}
	return ""
}

// priorityOf is the highest priority that fits a visitor, and what it is for.
func (q *line) priorityOf(v visit) (priority int, fits string) {
	for _, rule := range q.rules.Priorities {
		if rule.fits(v) && (fits == "" || rule.Priority > priority) {
			priority, fits = rule.Priority, rule.When
		}
	}
	return priority, fits
}

func (r PriorityRule) fits(v visit) bool {
	switch r.When {
	case whenPage:
		return v.page != "" && onPage(r.Match, v.page)
	case whenLocale:
		return v.locale != "" && (strings.EqualFold(r.Match, v.locale) || !strings.Contains(r.Match, "-") && sameLanguage(r.Match, v.locale))
	case whenVIP:
		return v.vip
	case whenReturning:
		return v.returning
	}
	return false
}

// onPage tells whether an address fits a pattern with *. What the pattern does not begin with (https://, the host)
// and what it does not go on to (the query, the place on the page) may be anything.
func onPage(pattern, page string) bool {
	bare, _, _ := strings.Cut(page, "#")
	plain, _, _ := strings.Cut(bare, "?")
	for _, address := range []string{page, bare, plain} {
		_, rest, _ := strings.Cut(address, "://")
		path := "/"
		if at := strings.IndexByte(rest, '/'); at >= 0 {
			path = rest[at:]
		}
		if wild(pattern, address) || wild(pattern, rest) || strings.HasPrefix(pattern, "/") && wild(pattern, path) {
			return true
		}
	}
	return false
}

// wild tells whether text fits a pattern in which * is any text. It goes back to the last * only, so that no pattern
// takes long.
func wild(pattern, text string) bool {
	p, t, star, tried := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, tried = p, t
			p++
		case p < len(pattern) && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			tried++
			p, t = star+1, tried
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// visitTx is what is known of the visitor of a conversation who has just written.
func (s *Service) visitTx(ctx context.Context, tx *storage.Tx, c chat.Conversation, returning bool) (visit, error) {
	v := visit{approach: approachOf(ctx), returning: returning}
	var err error
	if v.locale, err = s.people.LocaleOf(ctx, tx, c.OwnerID); err != nil {
		return visit{}, err
	}
	v.vip, err = isVIP(ctx, tx, c.OwnerID)
	return v, err
}

func (s *Service) wayTx(ctx context.Context, tx *storage.Tx, site int64, v visit) (way, error) {
	all, err := s.linesOf(ctx, tx, site)
	if err != nil {
		return way{}, err
	}
	return all.way(v)
}

func isVIP(ctx context.Context, q bun.IDB, visitor int64) (bool, error) {
	var n int
	err := q.NewRaw(`SELECT COUNT(*) FROM visitor_contacts WHERE visitor_id = ? AND vip = 1`, visitor).Scan(ctx, &n)
	return n > 0, err
}
