package settings_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/settings"
	"ichat/storage"
)

const path = "/api/admin/settings"

func TestOnlyAnOwnerSeesAndChangesTheSettings(t *testing.T) {
	p := apptest.New(t)
	var got settings.Settings
	p.Owner().OK("GET", path, nil, &got)
	if got != settings.Default() {
		t.Fatalf("a new server has %+v", got)
	}
	change := `{"chat":{"recall_seconds":5}}`
	for status, c := range map[int]*apptest.Client{401: p.Anonymous(), 403: p.Visitor(), 404: p.Agent("Mei", 1)} {
		c.Refused("GET", path, nil, status)
		c.Refused("PATCH", path, change, status)
	}
	if p.Settings.Current() != settings.Default() {
		t.Fatalf("changed to %+v", p.Settings.Current())
	}
}

func TestAChangeHoldsAtOnceAndLeavesTheRestAlone(t *testing.T) {
	p := apptest.New(t)
	var told []settings.Settings
	p.Settings.OnChange(func(s settings.Settings) { told = append(told, s) })
	owner, visitor := p.Owner(), p.Visitor()
	long := p.Draft(strings.Repeat("字", 101))
	var sent, again chat.Message
	visitor.OK("POST", "/api/live/messages", long, &sent)

	want := settings.Default()
	want.Chat.MaxText = 100
	var got settings.Settings
	owner.OK("PATCH", path, `{"chat":{"max_text":100}}`, &got)
	if got != want || p.Settings.Current() != want {
		t.Fatalf("answered %+v, in force %+v", got, p.Settings.Current())
	}
	refused := visitor.Refused("POST", "/api/live/messages", p.Draft(strings.Repeat("字", 101)), 400)
	if refused.Fields["body.text"] == "" {
		t.Fatalf("refused with %+v", refused)
	}
	visitor.Say(strings.Repeat("字", 100))
	visitor.OK("POST", "/api/live/messages", long, &again) // a retry of what was allowed
	if again.ID != sent.ID {
		t.Fatalf("sent %d, again %d", sent.ID, again.ID)
	}

	want.Files.MaxImageMB, want.Files.MaxMegapixels = 3, 12
	owner.OK("PATCH", path, `{"files":{"max_image_mb":3,"max_megapixels":12}}`, &got)
	owner.OK("PATCH", path, `{}`, &got)
	if got != want || len(told) != 2 || told[1] != want {
		t.Fatalf("answered %+v, told %+v", got, told)
	}
}

func TestAWrongValueNamesItsFieldAndChangesNothing(t *testing.T) {
	p := apptest.New(t)
	owner := p.Owner()
	for body, field := range map[string]string{
		`{"chat":{"max_text":99}}`:                            "chat.max_text",
		`{"chat":{"max_text":20001}}`:                         "chat.max_text",
		`{"chat":{"recall_seconds":-1}}`:                      "chat.recall_seconds",
		`{"chat":{"recall_seconds":86401}}`:                   "chat.recall_seconds",
		`{"chat":{"recall_seconds":"long"}}`:                  "chat.recall_seconds",
		`{"chat":{"recall_seconds":1.5}}`:                     "chat.recall_seconds",
		`{"chat":{"recall":60}}`:                              "chat.recall",
		`{"files":{"max_image_mb":0}}`:                        "files.max_image_mb",
		`{"files":{"max_file_mb":1025}}`:                      "files.max_file_mb",
		`{"chat":{"max_text":200},"files":{"max_file_mb":0}}`: "files.max_file_mb",
		`{"files":{"max_megapixels":101}}`:                    "files.max_megapixels",
	} {
		if got := owner.Refused("PATCH", path, body, 400); got.Fields[field] == "" {
			t.Errorf("%s: fields %v, want one for %s", body, got.Fields, field)
		}
	}
	if p.Settings.Current() != settings.Default() {
		t.Fatalf("changed to %+v", p.Settings.Current())
	}
}

func TestAnotherProcessReadsWhatIsStored(t *testing.T) {
	p := apptest.New(t)
	p.Owner().OK("PATCH", path, `{"chat":{"recall_seconds":7}}`, nil)
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw("INSERT INTO settings (name, value) VALUES ('files.max_file_mb', 'plenty'), ('of.a.later.version', '1')").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	other := settings.New(p.DB, p.Audit, slog.New(slog.DiscardHandler))
	if err := other.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := settings.Default()
	want.Chat.RecallSeconds = 7
	if other.Current() != want {
		t.Fatalf("read %+v", other.Current())
	}
}
