package ops_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/files"
	"ichat/app/ops"
	"ichat/storage"
	"ichat/storage/blob"
	"ichat/storage/blob/blobtest"
	"ichat/storage/storagetest"
)

var ctx = context.Background()

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func sqlite(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "ichat.db") }

func options(tb testing.TB, url string) ops.Options {
	return ops.Options{
		Config: app.Config{Addr: ":0", DatabaseURL: url, Data: tb.TempDir()},
		Log:    slog.New(slog.DiscardHandler), Version: "test", Progress: io.Discard,
	}
}

// template is an archive of a small demo, made once: playing it takes longer than a whole test.
var template struct {
	sync.Once
	file string
}

// filled makes a database with a little of everything.
func filled(tb testing.TB, url string) ops.Options {
	tb.Helper()
	template.Do(func() {
		o := options(tb, sqlite(tb))
		_, err := ops.Demo(ctx, o, ops.DemoPlan{Tickets: 12, Seed: 7}, false)
		must(tb, err)
		template.file = filepath.Join(temporary, "template.tar.gz")
		_, err = ops.Backup(ctx, o, template.file)
		must(tb, err)
	})
	o := options(tb, url)
	_, err := ops.Restore(ctx, o, template.file, false)
	must(tb, err)
	return o
}

// temporary outlives a test.
var temporary string

func TestMain(m *testing.M) {
	var err error
	if temporary, err = os.MkdirTemp("", "ichat-ops-"); err != nil {
		panic(err)
	}
	code := m.Run()
	blobtest.Stop()
	os.RemoveAll(temporary)
	os.Exit(code)
}

func backup(tb testing.TB, o ops.Options) (string, ops.BackupReport) {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "backup.tar.gz")
	r, err := ops.Backup(ctx, o, file)
	must(tb, err)
	return file, r
}

// contents reads the tables of an archive: their rows, sorted, by name.
func contents(tb testing.TB, file string) map[string][]string {
	tb.Helper()
	tables := map[string][]string{}
	each(tb, file, func(head *tar.Header, b []byte) {
		if name, ok := strings.CutPrefix(head.Name, "tables/"); ok {
			rows := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
			slices.Sort(rows)
			tables[strings.TrimSuffix(name, ".jsonl")] = rows
		}
	})
	return tables
}

func each(tb testing.TB, file string, visit func(*tar.Header, []byte)) {
	tb.Helper()
	b, err := os.ReadFile(file)
	must(tb, err)
	zip, err := gzip.NewReader(bytes.NewReader(b))
	must(tb, err)
	entries := tar.NewReader(zip)
	for {
		head, err := entries.Next()
		if err == io.EOF {
			return
		}
		must(tb, err)
		content, err := io.ReadAll(entries)
		must(tb, err)
		visit(head, content)
	}
}

// rewritten is an archive with its entries changed; change answers nil to leave one out.
func rewritten(tb testing.TB, file string, change func(name string, b []byte) []byte) string {
	tb.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	each(tb, file, func(head *tar.Header, b []byte) {
		if b = change(head.Name, b); b == nil {
			return
		}
		head.Size = int64(len(b))
		must(tb, w.WriteHeader(head))
		_, err := w.Write(b)
		must(tb, err)
	})
	must(tb, w.Close())
	must(tb, zip.Close())
	changed := filepath.Join(tb.TempDir(), "changed.tar.gz")
	must(tb, os.WriteFile(changed, out.Bytes(), 0o600))
	return changed
}

func same(tb testing.TB, a, b map[string][]string) {
	tb.Helper()
	if len(a) != len(b) {
		tb.Errorf("%d tables, then %d", len(a), len(b))
	}
	for name := range a {
		if name != "meta" && !slices.Equal(a[name], b[name]) {
			tb.Errorf("%s is not the same: %d rows, then %d, the first %.300s | %.300s", name, len(a[name]), len(b[name]), a[name], b[name])
		}
	}
}

func TestABackupGoesThroughEveryEngineAndComesBackTheSame(t *testing.T) {
	first, r := backup(t, filled(t, sqlite(t)))
	if r.Rows < 100 || r.Bytes == 0 || len(r.Missing) != 0 {
		t.Fatalf("report %+v", r)
	}
	want := contents(t, first)
	between := options(t, storagetest.URL(t)) // PostgreSQL, when there is one
	report, err := ops.Restore(ctx, between, first, false)
	must(t, err)
	if report.Epoch == r.Epoch || report.Rows != r.Rows || len(report.Migrated) != 0 {
		t.Fatalf("restored %+v", report)
	}
	second, _ := backup(t, between)
	same(t, want, contents(t, second))
	last := options(t, sqlite(t))
	_, err = ops.Restore(ctx, last, second, false)
	must(t, err)
	third, _ := backup(t, last)
	same(t, want, contents(t, third))
}

func TestEveryTableOfTheSchemaIsInAnArchive(t *testing.T) {
	url := storagetest.URL(t)
	db := storagetest.Open(t, url)
	all, err := db.Tables(ctx, db.R)
	must(t, err)
	file, _ := backup(t, options(t, url))
	held := contents(t, file)
	left := []string{"bun_migrations", "bun_migration_locks", "nodes", "job_leases", "presences", "bindings"}
	for _, table := range all {
		if _, ok := held[table.Name]; !ok && !slices.Contains(left, table.Name) {
			t.Errorf("%s is not in the archive", table.Name)
		}
	}
	if len(held)+len(left) != len(all) || len(held) < 10 {
		t.Errorf("%d tables in the archive, %d in the schema", len(held), len(all))
	}
}

