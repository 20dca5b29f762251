package hub

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"ichat/app/fault"
)

// door is the list of all open sockets by client id, and of how many of an address are not
// attached yet: those cost memory and have shown no sign-in.
type door struct {
	cap  int // of unattached sockets per address; negative: none
	most int // open sockets; 0: any number

	mu       sync.Mutex
	sockets  map[string]*socket // guarded by mu
	unbound  map[string]int     // by address; guarded by mu
	draining bool               // guarded by mu
}

func newDoor(cap, most int) *door {
	return &door{cap: cap, most: most, sockets: make(map[string]*socket), unbound: make(map[string]int)}
}

// admit lists s as open and unattached, and counts it in open.
func (d *door) admit(s *socket, open *sync.WaitGroup) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.draining {
		return fault.New(fault.Unavailable, "the server is restarting").After(time.Second)
	}
	if d.most > 0 && len(d.sockets) >= d.most {
		return fault.New(fault.Unavailable, "this server has no room for more connections").After(5 * time.Second)
	}
	if d.cap >= 0 && d.unbound[s.address] >= d.cap {
		return fault.New(fault.TooMany, "too many connections are waiting for a sign-in").After(5 * time.Second)
	}
	d.unbound[s.address]++
	d.sockets[s.client] = s
	open.Add(1)
	return nil
}

// bound takes s off its address's count, once.
func (d *door) bound(s *socket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.counted {
		return
	}
	s.counted = true
	if d.unbound[s.address]--; d.unbound[s.address] == 0 {
		delete(d.unbound, s.address)
	}
}

func (d *door) leave(s *socket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sockets, s.client)
}

func (d *door) find(client string) *socket {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sockets[client]
}

// full tells whether nobody else may come in.
func (d *door) full() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.most > 0 && len(d.sockets) >= d.most
}

func (d *door) len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.sockets)
}

// all returns the open sockets.
func (d *door) all() []*socket {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]*socket, 0, len(d.sockets))
	for _, s := range d.sockets {
		list = append(list, s)
	}
	return list
}

// waiting lists the sockets that are not attached yet.
func (d *door) waiting() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.unbound) == 0 {
		return nil
	}
	var list []string
	for client, s := range d.sockets {
		if !s.counted {
			list = append(list, client)
		}
	}
	return list
}

// drain refuses whoever comes from now on.
func (d *door) drain() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.draining = true
}

// remoteAddress is the address of the connection.
func remoteAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// household makes one of all IPv6 addresses of a /64: any customer has that many.
func household(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// endings remembers the sign-ins that ended lately, for the attach that was checked before the
// end and comes after it.
type endings struct {
	after func(time.Duration, func()) func() bool

	mu       sync.Mutex
	sessions map[string]struct{} // guarded by mu
}

// endingKept is far longer than any request between its sign-in check and its attach.
const endingKept = time.Minute

func (e *endings) add(session string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sessions == nil {
		e.sessions = make(map[string]struct{})
	}
	e.sessions[session] = struct{}{}
	e.after(endingKept, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.sessions, session)
	})
}

func (e *endings) has(session string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ended := e.sessions[session]
	return ended
}
