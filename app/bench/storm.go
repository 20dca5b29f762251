package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	stormArrive  = 64              // people who come at once
	stormPatient = 3 * time.Minute // then whoever is not back is an error
	firstBackoff = 500 * time.Millisecond
	mostBackoff  = 15 * time.Second // as in widget/src/wire/clock.ts
)

// StormResult is what `ichat bench storm` prints. Times are since the kill.
type StormResult struct {
	Sockets          int      `json:"sockets"`
	ConnectsPerS     float64  `json:"connects_per_s"` // before the storm
	ReadyMs          float64  `json:"ready_ms"`       // of the server that comes after
	Back95           float64  `json:"back_95_s"`
	Back100          float64  `json:"back_100_s"`
	QueriesPerSocket *float64 `json:"queries_per_socket"` // while they came back
	Figures
}

// Storm connects that many visitors, each with a conversation behind him, kills the server without a word, starts it
// again at once, and measures how everybody comes back by the backoff of the real client.
func Storm(ctx context.Context, o Options, sockets int) (StormResult, error) {
	o, err := o.checked(1)
	switch {
	case err != nil:
		return StormResult{}, err
	case o.URL != "":
		return StormResult{}, errors.New("only a server of its own can be killed: leave --url away")
	case sockets < 1:
		return StormResult{}, errors.New("there must be at least one socket")
	}
	h, err := newHome()
	if err != nil {
		return StormResult{}, err
	}
	defer h.remove()
	if h.debug, err = freeAddr(); err != nil {
		return StormResult{}, err
	}
	first, owner, err := h.open(ctx)
	if err != nil {
		return StormResult{}, err
	}
	defer first.stop()
	at, err := siteOf(ctx, owner, "")
	if err != nil {
		return StormResult{}, err
	}
	s := newStorm(ctx, owner.api)
	defer s.end()
	began := time.Now()
	if err := s.gather(at, sockets); err != nil {
		return StormResult{}, err
	}
	r := StormResult{Sockets: sockets, ConnectsPerS: round(float64(sockets) / s.connecting.Seconds())}
	o.say("%d sockets are open", sockets)
	err = s.strike(h, first, &r)
	r.Seconds = seconds(time.Since(began))
	return r, err
}

// storm is everybody who is connected.
type storm struct {
	ctx        context.Context
	end        context.CancelFunc
	api        *api
	dialer     websocket.Dialer
	people     []*stormy
	connecting time.Duration // that the first connections took

	all  sync.WaitGroup
	back chan time.Time // one for each who comes back; room for all
}

// stormy is one visitor with one socket.
type stormy struct {
	caller
	conversation int64
	known        [2]int64
	epoch        string
	list         int64
}

func newStorm(ctx context.Context, a *api) *storm {
	a.http.Transport = &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}
	s := &storm{api: a, dialer: websocket.Dialer{HandshakeTimeout: 20 * time.Second, ReadBufferSize: 512, WriteBufferSize: 512, WriteBufferPool: &sync.Pool{}}}
	s.ctx, s.end = context.WithCancel(ctx)
	return s
}

// gather makes the visitors, lets each write and end once, and connects them.
func (s *storm) gather(at site, sockets int) error {
	s.people, s.back = make([]*stormy, sockets), make(chan time.Time, sockets)
	err := s.each(func(i int) (err error) {
		v := &stormy{}
		if v.caller, err = s.api.visitor(s.ctx, at.Key); err != nil {
			return err
		}
		s.people[i] = v
		say := map[string]any{"client_msg_id": fmt.Sprintf("storm-%08d", i), "type": "text", "body": map[string]string{"text": "Hello"}}
		if _, err = v.call(s.ctx, http.MethodPost, sayPath, say, nil); err != nil {
			return err
		}
		_, err = v.call(s.ctx, http.MethodPost, "/api/live/end", nil, nil)
		return err
	})
	if err != nil {
		return err
	}
	began := time.Now()
	conns := make([]*websocket.Conn, sockets)
	err = s.each(func(i int) (err error) {
		conns[i], err = s.connect(s.people[i])
		return err
	})
	s.connecting = time.Since(began)
	for i, c := range conns {
		if c != nil {
			s.all.Go(func() { s.keep(s.people[i], c) })
		}
	}
	return err
}

