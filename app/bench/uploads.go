package bench

import (
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// uploadBytes is the size of each file that is uploaded beside a run.
const uploadBytes = 5 << 20

// UploadResult is what `ichat bench send --uploads N` prints beside the rest: the same sends first without and
// then with N uploads of 5 MB going on at any time.
type UploadResult struct {
	Parallel   int     `json:"parallel"`
	UploadsPer float64 `json:"uploads_per_s"`
	AckAlone   Spread  `json:"ack_alone_ms"`
	AckBeside  Spread  `json:"ack_beside_ms"`
	P99Times   float64 `json:"ack_p99_times"` // beside through alone
}

// beside measures one run alone and one beside uploads.
func (s *stage) beside(ctx context.Context, o Options, server *server) (UploadResult, error) {
	d := time.Duration(o.Seconds) * time.Second
	alone, err := s.run(ctx, server, warmUp, d)
	if err != nil {
		return UploadResult{}, fmt.Errorf("alone: %w", err)
	}
	u, err := s.upload(ctx, o.Uploads)
	if err != nil {
		return UploadResult{}, err
	}
	began := time.Now()
	with, err := s.run(ctx, server, warmUp, d)
	done, uploadErr := u.end()
	if err == nil {
		err = uploadErr
	}
	if err != nil {
		return UploadResult{}, fmt.Errorf("beside uploads: %w", err)
	}
	r := UploadResult{Parallel: o.Uploads, UploadsPer: round(float64(done) / time.Since(began).Seconds()), AckAlone: alone.Ack, AckBeside: with.Ack}
	r.P99Times = round(with.Ack.P99 / alone.Ack.P99)
	o.say("%d uploads at a time, %.1f a second: ack p99 %.1f ms alone, %.1f ms beside them", r.Parallel, r.UploadsPer, alone.Ack.P99, with.Ack.P99)
	return r, nil
}

// uploads are visitors who upload one file after the other.
type uploads struct {
	stop  context.CancelFunc
	going sync.WaitGroup
	done  atomic.Int64

	mu  sync.Mutex
	err error // the first failure; guarded by mu
}

func (s *stage) upload(ctx context.Context, parallel int) (*uploads, error) {
	u := &uploads{}
	ctx, u.stop = context.WithCancel(ctx)
	for range parallel {
		v, err := s.api.visitor(ctx, s.site.Key)
		if err != nil {
			u.stop()
			return nil, err
		}
		u.going.Go(func() {
			for ctx.Err() == nil {
				err := v.upload(ctx)
				if err == nil {
					u.done.Add(1)
					continue
				}
				u.mu.Lock()
				if ctx.Err() == nil && u.err == nil {
					u.err = err
					u.stop()
				}
				u.mu.Unlock()
			}
		})
	}
	return u, nil
}

// end stops them and says how many files were taken.
func (u *uploads) end() (int64, error) {
	u.stop()
	u.going.Wait()
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.done.Load(), u.err
}

// upload posts a file without holding it in memory, as a browser would.
func (c caller) upload(ctx context.Context) error {
	out, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		part, err := form.CreateFormFile("file", "bench.txt")
		if err == nil {
			_, err = io.Copy(part, io.LimitReader(zeros{}, uploadBytes))
		}
		if err == nil {
			err = form.Close()
		}
		in.CloseWithError(err)
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api.base+"/api/files", out)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.api.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 300)) // for the message only
		return fmt.Errorf("upload: %d %s", answer.StatusCode, strings.TrimSpace(string(text)))
	}
	return nil
}

// zeros reads as endless text.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}
