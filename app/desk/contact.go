package desk

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ichat/app/fault"
	"ichat/app/sites"
	"ichat/storage"
)

// fewestDigits is what the shortest telephone numbers of a country have.
const fewestDigits = 5

// Contact is how a visitor can be reached who left a message, as he typed it: nothing proves that it is his.
type Contact struct {
	Name  string `json:"name" maxLength:"64" required:"false"`
	Email string `json:"email" maxLength:"254" required:"false"`
	Phone string `json:"phone" maxLength:"32" required:"false"`
}

type contactRow struct {
	bun.BaseModel `bun:"table:visitor_contacts,alias:vc"`

	VisitorID int64 `bun:",pk"`
	Name      string
	Email     string
	Phone     string
	VIP       int `bun:"vip"` // 1: agents said so (vip.go)
	UpdatedAt time.Time
}

func (r contactRow) contact() Contact { return Contact{Name: r.Name, Email: r.Email, Phone: r.Phone} }

// checked returns the contact cleaned, or names every field that is wrong.
func (c Contact) checked() (Contact, error) {
	c = Contact{Name: sites.OneLine(c.Name), Email: strings.TrimSpace(c.Email), Phone: sites.OneLine(c.Phone)}
	refusal := errInvalid
	if c.Email != "" && !isEmail(c.Email) {
		refusal = refusal.With("email", "must be an e-mail address")
	}
	if c.Phone != "" && !isPhone(c.Phone) {
		refusal = refusal.With("phone", "must be a telephone number")
	}
	if len(refusal.Fields) > 0 {
		return Contact{}, refusal
	}
	if c.Email == "" && c.Phone == "" {
		return Contact{}, fault.New(fault.Invalid, "leave an e-mail address or a telephone number")
	}
	return c, nil
}

func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && sites.OneLine(text) == text
}

func isPhone(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-()./ #*", r):
			return false
		}
	}
	return digits >= fewestDigits
}

// LeaveContact keeps how the visitor can be reached, instead of what he left before, and shows it to the
// agents. He may do so before his first word.
func (s *Service) LeaveContact(ctx context.Context, site, visitor int64, c Contact) (Live, error) {
	c, err := c.checked()
	if err != nil {
		return Live{}, err
	}
	t, ok, err := s.lastOf(ctx, site, visitor)
	if err != nil {
		return Live{}, err
	}
	row := contactRow{VisitorID: visitor, Name: c.Name, Email: c.Email, Phone: c.Phone, UpdatedAt: s.time()}
	if ok {
		_, err = s.touch(ctx, t, func(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
			if err := keepContact(ctx, tx, row); err != nil {
				return err
			}
			return stepped(ctx, tx, t)
		})
	} else {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return keepContact(ctx, tx, row) })
	}
	if err != nil {
		return Live{}, err
	}
	return s.Live(ctx, site, visitor)
}

func keepContact(ctx context.Context, tx *storage.Tx, row contactRow) error {
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (visitor_id) DO UPDATE").
		Set("name = EXCLUDED.name, email = EXCLUDED.email, phone = EXCLUDED.phone, updated_at = EXCLUDED.updated_at").Exec(ctx)
	return err
}

func contactRowsOf(ctx context.Context, q bun.IDB, visitors []int64) (map[int64]contactRow, error) {
	var rows []contactRow
	err := q.NewSelect().Model(&rows).Where("vc.visitor_id IN (?)", bun.List(visitors)).Scan(ctx)
	contacts := make(map[int64]contactRow, len(rows))
	for _, r := range rows {
		contacts[r.VisitorID] = r
	}
	return contacts, err
}

// stepped writes the version of a ticket of which only something beside it changed.
func stepped(ctx context.Context, tx *storage.Tx, t *ticketRow) error {
	_, err := tx.NewUpdate().Model(t).Column("version").WherePK().Exec(ctx)
	return err
}
