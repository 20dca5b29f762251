package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// strictJSON is the only format the API speaks. encoding/json alone would take the last of
// two equal keys and let NUL through, which the databases refuse.
var strictJSON = huma.Format{Marshal: marshal, Unmarshal: unmarshal}

// unmarshal is called twice for a request: into an any, which huma validates, and into the
// route's own type. The text itself is judged the first time.
func unmarshal(data []byte, v any) error {
	if _, first := v.(*any); !first {
		var wrong *json.UnmarshalTypeError
		err := json.Unmarshal(data, v)
		if errors.As(err, &wrong) && wrong.Field != "" {
			return errors.New(problemFit + ": " + wrong.Field) // such as a whole number that is too large
		}
		return err
	}
	if !utf8.Valid(data) {
		return errors.New(problemUTF8)
	}
	if err := json.Unmarshal(data, v); err != nil {
		if strings.HasSuffix(err.Error(), "after top-level value") {
			return errors.New(problemTrailing)
		}
		return errors.New(problemJSON)
	}
	return scan(data)
}

// writer is a reusable encoder; encoding first keeps a broken value from starting an answer.
type writer struct {
	buf bytes.Buffer
	enc *json.Encoder
}

const writerKept = 64 << 10 // a larger buffer is left to the collector

var writers = sync.Pool{New: func() any {
	w := &writer{}
	w.enc = json.NewEncoder(&w.buf)
	w.enc.SetEscapeHTML(false)
	return w
}}

func marshal(to io.Writer, v any) error {
	w := writers.Get().(*writer)
	defer func() {
		if w.buf.Cap() <= writerKept {
			w.buf.Reset()
			writers.Put(w)
		}
	}()
	if err := w.enc.Encode(v); err != nil {
		return err
	}
	_, _ = to.Write(w.buf.Bytes()) // fails only when the client is gone: there is nobody to tell
	return nil
}
