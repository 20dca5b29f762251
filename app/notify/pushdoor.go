package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"ichat/app/door"
)

// pushWithin is how long a push service has for one push.
const pushWithin = 15 * time.Second

// errGone: the browser wants no more pushes, or is no more.
var errGone = errors.New("the subscription is over")

// reachOf is where push services may be.
func reachOf(o Options) door.Reach {
	if o.LocalPush {
		return door.Machine
	}
	return door.Internet
}

// push is one sealed message on its way.
type push struct {
	endpoint string
	proof    string
	topic    string // a newer push of the same topic replaces one that waits at the service
	body     []byte
}

// send hands a push over. errGone when the browser is no more, refusedError when another try would not help.
func send(ctx context.Context, d *door.Door, p push) error {
	ctx, cancel := context.WithTimeout(ctx, pushWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.endpoint, bytes.NewReader(p.body))
	if err != nil {
		return refusedError{err}
	}
	h := r.Header
	h.Set("Authorization", p.proof)
	h.Set("Content-Encoding", "aes128gcm")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("TTL", strconv.Itoa(int(pushFor/time.Second)))
	h.Set("Topic", p.topic)
	h.Set("Urgency", "high")
	answer, err := d.Do(r)
	if errors.Is(err, door.ErrInside) {
		return refusedError{err}
	}
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4096) // so that the connection can be used again
	err = fmt.Errorf("the push service answered %d", answer.StatusCode)
	switch {
	case answer.StatusCode < 300:
		return nil
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return errGone
	case answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests && answer.StatusCode != http.StatusRequestTimeout:
		return refusedError{err}
	}
	return err
}