// each does something for everybody, some at a time, until the first error.
func (s *storm) each(do func(i int) error) error {
	var next atomic.Int64
	failed := make(chan error, stormArrive)
	for range stormArrive {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(s.people) {
					failed <- nil
					return
				}
				if err := do(i); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	var errs []error
	for range stormArrive {
		errs = append(errs, <-failed)
	}
	return errors.Join(errs...)
}

// connect opens a socket and binds it with what its owner knows.
func (s *storm) connect(v *stormy) (*websocket.Conn, error) {
	conn, _, err := s.dialer.DialContext(s.ctx, "ws"+strings.TrimPrefix(s.api.base, "http")+"/ws", nil)
	if err != nil {
		return nil, err
	}
	var first struct {
		ClientID string `json:"client_id"`
	}
	var answer struct {
		Epoch         string
		List          int64
		Conversations []struct {
			ID, Version int64
			Cursors     []struct{ Read, Received int64 }
		}
	}
	if err = conn.ReadJSON(&first); err == nil {
		known := map[int64][2]int64{}
		if v.conversation != 0 {
			known[v.conversation] = v.known
		}
		in := map[string]any{"client_id": first.ClientID, "epoch": v.epoch, "known": known, "list": v.list}
		_, err = v.call(s.ctx, http.MethodPost, "/api/chat/bind", in, &answer)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	v.epoch, v.list = answer.Epoch, answer.List
	for _, c := range answer.Conversations {
		v.conversation, v.known = c.ID, [2]int64{c.Version, 0}
		for _, cursor := range c.Cursors {
			v.known[1] += cursor.Read + cursor.Received
		}
	}
	return conn, nil
}

// keep holds a socket open and comes back when it is lost, as the client does.
func (s *storm) keep(v *stormy, conn *websocket.Conn) {
	for attempt := 0; ; {
		if conn != nil {
			stop := context.AfterFunc(s.ctx, func() { conn.Close() })
			for err := error(nil); err == nil; {
				_, _, err = conn.NextReader()
			}
			stop()
			conn.Close()
			attempt = 0
		}
		step := min(mostBackoff, firstBackoff<<min(attempt, 10))
		attempt++
		select {
		case <-time.After(time.Duration(rand.Float64() * float64(step))):
		case <-s.ctx.Done():
			return
		}
		var err error
		if conn, err = s.connect(v); err != nil {
			conn = nil
			continue
		}
		select {
		case s.back <- time.Now():
		default: // lost and found once more
		}
	}
}

// strike kills the server, starts the next one on the same address and waits for everybody.
func (s *storm) strike(h *home, first *server, r *StormResult) error {
	killed := time.Now()
	if err := first.cmd.Process.Kill(); err != nil {
		return err
	}
	<-first.ended
	next, err := h.startAt(s.ctx, strings.TrimPrefix(first.url, "http://"))
	if err != nil {
		return err
	}
	defer next.stop()
	r.ReadyMs = millis(next.ready)
	var took []time.Duration
	late := time.After(stormPatient)
	for len(took) < r.Sockets {
		select {
		case at := <-s.back:
			took = append(took, at.Sub(killed))
			continue
		case <-late:
		case <-s.ctx.Done():
		}
		break
	}
	r.Errors = r.Sockets - len(took)
	if u, ok := next.usage(); ok {
		cpu := seconds(u.cpu)
		r.RSS, r.CPU = &u.rss, &cpu
	}
	counted, err := next.counters(s.ctx)
	if queries, known := counted["ichat_queries_total"]; known && len(took) > 0 {
		per := round(queries / float64(len(took)))
		r.QueriesPerSocket = &per
	}
	if len(took) > 0 {
		slices.Sort(took)
		r.Back95, r.Back100 = seconds(percentile(took, 95)), seconds(took[len(took)-1])
	}
	s.end()
	s.all.Wait()
	return err
}
