package check

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// line is one socket on its way through the proxy.
type line struct {
	proxy     *proxy
	near, far *websocket.Conn // the client, the node
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// carrySocket stands in the middle of a socket until either side ends it.
func (p *proxy) carrySocket(w http.ResponseWriter, r *http.Request) {
	p.patience(r.Context())
	dialer := websocket.Dialer{HandshakeTimeout: 4 * time.Second}
	header := http.Header{}
	if origin := r.Header.Get("Origin"); origin != "" {
		header.Set("Origin", origin)
	}
	far, _, err := dialer.DialContext(r.Context(), "ws://"+p.upstream+r.URL.RequestURI(), header)
	if err != nil {
		p.reset(w)
		return
	}
	near, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		far.Close()
		return
	}
	l := &line{proxy: p, near: near, far: far}
	p.mu.Lock()
	p.sockets[l] = struct{}{}
	p.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.carry(near, far, false)
	}()
	l.carry(far, near, true)
	<-done
	p.mu.Lock()
	delete(p.sockets, l)
	p.mu.Unlock()
}

// carry copies frames until one side ends, and then ends the other in the same way.
func (l *line) carry(from, to *websocket.Conn, down bool) {
	defer to.Close()
	defer from.Close()
	for {
		kind, frame, err := from.ReadMessage()
		for l.proxy.hanging() {
			time.Sleep(20 * time.Millisecond) // both ends think the line is there
		}
		if err != nil {
			if closed, ok := err.(*websocket.CloseError); ok && closed.Code != websocket.CloseAbnormalClosure {
				to.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closed.Code, closed.Text), time.Now().Add(time.Second))
			}
			return
		}
		if down {
			if frame = l.proxy.thin(frame); frame == nil {
				continue
			}
		}
		to.SetWriteDeadline(time.Now().Add(20 * time.Second))
		if to.WriteMessage(kind, frame) != nil {
			return
		}
	}
}

// thin takes pushed events out of a frame by the noise; nil when nothing is left.
func (p *proxy) thin(frame []byte) []byte {
	p.mu.Lock()
	share := p.noisy.DropPush
	p.mu.Unlock()
	if share == 0 {
		return frame
	}
	var all, kept []json.RawMessage
	if json.Unmarshal(frame, &all) != nil {
		all = []json.RawMessage{frame}
	}
	for _, e := range all {
		if p.drops(e, share) {
			p.history.count("push dropped")
			continue
		}
		kept = append(kept, e)
	}
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	}
	text, err := json.Marshal(kept)
	if err != nil {
		panic(err) // it came as JSON
	}
	return text
}

func (p *proxy) drops(e json.RawMessage, share float64) bool {
	var head struct{ Type string }
	if json.Unmarshal(e, &head) != nil || strings.Contains("init heads bye pong resync", head.Type) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.Float64() < share
}

// cutAll breaks every socket at once.
func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.sockets {
		rst(l.near.NetConn())
		rst(l.far.NetConn())
	}
}
