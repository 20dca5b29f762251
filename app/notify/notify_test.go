package notify_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/notify"
	"ichat/storage"
)

// clock is a time that a test moves.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) pass(d time.Duration) { c.offset.Add(int64(d)) }

func state(t *testing.T, p *apptest.Product) (m notify.Mail) {
	t.Helper()
	p.Owner().OK("GET", "/api/admin/mail", nil, &m)
	return m
}

// until asks the database until it says what the test waits for: a worker settles a mail after it was delivered.
func until(t *testing.T, p *apptest.Product, query string, want int) {
	t.Helper()
	var n int
	for late := time.Now().Add(apptest.Patience); time.Now().Before(late); {
		if err := p.DB.R.NewRaw(query).Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		if n == want {
			return
		}
	}
	t.Fatalf("%s is %d, want %d", query, n, want)
}

type invited struct {
	Link   string `json:"link"`
	Mailed bool   `json:"mailed"`
}

func invite(p *apptest.Product, lang, email string) (in invited) {
	owner := p.Owner()
	owner.Lang = lang
	owner.OK("POST", fmt.Sprintf("/api/admin/sites/%d/agents", p.Site.ID), map[string]string{"email": email, "name": "Mei", "role": "agent"}, &in)
	return in
}

func TestAnInvitationIsMailedInTheLanguageOfItsOwner(t *testing.T) {
	box := open(t)
	p := apptest.New(t, box.with)
	in := invite(p, "en", "mei@example.com")
	if !in.Mailed || !strings.HasPrefix(in.Link, "https://chat.example.com/agent#invite=") {
		t.Fatalf("answered %+v", in)
	}
	got := box.next()
	if got.to != "mei@example.com" || got.head.Get("From") != `"My site" <chat@shop.example>` || got.subject(t) != "Owner invites you to My site" {
		t.Errorf("to %q from %q: %q", got.to, got.head.Get("From"), got.subject(t))
	}
	if !strings.Contains(got.text, in.Link) || !strings.Contains(got.html, `href="`+in.Link+`"`) {
		t.Errorf("the link is not in the mail:\n%s", got.raw)
	}
	until(t, p, "SELECT COUNT(*) FROM mails WHERE state = 'sent' AND details = '{}'", 1) // the token is written down nowhere any more

	invite(p, "zh-CN", "li@example.com")
	if got := box.next(); got.subject(t) != "Owner 邀请您加入 My site" || !strings.Contains(got.html, "接受邀请") {
		t.Errorf("in Chinese: %q\n%s", got.subject(t), got.html)
	}
}

func TestWithoutAMailServerNothingWaits(t *testing.T) {
	p := apptest.New(t)
	if in := invite(p, "en", "mei@example.com"); in.Mailed || in.Link == "" {
		t.Fatalf("answered %+v", in)
	}
	if m := state(t, p); m.Ready || m.Links || m.Queued != 0 {
		t.Fatalf("state %+v", m)
	}
	p.Owner().Refused("POST", "/api/admin/mail/test", nil, 409)
}

func TestMailsWithLinksNeedThePublicAddress(t *testing.T) {
	box := open(t)
	p := apptest.New(t, func(c *app.Config) { c.SMTPURL = box.url })
	if in := invite(p, "en", "mei@example.com"); in.Mailed {
		t.Fatal("an invitation was mailed that leads nowhere")
	}
	if m := state(t, p); !m.Ready || m.Links || m.From != "chat@shop.example" {
		t.Fatalf("state %+v", m)
	}
	var out struct{ To, Error string }
	p.Owner().OK("POST", "/api/admin/mail/test", nil, &out)
	if got := box.next(); out.Error != "" || got.to != out.To || got.subject(t) != "Mail from ichat works" {
		t.Fatalf("answered %+v, delivered to %s", out, got.to)
	}
}

func TestWhatTheServerSaysAgainstATestIsShown(t *testing.T) {
	box := open(t)
	p := apptest.New(t, box.with)
	box.say(&smtp.SMTPError{Code: 554, Message: "not from here"})
	var out struct{ To, Error string }
	p.Owner().OK("POST", "/api/admin/mail/test", nil, &out)
	if !strings.Contains(out.Error, "not from here") || strings.Contains(out.Error, "\n") {
		t.Fatalf("said %q", out.Error)
	}
}

