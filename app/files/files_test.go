package files_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/files"
)

func TestAPictureReachesTheOtherSideAndOpensByItsLink(t *testing.T) {
	p := apptest.New(t)
	agent := p.Agent("Mei", 5)
	socket := agent.Online()
	visitor := p.Visitor()
	visitor.Say("look at this")
	socket.Wait("list", nil)
	f := visitor.Upload("café am See.JPG", asJPEG(quarters(600, 300)))
	if f.Kind != files.Image || f.Mime != "image/jpeg" || f.Width != 600 || f.Height != 300 || f.Name != "café am See.JPG" || f.Size == 0 {
		t.Fatalf("uploaded %+v", f)
	}
	said := visitor.SayFile(f)
	want := chat.Body{FileID: f.ID, Name: f.Name, Size: f.Size, Mime: f.Mime, Width: 600, Height: 300}
	if said.Type != chat.Image || fmt.Sprint(said.Body) != fmt.Sprint(want) {
		t.Fatalf("said %+v", said)
	}
	socket.Wait("message", func(e apptest.Event) bool { return strings.Contains(string(e.Data), fmt.Sprint(f.ID)) })
	links := agent.Links(f.ID)
	if left := time.Until(links.ExpiresAt); left <= 0 || left > 10*time.Minute {
		t.Fatalf("good for %s", left)
	}
	nobody := p.Anonymous()
	shown := nobody.Do("GET", links.URL, nil)
	if shown.Status != 200 || int64(len(shown.Body)) != f.Size {
		t.Fatalf("%d with %d bytes of %d", shown.Status, len(shown.Body), f.Size)
	}
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
		"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "Accept-Ranges": "bytes",
		"Content-Disposition": "inline; filename*=utf-8''caf%C3%A9%20am%20See.JPG",
	} {
		if got := shown.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if cache := shown.Header.Get("Cache-Control"); !strings.HasPrefix(cache, "private, max-age=") {
		t.Errorf("cached %q", cache)
	}
	if small := nobody.Do("GET", links.ThumbURL, nil); small.Status != 200 || bytes.Equal(small.Body, shown.Body) {
		t.Fatalf("the thumbnail: %d, %d bytes", small.Status, len(small.Body))
	}
}

func TestAFileIsADownloadInPartsToo(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	content := bytes.Repeat([]byte("0123456789"), 20_000)
	f := visitor.Upload("list.txt", content)
	if f.Kind != files.Plain || f.Mime != "text/plain" || f.Size != int64(len(content)) || f.Width != 0 {
		t.Fatalf("uploaded %+v", f)
	}
	links := visitor.Links(f.ID)
	if links.ThumbURL != "" {
		t.Fatalf("a thumbnail of a list: %s", links.ThumbURL)
	}
	whole := visitor.Do("GET", links.URL, nil)
	if whole.Status != 200 || !bytes.Equal(whole.Body, content) {
		t.Fatalf("%d, %d bytes", whole.Status, len(whole.Body))
	}
	if got := whole.Header.Get("Content-Type") + "; " + whole.Header.Get("Content-Disposition"); got != "application/octet-stream; attachment; filename=list.txt" {
		t.Fatalf("served as %q", got)
	}
	part := visitor.Get(links.URL, "Range", "bytes=100003-100012")
	if part.Status != 206 || string(part.Body) != "3456789012" {
		t.Fatalf("%d %q", part.Status, part.Body)
	}
	if again := visitor.Get(links.URL, "If-None-Match", whole.Header.Get("ETag")); again.Status != 304 || len(again.Body) != 0 {
		t.Fatalf("asked again: %d", again.Status)
	}
	if head := visitor.Do("HEAD", links.URL, nil); head.Status != 200 || head.Header.Get("Content-Length") != fmt.Sprint(len(content)) {
		t.Fatalf("HEAD: %d %v", head.Status, head.Header)
	}
}

func TestALinkIsGoodForOneVariantOfOneFileUntilItExpires(t *testing.T) {
	c := &clock{}
	p := apptest.NewAt(t, c.now)
	visitor := p.Visitor()
	f := visitor.Upload("a.png", asPNG(quarters(40, 40)))
	other := visitor.Upload("b.png", asPNG(quarters(40, 40)))
	links := visitor.Links(f.ID)
	forged := map[string]string{
		"another variant":   with(t, links.URL, "v", "thumb"),
		"no variant":        with(t, links.URL, "v", ""),
		"a longer life":     with(t, links.URL, "until", fmt.Sprint(c.now().Add(time.Hour).Unix())),
		"another signature": with(t, links.URL, "sig", "AAAAAAAAAAAAAAAAAAAAAA"),
		"no signature":      with(t, links.URL, "sig", ""),
		"another file":      strings.Replace(links.URL, fmt.Sprint(f.ID), fmt.Sprint(other.ID), 1),
		"no file":           strings.Replace(links.URL, fmt.Sprint(f.ID), "x", 1),
	}
	for what, link := range forged {
		if got := visitor.Do("GET", link, nil); got.Status != 404 {
			t.Errorf("%s: %d", what, got.Status)
		}
	}
	if got := visitor.Do("GET", links.URL, nil); got.Status != 200 {
		t.Fatalf("the honest link: %d", got.Status)
	}
	c.forward(11 * time.Minute)
	if got := visitor.Do("GET", links.URL, nil); got.Status != 404 || !strings.Contains(string(got.Body), "not valid any more") {
		t.Fatalf("expired: %d %s", got.Status, got.Body)
	}
	if got := visitor.Do("GET", visitor.Links(f.ID).URL, nil); got.Status != 200 {
		t.Fatalf("a new link: %d", got.Status)
	}
}

