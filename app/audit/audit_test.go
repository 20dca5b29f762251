package audit_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"ichat/app/apptest"
	"ichat/app/audit"
	"ichat/storage"
)

func TestTheLogCannotBeEdited(t *testing.T) {
	p := apptest.New(t)
	for _, statement := range []string{"UPDATE audit_log SET person = 'nobody'", "DELETE FROM audit_log"} {
		err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
			_, err := tx.NewRaw(statement).Exec(ctx)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "the audit log is not changed") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestCompareTellsWhatDiffersAndNoSecret(t *testing.T) {
	type inner struct {
		Most int `json:"most"`
	}
	type thing struct {
		Name   string   `json:"name"`
		Token  string   `json:"api_token"`
		On     bool     `json:"on"`
		Limits inner    `json:"limits"`
		List   []string `json:"list"`
		ID     int64    `json:"id"`
	}
	before := thing{Name: "a", Token: "old-secret", Limits: inner{1}, ID: 9007199254740991}
	after := thing{Name: strings.Repeat("长", 600), Token: "new-secret", On: true, Limits: inner{2}, List: []string{"x", "y"}, ID: 9007199254740991}
	got := audit.Compare(before, after)
	want := []audit.Change{{Field: "api_token", Old: "•••", New: "•••"}, {Field: "limits.most", Old: "1", New: "2"}, {Field: "list", New: "x, y"},
		{Field: "name", Old: "a", New: strings.Repeat("长", 500) + "…"}, {Field: "on", Old: "false", New: "true"}}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v", got)
	}
	if got := audit.Compare(before, before); len(got) != 0 {
		t.Fatalf("the same differs: %+v", got)
	}
	type span struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	week := struct {
		Week [3][]span `json:"week"`
	}{[3][]span{{{"09:00", "12:00"}, {"13:00", "18:00"}}, nil, {}}}
	if got := audit.Compare(nil, week); got[0].New != "09:00–12:00, 13:00–18:00; —; —" {
		t.Fatalf("%+v", got)
	}
	if got := audit.Compare(nil, inner{3}); !slices.Equal(got, []audit.Change{{Field: "most", New: "3"}}) {
		t.Fatalf("%+v", got)
	}
}

func TestTheExportIsWholeAndHarmless(t *testing.T) {
	p := apptest.New(t)
	owner := p.Owner()
	site := fmt.Sprintf("/api/admin/sites/%d", p.Site.ID)
	formulas := []string{"=1+1", "+1", "-1", "@sum(1)", " =2", "＝3", "plain, \"quoted\""}
	for _, name := range formulas {
		owner.OK("PATCH", site, map[string]string{"name": name}, nil)
	}
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		for range 1200 { // more than two slices
			if err := p.Audit.WriteTx(ctx, tx, audit.Entry{By: owner.ID, Action: "test.act", Site: p.Site.ID, Target: "many"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r := owner.Do("GET", site+"/audit.csv?action=test.act", nil)
	if lines := read(t, string(r.Body)); r.Status != 200 || len(lines) != 1201 || lines[0][0] != "Time (UTC)" {
		t.Fatalf("%d with %d lines", r.Status, len(lines))
	}
	lines := read(t, string(owner.Do("GET", site+"/audit.csv?action=site&lang=zh-CN", nil).Body))
	if lines[0][1] != "操作人" || len(lines) != 1+len(formulas) {
		t.Fatalf("%q", lines)
	}
	for i, name := range formulas {
		got := lines[len(lines)-1-i][8]
		typed := strings.TrimSpace(name)
		if danger := strings.ContainsAny(typed[:1], "=+-@") || strings.HasPrefix(typed, "＝"); danger && got != "'"+typed || !danger && got != typed {
			t.Errorf("%q is written %q", name, got)
		}
	}
	owner.Refused("GET", site+"/audit.csv?from=yesterday", nil, 400)
	owner.Refused("GET", "/api/admin/sites/x/audit.csv", nil, 400)
}

func read(t *testing.T, file string) [][]string {
	t.Helper()
	text, marked := strings.CutPrefix(file, "\ufeff")
	if !marked {
		t.Fatalf("no byte order mark in %q", file[:min(len(file), 40)])
	}
	lines, err := csv.NewReader(io.Reader(strings.NewReader(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