func upload(tb testing.TB, o ops.Options, text string) files.File {
	tb.Helper()
	a, err := app.New(ctx, o.Config, o.Log)
	must(tb, err)
	f, err := a.Files.Upload(ctx, 1, "notes.txt", strings.NewReader(text))
	must(tb, err)
	must(tb, a.Close(ctx))
	return f
}

// TestTheFilesGoWithTheRows also takes one file away first: it is named, and the rest is copied.
func TestTheFilesGoWithTheRows(t *testing.T) {
	o := filled(t, sqlite(t))
	kept, lost := upload(t, o, "what is written here"), upload(t, o, "what nobody will find")
	store, err := blob.Open(o.Config.Blobs())
	must(t, err)
	gone := files.Keys(lost.ID, lost.Kind)[0]
	must(t, store.Delete(ctx, gone))
	file, r := backup(t, o)
	if r.Files < 1 || !slices.Equal(r.Missing, []string{gone}) {
		t.Fatalf("%d files, missing %v", r.Files, r.Missing)
	}

	other := filled(t, sqlite(t))
	old, err := blob.Open(other.Config.Blobs())
	must(t, err)
	orphan := upload(t, other, "of the replaced rows")
	got, err := ops.Restore(ctx, other, file, true)
	must(t, err)
	content, err := old.Get(ctx, files.Keys(kept.ID, kept.Kind)[0], 0, -1)
	must(t, err)
	defer content.Close()
	b, err := io.ReadAll(content)
	must(t, err)
	if string(b) != "what is written here" || got.Files != r.Files {
		t.Fatalf("%q, %d files", b, got.Files)
	}
	if _, err := old.Size(ctx, files.Keys(orphan.ID, orphan.Kind)[0]); err == nil {
		t.Fatal("a file of the replaced rows is still there")
	}
}

// TestTheFilesMoveFromTheFolderToAnS3StoreAndBack takes an installation through a real S3 server.
func TestTheFilesMoveFromTheFolderToAnS3StoreAndBack(t *testing.T) {
	o := filled(t, sqlite(t))
	sent := upload(t, o, "what is written here")
	upload(t, o, "and on another page")
	first, r := backup(t, o)

	there := options(t, sqlite(t))
	there.Config.BlobURL = blobtest.Bucket(t)
	got, err := ops.Restore(ctx, there, first, false)
	must(t, err)
	second, again := backup(t, there)
	if r.Files < 2 || got.Files != r.Files || again.Files != r.Files || len(again.Missing) != 0 {
		t.Fatalf("%d files, %d put into the store, %d copied out of it, missing %v", r.Files, got.Files, again.Files, again.Missing)
	}
	back := options(t, sqlite(t))
	_, err = ops.Restore(ctx, back, second, false)
	must(t, err)
	store, err := blob.Open(back.Config.Blobs())
	must(t, err)
	content, err := store.Get(ctx, files.Keys(sent.ID, sent.Kind)[0], 0, -1)
	must(t, err)
	defer content.Close()
	if b, err := io.ReadAll(content); err != nil || string(b) != "what is written here" {
		t.Fatalf("%q, %v", b, err)
	}
}

// TestABackupUnderLoadIsOneInstant backs up while visitors write, and looks in the copy for what no
// instant of the original ever was: a hole in a conversation, a header ahead of its messages.
func TestABackupUnderLoadIsOneInstant(t *testing.T) {
	p := apptest.New(t)
	var writers sync.WaitGroup
	going, stop := context.WithCancel(ctx)
	defer writers.Wait()
	defer stop()
	said := make(chan int64, 1<<16)
	for range 6 {
		v := p.Visitor()
		writers.Go(func() {
			for n := 0; going.Err() == nil; n++ {
				d := chat.Draft{ClientMsgID: fmt.Sprintf("load-%d-%d", v.ID, n), Type: chat.Text, Body: chat.Body{Text: "in the middle of it"}}
				m, err := p.Desk.Say(ctx, p.Site.ID, v.ID, d)
				if err != nil {
					t.Error(err)
					return
				}
				said <- m.ID
			}
		})
	}
	before := map[int64]bool{}
	for range 200 {
		before[<-said] = true
	}
	o := options(t, p.Config.DatabaseURL)
	file, r := backup(t, o)
	<-said // they still write
	stop()
	writers.Wait()

	restored := options(t, sqlite(t))
	_, err := ops.Restore(ctx, restored, file, false)
	must(t, err)
	db, err := storage.Open(ctx, restored.Config.DatabaseURL, restored.Log)
	must(t, err)
	defer db.Close()
	var wrong int
	must(t, db.R.NewRaw(`
		SELECT COUNT(*) FROM conversations c WHERE c.seq <> (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id)
		OR c.seq <> (SELECT MAX(seq) FROM messages m WHERE m.conversation_id = c.id)
		OR c.version < (SELECT MAX(version) FROM messages m WHERE m.conversation_id = c.id)`).Scan(ctx, &wrong))
	if wrong != 0 {
		t.Errorf("%d conversations have holes", wrong)
	}
	var ids []int64
	must(t, db.R.NewRaw(`SELECT id FROM messages`).Scan(ctx, &ids))
	for _, one := range ids {
		delete(before, one)
	}
	if len(before) != 0 {
		t.Errorf("%d messages that were acknowledged before the backup are not in it", len(before))
	}
	if at := slices.IndexFunc(r.Tables, func(t ops.TableInfo) bool { return t.Name == "messages" }); r.Tables[at].Rows != int64(len(ids)) {
		t.Errorf("%d messages, the manifest says %d", len(ids), r.Tables[at].Rows)
	}
}
