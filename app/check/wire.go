package check

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// answerIn is how long a client waits for an answer. A frozen node gives none.
const answerIn = 8 * time.Second

// Message is a message as the API gives it. Hash stands for what it says.
type Message struct {
	ID       int64  `json:"id"`
	Conv     int64  `json:"conversation_id"`
	Seq      int64  `json:"seq"`
	Version  int64  `json:"version"`
	Sender   int64  `json:"sender_id"`
	Client   string `json:"client_msg_id"`
	Type     string `json:"type"`
	Body     body   `json:"body"`
	Recalled bool   `json:"recalled"`
}

type body struct {
	Text string            `json:"text,omitempty"`
	File int64             `json:"file_id,omitempty"`
	Key  string            `json:"key,omitempty"`
	Args map[string]string `json:"args,omitempty"`

	Merged json.RawMessage `json:"merged,omitempty"` // what members passed on as one
	Card   json.RawMessage `json:"card,omitempty"`
}

// hash tells what a message says in a few letters.
func (m Message) hash() string {
	if m.Recalled {
		return "recalled"
	}
	if m.Body.File != 0 {
		return hashOf(fmt.Sprint("file\n", m.Body.File))
	}
	return hashOf(m.Type + "\n" + m.Body.Text + "\n" + m.Body.Key + string(m.Body.Merged) + string(m.Body.Card))
}

func hashOf(text string) string {
	f := fnv.New64a()
	f.Write([]byte(text)) // never fails
	return strconv.FormatUint(f.Sum64(), 36)
}

// Member is somebody's place in a conversation.
type Member struct {
	Person   int64  `json:"person_id"`
	Role     string `json:"role"`
	JoinSeq  int64  `json:"join_seq"`
	Left     bool   `json:"left"`
	Read     int64  `json:"read"`
	Received int64  `json:"received"`
	Version  int64  `json:"version"`
}

type syncConversation struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"`
	Version  int64     `json:"version"`
	Seq      int64     `json:"seq"`
	Count    int64     `json:"member_count"`
	Reset    bool      `json:"reset"`
	Members  []Member  `json:"members"`
	Messages []Message `json:"messages"`
	Cursors  []Member  `json:"cursors"`
}

type syncRequest struct {
	ClientID string             `json:"client_id,omitempty"`
	Epoch    string             `json:"epoch"`
	Known    map[int64][2]int64 `json:"known"`
	List     int64              `json:"list"`
}

type syncAnswer struct {
	Me            int64              `json:"me"`
	Epoch         string             `json:"epoch"`
	List          int64              `json:"list"`
	Conversations []syncConversation `json:"conversations"`
	Gone          []int64            `json:"gone"`
}

type messagePage struct {
	Messages []Message `json:"messages"`
	More     bool      `json:"more"`
}

// problem is an answer that is not 2xx, or none at all (status 0).
type problem struct {
	status  int
	code    string
	message string
	retry   string
	after   time.Duration
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.status, p.code, p.message) }

// result says what the sender knows: only a refusal for good has no effect for certain.
func (p *problem) result() string {
	switch {
	case p == nil:
		return resultOK
	case p.status >= 400 && p.status < 500:
		return resultFail
	}
	return resultUnknown
}

// err is p as an error: a nil problem in an error would not be nil.
func (p *problem) err() error {
	if p == nil {
		return nil
	}
	return p
}

// again tells whether the contract says to send the same request once more.
func (p *problem) again() bool {
	return p != nil && (p.status == 0 || p.retry != "never" || p.status >= 500)
}

// caller is somebody signed in, or nobody yet, at some address of the product.
type caller struct {
	http  *http.Client
	base  func() string // which door: another one when a node is away
	token string
}

func newHTTP() *http.Client {
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	return &http.Client{Timeout: answerIn, Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConns: 4096, MaxIdleConnsPerHost: 2048, IdleConnTimeout: 30 * time.Second}}
}

// call sends in as JSON and reads the answer into out; nil leaves either away.
func (c caller) call(ctx context.Context, method, path string, in, out any) *problem {
	_, p := c.exchange(ctx, method, path, in, out)
	return p
}

func (c caller) exchange(ctx context.Context, method, path string, in, out any) (http.Header, *problem) {
	if in == nil {
		return c.ask(ctx, method, path, "", nil, out)
	}
	text, err := json.Marshal(in)
	if err != nil {
		panic(err) // our own structs
	}
	return c.ask(ctx, method, path, "application/json", text, out)
}

// post sends a body of another kind.
func (c caller) post(ctx context.Context, path, kind string, text []byte, out any) *problem {
	_, p := c.ask(ctx, "POST", path, kind, text, out)
	return p
}

func (c caller) ask(ctx context.Context, method, path, kind string, text []byte, out any) (http.Header, *problem) {
	r, err := http.NewRequestWithContext(ctx, method, c.base()+path, bytes.NewReader(text))
	if err != nil {
		panic(err) // our own addresses
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, &problem{code: "lost", message: err.Error()}
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, &problem{code: "lost", message: err.Error()}
	}
	if answer.StatusCode/100 != 2 {
		return answer.Header, problemOf(answer.StatusCode, got)
	}
	if out != nil && len(got) > 0 {
		if err := json.Unmarshal(got, out); err != nil {
			return answer.Header, &problem{code: "lost", message: "an answer that is not JSON: " + err.Error()}
		}
	}
	return answer.Header, nil
}

func problemOf(status int, text []byte) *problem {
	var said struct {
		Code, Message, Retry string
		RetryAfter           int64 `json:"retry_after_ms"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		said.Code, said.Message = "not_json", string(text[:min(len(text), 200)])
	}
	return &problem{status: status, code: said.Code, message: said.Message, retry: said.Retry, after: time.Duration(said.RetryAfter) * time.Millisecond}
}

// session reads the token of a sign-in from its cookie.
func session(h http.Header) string {
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if c.Name == "sid" || c.Name == "__Host-sid" {
			return c.Value
		}
	}
	return ""
}
