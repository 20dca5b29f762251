package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	perAgent   = 8  // conversations of one agent, while there are not too many agents
	mostAgents = 16 // each costs a password hash to sign in
	openIn     = 30 * time.Second
	openPoll   = 20 * time.Millisecond
)

// stage is a site at work: agents online, each with a bound socket, and visitors who have one
// conversation each that is with one of them. Visitors hold no socket of their own.
type stage struct {
	api    *api
	owner  caller
	site   site
	prefix string
	clock  time.Time

	agents   []*agent
	visitors []caller
	lanes    []*lane

	listening sync.WaitGroup
	lost      chan error // sockets that ended, room for all of them
}

type site struct {
	ID  int64
	Key string
}

type agent struct {
	caller
	id     int64
	socket *socket
}

// siteOf finds the site with a key among the owner's; "" is the first.
func siteOf(ctx context.Context, owner caller, key string) (site, error) {
	var owned struct{ Sites []site }
	if _, err := owner.call(ctx, http.MethodGet, "/api/admin/sites", nil, &owned); err != nil {
		return site{}, err
	}
	for _, s := range owned.Sites {
		if key == "" || s.Key == key {
			return s, nil
		}
	}
	return site{}, fmt.Errorf("no site %q among the %d of this owner", key, len(owned.Sites))
}

// newStage brings everybody into place. It must be closed, also when it failed half-way.
func newStage(ctx context.Context, owner caller, at site, senders int) (*stage, error) {
	s := &stage{api: owner.api, owner: owner, site: at, prefix: randomPrefix(), lost: make(chan error, mostAgents)}
	clock := time.Now()
	for range senders { // before there is a socket, whose goroutine looks at them
		s.lanes = append(s.lanes, &lane{clock: clock})
	}
	s.clock = clock
	if err := s.hire(ctx); err != nil {
		return s, err
	}
	if err := s.receive(ctx); err != nil {
		return s, err
	}
	return s, s.seated(ctx)
}

// hire brings as many agents online as the conversations need.
func (s *stage) hire(ctx context.Context) error {
	senders := len(s.lanes)
	count := min((senders+perAgent-1)/perAgent, mostAgents)
	for range count {
		a, err := s.invite(ctx, len(s.agents), (senders+count-1)/count)
		if err != nil {
			return err
		}
		s.agents = append(s.agents, a)
		if a.socket, err = a.connect(ctx); err != nil {
			return err
		}
		s.listening.Go(func() { s.lost <- a.socket.listen(s.heard) })
		if _, err := a.call(ctx, http.MethodGet, "/api/desk", nil, nil); err != nil {
			return err
		}
		if _, err := a.call(ctx, http.MethodPut, "/api/desk/seat", map[string]string{"state": "online"}, nil); err != nil {
			return err
		}
	}
	return nil
}

// invite makes an agent the way an owner does: by a link, which the agent accepts.
func (s *stage) invite(ctx context.Context, n, limit int) (*agent, error) {
	name := fmt.Sprintf("%sagent-%d", s.prefix, n)
	path := fmt.Sprintf("/api/admin/sites/%d/agents", s.site.ID)
	var invited struct{ Link string }
	in := map[string]string{"email": name + "@bench.example", "name": name, "role": "agent"}
	if _, err := s.owner.call(ctx, http.MethodPost, path, in, &invited); err != nil {
		return nil, err
	}
	_, token, ok := strings.Cut(invited.Link, "#invite=")
	if !ok {
		return nil, errors.New("the invitation has no link")
	}
	accept := map[string]string{"token": token, "name": name, "password": rand.Text()}
	c, id, err := s.api.signIn(ctx, "/api/invitations/accept", accept)
	if err != nil {
		return nil, err
	}
	a := &agent{caller: c, id: id}
	_, err = s.owner.call(ctx, http.MethodPatch, fmt.Sprintf("%s/%d", path, id), map[string]int{"cap": limit}, nil)
	return a, err
}

// receive lets the visitors in; each opens a conversation with a first message.
func (s *stage) receive(ctx context.Context) error {
	base, err := url.Parse(s.api.base)
	if err != nil {
		return err
	}
	for n, l := range s.lanes {
		v, err := s.api.visitor(ctx, s.site.Key)
		if err != nil {
			return err
		}
		s.visitors = append(s.visitors, v)
		first := map[string]any{"client_msg_id": fmt.Sprintf("opening-%s%d", s.prefix, n), "type": "text", "body": map[string]string{"text": "Hello"}}
		if _, err := v.call(ctx, http.MethodPost, sayPath, first, nil); err != nil {
			return err
		}
		l.wire = newWire(base, v.token, s.prefix, n)
	}
	return nil
}

// seated waits until one of our agents has each conversation.
func (s *stage) seated(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, openIn)
	defer cancel()
	ours := make(map[int64]bool)
	for _, a := range s.agents {
		ours[a.id] = true
	}
	poll := time.NewTicker(openPoll)
	defer poll.Stop()
	for _, v := range s.visitors {
		for {
			var live struct {
				State string
				Agent *struct{ ID int64 }
			}
			if _, err := v.call(ctx, http.MethodGet, "/api/live", nil, &live); err != nil {
				return fmt.Errorf("wait for the agents: %w", err)
			}
			if live.State == "open" && live.Agent != nil {
				if !ours[live.Agent.ID] {
					return errors.New("a conversation went to another agent: nobody else may be online on the site")
				}
				break
			}
			select {
			case <-poll.C:
			case <-ctx.Done():
				return fmt.Errorf("wait for the agents: a conversation is still %q: %w", live.State, ctx.Err())
			}
		}
	}
	return nil
}

// heard is called with every frame of every agent's socket.
func (s *stage) heard(frame []byte) {
	at := time.Since(s.clock)
	scanFrame(frame, s.prefix, func(sender, number int) {
		if sender < len(s.lanes) {
			s.lanes[sender].heard(number, at)
		}
	})
}

// tidy leaves a server that goes on running as it was found, but for the log: the conversations
// are closed and the agents disabled.
func (s *stage) tidy(ctx context.Context) error {
	var errs []error
	for _, v := range s.visitors {
		_, err := v.call(ctx, http.MethodPost, "/api/live/end", nil, nil)
		errs = append(errs, err)
	}
	for _, a := range s.agents {
		path := fmt.Sprintf("/api/admin/sites/%d/agents/%d", s.site.ID, a.id)
		_, err := s.owner.call(ctx, http.MethodPatch, path, map[string]bool{"disabled": true}, nil)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// close hangs up everywhere.
func (s *stage) close() {
	for _, l := range s.lanes {
		l.wire.close()
	}
	for _, a := range s.agents {
		if a.socket != nil {
			a.socket.close()
		}
	}
	s.listening.Wait()
}
