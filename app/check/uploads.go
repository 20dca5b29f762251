package check

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"
)

// largestUpload bounds what people send each other here.
const largestUpload = 200 << 10

// Upload is a file that was taken, and what it was.
type Upload struct {
	ID     int64  `json:"id"`
	Who    int64  `json:"who"`
	Client string `json:"client"` // of the message that shows it
	Size   int    `json:"size"`
	Sum    string `json:"sum"`           // SHA-256 of what was sent
	Got    string `json:"got,omitempty"` // the same of what is there at the end, or why nothing is
}

// uploadWork lets visitors and agents send each other files, beside whatever else they do.
func uploadWork(pace time.Duration) func(ctx context.Context, c *company) error {
	return func(ctx context.Context, c *company) error {
		works := make([]func(context.Context, *company) error, 0, len(c.visitors))
		for _, v := range c.visitors {
			works = append(works, func(ctx context.Context, c *company) error {
				for n := 0; ctx.Err() == nil; n++ {
					v.sendFile(ctx, c, n)
					wait(ctx, pace)
				}
				return nil
			})
		}
		return together(works...)(ctx, c)
	}
}

// sendFile uploads a text and says it, asking again until either is answered.
func (p *person) sendFile(ctx context.Context, c *company, n int) {
	words := []byte(fmt.Sprintf("%s sends file %d\n", p.name, n))
	text := bytes.Repeat(words, 1+int(hashNumber(string(words))>>32)%(largestUpload/len(words)))
	sum := sha256.Sum256(text)
	for ctx.Err() == nil {
		file, problem := p.upload(ctx, fmt.Sprintf("file %d.txt", n), text)
		if problem == nil {
			shown := p.outbox.addFile(p.ctx, p.devices[0], live, file)
			c.history.uploaded(Upload{ID: file, Who: p.id, Client: shown.client, Size: len(text), Sum: hex.EncodeToString(sum[:])})
			return
		}
		if !problem.again() {
			return
		}
		wait(ctx, max(problem.after, 500*time.Millisecond))
	}
}

// upload makes one try.
func (p *person) upload(ctx context.Context, name string, content []byte) (int64, *problem) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	part.Write(content)
	w.Close()
	op := p.outbox.h.invoke(Op{Kind: "upload", Who: p.id})
	var file struct{ ID int64 }
	problem := p.call.post(context.WithoutCancel(ctx), "/api/files", w.FormDataContentType(), form.Bytes(), &file)
	p.outbox.h.returned(op, problem)
	return file.ID, problem
}

// readUploads fetches every file that was taken, as its uploader.
func (c *company) readUploads(ctx context.Context, f *Final) {
	f.Uploads = c.history.allUploads()
	byID := map[int64]*person{}
	for _, p := range c.people() {
		byID[p.id] = p
	}
	for i := range f.Uploads {
		one := &f.Uploads[i]
		one.Got = c.fetch(ctx, byID[one.Who], one.ID)
	}
}

func (c *company) fetch(ctx context.Context, p *person, file int64) string {
	var links struct{ URL string }
	if problem := p.call.call(ctx, "POST", fmt.Sprintf("/api/files/%d/links", file), nil, &links); problem != nil {
		return problem.Error()
	}
	if len(links.URL) > 0 && links.URL[0] == '/' {
		links.URL = p.call.base() + links.URL
	}
	r, err := http.NewRequestWithContext(ctx, "GET", links.URL, nil)
	if err != nil {
		return err.Error()
	}
	a, err := c.http.Do(r)
	if err != nil {
		return err.Error()
	}
	defer a.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, a.Body); err != nil || a.StatusCode != http.StatusOK {
		return fmt.Sprintf("%s, %v", a.Status, err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// filesAreKept: a file that was taken is there, byte for byte, unless its message was taken back.
func (b *book) filesAreKept() (found []Violation) {
	for _, u := range b.Final.Uploads {
		if m := b.said[u.Client]; u.Got != u.Sum && (m == nil || !m.recalled) {
			found = append(found, violation("lost-file", 0, 0, fmt.Sprintf("file %d of %d bytes by %d was taken and is not there: %s", u.ID, u.Size, u.Who, u.Got)))
		}
	}
	return found
}
