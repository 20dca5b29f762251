package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// sendWithin is how long the mail server has for one mail.
const sendWithin = time.Minute

// Server is a mail server that takes our mails.
type Server struct {
	host     string
	port     int
	user     string
	password string
	implicit bool // TLS from the first byte
	from     netmail.Address
}

// ParseServer reads smtp://user:password@host:port?from=address, or smtps:// for TLS from the first byte. The error
// is one line and never repeats the address, which may hold a password.
func ParseServer(address string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("must look like smtp://user:password@mail.example.com:587?from=chat@example.com; characters such as @ : / in the password are written as %40 %3A %2F")
	}
	s := &Server{host: u.Hostname(), port: 587, implicit: u.Scheme == "smtps", user: u.User.Username()}
	if s.implicit {
		s.port = 465
	}
	s.password, _ = u.User.Password()
	if text := u.Port(); text != "" {
		if s.port, err = strconv.Atoi(text); err != nil || s.port < 1 || s.port > 65535 {
			return nil, fmt.Errorf("has %q where the port belongs", text)
		}
	}
	if (s.user == "") != (s.password == "") {
		return nil, errors.New("needs user and password together, or neither")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("has a question mark after which not everything is name=value")
	}
	for name := range query {
		if name != "from" {
			return nil, fmt.Errorf("does not know %q: after the question mark there is only from=", name)
		}
	}
	from, err := netmail.ParseAddress(query.Get("from"))
	if err != nil && query.Get("from") == "" {
		from, err = netmail.ParseAddress(s.user)
	}
	if err != nil {
		return nil, errors.New("needs the address mails come from, such as ?from=chat@example.com")
	}
	s.from = *from
	return s, nil
}

// From is the address mails come from.
func (s *Server) From() string { return s.from.Address }

// loopback tells whether the server is on this machine, where nobody listens on the line.
func (s *Server) loopback() bool {
	if s.host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(s.host)
	return err == nil && ip.IsLoopback()
}

// tls checks who answers, except on this machine: no public authority signs for "localhost".
func (s *Server) tls() *tls.Config {
	return &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: s.loopback()}
}

// options are how the server is spoken to: encrypted whenever it offers that, and always when a password is sent
// to another machine.
func (s *Server) options() []mail.Option {
	o := []mail.Option{mail.WithPort(s.port), mail.WithTimeout(sendWithin / 2), mail.WithHELO(domainOf(s.from.Address)), mail.WithTLSConfig(s.tls())}
	switch {
	case s.implicit:
		o = append(o, mail.WithSSL())
	case s.password != "" && !s.loopback():
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		o = append(o, mail.WithTLSPolicy(mail.TLSOpportunistic))
	}
	if s.password != "" {
		auth := mail.SMTPAuthAutoDiscover
		if s.loopback() {
			auth = mail.SMTPAuthPlainNoEnc
		}
		o = append(o, mail.WithSMTPAuth(auth), mail.WithUsername(s.user), mail.WithPassword(s.password))
	}
	return o
}

// send hands one mail over.
func (s *Server) send(ctx context.Context, l letter) error {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	m, err := l.message(s.from)
	if err != nil {
		return refusedError{err}
	}
	line := &line{}
	if s.implicit {
		line.safe = s.tls()
	}
	defer line.hangUp()
	c, err := mail.NewClient(s.host, append(s.options(), mail.WithDialContextFunc(line.dial))...)
	if err != nil {
		return err
	}
	err = c.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() {
		return nil // the server has it: what went wrong saying goodbye is no reason to send it twice
	}
	var refused *mail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return refusedError{err}
	}
	return err
}

// line is one connection, which go-mail leaves open when the greeting, encryption or sign-in fails.
type line struct {
	safe  *tls.Config // for TLS from the first byte; nil: go-mail asks for it later
	conns []net.Conn
}

func (l *line) dial(ctx context.Context, network, address string) (c net.Conn, err error) {
	if l.safe == nil {
		c, err = new(net.Dialer).DialContext(ctx, network, address)
	} else {
		c, err = (&tls.Dialer{Config: l.safe}).DialContext(ctx, network, address)
	}
	if err == nil {
		l.conns = append(l.conns, c)
	}
	return c, err
}

func (l *line) hangUp() {
	for _, c := range l.conns {
		c.Close()
	}
}

// refusedError is a failure that another try would not change.
type refusedError struct{ error }

// reason is an error in one line, short enough for a table.
func reason(err error) string {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "the mail server did not answer in time"
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300])
	}
	return text
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
