package hub

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// notesWaiting is how many notes may wait for the relay to take them. When it stalls, or is away,
	// further ones are dropped: a push never waits, and what is lost is found in the database.
	notesWaiting = 8192

	// noteMost is the largest note that is sent; NATS refuses 1 MiB.
	noteMost = 1 << 20

	// relayWait is how long one write to the relay, and the last ones before leaving, may take.
	relayWait = 2 * time.Second
)

// relay carries notes between the nodes of one database over NATS core. All nodes hear one subject
// and look for themselves what concerns their sockets (see DECISIONS.md).
type relay struct {
	hub     *Hub
	conn    *nats.Conn
	heard   *nats.Subscription
	subject string
	notes   chan []byte
	stop    chan struct{}
	stopped sync.WaitGroup

	mu      sync.Mutex
	problem string // why there is no connection, "" when there is one; guarded by mu
}

// Connect makes this hub one with those of the other nodes on the same database that connect to the
// same NATS server. When that does not answer, now or later, the hub goes on alone, says so, and
// joins the others as soon as it can. An error means that the address can never work. Call it before
// the first socket and after every OnTold and OnMissed.
func (h *Hub) Connect(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" {
		return errors.New("must look like nats://user:password@host:4222")
	}
	r := &relay{hub: h, subject: "ichat." + h.o.Epoch, notes: make(chan []byte, notesWaiting), stop: make(chan struct{}), problem: "is not found yet"}
	r.conn, err = nats.Connect(address,
		nats.Name("ichat"), nats.NoEcho(),
		nats.RetryOnFailedConnect(true), nats.IgnoreAuthErrorAbort(), nats.MaxReconnects(-1),
		nats.ReconnectWait(500*time.Millisecond), nats.ReconnectBufSize(-1),
		nats.Timeout(relayWait), nats.FlusherTimeout(relayWait),
		nats.PingInterval(relayWait), nats.MaxPingsOutstanding(2), // a silent partition is noticed within 6 s
		nats.ConnectHandler(r.up),
		nats.ReconnectHandler(r.up),
		nats.DisconnectErrHandler(r.down),
		nats.ReconnectErrHandler(r.down),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { r.trouble(err) }))
	if err != nil {
		return fmt.Errorf("cannot be used: %w", err)
	}
	if r.heard, err = r.conn.Subscribe(r.subject, func(m *nats.Msg) { h.heardNode(m.Data) }); err != nil {
		r.conn.Close()
		return fmt.Errorf("cannot be used: %w", err)
	}
	if r.conn.IsConnected() {
		_ = r.conn.FlushTimeout(relayWait) // so that from now on nothing passes by unheard
	}
	h.relay = r
	r.stopped.Go(r.run)
	return nil
}

const away = "does not answer"

// Disconnect ends what Connect began, after what was told before.
func (h *Hub) Disconnect() {
	if h.relay == nil {
		return
	}
	_ = h.relay.heard.Unsubscribe() // fails only on a connection that is gone
	close(h.relay.stop)
	h.relay.stopped.Wait()
	if h.relay.conn.IsConnected() {
		_ = h.relay.conn.FlushTimeout(relayWait) // whoever misses it looks at the database
	}
	h.relay.conn.Close()
}

// RelayProblem says in a few words why there is no connection to the other nodes; "" when there is one,
// or need be none.
func (h *Hub) RelayProblem() string {
	if h.relay == nil {
		return ""
	}
	h.relay.mu.Lock()
	defer h.relay.mu.Unlock()
	return h.relay.problem
}

// send lets a note wait its turn, or drops it.
func (r *relay) send(data []byte) {
	if len(data) < noteMost && r.conn.IsConnected() {
		select {
		case r.notes <- data:
			return
		default:
		}
	}
	r.hub.unsent.Add(1)
}

// run publishes what waits: NATS may block for a moment, its callers may not.
func (r *relay) run() {
	for {
		select {
		case data := <-r.notes:
			r.publish(data)
		case <-r.stop:
			for {
				select {
				case data := <-r.notes:
					r.publish(data)
				default:
					return
				}
			}
		}
	}
}

func (r *relay) publish(data []byte) {
	if err := r.conn.Publish(r.subject, data); err != nil {
		r.hub.unsent.Add(1)
	}
}

// up runs when the relay is reached, for the first time or again: what the others told meanwhile is lost.
func (r *relay) up(conn *nats.Conn) {
	_ = conn.FlushTimeout(relayWait) // the server knows by then that we listen; if it is gone again, down says so
	r.say("")
	r.lost()
}

func (r *relay) down(conn *nats.Conn, err error) {
	switch {
	case conn.IsClosed():
	case err != nil && strings.Contains(strings.ToLower(err.Error()), "authorization"):
		r.say("refuses the name or password")
	default:
		r.say(away)
	}
}

// trouble hears what goes wrong on a connection that stands.
func (r *relay) trouble(err error) {
	if errors.Is(err, nats.ErrSlowConsumer) {
		r.lost()
	}
}

func (r *relay) lost() {
	r.hub.gaps.Add(1)
	for _, f := range r.hub.missed {
		f()
	}
}

// say notes the state and logs it when it is another; never the address, which holds the password.
func (r *relay) say(problem string) {
	r.mu.Lock()
	changed := r.problem != problem
	r.problem = problem
	r.mu.Unlock()
	switch {
	case !changed:
	case problem == "":
		r.hub.log.Info("relay to the other nodes stands")
	default:
		r.hub.log.Warn("relay to the other nodes "+problem+", going on without it", "variable", "ICHAT_NATS_URL")
	}
}
