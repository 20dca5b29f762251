package proof_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/audit"
	"ichat/app/proof"
	"ichat/app/settings"
)

const settingsPath = "/api/admin/settings"

// asking is a product where everybody may register who brings a proof.
func asking(p *apptest.Product, more string) {
	p.Owner().OK("PATCH", settingsPath, `{"members":{"registration":"open"},"proof":{`+more+`}}`, nil)
}

// solved is a proof, worked for as a page does.
func solved(c *apptest.Client) string {
	var a proof.Asked
	c.OK("GET", "/api/im/proof", nil, &a)
	seed := sha256.Sum256([]byte(a.Challenge))
	found := make([]string, a.Puzzles)
	for i := range found {
		for n := uint32(0); found[i] == ""; n++ {
			sum := sha256.Sum256(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(slices.Clone(seed[:]), uint32(i)), n))
			if binary.BigEndian.Uint32(sum[:4])>>(32-a.Bits) == 0 {
				found[i] = fmt.Sprint(n)
			}
		}
	}
	return a.Challenge + ":" + strings.Join(found, ",")
}

func somebody(name, proof string) map[string]string {
	return map[string]string{"name": name, "password": apptest.Password, "proof": proof}
}

func TestWhoRegistersBringsAProofThatIsUsedOnce(t *testing.T) {
	var late atomic.Int64
	p := apptest.NewAt(t, func() time.Time { return time.Now().Add(time.Duration(late.Load())) })
	asking(p, `"mode":"work"`)
	c := p.Anonymous()
	for name, brought := range map[string]string{"missing": "", "forged": "register.9999999999.AAAA.AAAA:1,2", "NUL": "a\u200bb"} {
		if r := c.Refused("POST", "/api/im/register", somebody("Han Mei", brought), 400); r.Fields["proof"] == "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	c.Refused("POST", "/api/im/register", somebody("Han Mei", strings.Repeat("x", 8193)), 400)
	brought := solved(c)
	if r := c.Refused("POST", "/api/im/register", somebody("x", brought), 400); r.Fields["name"] == "" || r.Fields["proof"] != "" {
		t.Fatalf("%+v", r)
	}
	c.OK("POST", "/api/im/register", somebody("Han Mei", brought), nil) // what was refused for its name did not use it up
	second := p.Anonymous()
	if r := second.Refused("POST", "/api/im/register", somebody("Li Lei", brought), 400); r.Fields["proof"] != "was used already" {
		t.Fatalf("%+v", r)
	}
	second.Lang = "zh-CN"
	if r := second.Refused("POST", "/api/im/register", somebody("Li Lei", brought), 400); r.Fields["proof"] != "已使用过" {
		t.Fatalf("%+v", r)
	}
	old := solved(second)
	late.Store(int64(16 * time.Minute))
	if r := second.Refused("POST", "/api/im/register", somebody("Li Lei", old), 400); r.Fields["proof"] != "已过期" {
		t.Fatalf("%+v", r)
	}
	second.OK("POST", "/api/im/register", somebody("Li Lei", solved(second)), nil)
}

func TestOneProofMakesOneMemberOnAllNodes(t *testing.T) {
	p := apptest.New(t)
	asking(p, `"mode":"work"`)
	nodes := []*apptest.Product{p}
	if p.DB.Postgres() {
		nodes = append(nodes, p.Node(time.Now))
	}
	brought := solved(p.Anonymous()) // by one node, brought to both
	var made atomic.Int64
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			r := nodes[i%len(nodes)].Anonymous().Do("POST", "/api/im/register", somebody(fmt.Sprintf("Member %c", 'a'+i), brought))
			if r.Status == http.StatusOK {
				made.Add(1)
			} else if r.Status != http.StatusBadRequest {
				t.Errorf("%d %s", r.Status, r.Body)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Fatalf("%d members", made.Load())
	}
}

// verifier is a service that vouches for one word.
func verifier(t *testing.T) (address string, asked chan string) {
	asked = make(chan string, 20)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		asked <- r.PostForm.Encode()
		switch {
		case r.PostForm.Get("secret") != "a-very-secret-word":
			fmt.Fprint(w, `{"success":false,"error-codes":["invalid-input-secret"]}`)
		case strings.HasPrefix(r.PostForm.Get("response"), "good"):
			fmt.Fprint(w, `{"success":true,"action":"register"}`)
		case r.PostForm.Get("response") == "elsewhere":
			fmt.Fprint(w, `{"success":true,"action":"login"}`)
		case r.PostForm.Get("response") == "late":
			fmt.Fprint(w, `{"success":false,"error-codes":["timeout-or-duplicate"]}`)
		case r.PostForm.Get("response") == "odd":
			fmt.Fprint(w, `<html>`)
		case r.PostForm.Get("response") == "down":
			w.WriteHeader(http.StatusBadGateway)
		default:
			fmt.Fprint(w, `{"success":false,"error-codes":["invalid-input-response"]}`)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/siteverify", asked
}

func local(c *app.Config) { c.LocalVerifier = true }

func service(address string) string {
	return `"mode":"service","script_url":"https://challenges.example.com/api.js","site_key":"key","verify_url":"` + address + `","secret":"a-very-secret-word"`
}

func TestAServiceVouchesForWhoRegisters(t *testing.T) {
	p := apptest.New(t, local)
	address, heard := verifier(t)
	asking(p, service(address))
	c := p.Anonymous()
	var a proof.Asked
	c.OK("GET", "/api/im/proof", nil, &a)
	if a != (proof.Asked{Mode: "service", ScriptURL: "https://challenges.example.com/api.js", SiteKey: "key"}) {
		t.Fatalf("%+v", a)
	}
	for word, want := range map[string]string{"": "is required", "bad": "is wrong", "elsewhere": "is wrong", "late": "is over"} {
		if r := c.Refused("POST", "/api/im/register", somebody("Han Mei", word), 400); r.Fields["proof"] != want {
			t.Errorf("%q: %+v", word, r)
		}
	}
	for _, word := range []string{"down", "odd"} {
		if r := c.Refused("POST", "/api/im/register", somebody("Han Mei", word), 503); !strings.Contains(r.Message, "try again") {
			t.Errorf("%s: %+v", word, r)
		}
	}
	for len(heard) > 0 {
		<-heard
	}
	c.OK("POST", "/api/im/register", somebody("Han Mei", "good"), nil)
	if got := <-heard; got != "remoteip=127.0.0.1&response=good&secret=a-very-secret-word" {
		t.Fatal(got)
	}
	if r := p.Anonymous().Refused("POST", "/api/im/register", somebody("Li Lei", "good"), 400); r.Fields["proof"] != "was used already" {
		t.Fatalf("%+v", r)
	}
	p.Owner().OK("PATCH", settingsPath, `{"proof":{"secret":"not-the-one"}}`, nil)
	p.Anonymous().Refused("POST", "/api/im/register", somebody("Li Lei", "good 2"), 503) // ours to mend, not hers
}

func TestAServiceThatIsAwayLetsNobodyIn(t *testing.T) {
	p := apptest.New(t, local)
	s := httptest.NewServer(http.NotFoundHandler())
	asking(p, service(s.URL))
	s.Close()
	c := p.Anonymous()
	c.Lang = "zh-CN"
	r := c.Refused("POST", "/api/im/register", somebody("Han Mei", "good"), 503)
	if r.Message != "暂时无法确认您是真人：请一分钟后再试" {
		t.Fatalf("%+v", r)
	}
	p.Owner().OK("PATCH", settingsPath, `{"proof":{"mode":"off"}}`, nil)
	c.OK("POST", "/api/im/register", somebody("Han Mei", ""), nil)
}

func TestASecretIsToldToNobodyAndGoesNowhereElse(t *testing.T) {
	p := apptest.New(t, local)
	owner := p.Owner()
	var s settings.Settings
	const secret = "a-very-secret-word"
	first := owner.Do("PATCH", settingsPath, `{"proof":{`+service("https://verify.example.com/a")+`}}`)
	again := owner.Do("GET", settingsPath, nil)
	for _, r := range []apptest.Reply{first, again} {
		if r.Status != 200 || strings.Contains(string(r.Body), secret) || !strings.Contains(string(r.Body), `"secret_end":"•••word"`) {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	owner.OK("PATCH", settingsPath, `{"proof":{"mode":"work","verify_url":"https://elsewhere.example.com/a"}}`, &s)
	if s.Proof.SecretEnd != "" || p.Settings.Current().Proof.Secret != "" {
		t.Fatalf("the secret went along: %+v", s.Proof)
	}
	var page audit.Page
	owner.OK("GET", fmt.Sprintf("/api/admin/sites/%d/audit", p.Site.ID), nil, &page)
	if got := fmt.Sprint(page.Acts); !strings.Contains(got, "proof.verify_url") || strings.Contains(got, "secret-word") || strings.Contains(got, "•••word") {
		t.Fatal(got)
	}
}

func TestWhatCannotBeAskedIsRefusedByField(t *testing.T) {
	p := apptest.New(t)
	owner := p.Owner()
	for field, body := range map[string]string{
		"proof.mode":       `{"mode":"maybe"}`,
		"proof.secret":     `{"mode":"service","script_url":"https://a.example.com/x","verify_url":"https://a.example.com/y","site_key":"k"}`,
		"proof.site_key":   `{"site_key":"a\u200bb"}`,
		"proof.verify_url": `{"verify_url":"https://127.0.0.1/verify"}`,
		"proof.script_url": `{"script_url":"https://a.example.com;script-src/x"}`,
	} {
		if r := owner.Refused("PATCH", settingsPath, `{"proof":`+body+`}`, 400); r.Fields[field] == "" {
			t.Errorf("%s: %+v", field, r.Fields)
		}
	}
	owner.Refused("PATCH", settingsPath, `{"proof":{"site_key":"a\u0000b"}}`, 400)
	if p.Settings.Current() != settings.Default() {
		t.Fatalf("%+v", p.Settings.Current().Proof)
	}
}
