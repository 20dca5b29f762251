package ops_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/ops"
	"ichat/storage/storagetest"
)

func TestARestoreGivesANewEpochAndClientsStartOver(t *testing.T) {
	p := apptest.New(t)
	agent := p.Agent("Ann", 5)
	online := agent.Online()
	known := chat.SyncRequest{Epoch: online.Sync.Epoch}
	v := p.Visitor()
	m := v.Say("before the backup")
	conversation := m.ConversationID
	online.Wait("message", nil) // he has it: Dispatch handed it out
	file, _ := backup(t, options(t, p.Config.DatabaseURL))
	url := storagetest.URL(t)
	_, err := ops.Restore(ctx, options(t, url), file, false)
	must(t, err)

	copied := apptest.New(t, func(c *app.Config) { c.DatabaseURL = url })
	again := copied.SignIn("agent1@example.com")
	known.Known = map[int64]chat.Known{conversation: {1 << 20, 0}}
	got := again.Resume(known).Sync
	if got.Epoch == known.Epoch || len(got.Conversations) != 1 || !got.Conversations[0].Reset || got.Conversations[0].Seq < m.Seq {
		t.Fatalf("bound with the old epoch: %+v", got)
	}
	if next := again.Write(conversation, "after the restore"); next.Seq <= m.Seq {
		t.Fatalf("the conversation goes on at %d", next.Seq)
	}
}

func TestARestoreReplacesNothingUnasked(t *testing.T) {
	file, r := backup(t, filled(t, sqlite(t)))
	o := filled(t, storagetest.URL(t))
	upload(t, o, "one row more than in the backup")
	_, before := backup(t, o)
	if _, err := ops.Restore(ctx, o, file, false); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Fatalf("into a full database: %v", err)
	}
	_, after := backup(t, o)
	if after.Epoch != before.Epoch || after.Rows != before.Rows {
		t.Fatal("the refused restore changed something")
	}
	_, err := ops.Restore(ctx, o, file, true)
	must(t, err)
	if _, got := backup(t, o); got.Epoch == r.Epoch || got.Rows != r.Rows {
		t.Fatalf("forced: %d rows, want %d", got.Rows, r.Rows)
	}
}

func TestARestoreRefusesADatabaseInUse(t *testing.T) {
	p := apptest.New(t)
	p.Visitor().Say("still here")
	o := options(t, p.Config.DatabaseURL)
	file, _ := backup(t, o)
	if _, err := ops.Restore(ctx, o, file, true); err == nil || !strings.Contains(err.Error(), "a server is running") {
		t.Fatalf("under a running server: %v", err)
	}
	var l desk.Live
	v := p.Visitor()
	v.Say("and it still works")
	if l = v.Live(); l.State != "waiting" {
		t.Fatalf("live %+v", l)
	}
}

func TestWhatIsNoWholeBackupOfOursIsRefusedAndChangesNothing(t *testing.T) {
	file, _ := backup(t, filled(t, sqlite(t)))
	whole, err := os.ReadFile(file)
	must(t, err)
	folder := t.TempDir()
	written := func(name string, b []byte) string {
		path := filepath.Join(folder, name)
		must(t, os.WriteFile(path, b, 0o600))
		return path
	}
	manifest := func(change func(m map[string]any)) string {
		return rewritten(t, file, func(name string, b []byte) []byte {
			if name != "manifest.json" {
				return b
			}
			var m map[string]any
			must(t, json.Unmarshal(b, &m))
			change(m)
			b, err := json.Marshal(m)
			must(t, err)
			return b
		})
	}
	lost := bytes.Clone(whole)
	lost[len(lost)/2] ^= 0x40
	o := filled(t, sqlite(t))
	_, before := backup(t, o)
	for _, c := range []struct{ file, want string }{
		{filepath.Join(folder, "nowhere.tar.gz"), "no such file"},
		{written("empty", nil), "not a backup"},
		{written("text", []byte("once upon a time")), "not a backup"},
		{rewritten(t, file, func(name string, b []byte) []byte { return map[bool][]byte{true: b}[name != "manifest.json"] }), "not a backup"},
		{written("cut", whole[:len(whole)*2/3]), "cut"},
		{written("nearly", whole[:len(whole)-4]), "cut"},
		{written("bit", lost), "damaged"},
		{rewritten(t, file, func(name string, b []byte) []byte {
			return map[bool][]byte{true: b}[name != "tables/messages.jsonl"]
		}), "damaged"},
		{rewritten(t, file, func(name string, b []byte) []byte {
			if name == "tables/messages.jsonl" {
				return b[:bytes.IndexByte(b, '\n')+1]
			}
			return b
		}), "messages has 1 rows"},
		{manifest(func(m map[string]any) { m["format"] = "ichat-backup/9" }), "format"},
		{manifest(func(m map[string]any) { m["schema"] = append(m["schema"].([]any), "29990101000000") }), "newer ichat"},
	} {
		_, err := ops.Restore(ctx, o, c.file, true)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", filepath.Base(c.file), err, c.want)
		}
		if _, after := backup(t, o); after.Epoch != before.Epoch || after.Rows != before.Rows {
			t.Errorf("%s changed the database", filepath.Base(c.file))
		}
	}
}

