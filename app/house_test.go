package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ichat/app/fault"
)

// floors says on which floor each room stands. A room imports from lower floors only, so that it
// can be read, and changed, without knowing what stands above or beside it.
var floors = map[string]int{
	"ichat/app/fault": 0, "ichat/app/faultlab": 0, "ichat/app/id": 0, "ichat/migrations": 0, "ichat/widget": 0, "ichat/console": 0,
	"ichat/storage": 1, "ichat/storage/blob": 1,
	"ichat/app/web": 1, "ichat/app/door": 1,
	"ichat/app/nodes": 3, "ichat/app/hub": 2, "ichat/app/jobs": 2, "ichat/app/audit": 2,
	"ichat/app/hub/relaytest": 2, // for tests
	"ichat/app/settings":      3,
	"ichat/app/sites":         3,
	"ichat/app/people":        4,
	"ichat/app/proof":         4,
	"ichat/app/files":         5,
	"ichat/app/chat":          6,
	"ichat/app/safety":        7,
	"ichat/app/notify":        7,
	"ichat/app/faq":           7,
	"ichat/app/desk":          8,
	"ichat/app/contacts":      8,
	"ichat/app":               11,
	"ichat/app/ops":           12,
	"ichat/app/bench":         12, "ichat/app/apptest": 12,
	"ichat/app/check":             outside,
	"ichat":                       13,
	"ichat/scripts/services":      13,
	"ichat/storage/blob/blobtest": 2,
	"ichat/storage/storagetest":   2, // for tests: it migrates what it opens
}

// only says where an outside library may be imported, so that it can be replaced in an afternoon.
var only = []struct {
	library string
	where   []string // folders, or single files
	because string
}{
	{"github.com/labstack/echo", []string{"app/web", "app/sites/loader.go", "app/sites/pages.go", "app/sites/demo.go", "app/sites/http.go", "app/files/http.go", "app/audit/export.go", "app/chat/export.go", "app/notify/stop.go", "app/app.go", "app/pages.go"}, "pages, sockets, uploads and downloads are plain echo, JSON routes are not"},
	{"github.com/danielgtaylor/huma", []string{"app/web"}, "rooms know web.Route only"},
	{"github.com/olahol/melody", []string{"app/hub"}, "its traps are handled in one place"},
	{"github.com/gorilla/websocket", []string{"app/hub", "app/apptest", "app/bench", "app/check"}, "sockets are the hub's"},
	{"github.com/nats-io/nats.go", []string{"app/hub/relay.go"}, "the relay is a hint, and replaceable"},
	{"modernc.org/sqlite", []string{"storage"}, "drivers belong to storage"},
	{"github.com/jackc/pgx", []string{"storage"}, "drivers belong to storage"},
	{"github.com/minio/minio-go", []string{"storage/blob"}, "what is kept where is decided in one place"},
	{"golang.org/x/image", []string{"app/files"}, "pictures are decoded within limits only"},
	{"github.com/gabriel-vasile/mimetype", []string{"app/files"}, "what a file is, is decided in one place"},
	{"github.com/wneessen/go-mail", []string{"app/notify"}, "who is away is reached from one place"},
	{"github.com/emersion/go-smtp", nil, "a mail server for tests"},
	{"github.com/robfig/cron", []string{"app/jobs"}, "one timetable"},
	{"github.com/nats-io/nats-server", []string{"scripts/services", "app/hub/relaytest"}, "the product brings no broker of its own"},
	{"github.com/versity/versitygw", []string{"storage/blob/blobtest"}, "the product brings no store of its own"},
	{"github.com/alecthomas/kong", []string{"main.go"}, "flags end where app.Config begins"},
	{"golang.org/x/text", []string{"app/people"}, "what a name looks like is decided in one place"},
	{"golang.org/x/crypto", []string{"app/people"}, "passwords are people's business"},
}

// outside is the floor of a package that knows of the product only what a client knows: it imports nothing of
// it, and only the command imports it.
const outside = -1

type source struct {
	path string // from the top of the project
	pkg  string
	test bool
	ast  *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", path)
		if err != nil {
			return err
		}
		pkg := strings.TrimSuffix("ichat/"+filepath.ToSlash(filepath.Dir(rel)), "/.")
		all = append(all, source{path: filepath.ToSlash(rel), pkg: pkg, test: strings.HasSuffix(path, "_test.go"), ast: file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d source files found", len(all))
	}
	return all
}

func (s source) imports() []string {
	var out []string
	for _, i := range s.ast.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			panic(err) // the parser accepted it
		}
		out = append(out, path)
	}
	return out
}

