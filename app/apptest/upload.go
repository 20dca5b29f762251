package apptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"ichat/app/chat"
	"ichat/app/files"
)

// Form is an upload as a browser posts it: one file in the part "file".
func Form(name string, content []byte) (kind string, body []byte) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	_, _ = part.Write(content)
	_ = form.Close()
	return form.FormDataContentType(), b.Bytes()
}

// Post sends a body of its own type to a route that is not JSON.
func (c *Client) Post(path, kind string, body io.Reader) Reply {
	c.p.tb.Helper()
	return c.send("POST", path, kind, body)
}

// TryUpload uploads a file and returns whatever the server answers.
func (c *Client) TryUpload(name string, content []byte) Reply {
	c.p.tb.Helper()
	kind, body := Form(name, content)
	return c.Post("/api/files", kind, bytes.NewReader(body))
}

// Upload uploads a file that is taken.
func (c *Client) Upload(name string, content []byte) files.File {
	c.p.tb.Helper()
	r := c.TryUpload(name, content)
	var f files.File
	if err := json.Unmarshal(r.Body, &f); r.Status != 200 || err != nil {
		c.p.tb.Fatalf("upload of %s: %d %s", name, r.Status, r.Body)
	}
	return f
}

// File is a draft that carries an uploaded file.
func (p *Product) File(f files.File) chat.SendRequest {
	return chat.SendRequest{ClientMsgID: fmt.Sprintf("message-%d", p.next.Add(1)), Type: f.Kind, Body: chat.Body{FileID: f.ID}}
}

// SayFile sends a visitor's upload into his conversation.
func (c *Client) SayFile(f files.File) chat.Message {
	c.p.tb.Helper()
	var m chat.Message
	c.OK("POST", "/api/live/messages", c.p.File(f), &m)
	return m
}

// Links asks for the addresses of a file.
func (c *Client) Links(id int64) files.FileLinks {
	c.p.tb.Helper()
	var l files.FileLinks
	c.OK("POST", fmt.Sprintf("/api/files/%d/links", id), nil, &l)
	return l
}

// Get reads an address with one header more.
func (c *Client) Get(path, header, value string) Reply {
	c.p.tb.Helper()
	r, err := http.NewRequest(http.MethodGet, c.p.URL+path, nil)
	if err != nil {
		c.p.tb.Fatal(err)
	}
	r.Header.Set(header, value)
	return c.do(r)
}

// Token is a visitor's, for requests that are made by hand.
func (c *Client) Token() string { return c.token }
