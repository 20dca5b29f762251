package ops

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ichat/app"
	"ichat/app/fault"
	"ichat/app/files"
	"ichat/storage"
	"ichat/storage/blob"
)

// openBlobs is the store of an installation's uploads.
func openBlobs(c app.Config) (blob.Store, error) {
	store, err := blob.Open(c.Blobs())
	if err != nil {
		return nil, fmt.Errorf("ICHAT_BLOB_URL %w", err)
	}
	return store, nil
}

// blobKeys lists what the file rows of an instant refer to. Files that are still coming, or were
// taken back, have nothing that anybody could ask for.
func blobKeys(ctx context.Context, db *storage.DB, q bun.IDB) ([]string, error) {
	tables, err := db.Tables(ctx, q)
	if err != nil {
		return nil, err
	}
	there := false
	for _, t := range tables {
		there = there || t.Name == "files"
	}
	if !there { // a database from before there were files
		return nil, nil
	}
	var rows []struct {
		ID   int64
		Kind string
	}
	if err := q.NewRaw(`SELECT id, kind FROM files WHERE state IN ('new', 'sent') ORDER BY id`).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list the files: %w", err)
	}
	var keys []string
	for _, r := range rows {
		keys = append(keys, files.Keys(r.ID, r.Kind)...)
	}
	return keys, nil
}

// copyBlobs adds the files to the archive. One that has gone since the rows were read is named and
// does not spoil the rest.
func copyBlobs(ctx context.Context, o Options, w *archiveWriter, keys []string, r *BackupReport) error {
	if len(keys) == 0 {
		return nil
	}
	store, err := openBlobs(o.Config)
	if err != nil {
		return err
	}
	for _, key := range keys {
		err := copyBlob(ctx, store, w, key)
		if fault.Is(err, fault.NotFound) {
			o.say("missing: %s", key)
			r.Missing = append(r.Missing, key)
			continue
		}
		if err != nil {
			return fmt.Errorf("copy the file %s: %w", key, err)
		}
		r.Files++
	}
	o.say("%-16s %9d", "files", r.Files)
	return nil
}

func copyBlob(ctx context.Context, store blob.Store, w *archiveWriter, key string) error {
	size, err := store.Size(ctx, key)
	if err != nil {
		return err
	}
	content, err := store.Get(ctx, key, 0, size)
	if err != nil {
		return err
	}
	return errors.Join(w.add(blobsFolder+key, size, content), content.Close())
}

// dropBlobs removes what the replaced rows referred to. The rows are gone by then, so what cannot be
// removed is only named.
func dropBlobs(ctx context.Context, o Options, keys []string, kept map[string]bool) {
	store, err := openBlobs(o.Config)
	for _, key := range keys {
		if err == nil && !kept[key] {
			if err := store.Delete(ctx, key); err != nil {
				o.say("left behind: %s", key)
			}
		}
	}
}