func TestRoomsImportDownwardsOnly(t *testing.T) {
	stands := map[string]bool{}
	for _, s := range sources(t) {
		floor, known := floors[s.pkg]
		if !known {
			t.Errorf("%s: package %s has no floor", s.path, s.pkg)
			continue
		}
		stands[s.pkg] = true
		if s.test {
			continue
		}
		for _, path := range s.imports() {
			if path != "ichat" && !strings.HasPrefix(path, "ichat/") {
				continue
			}
			below, known := floors[path]
			if below == outside && s.pkg == "ichat" {
				continue
			}
			if !known || below >= floor || below == outside {
				t.Errorf("%s (floor %d) imports %s (floor %d)", s.path, floor, path, below)
			}
		}
	}
	for pkg := range floors {
		if !stands[pkg] {
			t.Errorf("floor for %s, which does not exist", pkg)
		}
	}
}

func TestLibrariesStayWhereTheyBelong(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			for _, rule := range only {
				if path != rule.library && !strings.HasPrefix(path, rule.library+"/") {
					continue
				}
				used[rule.library] = true
				allowed := slices.ContainsFunc(rule.where, func(w string) bool { return s.path == w || strings.HasPrefix(s.path, w+"/") })
				if !allowed && !s.test {
					t.Errorf("%s imports %s: %s", s.path, path, rule.because)
				}
			}
		}
	}
	for _, rule := range only {
		if !used[rule.library] {
			t.Errorf("rule for %s, which nobody imports", rule.library)
		}
	}
}

// TestTransactionsBelongToStorage: bun's own transactions roll back under the caller's context.
func TestTransactionsBelongToStorage(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg == "ichat/storage" {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "RunInTx" || sel.Sel.Name == "BeginTx") {
				t.Errorf("%s uses %s: write through storage.DB.Write", s.path, sel.Sel.Name)
			}
			return true
		})
	}
}

// TestEveryRefusalIsTranslated: a message a person can read exists in both languages.
func TestEveryRefusalIsTranslated(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"New", "With", "Found"}, sel.Sel.Name) || len(call.Args) != 2 {
				return true
			}
			if x, isName := sel.X.(*ast.Ident); sel.Sel.Name == "New" && (!isName || x.Name != "fault") {
				return true
			}
			lit, ok := call.Args[1].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			message, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found++
			if sel.Sel.Name == "Found" {
				message += " not found"
			}
			if fault.Say(message, "zh-CN") == message {
				t.Errorf("%s: %q has no Chinese", s.path, message)
			}
			return true
		})
	}
	if found < 20 {
		t.Fatalf("only %d messages found", found)
	}
}

// TestWhatIsBrokenOnPurposeStaysOutOfTheProduct: a fault lives in fault_on.go, under its tag, beside a
// fault_off.go that does nothing; no other file knows of it.
func TestWhatIsBrokenOnPurposeStaysOutOfTheProduct(t *testing.T) {
	pairs := map[string]int{}
	for _, s := range sources(t) {
		b, err := os.ReadFile(filepath.Join("..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(b), "\n")
		switch filepath.Base(s.path) {
		case "fault_on.go":
			pairs[s.pkg]++
		case "fault_off.go":
			pairs[s.pkg]--
			if first != "//go:build !faultlab" {
				t.Errorf("%s begins with %q", s.path, first)
			}
			continue
		}
		if slices.Contains(s.imports(), "ichat/app/faultlab") && first != "//go:build faultlab" {
			t.Errorf("%s knows of faults outside the faultlab build", s.path)
		}
	}
	for pkg, n := range pairs {
		if n != 0 {
			t.Errorf("%s has one of fault_on.go and fault_off.go", pkg)
		}
	}
	if len(pairs) < 5 {
		t.Errorf("only %d rooms can be broken", len(pairs))
	}
}

func TestFilesStayReadable(t *testing.T) {
	for _, s := range sources(t) {
		b, err := os.ReadFile(filepath.Join("..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > 420 {
			t.Errorf("%s has %d lines: two nouns in one file?", s.path, n)
		}
	}
}
