package audit

import (
	"context"
	"time"

	"ichat/app/fault"
)

// Who is a person as he was called when he acted; id 0 is the server's own command line.
type Who struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Act is what was done, as owners read it.
type Act struct {
	ID       int64     `json:"id"`
	At       time.Time `json:"at"`
	Person   Who       `json:"person"`
	Action   string    `json:"action"`
	SiteID   int64     `json:"site_id"` // 0: the whole server
	TargetID int64     `json:"target_id"`
	Target   string    `json:"target"`
	Address  string    `json:"address"`
	Changes  []Change  `json:"changes"`
}

// Page is a stretch of acts, newest first.
type Page struct {
	Acts []Act `json:"acts"`
	More bool  `json:"more"`
}

// Acts reads what was done on a site and to the whole server, for an owner of the site.
func (l *Log) Acts(ctx context.Context, by, site int64, f Filter, limit int) (Page, error) {
	if err := l.mustOwn(ctx, by, site); err != nil {
		return Page{}, err
	}
	return l.page(ctx, site, f, limit)
}

func (l *Log) mustOwn(ctx context.Context, by, site int64) error {
	owns, err := l.owns(ctx, by, site)
	if err == nil && !owns {
		return fault.New(fault.NotFound, "site not found")
	}
	return err
}

func (l *Log) page(ctx context.Context, site int64, f Filter, limit int) (Page, error) {
	rows, err := newest(ctx, l.db.R, site, f, limit+1)
	if err != nil {
		return Page{}, err
	}
	p := Page{Acts: make([]Act, 0, limit), More: len(rows) > limit}
	for _, r := range rows[:min(limit, len(rows))] {
		a, err := r.act()
		if err != nil {
			return Page{}, err
		}
		p.Acts = append(p.Acts, a)
	}
	return p, nil
}
