package ops

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ichat/storage"
)

// format names what this program writes and reads. It changes when an older program could not read
// a newer archive.
const format = "ichat-backup/1"

// The places inside an archive.
const (
	manifestName = "manifest.json"
	tablesFolder = "tables/"
	blobsFolder  = "blobs/"
	rowsSuffix   = ".jsonl"
)

var errForeign = errors.New("this file is not a backup of ichat")

// Manifest is the first thing in an archive: what is in it, and of what it is a copy.
type Manifest struct {
	Format  string      `json:"format"`
	Version string      `json:"version"` // of the program that wrote it
	Created time.Time   `json:"created"`
	Engine  string      `json:"engine"`
	Epoch   string      `json:"epoch"`
	Schema  []string    `json:"schema"` // the migrations applied, oldest first
	Tables  []TableInfo `json:"tables"` // in the order they were made
}

// TableInfo is a table of an archive. Its rows are arrays of cells in the order of Columns.
type TableInfo struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
}

// rows is how many rows all tables have together.
func (m Manifest) rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// archiveWriter writes FILE.part, which becomes FILE when everything is on the disk.
type archiveWriter struct {
	path string
	part *os.File
	zip  *gzip.Writer
	tar  *tar.Writer
	now  time.Time
}

func newArchive(path string, now time.Time) (*archiveWriter, error) {
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the backup cannot be written: %w", err)
	}
	if err := unix.Flock(int(part.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		part.Close()
		return nil, fmt.Errorf("another backup is being written to %s", path)
	}
	if err := part.Truncate(0); err != nil { // what a killed backup left
		return nil, errors.Join(err, part.Close())
	}
	zip, err := gzip.NewWriterLevel(part, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return &archiveWriter{path: path, part: part, zip: zip, tar: tar.NewWriter(zip), now: now}, nil
}

// add writes one entry of a known size.
func (w *archiveWriter) add(name string, size int64, from io.Reader) error {
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: w.now, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := io.Copy(w.tar, from)
	return err
}

// finish makes the archive durable and gives it its name. It returns the size.
func (w *archiveWriter) finish() (int64, error) {
	size := int64(0)
	err := errors.Join(w.tar.Close(), w.zip.Close(), w.part.Sync())
	if err == nil {
		size, err = w.part.Seek(0, io.SeekEnd)
	}
	if err == nil {
		err = os.Rename(w.part.Name(), w.path)
	}
	if err = errors.Join(err, w.part.Close()); err != nil {
		return 0, errors.Join(err, os.Remove(w.path+".part"))
	}
	folder, err := os.Open(filepath.Dir(w.path))
	if err != nil {
		return 0, err
	}
	return size, errors.Join(folder.Sync(), folder.Close())
}

// drop leaves nothing behind.
func (w *archiveWriter) drop() { w.part.Close(); os.Remove(w.path + ".part") }

// readArchive reads an archive from the beginning and hands over what is in it: the manifest, then
// each table's entry, then each blob. It fails when the archive was cut, is damaged, is not ours, or
// holds other tables than its manifest says.
func readArchive(path string, begin func(Manifest) error, table func(TableInfo, io.Reader) error, blob func(key string, size int64, r io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	zip, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return errForeign
	}
	entries := tar.NewReader(zip)
	m, err := readManifest(entries)
	if err != nil {
		return err
	}
	if err := begin(m); err != nil {
		return err
	}
	for _, t := range m.Tables {
		head, err := entries.Next()
		if err != nil || head.Name != tablesFolder+t.Name+rowsSuffix {
			return damaged(fmt.Errorf("where %s should be: %w", t.Name, err))
		}
		if err := table(t, entries); err != nil {
			return err
		}
	}
	if err := readBlobs(entries, blob); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, zip) // the sum at the end is compared here
	return damaged(err)
}

func readManifest(entries *tar.Reader) (m Manifest, err error) {
	head, err := entries.Next()
	if err != nil || head.Name != manifestName {
		return m, errForeign
	}
	if err := json.NewDecoder(entries).Decode(&m); err != nil {
		return m, errForeign
	}
	if m.Format != format {
		return m, fmt.Errorf("this backup has the format %q, which this version of ichat does not know", m.Format)
	}
	return m, nil
}

func readBlobs(entries *tar.Reader, blob func(key string, size int64, r io.Reader) error) error {
	for {
		head, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		key, ours := strings.CutPrefix(head.Name, blobsFolder)
		if !ours || !filepath.IsLocal(key) {
			return damaged(fmt.Errorf("%q has no place in it", head.Name))
		}
		if err := blob(key, head.Size, entries); err != nil {
			return err
		}
	}
}

func damaged(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the backup is damaged or was cut: %w", err)
}

// readRows hands over the rows of one table, each with a cell for each column, and checks their number.
func readRows(t TableInfo, from io.Reader, row func(cells []any) error) error {
	d := json.NewDecoder(from)
	d.UseNumber()
	var n int64
	for ; ; n++ {
		var cells []any
		err := d.Decode(&cells)
		if err == io.EOF {
			break
		}
		if err == nil && len(cells) != len(t.Columns) {
			err = fmt.Errorf("%d cells for %d columns", len(cells), len(t.Columns))
		}
		if err != nil {
			return damaged(fmt.Errorf("%s, row %d: %w", t.Name, n+1, err))
		}
		if err := row(cells); err != nil {
			return err
		}
	}
	if n != t.Rows {
		return damaged(fmt.Errorf("%s has %d rows instead of %d", t.Name, n, t.Rows))
	}
	return nil
}

// cellFor turns what the archive holds into what the column takes.
func cellFor(kind storage.Kind, cell any) (any, error) {
	switch v := cell.(type) {
	case nil:
		return nil, nil
	case json.Number:
		if kind == storage.Integer {
			return v.Int64()
		}
	case string:
		if kind == storage.Text {
			return v, nil
		}
		if kind == storage.Instant {
			at, err := time.Parse(time.RFC3339Nano, v)
			return storage.Time{Time: at}, err
		}
	}
	return nil, fmt.Errorf("%v is not what the column holds", cell)
}
