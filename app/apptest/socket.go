package apptest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"ichat/app/chat"
)

// Event is a frame as it came.
type Event struct {
	Type           string          `json:"type"`
	ConversationID int64           `json:"conversation_id"`
	Version        int64           `json:"version"`
	List           int64           `json:"list"`
	Data           json.RawMessage `json:"data"`
	ClientID       string          `json:"client_id"`
	Epoch          string          `json:"epoch"`
}

// Socket is a bound connection. Its events wait in order until the test asks for them.
type Socket struct {
	Sync chat.SyncAnswer // what binding answered

	c      *Client
	conn   *websocket.Conn
	events chan Event // closed with the connection
	Closed int        // close code; valid once events is closed
	Init   Event
}

// Dial opens a socket that is not bound yet.
func (c *Client) Dial() *Socket { c.p.tb.Helper(); return c.dial("/ws") }

func (c *Client) dial(address string) *Socket {
	c.p.tb.Helper()
	h := http.Header{}
	c.dress(h)
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(c.p.URL, "http")+address, h)
	if err != nil {
		c.p.tb.Fatal(err)
	}
	s := &Socket{c: c, conn: conn, events: make(chan Event, 65536)}
	go s.read()
	c.p.tb.Cleanup(func() { conn.Close() })
	s.Init = s.Wait("init", nil)
	return s
}

// Connect opens a socket and binds it with nothing known.
func (c *Client) Connect() *Socket { c.p.tb.Helper(); return c.Resume(chat.SyncRequest{}) }

// Resume opens a socket and binds it with what a device already has.
func (c *Client) Resume(known chat.SyncRequest) *Socket {
	c.p.tb.Helper()
	return c.bind(c.Dial(), known)
}

// LooksOn connects a page on which nobody is served.
func (c *Client) LooksOn() *Socket {
	c.p.tb.Helper()
	return c.bind(c.dial("/ws?aside"), chat.SyncRequest{})
}

func (c *Client) bind(s *Socket, known chat.SyncRequest) *Socket {
	c.p.tb.Helper()
	if known.Known == nil {
		known.Known = map[int64]chat.Known{}
	}
	c.OK("POST", "/api/chat/bind", chat.BindRequest{ClientID: s.Init.ClientID, SyncRequest: known}, &s.Sync)
	return s
}

func (s *Socket) read() {
	defer close(s.events)
	for {
		_, b, err := s.conn.ReadMessage()
		if err != nil {
			if e, ok := err.(*websocket.CloseError); ok {
				s.Closed = e.Code
			}
			return
		}
		var batch []Event
		if bytes.HasPrefix(b, []byte("[")) {
			err = json.Unmarshal(b, &batch)
		} else {
			batch = make([]Event, 1)
			err = json.Unmarshal(b, &batch[0])
		}
		if err != nil {
			s.c.p.tb.Errorf("frame %s: %v", b, err)
			return
		}
		for _, e := range batch {
			s.events <- e
		}
	}
}

// Wait returns the next event of a type that match accepts (nil: any), passing over others.
func (s *Socket) Wait(kind string, match func(Event) bool) Event {
	s.c.p.tb.Helper()
	late := time.After(Patience)
	for {
		select {
		case e, open := <-s.events:
			if !open {
				s.c.p.tb.Fatalf("the socket closed (%d) before a %s came", s.Closed, kind)
			}
			if e.Type == kind && (match == nil || match(e)) {
				return e
			}
		case <-late:
			s.c.p.tb.Fatalf("no %s came", kind)
		}
	}
}

// Next returns the next event, whatever it is.
func (s *Socket) Next() Event {
	s.c.p.tb.Helper()
	select {
	case e, open := <-s.events:
		if !open {
			s.c.p.tb.Fatalf("the socket closed (%d) before anything came", s.Closed)
		}
		return e
	case <-time.After(Patience):
		s.c.p.tb.Fatal("nothing came")
	}
	return Event{}
}

// WaitClosed waits for the end of the connection and returns its close code.
func (s *Socket) WaitClosed() int {
	s.c.p.tb.Helper()
	late := time.After(Patience)
	for {
		select {
		case _, open := <-s.events:
			if !open {
				return s.Closed
			}
		case <-late:
			s.c.p.tb.Fatal("the socket stayed open")
		}
	}
}

// Drain returns what has come so far, after everything the server sent before its pong.
func (s *Socket) Drain() []Event {
	s.c.p.tb.Helper()
	s.Send(`{"type":"ping"}`)
	var got []Event
	for {
		select {
		case e, open := <-s.events:
			if !open || e.Type == "pong" {
				return got
			}
			got = append(got, e)
		case <-time.After(Patience):
			s.c.p.tb.Fatal("no pong came")
		}
	}
}

// Message waits for a text and returns the message.
func (s *Socket) Message(text string) chat.Message {
	s.c.p.tb.Helper()
	var m chat.Message
	s.Wait("message", func(e Event) bool {
		m = chat.Message{}
		return json.Unmarshal(e.Data, &m) == nil && m.Body.Text == text
	})
	return m
}

// Send writes a frame upstream.
func (s *Socket) Send(frame string) {
	s.c.p.tb.Helper()
	if err := s.conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		s.c.p.tb.Fatal(err)
	}
}

// Cut ends the connection without a word, as a tunnel does.
func (s *Socket) Cut() { s.conn.UnderlyingConn().Close() }
