package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"net/url"
	"strconv"
	"time"
)

// wire is one sender's connection: kept alive, one request at a time, the request prepared as
// bytes in which only the message's number changes. It shares the processor with the server
// that is measured, so it does nothing twice.
type wire struct {
	url     *url.URL
	request []byte
	number  []byte // the digits of the message's number, inside request
	id      []byte // the whole client_msg_id, inside request

	until  time.Time // when whatever is under way fails
	conn   net.Conn  // nil: dial before the next request
	in     *bufio.Reader
	answer []byte // reused by every answer
}

const (
	sayPath     = "/api/live/messages"
	sayTemplate = `{"client_msg_id":"%s","type":"text","body":{"text":"%s"}}`
	// hundred is what visitors say: 100 characters.
	hundred = "Hello, my parcel has been on its way for nine days now. Could you please find out where it is today?"
)

func newWire(base *url.URL, token string, prefix string, sender int) *wire {
	return newWireTo(sayPath, base, token, prefix, sender)
}

// newWireTo is newWire into a conversation of members.
func newWireTo(path string, base *url.URL, token string, prefix string, sender int) *wire {
	id := messageID(prefix, sender, 0)
	body := fmt.Sprintf(sayTemplate, id, hundred)
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		base.Path+path, base.Host, token, len(body))
	w := &wire{url: base, request: []byte(head + body)}
	at := len(head) + len(`{"client_msg_id":"`)
	w.id = w.request[at : at+len(id)]
	w.number = w.id[len(id)-numberDigits:]
	return w
}

// ready connects, if need be, and sets the time until which everything must be over: once for
// many requests, because every change of it costs.
func (w *wire) ready(until time.Time) error {
	w.until = until
	if w.conn == nil {
		return w.dial()
	}
	return w.conn.SetDeadline(until)
}

func (w *wire) dial() error {
	conn, err := dial(w.url)
	if err != nil {
		return fmt.Errorf("connect a sender: %w", err)
	}
	w.conn, w.in = conn, bufio.NewReader(conn)
	return conn.SetDeadline(w.until)
}

func dial(u *url.URL) (net.Conn, error) {
	if u.Scheme == "https" {
		return tls.Dial("tcp", net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443")), nil)
	}
	return net.Dial("tcp", net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "80")))
}

func (w *wire) close() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// say sends message n and returns when the server has acknowledged it.
func (w *wire) say(n int) error {
	if w.conn == nil {
		if err := w.dial(); err != nil {
			return err
		}
	}
	putNumber(w.number, n)
	if _, err := w.conn.Write(w.request); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	a, err := readAnswer(w.in, w.answer[:0])
	if err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	w.answer = a.body
	if a.last {
		w.close()
	}
	if a.status != 200 {
		return fmt.Errorf("send: %d: %s", a.status, bytes.TrimSpace(a.body))
	}
	if !bytes.Contains(a.body, w.id) {
		return fmt.Errorf("send: acknowledged another message: %s", bytes.TrimSpace(a.body))
	}
	return nil
}

type answer struct {
	status int
	body   []byte
	last   bool // the server closes the connection behind it
}

// readAnswer reads one HTTP/1.1 answer, its body into buf.
func readAnswer(in *bufio.Reader, buf []byte) (answer, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return answer{}, err
	}
	a := answer{}
	if len(line) < 13 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return a, fmt.Errorf("not an HTTP/1.1 answer: %q", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, fmt.Errorf("not an HTTP/1.1 answer: %q", line)
	}
	length, err := a.readHead(in)
	switch {
	case err != nil:
		return a, err
	case length < 0:
		a.body, err = readChunks(in, buf)
	default:
		a.body = append(buf, make([]byte, length)...)
		_, err = io.ReadFull(in, a.body)
	}
	return a, err
}

// readHead reads the headers up to the empty line; length is -1 for a chunked body.
func (a *answer) readHead(in *bufio.Reader) (length int, err error) {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return length, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch len(name) { // comparing lengths first leaves most headers unread
		case len("Content-Length"):
			if bytes.EqualFold(name, []byte("Content-Length")) {
				if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
					return 0, fmt.Errorf("content length %q", value)
				}
			}
		case len("Transfer-Encoding"):
			if bytes.EqualFold(name, []byte("Transfer-Encoding")) {
				length = -1
			}
		case len("Connection"):
			if bytes.EqualFold(name, []byte("Connection")) && bytes.EqualFold(value, []byte("close")) {
				a.last = true
			}
		}
	}
}

func readChunks(in *bufio.Reader, buf []byte) ([]byte, error) {
	body := bytes.NewBuffer(buf)
	if _, err := body.ReadFrom(httputil.NewChunkedReader(in)); err != nil {
		return nil, err
	}
	for { // the trailer, which is empty but for its last line
		line, err := in.ReadSlice('\n')
		if err != nil || len(bytes.TrimRight(line, "\r\n")) == 0 {
			return body.Bytes(), err
		}
	}
}
