package app_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"ichat/app"
	"ichat/app/apptest"
)

func TestFiguresAreServedToThisMachineOnly(t *testing.T) {
	for addr, fine := range map[string]bool{"127.0.0.1:6060": true, "localhost:6060": true, "[::1]:6060": true, ":6060": false, "0.0.0.0:6060": false, "192.168.1.4:6060": false, "x": false} {
		if err := (app.Config{DebugAddr: addr}).Check(); (err == nil) != fine {
			t.Errorf("%s: %v", addr, err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	p := apptest.New(t, func(c *app.Config) { c.DebugAddr = addr })
	p.Visitor().Say("hello")
	if r := p.Anonymous().Do("GET", "/metrics", nil); r.Status == 200 && strings.Contains(string(r.Body), "ichat_") {
		t.Fatal("the public listener serves figures")
	}
	var text string
	until(t, "the debug listener answers", func() bool {
		answer, err := http.Get("http://" + addr + "/metrics")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		text = string(body)
		return err == nil
	})
	for _, line := range []string{"ichat_tickets_waiting 1\n", "# TYPE ichat_queries_total counter\n", "ichat_sockets 0\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	if strings.Contains(text, "ichat_queries_total 0\n") || strings.Contains(text, "ichat_writes_total 0\n") {
		t.Errorf("nothing was counted:\n%s", text)
	}
}
