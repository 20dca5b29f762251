package notify

import (
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestAMailServersAddressIsReadOrRefusedInOneLine(t *testing.T) {
	for address, want := range map[string]string{
		"smtp://mail.example.com?from=chat@example.com":               "",
		"smtp://user:p%40ss@mail.example.com:2525?from=c@example.com": "",
		"smtps://user%40example.com:secret@mail.example.com":          "",
		"smtp://127.0.0.1:1025?from=Shop%20%3Cchat%40example.com%3E":  "",
		"mail.example.com:587":                                        "must look like",
		"http://mail.example.com?from=a@b.c":                          "must look like",
		"smtp://user:se/cret@mail.example.com?from=a@b.c":             "must look like",
		"smtp://user:secret@mail.example.com:port?from=a@b.c":         "must look like",
		"smtp://user:secret@mail.example.com:99999?from=a@b.c":        "where the port belongs",
		"smtp://user@mail.example.com?from=a@b.c":                     "user and password together",
		"smtp://mail.example.com":                                     "needs the address mails come from",
		"smtp://mail.example.com?from=nobody":                         "needs the address mails come from",
		"smtp://mail.example.com?from=a@b.c&tls=no":                   `does not know "tls"`,
		"smtp://mail.example.com?from=a@b.c;x":                        "name=value",
	} {
		s, err := ParseServer(address)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", address, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "cret@")):
			t.Errorf("%s: %v, want %q", address, err, want)
		case want == "" && s.From() == "":
			t.Errorf("%s: from nobody", address)
		}
	}
}

// TestAPasswordIsNotSentToAnotherMachineInTheClear talks to a server on this machine's own address in the network, which
// is not loopback, and offers no encryption.
func TestAPasswordIsNotSentToAnotherMachineInTheClear(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		p, err := netip.ParsePrefix(a.String())
		if err != nil || !p.Addr().Is4() || p.Addr().IsLoopback() {
			continue
		}
		heard := make(chan string, 1)
		l, err := net.Listen("tcp", net.JoinHostPort(p.Addr().String(), "0"))
		if err != nil {
			continue
		}
		t.Cleanup(func() { l.Close() })
		go plain(l, heard)
		s, err := ParseServer("smtp://user:secret@" + l.Addr().String() + "?from=a@example.com")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.send(t.Context(), letter{To: "b@example.com", Subject: "x"}); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
			t.Fatalf("answered %v", err)
		}
		if said := <-heard; strings.Contains(said, "AUTH") {
			t.Fatalf("it heard %q", said)
		}
		return
	}
	t.Skip("this machine has no address but loopback")
}

// plain is a mail server that offers AUTH and no STARTTLS, and tells what it heard.
func plain(l net.Listener, heard chan<- string) {
	c, err := l.Accept()
	if err != nil {
		heard <- ""
		return
	}
	defer c.Close()
	var all strings.Builder
	c.Write([]byte("220 test ESMTP\r\n"))
	b := make([]byte, 1024)
	for {
		n, err := c.Read(b)
		all.Write(b[:n])
		if err != nil {
			heard <- all.String()
			return
		}
		answer := "250-test\r\n250 AUTH PLAIN LOGIN\r\n"
		if strings.HasPrefix(string(b[:n]), "QUIT") {
			answer = "221 bye\r\n"
		}
		c.Write([]byte(answer))
	}
}
