package hub

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"ichat/app/fault"
	"ichat/app/id"
)

// Serve is GET /ws. It returns at once: everything that can be refused is refused while there
// is still a response to refuse with, then the bare connection goes to a goroutine that holds
// nothing of the HTTP request, which halves the memory of an idle socket. A plain GET is
// answered 426; a foreign origin, too many waiting sockets and a closing hub are faults for
// the caller to answer.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request) error {
	if !isHandshake(r) {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Sec-WebSocket-Version", "13")
		http.Error(w, "this address speaks WebSocket only", http.StatusUpgradeRequired)
		return nil
	}
	if !h.o.AllowOrigin(r) {
		return fault.New(fault.Denied, "this site may not connect here")
	}
	if key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key")); err != nil || len(key) != 16 {
		return fault.New(fault.Invalid, "the connection key is not valid")
	}
	s := &socket{hub: h, client: id.Token(), origin: r.Header.Get("Origin"), address: household(h.o.Address(r)), aside: r.URL.Query().Has("aside")}
	if err := h.door.admit(s, &h.open); err != nil {
		return err
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.gone()
		return fmt.Errorf("hijack: %w", err)
	}
	if buffered.Reader.Buffered() > 0 {
		// Nobody may speak before the handshake is answered; what was read ahead would be lost.
		conn.Close()
		s.gone()
		return nil
	}
	go s.run(h.anyMelody(), &handover{conn: conn}, trimmed(r))
	return nil
}

// isHandshake tells whether r asks for a WebSocket in the only version there is.
func isHandshake(r *http.Request) bool {
	return r.Method == http.MethodGet && r.ProtoMajor == 1 && websocket.IsWebSocketUpgrade(r) &&
		slices.Contains(r.Header["Sec-Websocket-Version"], "13")
}

// run is the goroutine of one socket until it is closed.
func (s *socket) run(m *melody.Melody, w *handover, r *http.Request) {
	defer s.gone()
	if err := m.HandleRequestWithKeys(w, r, map[string]any{socketKey: s}); err != nil {
		w.conn.Close()
		s.hub.log.Debug("handshake failed", "err", err)
	}
}

// trimmed is what the upgrade reads of a request, and nothing that holds on to the rest.
func trimmed(r *http.Request) *http.Request {
	header := make(http.Header, 4)
	for _, name := range []string{"Connection", "Upgrade", "Sec-Websocket-Version", "Sec-Websocket-Key"} {
		header[name] = slices.Clone(r.Header[name])
	}
	return &http.Request{Method: http.MethodGet, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Host: r.Host}
}

// handover is the ResponseWriter of a request whose connection was taken already: it hands
// that over and has nowhere to write an answer to.
type handover struct{ conn net.Conn }

func (w *handover) Header() http.Header         { return http.Header{} }
func (w *handover) Write(b []byte) (int, error) { return len(b), nil }
func (w *handover) WriteHeader(int)             {}

func (w *handover) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.conn, bufio.NewReadWriter(bufio.NewReaderSize(w.conn, 16), bufio.NewWriterSize(w.conn, 16)), nil
}

// sameHost allows pages of the host itself and clients that are no browser.
func sameHost(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}
