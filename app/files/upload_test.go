package files_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/files"
)

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(b)
	return b
}

// leftNothing fails unless no trace of an upload is there.
func leftNothing(t *testing.T, p *apptest.Product) {
	t.Helper()
	for _, path := range kept(t, p) {
		if strings.Contains(path, "/files/") || strings.Contains(path, "/uploads/") {
			t.Errorf("%s is left", path)
		}
	}
	if n := rows(t, p); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestAnUploadOverTheLimitIsRefusedAndLeavesNothing(t *testing.T) {
	p := apptest.New(t)
	limits(p, 1, 2)
	visitor := p.Visitor()
	picture := append(asPNG(quarters(10, 10)), noise(1<<20)...)
	for want, content := range map[string][]byte{
		"the picture is larger than 1 MB": picture,
		"the file is larger than 2 MB":    append([]byte("%PDF-1.7\n"), noise(2<<20)...),
	} {
		r := visitor.TryUpload("a.bin", content)
		if got := problem(t, r); r.Status != 413 || got.Message != want || got.Code != "too_large" || got.Retry != "never" {
			t.Errorf("%d %+v, want %q", r.Status, got, want)
		}
	}
	// One that says beforehand how large it is, and one that does not.
	if r := visitor.Post("/api/files", "multipart/form-data; boundary=x", bytes.NewReader(make([]byte, 3<<20))); r.Status != 413 {
		t.Errorf("announced: %d %s", r.Status, r.Body)
	}
	kind, body := apptest.Form("a.bin", noise(3<<20))
	if r := visitor.Post("/api/files", kind, io.MultiReader(bytes.NewReader(body))); r.Status != 413 {
		t.Errorf("chunked: %d %s", r.Status, r.Body)
	}
	leftNothing(t, p)
	visitor.Upload("a.bin", noise(2<<20)) // exactly the limit
}

func TestAnUploadThatIsCutLeavesNothing(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	for _, content := range [][]byte{noise(2 << 20), asPNG(quarters(500, 500))} {
		kind, body := apptest.Form("half.bin", content)
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /api/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
			visitor.Token(), kind, len(body))
		if _, err := conn.Write(body[:len(body)/2]); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn) // the server has noticed when this ends
		if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 400")) {
			t.Fatalf("%v %s", err, answer)
		}
		conn.Close()
		if r := visitor.Post("/api/files", kind, bytes.NewReader(body[:len(body)-10])); r.Status != 400 { // a whole request, half a form
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	leftNothing(t, p)
}

func TestAFormThatIsNotOneFileIsRefused(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	_, body := apptest.Form("a.txt", []byte("x"))
	boundary, _, _ := strings.Cut(string(body), "\r\n")
	kind := "multipart/form-data; boundary=" + boundary[2:]
	for what, try := range map[string]struct{ kind, body string }{
		"JSON":         {"application/json", "{}"},
		"no boundary":  {"multipart/form-data", string(body)},
		"another part": {kind, strings.Replace(string(body), `name="file"`, `name="avatar"`, 1)},
		"no part":      {kind, boundary + "--\r\n"},
		"no form":      {kind, "hello"},
		"empty file":   {kind, strings.Replace(string(body), "\r\n\r\nx\r\n", "\r\n\r\n\r\n", 1)},
	} {
		if r := visitor.Post("/api/files", try.kind, strings.NewReader(try.body)); r.Status != 400 {
			t.Errorf("%s: %d %s", what, r.Status, r.Body)
		}
	}
	leftNothing(t, p)
}

func TestAFileIsWhatItsContentSaysAndNeverAPage(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	for name, try := range map[string]struct {
		content []byte
		mime    string
	}{
		"page.png":  {[]byte("<!DOCTYPE html><script>alert(1)</script>"), "text/html"},
		"photo.jpg": {[]byte(`<?xml version="1.0"?>` + svg), "image/svg+xml"},
		"logo.svg":  {[]byte(svg), "image/svg+xml"},
		"cat.gif":   {append([]byte("MZ\x90\x00"), noise(2000)...), "application/vnd.microsoft.portable-executable"},
		"dog.webp":  {[]byte("%PDF-1.7\n"), "application/pdf"},
		"bird.jpeg": {[]byte("just words"), "text/plain"},
	} {
		f := visitor.Upload(name, try.content)
		if f.Kind != files.Plain || f.Mime != try.mime || f.Name != name {
			t.Errorf("%s: %+v", name, f)
		}
		r := visitor.Do("GET", visitor.Links(f.ID).URL, nil)
		if r.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") ||
			r.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(r.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %v", name, r.Header)
		}
		if !bytes.Equal(r.Body, try.content) {
			t.Errorf("%s came back different", name)
		}
	}
	// A picture stays one, whatever it is called; what was hung on behind it is gone.
	polyglot := append(asPNG(quarters(20, 20)), []byte("<script>alert(1)</script>")...)
	f := visitor.Upload("report.pdf", polyglot)
	if f.Kind != files.Image || f.Mime != "image/png" || f.Name != "report.png" {
		t.Fatalf("%+v", f)
	}
	if r := visitor.Do("GET", visitor.Links(f.ID).URL, nil); bytes.Contains(r.Body, []byte("script")) {
		t.Fatal("the script came along")
	}
}