// TestAKilledRestoreIsNamedAtStart kills a restoring process in its middle: no server starts on what it left,
// and the next restore needs no force.
func TestAKilledRestoreIsNamedAtStart(t *testing.T) {
	if archive := os.Getenv("ICHAT_KILL_RESTORE"); archive != "" {
		o := options(t, os.Getenv("ICHAT_KILL_DATABASE"))
		o.Progress = waiting{}
		ops.Restore(ctx, o, archive, false)
		return
	}
	file, r := backup(t, filled(t, sqlite(t)))
	o := options(t, storagetest.URL(t))
	child := exec.Command(os.Args[0], "-test.run=^TestAKilledRestoreIsNamedAtStart$")
	child.Env = append(os.Environ(), "ICHAT_KILL_RESTORE="+file, "ICHAT_KILL_DATABASE="+o.Config.DatabaseURL)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == inTheMiddle {
			must(t, child.Process.Kill())
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.Exited() {
		t.Fatalf("the restore was not killed: %v", err)
	}
	if _, err := app.New(ctx, o.Config, o.Log); err == nil || !strings.Contains(err.Error(), "has not finished") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("start: %v", err)
	}
	if _, err := ops.Backup(ctx, o, filepath.Join(t.TempDir(), "x")); err == nil || !strings.Contains(err.Error(), "has not finished") {
		t.Fatalf("backup: %v", err)
	}
	_, err = ops.Restore(ctx, o, file, false)
	must(t, err)
	if _, got := backup(t, o); got.Rows != r.Rows {
		t.Fatalf("%d rows, want %d", got.Rows, r.Rows)
	}
}

// firstColumns is a table's rows with only their first n columns; nil for none.
func firstColumns(t *testing.T, rows []byte, n int) []byte {
	if n == 0 {
		return nil
	}
	var out []byte
	for line := range bytes.Lines(rows) {
		var row []json.RawMessage
		must(t, json.Unmarshal(line, &row))
		cut, err := json.Marshal(row[:n])
		must(t, err)
		out = append(append(out, cut...), '\n')
	}
	return out
}

// TestAnOlderBackupIsBroughtUpToThisVersion restores a backup that knows only the first migration.
func TestAnOlderBackupIsBroughtUpToThisVersion(t *testing.T) {
	o := options(t, sqlite(t))
	file, r := backup(t, filled(t, sqlite(t)))
	if len(r.Schema) < 2 {
		t.Skip("there is only one version so far")
	}
	kept := map[string]int{"meta": 2, "sites": 10} // how many columns they had then
	older := rewritten(t, file, func(name string, b []byte) []byte {
		if name == "manifest.json" {
			m := r.Manifest
			m.Schema = m.Schema[:1]
			m.Tables = slices.DeleteFunc(slices.Clone(m.Tables), func(t ops.TableInfo) bool { return kept[t.Name] == 0 })
			for i, t := range m.Tables {
				m.Tables[i].Columns = t.Columns[:kept[t.Name]]
			}
			b, err := json.Marshal(m)
			must(t, err)
			return b
		}
		return firstColumns(t, b, kept[strings.TrimSuffix(strings.TrimPrefix(name, "tables/"), ".jsonl")])
	})
	report, err := ops.Restore(ctx, o, older, false)
	must(t, err)
	if len(report.Migrated) != len(r.Schema)-1 {
		t.Fatalf("migrated %v", report.Migrated)
	}
	a, err := app.New(ctx, o.Config, o.Log)
	must(t, err)
	must(t, a.Close(ctx))
}

const inTheMiddle = "in the middle of the restore"

// waiting stops the restore that reports to it once the first people are back, until it is killed.
type waiting struct{}

func (waiting) Write(b []byte) (int, error) {
	if strings.HasPrefix(string(b), "people") {
		fmt.Println(inTheMiddle)
		select {}
	}
	return len(b), nil
}