func TestAMailIsTriedAgainUnderTheSameMessageIDAndGivenUpAfterThreeDays(t *testing.T) {
	box, c := open(t), &clock{}
	p := apptest.NewAt(t, c.now, box.with)
	box.say(&smtp.SMTPError{Code: 451, Message: "try later"})
	invite(p, "en", "mei@example.com")
	until(t, p, "SELECT COUNT(*) FROM mails WHERE state = 'queued' AND tries = 1 AND error <> ''", 1)
	if m := state(t, p); m.Queued != 1 || !strings.Contains(m.LastError, "try later") || m.LastErrorAt == nil {
		t.Fatalf("state %+v", m)
	}
	c.pass(2 * time.Minute)
	p.Notify.Look()
	until(t, p, "SELECT tries FROM mails", 2)
	c.pass(73 * time.Hour)
	p.Notify.Look()
	until(t, p, "SELECT COUNT(*) FROM mails WHERE state = 'failed'", 1)

	var failed struct{ Mails []notify.FailedMail }
	p.Owner().OK("GET", "/api/admin/mail/failed", nil, &failed)
	if len(failed.Mails) != 1 || failed.Mails[0].Address != "mei@example.com" || !strings.HasPrefix(failed.Mails[0].Error, "tried for three days") {
		t.Fatalf("failed: %+v", failed)
	}
	box.say(nil)
	p.Owner().OK("POST", fmt.Sprintf("/api/admin/mail/%d/retry", failed.Mails[0].ID), nil, nil)
	until(t, p, "SELECT COUNT(*) FROM audit_log WHERE action = 'mail.retry' AND target = 'mei@example.com'", 1)
	got := box.next()
	if want := fmt.Sprintf("<ichat.%d@shop.example>", failed.Mails[0].ID); got.head.Get("Message-ID") != want {
		t.Fatalf("message id %s, want %s", got.head.Get("Message-ID"), want)
	}
	p.Owner().Refused("POST", fmt.Sprintf("/api/admin/mail/%d/retry", failed.Mails[0].ID+1), nil, 404)
}

func TestARefusalForGoodIsNotTriedAgain(t *testing.T) {
	box := open(t)
	p := apptest.New(t, box.with)
	box.say(&smtp.SMTPError{Code: 550, Message: "no such mailbox"})
	invite(p, "en", "nobody@example.com")
	until(t, p, "SELECT COUNT(*) FROM mails WHERE state = 'failed' AND tries = 1", 1)
	if m := state(t, p); m.Failed != 1 || m.Queued != 0 {
		t.Fatalf("state %+v", m)
	}
}

// TestAMailOutlivesACrash: what was committed and not settled is sent when the lease is over, under the same
// Message-ID; a claim of another process is left alone until then.
func TestAMailOutlivesACrash(t *testing.T) {
	box, c := open(t), &clock{}
	p := apptest.NewAt(t, c.now, box.with)
	invite(p, "en", "mei@example.com")
	first := box.next()
	until(t, p, "SELECT COUNT(*) FROM mails WHERE state = 'sent'", 1)
	// The process died after the mail server had the mail and before the row was settled.
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw(`UPDATE mails SET state = 'queued', due_at = ?, details = '{"by":"Owner","path":"/agent#invite=x"}'`, c.now().UTC().Add(time.Minute)).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Notify.Look()
	p.Owner().OK("POST", "/api/admin/mail/test", nil, nil)
	if got := box.next(); got.to != "owner@example.com" {
		t.Fatalf("a mail that another process works on was sent to %s", got.to)
	}
	c.pass(2 * time.Minute)
	p.Notify.Look()
	if again := box.next(); again.head.Get("Message-ID") != first.head.Get("Message-ID") {
		t.Fatalf("message ids %s and %s", first.head.Get("Message-ID"), again.head.Get("Message-ID"))
	}
}

