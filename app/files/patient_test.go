package files

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

func TestAnUploadThatStallsIsGivenUp(t *testing.T) {
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(&patient{r: r.Body, conn: http.NewResponseController(w), until: time.Now().Add(50 * time.Millisecond)})
		ended <- err
	}))
	defer server.Close()
	body, hold := io.Pipe() // nothing ever comes through it
	defer hold.Close()
	r, err := http.NewRequest(http.MethodPost, server.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := server.Client().Do(r); err == nil {
		res.Body.Close()
	}
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("ended with %v", err)
	}
}
