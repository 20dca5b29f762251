package bench

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ichat/app/id"
	"ichat/storage"
)

// gathering is a group of members who are all online, and two more with a conversation of their own.
type gathering struct {
	ctx     context.Context
	end     context.CancelFunc
	clock   time.Time
	prefix  string
	talkers []*talker // in the group
	direct  *talker

	sockets   []*socket
	listening sync.WaitGroup
}

// comingTries is how often one tries to come online: a busy machine may leave a socket waiting for too long.
const comingTries = 3

// firstMember is the id of the first one who is made: below all that a server makes.
const firstMember = 1_000_000

// gather makes the members, founds the group and brings everybody online. It must be closed, also when it failed.
func (h *home) gather(ctx context.Context, owner caller, o Options) (*gathering, error) {
	g := &gathering{clock: time.Now(), prefix: randomPrefix()}
	g.ctx, g.end = context.WithCancel(ctx)
	owner.api.http.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
	limits := map[string]any{"chat": map[string]int{"max_group": max(o.Members, 3)}}
	if _, err := owner.call(ctx, http.MethodPatch, "/api/admin/settings", limits, nil); err != nil {
		return g, err
	}
	people, err := h.enroll(ctx, owner.api, o.Members+2)
	if err != nil {
		return g, err
	}
	inside, pair := people[:o.Members], people[o.Members:]
	if err := g.found(inside, o.Rate); err != nil {
		return g, err
	}
	if err := g.befriend(pair); err != nil {
		return g, err
	}
	return g, g.connect(inside, pair[1])
}

// enroll makes members the way registration does, but for their passwords, whose hashing would take minutes: each
// has a sign-in and nothing else. The first one has all of them as friends, so that he may bring them into a group.
func (h *home) enroll(ctx context.Context, a *api, count int) ([]caller, error) {
	at := os.Getenv("ICHAT_DATABASE_URL")
	if at == "" || strings.HasPrefix(at, "sqlite:") { // which the server is not given either
		at = "sqlite:" + filepath.Join(h.dir, "data", "ichat.db")
	}
	db, err := storage.Open(ctx, at, slog.Default())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	people := make([]caller, count)
	now := time.Now().UTC()
	err = db.Write(storage.Unhurried(ctx), func(ctx context.Context, tx *storage.Tx) error {
		for i := range people {
			token, person := id.Token(), int64(firstMember+i)
			people[i] = caller{api: a, token: token}
			if err := enrollTx(ctx, tx, person, id.Hash(token), now); err != nil {
				return fmt.Errorf("make a member: %w", err)
			}
		}
		return nil
	})
	return people, err
}

func enrollTx(ctx context.Context, tx *storage.Tx, person int64, session string, now time.Time) error {
	at, until := storage.Time{Time: now}, storage.Time{Time: now.Add(24 * time.Hour)}
	name := fmt.Sprintf("member%d", person-firstMember)
	err := tx.Do(ctx, `INSERT INTO people (id, kind, site_id, name, avatar, password_hash, locale, created_at) VALUES (?, 'member', 0, ?, '', '', 'en', ?)`, person, name, at)
	if err == nil {
		err = tx.Do(ctx, `INSERT INTO profiles (person_id, number, folded, created_at) VALUES (?, ?, ?, ?)`, person, 100_000_000+person, name, at)
	}
	if err == nil {
		err = tx.Do(ctx, `INSERT INTO sessions (token_hash, person_id, created_at, expires_at) VALUES (?, ?, ?, ?)`, session, person, at, until)
	}
	if err == nil && person != firstMember {
		err = tx.Do(ctx, `INSERT INTO friends (person_id, friend_id, since) VALUES (?, ?, ?), (?, ?, ?)`, firstMember, person, at, person, firstMember, at)
	}
	return err
}