func TestOfManyWorkersOneSendsAMail(t *testing.T) {
	box := open(t)
	p := apptest.New(t, box.with)
	for range 5 {
		go p.Notify.Run(t.Context())
	}
	const n = 20
	for i := range n {
		invite(p, "en", fmt.Sprintf("new%d@example.com", i))
	}
	seen := map[string]bool{}
	for range n {
		d := box.next()
		if seen[d.to] {
			t.Fatalf("%s got two mails", d.to)
		}
		seen[d.to] = true
	}
	until(t, p, "SELECT COUNT(*) FROM mails WHERE state = 'sent'", n)
	box.none()
}

func TestAPasswordGoesOverAnEncryptedLineWhereOneIsOffered(t *testing.T) {
	box := open(t, func(s *smtp.Server) { s.TLSConfig = selfSigned(t) })
	p := apptest.New(t, func(c *app.Config) {
		c.SMTPURL = strings.Replace(box.url, "smtp://", "smtp://mailer:p%40ss@", 1)
	})
	var out struct{ To, Error string }
	p.Owner().OK("POST", "/api/admin/mail/test", nil, &out)
	if out.Error != "" {
		t.Fatal(out.Error)
	}
	box.next()
	box.mu.Lock()
	defer box.mu.Unlock()
	if box.user != "mailer" || !box.safe {
		t.Fatalf("%q signed in, encrypted: %v", box.user, box.safe)
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	box := open(t, func(s *smtp.Server) {
		s.TLSConfig = selfSigned(t)
		s.TLSConfig.NextProtos = []string{"smtps"} // the mark of a listener that begins with TLS
	})
	p := apptest.New(t, func(c *app.Config) { c.SMTPURL = strings.Replace(box.url, "smtp:", "smtps:", 1) })
	var out struct{ To, Error string }
	p.Owner().OK("POST", "/api/admin/mail/test", nil, &out)
	if out.Error != "" {
		t.Fatal(out.Error)
	}
	box.next()
}

func TestNamesCannotSmuggleHeadersOrMarkup(t *testing.T) {
	box := open(t)
	p := apptest.New(t, box.with)
	p.Owner().OK("PATCH", fmt.Sprintf("/api/admin/sites/%d", p.Site.ID), map[string]string{"name": "Shop\r\nBcc: all@example.com <script>alert(1)</script> 商店"}, nil)
	invite(p, "en", "mei@example.com")
	got := box.next()
	if got.head.Get("Bcc") != "" || strings.Contains(got.raw, "\nBcc:") || strings.Contains(got.html, "<script>") {
		t.Fatalf("smuggled:\n%s", got.raw)
	}
	if !strings.Contains(got.subject(t), "商店") || !strings.Contains(got.html, "&lt;script&gt;") {
		t.Fatalf("lost: %q\n%s", got.subject(t), got.html)
	}
}

func TestOnlyTheMailsOfOnesOwnSitesAreSeen(t *testing.T) {
	box := open(t)
	p := apptest.New(t, box.with)
	box.say(&smtp.SMTPError{Code: 550, Message: "no such mailbox"})
	invite(p, "en", "nobody@example.com")
	until(t, p, "SELECT COUNT(*) FROM mails WHERE state = 'failed'", 1)
	other := p.Agent("Owner of another site", 1)
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		site, err := p.Sites.CreateTx(ctx, tx, "Another site")
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("UPDATE roles SET site_id = ?, role = 'owner' WHERE person_id = ?", site.ID, other.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var m notify.Mail
	other.OK("GET", "/api/admin/mail", nil, &m)
	var failed struct{ Mails []notify.FailedMail }
	other.OK("GET", "/api/admin/mail/failed", nil, &failed)
	if m.Failed != 0 || len(failed.Mails) != 0 {
		t.Fatalf("a foreign owner sees %+v %+v", m, failed)
	}
	var id int64
	if err := p.DB.R.NewRaw("SELECT id FROM mails LIMIT 1").Scan(t.Context(), &id); err != nil {
		t.Fatal(err)
	}
	other.Refused("POST", fmt.Sprintf("/api/admin/mail/%d/retry", id), nil, http.StatusNotFound)
}
