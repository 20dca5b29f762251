package notify

import (
	"bytes"
	"fmt"
	"html/template"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"ichat/app/sites"
)

// letter is a mail before it is put on paper: the same words become plain text and simple HTML.
type letter struct {
	ID      int64
	To      string
	At      time.Time // of the outbox: the same for every try
	Locale  string
	From    string // the name beside the address: the site's
	Subject string
	Lines   []string // before what was said
	Said    []said
	Cut     string // after what was said: that it was more
	Button  string
	Link    string // where the button leads
	Foot    string
	Stop    string // where somebody goes who wants no more of these; empty: there is no such thing
	StopBy  string // what that link says
}

// said is one message as a mail shows it.
type said struct{ Who, When, Text string }

// message is the letter as the mail server gets it. Whatever comes from people is one clean line before it enters a
// header.
func (l letter) message(from netmail.Address) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithEncoding(mail.EncodingQP), mail.WithNoDefaultUserAgent())
	if l.From != "" {
		from.Name = sites.OneLine(l.From)
	}
	m.SetAddrHeaderFromMailAddress(mail.HeaderFrom, &from)
	if err := m.To(l.To); err != nil {
		return nil, fmt.Errorf("the address of the recipient is not valid")
	}
	m.Subject(sites.OneLine(l.Subject))
	m.SetDateWithValue(l.At)
	m.SetMessageIDWithValue(fmt.Sprintf("ichat.%d@%s", l.ID, domainOf(from.Address)))
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetGenHeader("Content-Language", l.Locale)
	if l.Stop != "" {
		m.SetListUnsubscribe(l.Stop)
		m.SetListUnsubscribePost()
	}
	m.SetBodyString(mail.TypeTextPlain, l.text())
	page, err := l.html()
	if err != nil {
		return nil, err
	}
	m.AddAlternativeString(mail.TypeTextHTML, page)
	return m, nil
}

func (l letter) text() string {
	var b strings.Builder
	for _, line := range l.Lines {
		b.WriteString(line + "\n\n")
	}
	for _, one := range l.Said {
		fmt.Fprintf(&b, "%s  %s\n%s\n\n", one.Who, one.When, one.Text)
	}
	if l.Cut != "" {
		b.WriteString(l.Cut + "\n\n")
	}
	if l.Link != "" {
		fmt.Fprintf(&b, "%s\n%s\n\n", l.Button, l.Link)
	}
	b.WriteString("--\n" + l.Foot + "\n")
	if l.Stop != "" {
		fmt.Fprintf(&b, "%s %s\n", l.StopBy, l.Stop)
	}
	return b.String()
}

// paper is what mail programs of all ages draw alike: one column, styles on the elements, no pictures.
var paper = template.Must(template.New("paper").Parse(`<!doctype html>
<html lang="{{.Locale}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px 12px;background:#f4f5f7;color:#1f2430;font:15px/1.6 system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif">
<div style="max-width:560px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #e4e7ec;border-radius:12px">
{{if .From}}<p style="margin:0 0 16px;font-weight:600">{{.From}}</p>{{end}}
{{range .Lines}}<p style="margin:0 0 16px">{{.}}</p>{{end}}
{{range .Said}}<p style="margin:0 0 14px;padding:0 0 0 12px;border-left:3px solid #d0d5dd"><span style="font-weight:600">{{.Who}}</span> <span style="color:#667085;font-size:13px">{{.When}}</span><br><span style="white-space:pre-line">{{.Text}}</span></p>{{end}}
{{with .Cut}}<p style="margin:0 0 16px;color:#667085">{{.}}</p>{{end}}
{{if .Link}}<p style="margin:24px 0 8px"><a href="{{.Link}}" style="display:inline-block;padding:10px 18px;background:#1f2430;color:#ffffff;border-radius:8px;text-decoration:none;font-weight:600">{{.Button}}</a></p>{{end}}
</div>
<p style="max-width:560px;margin:16px auto 0;color:#667085;font-size:12px">{{.Foot}}{{if .Stop}} <a href="{{.Stop}}" style="color:#667085">{{.StopBy}}</a>{{end}}</p>
</body></html>
`))

func (l letter) html() (string, error) {
	var b bytes.Buffer
	if err := paper.Execute(&b, l); err != nil {
		return "", fmt.Errorf("write the letter: %w", err)
	}
	return b.String(), nil
}
