package notify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"ichat/app"
	"ichat/app/apptest"
)

// postOffice is a mail server on this machine.
type postOffice struct {
	t      *testing.T
	url    string
	mails  chan delivered
	server *smtp.Server

	mu     sync.Mutex
	refuse error  // what it says to the next mails; guarded by mu
	user   string // the last one who signed in; guarded by mu
	safe   bool   // whether he did so on an encrypted line; guarded by mu
}

// delivered is a mail as it came.
type delivered struct {
	to   string
	head mail.Header
	text string
	html string
	raw  string
}

func (d delivered) subject(t *testing.T) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(d.head.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open starts the server; change may adjust it first.
func open(t *testing.T, change ...func(*smtp.Server)) *postOffice {
	t.Helper()
	o := &postOffice{t: t, mails: make(chan delivered, 100)}
	o.listen("127.0.0.1:0", change...)
	t.Cleanup(func() { o.server.Close() })
	return o
}

func (o *postOffice) listen(at string, change ...func(*smtp.Server)) {
	o.t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		o.t.Fatal(err)
	}
	o.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &visit{o: o, conn: c}, nil }))
	o.server.Domain, o.server.AllowInsecureAuth = "test", true
	for _, f := range change {
		f(o.server)
	}
	if o.server.TLSConfig != nil && o.server.TLSConfig.NextProtos != nil {
		l = tls.NewListener(l, o.server.TLSConfig)
	}
	o.url = "smtp://" + l.Addr().String() + "?from=" + "Shop%20%3Cchat@shop.example%3E"
	go o.server.Serve(l)
}

func (o *postOffice) say(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = err
}

// next waits for a mail.
func (o *postOffice) next() delivered {
	o.t.Helper()
	select {
	case d := <-o.mails:
		return d
	case <-time.After(apptest.Patience):
		o.t.Fatal("no mail came")
	}
	return delivered{}
}

// none tells whether the box is empty; the test has waited for something later first.
func (o *postOffice) none() {
	o.t.Helper()
	select {
	case d := <-o.mails:
		o.t.Fatalf("a mail to %s came: %s", d.to, d.raw)
	default:
	}
}

// visit is one connection.
type visit struct {
	o    *postOffice
	conn *smtp.Conn
	to   string
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "p@ss" {
			return errors.New("wrong password")
		}
		_, safe := v.conn.TLSConnectionState()
		v.o.mu.Lock()
		defer v.o.mu.Unlock()
		v.o.user, v.o.safe = user, safe
		return nil
	}), nil
}

func (v *visit) Reset()                                    {}
func (v *visit) Logout() error                             { return nil }
func (v *visit) Mail(string, *smtp.MailOptions) error      { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error { v.to = to; return nil }

func (v *visit) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.o.mu.Lock()
	refuse := v.o.refuse
	v.o.mu.Unlock()
	if refuse != nil {
		return refuse
	}
	d, err := parse(v.to, string(b))
	if err != nil {
		v.o.t.Errorf("%v in %s", err, b)
	}
	v.o.mails <- d
	return nil
}

func parse(to, raw string) (delivered, error) {
	d := delivered{to: to, raw: raw}
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return d, err
	}
	d.head = m.Header
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return d, fmt.Errorf("content type %q: %w", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			return d, err
		}
		text := strings.ReplaceAll(string(b), "\r\n", "\n")
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/plain") {
			d.text = text
		} else {
			d.html = text
		}
	}
}

// selfSigned is what a mail server on one's own machine proves itself with.
func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// with sets the product up for mail.
func (o *postOffice) with(c *app.Config) { c.SMTPURL, c.BaseURL = o.url, "https://chat.example.com" }