// found makes the group and those who will talk in it: as many as there are messages a second, up to all.
func (g *gathering) found(inside []caller, rate int) error {
	ids := make([]int64, len(inside)-1)
	for i := range ids {
		ids[i] = int64(firstMember + i + 1)
	}
	var made struct{ Group struct{ ID int64 } }
	in := map[string]any{"client_id": g.prefix + "group", "name": "Everybody", "join_rule": "invite", "people": ids}
	if _, err := inside[0].call(g.ctx, http.MethodPost, "/api/im/groups", in, &made); err != nil {
		return err
	}
	talkers := min(rate, len(inside), mostSenders-1)
	for n := range talkers {
		t, err := g.talker(inside[n], n, made.Group.ID)
		if err != nil {
			return err
		}
		t.every, t.begin = time.Second*time.Duration(talkers)/time.Duration(rate), time.Second*time.Duration(n)/time.Duration(rate)
		t.hearers = len(inside)
		g.talkers = append(g.talkers, t)
	}
	return nil
}

// befriend brings the two others together: one asks and the other agrees.
func (g *gathering) befriend(pair []caller) error {
	var request struct{ ID int64 }
	ask := map[string]any{"person": firstMember + g.talkers[0].hearers + 1}
	if _, err := pair[0].call(g.ctx, http.MethodPost, "/api/im/requests", ask, &request); err != nil {
		return err
	}
	if _, err := pair[1].call(g.ctx, http.MethodPost, fmt.Sprintf("/api/im/requests/%d/agree", request.ID), map[string]any{}, nil); err != nil {
		return err
	}
	var start struct{ Conversations []struct{ ID int64 } }
	if _, err := pair[0].call(g.ctx, http.MethodGet, "/api/im", nil, &start); err != nil {
		return err
	}
	if len(start.Conversations) != 1 {
		return fmt.Errorf("two friends have %d conversations", len(start.Conversations))
	}
	var err error
	if g.direct, err = g.talker(pair[0], mostSenders-1, start.Conversations[0].ID); err == nil {
		g.direct.every, g.direct.hearers = time.Second/directPerS, 1
	}
	return err
}

func (g *gathering) talker(c caller, sender int, conversation int64) (*talker, error) {
	base, err := url.Parse(c.api.base)
	if err != nil {
		return nil, err
	}
	path := fmt.Sprintf("/api/chat/conversations/%d/messages", conversation)
	return &talker{wire: newWireTo(path, base, c.token, g.prefix, sender), clock: g.clock, self: sender}, nil
}

// connect brings everybody online, some at a time; whoever sends hears himself, which counts for nobody.
func (g *gathering) connect(inside []caller, friend caller) error {
	d := websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 2 << 10, WriteBufferSize: 512, WriteBufferPool: &sync.Pool{}}
	g.sockets = make([]*socket, len(inside)+1)
	everybody := append(inside[:len(inside):len(inside)], friend)
	turns := make(chan struct{}, setters)
	failed := make(chan error, len(everybody))
	for i, c := range everybody {
		turns <- struct{}{}
		go func() {
			defer func() { <-turns }()
			var err error
			for range comingTries {
				if g.sockets[i], err = c.connectWith(g.ctx, d); err == nil {
					break
				}
			}
			failed <- err
		}()
	}
	for range everybody {
		if err := <-failed; err != nil {
			return err
		}
	}
	for i, s := range g.sockets {
		g.listening.Go(func() { _ = s.listen(func(frame []byte) { g.heard(i, frame) }) }) // what it missed is counted
	}
	return nil
}

func (g *gathering) heard(socket int, frame []byte) {
	at := time.Since(g.clock)
	scanFrame(frame, g.prefix, func(sender, n int) {
		switch {
		case sender == mostSenders-1:
			g.direct.heard(0, n, at)
		case sender < len(g.talkers):
			g.talkers[sender].heard(socket, n, at)
		}
	})
}

func (g *gathering) close() {
	g.end()
	for _, s := range g.sockets {
		if s != nil {
			s.close()
		}
	}
	g.listening.Wait()
	for _, t := range append(g.talkers, g.direct) {
		if t != nil {
			t.wire.close()
		}
	}
}
