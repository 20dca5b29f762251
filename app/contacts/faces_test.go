package contacts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/files"
	"ichat/app/people"
)

// plain is a picture of one colour.
func plain(w, h int, c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func tryFace(c *apptest.Client, content []byte) apptest.Reply {
	kind, body := apptest.Form("me.png", content)
	return c.Post("/api/faces", kind, bytes.NewReader(body))
}

func face(t *testing.T, c *apptest.Client, content []byte) (f files.FaceFile) {
	t.Helper()
	if r := tryFace(c, content); r.Status != 200 || json.Unmarshal(r.Body, &f) != nil {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	return f
}

func gone(t *testing.T, p *apptest.Product, address string) {
	t.Helper()
	if r := p.Anonymous().Do("GET", address, nil); r.Status != 404 {
		t.Fatalf("%s is served: %d", address, r.Status)
	}
}

func TestAFaceIsSeenByAllWhoKnowSomebody(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	g := makeGroup(p, li, chat.JoinOpen, han).ID
	wu.OK("POST", imGroup(g, "/join"), `{}`, nil)
	screens := []*screen{look(t, li), look(t, li.Again()), look(t, han)}
	watching := wu.Connect() // no friend, but in a group with him
	first := face(t, li, plain(400, 300, color.RGBA{200, 0, 0, 255}))
	var me people.Member
	li.OK("PUT", "/api/im/me/avatar", map[string]int64{"face": first.ID}, &me)
	li.OK("PUT", "/api/im/me/avatar", map[string]int64{"face": first.ID}, &me) // asked again
	for _, s := range screens {
		s.level("a face")
	}
	watching.Wait("person", func(e apptest.Event) bool { return strings.Contains(string(e.Data), first.URL) })
	if me.Person.Avatar != first.URL || start(han).Friends[0].Person.Avatar != first.URL {
		t.Fatalf("%+v", me)
	}
	shown := p.Anonymous().Do("GET", first.URL, nil)
	picture, kind, err := image.DecodeConfig(bytes.NewReader(shown.Body))
	if err != nil || kind != "jpeg" || picture.Width != 256 || picture.Height != 256 || !strings.Contains(shown.Header.Get("Cache-Control"), "immutable") {
		t.Fatalf("%d %s %+v %v %v", shown.Status, kind, picture, shown.Header, err)
	}
	gone(t, p, first.URL[:len(first.URL)-2]+"xx")

	second := face(t, li, plain(20, 20, color.RGBA{0, 0, 200, 100}))
	li.OK("PUT", "/api/im/me/avatar", map[string]int64{"face": second.ID}, nil)
	gone(t, p, first.URL) // the one before
	if r := p.Anonymous().Do("GET", second.URL, nil); r.Status != 200 || r.Header.Get("Content-Type") != "image/png" {
		t.Fatalf("what can be seen through stays so: %d %v", r.Status, r.Header)
	}
	me = people.Member{}
	li.OK("PUT", "/api/im/me/avatar", `{"face":0}`, &me)
	for _, s := range screens {
		s.level("none")
	}
	if gone(t, p, second.URL); me.Person.Avatar != "" {
		t.Fatalf("%+v", me)
	}
}

func TestAFaceIsASmallSquareOfOnesOwn(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	for name, content := range map[string][]byte{"text": []byte("I am no picture at all"), "svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "half": plain(50, 50, color.White)[:60], "nothing": {}} {
		if r := tryFace(li, content); r.Status != 400 {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	f := face(t, li, plain(64, 64, color.White))
	han.Refused("PUT", "/api/im/me/avatar", map[string]int64{"face": f.ID}, 404)
	other := li.Upload("p.png", plain(64, 64, color.White))
	li.Refused("PUT", "/api/im/me/avatar", map[string]int64{"face": other.ID}, 404) // a file, and no face
	befriend(li, han)
	c := between(t, li, han)
	li.Refused("POST", messages(c), fmt.Sprintf(`{"client_msg_id":"face-0001","type":"file","body":{"file_id":%d}}`, f.ID), 404)
	li.OK("PUT", "/api/im/me/avatar", map[string]int64{"face": f.ID}, nil)
	g := makeGroup(p, li, chat.JoinOpen).ID
	li.Refused("PUT", imGroup(g, "/avatar"), map[string]int64{"face": f.ID}, 404) // in use already
}

func TestAGroupIsShownByAPictureThatItsManagersChoose(t *testing.T) {
	p := apptest.New(t)
	li, han := p.Member("Li Lei"), p.Member("Han Mei")
	befriend(li, han)
	g := makeGroup(p, li, chat.JoinOpen, han).ID
	socket := han.Connect()
	f := face(t, han, plain(64, 64, color.White))
	han.Refused("PUT", imGroup(g, "/avatar"), map[string]int64{"face": f.ID}, 403)
	li.OK("PATCH", groupAt(g, fmt.Sprint("/members/", han.ID)), `{"role":"admin"}`, nil)
	var h chat.Header
	han.OK("PUT", imGroup(g, "/avatar"), map[string]int64{"face": f.ID}, &h)
	socket.Wait("act", func(e apptest.Event) bool { return strings.Contains(string(e.Data), f.URL) })
	if h.Avatar != f.URL || start(li).Groups[0].Avatar != f.URL {
		t.Fatalf("%+v", h)
	}
	h = chat.Header{}
	li.OK("PUT", imGroup(g, "/avatar"), `{"face":0}`, &h)
	if gone(t, p, f.URL); h.Avatar != "" {
		t.Fatalf("%+v", h)
	}
}
