package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"ichat/app/fault"
	"ichat/storage/blob"
	"ichat/storage/blob/blobtest"
)

// stores opens one store of every sort.
func stores(t *testing.T) map[string]blob.Store {
	t.Helper()
	all := map[string]blob.Store{}
	for name, url := range map[string]string{"folder": "file:" + filepath.Join(t.TempDir(), "not", "there", "yet"), "S3": blobtest.Bucket(t)} {
		s, err := blob.Open(url)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = s
	}
	return all
}

// onEach runs a story on every store.
func onEach(t *testing.T, story func(t *testing.T, s blob.Store)) {
	for name, s := range stores(t) {
		t.Run(name, func(t *testing.T) { story(t, s) })
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

func read(t *testing.T, s blob.Store, key string, offset, length int64) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), key, offset, length)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsPutIsReadWholeAndInParts(t *testing.T) {
	onEach(t, func(t *testing.T, s blob.Store) {
		if err := s.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 1000, 17 << 20} { // the last one goes to S3 in parts
			key := fmt.Sprintf("7f/%d-full", n)
			want := noise(n)
			if err := s.Put(t.Context(), key, bytes.NewReader(want), int64(n)); err != nil {
				t.Fatal(err)
			}
			if got := read(t, s, key, 0, -1); !bytes.Equal(got, want) {
				t.Fatalf("%d bytes came back as %d others", n, len(got))
			}
			if size, err := s.Size(t.Context(), key); err != nil || size != int64(n) {
				t.Fatalf("size %d, %v", size, err)
			}
			if n < 1000 {
				continue
			}
			for _, part := range [][2]int64{{0, 1}, {10, 20}, {int64(n) - 5, 5}, {3, 0}, {500, -1}} {
				end := part[0] + part[1]
				if part[1] < 0 {
					end = int64(n)
				}
				if got := read(t, s, key, part[0], part[1]); !bytes.Equal(got, want[part[0]:end]) {
					t.Fatalf("part %v of %d: %d bytes", part, n, len(got))
				}
			}
		}
	})
}

func TestWhatIsDeletedIsGoneAndDeletingAgainIsHarmless(t *testing.T) {
	onEach(t, func(t *testing.T, s blob.Store) {
		if err := s.Put(t.Context(), "a/1", strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Delete(t.Context(), "a/1"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Get(t.Context(), "a/1", 0, -1); !fault.Is(err, fault.NotFound) {
			t.Fatalf("read what was deleted: %v", err)
		}
		if _, err := s.Size(t.Context(), "a/1"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("size of what was deleted: %v", err)
		}
	})
}

func TestACutUploadLeavesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s blob.Store) {
		cut := errors.New("cut")
		for name, r := range map[string]io.Reader{
			"broken": io.MultiReader(bytes.NewReader(noise(100_000)), iotest.ErrReader(cut)),
			"short":  bytes.NewReader(noise(100_000)),
		} {
			err := s.Put(t.Context(), "a/"+name, r, 200_000)
			if !fault.Is(err, fault.Unavailable) {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := s.Size(t.Context(), "a/"+name); !fault.Is(err, fault.NotFound) {
				t.Fatalf("%s left something: %v", name, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Put(ctx, "a/late", strings.NewReader("x"), 1); err == nil {
			t.Fatal("put for somebody who has left")
		}
	})
}

func TestMoreThanWasSaidIsNotTaken(t *testing.T) {
	onEach(t, func(t *testing.T, s blob.Store) {
		if err := s.Put(t.Context(), "a/1", strings.NewReader("abcdef"), 3); err != nil {
			t.Fatal(err)
		}
		if got := read(t, s, "a/1", 0, -1); string(got) != "abc" {
			t.Fatalf("kept %q", got)
		}
	})
}

func TestManyAtOnceDoNotDisturbEachOther(t *testing.T) {
	onEach(t, func(t *testing.T, s blob.Store) {
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				want := bytes.Repeat([]byte{byte(i)}, 50_000)
				key := fmt.Sprintf("%02x/%d", i, i)
				if err := s.Put(t.Context(), key, bytes.NewReader(want), int64(len(want))); err != nil {
					t.Error(err)
					return
				}
				if got := read(t, s, key, 0, -1); !bytes.Equal(got, want) {
					t.Errorf("%d came back different", i)
				}
			})
		}
		wg.Wait()
	})
}

func TestAStoreThatIsAwaySaysSo(t *testing.T) {
	nobody, err := blobtest.Nobody()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a file, not a folder")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{"S3": blobtest.URL(nobody, "files"), "folder": "file:" + file} {
		s, err := blob.Open(url)
		if err != nil {
			t.Fatalf("%s: opening reached out: %v", name, err)
		}
		calls := map[string]error{
			"put":  s.Put(t.Context(), "a/1", strings.NewReader("x"), 1),
			"ping": s.Ping(t.Context()),
		}
		_, calls["get"] = s.Get(t.Context(), "a/1", 0, -1)
		_, calls["size"] = s.Size(t.Context(), "a/1")
		for call, err := range calls {
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s: %s: %v", name, call, err)
			}
		}
	}
}

func TestAFolderKeepsNothingOutsideItself(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.Open("file:" + filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"../x", "/etc/x", "a/../../x", ""} {
		if err := s.Put(t.Context(), key, strings.NewReader("x"), 1); err == nil {
			t.Errorf("put at %q", key)
		}
	}
	if err := s.Put(t.Context(), "a/1", strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	var found []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil || len(found) != 1 || found[0] != filepath.Join(dir, "files", "a", "1") {
		t.Fatalf("%v %v", found, err)
	}
}

func TestAnAddressThatCannotBeReadIsNamed(t *testing.T) {
	for _, url := range []string{"", "file:", "ftp://x/y", "s3://host/bucket", "s3://k:s@host", "s3://k:s@host/a/b", "s3://k@host/bucket", "s3://k:a/b@host/bucket"} {
		if _, err := blob.Open(url); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	blobtest.Stop()
	os.Exit(code)
}