func TestANameWithAPathOrATurnedDirectionIsCleaned(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	f := visitor.Upload("..\\..\\holiday\u202Egpj.exe", []byte("MZ"))
	if f.Name != "holidaygpj.exe" {
		t.Fatalf("kept as %q", f.Name)
	}
	r := visitor.Do("GET", visitor.Links(f.ID).URL, nil)
	if got := r.Header.Get("Content-Disposition"); r.Status != 200 || got != "attachment; filename=holidaygpj.exe" {
		t.Fatalf("%d %q", r.Status, got)
	}
}

func TestAPictureThatDeclaresTooMuchIsNotDecoded(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	for what, content := range map[string][]byte{"PNG": hugePNG(20_000, 20_000), "JPEG": hugeJPEG(20_000, 20_000), "wide PNG": hugePNG(41_000_000, 1)} {
		r := visitor.TryUpload("bomb", content)
		if got := problem(t, r); r.Status != 413 || got.Message != "the picture has more than 40 megapixels" {
			t.Errorf("%s: %d %+v", what, r.Status, got)
		}
	}
	broken := asPNG(quarters(100, 100))
	for what, content := range map[string][]byte{
		"cut":        broken[:len(broken)/2],
		"only a few": broken[:20],
		"a lie":      hugePNG(5000, 5000),
		"no pixels":  hugePNG(0, 10),
		"JPEG":       asJPEG(quarters(100, 100))[:300],
		"GIF":        film(2, 20, 20)[:40],
	} {
		r := visitor.TryUpload("broken", content)
		if got := problem(t, r); r.Status != 400 || got.Message != "this picture cannot be read" {
			t.Errorf("%s: %d %+v", what, r.Status, got)
		}
	}
	leftNothing(t, p)
}

func TestAStoreThatIsAwaySaysSoWhileTextGoesOn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there any more
	p := apptest.New(t, func(c *app.Config) { c.BlobURL = "s3://key:secret@" + l.Addr().String() + "/files?insecure=1" })
	visitor := p.Visitor()
	r := visitor.TryUpload("a.txt", []byte("x"))
	if got := problem(t, r); r.Status != 503 || got.Retry != "same" || got.Message != "the file store does not answer right now" {
		t.Fatalf("%d %+v", r.Status, got)
	}
	visitor.Say("still here")
	ready := visitor.Do("GET", "/readyz", nil)
	if ready.Status != 200 || !strings.Contains(string(ready.Body), "the file store does not answer") || !strings.Contains(string(ready.Body), `"ready":true`) {
		t.Fatalf("readiness: %d %s", ready.Status, ready.Body)
	}
}

func TestTheSameUploadAgainIsTakenWhenTheStoreIsBack(t *testing.T) {
	p := apptest.New(t)
	store := p.Config.Data + "/files"
	if err := os.WriteFile(store, nil, 0o600); err != nil { // a file where the folder belongs
		t.Fatal(err)
	}
	visitor := p.Visitor()
	if r := visitor.TryUpload("a.txt", []byte("x")); r.Status != http.StatusServiceUnavailable {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if err := os.Remove(store); err != nil {
		t.Fatal(err)
	}
	f := visitor.Upload("a.txt", []byte("x"))
	if got := visitor.Do("GET", visitor.Links(f.ID).URL, nil); string(got.Body) != "x" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if err := p.Files.CleanUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, p); n != 1 {
		t.Fatalf("%d rows: the first try was not cleaned up", n)
	}
}

func TestTheDocumentDescribesTheUpload(t *testing.T) {
	p := apptest.New(t)
	doc := string(p.Anonymous().Do("GET", "/api/openapi.json", nil).Body)
	for _, want := range []string{`"/api/files":{"post":`, `"multipart/form-data":{"schema":`, `"format":"binary"`, `"summary":"Upload a file"`, `"#/components/schemas/File"`} {
		if !strings.Contains(doc, want) {
			t.Errorf("%s is not in the document", want)
		}
	}
}
