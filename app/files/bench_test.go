package files_test

import (
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"runtime"
	"testing"

	"ichat/app/apptest"
	"ichat/app/files"
)

const (
	uploadMB = 64
	heapMost = 20 << 20
)

// drip makes an upload of n bytes out of nothing and looks at the heap as it goes.
type drip struct {
	left    int
	looking int
	largest uint64
}

func (d *drip) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), d.left)
	d.left -= n
	if d.looking -= n; d.looking <= 0 {
		d.looking = 1 << 20
		d.look()
	}
	return n, nil
}

func (d *drip) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	d.largest = max(d.largest, m.HeapAlloc)
}

// BenchmarkUpload fails when an upload is held in memory instead of being passed on.
func BenchmarkUpload(b *testing.B) {
	p := apptest.New(b)
	limits(p, 10, uploadMB)
	visitor := p.Visitor()
	b.SetBytes(uploadMB << 20)
	var most uint64
	for b.Loop() {
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		d := &drip{left: uploadMB << 20}
		kind, body := formAround(d)
		r := visitor.Post("/api/files", kind, body)
		d.look()
		var f files.File
		if err := json.Unmarshal(r.Body, &f); r.Status != http.StatusOK || err != nil || f.Size != uploadMB<<20 {
			b.Fatalf("%d %s", r.Status, r.Body)
		}
		most = max(most, d.largest-min(d.largest, before.HeapAlloc))
	}
	b.ReportMetric(float64(most)/(1<<20), "heap-MB")
	if most > heapMost {
		b.Fatalf("the heap grew by %d MB", most>>20)
	}
}

// formAround is a form that streams its file.
func formAround(content io.Reader) (kind string, body io.Reader) {
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		part, err := form.CreateFormFile("file", "big.bin")
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = form.Close()
		}
		w.CloseWithError(err)
	}()
	return form.FormDataContentType(), r
}