func TestNobodyReachesAFileThatWasNotSentToHim(t *testing.T) {
	p := apptest.New(t)
	agent := p.Agent("Mei", 5)
	socket := agent.Online()
	visitor, stranger := p.Visitor(), p.Visitor()
	f := visitor.Upload("mine.txt", []byte("mine"))
	path := fmt.Sprintf("/api/files/%d/links", f.ID)
	visitor.Links(f.ID)
	agent.Refused("POST", path, nil, 404) // not sent yet
	stranger.Refused("POST", path, nil, 404)
	stranger.Refused("POST", "/api/live/messages", p.File(f), 404)

	conversation := visitor.SayFile(f).ConversationID
	socket.Wait("list", nil)
	agent.Links(f.ID)
	stranger.Refused("POST", path, nil, 404)
	agent.Refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), p.File(f), 404) // reading is not owning

	answer := agent.Upload("yours.txt", []byte("yours"))
	agent.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), p.File(answer), nil)
	visitor.Links(answer.ID)
	stranger.Refused("POST", fmt.Sprintf("/api/files/%d/links", answer.ID), nil, 404)
}

func TestAPlainFileIsNotSentAsAPicture(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	d := p.File(visitor.Upload("notes.txt", []byte("not a picture")))
	d.Type = chat.Image
	if got := visitor.Refused("POST", "/api/live/messages", d, 400); got.Fields["body.file_id"] == "" {
		t.Fatalf("refusal %+v", got)
	}
}

func TestARecalledFileIsServedNoMore(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	f := visitor.Upload("oops.png", asPNG(quarters(40, 40)))
	first, second := p.File(f), p.File(f)
	var m, n chat.Message
	visitor.OK("POST", "/api/live/messages", first, &m)
	visitor.OK("POST", "/api/live/messages", second, &n)
	link := visitor.Links(f.ID).URL
	recall := func(m chat.Message) {
		visitor.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/messages/%d/recall", m.ConversationID, m.Seq), nil, nil)
	}
	recall(m)
	if got := visitor.Do("GET", link, nil); got.Status != 200 {
		t.Fatalf("another message still shows it: %d", got.Status)
	}
	recall(n)
	if got := visitor.Do("GET", link, nil); got.Status != 404 {
		t.Fatalf("the link of a recalled file: %d", got.Status)
	}
	visitor.Refused("POST", fmt.Sprintf("/api/files/%d/links", f.ID), nil, 404)
	visitor.Refused("POST", "/api/live/messages", p.File(f), 404)
	var again chat.Message
	visitor.OK("POST", "/api/live/messages", second, &again)
	if again.Seq != n.Seq || !again.Recalled {
		t.Fatalf("a late retry answered %+v", again)
	}
	if err := p.Files.CleanUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, p); n != 0 {
		t.Fatalf("%d files are left", n)
	}
}

func TestTheCleanUpTakesOnlyWhatNobodyRefersTo(t *testing.T) {
	c := &clock{}
	p := apptest.NewAt(t, c.now)
	visitor := p.Visitor()
	picture, list := asPNG(quarters(40, 40)), []byte("apples")
	sent := visitor.SayFile(visitor.Upload("sent.png", picture)).Body.FileID
	visitor.Upload("old.png", picture)
	visitor.Upload("old.txt", list)
	c.forward(23 * time.Hour)
	young := visitor.Upload("young.txt", list).ID
	clean := func() {
		if err := p.Files.CleanUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	clean()
	if n := rows(t, p); n != 4 {
		t.Fatalf("%d files after 23 hours", n)
	}
	c.forward(2 * time.Hour)
	clean()
	clean()
	if n := rows(t, p); n != 2 {
		t.Fatalf("%d files after 25 hours", n)
	}
	for _, id := range []int64{sent, young} {
		if got := visitor.Do("GET", visitor.Links(id).URL, nil); got.Status != 200 {
			t.Fatalf("file %d: %d", id, got.Status)
		}
	}
	stored := 0
	for _, path := range kept(t, p) {
		if strings.Contains(path, "/files/") {
			stored++
		}
	}
	if want := len(files.Keys(sent, files.Image)) + len(files.Keys(young, files.Plain)); stored != want {
		t.Fatalf("%d files in the store, want %d", stored, want)
	}
}
