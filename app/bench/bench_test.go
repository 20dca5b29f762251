package bench

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestPercentileIsAValueThatWasMeasured(t *testing.T) {
	hundredValues := make([]time.Duration, 100)
	for i := range hundredValues {
		hundredValues[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		of   []time.Duration
		p    float64
		want time.Duration
	}{
		{nil, 50, 0},
		{[]time.Duration{7}, 50, 7},
		{[]time.Duration{7}, 99, 7},
		{[]time.Duration{1, 2}, 50, 1},
		{[]time.Duration{1, 2, 3}, 50, 2},
		{hundredValues, 50, 50},
		{hundredValues, 99, 99},
		{hundredValues, 100, 100},
		{hundredValues, 0, 1},
	} {
		if got := percentile(c.of, c.p); got != c.want {
			t.Errorf("percentile %v of %d values = %d, want %d", c.p, len(c.of), got, c.want)
		}
	}
	if got := spreadOf([]time.Duration{3 * time.Millisecond, 1234567, 9 * time.Millisecond}); got != (Spread{P50: 3, P99: 9}) {
		t.Errorf("spread = %+v", got)
	}
}

func TestProcessFiguresAreReadFromProc(t *testing.T) {
	for _, c := range []struct {
		stat string
		want time.Duration
		bad  bool
	}{
		{stat: "4402 (ichat) S 1 4402 4402 0 -1 4194560 5000 0 0 0 250 31 0 0 20 0 9 0 5000 1553284", want: 2810 * time.Millisecond},
		{stat: "7 (a ) b) c) R 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 5 6", want: 30 * time.Millisecond},
		{stat: "7 (short) R 1 7", bad: true},
		{stat: "7 (odd) R 1 7 7 0 -1 0 0 0 0 0 x 2 0 0", bad: true},
		{stat: "", bad: true},
	} {
		got, err := cpuOf([]byte(c.stat))
		if got != c.want || (err != nil) != c.bad {
			t.Errorf("cpu of %q = %v, %v; want %v", c.stat, got, err, c.want)
		}
	}
	status := []byte("Name:\tichat\nVmHWM:\t   71012 kB\nVmRSS:\t   68804 kB\nThreads:\t9\n")
	for name, want := range map[string]int64{"VmRSS": 68804, "VmHWM": 71012, "VmSwap": 0} {
		if got := kilobytes(status, name); got != want {
			t.Errorf("%s = %d, want %d", name, got, want)
		}
	}
	if _, err := os.Stat("/proc/self/stat"); err == nil {
		if u, ok := usageOf(os.Getpid()); !ok || u.rss <= 0 || u.rssPeak < u.rss {
			t.Errorf("own usage = %+v, %v", u, ok)
		}
	}
	if _, ok := usageOf(-1); ok {
		t.Error("a process that does not exist has figures")
	}
}

func TestFramesAreSearchedForTheMessagesOfTheRun(t *testing.T) {
	const prefix = "bench-abc-"
	own := func(sender, n int) string {
		return `{"type":"message","version":3,"data":{"seq":2,"client_msg_id":"` + messageID(prefix, sender, n) + `","body":{"text":"x"}}}`
	}
	for _, c := range []struct {
		name, frame string
		want        [][2]int
	}{
		{"one event", own(7, 12345678), [][2]int{{7, 12345678}}},
		{"a list", "[" + own(0, 0) + `,{"type":"heads","data":{"1":2}},` + own(999, 1) + "]", [][2]int{{0, 0}, {999, 1}}},
		{"the same twice", "[" + own(5, 6) + "," + own(5, 6) + "]", [][2]int{{5, 6}, {5, 6}}},
		{"another run", strings.ReplaceAll(own(1, 2), prefix, "bench-xyz-"), nil},
		{"a system line", `{"type":"message","data":{"client_msg_id":"system-3k2j"}}`, nil},
		{"no message", `{"type":"heads","data":{"1":2}}`, nil},
		{"cut off", own(1, 2)[:80], nil},
		{"a letter among the digits", strings.Replace(own(1, 2), "0000000", "00o0000", 1), nil},
		{"too long", strings.Replace(own(1, 2), "-00000002", "-000000020", 1), nil},
		{"empty", "", nil},
	} {
		var got [][2]int
		scanFrame([]byte(c.frame), prefix, func(sender, n int) { got = append(got, [2]int{sender, n}) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAnswersAreReadOneAfterTheOther(t *testing.T) {
	for _, c := range []struct {
		name, text, body string
		status           int
		last, bad        bool
	}{
		{name: "plain", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request-Id: abc\r\n\r\nok", body: "ok", status: 200},
		{name: "other case", text: "HTTP/1.1 429 Too Many Requests\r\ncontent-length:4\r\n\r\nlate", body: "late", status: 429},
		{name: "chunks", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", body: "abcde", status: 200},
		{name: "the last", text: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", body: "x", status: 200, last: true},
		{name: "empty", text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204},
		{name: "no HTTP", text: "SSH-2.0-OpenSSH_9.2\r\n", bad: true},
		{name: "no length", text: "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", bad: true},
		{name: "cut off", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", bad: true},
	} {
		in := bufio.NewReader(strings.NewReader(c.text + "HTTP/1.1 500 Next\r\n\r\n"))
		if c.bad {
			in = bufio.NewReader(strings.NewReader(c.text))
		}
		got, err := readAnswer(in, nil)
		if (err != nil) != c.bad {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.bad {
			continue
		}
		if got.status != c.status || string(got.body) != c.body || got.last != c.last {
			t.Errorf("%s: %+v", c.name, got)
		}
		if next, err := readAnswer(in, nil); err != nil || next.status != 500 {
			t.Errorf("%s: the next answer is %+v, %v", c.name, next, err)
		}
	}
}

func TestRequestsDifferInTheNumberOnly(t *testing.T) {
	base, err := url.Parse("http://127.0.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	if len(hundred) != 100 {
		t.Fatalf("a message has %d characters", len(hundred))
	}
	w := newWire(base, "secret", "bench-abc-", 4)
	before := string(w.request)
	putNumber(w.number, 1207)
	if got, want := string(w.id), messageID("bench-abc-", 4, 1207); got != want {
		t.Fatalf("id %q, want %q", got, want)
	}
	if got := strings.Replace(string(w.request), "00001207", "00000000", 1); got != before {
		t.Fatalf("the request became %q", got)
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(w.request))))
	if err != nil {
		t.Fatal(err)
	}
	if r.URL.Path != sayPath || r.Host != base.Host || r.Header.Get("Authorization") != "Bearer secret" || int(r.ContentLength) != len(w.request)-strings.Index(before, "{") {
		t.Fatalf("request %+v", r)
	}
}

func TestLaneKnowsWhatIsMissingAndWhatCameTwice(t *testing.T) {
	l := &lane{clock: time.Now()}
	for n := range 4 {
		l.sent = append(l.sent, time.Duration(10*n))
		l.acked = append(l.acked, time.Duration(10*n+5))
	}
	l.acked[3] = 0 // its answer never came
	l.heard(0, 3)
	l.heard(2, 29)
	if got := l.missing(0); got != 1 {
		t.Fatalf("%d missing, want 1", got)
	}
	l.heard(1, 30)
	if got := l.missing(0); got != 0 {
		t.Fatalf("%d missing, want none: the last was not acknowledged", got)
	}
	if got := l.wrong(); got != 0 {
		t.Fatalf("%d wrong, want none", got)
	}
	acks, deliveries := l.window(1, 15, 25, nil, nil)
	if !slices.Equal(acks, []time.Duration{5, 5}) || !slices.Equal(deliveries, []time.Duration{20, 9}) {
		t.Fatalf("acks %v, deliveries %v", acks, deliveries)
	}
	l.heard(1, 31)
	l.heard(4, 40)
	l.heard(far*2, 41)
	if got := l.wrong(); got != 3 {
		t.Fatalf("%d wrong, want 3: one twice, two never sent", got)
	}
}

func TestTalkEndsWhenToldAndAtTheFirstFailure(t *testing.T) {
	base, err := url.Parse("http://127.0.0.1:1") // nobody listens there
	if err != nil {
		t.Fatal(err)
	}
	l := &lane{wire: newWire(base, "t", "bench-abc-", 0), clock: time.Now()}
	var stop atomic.Bool
	if err := l.talk(&stop); err == nil || len(l.sent) != 1 || l.acked[0] != 0 {
		t.Fatalf("talk ended with %v after %d", err, len(l.sent))
	}
	stop.Store(true)
	if err := l.talk(&stop); err != nil || len(l.sent) != 1 {
		t.Fatalf("a stopped talk ended with %v after %d", err, len(l.sent))
	}
}

func TestOwnServerNeverWritesIntoAFileInUse(t *testing.T) {
	h := &home{password: "pw"}
	got := h.environ([]string{"PATH=/bin", "ICHAT_DATABASE_URL=sqlite:/srv/ichat.db", "ICHAT_BASE_URL=http://a", "ICHAT_LOG=debug"})
	want := []string{"PATH=/bin", "ICHAT_BASE_URL=http://a", "ICHAT_LOG=debug",
		"ICHAT_NO_LIMITS=1", "ICHAT_OWNER_EMAIL=" + ownerEmail, "ICHAT_OWNER_PASSWORD=pw", "ICHAT_LOG=warn"}
	if !slices.Equal(got, want) {
		t.Fatalf("environment %q", got)
	}
	if got := h.environ([]string{"ICHAT_DATABASE_URL=postgres://a"})[0]; got != "ICHAT_DATABASE_URL=postgres://a" {
		t.Fatalf("a database server is not handed on: %q", got)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	o, err := Options{}.checked(3)
	if err != nil || o.Seconds != 10 || o.Senders != 64 || o.Runs != 3 || o.Progress == nil {
		t.Fatalf("defaults %+v, %v", o, err)
	}
	for _, bad := range []Options{{Seconds: -1}, {Seconds: mostSeconds + 1}, {Senders: -1}, {Senders: mostSenders + 1}, {Runs: -1},
		{URL: "http://a"}, {URL: "http://a", Site: "k"}, {URL: "http://a", Token: "t"}} {
		if _, err := bad.checked(3); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestSessionTokenIsFoundUnderBothNames(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want string
		ok   bool
	}{
		{[]string{"sid=abc; Path=/; HttpOnly"}, "abc", true},
		{[]string{"other=1", "__Host-sid=def; Path=/; Secure"}, "def", true},
		{[]string{"sid=; Max-Age=0"}, "", false},
		{nil, "", false},
	} {
		got, ok := cookieToken(http.Header{"Set-Cookie": c.set})
		if got != c.want || ok != c.ok {
			t.Errorf("token in %q = %q, %v", c.set, got, ok)
		}
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var said tail
	for n := range 2000 {
		fmt.Fprintf(&said, "line %d\n", n)
	}
	if got := said.String(); len(got) > tailKept || !strings.HasSuffix(got, "line 1999") {
		t.Fatalf("%d bytes, ending in %q", len(got), got[len(got)-20:])
	}
}

func TestATalkerKnowsWhatIsMissingAndWhatCameTwice(t *testing.T) {
	said := &talker{hearers: 2, every: time.Second, self: 0}
	said.room(time.Second)
	said.sent, said.acked = []time.Duration{10, 20, 90}, []time.Duration{15, 25, 0}
	said.heard(0, 0, 13) // on his own socket
	said.heard(1, 0, 14)
	said.heard(1, 1, 28)
	if got := said.missing(0); got != 1 {
		t.Fatalf("%d missing, want 1: what was not acknowledged need not come", got)
	}
	said.heard(1, 1, 29)
	said.heard(1, far, 30)
	acks, deliveries, missing, doubled := said.figures(played{from: 0, until: 100})
	if !slices.Equal(acks, []time.Duration{5, 5}) || !slices.Equal(deliveries, []time.Duration{4, 8}) || missing != 1 || doubled != 2 {
		t.Fatalf("acks %v, deliveries %v, %d missing, %d twice", acks, deliveries, missing, doubled)
	}
	if acks, _, missing, _ := said.figures(played{from: 12, until: 20}); len(acks) != 0 || missing != 0 {
		t.Fatalf("another play has %v and %d missing", acks, missing)
	}
}
