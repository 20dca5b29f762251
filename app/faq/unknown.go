package faq

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"ichat/app/audit"
	"ichat/app/sites"
	"ichat/storage"
)

const (
	// unknownMost is how many questions without an answer a site keeps: those asked last.
	unknownMost = 200
	// unknownText is how many characters of one are kept.
	unknownText = 200
)

// Unknown is what visitors asked and nothing answered.
type Unknown struct {
	ID       int64     `json:"id"`
	Question string    `json:"question"`
	Times    int64     `json:"times"`
	LastAt   time.Time `json:"last_at"`
}

// unknownTx writes down a question without an answer; the same words again only count.
func (s *Service) unknownTx(ctx context.Context, tx *storage.Tx, site int64, text string) error {
	folded := fold(text)
	if folded == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(folded))
	return keepUnknown(ctx, tx, unknownRow{ID: s.ids.Next(), SiteID: site, Hash: hex.EncodeToString(sum[:16]),
		Question: firstRunes(sites.OneLine(text), unknownText), Times: 1, LastAt: s.time()})
}

// Unknown lists the questions without an answer, the most asked first, for those who lead the site.
func (s *Service) Unknown(ctx context.Context, by, site int64) ([]Unknown, error) {
	if err := s.mustLead(ctx, by, site); err != nil {
		return nil, err
	}
	rows, err := unknownOf(ctx, s.db.R, site)
	all := make([]Unknown, len(rows))
	for i, r := range rows {
		all[i] = Unknown{ID: r.ID, Question: r.Question, Times: r.Times, LastAt: r.LastAt.UTC()}
	}
	return all, err
}

// Dismiss takes a question off that list.
func (s *Service) Dismiss(ctx context.Context, by, site, unknown int64) error {
	if err := s.mustLead(ctx, by, site); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		row, err := dropUnknown(ctx, tx, site, unknown)
		if err != nil {
			return err
		}
		return s.audit.WriteTx(ctx, tx, audit.Entry{By: by, Action: "faq.dismiss", Site: site, TargetID: row.ID, Target: row.Question})
	})
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
