package apptest

import (
	"context"
	"time"

	"ichat/app/id"
	"ichat/app/people"
	"ichat/storage"
)

// Member is a member of the messenger who goes by his name, and is signed in. He is written as registration
// writes him, but for the hashing of one more password, which is most of what it costs: his is the owner's.
func (p *Product) Member(name string) *Client {
	p.tb.Helper()
	person, folded := 1_000_000+p.next.Add(1), people.Folded(name)
	now := time.Now().UTC()
	err := p.DB.Write(context.Background(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw(`
			INSERT INTO people (id, kind, site_id, name, avatar, password_hash, locale, created_at)
			SELECT ?, 'member', 0, ?, '', password_hash, 'en', ? FROM people WHERE email = ?`, person, name, now, ownerEmail).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO profiles (person_id, number, folded, named, created_at) VALUES (?, ?, ?, 1, ?)`, person, 100_000_000+person, folded, now).Exec(ctx)
		if err != nil {
			return err
		}
		return people.MemberNames.PutTx(ctx, tx, person, "", folded)
	})
	if err != nil {
		p.tb.Fatal(err)
	}
	return (&Client{ID: person, p: p, Origin: p.URL}).Again()
}

// Again is the same member on another device.
func (c *Client) Again() *Client {
	c.p.tb.Helper()
	token, now := id.Token(), time.Now().UTC()
	err := c.p.DB.Write(context.Background(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO sessions (token_hash, person_id, created_at, expires_at, device, address) VALUES (?, ?, ?, ?, 'a test', '127.0.0.1')`,
			id.Hash(token), c.ID, now, now.Add(30*24*time.Hour)).Exec(ctx)
		return err
	})
	if err != nil {
		c.p.tb.Fatal(err)
	}
	return &Client{ID: c.ID, p: c.p, Origin: c.p.URL, token: token}
}
