package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// socket is the line on which somebody is told what happens.
type socket struct {
	conn *websocket.Conn
	buf  []byte // reused by every frame
}

// connect opens a socket and binds it to c.
func (c caller) connect(ctx context.Context) (*socket, error) {
	return c.connectWith(ctx, websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 16 << 10})
}

func (c caller) connectWith(ctx context.Context, d websocket.Dialer) (*socket, error) {
	conn, _, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(c.api.base, "http")+"/ws", nil)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	s := &socket{conn: conn, buf: make([]byte, 0, d.ReadBufferSize)}
	var first struct {
		ClientID string `json:"client_id"`
		Epoch    string `json:"epoch"`
	}
	if err := conn.ReadJSON(&first); err != nil {
		conn.Close()
		return nil, fmt.Errorf("first frame: %w", err)
	}
	bind := map[string]any{"client_id": first.ClientID, "epoch": first.Epoch, "known": map[string]any{}, "list": 0}
	if _, err := c.call(ctx, http.MethodPost, "/api/chat/bind", bind, nil); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// listen calls heard with each frame until the socket closes. The frame is only valid during
// the call.
func (s *socket) listen(heard func(frame []byte)) error {
	for {
		_, r, err := s.conn.NextReader()
		if err != nil {
			return err
		}
		frame := s.buf[:0]
		for {
			if len(frame) == cap(frame) {
				frame = append(frame, 0)[:len(frame)]
			}
			n, err := r.Read(frame[len(frame):cap(frame)])
			frame = frame[:len(frame)+n]
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		s.buf = frame
		heard(frame)
	}
}

func (s *socket) close() { s.conn.Close() }

// randomPrefix keeps the ids of one run apart from those of every other.
func randomPrefix() string { return "bench-" + strings.ToLower(rand.Text()[:8]) + "-" }
