package files

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/gabriel-vasile/mimetype"

	"ichat/app/fault"
	"ichat/app/settings"
)

// sniffed is how much of a file says what it is.
const sniffed = 3072

// spool is a file of this process's own in which bytes wait until they are judged. It has no name, so
// a process that dies leaves nothing behind.
type spool struct {
	file *os.File
	size int64
}

func (s *Service) newSpool() (*spool, error) {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, unkept(err)
	}
	f, err := os.CreateTemp(s.folder, "")
	if err != nil {
		return nil, unkept(err)
	}
	_ = os.Remove(f.Name()) // where an open file cannot be removed, close does it
	return &spool{file: f}, nil
}

// Write adds to the end.
func (s *spool) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	s.size += int64(n)
	return n, err
}

// reader reads from the beginning, however often it is asked for.
func (s *spool) reader() io.Reader { return io.NewSectionReader(s.file, 0, s.size) }

func (s *spool) close() error {
	if s == nil {
		return nil
	}
	err := s.file.Close()
	_ = os.Remove(s.file.Name())
	return err
}

// unkept is the refusal when there is no room for an upload here.
func unkept(err error) error {
	return fault.New(fault.Unavailable, "the server cannot save right now").Because(err)
}

// receive reads an upload whole and says what it is by its content. Faults: TooLarge, Invalid (empty,
// or cut), Unavailable.
func (s *Service) receive(from io.Reader, l settings.Files) (in *spool, mime string, err error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(from, head)
	switch {
	case errors.Is(err, io.EOF):
		return nil, "", fault.New(fault.Invalid, "the file is empty").With("file", "the file is empty")
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, "", cut(err)
	}
	mime = kindOf(head[:n])
	_, picture := codecs[mime]
	limit, refusal := most(l, picture)
	if in, err = s.newSpool(); err != nil {
		return nil, "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, in.close())
		}
	}()
	watched := &source{r: paced{io.MultiReader(bytes.NewReader(head[:n]), from), s.pace}}
	_, err = io.Copy(in, io.LimitReader(watched, limit+1))
	switch {
	case watched.err != nil:
		return nil, "", cut(watched.err)
	case err != nil:
		return nil, "", unkept(err)
	case in.size > limit:
		return nil, "", refusal
	}
	return in, mime, nil
}

// kindOf names the content without its parameters.
func kindOf(head []byte) string {
	kind := mimetype.Detect(head)
	name, _, _ := bytes.Cut([]byte(kind.String()), []byte(";"))
	return string(name)
}

// cut is the answer to an upload that broke off. Who hung up does not hear it; who stalled may.
func cut(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.New(fault.Unavailable, "this took too long, please try again").Because(err)
	}
	return fault.New(fault.Invalid, "the request did not arrive whole").Because(err)
}

// source remembers that reading failed, as opposed to writing.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF { // compared as io.Copy does: a wrapped one is no end
		s.err = err
	}
	return n, err
}
