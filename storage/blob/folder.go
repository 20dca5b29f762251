package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// coming is where bytes wait until all of them are there. It is below the folder, so that the move
// to their place stays on one file system.
const coming = ".coming"

// folder keeps each key as a file.
type folder struct{ dir string }

func (f folder) path(key string) (string, error) {
	if !filepath.IsLocal(key) {
		return "", fmt.Errorf("%q is not a key", key)
	}
	return filepath.Join(f.dir, filepath.FromSlash(key)), nil
}

func (f folder) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	part, err := f.receive(ctx, r, size)
	if err != nil {
		return away("keep", key, err)
	}
	if err := place(part, path); err != nil {
		return away("keep", key, errors.Join(err, os.Remove(part)))
	}
	return nil
}

// receive writes the bytes beside their place and returns where.
func (f folder) receive(ctx context.Context, r io.Reader, size int64) (part string, err error) {
	if err := os.MkdirAll(filepath.Join(f.dir, coming), 0o700); err != nil {
		return "", err
	}
	w, err := os.CreateTemp(filepath.Join(f.dir, coming), "")
	if err != nil {
		return "", err
	}
	defer func() {
		err = errors.Join(err, w.Close())
		if err != nil {
			err = errors.Join(err, os.Remove(w.Name()))
		}
	}()
	n, err := io.Copy(w, io.LimitReader(heeding{ctx, r}, size))
	if err != nil {
		return "", err
	}
	if n != size {
		return "", fmt.Errorf("%d of %d bytes came", n, size)
	}
	return w.Name(), w.Sync()
}

// place moves a whole file to its path and makes the move durable.
func place(part, path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	for _, d := range []string{dir, filepath.Dir(dir)} { // the outer one may have got a new folder
		if err := syncDir(d); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f folder) Get(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	path, err := f.path(key)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, lost("read", key, err)
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return nil, away("read", key, errors.Join(err, file.Close()))
	}
	if length < 0 {
		return file, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(file, length), file}, nil
}

func (f folder) Size(_ context.Context, key string) (int64, error) {
	path, err := f.path(key)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, lost("look at", key, err)
	}
	return info.Size(), nil
}

func (f folder) Delete(_ context.Context, key string) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return away("remove", key, err)
	}
	return nil
}

// Ping makes the folder if it is not there yet: a fresh installation has none before the first upload.
func (f folder) Ping(context.Context) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return away("look at", f.dir, err)
	}
	return nil
}

func lost(doing, key string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return gone(err)
	}
	return away(doing, key, err)
}

// heeding stops reading when ctx ends.
type heeding struct {
	ctx context.Context
	r   io.Reader
}

func (h heeding) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.r.Read(p)
}
